// The calls an import makes: with a token, tried again while a service is busy or away.
#ifndef ZHIBU_SERVICES_CLI_IMPORT_API_H_
#define ZHIBU_SERVICES_CLI_IMPORT_API_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/cli/import/import.h"
#include "zhibu/activity/v1/activity_service.grpc.pb.h"
#include "zhibu/feed/v1/feed.grpc.pb.h"
#include "zhibu/membership/v1/case_event_service.grpc.pb.h"
#include "zhibu/membership/v1/membership_fact_service.grpc.pb.h"
#include "zhibu/membership/v1/membership_service.grpc.pb.h"
#include "zhibu/membership/v1/quota_service.grpc.pb.h"
#include "zhibu/membership/v1/transfer_service.grpc.pb.h"
#include "zhibu/registry/v1/election_service.grpc.pb.h"
#include "zhibu/registry/v1/facility_service.grpc.pb.h"
#include "zhibu/registry/v1/registry_service.grpc.pb.h"

namespace zhibu::cli {

// One import's connections. Not thread-safe.
class ImportApi {
 public:
  ImportApi(const ImportOptions& options, const ImportServices& services);

  // RESOURCE_EXHAUSTED, UNAVAILABLE and a missed deadline are tried again, after the time the
  // server names or ever longer ones, until the waits add up to `retry_for`. Writes carry a request
  // id, so that an attempt whose answer was lost does no harm.
  template <typename Stub, typename Request, typename Response>
  absl::Status Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    Stub& stub, const Request& request, Response* response) {
    return Retry([&](grpc::ClientContext* context) {
      response->Clear();
      return (stub.*method)(context, request, response);
    });
  }

  // Waits until `follower` has applied the source's revision. A follower that does not follow the
  // source has nothing to wait for.
  absl::Status WaitUntilFollowed(const std::shared_ptr<grpc::Channel>& follower,
                                 const std::string& source, int64_t revision);

  registry::v1::RegistryService::Stub& registry() { return *registry_; }
  registry::v1::ElectionService::Stub& elections() { return *elections_; }
  registry::v1::FacilityService::Stub& facilities() { return *facilities_; }
  membership::v1::MembershipService::Stub& membership() { return *membership_; }
  membership::v1::TransferService::Stub& transfers() { return *transfers_; }
  membership::v1::QuotaService::Stub& quotas() { return *quotas_; }
  membership::v1::MembershipFactService::Stub& facts() { return *facts_; }
  membership::v1::CaseEventService::Stub& case_events() { return *case_events_; }
  activity::v1::ActivityService::Stub& activity() { return *activity_; }
  const ImportServices& services() const { return services_; }

 private:
  absl::Status Retry(absl::FunctionRef<grpc::Status(grpc::ClientContext*)> attempt);

  const ImportOptions& options_;
  const ImportServices& services_;
  const std::unique_ptr<registry::v1::RegistryService::Stub> registry_;
  const std::unique_ptr<registry::v1::ElectionService::Stub> elections_;
  const std::unique_ptr<registry::v1::FacilityService::Stub> facilities_;
  const std::unique_ptr<membership::v1::MembershipService::Stub> membership_;
  const std::unique_ptr<membership::v1::TransferService::Stub> transfers_;
  const std::unique_ptr<membership::v1::QuotaService::Stub> quotas_;
  const std::unique_ptr<membership::v1::MembershipFactService::Stub> facts_;
  const std::unique_ptr<membership::v1::CaseEventService::Stub> case_events_;
  const std::unique_ptr<activity::v1::ActivityService::Stub> activity_;
};

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_IMPORT_API_H_
