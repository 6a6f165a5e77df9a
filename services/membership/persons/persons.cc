#include "services/membership/persons/persons.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/store/table.h"
#include "services/membership/books/convert.h"
#include "services/membership/books/external_index.h"
#include "services/membership/books/personal_index.h"
#include "services/membership/books/reading.h"
#include "services/membership/books/subtree.h"
#include "services/membership/books/successions.h"
#include "services/membership/books/visible.h"
#include "services/membership/rules/forms.h"
#include "services/membership/rules/person.h"

namespace zhibu::membership {
namespace {

constexpr int kMaxRows = 2000;
constexpr int kMaxNames = 1000;

v1::PersonChanged EventOf(const v1::CreatePersonRequest& request, const PersonForm& form,
                          const PersonalDataKeys& keys) {
  const v1::Person& person = request.person();
  v1::PersonChanged event;
  event.set_name(NameOf(kPersons, request.person_id()));
  event.set_organisation(person.organisation());
  event.set_sex(form.sex);
  event.set_identity_document(form.identity_document);
  *event.mutable_external_ids() = form.external_ids;
  event.set_nationality_code(person.nationality_code());
  event.set_kind(person.kind());
  event.set_institution(person.institution());
  *event.mutable_registered_on() = ToProto(form.registered_on);
  v1::PersonAffiliation& first = *event.add_affiliations();
  first.set_organisation(person.organisation());
  *first.mutable_valid_from() = event.registered_on();
  rows::PersonalData data;
  data.set_display_name(person.display_name());
  data.set_id_number(form.id_number);
  if (form.birth) data.set_birth(DayNumber(*form.birth));
  *event.mutable_personal_data() = keys.Seal(event.name(), data);
  if (!form.opening) return event;
  *event.mutable_opening_balance() = request.opening_balance();
  const auto add = [&](v1::Stage stage, absl::CivilDay from) {
    v1::StageChange& change = *event.add_stages();
    *change.mutable_valid_from() = ToProto(from);
    change.set_stage(stage);
    change.set_organisation(person.organisation());
  };
  add(v1::STAGE_PROBATIONARY, form.opening->joined_on);
  if (form.opening->full_member_on) add(v1::STAGE_FULL, *form.opening->full_member_on);
  return event;
}

// Refusals beside errors of form are told together: whoever imports wants all bad rows at once.
absl::Status Told(std::vector<Violation> malformed, const std::vector<Violation>& refused) {
  if (malformed.empty()) return refused.empty() ? absl::OkStatus() : Refused(refused);
  malformed.insert(malformed.end(), refused.begin(), refused.end());
  return Malformed(malformed);
}

}  // namespace

absl::Status Persons::PlaceAmongOrganisations(Call& call, const std::string& organisation,
                                              absl::CivilDay day, const std::string& prefix,
                                              const Reader& reader, v1::PersonChanged& event,
                                              std::vector<Violation>& refused) const {
  const std::string subject = absl::StrCat(prefix, "person.organisation");
  if (!tree_.Knows(organisation)) {
    refused.push_back(
        Because("ORGANISATION_NOT_THERE", subject, "该党组织尚未登记，请先登记党组织"));
    return absl::OkStatus();
  }
  if (!tree_.Read([&](const OrgTree& tree) { return tree.ExistsOn(organisation, day); })) {
    refused.push_back(Because("ORGANISATION_NOT_THERE", subject,
                              absl::StrCat("登记日期 ", FormatDate(day),
                                           " 该党组织尚未成立或已经撤销，请核对登记日期和党组织")));
    return absl::OkStatus();
  }
  Affiliations affiliations;
  AffiliationsFromEvent(event, &affiliations);
  ZHIBU_ASSIGN_OR_RETURN(
      const Followed now,
      FollowUnits(reader, tree_, *IdOf(kPersons, event.name()), call.today(), affiliations));
  const std::string name = NameOf(kOrganisations, now.organisation_id);
  if (!now.there) {
    const absl::CivilDay last =
        tree_.Read([&](const OrgTree& tree) { return tree.LastDayOf(now.organisation_id); });
    refused.push_back(Because("ORGANISATION_ENDED", subject,
                              absl::StrCat(name, " 已撤销，最后一日为 ", FormatDate(last),
                                           "，没有接续的党组织；请登记到现在的党组织")));
  } else if (!call.RequireScope(name).ok()) {
    // Whoever keeps the books of what ended does not write into those of its successor.
    refused.push_back(Because("ORGANISATION_ENDED", subject,
                              absl::StrCat("该党组织已并入 ", name, "，请由接续的党组织登记")));
  }
  AffiliationsToEvent(affiliations, kNoEnd, event.mutable_affiliations());
  event.set_organisation(name);
  return absl::OkStatus();
}

absl::Status Persons::Register(Call& call, const v1::CreatePersonRequest& request,
                               const std::string& prefix, Txn& txn, Problems& problems) const {
  PersonForm form;
  std::vector<Violation> wrong = ReadPerson(request, prefix, call.today(), form);
  const std::optional<std::string> organisation =
      IdOf(kOrganisations, request.person().organisation());
  if (organisation) {
    ZHIBU_RETURN_IF_ERROR(call.RequireScope(request.person().organisation()));
  }
  if (!wrong.empty()) {
    problems.malformed.insert(problems.malformed.end(), wrong.begin(), wrong.end());
    return absl::OkStatus();
  }
  std::vector<Violation> refused;
  v1::PersonChanged event = EventOf(request, form, keys_);
  ZHIBU_RETURN_IF_ERROR(PlaceAmongOrganisations(call, *organisation, form.registered_on, prefix,
                                                txn, event, refused));
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::PersonRow> existing,
                         FindPerson(txn, request.person_id()));
  if (existing) {
    refused.push_back(Because("PERSON_EXISTS", absl::StrCat(prefix, "person_id"),
                              "该人员编号已被使用，请换一个编号"));
  }
  if (!form.id_number.empty()) {
    ZHIBU_ASSIGN_OR_RETURN(const std::optional<std::string> owner,
                           OwnerOfIdNumber(txn, keys_, form.id_number));
    if (owner) {
      refused.push_back(
          Because("ID_NUMBER_TAKEN", absl::StrCat(prefix, "person.id_number"),
                  "该公民身份号码已登记在另一人名下，请核对；曾转往库外又转回的，请办理库外转入"));
    }
  }
  ZHIBU_ASSIGN_OR_RETURN(
      const std::vector<ExternalIds> others,
      ExternalIdsOfOthers(txn, request.person_id(), request.person().external_ids()));
  JudgeExternalIds(request.person().external_ids(), others,
                   absl::StrCat(prefix, "person.external_ids"), refused);
  if (auto young = CheckOpeningAge(rule_sets_, form, prefix)) refused.push_back(*young);
  if (!refused.empty()) {
    problems.refused.insert(problems.refused.end(), refused.begin(), refused.end());
    return absl::OkStatus();
  }
  ZHIBU_RETURN_IF_ERROR(tables_.Record(txn, event));
  return absl::OkStatus();
}

