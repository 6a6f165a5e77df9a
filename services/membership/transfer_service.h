// zhibu.membership.v1.TransferService.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_TRANSFER_SERVICE_H_
#define ZHIBU_SERVICES_MEMBERSHIP_TRANSFER_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include <memory>

#include "common/rpc/server.h"
#include "services/membership/parts.h"
#include "services/membership/unit_transfers.h"

namespace zhibu::membership {

// `server` must outlive it; `worker` is kept alive by it.
std::unique_ptr<grpc::Service> MakeTransferService(Server& server,
                                                   std::shared_ptr<const Parts> parts,
                                                   std::shared_ptr<UnitTransferWorker> worker);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_TRANSFER_SERVICE_H_
