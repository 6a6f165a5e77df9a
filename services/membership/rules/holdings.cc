#include "services/membership/rules/holdings.h"

#include "common/base/civil.h"

namespace zhibu::membership {

std::optional<absl::CivilDay> TransferredInOn(const Affiliations& affiliations,
                                              absl::CivilDay since, absl::CivilDay day) {
  std::optional<absl::CivilDay> last;
  for (const rows::AffiliationRow& row : affiliations) {
    const absl::CivilDay from = DayFromNumber(row.from());
    if (ByTransfer(row) && from >= since && from <= day) last = from;
  }
  return last;
}

std::vector<Uncounted> UncountedPeriods(const Affiliations& affiliations,
                                        const rows::Progress& progress,
                                        const rules::Continuity& rule, absl::CivilDay until) {
  std::vector<Uncounted> periods;
  for (int i = 1; i < affiliations.size(); ++i) {
    const rows::AffiliationRow& row = affiliations[i];
    if (!ByTransfer(row)) continue;
    // Whoever was outside these books in between left on the day that the row before says.
    const rows::AffiliationRow& before = affiliations[i - 1];
    const absl::CivilDay left = DayFromNumber(before.has_to() ? before.to() : row.from());
    // A unit that was merged or split since goes on with this transfer.
    std::optional<absl::CivilDay> next;
    for (int j = i + 1; j < affiliations.size() && !next; ++j) {
      if (ByTransfer(affiliations[j])) next = DayFromNumber(affiliations[j].from());
    }
    const rows::ReceivedRow* received = nullptr;
    for (const rows::ReceivedRow& one : progress.received()) {
      const absl::CivilDay day = DayFromNumber(one.day());
      if (received == nullptr && one.day() >= row.from() && (!next || day <= *next)) {
        received = &one;
      }
    }
    if (received != nullptr ? received->continuous() : rule.unconfirmed_counts()) continue;
    Uncounted period;
    period.from = left;
    period.to = received != nullptr ? std::optional(DayFromNumber(received->day())) : next;
    if (period.from < until && (!period.to || *period.to > period.from)) periods.push_back(period);
  }
  return periods;
}

std::optional<absl::CivilDay> HeldFor(absl::CivilDay since, int months,
                                      const std::vector<Uncounted>& uncounted) {
  absl::CivilDay held = AddMonths(since, months);
  for (const Uncounted& period : uncounted) {
    if (period.from < since) continue;
    if (period.from >= held) break;
    if (!period.to) return std::nullopt;
    held += *period.to - period.from;
  }
  return held;
}

}  // namespace zhibu::membership
