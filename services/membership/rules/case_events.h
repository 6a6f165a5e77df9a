// Whether something may happen to a case beside its steps (其他情形): a pure function of a rule
// set, the facts and the event.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_RULES_CASE_EVENTS_H_
#define ZHIBU_SERVICES_MEMBERSHIP_RULES_CASE_EVENTS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "common/base/status.h"
#include "services/membership/rules/affiliations.h"
#include "services/membership/rules/progress.h"
#include "services/membership/rules/rule_set.h"
#include "services/membership/rules/transfer_chain.h"
#include "zhibu/membership/v1/case_event.pb.h"
#include "zhibu/registry/v1/organisation.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::membership {

// Everything about the event that is wrong whatever the books and rules say; subjects are fields of
// a request's `event`.
std::vector<Violation> CheckCaseEventForm(const v1::CaseEvent& event);

// The organisation that decided, on the event's day.
struct ActingBody {
  std::string id;
  bool known = false;  // in these books; otherwise it is outside
  bool there = false;  // existed on the day
  type::v1::OrganisationKind kind = type::v1::ORGANISATION_KIND_UNSPECIFIED;
  type::v1::CommitteeLevel level = type::v1::COMMITTEE_LEVEL_UNSPECIFIED;
};

struct CaseEventFacts {
  const rows::Progress* progress = nullptr;              // of the case; never null
  const Stages* stages = nullptr;                        // of the person; never null
  const Affiliations* affiliations = nullptr;            // of the person; never null
  bool probationary_at_opening = false;                  // where admitted is not known here
  const std::vector<v1::RecordedStep>* steps = nullptr;  // of the case, in order; never null
  // The person is still kept by the organisation that led the case to its end.
  bool kept_where_led = true;
  // A withdrawal, refusal or non-recognition stands among the case's events.
  bool ended_by_event = false;
  ActingBody acting;
  Upward upward;  // the organisation that led the case on the day, and what was above it
};

struct CaseEventJudgement {
  std::vector<Violation> refusals;
  std::vector<Violation> warnings;
};

// Every unmet condition of an event of sound form, on its day, seen `today`.
CaseEventJudgement JudgeCaseEvent(const RuleSet& set, const CaseEventFacts& facts,
                                  const v1::CaseEvent& event, absl::CivilDay today);

// The last step that stands; null where there is none.
const v1::RecordedStep* LastStanding(const std::vector<v1::RecordedStep>& steps);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_RULES_CASE_EVENTS_H_
