// The body of the RPC about what an organisation owes (应开展未开展).
#ifndef ZHIBU_SERVICES_ACTIVITY_OWED_OWED_H_
#define ZHIBU_SERVICES_ACTIVITY_OWED_OWED_H_

#include "absl/status/status.h"
#include "common/domain/cadence.h"
#include "common/rpc/call.h"
#include "common/rpc/paging.h"
#include "common/store/store.h"
#include "zhibu/activity/v1/activity_service.pb.h"

namespace zhibu::activity {

// Thread-safe. `cadence` and `pages` must outlive it.
class OwedList {
 public:
  OwedList(const Cadence* cadence, Pages* pages) : cadence_(*cadence), pages_(pages) {}

  absl::Status List(Call& call, const v1::ListOwedRequest& request, const Reader& reader,
                    v1::ListOwedResponse* response) const;

 private:
  const Cadence& cadence_;
  Pages* const pages_;
};

}  // namespace zhibu::activity

#endif  // ZHIBU_SERVICES_ACTIVITY_OWED_OWED_H_
