// The persons as a follower of the membership service keeps them: who belonged where, as what,
// when.
#ifndef ZHIBU_COMMON_RPC_MEMBERSHIP_MIRROR_H_
#define ZHIBU_COMMON_RPC_MEMBERSHIP_MIRROR_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "common/rpc/membership_mirror.pb.h"
#include "common/store/store.h"
#include "common/store/txn.h"
#include "google/protobuf/any.pb.h"

namespace zhibu {

// The id of the organisation that kept the person on a day; empty where none in these books did.
std::string KeptOn(const rpc::MirroredPerson& person, absl::CivilDay day);
// The stage on a day; null before the first. Good as long as `person`.
const rpc::MirroredStage* StageOn(const rpc::MirroredPerson& person, absl::CivilDay day);
// The last organisation that kept the person; empty where it keeps the person no more (转出库外).
std::string KeptNow(const rpc::MirroredPerson& person);
// The last stage, a membership.v1.Stage; 0 where there is none.
int LastStage(const rpc::MirroredPerson& person);

// One of those whom an organisation kept on a day.
struct MirroredMember {
  std::string person_id;
  int stage = 0;               // membership.v1.Stage; 0 before the first
  absl::CivilDay stage_since;  // kNoStart where there is no stage
  absl::CivilDay here_since;   // first day of this stay
};

// Rows in two tables of the follower's own store; the service names their numbers. Immutable,
// thread-safe; what writes runs on the lane.
class MembershipMirror {
 public:
  struct Tables {
    uint8_t persons;  // person → MirroredPerson
    // Every organisation that ever kept the person, person → the same. 0: not kept, for a service
    // that never asks ForEachOf or MembersOn.
    uint8_t by_organisation = 0;
  };
  explicit MembershipMirror(Tables tables) : tables_(tables) {}

  // Told of a person whose row changed, in the same transaction: null before the first and, for a
  // record that was merged into another one, after the last. What it answers but OK ends Apply.
  using Changed = absl::FunctionRef<absl::Status(const std::string& person_id,
                                                 const rpc::MirroredPerson* before,
                                                 const rpc::MirroredPerson* now)>;

  // Applies a PersonChanged, StepRecorded, CaseEventRecorded or PersonMerged; other events are
  // passed over. DATA_LOSS for one without its names, or for a step of a person who was never in
  // the feed.
  absl::Status Apply(Txn& txn, const google::protobuf::Any& event, Changed changed) const;
  absl::Status Apply(Txn& txn, const google::protobuf::Any& event) const;

  absl::StatusOr<std::optional<rpc::MirroredPerson>> Find(const Reader& reader,
                                                          absl::string_view person_id) const;

  // Calls `visit` for everybody whom the organisation ever kept, by person id, until it returns
  // false.
  absl::Status ForEachOf(
      const Reader& reader, absl::string_view organisation_id,
      absl::FunctionRef<bool(const std::string& person_id, const rpc::MirroredPerson& person)>
          visit) const;

  // Whom the organisation kept on a day, by person id.
  absl::StatusOr<std::vector<MirroredMember>> MembersOn(const Reader& reader,
                                                        absl::string_view organisation_id,
                                                        absl::CivilDay day) const;

  // Where the person was on a day; empty where nowhere in these books, or not known.
  absl::StatusOr<std::string> OrganisationOn(const Reader& reader, absl::string_view person_id,
                                             absl::CivilDay day) const;

 private:
  absl::Status Put(Txn& txn, const std::string& person_id,
                   const std::optional<rpc::MirroredPerson>& now, Changed changed) const;

  const Tables tables_;
};

}  // namespace zhibu

#endif  // ZHIBU_COMMON_RPC_MEMBERSHIP_MIRROR_H_
