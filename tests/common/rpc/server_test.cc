// Health, reflection, and how a server stops.
#include "common/rpc/server.h"

#include <future>
#include <thread>

#include "gmock/gmock.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "grpc/reflection/v1/reflection.pb.h"
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
using grpc::reflection::v1::ServerReflectionRequest;
using grpc::reflection::v1::ServerReflectionResponse;

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
  // By service too, as clients ask that check health themselves.
  for (const char* name : {"", "zhibu.registry.v1.RegistryService", "zhibu.feed.v1.FeedService",
                           "zhibu.policy.v1.CallerService"}) {
    EXPECT_EQ(Serving(desk.channel(), name), HealthCheckResponse::SERVING) << name;
  }
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
  EXPECT_EQ(Serving(desk.channel(), "zhibu.registry.v1.RegistryService"),
            HealthCheckResponse::NOT_SERVING);
  EXPECT_EQ(Serving(desk.channel(), "live"), HealthCheckResponse::SERVING);
  // It takes no more writes and says why; what was acknowledged can be read.
  const absl::Status later = desk.Create(DeskServer::Creating("later")).status();
  EXPECT_EQ(later.code(), StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(later), "STORE_FAILED");
  EXPECT_TRUE(desk.Get("good").ok());
  EXPECT_EQ(desk.Get("lost").status().code(), StatusCode::kNotFound);
}

// A stream of messages in the one version or in the other: they are the same.
std::vector<ServerReflectionResponse> Reflect(const std::shared_ptr<grpc::Channel>& channel,
                                              const std::string& version,
                                              const std::vector<ServerReflectionRequest>& asked) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kPatience);
  grpc::CompletionQueue queue;
  auto call = stub.PrepareCall(
      &context, "/grpc.reflection." + version + ".ServerReflection/ServerReflectionInfo", &queue);
  void* tag = nullptr;
  bool ok = false;
  auto next = [&] { return queue.Next(&tag, &ok) && ok; };
  call->StartCall(nullptr);
  EXPECT_TRUE(next());
  std::vector<ServerReflectionResponse> answers;
  for (const ServerReflectionRequest& request : asked) {
    grpc::Slice slice(request.SerializeAsString());
    call->Write(grpc::ByteBuffer(&slice, 1), nullptr);
    EXPECT_TRUE(next());
    grpc::ByteBuffer answer;
    call->Read(&answer, nullptr);
    EXPECT_TRUE(next());
    grpc::ProtoBufferReader reader(&answer);
    EXPECT_TRUE(answers.emplace_back().ParseFromZeroCopyStream(&reader));
  }
  call->WritesDone(nullptr);
  EXPECT_TRUE(next());
  grpc::Status status;
  call->Finish(&status, nullptr);
  EXPECT_TRUE(next());
  EXPECT_TRUE(status.ok()) << status.error_message();
  queue.Shutdown();
  while (queue.Next(&tag, &ok)) {
  }
  return answers;
}

