// Reading organisations for a change, and storing them: what all services that change them do.
#ifndef ZHIBU_SERVICES_REGISTRY_BOOKS_BOOKS_H_
#define ZHIBU_SERVICES_REGISTRY_BOOKS_BOOKS_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/domain/shared_org_tree.h"
#include "common/rpc/call.h"
#include "common/store/store.h"
#include "common/store/txn.h"
#include "services/registry/books/request.h"
#include "services/registry/books/rows.pb.h"
#include "services/registry/rules/norms.h"
#include "zhibu/registry/v1/registry_service.pb.h"

namespace zhibu::registry {

// Thread-safe. `tree` and `norms` must outlive it.
class Books {
 public:
  Books(SharedOrgTree* tree, const Norms* norms) : tree_(tree), norms_(*norms) {}

  // Fills the tree in memory from the tables; once, before serving.
  absl::Status Load(const Reader& reader) const;

  // Judges one row to be set up and, where nothing is wrong with it, stores it; else `verdict` says
  // what. Answers its name. `created`: ids set up earlier in the same request.
  absl::StatusOr<std::string> SetUp(Call& call, Txn& txn,
                                    const v1::CreateOrganisationRequest& request,
                                    const std::string& prefix, std::set<std::string>& created,
                                    Verdict& verdict) const;

  // The stored organisation that a change is about, in scope and unchanged since the caller read
  // it.
  absl::StatusOr<rows::OrganisationRow> ForChange(Call& call, const Reader& reader,
                                                  const std::string& name,
                                                  absl::string_view etag) const;

  // Store a row that was judged, its version moved on already: table, feed, advisories, and the
  // tree once it is committed.
  absl::Status Store(Txn& txn, const rows::OrganisationRow& row) const;
  absl::Status Store(Txn& txn, const rows::InstitutionRow& row) const;
  absl::Status Store(Txn& txn, const rows::PostRow& row) const;

 private:
  SharedOrgTree* const tree_;
  const Norms& norms_;
};

// Adds the organisation and, with `all_above`, everything that was ever above it.
absl::Status Collect(const Reader& reader, const std::string& id, bool all_above,
                     std::map<std::string, rows::OrganisationRow>& known);

// The others that ever had one of the row's codes, or one of its ids in other systems.
absl::StatusOr<std::vector<rows::OrganisationRow>> WithSameCode(const Reader& reader,
                                                                const rows::OrganisationRow& row);
absl::StatusOr<std::vector<rows::OrganisationRow>> WithSameExternalId(
    const Reader& reader, const rows::OrganisationRow& row);

}  // namespace zhibu::registry

#endif  // ZHIBU_SERVICES_REGISTRY_BOOKS_BOOKS_H_
