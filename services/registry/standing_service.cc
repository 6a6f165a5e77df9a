#include "services/registry/standing_service.h"

#include <functional>
#include <utility>

#include "services/registry/facilities.h"
#include "services/registry/standing.h"
#include "zhibu/registry/v1/facility_service.grpc.pb.h"
#include "zhibu/registry/v1/standing_service.grpc.pb.h"

namespace zhibu::registry {
namespace {

using Context = grpc::CallbackServerContext;
using Reactor = grpc::ServerUnaryReactor;

class OfStanding final : public v1::StandingService::CallbackService {
 public:
  OfStanding(Server& server, std::shared_ptr<const Parts> parts)
      : calls_(server.calls()),
        parts_(std::move(parts)),
        bodies_(&parts_->norms, &server.pages()) {}

  Reactor* ListAdvisories(Context* context, const v1::ListAdvisoriesRequest* request,
                          v1::ListAdvisoriesResponse* response) override {
    return calls_.Read<v1::ListAdvisoriesRequest, v1::ListAdvisoriesResponse>(
        context, request, response, std::bind_front(&Standing::Advisories, &bodies_));
  }
  Reactor* ListCoverageGaps(Context* context, const v1::ListCoverageGapsRequest* request,
                            v1::ListCoverageGapsResponse* response) override {
    return calls_.Read<v1::ListCoverageGapsRequest, v1::ListCoverageGapsResponse>(
        context, request, response, std::bind_front(&Standing::Gaps, &bodies_));
  }
  Reactor* GetRegistrySummary(Context* context, const v1::GetRegistrySummaryRequest* request,
                              v1::GetRegistrySummaryResponse* response) override {
    return calls_.Read<v1::GetRegistrySummaryRequest, v1::GetRegistrySummaryResponse>(
        context, request, response, std::bind_front(&Standing::Summary, &bodies_));
  }
  Reactor* SearchRegistry(Context* context, const v1::SearchRegistryRequest* request,
                          v1::SearchRegistryResponse* response) override {
    return calls_.Read<v1::SearchRegistryRequest, v1::SearchRegistryResponse>(
        context, request, response, std::bind_front(&Standing::Search, &bodies_));
  }

 private:
  Calls& calls_;
  const std::shared_ptr<const Parts> parts_;
  const Standing bodies_;
};

class OfFacilities final : public v1::FacilityService::CallbackService {
 public:
  explicit OfFacilities(Server& server) : calls_(server.calls()), bodies_(&server.pages()) {}

  Reactor* CreateFacility(Context* context, const v1::CreateFacilityRequest* request,
                          v1::CreateFacilityResponse* response) override {
    return calls_.Write<v1::CreateFacilityRequest, v1::CreateFacilityResponse>(
        context, request, response, std::bind_front(&Facilities::Create, &bodies_));
  }
  Reactor* BatchCreateFacilities(Context* context, const v1::BatchCreateFacilitiesRequest* request,
                                 v1::BatchCreateFacilitiesResponse* response) override {
    return calls_.Write<v1::BatchCreateFacilitiesRequest, v1::BatchCreateFacilitiesResponse>(
        context, request, response, std::bind_front(&Facilities::BatchCreate, &bodies_));
  }
  Reactor* EndFacility(Context* context, const v1::EndFacilityRequest* request,
                       v1::EndFacilityResponse* response) override {
    return calls_.Write<v1::EndFacilityRequest, v1::EndFacilityResponse>(
        context, request, response, std::bind_front(&Facilities::End, &bodies_));
  }
  Reactor* GetFacility(Context* context, const v1::GetFacilityRequest* request,
                       v1::GetFacilityResponse* response) override {
    return calls_.PointRead<v1::GetFacilityRequest, v1::GetFacilityResponse>(
        context, request, response, std::bind_front(&Facilities::Get, &bodies_));
  }
  Reactor* ListFacilities(Context* context, const v1::ListFacilitiesRequest* request,
                          v1::ListFacilitiesResponse* response) override {
    return calls_.Read<v1::ListFacilitiesRequest, v1::ListFacilitiesResponse>(
        context, request, response, std::bind_front(&Facilities::List, &bodies_));
  }

 private:
  Calls& calls_;
  const Facilities bodies_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeStandingService(Server& server,
                                                   std::shared_ptr<const Parts> parts) {
  return std::make_unique<OfStanding>(server, std::move(parts));
}
std::unique_ptr<grpc::Service> MakeFacilityService(Server& server) {
  return std::make_unique<OfFacilities>(server);
}

}  // namespace zhibu::registry
