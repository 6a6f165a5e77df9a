#include "services/membership/rules/preview.h"

#include <algorithm>
#include <set>

#include "common/base/civil.h"
#include "services/membership/rules/forecast.h"

namespace zhibu::membership {
namespace {

Verdict VerdictOf(const RuleSets& sets, CaseFacts& facts, const Affiliations& affiliations,
                  v1::StepKind kind, absl::CivilDay day) {
  Verdict verdict;
  const RuleSet* set = sets.For(*facts.progress, kind, day);
  if (set == nullptr) {
    verdict.reasons = {"NO_RULE_SET_ON_DATE"};
    return verdict;
  }
  BeIdeal(sets, facts);
  facts.uncounted = UncountedPeriods(affiliations, *facts.progress,
                                     set->data().case_events().continuity(), kNoEnd);
  const Judgement judgement = JudgeIdeal(*set, facts, IdealStep(kind, day));
  bool by_time = !judgement.refusals.empty();
  for (const Violation& refusal : judgement.refusals) {
    verdict.reasons.push_back(refusal.reason);
    by_time = by_time && refusal.earliest;
    verdict.earliest = std::max(verdict.earliest, refusal.earliest);
  }
  if (!by_time) verdict.earliest.reset();
  for (const Violation& warning : judgement.warnings) verdict.reasons.push_back(warning.reason);
  std::sort(verdict.reasons.begin(), verdict.reasons.end());
  return verdict;
}

}  // namespace

std::vector<ChangedStep> ChangedSteps(const RuleSets& now, const RuleSets& then, CaseFacts facts,
                                      const Affiliations& affiliations, absl::CivilDay day) {
  std::set<v1::StepKind> kinds;
  for (const RuleSets* sets : {&now, &then}) {
    for (const v1::StepKind kind : NextSteps(*sets, *facts.progress, day)) kinds.insert(kind);
  }
  std::vector<ChangedStep> changed;
  for (const v1::StepKind kind : kinds) {
    ChangedStep step{kind, VerdictOf(now, facts, affiliations, kind, day),
                     VerdictOf(then, facts, affiliations, kind, day)};
    if (!(step.now == step.then)) changed.push_back(std::move(step));
  }
  return changed;
}

}  // namespace zhibu::membership
