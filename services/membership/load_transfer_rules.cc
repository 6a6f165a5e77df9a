#include "services/membership/load_transfer_rules.h"

#include "common/base/file.h"
#include "common/base/status.h"
#include "common/domain/citation.h"
#include "common/domain/text_file.h"

namespace zhibu::membership {
namespace {

std::string FaultOf(const rules::TransferRules& data) {
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
  TextFile parsed(file);
  rules::TransferRules data;
  ZHIBU_RETURN_IF_ERROR(parsed.Parse(text, data));
  const std::string fault = FaultOf(data);
  if (!fault.empty()) return parsed.Fault("", -1, fault);
  return data;
}

}  // namespace zhibu::membership
