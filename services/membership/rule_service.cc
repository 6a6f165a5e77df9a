#include "services/membership/rule_service.h"

#include <functional>
#include <utility>

#include "services/membership/previews.h"
#include "services/membership/proofs.h"
#include "zhibu/membership/v1/rule_service.grpc.pb.h"

namespace zhibu::membership {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

class Service final : public v1::RuleService::CallbackService {
 public:
  Service(Server& server, std::shared_ptr<const Parts> parts)
      : calls_(server.calls()),
        parts_(std::move(parts)),
        proofs_(&parts_->rule_sets, &parts_->keys, &server.tree(), &server.pages()),
        previews_(&parts_->rule_sets, &parts_->keys, &server.tree(), &server.pages()) {}

  ServerUnaryReactor* ForecastCase(CallbackServerContext* context,
                                   const v1::ForecastCaseRequest* request,
                                   v1::ForecastCaseResponse* response) override {
    return calls_.Read<v1::ForecastCaseRequest, v1::ForecastCaseResponse>(
        context, request, response, std::bind_front(&Proofs::Forecast, &proofs_));
  }
  ServerUnaryReactor* VerifyProofs(CallbackServerContext* context,
                                   const v1::VerifyProofsRequest* request,
                                   v1::VerifyProofsResponse* response) override {
    return calls_.Read<v1::VerifyProofsRequest, v1::VerifyProofsResponse>(
        context, request, response, std::bind_front(&Proofs::Verify, &proofs_));
  }
  ServerUnaryReactor* PreviewRuleSet(CallbackServerContext* context,
                                     const v1::PreviewRuleSetRequest* request,
                                     v1::PreviewRuleSetResponse* response) override {
    return calls_.Read<v1::PreviewRuleSetRequest, v1::PreviewRuleSetResponse>(
        context, request, response, std::bind_front(&Previews::Preview, &previews_));
  }

 private:
  Calls& calls_;
  const std::shared_ptr<const Parts> parts_;
  const Proofs proofs_;
  const Previews previews_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeRuleService(Server& server, std::shared_ptr<const Parts> parts) {
  return std::make_unique<Service>(server, std::move(parts));
}

}  // namespace zhibu::membership
