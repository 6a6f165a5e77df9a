// What the organisations of a subtree owe, from the counters.
#ifndef ZHIBU_SERVICES_REPORTING_OWED_OWED_H_
#define ZHIBU_SERVICES_REPORTING_OWED_OWED_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "common/domain/cadence.h"
#include "common/domain/org_tree.h"
#include "common/rpc/call.h"
#include "common/rpc/paging.h"
#include "common/store/store.h"
#include "services/reporting/books/snapshot_trees.h"
#include "zhibu/reporting/v1/reporting_service.pb.h"
#include "zhibu/type/v1/line.pb.h"

namespace zhibu::reporting {

struct OwedQuery {
  std::string root;  // organisation id
  type::v1::Line line;
  absl::CivilDay as_of;
  absl::CivilDay today;
};

// What one organisation owes by one rule.
struct OwedByOne {
  std::string organisation;  // id
  Owed owed;                 // its rule is the cadence's
};

// What the organisations of the subtree owe in the periods that contain `as_of`, done or not, as it
// stands on `today`: of a period that is over, what was not held is missing. Members count as on
// `as_of`. By organisation id and activity kind.
absl::StatusOr<std::vector<OwedByOne>> OwedInSubtree(const Reader& reader, const Cadence& cadence,
                                                     const OrgTree& tree, const OwedQuery& query);

// The body of ListOwed. Thread-safe; `cadence` and `pages` must outlive it.
class OwedLists {
 public:
  OwedLists(const Cadence* cadence, Pages* pages) : cadence_(*cadence), pages_(*pages) {}

  absl::Status List(Call& call, const v1::ListOwedRequest& request, const Reader& reader,
                    v1::ListOwedResponse* response) const;

 private:
  const Cadence& cadence_;
  Pages& pages_;
  mutable SnapshotTrees trees_;
};

}  // namespace zhibu::reporting

#endif  // ZHIBU_SERVICES_REPORTING_OWED_OWED_H_
