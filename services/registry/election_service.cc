#include "services/registry/election_service.h"

#include <functional>
#include <utility>

#include "services/registry/elections.h"
#include "services/registry/leadership.h"
#include "zhibu/registry/v1/election_service.grpc.pb.h"
#include "zhibu/registry/v1/leadership_service.grpc.pb.h"

namespace zhibu::registry {
namespace {

using Context = grpc::CallbackServerContext;
using Reactor = grpc::ServerUnaryReactor;

class OfElections final : public v1::ElectionService::CallbackService {
 public:
  OfElections(Server& server, std::shared_ptr<const Parts> parts)
      : calls_(server.calls()),
        parts_(std::move(parts)),
        bodies_(&parts_->norms, &parts_->books, &server.pages()) {}

  Reactor* RecordElection(Context* context, const v1::RecordElectionRequest* request,
                          v1::RecordElectionResponse* response) override {
    return calls_.Write<v1::RecordElectionRequest, v1::RecordElectionResponse>(
        context, request, response, std::bind_front(&Elections::Record, &bodies_));
  }
  Reactor* BatchRecordElections(Context* context, const v1::BatchRecordElectionsRequest* request,
                                v1::BatchRecordElectionsResponse* response) override {
    return calls_.Write<v1::BatchRecordElectionsRequest, v1::BatchRecordElectionsResponse>(
        context, request, response, std::bind_front(&Elections::BatchRecord, &bodies_));
  }
  Reactor* DecideElection(Context* context, const v1::DecideElectionRequest* request,
                          v1::DecideElectionResponse* response) override {
    return calls_.Write<v1::DecideElectionRequest, v1::DecideElectionResponse>(
        context, request, response, std::bind_front(&Elections::Decide, &bodies_));
  }
  Reactor* PostponeElection(Context* context, const v1::PostponeElectionRequest* request,
                            v1::PostponeElectionResponse* response) override {
    return calls_.Write<v1::PostponeElectionRequest, v1::PostponeElectionResponse>(
        context, request, response, std::bind_front(&Elections::Postpone, &bodies_));
  }
  Reactor* GetElection(Context* context, const v1::GetElectionRequest* request,
                       v1::GetElectionResponse* response) override {
    return calls_.PointRead<v1::GetElectionRequest, v1::GetElectionResponse>(
        context, request, response, std::bind_front(&Elections::Get, &bodies_));
  }
  Reactor* ListElections(Context* context, const v1::ListElectionsRequest* request,
                         v1::ListElectionsResponse* response) override {
    return calls_.Read<v1::ListElectionsRequest, v1::ListElectionsResponse>(
        context, request, response, std::bind_front(&Elections::List, &bodies_));
  }
  Reactor* ListElectionsDue(Context* context, const v1::ListElectionsDueRequest* request,
                            v1::ListElectionsDueResponse* response) override {
    return calls_.Read<v1::ListElectionsDueRequest, v1::ListElectionsDueResponse>(
        context, request, response, std::bind_front(&Elections::ListDue, &bodies_));
  }

 private:
  Calls& calls_;
  const std::shared_ptr<const Parts> parts_;
  const Elections bodies_;
};

class OfLeadership final : public v1::LeadershipService::CallbackService {
 public:
  OfLeadership(Server& server, std::shared_ptr<const Parts> parts)
      : calls_(server.calls()),
        parts_(std::move(parts)),
        bodies_(&parts_->norms, &server.pages()) {}

  Reactor* GetPost(Context* context, const v1::GetPostRequest* request,
                   v1::GetPostResponse* response) override {
    return calls_.PointRead<v1::GetPostRequest, v1::GetPostResponse>(
        context, request, response, std::bind_front(&LeadershipBodies::GetPost, &bodies_));
  }
  Reactor* ListPostMatrix(Context* context, const v1::ListPostMatrixRequest* request,
                          v1::ListPostMatrixResponse* response) override {
    return calls_.Read<v1::ListPostMatrixRequest, v1::ListPostMatrixResponse>(
        context, request, response, std::bind_front(&LeadershipBodies::Matrix, &bodies_));
  }
  Reactor* ListVacancies(Context* context, const v1::ListVacanciesRequest* request,
                         v1::ListVacanciesResponse* response) override {
    return calls_.Read<v1::ListVacanciesRequest, v1::ListVacanciesResponse>(
        context, request, response, std::bind_front(&LeadershipBodies::Vacancies, &bodies_));
  }

 private:
  Calls& calls_;
  const std::shared_ptr<const Parts> parts_;
  const LeadershipBodies bodies_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeElectionService(Server& server,
                                                   std::shared_ptr<const Parts> parts) {
  return std::make_unique<OfElections>(server, std::move(parts));
}
std::unique_ptr<grpc::Service> MakeLeadershipService(Server& server,
                                                     std::shared_ptr<const Parts> parts) {
  return std::make_unique<OfLeadership>(server, std::move(parts));
}

}  // namespace zhibu::registry
