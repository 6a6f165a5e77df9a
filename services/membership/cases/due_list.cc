#include "services/membership/cases/due_list.h"

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <queue>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "common/base/civil.h"
#include "common/base/status.h"
#include "common/store/table.h"
#include "services/membership/books/convert.h"
#include "services/membership/books/numbers.h"
#include "services/membership/books/reading.h"
#include "services/membership/books/subtree.h"
#include "services/membership/rules/dues.h"
#include "services/membership/rules/membership_dues.h"

namespace zhibu::membership {
namespace {

constexpr int kDefaultDays = 30;

template <typename Request>
absl::StatusOr<absl::CivilDay> UntilOf(const Call& call, const Request& request) {
  if (!request.has_until()) return call.today() + kDefaultDays;
  return call.DayOf(true, request.until(), "until");
}

absl::Status NoDueKey() { return absl::DataLossError("a key of the index of due items is none"); }

// One row of the index. The key says everything but why.
struct Item {
  std::string key;
  std::string organisation_id;
  DueSubject subject;
  rows::DueRow row;
};

// The rows of one organisation, some at a time and more each time: most have few on a page.
class Range {
 public:
  Range(const Reader& reader, std::string organisation_id, std::string from, std::string to)
      : reader_(reader),
        organisation_id_(std::move(organisation_id)),
        from_(std::move(from)),
        to_(std::move(to)) {}

  // The next row, or null at the end.
  absl::StatusOr<const Item*> Peek() {
    if (items_.empty() && !at_end_) ZHIBU_RETURN_IF_ERROR(Read());
    return items_.empty() ? nullptr : &items_.front();
  }
  Item Take() {
    Item item = std::move(items_.front());
    items_.pop_front();
    return item;
  }

 private:
  absl::Status Read() {
    if (from_ >= to_) {
      at_end_ = true;
      return absl::OkStatus();
    }
    at_end_ = true;
    bool sound = true;
    ZHIBU_RETURN_IF_ERROR(ScanRows<rows::DueRow>(
        reader_, from_, to_, [&](absl::string_view key, const rows::DueRow& row) {
          if (items_.size() == chunk_) {
            at_end_ = false;
            return false;
          }
          std::optional<DueKeyParts> parts = ParseDueKey(key);
          sound = parts.has_value();
          if (!sound) return false;
          items_.push_back({std::string(key), organisation_id_, std::move(parts->subject), row});
          return true;
        }));
    if (!sound) return NoDueKey();
    if (!items_.empty()) from_ = items_.back().key + '\0';
    chunk_ *= 4;
    return absl::OkStatus();
  }

  const Reader& reader_;
  const std::string organisation_id_;
  std::string from_;
  const std::string to_;
  std::deque<Item> items_;
  size_t chunk_ = 4;
  bool at_end_ = false;
};

// Where in an organisation's range a page begins that follows the row at `position`: on its day
// for the organisations that come after it, else on the day after.
std::string Begin(const std::string& organisation_id, const std::string& position) {
  const Key range = Key(kDueTable).Text(organisation_id);
  if (position.empty()) return range.bytes();
  KeyParts parts(position);
  const std::string last_organisation = parts.Text().value_or("");
  const absl::CivilDay last_day = parts.Day().value_or(kNoStart);
  if (organisation_id == last_organisation) return position + '\0';
  Key from = range;
  from.Day(organisation_id > last_organisation ? last_day : last_day + 1);
  return from.bytes();
}

// Items of several organisations, by day and then as the index has them. An organisation is looked
// into only when nothing of what is left can be before its items.
class Merged {
 public:
  // Both must outlive it. `revision`: the store's.
  Merged(const Reader& reader, const DueIndex& index, int64_t revision)
      : reader_(reader), index_(index), revision_(revision) {}

  // The organisation's items after the one at `position` ("" for all) and until that day.
  void Add(const std::string& organisation_id, const std::string& position, absl::CivilDay until) {
    const absl::CivilDay bound = index_.NothingBefore(organisation_id, revision_);
    if (bound > until) return;
    const Key range = Key(kDueTable).Text(organisation_id);
    const std::string begin = Begin(organisation_id, position);
    const std::string from = std::max(begin, Key(range).Day(bound).bytes());
    KeyParts parts(from);
    parts.Text();
    heads_.push({parts.Day().value_or(kNoStart), from, ranges_.size(), /*read=*/false});
    ranges_.push_back({Range(reader_, organisation_id, from, Key(range).Day(until).End()),
                       organisation_id, until, /*whole=*/begin == range.bytes()});
  }

  // Whether anything is left.
  absl::StatusOr<bool> More() {
    while (!heads_.empty() && !heads_.top().read) {
      const size_t i = heads_.top().range;
      heads_.pop();
      ZHIBU_ASSIGN_OR_RETURN(const Item* first, ranges_[i].rows.Peek());
      if (ranges_[i].whole) {
        index_.FoundNothingBefore(
            ranges_[i].organisation_id,
            first == nullptr ? ranges_[i].until + 1 : DayFromNumber(first->row.day()), revision_);
      }
      Push(first, i);
    }
    return !heads_.empty();
  }

