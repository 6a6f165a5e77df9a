// Requests as they come from the wire: parsed, and checked for what the contract does not know.
#include <memory>
#include <vector>

#include "common/rpc/request_check.h"
#include "google/protobuf/message.h"
#include "tests/fuzz/fuzz.h"
#include "zhibu/activity/v1/activity_service.pb.h"
#include "zhibu/feed/v1/feed.pb.h"
#include "zhibu/membership/v1/membership_service.pb.h"
#include "zhibu/registry/v1/registry_service.pb.h"
#include "zhibu/reporting/v1/reporting_service.pb.h"

namespace {

using google::protobuf::Message;

std::vector<const Message*> Requests() {
  std::vector<const Message*> requests;
  for (const auto* service :
       {zhibu::feed::v1::WatchRequest::descriptor()->file()->service(0),
        zhibu::registry::v1::GetOrganisationRequest::descriptor()->file()->service(0),
        zhibu::membership::v1::GetPersonRequest::descriptor()->file()->service(0),
        zhibu::activity::v1::GetActivityRequest::descriptor()->file()->service(0),
        zhibu::reporting::v1::GetBasicSurveyRequest::descriptor()->file()->service(0)}) {
    for (int i = 0; i < service->method_count(); ++i) {
      requests.push_back(google::protobuf::MessageFactory::generated_factory()->GetPrototype(
          service->method(i)->input_type()));
    }
  }
  return requests;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto* const requests = new std::vector<const Message*>(Requests());
  if (size == 0) return 0;
  const std::unique_ptr<Message> request((*requests)[data[0] % requests->size()]->New());
  (void)zhibu::CheckRequestId(zhibu::Bytes(data, size));
  if (!request->ParseFromArray(data + 1, static_cast<int>(size - 1))) return 0;
  const absl::Status status = zhibu::CheckEnums(*request);
  ZHIBU_FUZZ_CHECK(status.ok() || status.code() == absl::StatusCode::kInvalidArgument);
  return 0;
}
