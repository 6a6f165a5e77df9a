#include "services/registry/offices/leadership.h"

#include <algorithm>
#include <optional>
#include <string>

#include "common/base/civil.h"
#include "services/registry/books/convert.h"
#include "services/registry/books/leading.h"
#include "services/registry/books/member_counts.h"
#include "services/registry/books/subtree_page.h"
#include "services/registry/books/tables.h"
#include "services/registry/rules/dated.h"

namespace zhibu::registry {
namespace {

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

absl::Status LeadershipLists::GetPost(Call& call, const v1::GetPostRequest& request,
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

absl::Status LeadershipLists::Matrix(Call& call, const v1::ListPostMatrixRequest& request,
                                     const Reader&, v1::ListPostMatrixResponse* response) const {
  return PageOverSubtree(
      pages_, call, request, response,
      [&](const Reader& snapshot, const rows::OrganisationRow& row,
          absl::CivilDay day) -> absl::Status {
        ZHIBU_ASSIGN_OR_RETURN(const Leadership leadership, ReadLeadership(snapshot, row, day));
        *response->add_rows() =
            MatrixRow(row, leadership, norms_.OneShoulderOf(leadership.kind, day));
        return absl::OkStatus();
      });
}

absl::Status LeadershipLists::Vacancies(Call& call, const v1::ListVacanciesRequest& request,
                                        const Reader&, v1::ListVacanciesResponse* response) const {
  return PageOverSubtree(pages_, call, request, response,
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
