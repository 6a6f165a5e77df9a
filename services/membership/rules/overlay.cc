#include "services/membership/rules/overlay.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"

namespace zhibu::membership {
namespace {

using Problem = std::optional<std::string>;

bool IsConfirmed(const type::v1::Citation& citation) {
  return citation.mark() == type::v1::MARK_CONFIRMED;
}

bool RefusesForCertain(const rules::Rule& rule) {
  return rule.severity() == rules::REFUSE &&
         (IsConfirmed(rule.citation()) || IsConfirmed(rule.carried_over()));
}

rules::Rule* FindRule(rules::RuleSet& data, const std::string& reason) {
  for (rules::Rule& rule : *data.mutable_rules()) {
    if (rule.reason() == reason) return &rule;
  }
  return nullptr;
}

// Changes the months; negative: the rule is looser by it, 0: as before.
std::optional<int> SetMonths(rules::Rule& rule, int months) {
  int before = 0;
  const auto set = [&](auto& condition) {
    before = condition.months();
    condition.set_months(months);
  };
  switch (rule.condition_case()) {
    case rules::Rule::kMonthsSince:
      set(*rule.mutable_months_since());
      return months - before;
    case rules::Rule::kLeaving:
      set(*rule.mutable_leaving());
      return months - before;
    case rules::Rule::kDeadline:
      set(*rule.mutable_deadline());
      return before - months;
    case rules::Rule::kInterval:
      set(*rule.mutable_interval());
      return before - months;
    default:
      return std::nullopt;
  }
}

// `rule` as `change` says; nothing of it is to be used where there is a problem.
Problem Replace(const rules::Replacement& change, rules::Rule& rule) {
  if (rule.has_order()) return "the order of steps is not replaced";
  if (change.severity() == rules::SEVERITY_UNSPECIFIED && change.months() == 0 &&
      change.working_days() == 0 && change.message().empty() && !change.has_citation()) {
    return "it changes nothing";
  }
  const bool certain = RefusesForCertain(rule);
  const bool refused = rule.severity() == rules::REFUSE;
  int stricter = 0;
  if (change.months() != 0) {
    const auto by = SetMonths(rule, change.months());
    if (!by) return "its condition has no months";
    stricter = *by;
  }
  if (change.working_days() != 0) {
    if (!rule.has_public_notice()) return "its condition has no working_days";
    stricter = change.working_days() - rule.public_notice().working_days();
    rule.mutable_public_notice()->set_working_days(change.working_days());
  }
  if (change.severity() != rules::SEVERITY_UNSPECIFIED) rule.set_severity(change.severity());
  if (certain && (rule.severity() != rules::REFUSE || stricter < 0)) {
    return "a rule that refuses by a confirmed citation is not made weaker";
  }
  const bool refuses_more = rule.severity() == rules::REFUSE && (!refused || stricter > 0);
  if (refuses_more && !MayRefuseLocally(change.citation())) {
    return "it refuses more than before: that needs a citation of MARK_CONFIRMED, or of "
           "MARK_SECONDARY with verified_on";
  }
  if (!change.message().empty()) rule.set_message(change.message());
  if (change.has_citation()) {
    // What it was confirmed by goes on confirming it.
    if (IsConfirmed(rule.citation())) *rule.mutable_carried_over() = rule.citation();
    *rule.mutable_citation() = change.citation();
  }
  return std::nullopt;
}

Unsound Of(const char* field, int index, absl::string_view what, const std::string& problem) {
  return Unsound{field, index, absl::StrCat(what, ": ", problem)};
}

}  // namespace

std::optional<Unsound> ApplyOverlay(const rules::Overlay& overlay, rules::RuleSet& data) {
  if (!IsResourceId(overlay.id())) return Unsound{"id", -1, "id is not [a-z][a-z0-9-]{0,62}"};
  if (overlay.title().empty()) return Unsound{"title", -1, "title is empty"};
  if (overlay.changes() != data.id()) {
    return Unsound{"changes", -1, absl::StrCat("there is no rule set ", overlay.changes())};
  }
  if (overlay.rules().empty() && overlay.replaces().empty() && overlay.dues().empty()) {
    return Unsound{"", -1, "it changes nothing"};
  }
  std::set<std::string> replaced;
  for (int i = 0; i < overlay.replaces_size(); ++i) {
    const rules::Replacement& change = overlay.replaces(i);
    rules::Rule* rule = FindRule(data, change.reason());
    Problem problem;
    if (rule == nullptr) {
      problem = absl::StrCat(data.id(), " has no such rule");
    } else if (!replaced.insert(change.reason()).second) {
      problem = "it is replaced twice";
    } else {
      rule->set_overlay(overlay.id());
      problem = Replace(change, *rule);
      if (!problem) problem = ProblemOf(*rule);
    }
    if (problem) return Of("replaces", i, change.reason(), *problem);
  }
  for (int i = 0; i < overlay.rules_size(); ++i) {
    rules::Rule rule = overlay.rules(i);
    Problem problem;
    if (!rule.overlay().empty()) problem = "overlay is not said in a file";
    if (FindRule(data, rule.reason()) != nullptr) problem = "an earlier rule has this reason";
    if (rule.has_order()) problem = "the order of steps is the rule set's";
    rule.set_overlay(overlay.id());
    if (!problem) problem = ProblemOf(rule);
    if (problem) return Of("rules", i, rule.reason(), *problem);
    *data.add_rules() = std::move(rule);
  }
  for (int i = 0; i < overlay.dues_size(); ++i) {
    const rules::Due& due = overlay.dues(i);
    if (const Problem problem = ProblemOf(due)) {
      return Of("dues", i, v1::DueKind_Name(due.kind()), *problem);
    }
    // One that stood before takes no part any more.
    for (int j = data.dues_size() - 1; j >= 0; --j) {
      const bool same_steps = std::any_of(due.after().begin(), due.after().end(), [&](int step) {
        return std::find(data.dues(j).after().begin(), data.dues(j).after().end(), step) !=
               data.dues(j).after().end();
      });
      if (data.dues(j).kind() == due.kind() && same_steps) {
        data.mutable_dues()->DeleteSubrange(j, 1);
      }
    }
    *data.add_dues() = due;
  }
  return std::nullopt;
}

}  // namespace zhibu::membership
