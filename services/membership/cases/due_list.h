// What falls due in a subtree, by date; and how much.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_CASES_DUE_LIST_H_
#define ZHIBU_SERVICES_MEMBERSHIP_CASES_DUE_LIST_H_

#include "absl/status/status.h"
#include "common/domain/shared_org_tree.h"
#include "common/rpc/call.h"
#include "common/rpc/paging.h"
#include "common/store/store.h"
#include "services/membership/books/due_index.h"
#include "services/membership/data/fact_rules.pb.h"
#include "services/membership/data/transfer_rules.pb.h"
#include "services/membership/rules/rule_set.h"
#include "zhibu/membership/v1/membership_service.pb.h"

namespace zhibu::membership {

// Reads the index alone, and of it only the organisations asked for up to the day asked for: one
// range an organisation, merged by date. A range that is known to begin later than the page ends is
// not looked at. Thread-safe; what it is given must outlive it.
class DueList {
 public:
  DueList(const DueIndex* index, const RuleSets* rule_sets,
          const rules::TransferRules* transfer_rules, const rules::FactRules* fact_rules,
          const SharedOrgTree* tree, Pages* pages)
      : index_(*index),
        rule_sets_(*rule_sets),
        transfer_rules_(*transfer_rules),
        fact_rules_(*fact_rules),
        tree_(*tree),
        pages_(*pages) {}

  absl::Status List(Call& call, const v1::ListDueRequest& request, const Reader& reader,
                    v1::ListDueResponse* response) const;
  // The same ranges, of which only the keys are looked at.
  absl::Status Count(Call& call, const v1::CountDueRequest& request, const Reader& reader,
                     v1::CountDueResponse* response) const;

 private:
  const DueIndex& index_;
  const RuleSets& rule_sets_;
  const rules::TransferRules& transfer_rules_;
  const rules::FactRules& fact_rules_;
  const SharedOrgTree& tree_;
  Pages& pages_;
};

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_CASES_DUE_LIST_H_
