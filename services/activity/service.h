// The activity service: what branches do, held against what they owe (组织生活台账).
#ifndef ZHIBU_SERVICES_ACTIVITY_SERVICE_H_
#define ZHIBU_SERVICES_ACTIVITY_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "common/domain/cadence.h"
#include "common/rpc/server.h"
#include "services/activity/data/kinds.h"

namespace zhibu::activity {

struct ActivityOptions {
  std::shared_ptr<grpc::Channel> registry;    // followed for the organisations
  std::shared_ptr<grpc::Channel> membership;  // followed for who belongs to them
  Cadence cadence;
  Kinds kinds;
};

// Follows both feeds, loads the tree, and makes the service. INVALID_ARGUMENT where a cadence rule
// asks for something that the catalogue of kinds does not allow.
absl::StatusOr<std::vector<std::unique_ptr<grpc::Service>>> BuildActivity(Server& server,
                                                                          ActivityOptions options);

}  // namespace zhibu::activity

#endif  // ZHIBU_SERVICES_ACTIVITY_SERVICE_H_