absl::Status Persons::Create(Call& call, const v1::CreatePersonRequest& request, Txn& txn,
                             v1::CreatePersonResponse* response) const {
  Problems problems;
  ZHIBU_RETURN_IF_ERROR(Register(call, request, "", txn, problems));
  if (problems.malformed.empty() && problems.refused.size() == 1 &&
      problems.refused.front().reason == "PERSON_EXISTS") {
    return AlreadyExists(NameOf(kPersons, request.person_id()), "PERSON_EXISTS");
  }
  ZHIBU_RETURN_IF_ERROR(Told(std::move(problems.malformed), problems.refused));
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::PersonRow> row,
                         FindPerson(txn, request.person_id()));
  ZHIBU_ASSIGN_OR_RETURN(*response->mutable_person(),
                         PersonOn(keys_, fact_rules_, request.person_id(), *row, call.today()));
  return absl::OkStatus();
}

absl::Status Persons::BatchCreate(Call& call, const v1::BatchCreatePersonsRequest& request,
                                  Txn& txn, v1::BatchCreatePersonsResponse* response) const {
  if (request.requests().empty() || request.requests_size() > kMaxRows) {
    return Malformed("requests", "BATCH_SIZE_INVALID", "一批须有 1–2000 行");
  }
  Problems problems;
  for (int i = 0; i < request.requests_size(); ++i) {
    ZHIBU_RETURN_IF_ERROR(
        Register(call, request.requests(i), absl::StrCat("requests[", i, "]."), txn, problems));
    response->add_names(NameOf(kPersons, request.requests(i).person_id()));
  }
  ZHIBU_RETURN_IF_ERROR(Told(std::move(problems.malformed), problems.refused));
  for (const v1::CreatePersonRequest& made : request.requests()) {
    ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::PersonRow> row,
                           FindPerson(txn, made.person_id()));
    response->add_etags(absl::StrCat(row->version()));
  }
  return absl::OkStatus();
}

