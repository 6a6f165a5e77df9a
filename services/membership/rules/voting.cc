#include "services/membership/rules/voting.h"

#include <algorithm>

#include "common/base/civil.h"
#include "services/membership/rules/affiliations.h"
#include "services/membership/rules/facts.h"
#include "services/membership/rules/progress.h"

namespace zhibu::membership {

bool HasVotingRights(const rows::PersonRow& person, absl::CivilDay day) {
  if (StageOn(person.stages(), day) != v1::STAGE_FULL) return false;
  // Who became a full member counts from the end of probation, but could not vote before the
  // committee approved.
  const bool approved = std::none_of(
      person.stages().begin(), person.stages().end(), [day](const rows::StageRow& row) {
        return row.stage() == v1::STAGE_FULL && DayFromNumber(row.from()) <= day &&
               row.has_approved_on() && DayFromNumber(row.approved_on()) > day;
      });
  return approved && !StandingOn(person, day).rights_suspended;
}

void CountVoter(const rows::PersonRow& person, absl::string_view branch, absl::CivilDay day,
                Electorate& electorate) {
  if (KeptBy(person.affiliations(), day) != branch || !HasVotingRights(person, day)) return;
  if (StandingOn(person, day).excused) return;
  ++electorate.entitled;
  if (DayFromNumber(person.registered_on()) > day) ++electorate.registered_later;
}

}  // namespace zhibu::membership