TEST(Reflection, NamesTheServicesAndDescribesThem) {
  DeskServer desk;
  std::vector<ServerReflectionRequest> asked(7);
  asked[0].set_list_services("*");
  asked[1].set_file_containing_symbol("zhibu.feed.v1.FeedService.Watch");
  asked[2].set_file_by_filename("zhibu/feed/v1/feed.proto");
  asked[3].mutable_file_containing_extension()->set_containing_type(
      "google.protobuf.MethodOptions");
  asked[3].mutable_file_containing_extension()->set_extension_number(
      policy::v1::kMethodPolicyFieldNumber);
  asked[4].set_all_extension_numbers_of_type("google.protobuf.MethodOptions");
  asked[5].set_file_containing_symbol("zhibu.Nothing");
  for (const char* version : {"v1", "v1alpha"}) {
    const auto answers = Reflect(desk.channel(), version, asked);
    ASSERT_EQ(answers.size(), asked.size());
    std::vector<std::string> names;
    for (const auto& service : answers[0].list_services_response().service()) {
      names.push_back(service.name());
    }
    EXPECT_THAT(names, testing::UnorderedElementsAre(
                           "zhibu.registry.v1.RegistryService", "zhibu.feed.v1.FeedService",
                           "zhibu.policy.v1.CallerService", "grpc.health.v1.Health",
                           "grpc.reflection.v1.ServerReflection"));
    const std::pair<int, const char*> files[] = {{1, "zhibu/feed/v1/feed.proto"},
                                                 {2, "zhibu/feed/v1/feed.proto"},
                                                 {3, "zhibu/policy/v1/policy.proto"}};
    for (const auto& [i, name] : files) {
      const auto& found = answers[i].file_descriptor_response().file_descriptor_proto();
      ASSERT_GT(found.size(), 1) << "with what it imports";
      google::protobuf::FileDescriptorProto file;
      ASSERT_TRUE(file.ParseFromString(found[0]));
      EXPECT_EQ(file.name(), name);
    }
    EXPECT_THAT(answers[4].all_extension_numbers_response().extension_number(),
                testing::Contains(policy::v1::kMethodPolicyFieldNumber));
    EXPECT_EQ(answers[5].error_response().error_code(), grpc::StatusCode::NOT_FOUND);
    EXPECT_EQ(answers[6].error_response().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(answers[5].original_request().file_containing_symbol(), "zhibu.Nothing");
  }
}

// Whoever wants to know who is connected asks the operator.
TEST(Channelz, IsOff) {
  DeskServer desk;
  grpc::GenericStub stub(desk.channel());
  grpc::ClientContext context;
  grpc::Slice empty;
  grpc::ByteBuffer nothing(&empty, 1), answer;
  std::promise<grpc::Status> ended;
  stub.UnaryCall(&context, "/grpc.channelz.v1.Channelz/GetServers", {}, &nothing, &answer,
                 [&](grpc::Status status) { ended.set_value(std::move(status)); });
  EXPECT_EQ(ended.get_future().get().error_code(), grpc::StatusCode::UNIMPLEMENTED);
}

TEST(Compression, IsRefusedAndSaysSo) {
  ServerOptions options;
  options.listen = "127.0.0.1:0";
  DeskServer desk(std::move(options));
  for (const auto algorithm : {GRPC_COMPRESS_GZIP, GRPC_COMPRESS_DEFLATE}) {
    grpc::ClientContext context;
    PrepareContext(context, kOwnerToken);
    context.set_compression_algorithm(algorithm);
    auto request = DeskServer::Creating("packed");
    request.mutable_organisation()->set_title(std::string(1000, 'x'));
    registry::v1::CreateOrganisationResponse response;
    const grpc::Status status = desk.stub().CreateOrganisation(&context, request, &response);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED);
    EXPECT_THAT(status.error_message(), testing::HasSubstr("Compression algorithm"));
  }
  EXPECT_EQ(desk.Get("packed").status().code(), StatusCode::kNotFound);
  EXPECT_TRUE(desk.Create(DeskServer::Creating("plain")).ok());
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

// What never ends by itself: neither keeps the server, nor hears that it had itself cancelled.
TEST(Stopping, IsDoneAtOnceWhereNobodyCalls) {
  ServerOptions options;
  options.drain = absl::Hours(1);
  options.listen = "127.0.0.1:0";
  DeskServer desk(std::move(options));
  grpc::ClientContext health, feed;
  auto health_stub = Health::NewStub(desk.channel());
  auto healthy = health_stub->Watch(&health, {});
  HealthCheckResponse serving;
  ASSERT_TRUE(healthy->Read(&serving));
  PrepareContext(feed, kServiceToken);
  auto watch = desk.feed().Watch(&feed, {});
  feed::v1::WatchResponse response;
  ASSERT_TRUE(desk.Create(DeskServer::Creating("new")).ok());
  ASSERT_TRUE(watch->Read(&response));
  auto stop = std::async(std::launch::async, [&] { desk.server().Stop(); });
  EXPECT_TRUE(WaitFor(stop)) << "an hour is not over";
  while (healthy->Read(&serving)) {
  }
  while (watch->Read(&response)) {
  }
  EXPECT_EQ(healthy->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  const absl::Status ended = FromGrpcStatus(watch->Finish());
  EXPECT_EQ(ended.code(), StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(ended), "STOPPING");
}

// CANCELLED would say that the caller did not want it any more: nobody repeats that.
TEST(Stopping, NeverTellsACallerThatHeCancelled) {
  for (int round = 0; round < 5; ++round) {
    ServerOptions options;
    options.drain = absl::Milliseconds(50);
    options.listen = "127.0.0.1:0";
    DeskServer desk(std::move(options));
    std::atomic<int> answered = 0;
    std::vector<std::thread> callers;
    for (int t = 0; t < 8; ++t) {
      callers.emplace_back([&, t] {
        // Each on a connection of its own, until the first call that fails.
        grpc::ChannelArguments own;
        own.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
        auto stub = registry::v1::RegistryService::NewStub(
            grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", desk.server().port()),
                                      grpc::InsecureChannelCredentials(), own));
        absl::Status status;
        for (int i = 0; status.ok(); ++i) {
          registry::v1::CreateOrganisationResponse created;
          status = Invoke(&registry::v1::RegistryService::Stub::CreateOrganisation, *stub,
                          DeskServer::Creating(absl::StrCat("o", t, "-", i)), &created);
          if (status.ok()) ++answered;
        }
        EXPECT_EQ(status.code(), StatusCode::kUnavailable) << status;
      });
    }
    EXPECT_TRUE(WaitFor([&] { return answered >= 100; }));
    desk.server().Stop();
    for (auto& caller : callers) caller.join();
  }
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
  EXPECT_TRUE(serve("localhost:0", false, true).ok());
  EXPECT_TRUE(serve("[::]:0", true).ok());
  for (const char* nowhere : {"127.0.0.1", "no-such-host.invalid:0", "127.0.0.1:seven"}) {
    EXPECT_EQ(serve(nowhere, true).code(), StatusCode::kUnavailable) << nowhere;
  }
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
