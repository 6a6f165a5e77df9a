#include "services/membership/privacy_service.h"

#include <functional>
#include <utility>

#include "services/membership/duplicates.h"
#include "services/membership/reveals.h"
#include "zhibu/membership/v1/privacy_service.grpc.pb.h"

namespace zhibu::membership {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

class Service final : public v1::PrivacyService::CallbackService {
 public:
  Service(Server& server, std::shared_ptr<const Parts> parts)
      : calls_(server.calls()),
        parts_(std::move(parts)),
        reveals_(&parts_->keys, &parts_->tables, &server.pages()),
        duplicates_(&parts_->keys, &parts_->fact_rules, &parts_->tables, &server.tree(),
                    &server.pages()) {}

  ServerUnaryReactor* RevealPerson(CallbackServerContext* context,
                                   const v1::RevealPersonRequest* request,
                                   v1::RevealPersonResponse* response) override {
    return calls_.Write<v1::RevealPersonRequest, v1::RevealPersonResponse>(
        context, request, response, std::bind_front(&Reveals::Reveal, &reveals_));
  }
  ServerUnaryReactor* ListReveals(CallbackServerContext* context,
                                  const v1::ListRevealsRequest* request,
                                  v1::ListRevealsResponse* response) override {
    return calls_.Read<v1::ListRevealsRequest, v1::ListRevealsResponse>(
        context, request, response, std::bind_front(&Reveals::List, &reveals_));
  }
  ServerUnaryReactor* ListDuplicates(CallbackServerContext* context,
                                     const v1::ListDuplicatesRequest* request,
                                     v1::ListDuplicatesResponse* response) override {
    return calls_.Read<v1::ListDuplicatesRequest, v1::ListDuplicatesResponse>(
        context, request, response, std::bind_front(&Duplicates::List, &duplicates_));
  }
  ServerUnaryReactor* MergePersons(CallbackServerContext* context,
                                   const v1::MergePersonsRequest* request,
                                   v1::MergePersonsResponse* response) override {
    return calls_.Write<v1::MergePersonsRequest, v1::MergePersonsResponse>(
        context, request, response, std::bind_front(&Duplicates::Merge, &duplicates_));
  }
  ServerUnaryReactor* ResealPersons(CallbackServerContext* context,
                                    const v1::ResealPersonsRequest* request,
                                    v1::ResealPersonsResponse* response) override {
    return calls_.Write<v1::ResealPersonsRequest, v1::ResealPersonsResponse>(
        context, request, response, std::bind_front(&Reveals::Reseal, &reveals_));
  }

 private:
  Calls& calls_;
  const std::shared_ptr<const Parts> parts_;
  const Reveals reveals_;
  const Duplicates duplicates_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakePrivacyService(Server& server,
                                                  std::shared_ptr<const Parts> parts) {
  return std::make_unique<Service>(server, std::move(parts));
}

}  // namespace zhibu::membership
