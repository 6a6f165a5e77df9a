// The bodies of the RPCs about organisations.
#ifndef ZHIBU_SERVICES_REGISTRY_ORGANISATION_SERVICE_H_
#define ZHIBU_SERVICES_REGISTRY_ORGANISATION_SERVICE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/domain/shared_org_tree.h"
#include "common/rpc/call.h"
#include "common/rpc/paging.h"
#include "common/store/store.h"
#include "common/store/txn.h"
#include "services/registry/request.h"
#include "services/registry/rows.pb.h"
#include "zhibu/registry/v1/registry_service.pb.h"

namespace zhibu::registry {

// Thread-safe. `tree` and `pages` must outlive it.
class OrganisationService {
 public:
  OrganisationService(SharedOrgTree* tree, Pages* pages) : tree_(tree), pages_(pages) {}

  // Fills the tree in memory from the tables; once, before serving.
  absl::Status Load(const Reader& reader);

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
  absl::Status List(Call& call, const v1::ListOrganisationsRequest& request, const Reader& reader,
                    v1::ListOrganisationsResponse* response);

 private:
  // Judges one row to be set up and, where nothing is wrong with it, stores it; else `verdict` says
  // what. Answers its name. `created`: ids set up earlier in the same request.
  absl::StatusOr<std::string> Take(Call& call, Txn& txn,
                                   const v1::CreateOrganisationRequest& request,
                                   const std::string& prefix, std::set<std::string>& created,
                                   Verdict& verdict);
  absl::Status Store(Txn& txn, const rows::OrganisationRow& row);

  SharedOrgTree* const tree_;
  Pages* const pages_;
};

}  // namespace zhibu::registry

#endif  // ZHIBU_SERVICES_REGISTRY_ORGANISATION_SERVICE_H_
