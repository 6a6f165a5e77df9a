// Records that may be of one person, and merging two of them (疑似重复、档案合并).
#ifndef ZHIBU_SERVICES_MEMBERSHIP_PRIVACY_DUPLICATES_H_
#define ZHIBU_SERVICES_MEMBERSHIP_PRIVACY_DUPLICATES_H_

#include "absl/status/status.h"
#include "common/domain/shared_org_tree.h"
#include "common/rpc/call.h"
#include "common/rpc/paging.h"
#include "common/store/store.h"
#include "common/store/txn.h"
#include "services/membership/books/tables.h"
#include "zhibu/membership/v1/privacy_service.pb.h"

namespace zhibu::membership {

// Thread-safe; what it is given must outlive it.
class Duplicates {
 public:
  Duplicates(const PersonalDataKeys* keys, const rules::FactRules* fact_rules, const Tables* tables,
             const SharedOrgTree* tree, Pages* pages)
      : keys_(*keys), fact_rules_(*fact_rules), tables_(*tables), tree_(*tree), pages_(*pages) {}

  absl::Status List(Call& call, const v1::ListDuplicatesRequest& request, const Reader& reader,
                    v1::ListDuplicatesResponse* response) const;
  absl::Status Merge(Call& call, const v1::MergePersonsRequest& request, Txn& txn,
                     v1::MergePersonsResponse* response) const;

 private:
  const PersonalDataKeys& keys_;
  const rules::FactRules& fact_rules_;
  const Tables& tables_;
  const SharedOrgTree& tree_;
  Pages& pages_;
};

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_PRIVACY_DUPLICATES_H_
