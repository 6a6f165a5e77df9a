#include "services/activity/books/mirror.h"

#include <utility>

#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/rpc/organisation_mirror.h"
#include "services/activity/data/kinds.h"
#include "zhibu/membership/v1/person.pb.h"
#include "zhibu/type/v1/line.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::activity {
namespace {

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

Person SeenFrom(absl::string_view organisation_id, const rpc::MirroredPerson& mirrored) {
  Person person;
  person.registered_on = DayFromNumber(mirrored.registered_on());
  for (const rpc::MirroredStage& stage : mirrored.stages()) {
    person.standings.push_back({DayFromNumber(stage.from()), StandingAt(stage.stage())});
  }
  person.stays.clear();
  for (const rpc::MirroredAffiliation& kept : mirrored.affiliations()) {
    person.stays.push_back({person.stays.empty() ? kNoStart : DayFromNumber(kept.from()),
                            DayFromNumber(kept.to()), kept.organisation_id() == organisation_id});
  }
  return person;
}

}  // namespace

const MembershipMirror& Persons() {
  static const MembershipMirror kMirror({kPersonTable, kOrganisationPersonTable});
  return kMirror;
}

absl::StatusOr<rpc::MirroredOrganisation> KnownOrganisation(const Reader& reader,
                                                            const std::string& name) {
  const std::optional<std::string> id = IdOf(kOrganisations, name);
  if (!id) {
    return Malformed("organisation", "ORGANISATION_INVALID",
                     "请填写党组织，形式为 organisations/{编号}");
  }
  ZHIBU_ASSIGN_OR_RETURN(std::optional<rpc::MirroredOrganisation> organisation,
                         OrganisationMirror::Find(reader, *id));
  if (!organisation) return NotFound(name);
  return *std::move(organisation);
}

Organisation FactsOf(const rpc::MirroredOrganisation& organisation, absl::CivilDay day) {
  return {OrganisationKindName(KindOn(organisation, day).kind()),
          DayFromNumber(organisation.established()), DayFromNumber(organisation.dissolved())};
}

absl::StatusOr<People> PeopleOf(const Reader& reader, absl::string_view organisation_id) {
  People people;
  ZHIBU_RETURN_IF_ERROR(Persons().ForEachOf(
      reader, organisation_id, [&](const std::string& id, const rpc::MirroredPerson& person) {
        people.emplace(id, SeenFrom(organisation_id, person));
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
