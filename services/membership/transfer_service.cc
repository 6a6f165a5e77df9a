#include "services/membership/transfer_service.h"

#include <functional>
#include <utility>

#include "zhibu/membership/v1/transfer_service.grpc.pb.h"

namespace zhibu::membership {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

class Service final : public v1::TransferService::CallbackService {
 public:
  Service(Server& server, std::shared_ptr<const Parts> parts,
          std::shared_ptr<UnitTransferWorker> worker)
      : calls_(server.calls()),
        parts_(std::move(parts)),
        worker_(std::move(worker)),
        unit_transfers_(&server.tree(), &server.pages()) {}

  ServerUnaryReactor* ListUnitTransfers(CallbackServerContext* context,
                                        const v1::ListUnitTransfersRequest* request,
                                        v1::ListUnitTransfersResponse* response) override {
    return calls_.Read<v1::ListUnitTransfersRequest, v1::ListUnitTransfersResponse>(
        context, request, response, std::bind_front(&UnitTransfers::List, &unit_transfers_));
  }

 private:
  Calls& calls_;
  const std::shared_ptr<const Parts> parts_;
  const std::shared_ptr<UnitTransferWorker> worker_;
  const UnitTransfers unit_transfers_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeTransferService(Server& server,
                                                   std::shared_ptr<const Parts> parts,
                                                   std::shared_ptr<UnitTransferWorker> worker) {
  return std::make_unique<Service>(server, std::move(parts), std::move(worker));
}

}  // namespace zhibu::membership
