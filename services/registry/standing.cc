#include "services/registry/standing.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/base/civil.h"
#include "services/registry/advisories.h"
#include "services/registry/member_counts.h"
#include "services/registry/name_grams.h"
#include "services/registry/rules/dated.h"
#include "services/registry/subtree_page.h"
#include "services/registry/tables.h"

namespace zhibu::registry {

absl::Status Standing::Advisories(Call& call, const v1::ListAdvisoriesRequest& request,
                                  const Reader&, v1::ListAdvisoriesResponse* response) const {
  return PageOverSubtree(pages_, request, call.today(), response,
                         [&](const Reader& snapshot, const rows::OrganisationRow& row,
                             absl::CivilDay) -> absl::Status {
                           ZHIBU_ASSIGN_OR_RETURN(const std::vector<v1::Advisory> open,
                                                  OpenAdvisories(snapshot, row.id()));
                           for (const v1::Advisory& advisory : open)
                             *response->add_advisories() = advisory;
                           if (!request.with_closed()) return absl::OkStatus();
                           ZHIBU_ASSIGN_OR_RETURN(const std::vector<v1::Advisory> closed,
                                                  ClosedAdvisories(snapshot, row.id()));
                           for (const v1::Advisory& advisory : closed)
                             *response->add_advisories() = advisory;
                           return absl::OkStatus();
                         });
}

absl::Status Standing::Gaps(Call& call, const v1::ListCoverageGapsRequest& request, const Reader&,
                            v1::ListCoverageGapsResponse* response) const {
  Violations form;
  if (!request.root().empty()) CheckName(kOrganisations, request.root(), "root", form);
  if (!form.empty()) return Malformed(form);
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay day, ReadDay(request.as_of(), call.today()));
  ZHIBU_ASSIGN_OR_RETURN(const Page page, pages_.Open(request));
  response->set_revision(page.revision);
  const Snapshot& snapshot = *page.snapshot;
  const norms::Coverage* norm = norms_.CoverageOn(day);
  if (norm == nullptr) return absl::OkStatus();
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<SubtreeNode> nodes,
                         ReadSubtree(snapshot, IdOf(kOrganisations, request.root()).value_or(""),
                                     request.line(), day));
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> ids, KeptBy(snapshot, nodes));
  std::string last;
  for (auto it = std::upper_bound(ids.begin(), ids.end(), page.position); it != ids.end(); ++it) {
    ZHIBU_ASSIGN_OR_RETURN(const rows::MemberCountRow counts, CountsAtInstitution(snapshot, *it));
    if (counts.full_members() < norm->full_members()) continue;
    ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::InstitutionRow> row,
                           FindInstitution(snapshot, *it));
    if (!row) return absl::DataLossError("an index names an institution that is not there");
    if (!LifeOf(*row).Has(DayNumber(day))) continue;
    const auto* coverage = EntryOn(row->coverages(), DayNumber(day));
    if (coverage != nullptr && coverage->rung() == v1::COVERAGE_RUNG_OWN) continue;
    if (response->gaps_size() == page.size) {
      response->set_next_page_token(pages_.NextToken(page, last));
      break;
    }
    v1::CoverageGap& gap = *response->add_gaps();
    gap.set_institution(NameOf(kInstitutions, *it));
    gap.set_title(row->title());
    if (coverage != nullptr) {
      gap.set_rung(coverage->rung());
      gap.set_organisation(NameOf(kOrganisations, coverage->organisation()));
    }
    gap.set_full_members(counts.full_members());
    gap.set_norm(norm->full_members());
    *gap.mutable_citation() = norm->basis().citation();
    last = *it;
  }
  return absl::OkStatus();
}

absl::Status Standing::Search(Call& call, const v1::SearchRegistryRequest& request, const Reader&,
                              v1::SearchRegistryResponse* response) const {
  Violations form;
  if (!request.root().empty()) CheckName(kOrganisations, request.root(), "root", form);
  CheckQuery(request.query(), "query", form);
  if (!form.empty()) return Malformed(form);
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay as_of, ReadDay(request.as_of(), call.today()));
  const int32_t day = DayNumber(as_of);
  ZHIBU_ASSIGN_OR_RETURN(const Page page, pages_.Open(request));
  response->set_revision(page.revision);
  const Snapshot& snapshot = *page.snapshot;
  std::set<std::string> within;
  if (!request.root().empty()) {
    ZHIBU_ASSIGN_OR_RETURN(const std::vector<SubtreeNode> nodes,
                           ReadSubtree(snapshot, IdOf(kOrganisations, request.root()).value_or(""),
                                       request.line(), as_of));
    for (const SubtreeNode& node : nodes) within.insert(node.id);
  }
  // What is called so on the day and within the subtree; its title, or nullopt.
  const auto title_of = [&](const std::string& name) -> absl::StatusOr<std::optional<std::string>> {
    std::string title, keeper;
    if (const auto id = IdOf(kOrganisations, name)) {
      ZHIBU_ASSIGN_OR_RETURN(const auto row, FindOrganisation(snapshot, *id));
      if (!row || !LifeOf(*row).Has(day)) return std::optional<std::string>();
      title = TitleOn(*row, day);
      keeper = *id;
    } else {
      ZHIBU_ASSIGN_OR_RETURN(const auto row,
                             FindInstitution(snapshot, IdOf(kInstitutions, name).value_or("")));
      if (!row || !LifeOf(*row).Has(day)) return std::optional<std::string>();
      title = row->title();
      keeper = row->keeper();
    }
    if ((!request.root().empty() && !within.contains(keeper)) ||
        !Contains(title, request.query())) {
      return std::optional<std::string>();
    }
    return std::optional<std::string>(title);
  };
  // The resource names' collections are in the order that is promised.
  ZHIBU_ASSIGN_OR_RETURN(const std::set<std::string> names,
                         Named(snapshot, FirstGram(request.query())));
  std::vector<std::string> order;
  for (const char* collection : {kOrganisations, kInstitutions}) {
    for (const std::string& name : names) {
      if (IdOf(collection, name)) order.push_back(name);
    }
  }
  auto next = order.begin();
  if (!page.position.empty()) next = std::find(order.begin(), order.end(), page.position) + 1;
  for (; next != order.end(); ++next) {
    ZHIBU_ASSIGN_OR_RETURN(const std::optional<std::string> title, title_of(*next));
    if (!title) continue;
    if (response->found_size() == page.size) {
      response->set_next_page_token(
          pages_.NextToken(page, response->found(response->found_size() - 1).name()));
      break;
    }
    v1::Found& found = *response->add_found();
    found.set_name(*next);
    found.set_title(*title);
  }
  return absl::OkStatus();
}

}  // namespace zhibu::registry
