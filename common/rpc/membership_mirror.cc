#include "common/rpc/membership_mirror.h"

#include <set>
#include <utility>

#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/rpc/organisation_mirror.h"
#include "common/store/dispatch.h"
#include "common/store/keys.h"
#include "common/store/table.h"
#include "zhibu/membership/v1/events.pb.h"
#include "zhibu/membership/v1/reveal.pb.h"

namespace zhibu {
namespace {

using membership::v1::StageChange;

std::string OrganisationId(absl::string_view name) {
  return IdOf(kOrganisations, name).value_or("");
}

void SetStages(const google::protobuf::RepeatedPtrField<StageChange>& stages,
               rpc::MirroredPerson& person) {
  person.clear_stages();
  for (const StageChange& change : stages) {
    rpc::MirroredStage& stage = *person.add_stages();
    stage.set_from(DayNumber(FromOrNoStart(change.valid_from())));
    stage.set_stage(change.stage());
    stage.set_organisation_id(OrganisationId(change.organisation()));
    if (const auto approved = FromProto(change.approved_on()); approved.ok()) {
      stage.set_approved_on(DayNumber(*approved));
    }
    stage.set_restored(change.restored());
  }
}

rpc::MirroredPerson RowOf(const membership::v1::PersonChanged& event) {
  rpc::MirroredPerson person;
  person.set_registered_on(DayNumber(FromOrNoStart(event.registered_on())));
  for (const auto& kept : event.affiliations()) {
    rpc::MirroredAffiliation& affiliation = *person.add_affiliations();
    affiliation.set_organisation_id(OrganisationId(kept.organisation()));
    affiliation.set_from(DayNumber(FromOrNoStart(kept.valid_from())));
    affiliation.set_to(DayNumber(ToOrNoEnd(kept.valid_to())));
  }
  // From before the feed dated it: where the person is, since the first day.
  if (person.affiliations().empty()) {
    rpc::MirroredAffiliation& only = *person.add_affiliations();
    only.set_organisation_id(OrganisationId(event.organisation()));
    only.set_from(person.registered_on());
    only.set_to(DayNumber(kNoEnd));
  }
  SetStages(event.stages(), person);
  person.set_kind(event.kind());
  for (const auto& change : event.kinds()) {
    rpc::MirroredPersonKind& kind = *person.add_kinds();
    kind.set_from(DayNumber(FromOrNoStart(change.valid_from())));
    kind.set_kind(change.kind());
  }
  person.set_institution_id(IdOf(kInstitutions, event.institution()).value_or(""));
  person.set_opening_balance(event.has_opening_balance());
  return person;
}

const rpc::MirroredAffiliation* StayOn(const rpc::MirroredPerson& person, absl::CivilDay day) {
  const int32_t number = DayNumber(day);
  for (const rpc::MirroredAffiliation& stay : person.affiliations()) {
    if (stay.from() <= number && number < stay.to()) return &stay;
  }
  return nullptr;
}

std::set<std::string> OrganisationsOf(const std::optional<rpc::MirroredPerson>& person) {
  std::set<std::string> organisations;
  if (!person) return organisations;
  for (const auto& stay : person->affiliations()) organisations.insert(stay.organisation_id());
  return organisations;
}

}  // namespace

std::string KeptOn(const rpc::MirroredPerson& person, absl::CivilDay day) {
  const rpc::MirroredAffiliation* stay = StayOn(person, day);
  return stay == nullptr ? "" : stay->organisation_id();
}

std::string KeptNow(const rpc::MirroredPerson& person) {
  if (person.affiliations().empty()) return "";
  const rpc::MirroredAffiliation& last = *person.affiliations().rbegin();
  return last.to() == DayNumber(kNoEnd) ? last.organisation_id() : "";
}

const rpc::MirroredStage* StageOn(const rpc::MirroredPerson& person, absl::CivilDay day) {
  const rpc::MirroredStage* reached = nullptr;
  for (const rpc::MirroredStage& stage : person.stages()) {
    if (stage.from() > DayNumber(day)) break;
    reached = &stage;
  }
  return reached;
}

int LastStage(const rpc::MirroredPerson& person) {
  return person.stages().empty() ? 0 : person.stages().rbegin()->stage();
}

absl::Status MembershipMirror::Put(Txn& txn, const std::string& person_id,
                                   const std::optional<rpc::MirroredPerson>& now,
                                   Changed changed) const {
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rpc::MirroredPerson> before, Find(txn, person_id));
  if (now) {
    PutRow(txn, Key(tables_.persons).Text(person_id), *now);
  } else {
    txn.Delete(Key(tables_.persons).Text(person_id));
  }
  if (tables_.by_organisation != 0) {
    const std::set<std::string> places = OrganisationsOf(now);
    for (const std::string& organisation : OrganisationsOf(before)) {
      if (places.contains(organisation)) continue;
      txn.Delete(Key(tables_.by_organisation).Text(organisation).Text(person_id));
    }
    for (const std::string& organisation : places) {
      PutRow(txn, Key(tables_.by_organisation).Text(organisation).Text(person_id), *now);
    }
  }
  return changed(person_id, before ? &*before : nullptr, now ? &*now : nullptr);
}

