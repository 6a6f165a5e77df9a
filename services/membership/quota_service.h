// The service of zhibu.membership.v1.QuotaService, for BuildMembership.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_QUOTA_SERVICE_H_
#define ZHIBU_SERVICES_MEMBERSHIP_QUOTA_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include <memory>

#include "common/rpc/server.h"
#include "services/membership/parts.h"

namespace zhibu::membership {

// `server` must outlive it.
std::unique_ptr<grpc::Service> MakeQuotaService(Server& server, std::shared_ptr<const Parts> parts);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_QUOTA_SERVICE_H_
