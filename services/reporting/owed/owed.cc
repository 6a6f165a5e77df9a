#include "services/reporting/owed/owed.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/base/civil.h"
#include "common/base/status.h"
#include "common/domain/owed_item.h"
#include "common/rpc/organisation_mirror.h"
#include "services/reporting/books/counters.h"
#include "services/reporting/books/reading.h"
#include "services/reporting/rules/measures.h"
#include "zhibu/type/v1/organisation_kind.pb.h"
#include "zhibu/type/v1/owed_item.pb.h"

namespace zhibu::reporting {
namespace {

using type::v1::OwedItem;

// The days whose counts say what was held in the rules' periods, and who was a member.
std::vector<absl::CivilDay> DaysOf(const Cadence& cadence, absl::CivilDay as_of) {
  std::vector<absl::CivilDay> days = {as_of};
  for (const CadenceRule& rule : cadence.rules) {
    const Period period = PeriodOf(rule, as_of);
    days.push_back(period.from - 1);
    days.push_back(period.to - 1);
  }
  return days;
}

OrganisationFacts FactsOf(const rpc::MirroredOrganisation& row, const Counts& counts,
                          absl::CivilDay as_of) {
  OrganisationFacts facts;
  facts.kind = std::string(
      absl::StripPrefix(type::v1::OrganisationKind_Name(
                            static_cast<type::v1::OrganisationKind>(KindOn(row, as_of).kind())),
                        "ORGANISATION_KIND_"));
  facts.established = DayFromNumber(row.established());
  facts.dissolved = DayFromNumber(row.dissolved());
  for (const auto kind : {membership::v1::PERSON_KIND_TEACHER, membership::v1::PERSON_KIND_STUDENT,
                          membership::v1::PERSON_KIND_RETIRED}) {
    facts.full_members += static_cast<int>(
        counts.On(Of::kItself, absl::StrCat("members.full.", NameOfKind(kind)), as_of));
  }
  return facts;
}

// Where the page before ended.
struct Position {
  absl::CivilDay today;  // of the first page, so that midnight does not split a query
  size_t next;           // the first that is not yet answered
};
std::string ToText(const Position& position) {
  return absl::StrCat(DayNumber(position.today), " ", position.next);
}
absl::StatusOr<Position> ParsePosition(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, ' ');
  int today = 0;
  Position position;
  if (parts.size() != 2 || !absl::SimpleAtoi(parts[0], &today) ||
      !absl::SimpleAtoi(parts[1], &position.next)) {
    return absl::InternalError("a page's position is not ours");
  }
  position.today = DayFromNumber(today);
  return position;
}

void Count(const Owed& owed, v1::OwedTotals& totals) {
  switch (owed.state) {
    case OwedState::kDone:
      totals.set_done(totals.done() + 1);
      break;
    case OwedState::kOwed:
      totals.set_owed(totals.owed() + 1);
      break;
    case OwedState::kMissing:
      totals.set_missing(totals.missing() + 1);
      break;
  }
}

}  // namespace

absl::StatusOr<std::vector<OwedByOne>> OwedInSubtree(const Reader& reader, const Cadence& cadence,
                                                     const OrgTree& tree, const OwedQuery& query) {
  std::vector<std::string> organisations;
  for (SubtreeNode& node : tree.SubtreeOn(query.root, query.line, query.as_of)) {
    organisations.push_back(std::move(node.id));
  }
  std::sort(organisations.begin(), organisations.end());
  const std::vector<absl::CivilDay> days = DaysOf(cadence, query.as_of);
  std::vector<OwedByOne> found;
  for (const std::string& organisation : organisations) {
    ZHIBU_ASSIGN_OR_RETURN(const std::optional<rpc::MirroredOrganisation> row,
                           OrganisationMirror::Find(reader, organisation));
    if (!row) continue;
    ZHIBU_ASSIGN_OR_RETURN(const Counts counts, Counts::ReadOwn(reader, organisation, days));
    const auto held = [&](const std::string& kind, absl::CivilDay from, absl::CivilDay to) {
      return static_cast<int>(
          counts.Between(Of::kItself, absl::StrCat("activities.", kind), from, to));
    };
    const size_t first = found.size();
    for (const Owed& owed : OwedInMonth(cadence, FactsOf(*row, counts, query.as_of),
                                        absl::CivilMonth(query.as_of), query.today, held)) {
      found.push_back({organisation, owed});
    }
    std::stable_sort(found.begin() + static_cast<std::ptrdiff_t>(first), found.end(),
                     [](const OwedByOne& a, const OwedByOne& b) {
                       return a.owed.rule->activity_kind < b.owed.rule->activity_kind;
                     });
  }
  return found;
}

absl::Status OwedLists::List(Call& call, const v1::ListOwedRequest& request, const Reader&,
                             v1::ListOwedResponse* response) const {
  Violations wrong;
  CheckRoot(request.root(), wrong);
  ZHIBU_RETURN_IF_ERROR(wrong.MalformedUnlessEmpty());
  ZHIBU_ASSIGN_OR_RETURN(absl::CivilDay as_of, call.AsOf(request));
  ZHIBU_ASSIGN_OR_RETURN(Page page, pages_.Open(request, call.caller()));
  Position at{call.today(), 0};
  if (!page.position.empty()) {
    ZHIBU_ASSIGN_OR_RETURN(at, ParsePosition(page.position));
    if (!request.has_as_of()) as_of = at.today;
  }
  const Reader& reader = *page.snapshot;
  ZHIBU_ASSIGN_OR_RETURN(const rpc::MirroredOrganisation root, FindRoot(reader, request.root()));
  using All = std::vector<OwedByOne>;
  ZHIBU_ASSIGN_OR_RETURN(
      const std::shared_ptr<const All> all,
      FoundOnce<OwedByOne>(page, [&]() -> absl::StatusOr<All> {
        ZHIBU_ASSIGN_OR_RETURN(const std::shared_ptr<const OrgTree> tree, trees_.At(reader));
        return OwedInSubtree(reader, cadence_, *tree,
                             {root.id(), LineOf(request.line()), as_of, at.today});
      }));
  for (const OwedByOne& one : *all) Count(one.owed, *response->mutable_totals());
  PageRows<v1::ListOwedResponse, OwedItem> rows(pages_, page, response, response->mutable_items());
  while (at.next < all->size()) {
    const OwedByOne& one = (*all)[at.next++];
    if (request.open_only() && one.owed.state == OwedState::kDone) continue;
    if (!rows.Add(ToOwedItem(one.owed, one.organisation), ToText(at))) break;
  }
  return FillRevisions(reader, response->mutable_revisions());
}

}  // namespace zhibu::reporting
