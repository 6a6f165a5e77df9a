#include "common/domain/text_file.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/io/tokenizer.h"

namespace zhibu {
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

absl::Status TextFile::Parse(absl::string_view text, google::protobuf::Message& data) {
  FirstError error;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  parser.WriteLocationsTo(&places_);
  descriptor_ = data.GetDescriptor();
  if (parser.ParseFromString(std::string(text), &data)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(name_, error.text()));
}

absl::Status TextFile::Fault(absl::string_view field, int index, absl::string_view message) const {
  const auto* place = field.empty() ? nullptr : descriptor_->FindFieldByName(std::string(field));
  // -1 where the text does not say it.
  const int line = place == nullptr ? -1 : places_.GetLocation(place, index).line;
  const std::string at = line >= 0       ? absl::StrCat(":", line + 1)
                         : field.empty() ? ""
                                         : absl::StrCat(": ", field);
  return absl::InvalidArgumentError(absl::StrCat(name_, at, ": ", message));
}

}  // namespace zhibu
