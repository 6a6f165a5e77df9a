// Recording what happens to a case beside its steps.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_CASES_CASE_EVENTS_H_
#define ZHIBU_SERVICES_MEMBERSHIP_CASES_CASE_EVENTS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/domain/shared_org_tree.h"
#include "common/rpc/call.h"
#include "common/store/store.h"
#include "common/store/txn.h"
#include "services/membership/books/tables.h"
#include "services/membership/rules/case_events.h"
#include "zhibu/membership/v1/case_event_service.pb.h"

namespace zhibu::membership {

// The bodies of CaseEventService. Thread-safe; what it is given must outlive it.
class CaseEvents {
 public:
  CaseEvents(const RuleSets* rule_sets, const Tables* tables, const SharedOrgTree* tree)
      : rule_sets_(*rule_sets), tables_(*tables), tree_(*tree) {}

  absl::Status Record(Call& call, const v1::RecordCaseEventRequest& request, Txn& txn,
                      v1::RecordCaseEventResponse* response) const;
  absl::Status BatchRecord(Call& call, const v1::BatchRecordCaseEventsRequest& request, Txn& txn,
                           v1::BatchRecordCaseEventsResponse* response) const;

 private:
  // A case on the lane, with all that an event of it is judged by.
  struct Open {
    CaseName name;
    rows::CaseRow row;
    rows::PersonRow person = {};
    std::vector<v1::RecordedStep> steps = {};
    absl::CivilDay date = {};      // of the event
    const RuleSet* set = nullptr;  // that judges it; null where none does
  };
  // Reads the case of a request, or of a row at `prefix`, of sound form; checks scope and etag.
  absl::StatusOr<Open> OpenCase(Call& call, const v1::RecordCaseEventRequest& request,
                                const std::string& prefix, Txn& txn) const;
  // Judges and writes one event of sound form. Refusals are answered; nothing is written then.
  absl::StatusOr<std::vector<Violation>> RecordOne(Call& call,
                                                   const v1::RecordCaseEventRequest& request,
                                                   const std::string& prefix, Txn& txn,
                                                   v1::RecordCaseEventResponse* response) const;
  absl::StatusOr<CaseEventJudgement> Judge(Call& call, const Open& open, const v1::CaseEvent& event,
                                           const Reader& reader) const;
  // The person's stages after what was made.
  absl::StatusOr<Stages> Fold(const Open& open, const v1::RecordedCaseEvent& made,
                              const Reader& reader) const;

  const RuleSets& rule_sets_;
  const Tables& tables_;
  const SharedOrgTree& tree_;
};

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_CASES_CASE_EVENTS_H_
