// What is so of a member on any day: by the stages and facts that are recorded. Pure.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_RULES_STANDING_H_
#define ZHIBU_SERVICES_MEMBERSHIP_RULES_STANDING_H_

#include <optional>

#include "absl/time/civil_time.h"
#include "services/membership/books/rows.pb.h"
#include "services/membership/data/fact_rules.pb.h"
#include "services/membership/rules/progress.h"
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

// Whether the person held voting rights on `day`: a full member (正式党员) then, approved by then,
// whose rights were not suspended (留党察看; 选举条例 art 5) and whose membership was not stopped.
bool HasVotingRights(const rows::PersonRow& person, absl::CivilDay day);

// Of one on probation or a full member.
bool IsMember(v1::Stage stage);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_RULES_STANDING_H_
