// Decisions about organisations (党组织调整): the service of ReorganisationService, for
// BuildRegistry.
#ifndef ZHIBU_SERVICES_REGISTRY_REORGANISATION_SERVICE_H_
#define ZHIBU_SERVICES_REGISTRY_REORGANISATION_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include <memory>

#include "common/rpc/server.h"
#include "services/registry/parts.h"

namespace zhibu::registry {

// `server` must outlive it.
std::unique_ptr<grpc::Service> MakeReorganisationService(Server& server,
                                                         std::shared_ptr<const Parts> parts);

}  // namespace zhibu::registry

#endif  // ZHIBU_SERVICES_REGISTRY_REORGANISATION_SERVICE_H_
