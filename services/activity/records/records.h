// The bodies of the RPCs about activities: recording, putting right, cancelling, reading.
#ifndef ZHIBU_SERVICES_ACTIVITY_RECORDS_RECORDS_H_
#define ZHIBU_SERVICES_ACTIVITY_RECORDS_RECORDS_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/rpc/call.h"
#include "common/rpc/paging.h"
#include "common/store/store.h"
#include "common/store/txn.h"
#include "services/activity/data/kinds.h"
#include "zhibu/activity/v1/activity_service.pb.h"

namespace zhibu::activity {

// Thread-safe. `kinds` and `pages` must outlive it.
class Records {
 public:
  Records(const Kinds* kinds, Pages* pages) : kinds_(*kinds), pages_(pages) {}

  absl::Status Create(Call& call, const v1::CreateActivityRequest& request, Txn& txn,
                      v1::CreateActivityResponse* response) const;
  absl::Status BatchCreate(Call& call, const v1::BatchCreateActivitiesRequest& request, Txn& txn,
                           v1::BatchCreateActivitiesResponse* response) const;
  absl::Status Correct(Call& call, const v1::CorrectActivityRequest& request, Txn& txn,
                       v1::CorrectActivityResponse* response) const;
  absl::Status Cancel(Call& call, const v1::CancelActivityRequest& request, Txn& txn,
                      v1::CancelActivityResponse* response) const;
  absl::Status Get(Call& call, const v1::GetActivityRequest& request, const Reader& reader,
                   v1::GetActivityResponse* response) const;
  absl::Status List(Call& call, const v1::ListActivitiesRequest& request, const Reader& reader,
                    v1::ListActivitiesResponse* response) const;

 private:
  // All rows or none: form, then scope, then what is there already, then the rules; at each of
  // these every row's faults are answered together.
  absl::StatusOr<std::vector<v1::Activity>> Record(
      Call& call, const std::vector<const v1::CreateActivityRequest*>& rows, bool batch,
      Txn& txn) const;

  const Kinds& kinds_;
  Pages* const pages_;
};

}  // namespace zhibu::activity

#endif  // ZHIBU_SERVICES_ACTIVITY_RECORDS_RECORDS_H_
