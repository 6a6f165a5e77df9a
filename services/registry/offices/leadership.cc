#include "services/registry/offices/leadership.h"

#include <optional>
#include <string>

#include "services/registry/books/convert.h"
#include "services/registry/books/leading.h"
#include "services/registry/books/subtree_page.h"

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

absl::Status LeadershipLists::Matrix(Call& call, const v1::ListPostMatrixRequest& request,
                                     const Reader&, v1::ListPostMatrixResponse* response) const {
  ZHIBU_ASSIGN_OR_RETURN(const SubtreePage opened, OpenSubtree(pages_, call, request));
  const Snapshot& snapshot = *opened.page.snapshot;
  return FillPage(
      pages_, opened.page, *opened.nodes, response, response->mutable_rows(),
      [&](const SubtreeNode& node) -> absl::StatusOr<std::optional<v1::PostMatrixRow>> {
        ZHIBU_ASSIGN_OR_RETURN(const rows::OrganisationRow row, RowOfNode(snapshot, node));
        ZHIBU_ASSIGN_OR_RETURN(const Leadership leadership,
                               ReadLeadership(snapshot, row, opened.day));
        return MatrixRow(row, leadership, norms_.OneShoulderOf(leadership.kind, opened.day));
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
