// What other rule sets would decide of a case's next steps (试算). Pure.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_RULES_PREVIEW_H_
#define ZHIBU_SERVICES_MEMBERSHIP_RULES_PREVIEW_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "services/membership/rules/judge.h"

namespace zhibu::membership {

// What would become of a step: the reasons by which it is refused or warned, and, where it is
// refused and time alone helps, the earliest day.
struct Verdict {
  std::vector<std::string> reasons;
  std::optional<absl::CivilDay> earliest;

  bool operator==(const Verdict&) const = default;
};
struct ChangedStep {
  v1::StepKind kind = v1::STEP_KIND_UNSPECIFIED;
  Verdict now, then;
};

// The steps that may follow by either of the two, tried on `day` with everything passed, approved
// and voted for: those on which they differ. `facts`: progress, stages and birth date; the rest is
// filled in, what does not count of the time between the person's `affiliations` as each set has
// it.
std::vector<ChangedStep> ChangedSteps(const RuleSets& now, const RuleSets& then, CaseFacts facts,
                                      const Affiliations& affiliations, absl::CivilDay day);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_RULES_PREVIEW_H_
