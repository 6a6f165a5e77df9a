// What a person was to the school, and since when (人员类别). Pure.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_RULES_PERSON_KINDS_H_
#define ZHIBU_SERVICES_MEMBERSHIP_RULES_PERSON_KINDS_H_

#include <optional>

#include "absl/time/civil_time.h"
#include "services/membership/books/rows.pb.h"
#include "zhibu/membership/v1/person.pb.h"

namespace zhibu::membership {

// What the person was to the school on the day (人员类别). Before the first day on which it is
// known: the first.
v1::PersonKind PersonKindOn(const rows::PersonRow& person, absl::CivilDay day);

// From `day` on the person is of this kind. A change that was recorded for the same day, or the
// first one where none is dated before, is corrected. False, and nothing is changed, where a later
// change is recorded already.
bool SetKindFrom(absl::CivilDay day, v1::PersonKind kind, rows::PersonRow& person);

// The last day on which the kind changed; nullopt where it never did.
std::optional<absl::CivilDay> LastKindChange(const rows::PersonRow& person);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_RULES_PERSON_KINDS_H_