absl::Status MembershipMirror::Apply(Txn& txn, const google::protobuf::Any& event,
                                     Changed changed) const {
  // A step and what happens beside the steps each state all stages of the person.
  const auto move_on = [&](const auto& of_case) -> absl::Status {
    const std::optional<CaseName> name = ParseCaseName(of_case.name());
    if (!name) return absl::DataLossError("an event of a case without a name in the feed");
    ZHIBU_ASSIGN_OR_RETURN(std::optional<rpc::MirroredPerson> person, Find(txn, name->person_id));
    if (!person) return absl::DataLossError("a case of a person who was not in the feed");
    SetStages(of_case.stages(), *person);
    return Put(txn, name->person_id, person, changed);
  };
  return DispatchFollowed(
      event,
      [&](const membership::v1::PersonChanged& person) -> absl::Status {
        const std::optional<std::string> id = IdOf(kPersons, person.name());
        if (!id || OrganisationId(person.organisation()).empty()) {
          return absl::DataLossError("a person without a name or an organisation in the feed");
        }
        return Put(txn, *id, RowOf(person), changed);
      },
      [&](const membership::v1::StepRecorded& step) { return move_on(step); },
      [&](const membership::v1::CaseEventRecorded& beside) { return move_on(beside); },
      [&](const membership::v1::PersonMerged& merged) -> absl::Status {
        const std::optional<std::string> id = IdOf(kPersons, merged.dropped());
        if (!id) return absl::DataLossError("a merger without a name in the feed");
        return Put(txn, *id, std::nullopt, changed);
      });
}

absl::Status MembershipMirror::Apply(Txn& txn, const google::protobuf::Any& event) const {
  return Apply(txn, event,
               [](const std::string&, const rpc::MirroredPerson*, const rpc::MirroredPerson*) {
                 return absl::OkStatus();
               });
}

absl::StatusOr<std::optional<rpc::MirroredPerson>> MembershipMirror::Find(
    const Reader& reader, absl::string_view person_id) const {
  return GetRow<rpc::MirroredPerson>(reader, Key(tables_.persons).Text(person_id));
}

absl::Status MembershipMirror::ForEachOf(
    const Reader& reader, absl::string_view organisation_id,
    absl::FunctionRef<bool(const std::string& person_id, const rpc::MirroredPerson& person)> visit)
    const {
  const Key all = Key(tables_.by_organisation).Text(organisation_id);
  return ScanRows<rpc::MirroredPerson>(
      reader, all, all.End(), [&](absl::string_view key, const rpc::MirroredPerson& person) {
        KeyParts parts(key);
        parts.Text();
        return visit(parts.Text().value_or(""), person);
      });
}

absl::StatusOr<std::vector<MirroredMember>> MembershipMirror::MembersOn(
    const Reader& reader, absl::string_view organisation_id, absl::CivilDay day) const {
  std::vector<MirroredMember> members;
  ZHIBU_RETURN_IF_ERROR(ForEachOf(
      reader, organisation_id, [&](const std::string& id, const rpc::MirroredPerson& person) {
        const rpc::MirroredAffiliation* stay = StayOn(person, day);
        if (stay == nullptr || stay->organisation_id() != organisation_id) return true;
        const rpc::MirroredStage* stage = StageOn(person, day);
        members.push_back({id, stage == nullptr ? 0 : stage->stage(),
                           stage == nullptr ? kNoStart : DayFromNumber(stage->from()),
                           DayFromNumber(stay->from())});
        return true;
      }));
  return members;
}

absl::StatusOr<std::string> MembershipMirror::OrganisationOn(const Reader& reader,
                                                             absl::string_view person_id,
                                                             absl::CivilDay day) const {
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rpc::MirroredPerson> person, Find(reader, person_id));
  return person ? KeptOn(*person, day) : "";
}

}  // namespace zhibu
