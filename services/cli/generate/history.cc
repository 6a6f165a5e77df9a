#include "services/cli/generate/history.h"

#include <algorithm>

#include "common/base/civil.h"

namespace zhibu::cli {
namespace {

// How long each thing takes this person, in days unless said otherwise.
struct Pace {
  int talk, activist, activist_filing, contacts;
  int inspection_early;  // before the half-year is over
  int object;            // beyond the twelve months
  int object_filing, introducers, review, training, examination, pre_review, form, meeting;
  int superior_talk, approval, filing, enrolment, oath;
  int conversion_application, conversion_meeting, conversion_approval, archive;
};

Pace AnyPace(Dice* dice) {
  const auto days = [dice](int low, int high) { return dice->Between(low, high); };
  Pace pace;
  pace.talk = days(3, 26);
  pace.activist = days(185, 260);  // some places ask for half a year after the application
  pace.activist_filing = days(3, 10);
  pace.contacts = days(2, 6);
  pace.inspection_early = days(0, 12);
  pace.object = days(5, 60);
  pace.object_filing = days(4, 10);
  pace.introducers = days(3, 8);
  pace.review = days(5, 20);
  pace.training = days(7, 30);
  pace.examination = days(4, 10);
  pace.pre_review = days(7, 14);
  pace.form = days(2, 4);
  pace.meeting = days(8, 22);  // after the pre-review, within the month
  pace.superior_talk = days(5, 12);
  pace.approval = days(20, 50);
  pace.filing = days(4, 10);
  pace.enrolment = days(11, 15);  // after the approval, as the oath
  pace.oath = days(16, 26);
  pace.conversion_application = days(0, 8);
  pace.conversion_meeting = days(4, 20);
  pace.conversion_approval = days(15, 50);
  pace.archive = days(3, 14);
  return pace;
}

// The whole way from an application on `day`, ended before `last_step` where it is not 26.
std::vector<DatedStep> WholeWay(absl::CivilDay day, const Pace& pace, int last_step,
                                absl::CivilDay today) {
  std::vector<DatedStep> steps;
  const auto add = [&](int step, absl::CivilDay date) {
    if (step <= last_step) steps.push_back({step, date});
    return date;
  };
  add(1, day);
  add(2, day + pace.talk);
  const absl::CivilDay activist = add(3, day + pace.activist);
  const absl::CivilDay contacts = add(5, add(4, activist + pace.activist_filing) + pace.contacts);
  const absl::CivilDay object = AddMonths(activist, 12) + pace.object;
  // Who stays an activist is inspected on and on. From one inspection to the next, as the rule
  // counts: month ends would add up otherwise.
  const absl::CivilDay inspected_until = last_step < 7 ? today : object;
  absl::CivilDay inspection = AddMonths(activist, 6) - pace.inspection_early;
  for (; inspection < inspected_until; inspection = AddMonths(inspection, 6) - 2) {
    add(6, std::max(inspection, contacts));
  }
  add(7, object);
  const absl::CivilDay filed = add(8, object + pace.object_filing);
  const absl::CivilDay introducers = add(9, filed + pace.introducers);
  const absl::CivilDay review = add(10, introducers + pace.review);
  const absl::CivilDay training = add(11, review + pace.training);
  const absl::CivilDay examination = add(12, training + pace.examination);
  const absl::CivilDay pre_review = add(13, examination + pace.pre_review);
  add(14, pre_review + pace.form);
  const absl::CivilDay meeting = add(15, pre_review + pace.meeting);
  const absl::CivilDay approval = add(17, add(16, meeting + pace.superior_talk) + pace.approval);
  add(18, approval + pace.filing);
  add(19, approval + pace.enrolment);
  add(20, approval + pace.oath);
  for (const int months : {6, 12}) {
    add(21, std::max(AddMonths(meeting, months) - pace.inspection_early, approval + pace.oath));
  }
  const absl::CivilDay application = add(22, AddYears(meeting, 1) + pace.conversion_application);
  const absl::CivilDay conversion = add(23, application + pace.conversion_meeting);
  add(25, add(24, conversion + pace.conversion_approval) + pace.archive);
  return steps;
}

// How long after a void approval it was found void, and given again. The meeting was two months
// before the first at most, and the approval is due within three.
constexpr int kUntilVoid = 3, kUntilAgain = 15;
// How long after the review a case was paused, and for how long.
constexpr int kUntilPaused = 3, kPausedFor = 40;

}  // namespace

std::vector<DatedStep> PlanHistory(Progress progress, absl::CivilDay anchor, int activist_days,
                                   absl::CivilDay today, Dice* dice) {
  const Pace pace = AnyPace(dice);
  int last_step = 25;
  int anchor_step = 17;
  switch (progress) {
    case Progress::kApplicant:
      last_step = 2;
      anchor_step = 1;
      anchor = today - dice->Between(5, 150);
      break;
    case Progress::kActivist:
      last_step = 6;
      anchor_step = 3;
      anchor = today - dice->Between(20, activist_days);
      break;
    case Progress::kObject:
      last_step = 14;
      anchor_step = 8;
      anchor = today - dice->Between(5, 80);
      break;
    case Progress::kAdmitted:
      break;
  }
  // Forward from some day, to see how long this person takes up to the anchor; then from the day
  // that leads there. Month ends make it differ by a few days at most.
  const absl::CivilDay trial = AddMonths(anchor, -36);
  const absl::CivilDay reached = DateOf(WholeWay(trial, pace, 25, today), anchor_step);
  std::vector<DatedStep> steps = WholeWay(trial + (anchor - reached), pace, last_step, today);
  steps.erase(std::remove_if(steps.begin(), steps.end(),
                             [today](const DatedStep& step) { return step.date >= today; }),
              steps.end());
  return steps;
}

void ApproveAgain(std::vector<DatedStep>* steps, absl::CivilDay* voided_on) {
  const auto first = std::find_if(steps->begin(), steps->end(),
                                  [](const DatedStep& step) { return step.step == 17; });
  *voided_on = first->date + kUntilVoid;
  for (auto step = first + 1; step != steps->end() && step->step <= 20; ++step) {
    step->date += kUntilAgain;
  }
  steps->insert(first + 1, {17, first->date + kUntilAgain});
}

void Pause(std::vector<DatedStep>* steps, absl::CivilDay* paused_on, absl::CivilDay* resumed_on) {
  for (DatedStep& step : *steps) {
    if (step.step <= 10) step.date -= kPausedFor;
  }
  *paused_on = DateOf(*steps, 10) + kUntilPaused;
  *resumed_on = *paused_on + kPausedFor;
}

void EndBeforeConversion(std::vector<DatedStep>* steps) {
  steps->erase(std::remove_if(steps->begin(), steps->end(),
                              [](const DatedStep& step) { return step.step >= 22; }),
               steps->end());
}

absl::CivilDay DateOf(const std::vector<DatedStep>& steps, int step) {
  return std::find_if(steps.begin(), steps.end(),
                      [step](const DatedStep& s) { return s.step == step; })
      ->date;
}

}  // namespace zhibu::cli
