// The body of UpdatePerson.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "services/membership/books/convert.h"
#include "services/membership/books/external_index.h"
#include "services/membership/books/personal_index.h"
#include "services/membership/books/reading.h"
#include "services/membership/books/visible.h"
#include "services/membership/persons/persons.h"
#include "services/membership/rules/affiliations.h"
#include "services/membership/rules/forms.h"
#include "services/membership/rules/person.h"
#include "services/membership/rules/person_kinds.h"

namespace zhibu::membership {
namespace {

// Which fields are to be changed.
struct Mask {
  bool display_name = false, id_number = false, sex = false, birth_date = false;
  bool nationality_code = false, kind = false, institution = false, identity_document = false;
  bool external_ids = false;

  bool identity() const {
    return display_name || id_number || sex || birth_date || identity_document;
  }
};

Mask ReadMask(const google::protobuf::FieldMask& mask, std::vector<Violation>& wrong) {
  Mask read;
  const std::pair<const char*, bool*> fields[] = {{"display_name", &read.display_name},
                                                  {"id_number", &read.id_number},
                                                  {"sex", &read.sex},
                                                  {"birth_date", &read.birth_date},
                                                  {"kind", &read.kind},
                                                  {"nationality_code", &read.nationality_code},
                                                  {"institution", &read.institution},
                                                  {"identity_document", &read.identity_document},
                                                  {"external_ids", &read.external_ids}};
  bool known = !mask.paths().empty();
  for (const std::string& path : mask.paths()) {
    bool found = false;
    for (const auto& [name, set] : fields) {
      if (path != name) continue;
      *set = found = true;
    }
    known = known && found;
  }
  if (!known) {
    wrong.push_back(
        Because("UPDATE_MASK_INVALID", "update_mask",
                "请写明要改的字段：display_name、id_number、sex、birth_date、"
                "nationality_code、kind、institution、identity_document 或 external_ids"));
  }
  return read;
}

// The record as if it were registered with the changes: so the same is asked of it.
v1::CreatePersonRequest AsRegistration(const VisiblePerson& person, const rows::PersonalData& data,
                                       const v1::Person& changes, const Mask& mask) {
  v1::CreatePersonRequest request;
  request.set_person_id(person.id);
  v1::Person& whole = *request.mutable_person();
  whole.set_organisation(NameOf(kOrganisations, person.row.organisation_id()));
  whole.set_display_name(mask.display_name ? changes.display_name() : data.display_name());
  whole.set_id_number(mask.id_number ? changes.id_number() : data.id_number());
  whole.set_nationality_code(mask.nationality_code ? changes.nationality_code()
                                                   : person.row.nationality_code());
  whole.set_kind(mask.kind ? changes.kind() : static_cast<v1::PersonKind>(person.row.kind()));
  whole.set_institution(mask.institution ? changes.institution() : person.row.institution());
  whole.set_identity_document(mask.identity_document ? changes.identity_document()
                                                     : person.row.identity_document());
  *whole.mutable_external_ids() =
      mask.external_ids ? changes.external_ids() : person.row.external_ids();
  // A new number says sex and birth date; what the request says beside it has to agree.
  const bool said_by_number = mask.id_number && !changes.id_number().empty();
  if (mask.sex) {
    whole.set_sex(changes.sex());
  } else if (!said_by_number) {
    whole.set_sex(static_cast<v1::Sex>(person.row.sex()));
  }
  if (mask.birth_date) {
    if (changes.has_birth_date()) *whole.mutable_birth_date() = changes.birth_date();
  } else if (!said_by_number && data.has_birth()) {
    *whole.mutable_birth_date() = ToProto(DayFromNumber(data.birth()));
  }
  if (person.row.has_opening()) {
    *request.mutable_opening_balance() = OpeningToProto(person.row.opening());
  }
  return request;
}

void SetKind(const v1::UpdatePersonRequest& request, absl::CivilDay today, rows::PersonRow& row,
             std::vector<Violation>& refused) {
  const absl::CivilDay from =
      request.has_kind_valid_from() ? FromProto(request.kind_valid_from()).value_or(today) : today;
  const std::optional<absl::CivilDay> last = LastKindChange(row);
  if (from > today) {
    refused.push_back(
        Because("DATE_IN_FUTURE", "kind_valid_from", "日期不能晚于今天：到那一天再登记"));
  } else if (!SetKindFrom(from, request.person().kind(), row)) {
    Violation violation =
        Because("KIND_CHANGED_LATER", "kind_valid_from",
                absl::StrCat("已登记过 ", FormatDate(*last),
                             " 起的人员类别，不能再插入更早的变化；请从该日或之后登记"));
    violation.earliest = last;
    refused.push_back(std::move(violation));
  }
}

}  // namespace

absl::Status Persons::Update(Call& call, const v1::UpdatePersonRequest& request, Txn& txn,
                             v1::UpdatePersonResponse* response) const {
  std::vector<Violation> wrong;
  const Mask mask = ReadMask(request.update_mask(), wrong);
  CheckReference(request.reference(), "reference", wrong);
  if (request.person().etag().empty()) {
    wrong.push_back(Because("ETAG_REQUIRED", "person.etag", "请带上读取该人员时得到的 etag"));
  }
  if (request.has_kind_valid_from() && (!mask.kind || !FromProto(request.kind_valid_from()).ok())) {
    wrong.push_back(Because("KIND_FROM_INVALID", "kind_valid_from",
                            "人员类别的起始日期须完整，并且只在更改人员类别时填写"));
  }
  ZHIBU_ASSIGN_OR_RETURN(VisiblePerson person, FindVisiblePerson(call, txn, request.person().name(),
                                                                 "person.name", std::move(wrong)));
  const std::string& name = request.person().name();
  ZHIBU_RETURN_IF_ERROR(CheckEtag(person, request.person().etag()));
  std::vector<Violation> refused;
  RequireKept(person.id, person.row, refused);
  if (!refused.empty()) return Refused(refused);
  ZHIBU_ASSIGN_OR_RETURN(rows::PersonalData data, keys_.Open(name, person.row.personal_data()));
  PersonForm form;
  const std::vector<Violation> malformed =
      ReadPerson(AsRegistration(person, data, request.person(), mask), "", call.today(), form);
  if (!malformed.empty()) return Malformed(malformed);

  if (!form.id_number.empty() && form.id_number != data.id_number()) {
    ZHIBU_ASSIGN_OR_RETURN(const std::optional<std::string> owner,
                           OwnerOfIdNumber(txn, keys_, form.id_number));
    if (owner && *owner != person.id) {
      refused.push_back(Because("ID_NUMBER_TAKEN", "person.id_number",
                                "该公民身份号码已登记在另一人名下，请核对"));
    }
  }
  if (mask.identity()) {
    if (auto young = CheckOpeningAge(rule_sets_, form, "")) refused.push_back(*young);
    person.row.set_sex(form.sex);
    person.row.set_identity_document(form.identity_document);
    if (mask.display_name) data.set_display_name(request.person().display_name());
    data.set_id_number(form.id_number);
    data.clear_birth();
    if (form.birth) data.set_birth(DayNumber(*form.birth));
    *person.row.mutable_personal_data() = keys_.Seal(name, data);
  }
  if (mask.nationality_code) {
    person.row.set_nationality_code(request.person().nationality_code());
  }
  if (mask.external_ids) {
    ZHIBU_ASSIGN_OR_RETURN(const std::vector<ExternalIds> others,
                           ExternalIdsOfOthers(txn, person.id, request.person().external_ids()));
    JudgeExternalIds(request.person().external_ids(), others, "person.external_ids", refused);
    *person.row.mutable_external_ids() = form.external_ids;
  }
  if (mask.institution) person.row.set_institution(request.person().institution());
  if (mask.kind) SetKind(request, call.today(), person.row, refused);
  if (!refused.empty()) return Refused(refused);
  v1::PersonChanged event = ChangeOf(person.id, person.row);
  event.set_reference(request.reference());
  ZHIBU_RETURN_IF_ERROR(tables_.Record(txn, event));
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::PersonRow> now, FindPerson(txn, person.id));
  ZHIBU_ASSIGN_OR_RETURN(*response->mutable_person(),
                         PersonOn(keys_, fact_rules_, person.id, *now, call.today()));
  return absl::OkStatus();
}

}  // namespace zhibu::membership
