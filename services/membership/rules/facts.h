// What is so of a member on any day, and what may happen to a membership. Pure.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_RULES_FACTS_H_
#define ZHIBU_SERVICES_MEMBERSHIP_RULES_FACTS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "common/base/status.h"
#include "services/membership/fact_rules.pb.h"
#include "services/membership/rows.pb.h"
#include "services/membership/rules/dues.h"
#include "services/membership/rules/progress.h"
#include "services/membership/rules/transfer_chain.h"
#include "zhibu/membership/v1/membership_fact.pb.h"
#include "zhibu/membership/v1/person.pb.h"

namespace zhibu::membership {

using Facts = google::protobuf::RepeatedPtrField<rows::FactRow>;

// What the facts of the present membership leave on a day. Of an earlier membership, one that ended
// and was followed by another admission, nothing is left.
struct Standing {
  bool rights_suspended = false;
  bool excused = false;
  std::optional<absl::CivilDay> mobile_since;
  std::optional<absl::CivilDay> lost_since;
  std::optional<absl::CivilDay> stopped_on;
  std::optional<absl::CivilDay> correction_until;
  // STOPPED or what ended it.
  v1::MembershipFactKind ended_by = v1::MEMBERSHIP_FACT_KIND_UNSPECIFIED;
};
Standing StandingOn(const rows::PersonRow& person, absl::CivilDay day);

// Everything that is computed for a day; `dues_paid_until` is what is recorded by now.
v1::MembershipStatus StatusOn(const rules::FactRules& rules, const rows::PersonRow& person,
                              absl::CivilDay day);

// Whether the person has died.
bool HasDied(const rows::PersonRow& person);

// The admission of a probationer whose steps are in no case that goes on: of who was one when the
// books were opened, or left them as one and came back. nullopt for everybody else.
std::optional<rows::OpeningRow> AdmittedElsewhere(const rows::PersonRow& person,
                                                  const Stages& stages);

// What falls due about the membership, by the facts as they stand: nothing of somebody who left,
// whose record was merged or who is no member. `led_by_case`: the end of a probation that
// began elsewhere is a case's item by now.
Dues MembershipDues(const rules::FactRules& rules, const rows::PersonRow& person, bool led_by_case);

// Why: the citation for a due item of a membership; default for other kinds.
type::v1::Citation CitationOfMembershipDue(const rules::FactRules& rules, int due_kind);

// The rule of a kind; never null for a kind that a sound file has, which is all but UNSPECIFIED.
const rules::FactRule* RuleOf(const rules::FactRules& rules, v1::MembershipFactKind kind);

// "停止党籍".
std::string FactTitle(v1::MembershipFactKind kind);

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

// Adds the fact, and the stage where it stops, restores or ends the membership. `organisation_id`:
// where the person was kept on the day.
void AddFact(const rows::FactRow& fact, absl::string_view organisation_id, rows::PersonRow& person);

// What the person was to the school on the day (人员类别). Before the first day on which it is
// known: the first.
v1::PersonKind PersonKindOn(const rows::PersonRow& person, absl::CivilDay day);

// From `day` on the person is of this kind. A change that was recorded for the same day, or the
// first one where none is dated before, is corrected. False, and nothing is changed, where a later
// change is recorded already.
bool SetKindFrom(absl::CivilDay day, v1::PersonKind kind, rows::PersonRow& person);

// The last day on which the kind changed; nullopt where it never did.
std::optional<absl::CivilDay> LastKindChange(const rows::PersonRow& person);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_RULES_FACTS_H_
