// The bodies of the RPCs about organisations.
#ifndef ZHIBU_SERVICES_REGISTRY_ORGANISATIONS_ORGANISATIONS_H_
#define ZHIBU_SERVICES_REGISTRY_ORGANISATIONS_ORGANISATIONS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/rpc/call.h"
#include "common/rpc/paging.h"
#include "common/store/store.h"
#include "common/store/txn.h"
#include "services/registry/books/books.h"
#include "zhibu/registry/v1/registry_service.pb.h"

namespace zhibu::registry {

// Thread-safe. `books` and `pages` must outlive it.
class Organisations {
 public:
  Organisations(const Books* books, Pages* pages) : books_(*books), pages_(pages) {}

  absl::Status Create(Call& call, const v1::CreateOrganisationRequest& request, Txn& txn,
                      v1::CreateOrganisationResponse* response) const;
  absl::Status BatchCreate(Call& call, const v1::BatchCreateOrganisationsRequest& request, Txn& txn,
                           v1::BatchCreateOrganisationsResponse* response) const;
  absl::Status Update(Call& call, const v1::UpdateOrganisationRequest& request, Txn& txn,
                      v1::UpdateOrganisationResponse* response) const;
  absl::Status Move(Call& call, const v1::MoveOrganisationRequest& request, Txn& txn,
                    v1::MoveOrganisationResponse* response) const;
  absl::Status Get(Call& call, const v1::GetOrganisationRequest& request, const Reader& reader,
                   v1::GetOrganisationResponse* response) const;
  absl::Status BatchGet(Call& call, const v1::BatchGetOrganisationsRequest& request,
                        const Reader& reader, v1::BatchGetOrganisationsResponse* response) const;
  absl::Status Find(Call& call, const v1::FindOrganisationRequest& request, const Reader& reader,
                    v1::FindOrganisationResponse* response) const;
  absl::Status Ancestors(Call& call, const v1::GetAncestorsRequest& request, const Reader& reader,
                         v1::GetAncestorsResponse* response) const;
  absl::Status List(Call& call, const v1::ListOrganisationsRequest& request, const Reader& reader,
                    v1::ListOrganisationsResponse* response) const;

 private:
  const Books& books_;
  Pages* const pages_;
};

}  // namespace zhibu::registry

#endif  // ZHIBU_SERVICES_REGISTRY_ORGANISATIONS_ORGANISATIONS_H_
