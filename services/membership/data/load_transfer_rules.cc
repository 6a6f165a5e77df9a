#include "services/membership/data/load_transfer_rules.h"

#include "common/base/file.h"
#include "common/base/status.h"
#include "common/domain/citation.h"
#include "common/domain/text_file.h"
#include "services/membership/rules/periods.h"

namespace zhibu::membership {
namespace {

std::string FaultOf(const rules::TransferRules& data) {
  const auto are_days = [](int days) { return days >= 1 && days <= 3660; };
  if (!are_days(data.validity_days()) || !are_days(data.validity_days_outside()) ||
      !AreMonths(data.max_validity_months())) {
    return "validity_days and validity_days_outside are 1 to 3660, max_validity_months is 1 to 120";
  }
  const bool refuses = data.too_long() == rules::REFUSE || data.expired() == rules::REFUSE;
  const auto said = [](rules::Severity severity) {
    return severity != rules::SEVERITY_UNSPECIFIED && rules::Severity_IsValid(severity);
  };
  if (!said(data.too_long()) || !said(data.expired())) {
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

absl::StatusOr<rules::TransferRules> ParseTransferRules(absl::string_view text,
                                                        absl::string_view name) {
  TextFile parsed(name);
  rules::TransferRules data;
  ZHIBU_RETURN_IF_ERROR(parsed.Parse(text, data));
  const std::string fault = FaultOf(data);
  if (!fault.empty()) return parsed.Fault("", -1, fault);
  return data;
}

absl::StatusOr<rules::TransferRules> LoadTransferRules(const std::string& file) {
  ZHIBU_ASSIGN_OR_RETURN(const std::string text, ReadFile(file));
  return ParseTransferRules(text, file);
}

}  // namespace zhibu::membership
