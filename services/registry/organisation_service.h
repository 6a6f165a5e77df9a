// The bodies of the RPCs about organisations.
#ifndef ZHIBU_SERVICES_REGISTRY_ORGANISATION_SERVICE_H_
#define ZHIBU_SERVICES_REGISTRY_ORGANISATION_SERVICE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/rpc/call.h"
#include "common/rpc/paging.h"
#include "common/store/store.h"
#include "common/store/txn.h"
#include "services/registry/books.h"
#include "zhibu/registry/v1/registry_service.pb.h"

namespace zhibu::registry {

// Thread-safe. `books` and `pages` must outlive it.
class OrganisationService {
 public:
  OrganisationService(const Books* books, Pages* pages) : books_(*books), pages_(pages) {}

  absl::Status Create(Call& call, const v1::CreateOrganisationRequest& request, Txn& txn,
                      v1::CreateOrganisationResponse* response);
  absl::Status BatchCreate(Call& call, const v1::BatchCreateOrganisationsRequest& request, Txn& txn,
                           v1::BatchCreateOrganisationsResponse* response);
  absl::Status Update(Call& call, const v1::UpdateOrganisationRequest& request, Txn& txn,
                      v1::UpdateOrganisationResponse* response);
  absl::Status Move(Call& call, const v1::MoveOrganisationRequest& request, Txn& txn,
                    v1::MoveOrganisationResponse* response);
  absl::Status Get(Call& call, const v1::GetOrganisationRequest& request, const Reader& reader,
                   v1::GetOrganisationResponse* response);
  absl::Status BatchGet(Call& call, const v1::BatchGetOrganisationsRequest& request,
                        const Reader& reader, v1::BatchGetOrganisationsResponse* response);
  absl::Status Find(Call& call, const v1::FindOrganisationRequest& request, const Reader& reader,
                    v1::FindOrganisationResponse* response);
  absl::Status Ancestors(Call& call, const v1::GetAncestorsRequest& request, const Reader& reader,
                         v1::GetAncestorsResponse* response);
  absl::Status List(Call& call, const v1::ListOrganisationsRequest& request, const Reader& reader,
                    v1::ListOrganisationsResponse* response);

 private:
  const Books& books_;
  Pages* const pages_;
};

}  // namespace zhibu::registry

#endif  // ZHIBU_SERVICES_REGISTRY_ORGANISATION_SERVICE_H_
