#include "services/registry/load_norms.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "common/base/file.h"
#include "common/base/status.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"

namespace zhibu::registry {
namespace {

class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int /*column*/, const std::string& message) override {
    if (!text_.empty()) return;
    // The parser counts lines from 0, and says -1 for the whole.
    text_ = line < 0 ? absl::StrCat(": ", message) : absl::StrCat(":", line + 1, ": ", message);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace

absl::StatusOr<norms::Norms> ParseNorms(absl::string_view text, absl::string_view name) {
  FirstError error;
  google::protobuf::TextFormat::ParseInfoTree places;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  parser.WriteLocationsTo(&places);
  norms::Norms data;
  if (!parser.ParseFromString(std::string(text), &data)) {
    return absl::InvalidArgumentError(absl::StrCat(name, error.text()));
  }
  if (const std::optional<UnsoundNorm> unsound = FindUnsound(data)) {
    const auto* list = norms::Norms::descriptor()->FindFieldByName(unsound->list);
    const int line = places.GetLocation(list, unsound->index).line + 1;
    return absl::InvalidArgumentError(
        absl::StrCat(name, ":", line, ": ", unsound->list, ": ", unsound->message));
  }
  return data;
}

absl::StatusOr<norms::Norms> LoadNorms(const std::string& path) {
  ZHIBU_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  return ParseNorms(text, path);
}

}  // namespace zhibu::registry
