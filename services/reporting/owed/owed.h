// What the organisations of a subtree owe, from the counters.
#ifndef ZHIBU_SERVICES_REPORTING_OWED_OWED_H_
#define ZHIBU_SERVICES_REPORTING_OWED_OWED_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "common/domain/cadence.h"
#include "common/domain/org_tree.h"
#include "common/store/store.h"
#include "zhibu/reporting/v1/reporting_service.pb.h"
#include "zhibu/type/v1/line.pb.h"
#include "zhibu/type/v1/owed_item.pb.h"

namespace zhibu::reporting {

// What one organisation owes in the periods that contain `as_of`, by activity kind, as they stand
// on `today`: of a period that is over, what was not held is missing. Members count as on `as_of`.
// Empty for an organisation that is not known.
absl::StatusOr<std::vector<type::v1::OwedItem>> OwedBy(const Reader& reader,
                                                           const Cadence& cadence,
                                                           const std::string& organisation,
                                                           absl::CivilDay as_of,
                                                           absl::CivilDay today);

struct OwedQuery {
  std::string root;  // organisation id
  type::v1::Line line;
  absl::CivilDay as_of;
  absl::CivilDay today;
  bool open_only;
  int size;  // items at most
};

// Where the page before ended, and what its first page counted. As text, for the page token.
struct OwedPosition {
  absl::CivilDay as_of;      // fixed by the first page, so that midnight does not split a query
  absl::CivilDay today;      // likewise
  v1::OwedTotals totals;     // of the whole subtree
  std::string organisation;  // the last one that was answered from
  int answered = 0;          // how many of its items were
};
std::string ToText(const OwedPosition& position);
// INTERNAL where the text is none of ours.
absl::StatusOr<OwedPosition> ParseOwedPosition(const std::string& text);

// One page: items by organisation id and kind, and where it ended; `more` says whether there are
// any after it. `after` is null for the first page, which looks at the whole subtree to count the
// totals.
struct OwedPage {
  std::vector<type::v1::OwedItem> items;
  OwedPosition end;
  bool more = false;
};
absl::StatusOr<OwedPage> ListOwed(const Reader& reader, const Cadence& cadence, const OrgTree& tree,
                                  const OwedQuery& query, const OwedPosition* after);

}  // namespace zhibu::reporting

#endif  // ZHIBU_SERVICES_REPORTING_OWED_OWED_H_
