// Health, reflection, and how a server stops.
#include "common/rpc/server.h"

#include <future>
#include <thread>

#include "gmock/gmock.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/support/proto_buffer_reader.h"
#include "gtest/gtest.h"
#include "tests/common/rpc/desk.h"
#include "tests/support/map_store.h"
#include "tests/support/wait.h"

namespace zhibu {
namespace {

using absl::StatusCode;
using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckResponse;

// By name, as a probe asks; no token.
HealthCheckResponse::ServingStatus Serving(const std::shared_ptr<grpc::Channel>& channel,
                                           const std::string& name) {
  auto stub = Health::NewStub(channel);
  grpc::ClientContext context;
  grpc::health::v1::HealthCheckRequest request;
  HealthCheckResponse response;
  request.set_service(name);
  const grpc::Status status = stub->Check(&context, request, &response);
  if (status.error_code() == grpc::StatusCode::NOT_FOUND) {
    return HealthCheckResponse::SERVICE_UNKNOWN;
  }
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response.status();
}

TEST(Health, IsServingAndLiveWhileAllIsWell) {
  DeskServer desk;
  EXPECT_EQ(Serving(desk.channel(), ""), HealthCheckResponse::SERVING);
  EXPECT_EQ(Serving(desk.channel(), "live"), HealthCheckResponse::SERVING);
  EXPECT_EQ(Serving(desk.channel(), "other"), HealthCheckResponse::SERVICE_UNKNOWN);
}

TEST(Health, IsNotServingButLiveOnceTheStoreFailed) {
  auto store = std::make_unique<MapStore>();
  MapStore* failing = store.get();
  DeskServer desk({}, std::move(store));
  ASSERT_TRUE(desk.Create(DeskServer::Creating("good")).ok());
  failing->FailAfter(0, absl::UnavailableError("disk"));
  const absl::Status failed = desk.Create(DeskServer::Creating("lost")).status();
  EXPECT_EQ(failed.code(), StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(failed), "STORE_FAILED");
  EXPECT_EQ(Serving(desk.channel(), ""), HealthCheckResponse::NOT_SERVING);
  EXPECT_EQ(Serving(desk.channel(), "live"), HealthCheckResponse::SERVING);
  // It takes no more writes and says why; what was acknowledged can be read.
  const absl::Status later = desk.Create(DeskServer::Creating("later")).status();
  EXPECT_EQ(later.code(), StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(later), "STORE_FAILED");
  EXPECT_TRUE(desk.Get("good").ok());
  EXPECT_EQ(desk.Get("lost").status().code(), StatusCode::kNotFound);
}

// Debian's packages bring reflection's server but not its messages for a client, so it is asked in
// bytes: ServerReflectionRequest{list_services: "*"}, whose answer holds the names as text.
TEST(Reflection, NamesTheServices) {
  DeskServer desk;
  grpc::GenericStub stub(desk.channel());
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  auto call = stub.PrepareCall(
      &context, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", &queue);
  void* tag = nullptr;
  bool ok = false;
  auto next = [&] { return queue.Next(&tag, &ok) && ok; };
  call->StartCall(nullptr);
  ASSERT_TRUE(next());
  grpc::Slice slice(std::string("\x3a\x01*", 3));
  call->WriteLast(grpc::ByteBuffer(&slice, 1), grpc::WriteOptions(), nullptr);
  ASSERT_TRUE(next());
  grpc::ByteBuffer answer;
  call->Read(&answer, nullptr);
  ASSERT_TRUE(next());
  std::vector<grpc::Slice> slices;
  ASSERT_TRUE(answer.Dump(&slices).ok());
  std::string bytes;
  for (const grpc::Slice& part : slices) {
    bytes.append(reinterpret_cast<const char*>(part.begin()), part.size());
  }
  for (const char* name : {"zhibu.registry.v1.RegistryService", "zhibu.feed.v1.FeedService",
                           "grpc.health.v1.Health"}) {
    EXPECT_NE(bytes.find(name), std::string::npos) << name;
  }
  context.TryCancel();
  grpc::Status status;
  call->Finish(&status, nullptr);
  next();
  queue.Shutdown();
  while (queue.Next(&tag, &ok)) {
  }
}

TEST(Stopping, AnswersTheCallsThatRun) {
  ServerOptions options;
  options.listen = "127.0.0.1:0";
  DeskServer desk(std::move(options));
  Barrier barrier;
  desk.bodies().before_create = [&](Call&, Txn&) {
    barrier.Wait();
    return absl::OkStatus();
  };
  auto call =
      std::async(std::launch::async, [&] { return desk.Create(DeskServer::Creating("new")); });
  barrier.AwaitEntered();
  auto stop = std::async(std::launch::async, [&] { desk.server().Stop(); });
  barrier.Open();
  stop.get();
  const auto response = call.get();
  EXPECT_TRUE(response.ok()) << response.status();
}

TEST(Stopping, IsHarmlessWhileManyCallAndWatch) {
  for (int round = 0; round < 5; ++round) {
    ServerOptions options;
    options.drain = absl::Seconds(1);
    options.listen = "127.0.0.1:0";
    DeskServer desk(std::move(options));
    std::atomic<int> answered = 0;
    std::atomic<bool> stopped = false;
    std::vector<std::thread> callers;
    for (int t = 0; t < 4; ++t) {
      callers.emplace_back([&, t] {
        for (int i = 0; !stopped; ++i) {
          const std::string id = absl::StrCat("o", t, "-", i);
          const auto created = desk.Create(DeskServer::Creating(id));
          if (created.ok()) {
            ++answered;
            const auto read = desk.Get(id);
            EXPECT_TRUE(read.ok() || read.status().code() != StatusCode::kNotFound)
                << "an acknowledged write was not there";
          }
          grpc::ClientContext context;
          PrepareContext(context, kServiceToken);
          auto reader = desk.feed().Watch(&context, {});
          feed::v1::WatchResponse response;
          reader->Read(&response);
          context.TryCancel();
          reader->Finish();
        }
      });
    }
    EXPECT_TRUE(WaitFor([&] { return answered >= 20; }));
    desk.server().Stop();
    stopped = true;
    for (auto& caller : callers) caller.join();
    desk.server().Stop();  // once more does nothing
  }
}

TEST(Stopping, DoesNotWaitForAReadThatWaitsForAWrite) {
  ServerOptions options;
  options.drain = absl::ZeroDuration();
  options.listen = "127.0.0.1:0";
  DeskServer desk(std::move(options));
  auto read = std::async(std::launch::async, [&] {
    return desk.Get("new", kOwnerToken, {{"registry", 1000}}, absl::Hours(1));
  });
  // It is in once a later call from the same channel has been answered; before or after, it ends.
  EXPECT_TRUE(desk.Create(DeskServer::Creating("other")).ok());
  desk.server().Stop();
  EXPECT_FALSE(read.get().ok());
}

TEST(Serving, IsRefusedInPlainTextBeyondLoopback) {
  FakeClock clock(kDeskToday);
  auto serve = [&](const std::string& listen, bool allow, bool only_loopback = false) {
    ServerOptions options;
    options.service = "registry";
    options.listen = listen;
    options.allow_plaintext = allow;
    options.only_loopback = only_loopback;
    options.principals = TestPrincipals();
    auto server = Server::Create(options, OpenMemoryStore("registry").value(), &clock,
                                 {DeskServer::Contract()})
                      .value();
    return server->Serve({});
  };
  EXPECT_EQ(serve("0.0.0.0:0", false).code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(serve("[::]:0", false).code(), StatusCode::kFailedPrecondition);
  EXPECT_TRUE(serve("0.0.0.0:0", true).ok());
  EXPECT_TRUE(serve("127.0.0.1:0", false).ok());
  // With a date that is not the machine's nothing is served to others at all.
  EXPECT_EQ(serve("0.0.0.0:0", true, true).code(), StatusCode::kFailedPrecondition);
  EXPECT_TRUE(serve("127.0.0.1:0", false, true).ok());
}

TEST(Serving, SaysWhereTheAddressCannotBeHad) {
  ServerOptions options;
  options.listen = "127.0.0.1:0";
  DeskServer desk(std::move(options));
  ASSERT_GT(desk.server().port(), 0);
  FakeClock clock(kDeskToday);
  ServerOptions same;
  same.service = "registry";
  same.listen = absl::StrCat("127.0.0.1:", desk.server().port());
  same.principals = TestPrincipals();
  auto server =
      Server::Create(same, OpenMemoryStore("registry").value(), &clock, {DeskServer::Contract()})
          .value();
  const absl::Status status = server->Serve({});
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_NE(status.message().find(same.listen), absl::string_view::npos);
}

}  // namespace
}  // namespace zhibu
