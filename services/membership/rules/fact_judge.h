// What may happen to a membership. Pure.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_RULES_FACT_JUDGE_H_
#define ZHIBU_SERVICES_MEMBERSHIP_RULES_FACT_JUDGE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "common/base/status.h"
#include "services/membership/books/rows.pb.h"
#include "services/membership/data/fact_rules.pb.h"
#include "services/membership/rules/transfer_chain.h"
#include "zhibu/membership/v1/membership_fact.pb.h"

namespace zhibu::membership {

// What judging a fact needs to know beside it.
struct FactContext {
  const rows::PersonRow* person = nullptr;  // never null
  // The organisation that keeps the person on the day, and what is above it.
  Upward upward;
  bool open_case = false;      // in which steps can still be recorded
  bool open_transfer = false;  // of the relation
  absl::CivilDay today;
};

struct FactJudgement {
  std::vector<Violation> refused;
  // Asked by a text that was not yet in force on the day.
  std::vector<Violation> warnings;
};

// Every unmet condition: of the period, of who decides, of order and sense. Fields are named
// "fact.date" and so on. `fact` is of sound form; an empty authority_id stands for the keeper.
FactJudgement JudgeFact(const rules::FactRules& rules, const FactContext& context,
                        const rows::FactRow& fact);

// Gives their numbers, by place, to facts that were recorded before there were any.
void NumberFacts(rows::PersonRow& person);

// Whether a fact of the kind stops, restores or ends the membership.
bool SetsStage(v1::MembershipFactKind kind);

// Adds the fact, which gets the next number unless it has one, and the stage where it stops, restores
// or ends the membership. `organisation_id`: where the person was kept on the day.
void AddFact(const rows::FactRow& fact, absl::string_view organisation_id, rows::PersonRow& person);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_RULES_FACT_JUDGE_H_
