// Judging all facts of a person again, as if they had been recorded so in the first place
// (更正后重新 判断). Pure.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_RULES_FACT_REPLAY_H_
#define ZHIBU_SERVICES_MEMBERSHIP_RULES_FACT_REPLAY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "common/base/status.h"
#include "services/membership/books/rows.pb.h"
#include "services/membership/data/fact_rules.pb.h"
#include "services/membership/rules/fact_judge.h"
#include "services/membership/rules/standing.h"
#include "services/membership/rules/transfer_chain.h"

namespace zhibu::membership {

// What a replay needs to know beside the person.
struct ReplayContext {
  // The organisation that kept the person on a day, and what was above it.
  absl::FunctionRef<absl::StatusOr<Upward>(const std::string& organisation_id, absl::CivilDay day)>
      upward;
  bool open_case = false;      // today
  bool open_transfer = false;  // today
  absl::CivilDay today;
};

struct FactReplay {
  rows::PersonRow person;  // with these facts, and the stages that follow
  // Subjects "facts/3.date"; "facts/3" where it is not one of the fact's own fields.
  std::vector<Violation> refused;
  std::vector<Violation> warnings;
};

// `person` with `facts` instead of its own. Each is judged on its day, with what was so before it:
// earlier facts, the stages that steps had led to, and where the person was kept. What was recorded
// since, by steps and transfers, stands: where the facts would take away what it stands on, they
// are refused. `corrected`: the number of the fact that is put right, for what is no single
// fact's fault.
absl::StatusOr<FactReplay> ReplayFacts(const rules::FactRules& rules, const rows::PersonRow& person,
                                       const Facts& facts, int32_t corrected,
                                       const ReplayContext& context);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_RULES_FACT_REPLAY_H_
