#include "services/cli/commands/upkeep/health.h"

#include <algorithm>

#include "common/rpc/client.h"
#include "common/rpc/wire_status.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "zhibu/feed/v1/feed.grpc.pb.h"

namespace zhibu::cli {
namespace {

// A service that does not say how it is within this time is not well.
constexpr absl::Duration kPatience = absl::Seconds(5);

absl::Status Check(Session& session, const Endpoint& endpoint, const std::string& name,
                   bool* serving) {
  grpc::health::v1::Health::Stub stub(endpoint.channel);
  grpc::ClientContext context;
  PrepareContext(context, "", std::min(kPatience, session.timeout()));
  grpc::health::v1::HealthCheckRequest request;
  request.set_service(name);
  grpc::health::v1::HealthCheckResponse response;
  const absl::Status status = FromGrpcStatus(stub.Check(&context, request, &response));
  *serving = status.ok() && response.status() == grpc::health::v1::HealthCheckResponse::SERVING;
  return session.Explained(endpoint, status);
}

}  // namespace

std::vector<ServiceHealth> AskHealth(Session& session) {
  std::vector<ServiceHealth> all;
  for (const Endpoint& endpoint : session.endpoints()) {
    ServiceHealth health;
    health.name = endpoint.name;
    health.title = endpoint.title;
    health.address = endpoint.address;
    health.reached = Check(session, endpoint, "", &health.ready);
    if (health.reached.ok()) {
      Check(session, endpoint, "live", &health.live).IgnoreError();
      feed::v1::GetHeadResponse head;
      health.head_status = session.Call(endpoint, &feed::v1::FeedService::Stub::GetHead,
                                        feed::v1::GetHeadRequest(), &head);
      if (health.head_status.ok()) health.head = head;
    }
    all.push_back(std::move(health));
  }
  return all;
}

}  // namespace zhibu::cli
