#include "common/rpc/server.h"

#include <grpcpp/ext/channelz_service_plugin.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/log.h"
#include "common/base/status.h"
#include "common/rpc/caller.h"
#include "common/rpc/client.h"
#include "common/rpc/packaged_mutex.h"
#include "common/rpc/rpcs.h"
#include "zhibu/policy/v1/caller_service.pb.h"

namespace zhibu {
namespace {

// The name under which liveness is asked: true as long as the process answers, whatever it can do.
constexpr char kLive[] = "live";

const google::protobuf::ServiceDescriptor* CallerContract() {
  return policy::v1::GetCallerRequest::descriptor()->file()->service(0);
}

bool IsLoopback(absl::string_view address) {
  return absl::StartsWith(address, "127.") || absl::StartsWith(address, "localhost:") ||
         absl::StartsWith(address, "[::1]:") || absl::StartsWith(address, "unix:");
}

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Create(
    ServerOptions options, std::unique_ptr<Store> store, const Clock* clock,
    std::vector<const google::protobuf::ServiceDescriptor*> contracts) {
  QuietPackagedMutexes();
  std::unique_ptr<Server> server(new Server(std::move(options)));
  const ServerOptions& with = server->options_;
  server->store_ = std::move(store);
  ZHIBU_ASSIGN_OR_RETURN(Authenticator authenticator, Authenticator::Create(with.principals));
  server->authenticator_ = std::make_unique<Authenticator>(std::move(authenticator));
  const auto* feed = feed::v1::WatchRequest::descriptor()->file()->service(0);
  contracts.push_back(feed);
  contracts.push_back(CallerContract());
  ZHIBU_ASSIGN_OR_RETURN(PolicyTable policies, PolicyTable::Create(contracts));
  server->policies_ = std::make_unique<PolicyTable>(std::move(policies));
  auto& own = server->progress_[with.service] = std::make_unique<Progress>();
  Server* self = server.get();
  ZHIBU_ASSIGN_OR_RETURN(server->lane_,
                         CommitLane::Start(server->store_.get(), clock, own.get(), with.lane,
                                           [self] { self->NotServing(); }));
  server->pool_ = std::make_unique<ReadPool>(with.read_threads, with.max_reads_queued);
  server->pages_ = std::make_unique<Pages>(server->store_.get(), clock);
  // A reference to the map, filled in by Follow before anything is served.
  server->calls_ = std::make_unique<Calls>(
      Calls::Parts{with.service, clock, server->store_.get(), server->lane_.get(),
                   server->pool_.get(), server->authenticator_.get(), server->policies_.get(),
                   &server->tree_, &server->progress_, &server->answer_seal_});
  return server;
}

Server::~Server() { Stop(); }

absl::Status Server::Follow(const std::string& service, std::shared_ptr<grpc::Channel> channel,
                            Follower::Apply apply) {
  auto& progress = progress_[service] = std::make_unique<Progress>();
  ZHIBU_ASSIGN_OR_RETURN(
      std::unique_ptr<Follower> follower,
      Follower::Create({service, std::move(channel), options_.token}, store_.get(), lane_.get(),
                       progress.get(), std::move(apply)));
  followers_.push_back(std::move(follower));
  return absl::OkStatus();
}

Progress* Server::progress(const std::string& service) {
  auto it = progress_.find(service);
  return it == progress_.end() ? nullptr : it->second.get();
}

absl::Status Server::Serve(std::vector<std::unique_ptr<grpc::Service>> services) {
  const bool beyond = !options_.listen.empty() && !IsLoopback(options_.listen);
  if (beyond && options_.only_loopback) {
    return absl::FailedPreconditionError(
        absl::StrCat("拒绝在 ", options_.listen,
                     " 上服务：设定了 --today（仅供测试与演示），只允许本机回环地址"));
  }
  if (beyond && !options_.allow_plaintext) {
    return absl::FailedPreconditionError(
        absl::StrCat("拒绝在 ", options_.listen,
                     " 上以明文服务：只允许本机回环地址，或显式加上 --allow_plaintext"));
  }
  services_ = std::move(services);
  auto feed = std::make_unique<FeedServiceImpl>(calls_.get(), progress_[options_.service].get());
  feed_ = feed.get();
  services_.push_back(std::move(feed));
  Rpcs rpcs(calls_.get());
  rpcs.PointRead(std::make_shared<const Callers>(options_.service), &Callers::Get);
  ZHIBU_ASSIGN_OR_RETURN(auto callers, rpcs.Services({CallerContract()}));
  for (auto& service : callers) services_.push_back(std::move(service));
  // The plugins are process-wide in gRPC: asking twice is harmless.
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  static const bool channelz = (grpc::channelz::experimental::InitChannelzService(), true);
  (void)channelz;
  grpc::ServerBuilder builder;
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, 64 << 10);
  builder.SetMaxReceiveMessageSize(8 << 20);
  if (!options_.listen.empty()) {
    builder.AddListeningPort(options_.listen, grpc::InsecureServerCredentials(), &port_);
  }
  for (auto& service : services_) builder.RegisterService(service.get());
  grpc_ = builder.BuildAndStart();
  if (grpc_ == nullptr || (!options_.listen.empty() && port_ == 0)) {
    return absl::UnavailableError(
        absl::StrCat("无法监听 ", options_.listen, "：地址已被占用或不可用"));
  }
  grpc::HealthCheckServiceInterface* health = grpc_->GetHealthCheckService();
  health->SetServingStatus("", !lane_->failed());
  health->SetServingStatus(kLive, true);
  health_.store(health);
  if (lane_->failed()) NotServing();
  for (auto& follower : followers_) follower->Start();
  Log(Severity::kInfo, "serving",
      {{"service", options_.service},
       {"port", std::to_string(port_)},
       {"revision", std::to_string(progress_[options_.service]->revision())}});
  return absl::OkStatus();
}

std::shared_ptr<grpc::Channel> Server::InProcessChannel() {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_MAX_METADATA_SIZE, 1 << 20);
  arguments.SetMaxReceiveMessageSize(kMaxAnswerBytes);
  return grpc_->InProcessChannel(arguments);
}

void Server::NotServing() {
  // By name: SetServingStatus(bool) would turn off "live" as well, and the process be killed for
  // it.
  if (auto* health = health_.load()) health->SetServingStatus("", false);
}

void Server::Stop() {
  if (grpc_ == nullptr) return;
  NotServing();
  health_.store(nullptr);
  // Followers first: they submit to the lane. Then the calls, which wait for lane and pool.
  followers_.clear();
  feed_->StopWatchers();
  grpc_->Shutdown(absl::ToChronoTime(absl::Now() + options_.drain));
  grpc_->Wait();
  pool_.reset();
  lane_.reset();
  grpc_.reset();
}

}  // namespace zhibu
