// Recording what happens to memberships, and dues.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_FACTS_FACT_BOOK_H_
#define ZHIBU_SERVICES_MEMBERSHIP_FACTS_FACT_BOOK_H_

#include "absl/status/status.h"
#include "common/domain/shared_org_tree.h"
#include "common/rpc/call.h"
#include "common/store/store.h"
#include "common/store/txn.h"
#include "services/membership/books/visible.h"
#include "services/membership/parts.h"
#include "zhibu/membership/v1/membership_fact_service.pb.h"

namespace zhibu::membership {

// The bodies of MembershipFactService. Thread-safe; what it is given must outlive it.
class FactBook {
 public:
  FactBook(const Parts* parts, const SharedOrgTree* tree) : parts_(*parts), tree_(*tree) {}

  absl::Status Record(Call& call, const v1::RecordMembershipFactRequest& request, Txn& txn,
                      v1::RecordMembershipFactResponse* response) const;
  absl::Status PayDues(Call& call, const v1::RecordDuesPaidRequest& request, Txn& txn,
                       v1::RecordDuesPaidResponse* response) const;
  absl::Status Quote(Call& call, const v1::QuoteDuesRequest& request, const Reader& reader,
                     v1::QuoteDuesResponse* response) const;

 private:
  // Emits the record as it now is and fills the answer.
  absl::Status Store(Call& call, const VisiblePerson& person, Txn& txn, v1::Person* answer) const;

  const Parts& parts_;
  const SharedOrgTree& tree_;
};

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_FACTS_FACT_BOOK_H_
