// Persons follow their organisation when it is merged, split or dissolved (整建制转移): the thread
// that moves them, and the list of what is still to be done. Who goes where is books/successions.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_TRANSFERS_UNIT_TRANSFERS_H_
#define ZHIBU_SERVICES_MEMBERSHIP_TRANSFERS_UNIT_TRANSFERS_H_

#include <memory>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "common/base/mutex.h"
#include "common/domain/shared_org_tree.h"
#include "common/rpc/call.h"
#include "common/rpc/paging.h"
#include "common/store/commit_lane.h"
#include "common/store/store.h"
#include "services/membership/parts.h"
#include "zhibu/membership/v1/transfer_service.pb.h"

namespace zhibu::membership {

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

// The bodies of ListUnitTransfers and GetUnitTransfer. Thread-safe; what it is given must outlive
// it.
class UnitTransfers {
 public:
  UnitTransfers(const SharedOrgTree* tree, Pages* pages) : tree_(*tree), pages_(*pages) {}

  absl::Status List(Call& call, const v1::ListUnitTransfersRequest& request, const Reader& reader,
                    v1::ListUnitTransfersResponse* response) const;
  absl::Status Get(Call& call, const v1::GetUnitTransferRequest& request, const Reader& reader,
                   v1::GetUnitTransferResponse* response) const;

 private:
  const SharedOrgTree& tree_;
  Pages& pages_;
};

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_TRANSFERS_UNIT_TRANSFERS_H_
