#include "common/domain/cadence.h"

#include <algorithm>
#include <utility>

namespace zhibu {
namespace {

bool Applies(const CadenceRule& rule, const OrganisationFacts& organisation, const Period& period) {
  const auto& kinds = rule.organisation_kinds;
  if (std::find(kinds.begin(), kinds.end(), organisation.kind) == kinds.end()) return false;
  if (organisation.full_members < rule.min_full_members) return false;
  if (period.from < rule.effective_from) return false;
  if (rule.owed_for_part_periods) {
    return std::max(organisation.established, period.from) <
           std::min(organisation.dissolved, period.to);
  }
  return organisation.established <= period.from && period.to <= organisation.dissolved;
}

std::vector<Owed> OwedAround(const Cadence& cadence, const OrganisationFacts& organisation,
                             absl::CivilDay day, absl::CivilDay as_of, const HeldCount& held) {
  std::vector<Owed> result;
  for (const CadenceRule& rule : cadence.rules) {
    const Period period = PeriodOf(rule, day);
    if (!Applies(rule, organisation, period)) continue;
    Owed owed;
    owed.rule = &rule;
    owed.from = period.from;
    owed.to = period.to;
    owed.due = period.to - 1;
    owed.times = rule.times;
    owed.held = held(rule.activity_kind, period.from, period.to);
    owed.missing = std::max(0, rule.times - owed.held);
    owed.state = owed.missing == 0   ? OwedState::kDone
                 : as_of < period.to ? OwedState::kOwed
                                     : OwedState::kMissing;
    result.push_back(owed);
  }
  return result;
}

}  // namespace

Period PeriodOf(const CadenceRule& rule, absl::CivilDay day) {
  const int months = rule.every == CadenceRule::Every::kMonth     ? 1
                     : rule.every == CadenceRule::Every::kQuarter ? 3
                                                                  : 12;
  const absl::CivilMonth month(day);
  const absl::CivilMonth first = month - (month.month() - 1) % months;
  return {absl::CivilDay(first), absl::CivilDay(first + months)};
}

std::vector<Owed> OwedOn(const Cadence& cadence, const OrganisationFacts& organisation,
                         absl::CivilDay as_of, const HeldCount& held) {
  return OwedAround(cadence, organisation, as_of, as_of, held);
}

std::vector<Owed> OwedInMonth(const Cadence& cadence, const OrganisationFacts& organisation,
                              absl::CivilMonth month, absl::CivilDay as_of, const HeldCount& held) {
  return OwedAround(cadence, organisation, absl::CivilDay(month), as_of, held);
}

}  // namespace zhibu
