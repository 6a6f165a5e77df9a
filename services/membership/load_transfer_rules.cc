#include "services/membership/load_transfer_rules.h"

#include "absl/strings/str_cat.h"
#include "common/base/file.h"
#include "common/base/status.h"
#include "common/domain/citation.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"

namespace zhibu::membership {
namespace {

class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int /*column*/, const std::string& message) override {
    if (text_.empty()) text_ = absl::StrCat(":", line + 1, ": ", message);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

std::string Unsound(const rules::TransferRules& data) {
  if (data.validity_days() < 1 || data.validity_days_outside() < 1 ||
      data.max_validity_months() < 1) {
    return "validity_days, validity_days_outside and max_validity_months are at least 1";
  }
  const bool refuses = data.too_long() == rules::REFUSE || data.expired() == rules::REFUSE;
  if (data.too_long() == rules::SEVERITY_UNSPECIFIED ||
      data.expired() == rules::SEVERITY_UNSPECIFIED) {
    return "too_long and expired are REFUSE, WARN or OFF";
  }
  for (const auto* citation : {&data.letter(), &data.relation()}) {
    const auto sound = CitationFromProto(*citation);
    if (!sound.ok()) return std::string(sound.status().message());
  }
  if (data.relation().mark() != type::v1::MARK_CONFIRMED) {
    return "relation refuses, so its citation is MARK_CONFIRMED";
  }
  if (refuses && data.letter().mark() != type::v1::MARK_CONFIRMED &&
      data.letter().verified_on().empty()) {
    return "REFUSE needs a letter citation that is MARK_CONFIRMED or has verified_on";
  }
  return "";
}

}  // namespace

absl::StatusOr<rules::TransferRules> LoadTransferRules(const std::string& file) {
  ZHIBU_ASSIGN_OR_RETURN(const std::string text, ReadFile(file));
  FirstError error;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  rules::TransferRules data;
  if (!parser.ParseFromString(text, &data)) {
    return absl::InvalidArgumentError(absl::StrCat(file, error.text()));
  }
  const std::string unsound = Unsound(data);
  if (!unsound.empty()) return absl::InvalidArgumentError(absl::StrCat(file, ": ", unsound));
  return data;
}

}  // namespace zhibu::membership
