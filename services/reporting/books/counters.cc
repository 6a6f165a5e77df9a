#include "services/reporting/books/counters.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "common/base/civil.h"
#include "common/base/status.h"
#include "common/rpc/organisation_mirror.h"
#include "common/store/keys.h"
#include "common/store/table.h"
#include "services/reporting/books/tables.h"
#include "services/reporting/rules/measures.h"

namespace zhibu::reporting {
namespace {

// The four counters of an organisation and measure; as text in the key, so that two bytes say it.
constexpr char kOwn[] = "i";
constexpr char kBelowSubordination[] = "s";
constexpr char kBelowTerritorial[] = "t";
constexpr char kBelowBoth[] = "b";

constexpr char kYears[] = "y";
constexpr char kMonths[] = "m";
constexpr char kDays[] = "d";

int64_t YearBucket(absl::CivilDay day) { return day.year(); }
int64_t MonthBucket(absl::CivilDay day) { return day.year() * 12 + day.month() - 1; }

Key BucketsKey(const char* counter, absl::string_view organisation, absl::string_view measure,
               const char* size) {
  return TableKey(Table::kCounters).Text(counter).Text(organisation).Text(measure).Text(size);
}

absl::Status AddTo(Txn& txn, const Key& key, int64_t amount) {
  ZHIBU_ASSIGN_OR_RETURN(std::optional<rows::CounterRow> row, GetRow<rows::CounterRow>(txn, key));
  rows::CounterRow counter = row ? *row : rows::CounterRow();
  counter.set_amount(counter.amount() + amount);
  if (counter.amount() == 0) {
    txn.Delete(key);
  } else {
    PutRow(txn, key, counter);
  }
  return absl::OkStatus();
}

// Adds to the three buckets of a day.
absl::Status AddAt(Txn& txn, const char* counter, absl::string_view organisation,
                   absl::string_view measure, int32_t number, int64_t amount) {
  const absl::CivilDay day = DayFromNumber(number);
  const auto key = [&](const char* size) {
    return BucketsKey(counter, organisation, measure, size);
  };
  ZHIBU_RETURN_IF_ERROR(AddTo(txn, key(kYears).Number(YearBucket(day)), amount));
  ZHIBU_RETURN_IF_ERROR(AddTo(txn, key(kMonths).Number(MonthBucket(day)), amount));
  return AddTo(txn, key(kDays).Number(number), amount);
}

// A stock that stands since before the ancestor became one counts there from then on, and stops
// counting when it ceases to be one. A flow counts where the tree is on its day.
absl::Status AddAlong(Txn& txn, const char* counter, const AncestorSpan& span,
                      const std::string& measure, int32_t day, int64_t amount) {
  const int32_t from = DayNumber(span.from);
  const int32_t to = DayNumber(span.to);
  if (day >= to) return absl::OkStatus();
  if (IsFlow(measure)) {
    return day < from ? absl::OkStatus() : AddAt(txn, counter, span.ancestor, measure, day, amount);
  }
  ZHIBU_RETURN_IF_ERROR(AddAt(txn, counter, span.ancestor, measure, std::max(day, from), amount));
  if (span.to == kNoEnd) return absl::OkStatus();
  return AddAt(txn, counter, span.ancestor, measure, to, -amount);
}

constexpr const char* kWayCounters[] = {kBelowSubordination, kBelowTerritorial, kBelowBoth};

bool SameSpan(const AncestorSpan& a, const AncestorSpan& b) {
  return std::tie(a.ancestor, a.from, a.to) == std::tie(b.ancestor, b.from, b.to);
}

// Those of `spans` that `others` does not have.
std::vector<AncestorSpan> Without(const std::vector<AncestorSpan>& spans,
                                  const std::vector<AncestorSpan>& others) {
  std::vector<AncestorSpan> result;
  for (const AncestorSpan& span : spans) {
    if (std::none_of(others.begin(), others.end(),
                     [&](const AncestorSpan& other) { return SameSpan(span, other); })) {
      result.push_back(span);
    }
  }
  return result;
}

struct OwnDelta {
  std::string measure;
  int32_t day;
  int64_t amount;
};

// All that is contributed at the organisation itself, day by day.
absl::StatusOr<std::vector<OwnDelta>> OwnDeltas(const Reader& reader,
                                                const std::string& organisation) {
  const Key all = TableKey(Table::kCounters).Text(kOwn).Text(organisation);
  std::vector<OwnDelta> deltas;
  ZHIBU_RETURN_IF_ERROR(ScanRows<rows::CounterRow>(
      reader, all, all.End(), [&](absl::string_view key, const rows::CounterRow& row) {
        KeyParts parts(key);
        parts.Text();  // line
        parts.Text();  // organisation
        std::optional<std::string> measure = parts.Text();
        if (parts.Text() == kDays) {
          deltas.push_back(
              {*std::move(measure), static_cast<int32_t>(*parts.Number()), row.amount()});
        }
        return true;
      }));
  return deltas;
}

absl::StatusOr<int64_t> SumBuckets(const Reader& reader, const Key& begin, const Key& end) {
  int64_t sum = 0;
  ZHIBU_RETURN_IF_ERROR(ScanRows<rows::CounterRow>(
      reader, begin, end, [&](absl::string_view, const rows::CounterRow& row) {
        sum += row.amount();
        return true;
      }));
  return sum;
}

absl::StatusOr<int64_t> CounterOn(const Reader& reader, const char* counter,
                                  absl::string_view organisation, absl::string_view measure,
                                  absl::CivilDay day) {
  const auto key = [&](const char* size) {
    return BucketsKey(counter, organisation, measure, size);
  };
  const absl::CivilDay month(day.year(), day.month(), 1);
  const absl::CivilDay year(day.year(), 1, 1);
  ZHIBU_ASSIGN_OR_RETURN(const int64_t years,
                         SumBuckets(reader, key(kYears), key(kYears).Number(YearBucket(day))));
  ZHIBU_ASSIGN_OR_RETURN(const int64_t months,
                         SumBuckets(reader, key(kMonths).Number(MonthBucket(year)),
                                    key(kMonths).Number(MonthBucket(day))));
  ZHIBU_ASSIGN_OR_RETURN(const int64_t days,
                         SumBuckets(reader, key(kDays).Number(DayNumber(month)),
                                    key(kDays).Number(int64_t{DayNumber(day)} + 1)));
  return years + months + days;
}

}  // namespace

Of SubtreeOn(type::v1::Line line) {
  switch (line) {
    case type::v1::LINE_TERRITORIAL:
      return Of::kTerritorial;
    case type::v1::LINE_EITHER:
      return Of::kEither;
    default:
      return Of::kSubordination;
  }
}

absl::StatusOr<int64_t> CountOn(const Reader& reader, Of of, absl::string_view organisation,
                                absl::string_view measure, absl::CivilDay day) {
  const auto count = [&](const char* counter) {
    return CounterOn(reader, counter, organisation, measure, day);
  };
  ZHIBU_ASSIGN_OR_RETURN(int64_t sum, count(kOwn));
  if (of == Of::kSubordination || of == Of::kEither) {
    ZHIBU_ASSIGN_OR_RETURN(const int64_t below, count(kBelowSubordination));
    sum += below;
  }
  if (of == Of::kTerritorial || of == Of::kEither) {
    ZHIBU_ASSIGN_OR_RETURN(const int64_t below, count(kBelowTerritorial));
    sum += below;
  }
  if (of == Of::kEither) {
    ZHIBU_ASSIGN_OR_RETURN(const int64_t twice, count(kBelowBoth));
    sum -= twice;
  }
  return sum;
}

absl::StatusOr<int64_t> CountBetween(const Reader& reader, Of of, absl::string_view organisation,
                                     absl::string_view measure, absl::CivilDay from,
                                     absl::CivilDay to) {
  if (from >= to) return 0;
  ZHIBU_ASSIGN_OR_RETURN(const int64_t until, CountOn(reader, of, organisation, measure, to - 1));
  ZHIBU_ASSIGN_OR_RETURN(const int64_t before,
                         CountOn(reader, of, organisation, measure, from - 1));
  return until - before;
}

absl::Status Rollup::Begin(const Reader& reader) {
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::TreeRow> row,
                         GetRow<rows::TreeRow>(reader, TreeKey()));
  const int64_t stored = row ? row->version() : 0;
  if (stored == version_) return absl::OkStatus();
  tree_ = OrgTree();
  children_.clear();
  parents_.clear();
  spans_.clear();
  version_ = -1;
  const Key all(SystemTable::kOrganisations);
  ZHIBU_RETURN_IF_ERROR(ScanRows<rpc::MirroredOrganisation>(
      reader, all, all.End(),
      [&](absl::string_view, const rpc::MirroredOrganisation& organisation) {
        SetInTree(organisation);
        return true;
      }));
  version_ = stored;
  return absl::OkStatus();
}

