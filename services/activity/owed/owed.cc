#include "services/activity/owed/owed.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "common/domain/owed_item.h"
#include "services/activity/books/mirror.h"
#include "services/activity/books/tables.h"
#include "services/activity/rules/activities.h"

namespace zhibu::activity {

using type::v1::OwedItem;

absl::Status OwedList::List(Call& call, const v1::ListOwedRequest& request, const Reader&,
                            v1::ListOwedResponse* response) const {
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay as_of, call.AsOf(request));
  ZHIBU_ASSIGN_OR_RETURN(Page page, pages_->Open(request, call.caller()));
  const Reader& reader = *page.snapshot;
  const auto find = [&]() -> absl::StatusOr<std::vector<OwedItem>> {
    ZHIBU_ASSIGN_OR_RETURN(const rpc::MirroredOrganisation organisation,
                           KnownOrganisation(reader, request.organisation()));
    ZHIBU_ASSIGN_OR_RETURN(const People people, PeopleTakingPart(reader, organisation, as_of));
    const Organisation then = FactsOf(organisation, as_of);
    const OrganisationFacts facts = {then.kind, then.established, then.dissolved,
                                     FullMembersOn(people, as_of)};
    absl::Status failed;
    const HeldCount held = [&](const std::string& kind, absl::CivilDay from, absl::CivilDay to) {
      const auto count = HeldThrough(reader, organisation.id(), kind, from, to - 1);
      if (!count.ok()) failed = count.status();
      return count.value_or(0);
    };
    // The periods around `as_of`, judged by what is known today: of a month that is over one wants
    // to see what was missed.
    std::vector<Owed> list =
        OwedInMonth(cadence_, facts, absl::CivilMonth(as_of), call.today(), held);
    ZHIBU_RETURN_IF_ERROR(failed);
    std::stable_sort(list.begin(), list.end(), [](const Owed& a, const Owed& b) {
      return a.rule->activity_kind < b.rule->activity_kind;
    });
    std::vector<OwedItem> items;
    for (const Owed& owed : list) items.push_back(ToOwedItem(owed, organisation.id()));
    return items;
  };
  ZHIBU_ASSIGN_OR_RETURN(const auto items, FoundOnce<OwedItem>(page, find));
  return FillPage(*pages_, page, *items, response, response->mutable_items(),
                  [](const OwedItem& item) -> absl::StatusOr<std::optional<OwedItem>> {
                    return std::optional<OwedItem>(item);
                  });
}

}  // namespace zhibu::activity
