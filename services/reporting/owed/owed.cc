#include "services/reporting/owed/owed.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/domain/owed_item.h"
#include "common/rpc/organisation_mirror.h"
#include "services/reporting/books/counters.h"
#include "services/reporting/rules/measures.h"
#include "zhibu/registry/v1/organisation.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"
#include "zhibu/type/v1/owed_item.pb.h"

namespace zhibu::reporting {
namespace {

using type::v1::OwedItem;

void Count(const OwedItem& item, v1::OwedTotals& totals) {
  switch (item.state()) {
    case type::v1::OWED_STATE_DONE:
      totals.set_done(totals.done() + 1);
      break;
    case type::v1::OWED_STATE_OWED:
      totals.set_owed(totals.owed() + 1);
      break;
    default:
      totals.set_missing(totals.missing() + 1);
  }
}

}  // namespace

absl::StatusOr<std::vector<OwedItem>> OwedBy(const Reader& reader, const Cadence& cadence,
                                             const std::string& organisation, absl::CivilDay as_of,
                                             absl::CivilDay today) {
  std::vector<OwedItem> items;
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rpc::MirroredOrganisation> row,
                         OrganisationMirror::Find(reader, organisation));
  if (!row) return items;
  int64_t full_members = 0;
  for (const auto kind : {membership::v1::PERSON_KIND_TEACHER, membership::v1::PERSON_KIND_STUDENT,
                          membership::v1::PERSON_KIND_RETIRED}) {
    ZHIBU_ASSIGN_OR_RETURN(const int64_t count,
                           CountOn(reader, Of::kItself, organisation,
                                   absl::StrCat("members.full.", NameOfKind(kind)), as_of));
    full_members += count;
  }
  OrganisationFacts facts;
  facts.kind = std::string(absl::StripPrefix(
      type::v1::OrganisationKind_Name(
          static_cast<type::v1::OrganisationKind>(KindOn(*row, as_of).kind())),
      "ORGANISATION_KIND_"));
  facts.established = DayFromNumber(row->established());
  facts.dissolved = DayFromNumber(row->dissolved());
  facts.full_members = static_cast<int>(full_members);
  absl::Status failed;
  const auto held = [&](const std::string& kind, absl::CivilDay from, absl::CivilDay to) {
    const absl::StatusOr<int64_t> count = CountBetween(reader, Of::kItself, organisation,
                                                       absl::StrCat("activities.", kind), from, to);
    if (!count.ok()) {
      failed = count.status();
      return 0;
    }
    return static_cast<int>(*count);
  };
  for (const Owed& owed : OwedInMonth(cadence, facts, absl::CivilMonth(as_of), today, held)) {
    items.push_back(ToOwedItem(owed, organisation));
  }
  if (!failed.ok()) return failed;
  std::stable_sort(items.begin(), items.end(),
                   [](const OwedItem& a, const OwedItem& b) { return a.kind() < b.kind(); });
  return items;
}

std::string ToText(const OwedPosition& position) {
  return absl::StrCat(DayNumber(position.as_of), " ", DayNumber(position.today), " ",
                      position.totals.done(), " ", position.totals.owed(), " ",
                      position.totals.missing(), " ", position.organisation, " ",
                      position.answered);
}

absl::StatusOr<OwedPosition> ParseOwedPosition(const std::string& text) {
  const std::vector<std::string> parts = absl::StrSplit(text, ' ');
  OwedPosition position;
  int as_of = 0, today = 0, done = 0, owed = 0, missing = 0;
  if (parts.size() != 7 || !absl::SimpleAtoi(parts[0], &as_of) ||
      !absl::SimpleAtoi(parts[1], &today) || !absl::SimpleAtoi(parts[2], &done) ||
      !absl::SimpleAtoi(parts[3], &owed) || !absl::SimpleAtoi(parts[4], &missing) ||
      !absl::SimpleAtoi(parts[6], &position.answered)) {
    return absl::InternalError("a page token of ours cannot be read");
  }
  position.as_of = DayFromNumber(as_of);
  position.today = DayFromNumber(today);
  position.totals.set_done(done);
  position.totals.set_owed(owed);
  position.totals.set_missing(missing);
  position.organisation = parts[5];
  return position;
}

absl::StatusOr<OwedPage> ListOwed(const Reader& reader, const Cadence& cadence, const OrgTree& tree,
                                  const OwedQuery& query, const OwedPosition* after) {
  std::vector<std::string> organisations;
  for (SubtreeNode& node : tree.SubtreeOn(query.root, query.line, query.as_of)) {
    organisations.push_back(std::move(node.id));
  }
  std::sort(organisations.begin(), organisations.end());

  OwedPage page;
  if (after != nullptr) page.end = *after;
  page.end.as_of = query.as_of;
  page.end.today = query.today;
  auto it = after == nullptr
                ? organisations.begin()
                : std::lower_bound(organisations.begin(), organisations.end(), after->organisation);
  for (; it != organisations.end(); ++it) {
    // The first page goes on to the end, for the totals; the others stop once they know that there
    // is more.
    if (after != nullptr && page.more) break;
    ZHIBU_ASSIGN_OR_RETURN(const std::vector<OwedItem> items,
                           OwedBy(reader, cadence, *it, query.as_of, query.today));
    int shown = 0;  // of this organisation, by this page and those before
    const int before = after != nullptr && *it == after->organisation ? after->answered : 0;
    for (const OwedItem& item : items) {
      if (after == nullptr) Count(item, page.end.totals);
      if (query.open_only && item.state() == type::v1::OWED_STATE_DONE) continue;
      if (++shown <= before) continue;
      if (static_cast<int>(page.items.size()) == query.size) {
        page.more = true;
        continue;
      }
      page.items.push_back(item);
      page.end.organisation = *it;
      page.end.answered = shown;
    }
  }
  return page;
}

}  // namespace zhibu::reporting
