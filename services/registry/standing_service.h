// The services of StandingService and FacilityService, for BuildRegistry.
#ifndef ZHIBU_SERVICES_REGISTRY_STANDING_SERVICE_H_
#define ZHIBU_SERVICES_REGISTRY_STANDING_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include <memory>

#include "common/rpc/server.h"
#include "services/registry/parts.h"

namespace zhibu::registry {

// `server` must outlive them.
std::unique_ptr<grpc::Service> MakeStandingService(Server& server,
                                                   std::shared_ptr<const Parts> parts);
std::unique_ptr<grpc::Service> MakeFacilityService(Server& server);

}  // namespace zhibu::registry

#endif  // ZHIBU_SERVICES_REGISTRY_STANDING_SERVICE_H_