absl::Status Rollup::Change(Txn& txn, const Contributions& before, const Contributions& after) {
  std::map<std::tuple<std::string, std::string, int32_t>, int64_t> changes;
  for (const Contribution& c : before) changes[{c.organisation, c.measure, c.day}] -= c.amount;
  for (const Contribution& c : after) changes[{c.organisation, c.measure, c.day}] += c.amount;
  for (const auto& [key, amount] : changes) {
    if (amount == 0) continue;
    const auto& [organisation, measure, day] = key;
    ZHIBU_RETURN_IF_ERROR(AddAt(txn, kOwn, organisation, measure, day, amount));
    auto cached = spans_.find(organisation);
    if (cached == spans_.end()) cached = spans_.emplace(organisation, SpansOf(organisation)).first;
    for (int way = 0; way < kWays; ++way) {
      for (const AncestorSpan& span : cached->second[way]) {
        ZHIBU_RETURN_IF_ERROR(AddAlong(txn, kWayCounters[way], span, measure, day, amount));
      }
    }
  }
  return absl::OkStatus();
}

absl::Status Rollup::SetOrganisation(Txn& txn, const rpc::MirroredOrganisation& organisation) {
  // The same before and after: an organisation's own edges do not change who is below it.
  const std::vector<std::string> affected = EverBelow(organisation.id());
  std::vector<std::array<Spans, kWays>> old_spans;
  for (const std::string& id : affected) old_spans.push_back(SpansOf(id));
  rows::TreeRow tree_row;
  tree_row.set_version(++version_);
  PutRow(txn, TreeKey(), tree_row);
  SetInTree(organisation);
  for (size_t i = 0; i < affected.size(); ++i) {
    const std::string& id = affected[i];
    spans_.erase(id);
    const std::array<Spans, kWays> new_spans = SpansOf(id);
    std::optional<std::vector<OwnDelta>> deltas;
    for (int way = 0; way < kWays; ++way) {
      const Spans gone = Without(old_spans[i][way], new_spans[way]);
      const Spans come = Without(new_spans[way], old_spans[i][way]);
      if (gone.empty() && come.empty()) continue;
      if (!deltas) {
        ZHIBU_ASSIGN_OR_RETURN(deltas, OwnDeltas(txn, id));
      }
      for (const OwnDelta& delta : *deltas) {
        for (const AncestorSpan& span : gone) {
          ZHIBU_RETURN_IF_ERROR(
              AddAlong(txn, kWayCounters[way], span, delta.measure, delta.day, -delta.amount));
        }
        for (const AncestorSpan& span : come) {
          ZHIBU_RETURN_IF_ERROR(
              AddAlong(txn, kWayCounters[way], span, delta.measure, delta.day, delta.amount));
        }
      }
    }
  }
  return absl::OkStatus();
}

