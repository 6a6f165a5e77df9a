// Giving quotas and showing how they stand.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_QUOTA_QUOTAS_H_
#define ZHIBU_SERVICES_MEMBERSHIP_QUOTA_QUOTAS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/domain/shared_org_tree.h"
#include "common/rpc/call.h"
#include "common/rpc/paging.h"
#include "common/store/store.h"
#include "common/store/txn.h"
#include "services/membership/parts.h"
#include "zhibu/membership/v1/quota_service.pb.h"

namespace zhibu::membership {

// The bodies of the methods on quotas. Thread-safe; what it is given must outlive it.
class Quotas {
 public:
  Quotas(const Parts* parts, const SharedOrgTree* tree, Pages* pages)
      : parts_(*parts), tree_(*tree), pages_(*pages) {}

  absl::Status Allocate(Call& call, const v1::AllocateQuotaRequest& request, Txn& txn,
                        v1::AllocateQuotaResponse* response) const;
  absl::Status Get(Call& call, const v1::GetQuotaRequest& request, const Reader& reader,
                   v1::GetQuotaResponse* response) const;
  absl::Status List(Call& call, const v1::ListQuotasRequest& request, const Reader& reader,
                    v1::ListQuotasResponse* response) const;

 private:
  // How many open cases would use the ledger of this organisation and year, were every step done on
  // its earliest legal day from `today` on.
  absl::StatusOr<int32_t> ForecastUse(const Reader& reader, const std::string& organisation_id,
                                      int32_t year, absl::CivilDay today) const;
  // Of the cases that one organisation leads.
  absl::StatusOr<int32_t> ApprovalsIn(const Reader& reader, const std::string& organisation_id,
                                      int32_t year, absl::CivilDay today) const;

  const Parts& parts_;
  const SharedOrgTree& tree_;
  Pages& pages_;
};

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_QUOTA_QUOTAS_H_
