// One person's way through the 25 steps (domain.md §1.2), on days that the rules allow.
#ifndef ZHIBU_SERVICES_CLI_GENERATE_HISTORY_H_
#define ZHIBU_SERVICES_CLI_GENERATE_HISTORY_H_

#include <vector>

#include "absl/time/civil_time.h"
#include "services/cli/generate/dice.h"

namespace zhibu::cli {

struct DatedStep {
  int step;  // 1–25
  absl::CivilDay date;
};

// How far somebody is today.
enum class Progress {
  kApplicant,  // applied in the last months, perhaps talked to
  kActivist,   // since some time within `activist_days`
  kObject,     // development object since up to three months
  kAdmitted,   // approved on the anchor day; everything due since then was done
};

// The steps up to `today` (exclusive), oldest first: the talk within a month, an inspection each
// half-year, twelve months and more as an activist, the meeting within a month of the pre-review,
// approval within three, oath within one, probation of one year. Written so that the rules of 2014
// and those of 2026 are both met. `anchor`: for kAdmitted, the day of step 17 up to three days;
// otherwise chosen by the dice.
std::vector<DatedStep> PlanHistory(Progress progress, absl::CivilDay anchor, int activist_days,
                                   absl::CivilDay today, Dice* dice);

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_GENERATE_HISTORY_H_
