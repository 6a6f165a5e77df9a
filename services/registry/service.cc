#include "services/registry/service.h"

#include <functional>
#include <utility>

#include "common/base/status.h"
#include "services/registry/advisories.h"
#include "services/registry/election_service.h"
#include "services/registry/institution_service.h"
#include "services/registry/load_norms.h"
#include "services/registry/member_counts.h"
#include "services/registry/organisation_service.h"
#include "services/registry/post_service.h"
#include "services/registry/reorganisation_service.h"
#include "services/registry/standing_service.h"
#include "zhibu/registry/v1/election_service.pb.h"
#include "zhibu/registry/v1/facility_service.pb.h"
#include "zhibu/registry/v1/leadership_service.pb.h"
#include "zhibu/registry/v1/registry_service.grpc.pb.h"
#include "zhibu/registry/v1/reorganisation_service.pb.h"
#include "zhibu/registry/v1/standing_service.pb.h"

namespace zhibu::registry {
namespace {

using Context = grpc::CallbackServerContext;
using Reactor = grpc::ServerUnaryReactor;

// The shape of each RPC; what it does is in the body it names.
class RegistryService final : public v1::RegistryService::CallbackService {
 public:
  RegistryService(Server& server, std::shared_ptr<const Parts> parts)
      : calls_(server.calls()),
        parts_(std::move(parts)),
        organisations_(&parts_->books, &server.pages()),
        institutions_(&parts_->books, &server.pages()),
        posts_(&parts_->books, &server.pages()) {}

  Reactor* CreateOrganisation(Context* context, const v1::CreateOrganisationRequest* request,
                              v1::CreateOrganisationResponse* response) override {
    return calls_.Write<v1::CreateOrganisationRequest, v1::CreateOrganisationResponse>(
        context, request, response, std::bind_front(&OrganisationService::Create, &organisations_));
  }
  Reactor* BatchCreateOrganisations(Context* context,
                                    const v1::BatchCreateOrganisationsRequest* request,
                                    v1::BatchCreateOrganisationsResponse* response) override {
    return calls_.Write<v1::BatchCreateOrganisationsRequest, v1::BatchCreateOrganisationsResponse>(
        context, request, response,
        std::bind_front(&OrganisationService::BatchCreate, &organisations_));
  }
  Reactor* UpdateOrganisation(Context* context, const v1::UpdateOrganisationRequest* request,
                              v1::UpdateOrganisationResponse* response) override {
    return calls_.Write<v1::UpdateOrganisationRequest, v1::UpdateOrganisationResponse>(
        context, request, response, std::bind_front(&OrganisationService::Update, &organisations_));
  }
  Reactor* MoveOrganisation(Context* context, const v1::MoveOrganisationRequest* request,
                            v1::MoveOrganisationResponse* response) override {
    return calls_.Write<v1::MoveOrganisationRequest, v1::MoveOrganisationResponse>(
        context, request, response, std::bind_front(&OrganisationService::Move, &organisations_));
  }
  Reactor* GetOrganisation(Context* context, const v1::GetOrganisationRequest* request,
                           v1::GetOrganisationResponse* response) override {
    return calls_.PointRead<v1::GetOrganisationRequest, v1::GetOrganisationResponse>(
        context, request, response, std::bind_front(&OrganisationService::Get, &organisations_));
  }
  Reactor* BatchGetOrganisations(Context* context, const v1::BatchGetOrganisationsRequest* request,
                                 v1::BatchGetOrganisationsResponse* response) override {
    return calls_.Read<v1::BatchGetOrganisationsRequest, v1::BatchGetOrganisationsResponse>(
        context, request, response,
        std::bind_front(&OrganisationService::BatchGet, &organisations_));
  }
  Reactor* FindOrganisation(Context* context, const v1::FindOrganisationRequest* request,
                            v1::FindOrganisationResponse* response) override {
    return calls_.PointRead<v1::FindOrganisationRequest, v1::FindOrganisationResponse>(
        context, request, response, std::bind_front(&OrganisationService::Find, &organisations_));
  }
  Reactor* GetAncestors(Context* context, const v1::GetAncestorsRequest* request,
                        v1::GetAncestorsResponse* response) override {
    return calls_.PointRead<v1::GetAncestorsRequest, v1::GetAncestorsResponse>(
        context, request, response,
        std::bind_front(&OrganisationService::Ancestors, &organisations_));
  }
  Reactor* ListOrganisations(Context* context, const v1::ListOrganisationsRequest* request,
                             v1::ListOrganisationsResponse* response) override {
    return calls_.Read<v1::ListOrganisationsRequest, v1::ListOrganisationsResponse>(
        context, request, response, std::bind_front(&OrganisationService::List, &organisations_));
  }

