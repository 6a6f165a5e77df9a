#include "common/base/resource_name.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace zhibu {

bool IsResourceId(absl::string_view id) {
  if (id.empty() || id.size() > 63 || !absl::ascii_islower(id[0])) return false;
  for (char c : id) {
    if (!absl::ascii_islower(c) && !absl::ascii_isdigit(c) && c != '-') return false;
  }
  return true;
}

std::optional<std::string> IdOf(absl::string_view collection, absl::string_view name) {
  if (!absl::StartsWith(name, collection)) return std::nullopt;
  name.remove_prefix(collection.size());
  if (name.empty() || name[0] != '/') return std::nullopt;
  name.remove_prefix(1);
  if (!IsResourceId(name)) return std::nullopt;
  return std::string(name);
}

std::string NameOf(absl::string_view collection, absl::string_view id) {
  return absl::StrCat(collection, "/", id);
}

std::optional<CaseName> ParseCaseName(absl::string_view name) {
  const std::vector<std::string> parts = absl::StrSplit(name, '/');
  if (parts.size() != 4 || parts[0] != kPersons || parts[2] != "cases" || !IsResourceId(parts[1]) ||
      !IsResourceId(parts[3])) {
    return std::nullopt;
  }
  return CaseName{parts[1], parts[3]};
}

}  // namespace zhibu
