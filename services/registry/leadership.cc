#include "services/registry/leadership.h"

#include <algorithm>
#include <optional>
#include <string>

#include "common/base/civil.h"
#include "services/registry/convert.h"
#include "services/registry/member_counts.h"
#include "services/registry/rules/dated.h"
#include "services/registry/subtree_page.h"
#include "services/registry/tables.h"

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

v1::PostMatrixRow MatrixRow(const rows::OrganisationRow& organisation, const Leadership& leadership,
                            const norms::OneShoulder* norm) {
  v1::PostMatrixRow row;
  row.set_organisation(NameOf(kOrganisations, organisation.id()));
  for (const rows::PostRow& post : leadership.posts) {
    switch (post.kind()) {
      case v1::POST_KIND_SECRETARY:
        *row.mutable_secretary() = ToContract(post);
        break;
      case v1::POST_KIND_DEPUTY_SECRETARY:
        *row.add_deputies() = ToContract(post);
        break;
      case v1::POST_KIND_CLERK:
        *row.add_clerks() = ToContract(post);
        break;
      default:
        *row.add_commissioners() = ToContract(post);
    }
  }
  for (const rows::PostRow& head : leadership.heads) *row.add_heads() = ToContract(head);
  row.set_one_shoulder(OneShoulder(leadership));
  row.set_verdict(JudgeOneShoulder(leadership, norm));
  if (norm != nullptr) *row.mutable_citation() = norm->basis().citation();
  return row;
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

absl::Status LeadershipBodies::GetPost(Call& call, const v1::GetPostRequest& request,
                                       const Reader& reader, v1::GetPostResponse* response) const {
  const std::optional<std::string> id = IdOf(kPosts, request.name());
  if (!id) return Malformed("name", "NAME_INVALID", "任职须写成 posts/{编号}");
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay asked, ReadDay(request.as_of(), call.today()));
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::PostRow> post, FindPost(reader, *id));
  if (!post) return NotFound(request.name());
  const auto visible = [&](const rows::PostRow& one) -> absl::StatusOr<bool> {
    if (IdOf(kOrganisations, one.seat())) return call.RequireScope(one.seat()).ok();
    ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::InstitutionRow> institution,
                           FindInstitution(reader, IdOf(kInstitutions, one.seat()).value_or("")));
    return institution && call.RequireScope(NameOf(kOrganisations, institution->keeper())).ok();
  };
  ZHIBU_ASSIGN_OR_RETURN(const bool shown, visible(*post));
  if (!shown) return NotFound(request.name());
  *response->mutable_post() = ToContract(*post);
  const int32_t day = std::min(DayNumber(asked), post->to() - 1);
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> ids, PostsOfHolder(reader, post->holder()));
  for (const std::string& other : ids) {
    if (other == *id) continue;
    ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::PostRow> beside, FindPost(reader, other));
    if (!beside) return absl::DataLossError("an index names a post that is not there");
    if (!PeriodOf(*beside).Has(day)) continue;
    // What is held out of the caller's scope is not told.
    ZHIBU_ASSIGN_OR_RETURN(const bool told, visible(*beside));
    if (told) *response->add_held_beside() = ToContract(*beside);
  }
  return absl::OkStatus();
}

absl::Status LeadershipBodies::Matrix(Call& call, const v1::ListPostMatrixRequest& request,
                                      const Reader&, v1::ListPostMatrixResponse* response) const {
  return PageOverSubtree(
      pages_, request, call.today(), response,
      [&](const Reader& snapshot, const rows::OrganisationRow& row,
          absl::CivilDay day) -> absl::Status {
        ZHIBU_ASSIGN_OR_RETURN(const Leadership leadership, ReadLeadership(snapshot, row, day));
        *response->add_rows() =
            MatrixRow(row, leadership, norms_.OneShoulderOf(leadership.kind, day));
        return absl::OkStatus();
      });
}

absl::Status LeadershipBodies::Vacancies(Call& call, const v1::ListVacanciesRequest& request,
                                         const Reader&, v1::ListVacanciesResponse* response) const {
  return PageOverSubtree(pages_, request, call.today(), response,
                         [&](const Reader& snapshot, const rows::OrganisationRow& row,
                             absl::CivilDay day) -> absl::Status {
                           ZHIBU_ASSIGN_OR_RETURN(const Leadership leadership,
                                                  ReadLeadership(snapshot, row, day));
                           for (v1::Vacancy& vacancy : VacanciesOf(leadership, norms_, day)) {
                             vacancy.set_organisation(NameOf(kOrganisations, row.id()));
                             *response->add_vacancies() = std::move(vacancy);
                           }
                           return absl::OkStatus();
                         });
}

}  // namespace zhibu::registry
