#include "services/membership/membership_fact_service.h"

#include <functional>
#include <utility>

#include "services/membership/membership_facts.h"
#include "zhibu/membership/v1/membership_fact_service.grpc.pb.h"

namespace zhibu::membership {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

class Service final : public v1::MembershipFactService::CallbackService {
 public:
  Service(Server& server, std::shared_ptr<const Parts> parts)
      : calls_(server.calls()), parts_(std::move(parts)), facts_(parts_.get(), &server.tree()) {}

  ServerUnaryReactor* RecordMembershipFact(CallbackServerContext* context,
                                           const v1::RecordMembershipFactRequest* request,
                                           v1::RecordMembershipFactResponse* response) override {
    return calls_.Write<v1::RecordMembershipFactRequest, v1::RecordMembershipFactResponse>(
        context, request, response, std::bind_front(&FactBook::Record, &facts_));
  }
  ServerUnaryReactor* RecordDuesPaid(CallbackServerContext* context,
                                     const v1::RecordDuesPaidRequest* request,
                                     v1::RecordDuesPaidResponse* response) override {
    return calls_.Write<v1::RecordDuesPaidRequest, v1::RecordDuesPaidResponse>(
        context, request, response, std::bind_front(&FactBook::PayDues, &facts_));
  }
  ServerUnaryReactor* QuoteDues(CallbackServerContext* context, const v1::QuoteDuesRequest* request,
                                v1::QuoteDuesResponse* response) override {
    return calls_.PointRead<v1::QuoteDuesRequest, v1::QuoteDuesResponse>(
        context, request, response, std::bind_front(&FactBook::Quote, &facts_));
  }

 private:
  Calls& calls_;
  const std::shared_ptr<const Parts> parts_;
  const FactBook facts_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeMembershipFactService(Server& server,
                                                         std::shared_ptr<const Parts> parts) {
  return std::make_unique<Service>(server, std::move(parts));
}

}  // namespace zhibu::membership
