#include "services/registry/standing/standing.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/base/civil.h"
#include "services/registry/books/advisories.h"
#include "services/registry/books/member_counts.h"
#include "services/registry/books/name_grams.h"
#include "services/registry/books/subtree_page.h"
#include "services/registry/books/tables.h"
#include "services/registry/rules/dated.h"

namespace zhibu::registry {

absl::Status Standing::Advisories(Call& call, const v1::ListAdvisoriesRequest& request,
                                  const Reader&, v1::ListAdvisoriesResponse* response) const {
  return PageOverSubtree(pages_, call, request, response,
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
  ZHIBU_ASSIGN_OR_RETURN(Page page, pages_.Open(request, call.caller()));
  response->set_revision(page.revision);
  const Snapshot& snapshot = *page.snapshot;
  const std::vector<const norms::Coverage*> norms = norms_.CoveragesOn(day);
  ZHIBU_ASSIGN_OR_RETURN(const auto ids, FoundOnce<std::string>(page, [&] {
                           return KeptWithin(snapshot,
                                             IdOf(kOrganisations, request.root()).value_or(""),
                                             request.line(), day);
                         }));
  std::string last;
  for (auto it = std::upper_bound(ids->begin(), ids->end(), page.position); it != ids->end();
       ++it) {
    ZHIBU_ASSIGN_OR_RETURN(const rows::MemberCountRow counts, CountsAtInstitution(snapshot, *it));
    ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::InstitutionRow> row,
                           FindInstitution(snapshot, *it));
    if (!row) return absl::DataLossError("an index names an institution that is not there");
    if (!LifeOf(*row).Has(DayNumber(day))) continue;
    const auto* coverage = EntryOn(row->coverages(), DayNumber(day));
    UnitFacts facts;
    facts.ownership = OwnershipOn(*row, DayNumber(day));
    facts.rung = coverage == nullptr ? v1::COVERAGE_RUNG_NONE : coverage->rung();
    facts.full_members = counts.full_members();
    facts.staff = StaffOn(*row, DayNumber(day));
    const norms::Coverage* norm = MissingOrganisation(norms, facts);
    if (norm == nullptr) continue;
    if (response->gaps_size() == page.size) {
      response->set_next_page_token(pages_.NextToken(page, last));
      break;
    }
    v1::CoverageGap& gap = *response->add_gaps();
    gap.set_institution(NameOf(kInstitutions, *it));
    gap.set_title(TitleOn(*row, DayNumber(day)));
    gap.set_rung(facts.rung);
    if (coverage != nullptr) {
      gap.set_organisation(NameOf(kOrganisations, coverage->organisation()));
    }
    gap.set_full_members(facts.full_members);
    gap.set_norm(norm->full_members());
    gap.set_staff(facts.staff);
    gap.set_staff_norm(norm->staff());
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
  ZHIBU_ASSIGN_OR_RETURN(Page page, pages_.Open(request, call.caller()));
  response->set_revision(page.revision);
  const Snapshot& snapshot = *page.snapshot;
  // Which of them are called so on the day and within the subtree.
  const auto find = [&]() -> absl::StatusOr<std::vector<v1::SearchResult>> {
    std::set<std::string> within;
    if (!request.root().empty()) {
      ZHIBU_ASSIGN_OR_RETURN(
          const std::vector<SubtreeNode> nodes,
          ReadSubtree(snapshot, IdOf(kOrganisations, request.root()).value_or(""), request.line(),
                      as_of));
      for (const SubtreeNode& node : nodes) within.insert(node.id);
    }
    std::vector<v1::SearchResult> all;
    const auto take = [&](const std::string& name, const std::string& keeper,
                          const std::string& title) {
      if ((request.root().empty() || within.contains(keeper)) && Contains(title, request.query())) {
        v1::SearchResult& found = all.emplace_back();
        found.set_name(name);
        found.set_title(title);
      }
    };
    ZHIBU_ASSIGN_OR_RETURN(const std::set<std::string> names,
                           Named(snapshot, FirstGram(request.query())));
    for (const std::string& name : names) {
      const std::optional<std::string> id = IdOf(kOrganisations, name);
      if (!id) continue;
      ZHIBU_ASSIGN_OR_RETURN(const auto row, FindOrganisation(snapshot, *id));
      if (row && LifeOf(*row).Has(day)) take(name, *id, TitleOn(*row, day));
    }
    for (const std::string& name : names) {
      const std::optional<std::string> id = IdOf(kInstitutions, name);
      if (!id) continue;
      ZHIBU_ASSIGN_OR_RETURN(const auto row, FindInstitution(snapshot, *id));
      if (row && LifeOf(*row).Has(day)) take(name, row->keeper(), TitleOn(*row, day));
    }
    return all;
  };
  ZHIBU_ASSIGN_OR_RETURN(const auto found, FoundOnce<v1::SearchResult>(page, find));
  ZHIBU_ASSIGN_OR_RETURN(const size_t begin, PlaceOf(page));
  const size_t end = std::min(found->size(), begin + static_cast<size_t>(page.size));
  for (size_t i = begin; i < end; ++i) *response->add_found() = (*found)[i];
  if (end < found->size()) response->set_next_page_token(pages_.NextToken(page, absl::StrCat(end)));
  return absl::OkStatus();
}

}  // namespace zhibu::registry
