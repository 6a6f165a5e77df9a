// The part of rule_set.h that decides whether a rule set may be used at all.

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/domain/citation.h"
#include "services/membership/rules/periods.h"
#include "services/membership/rules/rule_set.h"

namespace zhibu::membership {
namespace {

using Problem = std::optional<std::string>;
using Steps = google::protobuf::RepeatedField<int>;

bool IsReason(absl::string_view reason) {
  return !reason.empty() && std::all_of(reason.begin(), reason.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

bool IsStep(int kind) { return kind >= 1 && kind <= kStepKinds; }

bool AllAmong(const Steps& steps, std::initializer_list<v1::StepKind> allowed) {
  return std::all_of(steps.begin(), steps.end(), [&](int step) {
    return std::find(allowed.begin(), allowed.end(), step) != allowed.end();
  });
}

Problem CheckSteps(const Steps& steps, absl::string_view field) {
  std::set<int> seen;
  for (int step : steps) {
    if (!IsStep(step)) return absl::StrCat(field, " names a step that does not exist");
    if (!seen.insert(step).second) return absl::StrCat(field, " names a step twice");
  }
  return std::nullopt;
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

Problem CheckShare(const rules::Share& share, const Steps& steps) {
  if (share.numerator() < 1 || share.denominator() <= share.numerator()) {
    return "the share is not between 0 and 1";
  }
  if (!AllAmong(steps, {v1::STEP_KIND_ADMISSION_MEETING, v1::STEP_KIND_CONVERSION_MEETING})) {
    return "only a meeting (15, 23) has a ballot";
  }
  return std::nullopt;
}

Problem CheckPersonRule(const Steps& steps) {
  if (AllAmong(steps, {v1::STEP_KIND_CONTACT_ASSIGNMENT, v1::STEP_KIND_INTRODUCER_DETERMINATION})) {
    return std::nullopt;
  }
  return "only steps 5 and 9 name persons";
}

Problem CheckInterval(const rules::Interval& interval) {
  if (!AreMonths(interval.months())) return "months is not 1 to 120";
  if (!IsStep(interval.from()) || !IsStep(interval.each())) return "from or each is missing";
  return std::nullopt;
}

Problem CheckCondition(const rules::Rule& rule) {
  const auto& steps = rule.steps();
  switch (rule.condition_case()) {
    case rules::Rule::kMinimumAge: {
      const int years = rule.minimum_age().years();
      if (years < 1 || years > 99) return "years is not 1 to 99";
      return std::nullopt;
    }
    case rules::Rule::kMonthsSince:
      if (!AreMonths(rule.months_since().months())) return "months is not 1 to 120";
      if (!IsStep(rule.months_since().since())) return "since is missing";
      return std::nullopt;
    case rules::Rule::kDeadline:
      if (!AreMonths(rule.deadline().months())) return "months is not 1 to 120";
      if (rule.deadline().since().empty()) return "since is missing";
      return CheckSteps(rule.deadline().since(), "since");
    case rules::Rule::kInterval:
      return CheckInterval(rule.interval());
    case rules::Rule::kPersonCount:
      if (rule.person_count().at_least() < 1 ||
          rule.person_count().at_most() < rule.person_count().at_least()) {
        return "at_least and at_most are not a range";
      }
      return CheckPersonRule(steps);
    case rules::Rule::kFullMembers:
    case rules::Rule::kNotTheApplicant:
      return CheckPersonRule(steps);
    case rules::Rule::kMustBePassed: {
      Steps step;
      step.Add(rule.must_be_passed().step());
      if (!AllAmong(step, {v1::STEP_KIND_POLITICAL_REVIEW, v1::STEP_KIND_TRAINING,
                           v1::STEP_KIND_BRANCH_EXAMINATION, v1::STEP_KIND_PRE_REVIEW})) {
        return "only steps 10 to 13 can be passed";
      }
      return std::nullopt;
    }
    case rules::Rule::kTrainingLength:
      if (rule.training_length().days() < 1 || rule.training_length().class_hours() < 1) {
        return "days or class_hours is missing";
      }
      return std::nullopt;
    case rules::Rule::kQuorum:
      return CheckShare(rule.quorum(), steps);
    case rules::Rule::kMajority:
      return CheckShare(rule.majority(), steps);
    case rules::Rule::kExtensionRange:
      if (rule.extension_range().at_least_months() < 1 ||
          rule.extension_range().at_most_months() < rule.extension_range().at_least_months()) {
        return "at_least_months and at_most_months are not a range";
      }
      [[fallthrough]];
    case rules::Rule::kExtensionTimes:
      if (rule.has_extension_times() && rule.extension_times().times() < 1) {
        return "times is missing";
      }
      if (!AllAmong(steps, {v1::STEP_KIND_CONVERSION_MEETING})) {
        return "only step 23 extends probation";
      }
      return std::nullopt;
    case rules::Rule::kRightsIntact:
      return CheckPersonRule(steps);
    case rules::Rule::kActingBody:
      if (rule.acting_body().role() == rules::ActingBody::ROLE_UNSPECIFIED ||
          !rules::ActingBody::Role_IsValid(rule.acting_body().role())) {
        return "role is missing";
      }
      return std::nullopt;
    case rules::Rule::kDeliberated:
      if (!AllAmong(steps, {v1::STEP_KIND_ADMISSION_APPROVAL, v1::STEP_KIND_CONVERSION_APPROVAL})) {
        return "only an approval (17, 24) says who deliberated";
      }
      return std::nullopt;
    case rules::Rule::kElectorate:
      if (!AllAmong(steps, {v1::STEP_KIND_ADMISSION_MEETING, v1::STEP_KIND_CONVERSION_MEETING})) {
        return "only a meeting (15, 23) has a ballot";
      }
      return std::nullopt;
    case rules::Rule::kQuotaLeft:
      if (!AllAmong(steps, {v1::STEP_KIND_ADMISSION_APPROVAL})) {
        return "only an admission (17) uses the quota";
      }
      return std::nullopt;
    case rules::Rule::kOrder:
      if (rule.severity() != rules::REFUSE) return "the order must refuse";
      if (!steps.empty()) return "the order is asked of all steps; leave steps empty";
      if (rule.exception_allowed()) return "the order allows no exception";
      return CheckOrder(rule.order());
    case rules::Rule::kPublicNotice:
      if (rule.public_notice().working_days() < 1 || rule.public_notice().working_days() > 60) {
        return "working_days is not 1 to 60";
      }
      if (!AllAmong(steps, {v1::STEP_KIND_OBJECT_DETERMINATION})) return "only step 7 has a notice";
      return std::nullopt;
    case rules::Rule::kLeaving:
      if (!AreMonths(rule.leaving().months())) return "months is not 1 to 120";
      if (!AllAmong(steps, {v1::STEP_KIND_PRE_REVIEW})) return "only step 13 asks who leaves";
      return std::nullopt;
    case rules::Rule::kProbationEnded:
    case rules::Rule::kDateOrder:
      return std::nullopt;
    case rules::Rule::CONDITION_NOT_SET:
      break;
  }
  return "there is no condition";
}

Problem CheckMessage(const rules::Rule& rule) {
  if (rule.message().empty()) return "message is empty";
  const std::vector<std::string> known = PlaceholdersOf(rule.condition_case());
  const std::string& text = rule.message();
  for (size_t open = text.find('{'); open != std::string::npos; open = text.find('{', open + 1)) {
    const size_t close = text.find('}', open);
    const std::string name =
        text.substr(open, close == std::string::npos ? close : close - open + 1);
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return absl::StrCat("message has ", name, ", its condition knows ",
                          known.empty() ? "none" : absl::StrJoin(known, " "));
    }
  }
  return std::nullopt;
}

Problem CheckCitations(const rules::Rule& rule) {
  if (const auto citation = CitationFromProto(rule.citation()); !citation.ok()) {
    return absl::StrCat("citation: ", citation.status().message());
  }
  if (rule.has_carried_over()) {
    if (const auto citation = CitationFromProto(rule.carried_over()); !citation.ok()) {
      return absl::StrCat("carried_over: ", citation.status().message());
    }
  }
  const bool confirmed = rule.citation().mark() == type::v1::MARK_CONFIRMED ||
                         rule.carried_over().mark() == type::v1::MARK_CONFIRMED;
  const bool local = !rule.overlay().empty() && MayRefuseLocally(rule.citation());
  if (rule.severity() == rules::REFUSE && !confirmed && !local) {
    return "a rule that refuses needs a citation, or a carried_over one, of MARK_CONFIRMED";
  }
  return std::nullopt;
}

// Who acts is computed for a step by one rule.
Problem CheckActingBodies(const rules::RuleSet& data) {
  std::set<int> seen;
  for (const rules::Rule& rule : data.rules()) {
    if (!rule.has_acting_body() || rule.severity() == rules::OFF) continue;
    for (int step : rule.steps()) {
      if (seen.insert(step).second) continue;
      return absl::StrCat("two rules say who acts for ", v1::StepKind_Name(step));
    }
  }
  return std::nullopt;
}

template <typename EventRule>
Problem CheckEventCitations(const EventRule& rule, absl::string_view field) {
  const auto citation = CitationFromProto(rule.citation());
  if (!citation.ok()) return absl::StrCat(field, ": citation: ", citation.status().message());
  if (rule.citation().mark() != type::v1::MARK_CONFIRMED &&
      rule.carried_over().mark() != type::v1::MARK_CONFIRMED) {
    return absl::StrCat(field, " refuses, so citation or carried_over is of MARK_CONFIRMED");
  }
  return std::nullopt;
}

Problem CheckCaseEvents(const rules::CaseEventRules& rules) {
  if (rules.postponement().at_most_months() < 1 || rules.postponement().at_most_months() > 12) {
    return "postponement: at_most_months is not 1 to 12";
  }
  if (rules.non_recognition().levels().empty()) return "non_recognition: levels is empty";
  Problem problem = CheckEventCitations(rules.postponement(), "postponement");
  if (!problem) problem = CheckEventCitations(rules.non_recognition(), "non_recognition");
  if (!problem) problem = CheckEventCitations(rules.continuity(), "continuity");
  return problem;
}

Problem CheckWhole(const rules::RuleSet& data) {
  if (!rules::Transition_IsValid(data.transition())) return "transition is not one";
  if (!IsResourceId(data.id())) return "id is not [a-z][a-z0-9-]{0,62}";
  if (data.title().empty()) return "title is empty";
  const auto from = ParseDate(data.effective_from());
  if (!from.ok()) return absl::StrCat("effective_from: ", from.status().message());
  if (!data.effective_to().empty()) {
    const auto to = ParseDate(data.effective_to());
    if (!to.ok()) return absl::StrCat("effective_to: ", to.status().message());
    if (*to <= *from) return "effective_to is not after effective_from";
  }
  const auto orders = std::count_if(data.rules().begin(), data.rules().end(),
                                    [](const rules::Rule& rule) { return rule.has_order(); });
  if (orders != 1) return absl::StrCat("there are ", orders, " rules with an order, not one");
  if (Problem problem = CheckCaseEvents(data.case_events())) {
    return absl::StrCat("case_events: ", *problem);
  }
  return CheckActingBodies(data);
}

}  // namespace

std::vector<std::string> PlaceholdersOf(rules::Rule::ConditionCase condition) {
  switch (condition) {
    case rules::Rule::kMinimumAge:
      return {"{years}", "{earliest}"};
    case rules::Rule::kMonthsSince:
      return {"{months}", "{since}", "{earliest}"};
    case rules::Rule::kDeadline:
      return {"{months}", "{since}", "{due}"};
    case rules::Rule::kInterval:
      return {"{months}", "{due}"};
    case rules::Rule::kPersonCount:
      return {"{at_least}", "{at_most}", "{named}"};
    case rules::Rule::kMustBePassed:
      return {"{step}"};
    case rules::Rule::kTrainingLength:
      return {"{days}", "{class_hours}"};
    case rules::Rule::kQuorum:
      return {"{entitled}", "{present}", "{needed}"};
    case rules::Rule::kMajority:
      return {"{entitled}", "{in_favour}", "{needed}"};
    case rules::Rule::kProbationEnded:
    case rules::Rule::kDateOrder:
      return {"{earliest}"};
    case rules::Rule::kExtensionRange:
      return {"{at_least}", "{at_most}"};
    case rules::Rule::kExtensionTimes:
      return {"{times}"};
    case rules::Rule::kOrder:
      return {"{step}", "{missing}"};
    case rules::Rule::kPublicNotice:
      return {"{days}"};
    case rules::Rule::kLeaving:
      return {"{months}", "{leaving}"};
    case rules::Rule::kActingBody:
      return {"{competent}"};
    case rules::Rule::kDeliberated:
      return {"{missing}"};
    case rules::Rule::kElectorate:
      return {"{entitled}", "{electorate}"};
    default:
      return {};
  }
}

bool MayRefuseLocally(const type::v1::Citation& citation) {
  return citation.mark() == type::v1::MARK_CONFIRMED ||
         (citation.mark() == type::v1::MARK_SECONDARY && !citation.verified_on().empty());
}

std::optional<std::string> ProblemOf(const rules::Rule& rule) {
  if (rule.code().empty()) return "code is empty";
  if (!IsReason(rule.reason())) return "reason is not UPPER_SNAKE_CASE";
  if (rule.severity() != rules::REFUSE && rule.severity() != rules::WARN &&
      rule.severity() != rules::OFF) {
    return "severity is not REFUSE, WARN or OFF";
  }
  if (Problem problem = CheckSteps(rule.steps(), "steps")) return problem;
  if (rule.steps().empty() && !rule.has_order() && !rule.has_date_order()) {
    return "steps is empty";
  }
  if (Problem problem = CheckCondition(rule)) return problem;
  if (Problem problem = CheckMessage(rule)) return problem;
  return CheckCitations(rule);
}

std::optional<std::string> ProblemOf(const rules::Due& due) {
  if (due.kind() == v1::DUE_KIND_UNSPECIFIED || !v1::DueKind_IsValid(due.kind())) {
    return "kind is missing";
  }
  if (due.after().empty() || due.until().empty()) return "after or until is empty";
  if (Problem problem = CheckSteps(due.after(), "after")) return problem;
  if (Problem problem = CheckSteps(due.until(), "until")) return problem;
  if (due.stages().empty()) return "stages is empty";
  if (due.when_case() == rules::Due::WHEN_NOT_SET) return "it does not say when";
  if (due.when_case() == rules::Due::kMonths && !AreMonths(due.months())) {
    return "months is not 1 to 120";
  }
  if (due.has_every()) {
    if (Problem problem = CheckInterval(due.every())) return problem;
  }
  if (const auto citation = CitationFromProto(due.citation()); !citation.ok()) {
    return absl::StrCat("citation: ", citation.status().message());
  }
  return std::nullopt;
}

std::optional<Unsound> FindUnsound(const rules::RuleSet& data) {
  std::set<std::string> reasons;
  for (int i = 0; i < data.rules_size(); ++i) {
    Problem problem = ProblemOf(data.rules(i));
    if (!problem && !reasons.insert(data.rules(i).reason()).second) {
      problem = "an earlier rule has this reason";
    }
    if (problem) {
      return Unsound{
          "rules", i,
          absl::StrCat("rule ", data.rules(i).code(), " ", data.rules(i).reason(), ": ", *problem)};
    }
  }
  for (int i = 0; i < data.dues_size(); ++i) {
    if (Problem problem = ProblemOf(data.dues(i))) {
      return Unsound{"dues", i,
                     absl::StrCat("due ", v1::DueKind_Name(data.dues(i).kind()), ": ", *problem)};
    }
  }
  if (Problem problem = CheckWhole(data)) return Unsound{"", -1, *problem};
  return std::nullopt;
}

}  // namespace zhibu::membership
