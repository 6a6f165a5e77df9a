// Persons follow their organisation when it is merged, split or dissolved (整建制转移).
#ifndef ZHIBU_SERVICES_MEMBERSHIP_UNIT_TRANSFERS_H_
#define ZHIBU_SERVICES_MEMBERSHIP_UNIT_TRANSFERS_H_

#include <memory>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/mutex.h"
#include "common/domain/shared_org_tree.h"
#include "common/rpc/call.h"
#include "common/rpc/paging.h"
#include "common/store/commit_lane.h"
#include "common/store/store.h"
#include "common/store/txn.h"
#include "services/membership/parts.h"
#include "services/membership/rules/affiliations.h"
#include "services/membership/tables.h"
#include "zhibu/membership/v1/transfer_service.pb.h"
#include "zhibu/registry/v1/reorganisation.pb.h"

namespace zhibu::membership {

// Puts down who has to be moved, when the registry's feed tells of a decision. A follower must not
// emit, so nobody is moved by it.
absl::Status NoteUnitTransfer(Txn& txn, const registry::v1::Reorganised& event);

// Moves the next persons of one decision, at most `limit`, each by a PersonChanged, and puts down
// how far it has come: in one commit, so that after a crash it goes on where it was.
absl::Status MoveNextPersons(Txn& txn, const Tables& tables, absl::string_view reorganisation_id,
                             int limit);

// Takes affiliations that were recorded after the decisions through all of these: who is registered
// or received under an organisation as of a day before it ended is its successor's from there on.
// Answers the last organisation, and whether it is one today.
struct Followed {
  std::string organisation_id;
  bool there = false;
};
absl::StatusOr<Followed> FollowUnits(const Reader& reader, const SharedOrgTree& tree,
                                     absl::string_view person_id, absl::CivilDay today,
                                     Affiliations& affiliations);

// One thread that moves, batch by batch, whoever has to be moved; in between the lane decides what
// else has come. Thread-safe.
class UnitTransferWorker {
 public:
  // Store and lane must outlive it. `batch`: persons in one commit, at least 1.
  UnitTransferWorker(const Store* store, CommitLane* lane, std::shared_ptr<const Parts> parts,
                     int batch);
  // Waits for the batch that is under way.
  ~UnitTransferWorker();

  // Something has been noted.
  void Wake();

 private:
  void Run();
  // Whether something was moved; an error is logged and waits for the next Wake.
  bool MoveOneBatch();

  const Store& store_;
  CommitLane& lane_;
  const std::shared_ptr<const Parts> parts_;
  const int batch_;
  Mutex mutex_;
  CondVar wake_;
  bool woken_ ABSL_GUARDED_BY(mutex_) = true;  // what was noted before the start
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

// The body of ListUnitTransfers. Thread-safe; what it is given must outlive it.
class UnitTransfers {
 public:
  UnitTransfers(const SharedOrgTree* tree, Pages* pages) : tree_(*tree), pages_(*pages) {}

  absl::Status List(Call& call, const v1::ListUnitTransfersRequest& request, const Reader& reader,
                    v1::ListUnitTransfersResponse* response) const;

 private:
  const SharedOrgTree& tree_;
  Pages& pages_;
};

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_UNIT_TRANSFERS_H_
