// The conditions on what came before: the order of steps, what has to be passed, extensions.

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/title.h"
#include "services/membership/rules/conditions.h"
#include "services/membership/rules/rule_checks.h"
#include "services/membership/rules/steps.h"

namespace zhibu::membership {
namespace {

using Found = std::vector<Unmet>;

Found MustBePassed(const rules::MustBePassed& rule, const Asked& asked) {
  const rows::StepDone* done = FindDone(*asked.facts.progress, rule.step());
  if (done == nullptr || !done->failed()) return {};
  Unmet unmet;
  unmet.values = {{"{step}", TitleOf(rule.step())}};
  return {unmet};
}

Found TrainingLength(const rules::TrainingLength& rule, const Asked& asked) {
  const rows::Progress& progress = *asked.facts.progress;
  if (FindDone(progress, v1::STEP_KIND_TRAINING) == nullptr ||
      progress.training_days() >= rule.days() || progress.training_hours() >= rule.class_hours()) {
    return {};
  }
  Unmet unmet;
  unmet.values = {{"{days}", absl::StrCat(rule.days())},
                  {"{class_hours}", absl::StrCat(rule.class_hours())}};
  return {unmet};
}

Found ExtensionRange(const rules::ExtensionRange& rule, const Asked& asked) {
  const v1::ConversionMeeting& meeting = asked.step.step->conversion_meeting();
  if (meeting.outcome() != v1::CONVERSION_OUTCOME_EXTENDED ||
      (meeting.extension_months() >= rule.at_least_months() &&
       meeting.extension_months() <= rule.at_most_months())) {
    return {};
  }
  Unmet unmet;
  unmet.subject = "conversion_meeting.extension_months";
  unmet.values = {{"{at_least}", absl::StrCat(rule.at_least_months())},
                  {"{at_most}", absl::StrCat(rule.at_most_months())}};
  return {unmet};
}

Found ExtensionTimes(const rules::ExtensionTimes& rule, const Asked& asked) {
  const v1::ConversionMeeting& meeting = asked.step.step->conversion_meeting();
  if (meeting.outcome() != v1::CONVERSION_OUTCOME_EXTENDED ||
      asked.facts.progress->extensions() < rule.times()) {
    return {};
  }
  Unmet unmet;
  unmet.subject = "conversion_meeting.outcome";
  unmet.values = {{"{times}", absl::StrCat(rule.times())}};
  return {unmet};
}

Problem CheckOrder(const rules::Order& order) {
  std::set<int> seen;
  for (const auto& place : order.places()) {
    if (!IsStep(place.step())) return "a place is for no step";
    if (!seen.insert(place.step()).second) {
      return absl::StrCat(v1::StepKind_Name(place.step()), " has two places");
    }
    if (Problem problem = CheckSteps(place.after(), "after")) return problem;
    for (int after : place.after()) {
      // Numbers grow along the way, so that no step can wait for itself.
      if (after >= place.step()) {
        return absl::StrCat(v1::StepKind_Name(place.step()), " comes after ",
                            v1::StepKind_Name(static_cast<v1::StepKind>(after)));
      }
    }
    const bool opens = place.step() == v1::STEP_KIND_APPLICATION;
    if (opens != place.after().empty()) {
      return absl::StrCat(v1::StepKind_Name(place.step()),
                          opens ? " cannot come after another" : " comes after nothing");
    }
  }
  if (seen.size() != static_cast<size_t>(kStepKinds)) {
    return absl::StrCat("the order has ", seen.size(), " of ", kStepKinds, " steps");
  }
  return std::nullopt;
}

Problem ExtendsNothing(const rules::Rule& rule) {
  return OnlyOf(rule, {v1::STEP_KIND_CONVERSION_MEETING}, "only step 23 extends probation");
}

}  // namespace

std::vector<ConditionForm> CourseConditions() {
  return {
      {.condition = rules::Rule::kMustBePassed,
       .placeholders = {"{step}"},
       .problem = [](const rules::Rule& rule) -> Problem {
         const v1::StepKind step = rule.must_be_passed().step();
         if (step < v1::STEP_KIND_POLITICAL_REVIEW || step > v1::STEP_KIND_PRE_REVIEW) {
           return "only steps 10 to 13 can be passed";
         }
         return std::nullopt;
       },
       .find_unmet = Ask<&rules::Rule::must_be_passed, MustBePassed>},
      {.condition = rules::Rule::kTrainingLength,
       .placeholders = {"{days}", "{class_hours}"},
       .problem = [](const rules::Rule& rule) -> Problem {
         if (rule.training_length().days() < 1 || rule.training_length().class_hours() < 1) {
           return "days or class_hours is missing";
         }
         return std::nullopt;
       },
       .find_unmet = Ask<&rules::Rule::training_length, TrainingLength>},
      {.condition = rules::Rule::kExtensionRange,
       .placeholders = {"{at_least}", "{at_most}"},
       .problem = [](const rules::Rule& rule) -> Problem {
         const rules::ExtensionRange& range = rule.extension_range();
         if (range.at_least_months() < 1 || range.at_most_months() < range.at_least_months()) {
           return "at_least_months and at_most_months are not a range";
         }
         return ExtendsNothing(rule);
       },
       .find_unmet = Ask<&rules::Rule::extension_range, ExtensionRange>},
      {.condition = rules::Rule::kExtensionTimes,
       .placeholders = {"{times}"},
       .problem = [](const rules::Rule& rule) -> Problem {
         if (rule.extension_times().times() < 1) return "times is missing";
         return ExtendsNothing(rule);
       },
       .find_unmet = Ask<&rules::Rule::extension_times, ExtensionTimes>},
      {.condition = rules::Rule::kOrder,
       .placeholders = {"{step}", "{missing}"},
       .problem = [](const rules::Rule& rule) -> Problem {
         if (rule.severity() != rules::REFUSE) return "the order must refuse";
         if (!rule.steps().empty()) return "the order is asked of all steps; leave steps empty";
         if (rule.exception_allowed()) return "the order allows no exception";
         return CheckOrder(rule.order());
       },
       .every_step = true},
  };
}

}  // namespace zhibu::membership
