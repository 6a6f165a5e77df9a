// Checks of a request's form that several requests have in common.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_RULES_FORMS_H_
#define ZHIBU_SERVICES_MEMBERSHIP_RULES_FORMS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/base/status.h"
#include "zhibu/membership/v1/reveal.pb.h"

namespace zhibu::membership {

// A condition that is not one of the rules': without code and citation.
Violation Because(absl::string_view reason, std::string subject, absl::string_view message);

// Adds `reason` unless the text has `least` to `most` characters, none of them a control character.
void CheckLine(absl::string_view text, int least, int most, absl::string_view reason,
               absl::string_view field, absl::string_view message, std::vector<Violation>& wrong);
void CheckLine(absl::string_view text, int least, int most, absl::string_view reason,
               absl::string_view field, absl::string_view message, Violations& wrong);

// Adds REFERENCE_INVALID unless it has 1–100 characters, none of them a control character.
void CheckReference(absl::string_view reference, absl::string_view field,
                    std::vector<Violation>& wrong);
void CheckReference(absl::string_view reference, absl::string_view field, Violations& wrong);

// Why personal data are read: adds PURPOSE_REQUIRED, and REFERENCE_INVALID as above.
void CheckReading(v1::RevealPurpose purpose, absl::string_view reference,
                  std::vector<Violation>& wrong);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_RULES_FORMS_H_
