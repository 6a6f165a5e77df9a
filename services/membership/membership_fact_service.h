// The RPCs of MembershipFactService.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_MEMBERSHIP_FACT_SERVICE_H_
#define ZHIBU_SERVICES_MEMBERSHIP_MEMBERSHIP_FACT_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include <memory>

#include "common/rpc/server.h"
#include "services/membership/parts.h"

namespace zhibu::membership {

// `server` must outlive it.
std::unique_ptr<grpc::Service> MakeMembershipFactService(Server& server,
                                                         std::shared_ptr<const Parts> parts);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_MEMBERSHIP_FACT_SERVICE_H_
