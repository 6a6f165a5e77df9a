#include "services/membership/rules/voting.h"

#include "common/base/civil.h"
#include "services/membership/rules/affiliations.h"
#include "services/membership/rules/facts.h"
#include "services/membership/rules/progress.h"

namespace zhibu::membership {

bool HasVotingRights(const rows::PersonRow& person, absl::CivilDay day) {
  return StageOn(person.stages(), day) == v1::STAGE_FULL &&
         !StandingOn(person, day).rights_suspended;
}

void CountVoter(const rows::PersonRow& person, absl::string_view branch, absl::CivilDay day,
                Electorate& electorate) {
  if (KeptBy(person.affiliations(), day) != branch || !HasVotingRights(person, day)) return;
  if (StandingOn(person, day).excused) return;
  ++electorate.entitled;
  if (DayFromNumber(person.registered_on()) > day) electorate.provisional = true;
}

}  // namespace zhibu::membership
