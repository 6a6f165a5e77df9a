#include "services/registry/reorganisation_service.h"

#include <functional>
#include <utility>

#include "services/registry/reorganisations.h"
#include "zhibu/registry/v1/reorganisation_service.grpc.pb.h"

namespace zhibu::registry {
namespace {

using Context = grpc::CallbackServerContext;
using Reactor = grpc::ServerUnaryReactor;

class Service final : public v1::ReorganisationService::CallbackService {
 public:
  Service(Server& server, std::shared_ptr<const Parts> parts)
      : calls_(server.calls()),
        parts_(std::move(parts)),
        bodies_(&parts_->books, &server.pages()) {}

  Reactor* RenameOrganisation(Context* context, const v1::RenameOrganisationRequest* request,
                              v1::RenameOrganisationResponse* response) override {
    return calls_.Write<v1::RenameOrganisationRequest, v1::RenameOrganisationResponse>(
        context, request, response, std::bind_front(&Reorganisations::Rename, &bodies_));
  }
  Reactor* ChangeOrganisationKind(Context* context,
                                  const v1::ChangeOrganisationKindRequest* request,
                                  v1::ChangeOrganisationKindResponse* response) override {
    return calls_.Write<v1::ChangeOrganisationKindRequest, v1::ChangeOrganisationKindResponse>(
        context, request, response, std::bind_front(&Reorganisations::ChangeKind, &bodies_));
  }
  Reactor* MergeOrganisations(Context* context, const v1::MergeOrganisationsRequest* request,
                              v1::MergeOrganisationsResponse* response) override {
    return calls_.Write<v1::MergeOrganisationsRequest, v1::MergeOrganisationsResponse>(
        context, request, response, std::bind_front(&Reorganisations::Merge, &bodies_));
  }
  Reactor* SplitOrganisation(Context* context, const v1::SplitOrganisationRequest* request,
                             v1::SplitOrganisationResponse* response) override {
    return calls_.Write<v1::SplitOrganisationRequest, v1::SplitOrganisationResponse>(
        context, request, response, std::bind_front(&Reorganisations::Split, &bodies_));
  }
  Reactor* DissolveOrganisation(Context* context, const v1::DissolveOrganisationRequest* request,
                                v1::DissolveOrganisationResponse* response) override {
    return calls_.Write<v1::DissolveOrganisationRequest, v1::DissolveOrganisationResponse>(
        context, request, response, std::bind_front(&Reorganisations::Dissolve, &bodies_));
  }
  Reactor* GetReorganisation(Context* context, const v1::GetReorganisationRequest* request,
                             v1::GetReorganisationResponse* response) override {
    return calls_.PointRead<v1::GetReorganisationRequest, v1::GetReorganisationResponse>(
        context, request, response, std::bind_front(&Reorganisations::Get, &bodies_));
  }
  Reactor* ListReorganisations(Context* context, const v1::ListReorganisationsRequest* request,
                               v1::ListReorganisationsResponse* response) override {
    return calls_.Read<v1::ListReorganisationsRequest, v1::ListReorganisationsResponse>(
        context, request, response, std::bind_front(&Reorganisations::List, &bodies_));
  }

 private:
  Calls& calls_;
  const std::shared_ptr<const Parts> parts_;
  const Reorganisations bodies_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeReorganisationService(Server& server,
                                                         std::shared_ptr<const Parts> parts) {
  return std::make_unique<Service>(server, std::move(parts));
}

}  // namespace zhibu::registry
