// Body: GetCaller, which every service serves.
#ifndef ZHIBU_COMMON_RPC_CALLER_H_
#define ZHIBU_COMMON_RPC_CALLER_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "common/rpc/call.h"
#include "common/store/store.h"
#include "zhibu/policy/v1/caller_service.pb.h"

namespace zhibu {

// Immutable, thread-safe.
class Callers {
 public:
  explicit Callers(std::string service) : service_(std::move(service)) {}

  absl::Status Get(Call& call, const policy::v1::GetCallerRequest& request, const Reader& reader,
                   policy::v1::GetCallerResponse* response) const;

 private:
  const std::string service_;
};

}  // namespace zhibu

#endif  // ZHIBU_COMMON_RPC_CALLER_H_
