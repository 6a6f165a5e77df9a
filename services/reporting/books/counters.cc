#include "services/reporting/books/counters.h"

#include <algorithm>
#include <cassert>
#include <iterator>
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

constexpr char kYears[] = "y";
constexpr char kMonths[] = "m";
constexpr char kDays[] = "d";

// The ways in which something is below an organisation, in the order of Rollup's; as text in the
// key, so that two bytes say it.
constexpr const char* kWayTexts[] = {"s", "t", "b"};
// "no way": what is contributed at the organisation itself.
constexpr int kItself = -1;

int64_t YearBucket(absl::CivilDay day) { return day.year(); }
int64_t MonthBucket(absl::CivilDay day) { return day.year() * 12 + day.month() - 1; }

Key OwnKey(absl::string_view organisation) {
  return TableKey(Table::kOwnCounters).Text(organisation);
}
Key BelowKey(absl::string_view organisation) {
  return TableKey(Table::kBelowCounters).Text(organisation);
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

// Adds to the three buckets of a day; `way` is an index of kWayTexts, or kItself.
absl::Status AddAt(Txn& txn, int way, absl::string_view organisation, absl::string_view measure,
                   int32_t number, int64_t amount) {
  const absl::CivilDay day = DayFromNumber(number);
  const auto add = [&](const char* size, int64_t bucket) {
    Key key = way == kItself ? OwnKey(organisation) : BelowKey(organisation);
    key.Text(size).Number(bucket).Text(measure);
    if (way != kItself) key.Text(kWayTexts[way]);
    return AddTo(txn, key, amount);
  };
  ZHIBU_RETURN_IF_ERROR(add(kYears, YearBucket(day)));
  ZHIBU_RETURN_IF_ERROR(add(kMonths, MonthBucket(day)));
  return add(kDays, number);
}

// A stock that stands since before the ancestor became one counts there from then on, and stops
// counting when it ceases to be one. A flow counts where the tree is on its day.
absl::Status AddAlong(Txn& txn, int way, const AncestorSpan& span, const std::string& measure,
                      int32_t day, int64_t amount) {
  const int32_t from = DayNumber(span.from);
  const int32_t to = DayNumber(span.to);
  if (day >= to) return absl::OkStatus();
  if (IsFlow(measure)) {
    return day < from ? absl::OkStatus() : AddAt(txn, way, span.ancestor, measure, day, amount);
  }
  ZHIBU_RETURN_IF_ERROR(AddAt(txn, way, span.ancestor, measure, std::max(day, from), amount));
  if (span.to == kNoEnd) return absl::OkStatus();
  return AddAt(txn, way, span.ancestor, measure, to, -amount);
}

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
  const Key all = OwnKey(organisation).Text(kDays);
  std::vector<OwnDelta> deltas;
  ZHIBU_RETURN_IF_ERROR(ScanRows<rows::CounterRow>(
      reader, all, all.End(), [&](absl::string_view key, const rows::CounterRow& row) {
        KeyParts parts(key);
        parts.Text();  // organisation
        parts.Text();  // size
        const int64_t day = parts.Number().value_or(0);
        deltas.push_back({parts.Text().value_or(""), static_cast<int32_t>(day), row.amount()});
        return true;
      }));
  return deltas;
}

// Buckets [from, to).
struct Buckets {
  int64_t from, to;
};

