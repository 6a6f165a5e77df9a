// The bodies of the RPCs about facilities and brands.
#ifndef ZHIBU_SERVICES_REGISTRY_STANDING_FACILITIES_H_
#define ZHIBU_SERVICES_REGISTRY_STANDING_FACILITIES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/rpc/call.h"
#include "common/rpc/paging.h"
#include "common/store/store.h"
#include "common/store/txn.h"
#include "services/registry/books/request.h"
#include "zhibu/registry/v1/facility_service.pb.h"

namespace zhibu::registry {

// Thread-safe. `pages` must outlive it.
class Facilities {
 public:
  explicit Facilities(Pages* pages) : pages_(*pages) {}

  absl::Status Create(Call& call, const v1::CreateFacilityRequest& request, Txn& txn,
                      v1::CreateFacilityResponse* response) const;
  absl::Status BatchCreate(Call& call, const v1::BatchCreateFacilitiesRequest& request, Txn& txn,
                           v1::BatchCreateFacilitiesResponse* response) const;
  absl::Status End(Call& call, const v1::EndFacilityRequest& request, Txn& txn,
                   v1::EndFacilityResponse* response) const;
  absl::Status Correct(Call& call, const v1::CorrectFacilityRequest& request, Txn& txn,
                       v1::CorrectFacilityResponse* response) const;
  absl::Status Get(Call& call, const v1::GetFacilityRequest& request, const Reader& reader,
                   v1::GetFacilityResponse* response) const;
  absl::Status List(Call& call, const v1::ListFacilitiesRequest& request, const Reader& reader,
                    v1::ListFacilitiesResponse* response) const;

 private:
  absl::StatusOr<std::string> Take(Call& call, Txn& txn, const v1::CreateFacilityRequest& request,
                                   const std::string& prefix, Verdict& verdict) const;

  Pages& pages_;
};

}  // namespace zhibu::registry

#endif  // ZHIBU_SERVICES_REGISTRY_STANDING_FACILITIES_H_
