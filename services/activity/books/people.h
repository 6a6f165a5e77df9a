// The persons of each organisation, as the membership's feed tells: own rows, so that who belonged
// to an organisation on a day is answered without asking another service.
#ifndef ZHIBU_SERVICES_ACTIVITY_BOOKS_PEOPLE_H_
#define ZHIBU_SERVICES_ACTIVITY_BOOKS_PEOPLE_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "common/rpc/mirror.pb.h"
#include "common/store/store.h"
#include "common/store/txn.h"
#include "google/protobuf/any.pb.h"
#include "services/activity/rules/activities.h"

namespace zhibu::activity {

// Table numbers: see README.md.
inline constexpr uint8_t kPersonTable = 0x10;              // person → PersonRow
inline constexpr uint8_t kOrganisationPersonTable = 0x11;  // organisation, person → its row

// Applies a PersonChanged, StepRecorded or CaseEventRecorded; other events are not this service's
// business. DATA_LOSS for a step of a person that was never registered. Nothing personal is kept:
// ids, organisations, stages and dates.
absl::Status ApplyMembershipEvent(Txn& txn, const google::protobuf::Any& event);

// Everybody whom this organisation keeps.
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

#endif  // ZHIBU_SERVICES_ACTIVITY_BOOKS_PEOPLE_H_
