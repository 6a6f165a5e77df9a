// The services of ElectionService and LeadershipService, for BuildRegistry.
#ifndef ZHIBU_SERVICES_REGISTRY_ELECTION_SERVICE_H_
#define ZHIBU_SERVICES_REGISTRY_ELECTION_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include <memory>

#include "common/rpc/server.h"
#include "services/registry/parts.h"

namespace zhibu::registry {

// `server` must outlive them.
std::unique_ptr<grpc::Service> MakeElectionService(Server& server,
                                                   std::shared_ptr<const Parts> parts);
std::unique_ptr<grpc::Service> MakeLeadershipService(Server& server,
                                                     std::shared_ptr<const Parts> parts);

}  // namespace zhibu::registry

#endif  // ZHIBU_SERVICES_REGISTRY_ELECTION_SERVICE_H_
