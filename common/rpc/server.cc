#include "common/rpc/server.h"

#include <grpcpp/ext/channelz_service_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/support/server_interceptor.h>

#include <chrono>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/log.h"
#include "common/base/status.h"
#include "common/rpc/caller.h"
#include "common/rpc/client.h"
#include "common/rpc/packaged_mutex.h"
#include "common/rpc/reflection.h"
#include "common/rpc/rpcs.h"
#include "grpc/health/v1/health.pb.h"
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
         absl::StartsWith(address, "[::1]:");
}

// Counts our own calls while they run. Those of gRPC's services (health, reflection) have nothing
// to finish, and some of them never end.
class Counting final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  explicit Counting(std::atomic<int>* running) : running_(running) {}
  grpc::experimental::Interceptor* CreateServerInterceptor(
      grpc::experimental::ServerRpcInfo* call) override {
    if (absl::StartsWith(call->method(), "/grpc.")) return nullptr;
    return new Counted(running_);
  }

 private:
  class Counted final : public grpc::experimental::Interceptor {
   public:
    explicit Counted(std::atomic<int>* running) : running_(running) { ++*running_; }
    ~Counted() override { --*running_; }
    void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
      methods->Proceed();
    }

   private:
    std::atomic<int>* const running_;
  };
  std::atomic<int>* const running_;
};

// What a stranger can make a service hold, and for how long. A caller is known only once his
// request is here whole, so that all of this is open to whoever can connect.
void SetLimits(grpc::ServerBuilder& builder) {
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, 64 << 10);
  builder.SetMaxReceiveMessageSize(8 << 20);
  // gRPC looks at that limit when it has all of a message. Until then a quota is what bounds it, of
  // sixteen of the largest requests: beyond it streams are ended, whichever, though slowly. What
  // comes faster meets `max_memory`.
  grpc::ResourceQuota quota("server");
  builder.SetResourceQuota(quota.Resize(128 << 20).SetMaxThreads(64));
  // Nor does it look at what a compressed message will become: 0.5 MB became 590 MiB. So nothing is
  // unpacked, and whoever compresses is told UNIMPLEMENTED.
  builder.AddChannelArgument(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0);
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_DEFLATE, false);
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_GZIP, false);
  // Of one connection. A program of ours keeps a handful; a gateway for many people some dozens.
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 256);
  // A connection that never says what it speaks. An HTTP/2 client says so in its first packet.
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 10'000);
  // One that says nothing any more: its other side is gone without a word. With the timeout it is
  // noticed within 40 s, before a follower would wonder twice.
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);  // as many as that takes
  // One without calls. Clients connect again with their next call, and do not notice.
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, 5 * 60'000);
  // Any. What runs has five minutes to end; a Watch goes on with the next connection.
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, 2 * 60 * 60'000);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, 5 * 60'000);
  // Clients behind firewalls ping so that their connection is not forgotten. We say every 10 s;
  // clocks differ, and timers come early.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 9'000);
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
  for (const auto* contract : contracts) server->contracts_.push_back(contract->full_name());
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
  server->calls_ = std::make_unique<Calls>(Calls::Parts{
      with.service, clock, server->store_.get(), server->lane_.get(), server->pool_.get(),
      server->authenticator_.get(), server->policies_.get(), &server->tree_, &server->progress_,
      &server->answer_seal_, with.max_parked_of_caller, &server->stopping_});
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
  std::vector<std::string> named = contracts_;
  named.push_back(
      grpc::health::v1::HealthCheckRequest::descriptor()->file()->service(0)->full_name());
  named.push_back(Reflection::kName);
  services_.push_back(std::make_unique<Reflection>(std::move(named)));
  // These two are process-wide in gRPC: asking twice is harmless.
  grpc::EnableDefaultHealthCheckService(true);
  if (options_.channelz) {
    static const bool channelz = (grpc::channelz::experimental::InitChannelzService(), true);
    (void)channelz;
  }
  grpc::ServerBuilder builder;
  SetLimits(builder);
  std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> interceptors;
  interceptors.push_back(std::make_unique<Counting>(&running_));
  builder.experimental().SetInterceptorCreators(std::move(interceptors));
  if (!options_.listen.empty()) {
    ZHIBU_ASSIGN_OR_RETURN(listener_, Listener::Bind(options_.listen));
    port_ = listener_->port();
    acceptor_ = builder.experimental().AddExternalConnectionAcceptor(
        grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
        grpc::InsecureServerCredentials());
  }
  for (auto& service : services_) builder.RegisterService(service.get());
  grpc_ = builder.BuildAndStart();
  if (grpc_ == nullptr) return absl::InternalError("gRPC cannot start");
  health_.store(grpc_->GetHealthCheckService());
  health_.load()->SetServingStatus(kLive, true);
  SetServing(!lane_->failed());
  // A failure since then has found nothing to turn off.
  if (lane_->failed()) NotServing();
  if (listener_ != nullptr) {
    listener_->Start(
        [this](int connection) {
          grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters taken;
          taken.fd = connection;
          acceptor_->HandleNewConnection(&taken);
        },
        options_.max_memory);
  }
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

void Server::NotServing() { SetServing(false); }

void Server::SetServing(bool serving) {
  auto* health = health_.load();
  if (health == nullptr) return;
  // By name: SetServingStatus(bool) would turn off "live" as well, and the process be killed for
  // it.
  health->SetServingStatus("", serving);
  for (const std::string& contract : contracts_) health->SetServingStatus(contract, serving);
}

absl::Status Server::ReplacePrincipals(const policy::v1::Principals& principals) {
  ZHIBU_RETURN_IF_ERROR(authenticator_->Replace(principals));
  if (feed_ != nullptr) feed_->EndChanged();
  return absl::OkStatus();
}

void Server::Stop() {
  if (grpc_ == nullptr) return;
  NotServing();
  health_.store(nullptr);
  // Who comes from now on is told to come again; those who run are few then, and soon done.
  stopping_ = true;
  // Followers first: they submit to the lane. Then the calls, which wait for lane and pool.
  followers_.clear();
  feed_->StopWatchers();
  if (listener_ != nullptr) listener_->Close();
  const absl::Time until = absl::Now() + options_.drain;
  while (running_ > 0 && absl::Now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  // Cut before gRPC shuts down: it would answer CANCELLED to every call that comes meanwhile, which
  // tells a client that he did so himself. A connection that ends is UNAVAILABLE, to be tried
  // again.
  if (listener_ != nullptr) listener_->CutConnections();
  grpc_->Shutdown(std::chrono::system_clock::now());
  grpc_->Wait();
  pool_.reset();
  lane_.reset();
  grpc_.reset();
}

}  // namespace zhibu
