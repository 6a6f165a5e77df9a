// The bodies of the RPCs about how a subtree stands.
#ifndef ZHIBU_SERVICES_REGISTRY_STANDING_STANDING_H_
#define ZHIBU_SERVICES_REGISTRY_STANDING_STANDING_H_

#include "absl/status/status.h"
#include "common/rpc/call.h"
#include "common/rpc/paging.h"
#include "common/store/store.h"
#include "services/registry/rules/norms.h"
#include "zhibu/registry/v1/standing_service.pb.h"

namespace zhibu::registry {

// Thread-safe. `norms` and `pages` must outlive it.
class Standing {
 public:
  Standing(const Norms* norms, Pages* pages) : norms_(*norms), pages_(*pages) {}

  absl::Status Advisories(Call& call, const v1::ListAdvisoriesRequest& request,
                          const Reader& reader, v1::ListAdvisoriesResponse* response) const;
  absl::Status Gaps(Call& call, const v1::ListCoverageGapsRequest& request, const Reader& reader,
                    v1::ListCoverageGapsResponse* response) const;
  // In summary.cc.
  absl::Status Summary(Call& call, const v1::GetRegistrySummaryRequest& request,
                       const Reader& reader, v1::GetRegistrySummaryResponse* response) const;
  absl::Status Search(Call& call, const v1::SearchRegistryRequest& request, const Reader& reader,
                      v1::SearchRegistryResponse* response) const;

 private:
  const Norms& norms_;
  Pages& pages_;
};

}  // namespace zhibu::registry

#endif  // ZHIBU_SERVICES_REGISTRY_STANDING_STANDING_H_
