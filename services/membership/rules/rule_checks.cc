#include "services/membership/rules/rule_checks.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "services/membership/rules/periods.h"
#include "services/membership/rules/steps.h"

namespace zhibu::membership {

bool IsStep(int kind) { return kind >= 1 && kind <= kStepKinds; }

Problem CheckSteps(const google::protobuf::RepeatedField<int>& steps, absl::string_view field) {
  std::set<int> seen;
  for (int step : steps) {
    if (!IsStep(step)) return absl::StrCat(field, " names a step that does not exist");
    if (!seen.insert(step).second) return absl::StrCat(field, " names a step twice");
  }
  return std::nullopt;
}

Problem OnlyOf(const rules::Rule& rule, std::initializer_list<v1::StepKind> allowed,
               absl::string_view otherwise) {
  const auto& steps = rule.steps();
  const bool only = std::all_of(steps.begin(), steps.end(), [&](int step) {
    return std::find(allowed.begin(), allowed.end(), step) != allowed.end();
  });
  return only ? Problem() : std::string(otherwise);
}

Problem CheckInterval(const rules::Interval& interval) {
  if (!AreMonths(interval.months())) return "months is not 1 to 120";
  if (!IsStep(interval.from()) || !IsStep(interval.each())) return "from or each is missing";
  return std::nullopt;
}

}  // namespace zhibu::membership
