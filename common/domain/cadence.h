// What an organisation owes at regular intervals: so many branch meetings a quarter, theme days a
// month. Which rules there are is data (cadence.proto, data/cadence.textproto); this loads them and
// holds an organisation and what it held against them. Pure, save for LoadCadence.

#ifndef ZHIBU_COMMON_DOMAIN_CADENCE_H_
#define ZHIBU_COMMON_DOMAIN_CADENCE_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "common/base/civil.h"
#include "common/domain/citation.h"

namespace zhibu {

// See cadence.proto for what each field means and may be.
struct CadenceRule {
  enum class Every { kMonth, kQuarter, kYear };

  std::string id;
  std::string title;
  std::string activity_kind;
  std::vector<std::string> organisation_kinds;
  Every every = Every::kMonth;
  int times = 1;
  int min_full_members = 0;
  bool owed_for_part_periods = false;
  absl::CivilDay effective_from = kNoStart;
  Citation citation;
};

struct Cadence {
  std::vector<CadenceRule> rules;  // at least one
};

// Reads a zhibu.domain.CadenceCatalogue in text format. INVALID_ARGUMENT names `name`, the line,
// the rule and what is wrong with it; nothing of a catalogue with an error is used.
absl::StatusOr<Cadence> ParseCadence(absl::string_view text, absl::string_view name);

// ParseCadence of a file; NOT_FOUND if it cannot be read.
absl::StatusOr<Cadence> LoadCadence(const std::string& path);

// The days of [from, to).
struct Period {
  absl::CivilDay from;
  absl::CivilDay to;
};

// The calendar month, quarter or year of the rule that contains `day`.
Period PeriodOf(const CadenceRule& rule, absl::CivilDay day);

// What the rules ask about an organisation.
struct OrganisationFacts {
  std::string kind;  // as in CadenceRule::organisation_kinds
  absl::CivilDay established = kNoStart;
  absl::CivilDay dissolved = kNoEnd;  // the day after its last
  int full_members = 0;  // 正式党员 on the day that is looked at, or the last day of a past period
};

enum class OwedState {
  kDone,     // 已完成
  kOwed,     // 待开展: the period still runs, its last day included, or has not begun
  kMissing,  // 未开展: the period is over
};

// One rule held against one organisation in one period.
struct Owed {
  const CadenceRule* rule;  // lives as long as the Cadence it was asked of
  absl::CivilDay from;      // the period, [from, to)
  absl::CivilDay to;
  absl::CivilDay due;  // its last day
  int times;           // how many are owed
  int held;            // how many were held, possibly more
  int missing;         // how many are still to be held, 0 if none
  OwedState state;
};

// How many activities of the kind the organisation held on the days of [from, to).
using HeldCount =
    std::function<int(const std::string& activity_kind, absl::CivilDay from, absl::CivilDay to)>;

// For each rule that applies, in the catalogue's order, how its period that contains `as_of`
// stands. A rule applies to organisations of its kinds with enough full members, that exist during
// the whole period (or, with owed_for_part_periods, on one day of it), if the period began with the
// rule in force.
std::vector<Owed> OwedOn(const Cadence& cadence, const OrganisationFacts& organisation,
                         absl::CivilDay as_of, const HeldCount& held);

// The same for the periods that contain `month`, which is every period that ends in it or runs
// through it, as they stand on `as_of`.
std::vector<Owed> OwedInMonth(const Cadence& cadence, const OrganisationFacts& organisation,
                              absl::CivilMonth month, absl::CivilDay as_of, const HeldCount& held);

}  // namespace zhibu

#endif  // ZHIBU_COMMON_DOMAIN_CADENCE_H_