// The same buckets in as few ranges as are worth it: where no more than `gap` lie between two,
// reading on is cheaper than beginning again.
std::vector<Buckets> Joined(std::vector<Buckets> ranges, int64_t gap) {
  std::sort(ranges.begin(), ranges.end(),
            [](const Buckets& a, const Buckets& b) { return a.from < b.from; });
  std::vector<Buckets> joined;
  for (const Buckets& range : ranges) {
    if (range.from >= range.to) continue;
    if (!joined.empty() && range.from <= joined.back().to + gap) {
      joined.back().to = std::max(joined.back().to, range.to);
    } else {
      joined.push_back(range);
    }
  }
  return joined;
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

Counts::Counts(std::vector<absl::CivilDay> days) : days_(std::move(days)) {
  std::sort(days_.begin(), days_.end());
  days_.erase(std::unique(days_.begin(), days_.end()), days_.end());
}

absl::StatusOr<Counts> Counts::ReadOwn(const Reader& reader, absl::string_view organisation,
                                       std::vector<absl::CivilDay> days) {
  Counts counts(std::move(days));
  ZHIBU_RETURN_IF_ERROR(counts.Add(reader, OwnKey(organisation), true));
  return counts;
}

absl::StatusOr<Counts> Counts::Read(const Reader& reader, absl::string_view organisation,
                                    std::vector<absl::CivilDay> days) {
  ZHIBU_ASSIGN_OR_RETURN(Counts counts, ReadOwn(reader, organisation, std::move(days)));
  ZHIBU_RETURN_IF_ERROR(counts.Add(reader, BelowKey(organisation), false));
  return counts;
}

absl::Status Counts::Add(const Reader& reader, const Key& organisation, bool own) {
  // Scans `scans`, and adds each bucket to the days among whose `of_day` it is.
  const auto add = [&](const char* size, const std::vector<Buckets>& scans,
                       const std::vector<Buckets>& of_day) -> absl::Status {
    const Key all = Key(organisation).Text(size);
    for (const Buckets& scan : scans) {
      ZHIBU_RETURN_IF_ERROR(ScanRows<rows::CounterRow>(
          reader, Key(all).Number(scan.from), Key(all).Number(scan.to),
          [&](absl::string_view key, const rows::CounterRow& row) {
            KeyParts parts(key);
            parts.Text();  // organisation
            parts.Text();  // size
            const int64_t bucket = parts.Number().value_or(0);
            std::vector<Amounts>& amounts = amounts_[parts.Text().value_or("")];
            amounts.resize(days_.size());
            int counter = 0;
            if (!own) {
              const std::string way = parts.Text().value_or("");
              counter =
                  1 + static_cast<int>(std::find(std::begin(kWayTexts), std::end(kWayTexts), way) -
                                       std::begin(kWayTexts));
              if (counter == kCounters) return true;
            }
            for (size_t i = 0; i < of_day.size(); ++i) {
              if (of_day[i].from <= bucket && bucket < of_day[i].to) {
                amounts[i][counter] += row.amount();
              }
            }
            return true;
          }));
    }
    return absl::OkStatus();
  };
  std::vector<Buckets> years, months, days;
  for (const absl::CivilDay day : days_) {
    years.push_back({YearBucket(kNoStart), YearBucket(day)});
    months.push_back({MonthBucket(absl::CivilDay(day.year(), 1, 1)), MonthBucket(day)});
    days.push_back(
        {DayNumber(absl::CivilDay(day.year(), day.month(), 1)), int64_t{DayNumber(day)} + 1});
  }
  ZHIBU_RETURN_IF_ERROR(add(kYears, Joined(years, 0), years));
  ZHIBU_RETURN_IF_ERROR(add(kMonths, Joined(months, 12), months));
  return add(kDays, Joined(days, 31), days);
}

int64_t Counts::On(Of of, absl::string_view measure, absl::CivilDay day) const {
  const auto found = amounts_.find(measure);
  if (found == amounts_.end()) return 0;
  const auto at = std::lower_bound(days_.begin(), days_.end(), day);
  assert(at != days_.end() && *at == day);
  const auto& [itself, subordination, territorial, both] = found->second[at - days_.begin()];
  switch (of) {
    case Of::kItself:
      return itself;
    case Of::kSubordination:
      return itself + subordination;
    case Of::kTerritorial:
      return itself + territorial;
    case Of::kEither:
      return itself + subordination + territorial - both;
  }
  return 0;
}

int64_t Counts::Between(Of of, absl::string_view measure, absl::CivilDay from,
                        absl::CivilDay to) const {
  return from < to ? On(of, measure, to - 1) - On(of, measure, from - 1) : 0;
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
    ZHIBU_RETURN_IF_ERROR(AddAt(txn, kItself, organisation, measure, day, amount));
    auto cached = spans_.find(organisation);
    if (cached == spans_.end()) cached = spans_.emplace(organisation, SpansOf(organisation)).first;
    for (int way = 0; way < kWays; ++way) {
      for (const AncestorSpan& span : cached->second[way]) {
        ZHIBU_RETURN_IF_ERROR(AddAlong(txn, way, span, measure, day, amount));
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
          ZHIBU_RETURN_IF_ERROR(AddAlong(txn, way, span, delta.measure, delta.day, -delta.amount));
        }
        for (const AncestorSpan& span : come) {
          ZHIBU_RETURN_IF_ERROR(AddAlong(txn, way, span, delta.measure, delta.day, delta.amount));
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
