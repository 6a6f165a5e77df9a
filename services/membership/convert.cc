#include "services/membership/convert.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/domain/id_number.h"

namespace zhibu::membership {

void StagesToEvent(const Stages& stages, StageChanges* changes) {
  changes->Clear();
  for (const rows::StageRow& row : stages) {
    v1::StageChange& change = *changes->Add();
    *change.mutable_from() = ToProto(DayFromNumber(row.from()));
    change.set_stage(static_cast<v1::Stage>(row.stage()));
    change.set_organisation(NameOf(kOrganisations, row.organisation_id()));
    if (row.has_approved_on()) {
      *change.mutable_approved_on() = ToProto(DayFromNumber(row.approved_on()));
    }
  }
}

void StagesFromEvent(const StageChanges& changes, Stages* stages) {
  stages->Clear();
  for (const v1::StageChange& change : changes) {
    rows::StageRow& row = *stages->Add();
    row.set_from(DayNumber(FromProto(change.from()).value_or(kNoStart)));
    row.set_stage(change.stage());
    row.set_organisation_id(IdOf(kOrganisations, change.organisation()).value_or(""));
    if (change.has_approved_on()) {
      row.set_approved_on(DayNumber(FromProto(change.approved_on()).value_or(kNoStart)));
    }
  }
}

v1::PersonChanged ChangeOf(absl::string_view person_id, const rows::PersonRow& row) {
  v1::PersonChanged event;
  event.set_name(NameOf(kPersons, person_id));
  event.set_organisation(NameOf(kOrganisations, row.organisation_id()));
  event.set_sex(static_cast<v1::Sex>(row.sex()));
  event.set_nationality_code(row.nationality_code());
  event.set_kind(static_cast<v1::PersonKind>(row.kind()));
  event.set_institution(row.institution());
  *event.mutable_registered_on() = ToProto(DayFromNumber(row.registered_on()));
  if (row.has_opening()) {
    v1::OpeningBalance& opening = *event.mutable_opening_balance();
    opening.set_stage(static_cast<v1::Stage>(row.opening().stage()));
    *opening.mutable_joined_on() = ToProto(DayFromNumber(row.opening().joined_on()));
    if (row.opening().has_full_member_on()) {
      *opening.mutable_full_member_on() = ToProto(DayFromNumber(row.opening().full_member_on()));
    }
  }
  *event.mutable_personal_data() = row.personal_data();
  StagesToEvent(row.stages(), event.mutable_stages());
  return event;
}

absl::StatusOr<v1::Person> PersonOn(const PersonalDataKeys& keys, absl::string_view person_id,
                                    const rows::PersonRow& row, absl::CivilDay day) {
  v1::Person person;
  person.set_name(NameOf(kPersons, person_id));
  ZHIBU_ASSIGN_OR_RETURN(const rows::PersonalData data,
                         keys.Open(person.name(), row.personal_data()));
  person.set_organisation(NameOf(kOrganisations, row.organisation_id()));
  person.set_display_name(data.display_name());
  if (!data.id_number().empty()) person.set_id_number(MaskIdNumber(data.id_number()));
  person.set_sex(static_cast<v1::Sex>(row.sex()));
  person.set_nationality_code(row.nationality_code());
  person.set_kind(static_cast<v1::PersonKind>(row.kind()));
  person.set_institution(row.institution());
  person.set_stage(StageOn(row.stages(), day));
  for (const rows::StageRow& stage : row.stages()) {
    const absl::CivilDay from = DayFromNumber(stage.from());
    if (from > day) break;
    if (stage.stage() == v1::STAGE_PROBATIONARY) *person.mutable_joined_on() = ToProto(from);
    if (stage.stage() == v1::STAGE_FULL) *person.mutable_full_member_on() = ToProto(from);
  }
  person.set_opening_balance(row.has_opening());
  *person.mutable_registered_on() = ToProto(DayFromNumber(row.registered_on()));
  if (!row.merged_into().empty()) person.set_merged_into(NameOf(kPersons, row.merged_into()));
  person.set_etag(absl::StrCat(row.version()));
  return person;
}

absl::StatusOr<absl::CivilDay> DateOr(bool given, const google::type::Date& date,
                                      absl::CivilDay fallback, absl::string_view field) {
  if (!given) return fallback;
  const auto day = FromProto(date);
  if (!day.ok()) return Malformed(field, "DATE_INVALID", "日期须完整（年、月、日）且真实存在");
  return *day;
}

}  // namespace zhibu::membership
