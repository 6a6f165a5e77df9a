#include "services/registry/books/leading.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "services/registry/books/convert.h"
#include "services/registry/books/member_counts.h"
#include "services/registry/books/tables.h"
#include "services/registry/rules/dated.h"

namespace zhibu::registry {
namespace {

// The posts of a seat that are held on the day, by id.
absl::StatusOr<std::vector<rows::PostRow>> HeldAt(const Reader& reader, const std::string& seat,
                                                  int32_t day) {
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> ids, AtSeat(reader, seat));
  std::vector<rows::PostRow> held;
  for (const std::string& id : ids) {
    ZHIBU_ASSIGN_OR_RETURN(std::optional<rows::PostRow> post, FindPost(reader, id));
    if (!post) return absl::DataLossError("an index names a post that is not there");
    if (PeriodOf(*post).Has(day)) held.push_back(*std::move(post));
  }
  return held;
}

}  // namespace

absl::StatusOr<Leadership> ReadLeadership(const Reader& reader,
                                          const rows::OrganisationRow& organisation,
                                          absl::CivilDay day) {
  const int32_t number = DayNumber(day);
  Leadership leadership;
  leadership.kind = KindOn(organisation, number);
  ZHIBU_ASSIGN_OR_RETURN(leadership.posts,
                         HeldAt(reader, NameOf(kOrganisations, organisation.id()), number));
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> covered,
                         CoveredBy(reader, organisation.id()));
  for (const std::string& id : covered) {
    ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::InstitutionRow> institution,
                           FindInstitution(reader, id));
    if (!institution) return absl::DataLossError("an index names an institution that is not there");
    const bool own = std::any_of(institution->coverages().begin(), institution->coverages().end(),
                                 [&](const rows::CoverageRow& coverage) {
                                   return coverage.organisation() == organisation.id() &&
                                          coverage.rung() == v1::COVERAGE_RUNG_OWN &&
                                          PeriodOf(coverage).Has(number);
                                 });
    if (!own) continue;
    ZHIBU_ASSIGN_OR_RETURN(const std::vector<rows::PostRow> held,
                           HeldAt(reader, NameOf(kInstitutions, id), number));
    std::copy_if(held.begin(), held.end(), std::back_inserter(leadership.heads),
                 [](const rows::PostRow& post) { return post.kind() == v1::POST_KIND_HEAD; });
  }
  ZHIBU_ASSIGN_OR_RETURN(const rows::MemberCountRow counts, CountsOf(reader, organisation.id()));
  leadership.full_members = counts.full_members();
  return leadership;
}

}  // namespace zhibu::registry
