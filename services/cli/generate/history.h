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

// What makes a way another one than most.
enum class Turn {
  kNone,
  kByException,  // about to leave the unit at the pre-review, and leave was granted (D11)
  kDoneAgain,    // the approval was void and given again
  kPostponed,    // moved during probation, and the new branch postponed the discussion (D18)
  kResumed,      // paused between review and training, and went on afterwards
};

// The steps up to `today` (exclusive), oldest first: the talk within a month, an inspection each
// half-year, twelve months and more as an activist, the meeting within a month of the pre-review,
// approval within three, oath within one, probation of one year. Written so that the rules of 2014
// and those of 2026 are both met. `anchor`: for kAdmitted, the day of step 17 up to three days;
// otherwise chosen by the dice.
std::vector<DatedStep> PlanHistory(Progress progress, absl::CivilDay anchor, int activist_days,
                                   absl::CivilDay today, Dice* dice);

// The same way where the approval, step 17, was given twice: the first was found void on
// `*voided_on`. What followed the first had not happened by then; it follows the second.
void ApproveAgain(std::vector<DatedStep>* steps, absl::CivilDay* voided_on);

// The same way where nothing happened from `*paused_on` to `*resumed_on`, between the review, step
// 10, and the training: what came before lies as much further back.
void Pause(std::vector<DatedStep>* steps, absl::CivilDay* paused_on, absl::CivilDay* resumed_on);

// The same way before anybody asks for conversion.
void EndBeforeConversion(std::vector<DatedStep>* steps);

// The day of the first such step, which has to be there.
absl::CivilDay DateOf(const std::vector<DatedStep>& steps, int step);

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_GENERATE_HISTORY_H_
