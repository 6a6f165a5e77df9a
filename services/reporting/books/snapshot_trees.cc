#include "services/reporting/books/snapshot_trees.h"

#include <optional>
#include <utility>

#include "common/base/status.h"
#include "common/rpc/organisation_mirror.h"
#include "common/store/table.h"
#include "services/reporting/books/tables.h"

namespace zhibu::reporting {

absl::StatusOr<std::shared_ptr<const OrgTree>> SnapshotTrees::At(const Reader& snapshot) {
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::TreeRow> row,
                         GetRow<rows::TreeRow>(snapshot, TreeKey()));
  const int64_t version = row ? row->version() : 0;
  {
    MutexLock lock(&mutex_);
    if (auto it = by_version_.find(version); it != by_version_.end()) return it->second;
  }
  // Two may build the same one at once; that costs time and nothing else.
  SharedOrgTree shared;
  ZHIBU_RETURN_IF_ERROR(OrganisationMirror(&shared).Load(snapshot));
  auto tree =
      shared.Read([](const OrgTree& loaded) { return std::make_shared<const OrgTree>(loaded); });
  MutexLock lock(&mutex_);
  by_version_[version] = tree;
  while (by_version_.size() > kKept) by_version_.erase(by_version_.begin());
  return tree;
}

}  // namespace zhibu::reporting
