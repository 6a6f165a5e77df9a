// Whether a person can be registered, as far as the request alone and the calendar tell.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_RULES_PERSON_H_
#define ZHIBU_SERVICES_MEMBERSHIP_RULES_PERSON_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "common/base/status.h"
#include "services/membership/rules/external_ids.h"
#include "services/membership/rules/rule_set.h"
#include "zhibu/membership/v1/membership_service.pb.h"

namespace zhibu::membership {

// What a request says, read and checked.
struct PersonForm {
  std::string id_number;  // upper case; empty where there is none
  v1::Sex sex = v1::SEX_UNSPECIFIED;
  std::optional<absl::CivilDay> birth;
  // By which document sex or birth date are not those of the ID number; empty where they are.
  std::string identity_document;
  ExternalIds external_ids;      // oldest first
  absl::CivilDay registered_on;  // today where the request says nothing
  struct Opening {
    v1::Stage stage = v1::STAGE_UNSPECIFIED;
    absl::CivilDay joined_on;
    std::optional<absl::CivilDay> full_member_on;
  };
  std::optional<Opening> opening;
};

// Fills `form`; answers everything wrong with the request's form. `prefix` is put before every
// field: "" or "requests[3].". No message repeats a name, a number or a date of birth.
std::vector<Violation> ReadPerson(const v1::CreatePersonRequest& request, absl::string_view prefix,
                                  absl::CivilDay today, PersonForm& form);

// D01 for an opening balance: membership cannot have begun before the age of an applicant. It is
// judged by the rule set of that day, or by the earliest.
std::optional<Violation> CheckOpeningAge(const RuleSets& sets, const PersonForm& form,
                                         absl::string_view prefix);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_RULES_PERSON_H_
