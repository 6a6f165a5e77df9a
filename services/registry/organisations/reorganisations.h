// The bodies of the RPCs that rename, upgrade, merge, split and dissolve organisations.
#ifndef ZHIBU_SERVICES_REGISTRY_ORGANISATIONS_REORGANISATIONS_H_
#define ZHIBU_SERVICES_REGISTRY_ORGANISATIONS_REORGANISATIONS_H_

#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/rpc/call.h"
#include "common/rpc/paging.h"
#include "common/store/store.h"
#include "common/store/txn.h"
#include "services/registry/books/books.h"
#include "services/registry/organisations/handover.h"
#include "zhibu/registry/v1/reorganisation_service.pb.h"

namespace zhibu::registry {

// Thread-safe. `books` and `pages` must outlive it.
class Reorganisations {
 public:
  Reorganisations(const Books* books, Pages* pages) : books_(*books), pages_(*pages) {}

  absl::Status Rename(Call& call, const v1::RenameOrganisationRequest& request, Txn& txn,
                      v1::RenameOrganisationResponse* response) const;
  absl::Status ChangeKind(Call& call, const v1::ChangeOrganisationKindRequest& request, Txn& txn,
                          v1::ChangeOrganisationKindResponse* response) const;
  absl::Status Merge(Call& call, const v1::MergeOrganisationsRequest& request, Txn& txn,
                     v1::MergeOrganisationsResponse* response) const;
  absl::Status Split(Call& call, const v1::SplitOrganisationRequest& request, Txn& txn,
                     v1::SplitOrganisationResponse* response) const;
  absl::Status Dissolve(Call& call, const v1::DissolveOrganisationRequest& request, Txn& txn,
                        v1::DissolveOrganisationResponse* response) const;
  absl::Status Get(Call& call, const v1::GetReorganisationRequest& request, const Reader& reader,
                   v1::GetReorganisationResponse* response) const;
  absl::Status List(Call& call, const v1::ListReorganisationsRequest& request, const Reader& reader,
                    v1::ListReorganisationsResponse* response) const;

 private:
  // A decision under way: the form checked, what it changes read and in scope.
  struct Decided {
    v1::Reorganisation decision;
    int32_t effective = 0;
    std::vector<rows::OrganisationRow> subjects;
    Violations refused;
  };
  // Reads the common part of every request. `form`: what the request's own fields showed.
  absl::StatusOr<Decided> Begin(Call& call, Txn& txn, const std::string& id,
                                const v1::Decision& decision, v1::ReorganisationKind kind,
                                const std::vector<v1::OrganisationVersion>& subjects,
                                Violations form) const;
  // Refuses, or stores the decision and answers it.
  absl::Status Finish(Txn& txn, Decided& decided, v1::Reorganisation* answer) const;

  // `to`, set up first where the request says how.
  absl::Status ReadSuccessor(Call& call, Txn& txn, const std::string& to, bool has_establish,
                             const v1::CreateOrganisationRequest& establish, const std::string& at,
                             std::set<std::string>& created, Decided& decided) const;
  absl::Status HandOverTo(const rows::OrganisationRow& from, const std::string& to, Txn& txn,
                          Decided& decided) const;
  absl::Status End(rows::OrganisationRow row, const std::vector<std::string>& successors, Txn& txn,
                   Decided& decided) const;
  Handover HandoverOf(const rows::OrganisationRow& from, const Decided& decided) const;

  const Books& books_;
  Pages& pages_;
};

}  // namespace zhibu::registry

#endif  // ZHIBU_SERVICES_REGISTRY_ORGANISATIONS_REORGANISATIONS_H_
