// The registry service (党组织名册): organisations, institutions and posts.
#ifndef ZHIBU_SERVICES_REGISTRY_SERVICE_H_
#define ZHIBU_SERVICES_REGISTRY_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "common/rpc/server.h"
#include "google/protobuf/descriptor.h"

namespace zhibu::registry {

// The contracts that BuildRegistry serves, for Server::Create.
std::vector<const google::protobuf::ServiceDescriptor*> RegistryContracts();

// Loads the tree into `server.tree()` and makes the services to serve. Follows nobody: the registry
// is the authority on what it keeps. `server` must outlive them. DATA_LOSS or UNAVAILABLE where the
// tables cannot be read.
struct RegistryOptions {
  std::string norms_file;                     // a text-format norms::Norms
  std::shared_ptr<grpc::Channel> membership;  // followed for the counts of members; null: nobody is
};
absl::StatusOr<std::vector<std::unique_ptr<grpc::Service>>> BuildRegistry(Server& server,
                                                                          RegistryOptions options);

}  // namespace zhibu::registry

#endif  // ZHIBU_SERVICES_REGISTRY_SERVICE_H_
