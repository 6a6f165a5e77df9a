// What is kept of the feeds of registry and membership: who belonged to an organisation on a day is
// answered without asking another service.
#ifndef ZHIBU_SERVICES_ACTIVITY_BOOKS_MIRROR_H_
#define ZHIBU_SERVICES_ACTIVITY_BOOKS_MIRROR_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "common/rpc/membership_mirror.h"
#include "common/rpc/mirror.pb.h"
#include "common/store/store.h"
#include "services/activity/rules/activities.h"

namespace zhibu::activity {

// Table numbers: see README.md.
inline constexpr uint8_t kPersonTable = 0x16;              // person → MirroredPerson
inline constexpr uint8_t kOrganisationPersonTable = 0x17;  // organisation, person → the same

// The persons, in these two tables.
const MembershipMirror& Persons();

// The organisation of a request, once the registry has told of it: INVALID_ARGUMENT
// "ORGANISATION_INVALID" where it is no name of one, NOT_FOUND.
absl::StatusOr<rpc::MirroredOrganisation> KnownOrganisation(const Reader& reader,
                                                            const std::string& name);

// What the rules ask of an organisation on a day.
Organisation FactsOf(const rpc::MirroredOrganisation& organisation, absl::CivilDay day);

// Everybody whom this organisation ever kept.
absl::StatusOr<People> PeopleOf(const Reader& reader, absl::string_view organisation_id);

// The organisation whose persons take part in its life on that day: itself; for a party group
// (党小组), whose own members are not tracked, the branch that it is part of. Nullopt for a group
// without one.
std::optional<std::string> KeeperOn(const rpc::MirroredOrganisation& organisation,
                                    absl::CivilDay day);

// PeopleOf the keeper; empty where there is none.
absl::StatusOr<People> PeopleTakingPart(const Reader& reader,
                                        const rpc::MirroredOrganisation& organisation,
                                        absl::CivilDay day);

}  // namespace zhibu::activity

#endif  // ZHIBU_SERVICES_ACTIVITY_BOOKS_MIRROR_H_
