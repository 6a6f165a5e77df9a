#include "services/membership/rules/voting.h"

#include "common/base/civil.h"
#include "services/membership/rules/affiliations.h"
#include "services/membership/rules/standing.h"

namespace zhibu::membership {

void CountVoter(const rows::PersonRow& person, absl::string_view branch, absl::CivilDay day,
                Electorate& electorate) {
  if (KeptBy(person.affiliations(), day) != branch || !HasVotingRights(person, day)) return;
  if (StandingOn(person, day).excused) return;
  ++electorate.entitled;
  if (DayFromNumber(person.registered_on()) > day) ++electorate.registered_later;
}

}  // namespace zhibu::membership
