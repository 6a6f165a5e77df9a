// The organisation tree as a snapshot shows it.
#ifndef ZHIBU_SERVICES_REPORTING_BOOKS_SNAPSHOT_TREES_H_
#define ZHIBU_SERVICES_REPORTING_BOOKS_SNAPSHOT_TREES_H_

#include <cstdint>
#include <map>
#include <memory>

#include "absl/status/statusor.h"
#include "common/base/mutex.h"
#include "common/domain/org_tree.h"
#include "common/store/store.h"

namespace zhibu::reporting {

// The server's shared tree shows the newest state; a query that goes over several pages needs the
// tree of its own snapshot. Snapshots with the same version of the tree share one, and the last few
// are kept. Thread-safe.
class SnapshotTrees {
 public:
  absl::StatusOr<std::shared_ptr<const OrgTree>> At(const Reader& snapshot);

 private:
  static constexpr size_t kKept = 4;

  Mutex mutex_;
  std::map<int64_t, std::shared_ptr<const OrgTree>> by_version_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace zhibu::reporting

#endif  // ZHIBU_SERVICES_REPORTING_BOOKS_SNAPSHOT_TREES_H_
