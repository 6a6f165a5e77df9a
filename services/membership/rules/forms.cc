#include "services/membership/rules/forms.h"

#include <utility>

#include "common/base/text.h"

namespace zhibu::membership {

Violation Because(absl::string_view reason, std::string subject, absl::string_view message) {
  Violation violation;
  violation.reason = std::string(reason);
  violation.subject = std::move(subject);
  violation.message = std::string(message);
  return violation;
}

void CheckLine(absl::string_view text, int least, int most, absl::string_view reason,
               absl::string_view field, absl::string_view message, std::vector<Violation>& wrong) {
  if (!IsLine(text, least, most)) wrong.push_back(Because(reason, std::string(field), message));
}

void CheckLine(absl::string_view text, int least, int most, absl::string_view reason,
               absl::string_view field, absl::string_view message, Violations& wrong) {
  wrong.Require(IsLine(text, least, most), reason, field, message);
}

void CheckReference(absl::string_view reference, absl::string_view field,
                    std::vector<Violation>& wrong) {
  CheckLine(reference, 1, 100, "REFERENCE_INVALID", field,
            "请填写依据的文号或任务编号，1–100 个字符", wrong);
}

void CheckReference(absl::string_view reference, absl::string_view field, Violations& wrong) {
  CheckLine(reference, 1, 100, "REFERENCE_INVALID", field,
            "请填写依据的文号或任务编号，1–100 个字符", wrong);
}

void CheckReading(v1::RevealPurpose purpose, absl::string_view reference,
                  std::vector<Violation>& wrong) {
  if (purpose == v1::REVEAL_PURPOSE_UNSPECIFIED) {
    wrong.push_back(Because("PURPOSE_REQUIRED", "purpose", "查阅个人信息须说明用途"));
  }
  CheckReference(reference, "reference", wrong);
}

}  // namespace zhibu::membership
