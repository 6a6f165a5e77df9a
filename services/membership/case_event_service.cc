#include "services/membership/case_event_service.h"

#include <functional>
#include <utility>

#include "services/membership/case_events.h"
#include "services/membership/exceptions.h"
#include "zhibu/membership/v1/case_event_service.grpc.pb.h"

namespace zhibu::membership {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

class Service final : public v1::CaseEventService::CallbackService {
 public:
  Service(Server& server, std::shared_ptr<const Parts> parts)
      : calls_(server.calls()),
        parts_(std::move(parts)),
        events_(&parts_->rule_sets, &parts_->tables, &server.tree()),
        exceptions_(&server.tree(), &server.pages()) {}

  ServerUnaryReactor* RecordCaseEvent(CallbackServerContext* context,
                                      const v1::RecordCaseEventRequest* request,
                                      v1::RecordCaseEventResponse* response) override {
    return calls_.Write<v1::RecordCaseEventRequest, v1::RecordCaseEventResponse>(
        context, request, response, std::bind_front(&CaseEvents::Record, &events_));
  }
  ServerUnaryReactor* ListExceptions(CallbackServerContext* context,
                                     const v1::ListExceptionsRequest* request,
                                     v1::ListExceptionsResponse* response) override {
    return calls_.Read<v1::ListExceptionsRequest, v1::ListExceptionsResponse>(
        context, request, response, std::bind_front(&Exceptions::List, &exceptions_));
  }

 private:
  Calls& calls_;
  const std::shared_ptr<const Parts> parts_;
  const CaseEvents events_;
  const Exceptions exceptions_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeCaseEventService(Server& server,
                                                    std::shared_ptr<const Parts> parts) {
  return std::make_unique<Service>(server, std::move(parts));
}

}  // namespace zhibu::membership
