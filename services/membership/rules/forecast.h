// The earliest legal day of every step that is left: the same judgement, asked for one day after
// another. Pure.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_RULES_FORECAST_H_
#define ZHIBU_SERVICES_MEMBERSHIP_RULES_FORECAST_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "services/membership/rules/judge.h"

namespace zhibu::membership {

// A step of this kind on which everything is passed, approved and voted for.
v1::Step IdealStep(v1::StepKind kind, absl::CivilDay day);
// Whoever acts may do so, and whoever is named is who is asked for: fills in what of the facts is
// not the case's.
void BeIdeal(const RuleSets& sets, CaseFacts& facts);
// An ideal step by ideal facts, on its day.
Judgement JudgeIdeal(const RuleSet& set, CaseFacts& facts, const v1::Step& step);

struct ForecastDay {
  v1::StepKind kind = v1::STEP_KIND_UNSPECIFIED;
  absl::CivilDay earliest;
  bool assumed = false;              // the caller said so
  std::optional<Violation> binding;  // what makes it no earlier; none where only order does
};
struct Forecast {
  std::vector<ForecastDay> days;      // in order
  std::vector<Violation> blocked_by;  // why it does not go on; empty at the end of the way
};

// From the case as it is: everything is passed, approved and voted for, by those who may. A paused
// case is blocked until it goes on. `birth` as in CaseFacts; `affiliations` of the person.
// `assumed`: days of steps to come. `from`: no step is earlier, such as the day of the case's last
// step.
Forecast ForecastCase(const RuleSets& sets, rows::Progress progress, Stages stages,
                      const Affiliations& affiliations, std::optional<absl::CivilDay> birth,
                      const std::map<v1::StepKind, absl::CivilDay>& assumed, absl::CivilDay from);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_RULES_FORECAST_H_
