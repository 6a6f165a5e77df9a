// The bodies of ForecastCase and VerifyProofs.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_CASES_PROOFS_H_
#define ZHIBU_SERVICES_MEMBERSHIP_CASES_PROOFS_H_

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
class Proofs {
 public:
  Proofs(const RuleSets* rule_sets, const PersonalDataKeys* keys, const SharedOrgTree* tree,
         Pages* pages)
      : rule_sets_(*rule_sets), keys_(*keys), tree_(*tree), pages_(*pages) {}

  absl::Status Forecast(Call& call, const v1::ForecastCaseRequest& request, const Reader& reader,
                        v1::ForecastCaseResponse* response) const;
  absl::Status Verify(Call& call, const v1::VerifyProofsRequest& request, const Reader& reader,
                      v1::VerifyProofsResponse* response) const;

 private:
  absl::Status VerifyPerson(const Reader& reader, const std::string& person_id,
                            v1::VerifyProofsResponse* response) const;

  const RuleSets& rule_sets_;
  const PersonalDataKeys& keys_;
  const SharedOrgTree& tree_;
  Pages& pages_;
};

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_CASES_PROOFS_H_
