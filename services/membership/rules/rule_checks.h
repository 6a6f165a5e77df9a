// What several checks of a rule set ask in the same way. Pure.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_RULES_RULE_CHECKS_H_
#define ZHIBU_SERVICES_MEMBERSHIP_RULES_RULE_CHECKS_H_

#include <initializer_list>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "services/membership/data/ruleset.pb.h"
#include "zhibu/membership/v1/development_case.pb.h"

namespace zhibu::membership {

// nullopt where there is none.
using Problem = std::optional<std::string>;

bool IsStep(int kind);

// That `field` names a step that is none, or one twice.
Problem CheckSteps(const google::protobuf::RepeatedField<int>& steps, absl::string_view field);

// `otherwise` where the rule is asked of a step that is not among `allowed`.
Problem OnlyOf(const rules::Rule& rule, std::initializer_list<v1::StepKind> allowed,
               absl::string_view otherwise);

Problem CheckInterval(const rules::Interval& interval);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_RULES_RULE_CHECKS_H_
