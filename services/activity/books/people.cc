#include "services/activity/books/people.h"

#include <utility>

#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/store/keys.h"
#include "common/store/table.h"
#include "services/activity/books/rows.pb.h"
#include "zhibu/membership/v1/events.pb.h"
#include "zhibu/registry/v1/organisation.pb.h"
#include "zhibu/type/v1/line.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::activity {
namespace {

using Stages = google::protobuf::RepeatedPtrField<membership::v1::StageChange>;

Key PersonKey(absl::string_view person) { return Key(kPersonTable).Text(person); }

Key OrganisationPersonKey(absl::string_view organisation, absl::string_view person) {
  return Key(kOrganisationPersonTable).Text(organisation).Text(person);
}

absl::Status SetStages(const Stages& stages, rows::OrganisationPersonRow& row) {
  row.clear_stages();
  for (const membership::v1::StageChange& change : stages) {
    const auto from = FromProto(change.valid_from());
    if (!from.ok()) return absl::DataLossError("a stage without a first day in the feed");
    rows::DatedStageRow& stage = *row.add_stages();
    stage.set_from(DayNumber(*from));
    stage.set_stage(change.stage());
  }
  return absl::OkStatus();
}

absl::Status Apply(Txn& txn, const membership::v1::PersonChanged& event) {
  const auto person = IdOf(kPersons, event.name());
  const auto organisation = IdOf(kOrganisations, event.organisation());
  const auto registered_on = FromProto(event.registered_on());
  if (!person || !organisation || !registered_on.ok()) {
    return absl::DataLossError("a person without name, organisation or first day in the feed");
  }
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::PersonRow> before,
                         GetRow<rows::PersonRow>(txn, PersonKey(*person)));
  if (before && before->organisation_id() != *organisation) {
    txn.Delete(OrganisationPersonKey(before->organisation_id(), *person));
  }
  rows::PersonRow row;
  row.set_organisation_id(*organisation);
  PutRow(txn, PersonKey(*person), row);
  rows::OrganisationPersonRow of;
  of.set_registered_on(DayNumber(*registered_on));
  ZHIBU_RETURN_IF_ERROR(SetStages(event.stages(), of));
  PutRow(txn, OrganisationPersonKey(*organisation, *person), of);
  return absl::OkStatus();
}

// Of a StepRecorded or CaseEventRecorded: both state all stages of the person.
template <typename Event>
absl::Status ApplyToCase(Txn& txn, const Event& event) {
  const auto name = ParseCaseName(event.name());
  if (!name) return absl::DataLossError("a step without a case in the feed");
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::PersonRow> person,
                         GetRow<rows::PersonRow>(txn, PersonKey(name->person_id)));
  if (!person) return absl::DataLossError("a step of a person that was never registered");
  const Key key = OrganisationPersonKey(person->organisation_id(), name->person_id);
  ZHIBU_ASSIGN_OR_RETURN(std::optional<rows::OrganisationPersonRow> of,
                         GetRow<rows::OrganisationPersonRow>(txn, key));
  if (!of) return absl::DataLossError("a person without a place in an organisation");
  ZHIBU_RETURN_IF_ERROR(SetStages(event.stages(), *of));
  PutRow(txn, key, *of);
  return absl::OkStatus();
}

Standing StandingAt(int stage) {
  switch (stage) {
    case membership::v1::STAGE_PROBATIONARY:
      return Standing::kProbationary;
    case membership::v1::STAGE_FULL:
      return Standing::kFull;
    case membership::v1::STAGE_ENDED:
    case membership::v1::STAGE_STOPPED:  // until it is restored, which is a stage of its own
      return Standing::kEnded;
    default:
      return Standing::kNotMember;
  }
}

}  // namespace

absl::Status ApplyMembershipEvent(Txn& txn, const google::protobuf::Any& event) {
  if (membership::v1::PersonChanged changed; event.UnpackTo(&changed)) return Apply(txn, changed);
  if (membership::v1::StepRecorded step; event.UnpackTo(&step)) return ApplyToCase(txn, step);
  if (membership::v1::CaseEventRecorded beside; event.UnpackTo(&beside)) {
    return ApplyToCase(txn, beside);
  }
  return absl::OkStatus();
}

absl::StatusOr<People> PeopleOf(const Reader& reader, absl::string_view organisation_id) {
  People people;
  const Key all = Key(kOrganisationPersonTable).Text(organisation_id);
  ZHIBU_RETURN_IF_ERROR(ScanRows<rows::OrganisationPersonRow>(
      reader, all, all.End(), [&](absl::string_view key, const rows::OrganisationPersonRow& row) {
        KeyParts parts(key);
        parts.Text();
        Person& person = people[parts.Text().value_or("")];
        person.registered_on = DayFromNumber(row.registered_on());
        for (const rows::DatedStageRow& stage : row.stages()) {
          person.standings.push_back({DayFromNumber(stage.from()), StandingAt(stage.stage())});
        }
        return true;
      }));
  return people;
}

std::optional<std::string> KeeperOn(const rpc::MirroredOrganisation& organisation,
                                    absl::CivilDay day) {
  if (organisation.kind() != type::v1::ORGANISATION_KIND_PARTY_GROUP) return organisation.id();
  std::optional<std::string> parent;
  const int32_t number = DayNumber(day);
  for (const rpc::MirroredEdge& edge : organisation.edges()) {
    if (edge.line() == type::v1::LINE_SUBORDINATION && edge.from() <= number &&
        number < edge.to()) {
      parent = edge.parent_id();
    }
  }
  return parent;
}

absl::StatusOr<People> PeopleTakingPart(const Reader& reader,
                                        const rpc::MirroredOrganisation& organisation,
                                        absl::CivilDay day) {
  const std::optional<std::string> keeper = KeeperOn(organisation, day);
  if (!keeper) return People();
  return PeopleOf(reader, *keeper);
}

}  // namespace zhibu::activity