absl::Status Persons::Get(Call& call, const v1::GetPersonRequest& request, const Reader& reader,
                          v1::GetPersonResponse* response) const {
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay day, call.AsOf(request));
  ZHIBU_ASSIGN_OR_RETURN(VisiblePerson person,
                         FindVisiblePerson(call, reader, request.name(), "name", {}, day));
  if (request.has_known_at()) {
    const absl::Time known_at = absl::FromUnixSeconds(request.known_at().seconds()) +
                                absl::Nanoseconds(request.known_at().nanos());
    ZHIBU_ASSIGN_OR_RETURN(std::optional<rows::PersonRow> then,
                           PersonAsKnownAt(reader, person.id, person.row, known_at));
    if (!then) return NotFound(request.name());
    person.row = *std::move(then);
  }
  ZHIBU_ASSIGN_OR_RETURN(*response->mutable_person(),
                         PersonOn(keys_, fact_rules_, person.id, person.row, day));
  return absl::OkStatus();
}

absl::Status Persons::BatchGet(Call& call, const v1::BatchGetPersonsRequest& request,
                               const Reader& reader, v1::BatchGetPersonsResponse* response) const {
  if (request.names().empty() || request.names_size() > kMaxNames) {
    return Malformed("names", "BATCH_SIZE_INVALID", "一次须读取 1–1000 人");
  }
  std::vector<Violation> wrong;
  for (int i = 0; i < request.names_size(); ++i) {
    if (IdOf(kPersons, request.names(i))) continue;
    wrong.push_back(Because("PERSON_NAME_INVALID", absl::StrCat("names[", i, "]"),
                            "人员名称须写作 persons/{person}"));
  }
  if (!wrong.empty()) return Malformed(wrong);
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay day, call.AsOf(request));
  for (const std::string& name : request.names()) {
    ZHIBU_ASSIGN_OR_RETURN(const VisiblePerson person,
                           FindVisiblePerson(call, reader, name, "names", {}, day));
    ZHIBU_ASSIGN_OR_RETURN(*response->add_persons(),
                           PersonOn(keys_, fact_rules_, person.id, person.row, day));
  }
  return absl::OkStatus();
}

absl::Status Persons::List(Call& call, const v1::ListPersonsRequest& request, const Reader&,
                           v1::ListPersonsResponse* response) const {
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay day, call.AsOf(request));
  ZHIBU_ASSIGN_OR_RETURN(const Page page, pages_.Open(request, call.caller()));
  const Snapshot& snapshot = *page.snapshot;
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> organisations,
                         OrganisationsOf(tree_, snapshot, kPersonsByOrganisation, request.root(),
                                         request.line(), day));
  // The index also finds who was kept there once.
  const auto wanted = [&](const rows::PersonRow& row, const std::string& organisation) {
    if (DayFromNumber(row.registered_on()) > day) return false;
    if (KeptBy(row.affiliations(), day) != organisation) return false;
    const auto& stages = request.stages();
    return stages.empty() || std::find(stages.begin(), stages.end(),
                                       SaidStage(StageOn(row.stages(), day))) != stages.end();
  };
  const auto make = [&](absl::string_view key,
                        absl::string_view) -> absl::StatusOr<std::optional<v1::Person>> {
    KeyParts parts(key);
    const std::string organisation = parts.Text().value_or("");
    const std::string id = parts.Text().value_or("");
    ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::PersonRow> row, FindPerson(snapshot, id));
    if (!row) return absl::DataLossError("an index names nobody");
    if (!wanted(*row, organisation)) return std::nullopt;
    return PersonOn(keys_, fact_rules_, id, *row, day);
  };
  return FillPage(pages_, page, RangesOf(kPersonsByOrganisation, organisations), response,
                  response->mutable_persons(), make);
}

}  // namespace zhibu::membership
