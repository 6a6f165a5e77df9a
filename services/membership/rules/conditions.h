// The forms of condition that a rule can have: what is known of each stands in one row. Pure.
//
// A new form is a case of the oneof in ruleset.proto and a row in one of the conditions_*.cc, with
// the function that evaluates it.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_RULES_CONDITIONS_H_
#define ZHIBU_SERVICES_MEMBERSHIP_RULES_CONDITIONS_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "services/membership/data/ruleset.pb.h"
#include "services/membership/rules/calendar.h"
#include "services/membership/rules/case_facts.h"

namespace zhibu::membership {

// One thing that makes a rule unmet.
struct Unmet {
  std::string subject;  // below the step: "date"
  // For the message: {"{earliest}", "2026-05-18"}.
  std::vector<std::pair<std::string, std::string>> values;
  std::optional<absl::CivilDay> earliest;
  // Where it is not the rule's own reason and message.
  std::string reason, message;
  std::string note;    // follows the message
  bool warns = false;  // whatever the rule's severity
};

// What a condition is asked about.
struct Asked {
  const rules::Order::Place& place;  // of the step
  const CaseFacts& facts;
  const ProposedStep& step;
};

struct ConditionForm {
  rules::Rule::ConditionCase condition = rules::Rule::CONDITION_NOT_SET;
  // What a rule's message may contain.
  std::vector<std::string> placeholders = {};
  // What makes a rule's numbers or steps unusable; null: nothing can.
  std::optional<std::string> (*problem)(const rules::Rule& rule) = nullptr;
  // Which facts it needs; null: none that have to be asked for.
  void (*add_needs)(const rules::Rule& rule, Needs& needs) = nullptr;
  // Empty where the rule is met, or cannot be asked since an earlier step is missing. Null for the
  // order of steps, which Judge asks by itself.
  std::vector<Unmet> (*find_unmet)(const rules::Rule& rule, const Asked& asked) = nullptr;
  // Whether working days were counted of a year whose calendar is not known; null: never.
  bool (*provisional)(const rules::Rule& rule, const Asked& asked) = nullptr;
  // Without steps it is asked of every step.
  bool every_step = false;
  // It is not asked of a ballot whose figures cannot be.
  bool of_ballot = false;
};

// Null for CONDITION_NOT_SET alone.
const ConditionForm* FormOf(rules::Rule::ConditionCase condition);

// The rows by what they ask about, for FormOf: conditions_time.cc and so on.
std::vector<ConditionForm> TimeConditions();
std::vector<ConditionForm> PersonConditions();
std::vector<ConditionForm> BodyConditions();
std::vector<ConditionForm> CourseConditions();

// For a row: `kFind` asks the message of the condition that `kGet` reads from the rule.
template <auto kGet, auto kFind>
std::vector<Unmet> Ask(const rules::Rule& rule, const Asked& asked) {
  return kFind((rule.*kGet)(), asked);
}

// Unmet by the day, and met from `earliest` on.
Unmet MetFrom(absl::CivilDay earliest,
              std::vector<std::pair<std::string, std::string>> values = {});

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_RULES_CONDITIONS_H_
