// The counters: any measure of any organisation on any date from three short range scans, however
// much there is below it.
//
// A counter is the sum of the amounts dated in one bucket: a day, a month or a year. What stands on
// a date is the sum of the years before its year, the months of its year before its month, and the
// days of its month up to it. Own counters hold what was contributed at the organisation itself;
// those of a line hold, at every organisation, what all below it on that line adds up to, at every
// date in the tree of that date. What stands below it on both lines at once is counted beside them,
// so that it can be taken off once where either line is asked for: that is rare, whereas a third
// line kept whole would cost as much as the two.
#ifndef ZHIBU_SERVICES_REPORTING_BOOKS_COUNTERS_H_
#define ZHIBU_SERVICES_REPORTING_BOOKS_COUNTERS_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "common/domain/org_tree.h"
#include "common/rpc/mirror.pb.h"
#include "common/store/store.h"
#include "common/store/txn.h"
#include "services/reporting/books/contributions.h"

namespace zhibu::reporting {

// Whose contributions a counter adds up.
enum class Of { kItself, kSubordination, kTerritorial, kEither };

// The counter's line for a subtree; LINE_UNSPECIFIED is read as LINE_SUBORDINATION.
Of SubtreeOn(type::v1::Line line);

// A stock as it stands on `day`; of a flow, all that happened up to and including `day`.
absl::StatusOr<int64_t> CountOn(const Reader& reader, Of of, absl::string_view organisation,
                                absl::string_view measure, absl::CivilDay day);

// How much of a flow happened on the days of [from, to).
absl::StatusOr<int64_t> CountBetween(const Reader& reader, Of of, absl::string_view organisation,
                                     absl::string_view measure, absl::CivilDay from,
                                     absl::CivilDay to);

// Keeps the counters. Used on the commit lane alone. It keeps the tree in memory.
class Rollup {
 public:
  // To be called before each event, and before the event changes anything: reads the tree where
  // there is none yet, or where the one in memory is not the one that the transaction shows,
  // because a transaction that changed it was rolled back.
  absl::Status Begin(const Reader& reader);

  // Changes the counters by what a contributor's contributions changed.
  absl::Status Change(Txn& txn, const Contributions& before, const Contributions& after);

  // An organisation has new edges or days of life. What it and all below it contribute is taken
  // back along the old lines and put along the new ones, so that it does not matter whether an edge
  // comes before or after what rolls up along it.
  absl::Status SetOrganisation(Txn& txn, const rpc::MirroredOrganisation& organisation);

 private:
  using Spans = std::vector<AncestorSpan>;
  // Subordination, territorial, and both at once.
  static constexpr int kWays = 3;

  void SetInTree(const rpc::MirroredOrganisation& organisation);
  // The organisation and everybody whose way up may lead through it on any date.
  std::vector<std::string> EverBelow(const std::string& organisation) const;
  // Its ancestors, without itself.
  std::array<Spans, kWays> SpansOf(const std::string& organisation) const;

  OrgTree tree_;
  int64_t version_ = -1;  // of the tree in memory; −1: none was read
  // Parent on either line, at whatever date → children.
  absl::flat_hash_map<std::string, absl::flat_hash_set<std::string>> children_;
  absl::flat_hash_map<std::string, std::vector<std::string>> parents_;
  // Walking the tree for each contribution would cost more than the counters themselves.
  absl::flat_hash_map<std::string, std::array<Spans, kWays>> spans_;
};

}  // namespace zhibu::reporting

#endif  // ZHIBU_SERVICES_REPORTING_BOOKS_COUNTERS_H_