  Reactor* CreateInstitution(Context* context, const v1::CreateInstitutionRequest* request,
                             v1::CreateInstitutionResponse* response) override {
    return calls_.Write<v1::CreateInstitutionRequest, v1::CreateInstitutionResponse>(
        context, request, response, std::bind_front(&InstitutionService::Create, &institutions_));
  }
  Reactor* BatchCreateInstitutions(Context* context,
                                   const v1::BatchCreateInstitutionsRequest* request,
                                   v1::BatchCreateInstitutionsResponse* response) override {
    return calls_.Write<v1::BatchCreateInstitutionsRequest, v1::BatchCreateInstitutionsResponse>(
        context, request, response,
        std::bind_front(&InstitutionService::BatchCreate, &institutions_));
  }
  Reactor* UpdateInstitution(Context* context, const v1::UpdateInstitutionRequest* request,
                             v1::UpdateInstitutionResponse* response) override {
    return calls_.Write<v1::UpdateInstitutionRequest, v1::UpdateInstitutionResponse>(
        context, request, response, std::bind_front(&InstitutionService::Update, &institutions_));
  }
  Reactor* GetInstitution(Context* context, const v1::GetInstitutionRequest* request,
                          v1::GetInstitutionResponse* response) override {
    return calls_.PointRead<v1::GetInstitutionRequest, v1::GetInstitutionResponse>(
        context, request, response, std::bind_front(&InstitutionService::Get, &institutions_));
  }
  Reactor* ListInstitutions(Context* context, const v1::ListInstitutionsRequest* request,
                            v1::ListInstitutionsResponse* response) override {
    return calls_.Read<v1::ListInstitutionsRequest, v1::ListInstitutionsResponse>(
        context, request, response, std::bind_front(&InstitutionService::List, &institutions_));
  }

  Reactor* CreatePost(Context* context, const v1::CreatePostRequest* request,
                      v1::CreatePostResponse* response) override {
    return calls_.Write<v1::CreatePostRequest, v1::CreatePostResponse>(
        context, request, response, std::bind_front(&PostService::Create, &posts_));
  }
  Reactor* BatchCreatePosts(Context* context, const v1::BatchCreatePostsRequest* request,
                            v1::BatchCreatePostsResponse* response) override {
    return calls_.Write<v1::BatchCreatePostsRequest, v1::BatchCreatePostsResponse>(
        context, request, response, std::bind_front(&PostService::BatchCreate, &posts_));
  }
  Reactor* EndPost(Context* context, const v1::EndPostRequest* request,
                   v1::EndPostResponse* response) override {
    return calls_.Write<v1::EndPostRequest, v1::EndPostResponse>(
        context, request, response, std::bind_front(&PostService::End, &posts_));
  }
  Reactor* ListPosts(Context* context, const v1::ListPostsRequest* request,
                     v1::ListPostsResponse* response) override {
    return calls_.Read<v1::ListPostsRequest, v1::ListPostsResponse>(
        context, request, response, std::bind_front(&PostService::List, &posts_));
  }

 private:
  Calls& calls_;
  const std::shared_ptr<const Parts> parts_;
  OrganisationService organisations_;
  InstitutionService institutions_;
  PostService posts_;
};

}  // namespace

std::vector<const google::protobuf::ServiceDescriptor*> RegistryContracts() {
  return {v1::CreateOrganisationRequest::descriptor()->file()->service(0),
          v1::MergeOrganisationsRequest::descriptor()->file()->service(0),
          v1::RecordElectionRequest::descriptor()->file()->service(0),
          v1::GetPostRequest::descriptor()->file()->service(0),
          v1::GetRegistrySummaryRequest::descriptor()->file()->service(0),
          v1::CreateFacilityRequest::descriptor()->file()->service(0)};
}

absl::StatusOr<std::vector<std::unique_ptr<grpc::Service>>> BuildRegistry(Server& server,
                                                                          RegistryOptions options) {
  ZHIBU_ASSIGN_OR_RETURN(norms::Norms data, LoadNorms(options.norms_file));
  const auto parts = std::make_shared<const Parts>(&server.tree(), std::move(data));
  if (options.membership) {
    ZHIBU_RETURN_IF_ERROR(server.Follow(
        "membership", options.membership, [parts](Txn& txn, const google::protobuf::Any& event) {
          return ApplyMembership(txn, event, [&](absl::string_view organisation) {
            return RefreshAdvisories(txn, parts->norms, organisation);
          });
        }));
  }
  ZHIBU_RETURN_IF_ERROR(parts->books.Load(*server.store().TakeSnapshot()));
  std::vector<std::unique_ptr<grpc::Service>> services;
  services.push_back(std::make_unique<RegistryService>(server, parts));
  services.push_back(MakeReorganisationService(server, parts));
  services.push_back(MakeElectionService(server, parts));
  services.push_back(MakeLeadershipService(server, parts));
  services.push_back(MakeStandingService(server, parts));
  services.push_back(MakeFacilityService(server));
  return services;
}

}  // namespace zhibu::registry
