// Whether a step may be recorded: a pure function of a rule set, the facts and the step.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_RULES_JUDGE_H_
#define ZHIBU_SERVICES_MEMBERSHIP_RULES_JUDGE_H_

#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "common/base/status.h"
#include "services/membership/rules/case_facts.h"
#include "services/membership/rules/conditions.h"
#include "services/membership/rules/rule_set.h"
#include "zhibu/membership/v1/development_case.pb.h"

namespace zhibu::membership {

struct Judgement {
  std::vector<Violation> refusals;
  std::vector<Violation> warnings;
  // The order of steps, then every rule that was asked, each with what became of it: the proof of a
  // step without refusals.
  std::vector<v1::Condition> conditions;
  // Working days were counted of a year whose calendar is not known.
  bool calendar_provisional = false;
};

// Every unmet condition: of the order of steps, of the rules of `set` for this step, and of sense
// (not in the future, a ballot that can be).
Judgement Judge(const RuleSet& set, const CaseFacts& facts, const ProposedStep& proposed);

// That the case is paused, about `subject`.
Violation CasePaused(const RuleSet& set, absl::string_view subject);

// The steps that may follow (下一步) on `day`, by number, as far as order and passing decide: each
// by the set that would judge it then. Where a transition leaves a stage to the set before, that is
// another for the first step of the next stage.
std::vector<v1::StepKind> NextSteps(const RuleSets& sets, const rows::Progress& progress,
                                    absl::CivilDay day);

// Empty where the rule is met, or cannot be asked since an earlier step is missing.
std::vector<Unmet> FindUnmet(const rules::Rule& rule, const RuleSet& set, const CaseFacts& facts,
                             const ProposedStep& proposed);

// Whether the figures of a ballot can all be true.
bool CanBe(const v1::Vote& vote);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_RULES_JUDGE_H_
