// The body of PreviewRuleSet.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_CASES_PREVIEWS_H_
#define ZHIBU_SERVICES_MEMBERSHIP_CASES_PREVIEWS_H_

#include <string>

#include "absl/status/status.h"
#include "common/domain/shared_org_tree.h"
#include "common/rpc/call.h"
#include "common/rpc/paging.h"
#include "common/store/store.h"
#include "services/membership/books/personal_data.h"
#include "services/membership/rules/rule_set.h"
#include "zhibu/membership/v1/rule_service.pb.h"

namespace zhibu::membership {

// Thread-safe; what it is given must outlive it.
class Previews {
 public:
  Previews(const RuleSets* rule_sets, const PersonalDataKeys* keys, const SharedOrgTree* tree,
           Pages* pages)
      : rule_sets_(*rule_sets), keys_(*keys), tree_(*tree), pages_(*pages) {}

  absl::Status Preview(Call& call, const v1::PreviewRuleSetRequest& request, const Reader& reader,
                       v1::PreviewRuleSetResponse* response) const;

 private:
  absl::Status PreviewPerson(const RuleSets& then, absl::CivilDay on, const Reader& reader,
                             const std::string& person_id,
                             v1::PreviewRuleSetResponse* response) const;

  const RuleSets& rule_sets_;
  const PersonalDataKeys& keys_;
  const SharedOrgTree& tree_;
  Pages& pages_;
};

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_CASES_PREVIEWS_H_