  // The next item. Only where there is more.
  absl::StatusOr<Item> Next() {
    const size_t i = heads_.top().range;
    heads_.pop();
    Item item = ranges_[i].rows.Take();
    ZHIBU_ASSIGN_OR_RETURN(const Item* following, ranges_[i].rows.Peek());
    Push(following, i);
    return item;
  }

 private:
  struct Head {
    absl::CivilDay day;
    std::string key;
    size_t range;
    bool read;  // else a place before the range's first row

    bool operator<(const Head& other) const {  // the least is on top
      return std::tie(day, key) > std::tie(other.day, other.key);
    }
  };
  struct Of {
    Range rows;
    std::string organisation_id;
    absl::CivilDay until;
    bool whole;  // from the organisation's first item on
  };

  void Push(const Item* item, size_t range) {
    if (item != nullptr) {
      heads_.push({DayFromNumber(item->row.day()), item->key, range, /*read=*/true});
    }
  }

  const Reader& reader_;
  const DueIndex& index_;
  const int64_t revision_;
  std::deque<Of> ranges_;
  std::priority_queue<Head> heads_;
};

}  // namespace

absl::Status DueList::List(Call& call, const v1::ListDueRequest& request, const Reader&,
                           v1::ListDueResponse* response) const {
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay until, UntilOf(call, request));
  ZHIBU_ASSIGN_OR_RETURN(const Page page, pages_.Open(request, call.caller()));
  ZHIBU_ASSIGN_OR_RETURN(std::vector<std::string> organisations,
                         OrganisationsOf(tree_, *page.snapshot, kDueTable, request.root(),
                                         request.line(), call.today()));
  Merged items(*page.snapshot, index_, page.revision);
  for (const std::string& id : organisations) items.Add(id, page.position, until);
  const auto shown = [&](const Item& item) {
    v1::DueItem due;
    due.set_organisation(NameOf(kOrganisations, item.organisation_id));
    due.set_kind(static_cast<v1::DueKind>(item.row.kind()));
    *due.mutable_due_on() = ToProto(DayFromNumber(item.row.day()));
    switch (item.subject.kind) {
      case DueSubject::kMembership:
        due.set_person(NameOf(kPersons, item.subject.person_id));
        *due.mutable_citation() = CitationOfMembershipDue(fact_rules_, item.row.kind());
        break;
      case DueSubject::kCase:
        due.set_development_case(FullName({item.subject.person_id, item.subject.id}));
        *due.mutable_citation() = CitationOf(rule_sets_, item.row);
        break;
      case DueSubject::kTransfer:
        due.set_transfer(NameOf(kTransfers, item.subject.id));
        *due.mutable_citation() = transfer_rules_.letter();
        break;
    }
    return due;
  };
  PageRows<v1::ListDueResponse, v1::DueItem> rows(pages_, page, response,
                                                  response->mutable_items());
  while (true) {
    ZHIBU_ASSIGN_OR_RETURN(const bool more, items.More());
    if (!more) break;
    ZHIBU_ASSIGN_OR_RETURN(const Item item, items.Next());
    if (!rows.Add(shown(item), item.key)) break;
  }
  return absl::OkStatus();
}

absl::Status DueList::Count(Call& call, const v1::CountDueRequest& request, const Reader& reader,
                            v1::CountDueResponse* response) const {
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay until, UntilOf(call, request));
  ZHIBU_ASSIGN_OR_RETURN(
      const std::vector<std::string> organisations,
      OrganisationsOf(tree_, reader, kDueTable, request.root(), request.line(), call.today()));
  std::map<v1::DueKind, v1::DueCount> counts;
  for (const std::string& id : organisations) {
    const Key range = Key(kDueTable).Text(id);
    bool sound = true;
    const auto count = [&](absl::string_view key, absl::string_view) {
      const std::optional<DueKeyParts> parts = ParseDueKey(key);
      sound = parts.has_value();
      if (!sound) return false;
      v1::DueCount& of_kind = counts[parts->due_kind];
      of_kind.set_due(of_kind.due() + 1);
      const bool deadline = parts->due_kind != v1::DUE_KIND_OBJECT_POSSIBLE;
      if (deadline && parts->day < call.today()) of_kind.set_overdue(of_kind.overdue() + 1);
      return true;
    };
    ZHIBU_RETURN_IF_ERROR(reader.Scan(range, Key(range).Day(until).End(), count));
    if (!sound) return NoDueKey();
  }
  for (auto& [kind, of_kind] : counts) {
    of_kind.set_kind(kind);
    *response->add_counts() = std::move(of_kind);
  }
  return absl::OkStatus();
}

}  // namespace zhibu::membership
