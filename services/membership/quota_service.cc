#include "services/membership/quota_service.h"

#include <functional>
#include <utility>

#include "services/membership/quotas.h"
#include "zhibu/membership/v1/quota_service.grpc.pb.h"

namespace zhibu::membership {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

class Service final : public v1::QuotaService::CallbackService {
 public:
  Service(Server& server, std::shared_ptr<const Parts> parts)
      : calls_(server.calls()),
        parts_(std::move(parts)),
        quotas_(parts_.get(), &server.tree(), &server.pages()) {}

  ServerUnaryReactor* AllocateQuota(CallbackServerContext* context,
                                    const v1::AllocateQuotaRequest* request,
                                    v1::AllocateQuotaResponse* response) override {
    return calls_.Write<v1::AllocateQuotaRequest, v1::AllocateQuotaResponse>(
        context, request, response, std::bind_front(&Quotas::Allocate, &quotas_));
  }
  ServerUnaryReactor* GetQuota(CallbackServerContext* context, const v1::GetQuotaRequest* request,
                               v1::GetQuotaResponse* response) override {
    return calls_.Read<v1::GetQuotaRequest, v1::GetQuotaResponse>(
        context, request, response, std::bind_front(&Quotas::Get, &quotas_));
  }
  ServerUnaryReactor* ListQuotas(CallbackServerContext* context,
                                 const v1::ListQuotasRequest* request,
                                 v1::ListQuotasResponse* response) override {
    return calls_.Read<v1::ListQuotasRequest, v1::ListQuotasResponse>(
        context, request, response, std::bind_front(&Quotas::List, &quotas_));
  }

 private:
  Calls& calls_;
  const std::shared_ptr<const Parts> parts_;
  const Quotas quotas_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeQuotaService(Server& server,
                                                std::shared_ptr<const Parts> parts) {
  return std::make_unique<Service>(server, std::move(parts));
}

}  // namespace zhibu::membership
