// JSON objects for the few answers that are no message of a contract.

#ifndef ZHIBU_SERVICES_CLI_PROGRAM_JSON_H_
#define ZHIBU_SERVICES_CLI_PROGRAM_JSON_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace zhibu::cli {

// One object, its fields in the order in which they are added. A value.
class JsonObject {
 public:
  JsonObject& Text(absl::string_view name, absl::string_view value);  // UTF-8
  JsonObject& Number(absl::string_view name, int64_t value);
  JsonObject& Bool(absl::string_view name, bool value);
  // `json` is JSON already.
  JsonObject& Raw(absl::string_view name, absl::string_view json);

  // {"a": 1, "b": "x"}.
  std::string text() const { return "{" + fields_ + "}"; }

 private:
  std::string fields_;
};

// [..., ...], one element a line.
std::string JsonList(const std::vector<std::string>& elements);

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_PROGRAM_JSON_H_
