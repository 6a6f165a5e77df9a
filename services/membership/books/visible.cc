#include "services/membership/books/visible.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "services/membership/books/reading.h"
#include "services/membership/rules/affiliations.h"
#include "services/membership/rules/forms.h"
#include "zhibu/policy/v1/policy.pb.h"

namespace zhibu::membership {

void RequireKept(absl::string_view person_id, const rows::PersonRow& person,
                 std::vector<Violation>& refused) {
  if (!person.merged_into().empty()) {
    refused.push_back(Because("ALREADY_MERGED", NameOf(kPersons, person_id),
                              "该人员档案已并入另一份档案，请在保留的档案中办理"));
  } else if (HasLeft(person.affiliations())) {
    refused.push_back(
        Because("PERSON_LEFT", NameOf(kPersons, person_id),
                "该人员的组织关系已转往库外，请由现所在党组织办理；转回的先办理库外转入"));
  }
}

void RequireKept(absl::string_view person_id, const rows::PersonRow& person, Violations& refused) {
  std::vector<Violation> found;
  RequireKept(person_id, person, found);
  refused.Append(std::move(found));
}

absl::StatusOr<VisiblePerson> FindVisiblePerson(Call& call, const Reader& reader,
                                                const std::string& name, absl::string_view field,
                                                std::vector<Violation> wrong,
                                                std::optional<absl::CivilDay> day) {
  const std::optional<std::string> id = IdOf(kPersons, name);
  if (!id) {
    wrong.push_back(
        Because("PERSON_NAME_INVALID", std::string(field), "人员名称须写作 persons/{person}"));
  }
  if (!wrong.empty()) return Malformed(wrong);
  ZHIBU_ASSIGN_OR_RETURN(std::optional<rows::PersonRow> row, FindPerson(reader, *id));
  const auto sees = [&](const std::string& organisation) {
    return call.RequireScope(NameOf(kOrganisations, organisation)).ok();
  };
  const std::string kept_then = row && day ? KeptBy(row->affiliations(), *day) : "";
  if (!row || (!sees(row->organisation_id()) && (kept_then.empty() || !sees(kept_then)))) {
    // Not the organisation's name: a stranger is not told where the person is.
    return NotFound(name);
  }
  return VisiblePerson{*id, *std::move(row)};
}

absl::Status RequireActsFor(Call& call, const SharedOrgTree& tree, const std::string& organisation,
                            const std::string& keeper) {
  if (organisation.empty() || organisation == keeper ||
      !tree.Knows(IdOf(kOrganisations, organisation).value_or(""))) {
    return absl::OkStatus();
  }
  const auto& roles = call.principal().roles();
  const bool approves = std::any_of(roles.begin(), roles.end(), [](int role) {
    return role == policy::v1::ROLE_APPROVER || role == policy::v1::ROLE_ADMINISTRATOR;
  });
  if (approves && call.RequireScope(organisation).ok()) return absl::OkStatus();
  return Failure(absl::StatusCode::kPermissionDenied, "ACTS_FOR_ANOTHER_ORGANISATION",
                 absl::StrCat("该事项由 ", organisation,
                              " 作出，须由该党组织或其上级的审批账号登记，本账号不能代为登记"));
}

absl::Status CheckEtag(const VisiblePerson& person, absl::string_view etag) {
  const std::string current = absl::StrCat(person.row.version());
  return etag == current ? absl::OkStatus() : StaleEtag(NameOf(kPersons, person.id));
}

}  // namespace zhibu::membership
