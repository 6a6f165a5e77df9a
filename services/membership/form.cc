#include "services/membership/form.h"

#include <optional>
#include <utility>

#include "common/base/resource_name.h"
#include "common/base/text.h"
#include "services/membership/rules/affiliations.h"
#include "services/membership/tables.h"

namespace zhibu::membership {

Violation Because(absl::string_view reason, std::string subject, absl::string_view message) {
  Violation violation;
  violation.reason = std::string(reason);
  violation.subject = std::move(subject);
  violation.message = std::string(message);
  return violation;
}

void CheckLine(absl::string_view text, int least, int most, absl::string_view reason,
               absl::string_view field, absl::string_view message, std::vector<Violation>& wrong) {
  if (!IsLine(text, least, most)) wrong.push_back(Because(reason, std::string(field), message));
}

void CheckReference(absl::string_view reference, absl::string_view field,
                    std::vector<Violation>& wrong) {
  CheckLine(reference, 1, 100, "REFERENCE_INVALID", field,
            "请填写依据的文号或任务编号，1–100 个字符", wrong);
}

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

absl::Status CheckEtag(const VisiblePerson& person, absl::string_view etag) {
  const std::string current = absl::StrCat(person.row.version());
  return etag == current ? absl::OkStatus() : StaleEtag(NameOf(kPersons, person.id), current);
}

}  // namespace zhibu::membership
