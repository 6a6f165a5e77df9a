#include "services/cli/import/api.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/status.h"
#include "common/rpc/client.h"
#include "common/rpc/wire_status.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace zhibu::cli {
namespace {

// What the server asks to wait; zero where it does not say.
absl::Duration RetryDelayOf(const grpc::Status& status) {
  google::rpc::Status rpc;
  if (!rpc.ParseFromString(status.error_details())) return absl::ZeroDuration();
  for (const google::protobuf::Any& detail : rpc.details()) {
    google::rpc::RetryInfo info;
    if (detail.UnpackTo(&info)) {
      return absl::Seconds(info.retry_delay().seconds()) +
             absl::Nanoseconds(info.retry_delay().nanos());
    }
  }
  return absl::ZeroDuration();
}

bool MayBeTriedAgain(const grpc::Status& status) {
  switch (status.error_code()) {
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      // Without a time to wait it is not the queue that is full: the message is too large.
      return RetryDelayOf(status) > absl::ZeroDuration();
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return true;
    default:
      return false;
  }
}

// Null on a null channel: who only checks a folder needs no service.
template <typename Service>
std::unique_ptr<typename Service::Stub> StubOn(const std::shared_ptr<grpc::Channel>& channel) {
  return channel == nullptr ? nullptr : Service::NewStub(channel);
}

}  // namespace

ImportApi::ImportApi(const ImportOptions& options, const ImportServices& services)
    : options_(options),
      services_(services),
      registry_(StubOn<registry::v1::RegistryService>(services.registry)),
      elections_(StubOn<registry::v1::ElectionService>(services.registry)),
      facilities_(StubOn<registry::v1::FacilityService>(services.registry)),
      membership_(StubOn<membership::v1::MembershipService>(services.membership)),
      transfers_(StubOn<membership::v1::TransferService>(services.membership)),
      quotas_(StubOn<membership::v1::QuotaService>(services.membership)),
      facts_(StubOn<membership::v1::MembershipFactService>(services.membership)),
      case_events_(StubOn<membership::v1::CaseEventService>(services.membership)),
      activity_(StubOn<activity::v1::ActivityService>(services.activity)) {}

absl::Status ImportApi::Retry(absl::FunctionRef<grpc::Status(grpc::ClientContext*)> attempt) {
  absl::Duration waited = absl::ZeroDuration();
  absl::Duration pause = absl::Milliseconds(50);
  while (true) {
    grpc::ClientContext context;
    PrepareContext(context, services_.token, options_.call_timeout);
    const grpc::Status status = attempt(&context);
    if (status.ok()) return absl::OkStatus();
    if (!MayBeTriedAgain(status) || waited >= options_.retry_for) return FromGrpcStatus(status);
    const absl::Duration wait = std::max(pause, RetryDelayOf(status));
    absl::SleepFor(wait);
    waited += wait;
    // A missed deadline has cost its time already.
    if (status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) waited += options_.call_timeout;
    pause = std::min(2 * pause, absl::Seconds(5));
  }
}

absl::Status ImportApi::WaitUntilFollowed(const std::shared_ptr<grpc::Channel>& follower,
                                          const std::string& source, int64_t revision) {
  if (revision == 0) return absl::OkStatus();
  const auto feed = feed::v1::FeedService::NewStub(follower);
  absl::Duration waited = absl::ZeroDuration();
  absl::Duration pause = absl::Milliseconds(2);
  int64_t seen = -1;
  while (true) {
    feed::v1::GetHeadResponse head;
    ZHIBU_RETURN_IF_ERROR(
        Call(&feed::v1::FeedService::Stub::GetHead, *feed, feed::v1::GetHeadRequest(), &head));
    const auto followed = head.followed().find(source);
    if (followed == head.followed().end() || followed->second >= revision) return absl::OkStatus();
    // As long as it goes on, however slowly, there is nothing to give up for.
    if (followed->second > seen) waited = absl::ZeroDuration();
    seen = followed->second;
    if (waited >= options_.follow_timeout) {
      return absl::DeadlineExceededError(
          absl::StrCat("服务 ", head.service(), " 还没有收到 ", source, " 的变更（已到第 ",
                       followed->second, " 条，需到第 ", revision, " 条），请稍后再导入一次"));
    }
    absl::SleepFor(pause);
    waited += pause;
    pause = std::min(2 * pause, absl::Milliseconds(100));
  }
}

}  // namespace zhibu::cli
