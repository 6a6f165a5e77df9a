#include "services/membership/transfer_service.h"

#include <functional>
#include <utility>

#include "services/membership/transfers.h"
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
        transfers_(parts_.get(), &server.tree(), &server.pages()),
        unit_transfers_(&server.tree(), &server.pages()) {}

  ServerUnaryReactor* StartTransfer(CallbackServerContext* context,
                                    const v1::StartTransferRequest* request,
                                    v1::StartTransferResponse* response) override {
    return calls_.Write<v1::StartTransferRequest, v1::StartTransferResponse>(
        context, request, response, std::bind_front(&Transfers::Start, &transfers_));
  }
  ServerUnaryReactor* ApproveTransfer(CallbackServerContext* context,
                                      const v1::ApproveTransferRequest* request,
                                      v1::ApproveTransferResponse* response) override {
    return calls_.Write<v1::ApproveTransferRequest, v1::ApproveTransferResponse>(
        context, request, response, std::bind_front(&Transfers::Approve, &transfers_));
  }
  ServerUnaryReactor* RefuseTransfer(CallbackServerContext* context,
                                     const v1::RefuseTransferRequest* request,
                                     v1::RefuseTransferResponse* response) override {
    return calls_.Write<v1::RefuseTransferRequest, v1::RefuseTransferResponse>(
        context, request, response, std::bind_front(&Transfers::Refuse, &transfers_));
  }
  ServerUnaryReactor* IssueLetter(CallbackServerContext* context,
                                  const v1::IssueLetterRequest* request,
                                  v1::IssueLetterResponse* response) override {
    return calls_.Write<v1::IssueLetterRequest, v1::IssueLetterResponse>(
        context, request, response, std::bind_front(&Transfers::Issue, &transfers_));
  }
  ServerUnaryReactor* ReissueLetter(CallbackServerContext* context,
                                    const v1::ReissueLetterRequest* request,
                                    v1::ReissueLetterResponse* response) override {
    return calls_.Write<v1::ReissueLetterRequest, v1::ReissueLetterResponse>(
        context, request, response, std::bind_front(&Transfers::Reissue, &transfers_));
  }
  ServerUnaryReactor* ReceiveTransfer(CallbackServerContext* context,
                                      const v1::ReceiveTransferRequest* request,
                                      v1::ReceiveTransferResponse* response) override {
    return calls_.Write<v1::ReceiveTransferRequest, v1::ReceiveTransferResponse>(
        context, request, response, std::bind_front(&Transfers::Receive, &transfers_));
  }
  ServerUnaryReactor* ReceiveFromOutside(CallbackServerContext* context,
                                         const v1::ReceiveFromOutsideRequest* request,
                                         v1::ReceiveFromOutsideResponse* response) override {
    return calls_.Write<v1::ReceiveFromOutsideRequest, v1::ReceiveFromOutsideResponse>(
        context, request, response, std::bind_front(&Transfers::ReceiveFromOutside, &transfers_));
  }
  ServerUnaryReactor* CancelTransfer(CallbackServerContext* context,
                                     const v1::CancelTransferRequest* request,
                                     v1::CancelTransferResponse* response) override {
    return calls_.Write<v1::CancelTransferRequest, v1::CancelTransferResponse>(
        context, request, response, std::bind_front(&Transfers::Cancel, &transfers_));
  }
  ServerUnaryReactor* GetTransfer(CallbackServerContext* context,
                                  const v1::GetTransferRequest* request,
                                  v1::GetTransferResponse* response) override {
    return calls_.PointRead<v1::GetTransferRequest, v1::GetTransferResponse>(
        context, request, response, std::bind_front(&Transfers::Get, &transfers_));
  }
  ServerUnaryReactor* ListTransfers(CallbackServerContext* context,
                                    const v1::ListTransfersRequest* request,
                                    v1::ListTransfersResponse* response) override {
    return calls_.Read<v1::ListTransfersRequest, v1::ListTransfersResponse>(
        context, request, response, std::bind_front(&Transfers::List, &transfers_));
  }
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
  const Transfers transfers_;
  const UnitTransfers unit_transfers_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeTransferService(Server& server,
                                                   std::shared_ptr<const Parts> parts,
                                                   std::shared_ptr<UnitTransferWorker> worker) {
  return std::make_unique<Service>(server, std::move(parts), std::move(worker));
}

}  // namespace zhibu::membership
