// The part of rule_set.h that decides whether a rule set may be used at all.

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/domain/citation.h"
#include "services/membership/rules/conditions.h"
#include "services/membership/rules/periods.h"
#include "services/membership/rules/rule_checks.h"
#include "services/membership/rules/rule_set.h"

namespace zhibu::membership {
namespace {

bool IsReason(absl::string_view reason) {
  return !reason.empty() && std::all_of(reason.begin(), reason.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

Problem CheckMessage(const rules::Rule& rule, const std::vector<std::string>& known) {
  if (rule.message().empty()) return "message is empty";
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
  const ConditionForm* form = FormOf(rule.condition_case());
  if (rule.steps().empty() && (form == nullptr || !form->every_step)) return "steps is empty";
  if (form == nullptr) return "there is no condition";
  if (form->problem != nullptr) {
    if (Problem problem = form->problem(rule)) return problem;
  }
  if (Problem problem = CheckMessage(rule, form->placeholders)) return problem;
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
