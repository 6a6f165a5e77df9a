// Recording what happens to a case beside its steps.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_CASE_EVENTS_H_
#define ZHIBU_SERVICES_MEMBERSHIP_CASE_EVENTS_H_

#include "absl/status/status.h"
#include "common/domain/shared_org_tree.h"
#include "common/rpc/call.h"
#include "common/store/txn.h"
#include "services/membership/tables.h"
#include "zhibu/membership/v1/case_event_service.pb.h"

namespace zhibu::membership {

// The body of RecordCaseEvent. Thread-safe; what it is given must outlive it.
class CaseEvents {
 public:
  CaseEvents(const RuleSets* rule_sets, const Tables* tables, const SharedOrgTree* tree)
      : rule_sets_(*rule_sets), tables_(*tables), tree_(*tree) {}

  absl::Status Record(Call& call, const v1::RecordCaseEventRequest& request, Txn& txn,
                      v1::RecordCaseEventResponse* response) const;

 private:
  const RuleSets& rule_sets_;
  const Tables& tables_;
  const SharedOrgTree& tree_;
};

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_CASE_EVENTS_H_
