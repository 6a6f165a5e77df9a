// How much of the time counts as cultivation where a case went from one organisation to another
// (培养时间连续计算). Pure.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_RULES_HOLDINGS_H_
#define ZHIBU_SERVICES_MEMBERSHIP_RULES_HOLDINGS_H_

#include <optional>
#include <vector>

#include "absl/time/civil_time.h"
#include "services/membership/books/rows.pb.h"
#include "services/membership/data/ruleset.pb.h"
#include "services/membership/rules/affiliations.h"

namespace zhibu::membership {

// The days [from, to) do not count; without `to` until the receiving organisation says otherwise.
struct Uncounted {
  absl::CivilDay from;
  std::optional<absl::CivilDay> to;

  bool operator==(const Uncounted&) const = default;
};

// The first day of the last period that began with a person's own transfer, on or before `day` and
// not before `since`: a unit that was merged or split goes on with what it had. nullopt where there
// was no transfer.
std::optional<absl::CivilDay> TransferredInOn(const Affiliations& affiliations,
                                              absl::CivilDay since, absl::CivilDay day);

// What does not count of the days before `until`: from each transfer until the day on which the
// receiving organisation took the case on, unless that one said that the time counts. Before it
// said anything, as the rule has it.
std::vector<Uncounted> UncountedPeriods(const Affiliations& affiliations,
                                        const rows::Progress& progress,
                                        const rules::Continuity& rule, absl::CivilDay until);

// The first day on which so many calendar months have been held since `since`: days that do not
// count are added. nullopt where that waits for a receiving organisation's word. Transfers of
// before `since` say nothing about the time after.
std::optional<absl::CivilDay> HeldFor(absl::CivilDay since, int months,
                                      const std::vector<Uncounted>& uncounted);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_RULES_HOLDINGS_H_
