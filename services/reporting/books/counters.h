// The counters: any measure of any organisation on any date, however much there is below it.
//
// A counter is the sum of the amounts dated in one bucket: a day, a month or a year. What stands on
// a date is the sum of the years before its year, the months of its year before its month, and the
// days of its month up to it. The buckets of an organisation lie in the order of time with all
// measures of each together, so that a few range scans read them all. Own counters hold what was
// contributed at the organisation itself; those below hold, by line, what all below it on that line
// adds up to, at every date in the tree of that date. What stands below it on both lines at once is
// counted beside them, so that it can be taken off once where either line is asked for: that is
// rare, whereas a third line kept whole would cost as much as the two.
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
#include "common/store/keys.h"
#include "common/store/store.h"
#include "common/store/txn.h"
#include "services/reporting/books/contributions.h"

namespace zhibu::reporting {

// Whose contributions a counter adds up.
enum class Of { kItself, kSubordination, kTerritorial, kEither };

// The counter's line for a subtree; LINE_UNSPECIFIED is read as LINE_SUBORDINATION.
Of SubtreeOn(type::v1::Line line);

// What the counters of one organisation said on some days, read in one go. Immutable.
class Counts {
 public:
  // Reads what stood on each of `days`, of every measure. It scans at most once over the years, and
  // over the months and the days at most once for each of `days`, neighbours together: of the own
  // counters, and as often of those below.
  static absl::StatusOr<Counts> Read(const Reader& reader, absl::string_view organisation,
                                     std::vector<absl::CivilDay> days);
  // The same of the own counters alone: Of::kItself is all that may then be asked.
  static absl::StatusOr<Counts> ReadOwn(const Reader& reader, absl::string_view organisation,
                                        std::vector<absl::CivilDay> days);

  // A stock as it stands on `day`, which is one of those that were read; of a flow, all that
  // happened up to and including it.
  int64_t On(Of of, absl::string_view measure, absl::CivilDay day) const;
  // How much of a flow happened on the days of [from, to); `from` − 1 and `to` − 1 were read.
  int64_t Between(Of of, absl::string_view measure, absl::CivilDay from, absl::CivilDay to) const;

 private:
  // Itself, below on subordination, on territorial, and on both at once.
  static constexpr int kCounters = 4;
  using Amounts = std::array<int64_t, kCounters>;

  explicit Counts(std::vector<absl::CivilDay> days);
  // Adds the buckets of one table. The counter of a row is `own`, or is what its key ends with.
  absl::Status Add(const Reader& reader, const Key& organisation, bool own);

  std::vector<absl::CivilDay> days_;  // ascending, each once
  // Measure → by day.
  absl::flat_hash_map<std::string, std::vector<Amounts>> amounts_;
};

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
