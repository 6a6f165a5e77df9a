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

void CheckReference(absl::string_view reference, absl::string_view field,
                    std::vector<Violation>& wrong) {
  CheckLine(reference, 1, 100, "REFERENCE_INVALID", field,
            "请填写依据的文号或任务编号，1–100 个字符", wrong);
}

}  // namespace zhibu::membership
