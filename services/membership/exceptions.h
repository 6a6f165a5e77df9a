// Steps that stand by an exception (例外): their index and the body of ListExceptions.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_EXCEPTIONS_H_
#define ZHIBU_SERVICES_MEMBERSHIP_EXCEPTIONS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/domain/shared_org_tree.h"
#include "common/rpc/call.h"
#include "common/rpc/paging.h"
#include "common/store/store.h"
#include "common/store/txn.h"
#include "services/membership/tables.h"
#include "zhibu/membership/v1/case_event_service.pb.h"

namespace zhibu::membership {

// Whether the step was accepted though a condition was not met that allows exceptions.
bool IsExcepted(const v1::RecordedStep& recorded);

// The index lies where the case lies. `row`: the case; its excepted steps are put under, or deleted
// from, its organisation.
void PutExceptions(Txn& txn, const CaseName& name, const rows::CaseRow& row);
void DeleteExceptions(Txn& txn, const CaseName& name, const rows::CaseRow& row);

// Thread-safe; what it is given must outlive it.
class Exceptions {
 public:
  Exceptions(const SharedOrgTree* tree, Pages* pages) : tree_(*tree), pages_(*pages) {}

  absl::Status List(Call& call, const v1::ListExceptionsRequest& request, const Reader& reader,
                    v1::ListExceptionsResponse* response) const;

 private:
  const SharedOrgTree& tree_;
  Pages& pages_;
};

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_EXCEPTIONS_H_
