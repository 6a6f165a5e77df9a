// The body of the RPC about the kinds of activity.
#ifndef ZHIBU_SERVICES_ACTIVITY_RECORDS_KINDS_H_
#define ZHIBU_SERVICES_ACTIVITY_RECORDS_KINDS_H_

#include "absl/status/status.h"
#include "common/rpc/call.h"
#include "common/rpc/paging.h"
#include "common/store/store.h"
#include "services/activity/data/kinds.h"
#include "zhibu/activity/v1/activity_service.pb.h"

namespace zhibu::activity {

// Thread-safe. `kinds` and `pages` must outlive it.
class KindList {
 public:
  KindList(const Kinds* kinds, Pages* pages) : kinds_(*kinds), pages_(pages) {}

  absl::Status List(Call& call, const v1::ListActivityKindsRequest& request, const Reader& reader,
                    v1::ListActivityKindsResponse* response) const;

 private:
  const Kinds& kinds_;
  Pages* const pages_;
};

}  // namespace zhibu::activity

#endif  // ZHIBU_SERVICES_ACTIVITY_RECORDS_KINDS_H_