void Rollup::SetInTree(const rpc::MirroredOrganisation& organisation) {
  std::vector<std::string>& parents = parents_[organisation.id()];
  for (const std::string& parent : parents) children_[parent].erase(organisation.id());
  parents.clear();
  for (const rpc::MirroredEdge& edge : organisation.edges()) {
    parents.push_back(edge.parent_id());
    children_[edge.parent_id()].insert(organisation.id());
  }
  tree_.SetEdges(organisation.id(), EdgesOf(organisation));
  tree_.SetLife(organisation.id(), DayFromNumber(organisation.established()),
                DayFromNumber(organisation.dissolved()));
}

std::vector<std::string> Rollup::EverBelow(const std::string& organisation) const {
  std::vector<std::string> found = {organisation};
  absl::flat_hash_set<std::string> seen = {organisation};
  for (size_t next = 0; next < found.size(); ++next) {
    const auto children = children_.find(found[next]);
    if (children == children_.end()) continue;
    for (const std::string& child : children->second) {
      if (seen.insert(child).second) found.push_back(child);
    }
  }
  return found;
}

std::array<Rollup::Spans, Rollup::kWays> Rollup::SpansOf(const std::string& organisation) const {
  const auto others = [&](type::v1::Line line) {
    Spans spans = tree_.AncestorSpans(organisation, line);
    spans.erase(spans.begin());  // itself
    return spans;
  };
  Spans subordination = others(type::v1::LINE_SUBORDINATION);
  Spans territorial = others(type::v1::LINE_TERRITORIAL);
  Spans both;
  for (const AncestorSpan& a : subordination) {
    for (const AncestorSpan& b : territorial) {
      const absl::CivilDay from = std::max(a.from, b.from);
      const absl::CivilDay to = std::min(a.to, b.to);
      if (a.ancestor == b.ancestor && from < to) both.push_back({a.ancestor, from, to});
    }
  }
  return {std::move(subordination), std::move(territorial), std::move(both)};
}

}  // namespace zhibu::reporting
