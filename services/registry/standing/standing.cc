#include "services/registry/standing/standing.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/base/civil.h"
#include "services/registry/books/advisories.h"
#include "services/registry/books/books.h"
#include "services/registry/books/member_counts.h"
#include "services/registry/books/name_grams.h"
#include "services/registry/books/subtree_page.h"
#include "services/registry/books/tables.h"
#include "services/registry/rules/dated.h"

namespace zhibu::registry {
namespace {

// Whether one that ended stood in the subtree on its last day.
absl::StatusOr<bool> StoodWithin(const Reader& reader, const rows::OrganisationRow& row,
                                 const std::string& root, type::v1::Line line) {
  std::map<std::string, rows::OrganisationRow> above;
  ZHIBU_RETURN_IF_ERROR(Collect(reader, row.id(), /*all_above=*/true, above));
  const std::vector<std::string> ancestors =
      AncestorsAmong(above, row.id(), line, DayFromNumber(row.dissolved() - 1));
  return std::find(ancestors.begin(), ancestors.end(), root) != ancestors.end();
}

}  // namespace

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
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay day, call.AsOf(request));
  ZHIBU_ASSIGN_OR_RETURN(Page page, pages_.Open(request, call.caller()));
  const Snapshot& snapshot = *page.snapshot;
  const std::vector<const norms::Coverage*> norms = norms_.CoveragesOn(day);
  ZHIBU_ASSIGN_OR_RETURN(const auto ids, FoundOnce<std::string>(page, [&] {
                           return KeptWithin(snapshot,
                                             IdOf(kOrganisations, request.root()).value_or(""),
                                             request.line(), day);
                         }));
  const auto gap_of = [&](const std::string& id) -> absl::StatusOr<std::optional<v1::CoverageGap>> {
    ZHIBU_ASSIGN_OR_RETURN(const rows::MemberCountRow counts, CountsAtInstitution(snapshot, id));
    ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::InstitutionRow> row,
                           FindInstitution(snapshot, id));
    if (!row) return absl::DataLossError("an index names an institution that is not there");
    if (!LifeOf(*row).Has(DayNumber(day))) return std::nullopt;
    const auto* coverage = EntryOn(row->coverages(), DayNumber(day));
    UnitFacts facts;
    facts.ownership = OwnershipOn(*row, DayNumber(day));
    facts.rung = coverage == nullptr ? v1::COVERAGE_RUNG_NONE : coverage->rung();
    facts.full_members = counts.full_members();
    facts.staff = StaffOn(*row, DayNumber(day));
    const norms::Coverage* norm = MissingOrganisation(norms, facts);
    if (norm == nullptr) return std::nullopt;
    v1::CoverageGap gap;
    gap.set_institution(NameOf(kInstitutions, id));
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
    return gap;
  };
  return FillPage(pages_, page, *ids, response, response->mutable_gaps(), gap_of);
}

absl::Status Standing::Search(Call& call, const v1::SearchRegistryRequest& request, const Reader&,
                              v1::SearchRegistryResponse* response) const {
  Violations form;
  if (!request.root().empty()) CheckName(kOrganisations, request.root(), "root", form);
  CheckQuery(request.query(), "query", form);
  if (!form.empty()) return Malformed(form);
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay as_of, call.AsOf(request));
  const int32_t day = DayNumber(as_of);
  ZHIBU_ASSIGN_OR_RETURN(Page page, pages_.Open(request, call.caller()));
  const Snapshot& snapshot = *page.snapshot;
  const std::string root = IdOf(kOrganisations, request.root()).value_or("");
  // Which of them are called so on the day and within the subtree.
  const auto find = [&]() -> absl::StatusOr<std::vector<v1::SearchResult>> {
    std::set<std::string> within;
    if (!root.empty()) {
      ZHIBU_ASSIGN_OR_RETURN(const std::vector<SubtreeNode> nodes,
                             ReadSubtree(snapshot, root, request.line(), as_of));
      for (const SubtreeNode& node : nodes) within.insert(node.id);
    }
    std::vector<v1::SearchResult> all;
    const auto take = [&](const std::string& name, const std::string& title) {
      v1::SearchResult& found = all.emplace_back();
      found.set_name(name);
      found.set_title(title);
    };
    ZHIBU_ASSIGN_OR_RETURN(const std::set<std::string> names,
                           Named(snapshot, FirstGram(request.query())));
    for (const std::string& name : names) {
      const std::optional<std::string> id = IdOf(kOrganisations, name);
      if (!id) continue;
      ZHIBU_ASSIGN_OR_RETURN(const auto row, FindOrganisation(snapshot, *id));
      if (!row || day < row->established()) continue;
      const bool dissolved = day >= row->dissolved();
      const int32_t shown = dissolved ? row->dissolved() - 1 : day;
      if ((dissolved && !request.with_dissolved()) ||
          !Contains(TitleOn(*row, shown), request.query())) {
        continue;
      }
      bool inside = root.empty() || within.contains(*id);
      if (dissolved && !inside) {
        ZHIBU_ASSIGN_OR_RETURN(inside, StoodWithin(snapshot, *row, root, request.line()));
      }
      if (!inside) continue;
      take(name, TitleOn(*row, shown));
      if (!dissolved) continue;
      all.back().set_dissolved(true);
      for (const std::string& successor : row->successors()) {
        all.back().add_successors(NameOf(kOrganisations, successor));
      }
    }
    for (const std::string& name : names) {
      const std::optional<std::string> id = IdOf(kInstitutions, name);
      if (!id) continue;
      ZHIBU_ASSIGN_OR_RETURN(const auto row, FindInstitution(snapshot, *id));
      if (!row || !LifeOf(*row).Has(day) || !(root.empty() || within.contains(row->keeper())) ||
          !Contains(TitleOn(*row, day), request.query())) {
        continue;
      }
      take(name, TitleOn(*row, day));
    }
    return all;
  };
  ZHIBU_ASSIGN_OR_RETURN(const auto found, FoundOnce<v1::SearchResult>(page, find));
  return FillPage(pages_, page, *found, response, response->mutable_found(),
                  [](const v1::SearchResult& one) {
                    return absl::StatusOr<std::optional<v1::SearchResult>>(one);
                  });
}

}  // namespace zhibu::registry
