// Admission, and what happens to bodies that misbehave.
#include "common/rpc/calls.h"

#include <future>

#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"
#include "tests/common/rpc/desk.h"
#include "tests/support/map_store.h"
#include "tests/support/wait.h"

namespace zhibu {
namespace {

using absl::StatusCode;
using registry::v1::RegistryService;

class Admission : public testing::Test {
 protected:
  // organisations/scoped with one below it, and another beside.
  void SetUp() override {
    for (const auto& [id, parent] : std::vector<std::pair<std::string, std::string>>{
             {"scoped", ""}, {"below", "scoped"}, {"beside", ""}}) {
      ASSERT_TRUE(desk_.Create(DeskServer::Creating(id, parent)).ok());
    }
  }
  int64_t Revision() { return desk_.Head().revision(); }
  DeskServer desk_;
};

TEST_F(Admission, RefusesACallerWithoutATokenOrWithAnUnknownOne) {
  for (const char* token : {"", "stranger", "OWNER"}) {
    const absl::Status status = desk_.Get("scoped", token).status();
    EXPECT_EQ(status.code(), StatusCode::kUnauthenticated) << token;
    EXPECT_EQ(ReasonOf(status), "UNAUTHENTICATED");
    EXPECT_EQ(desk_.Create(DeskServer::Creating("new"), token).status().code(),
              StatusCode::kUnauthenticated);
  }
  // The token without its scheme.
  grpc::ClientContext context;
  context.AddMetadata("authorization", kOwnerToken);
  feed::v1::GetHeadResponse response;
  EXPECT_EQ(desk_.feed().GetHead(&context, {}, &response).error_code(),
            grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(Admission, RefusesACallerWithoutTheRole) {
  const absl::Status status = desk_.Create(DeskServer::Creating("new"), kReaderToken).status();
  EXPECT_EQ(status.code(), StatusCode::kPermissionDenied);
  EXPECT_EQ(ReasonOf(status), "ROLE_MISSING");
  EXPECT_TRUE(desk_.Get("scoped", kReaderToken).ok());
  // Those who may call any other method may still not watch.
  grpc::ClientContext context;
  PrepareContext(context, kReaderToken);
  auto reader = desk_.feed().Watch(&context, {});
  feed::v1::WatchResponse response;
  EXPECT_FALSE(reader->Read(&response));
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(Admission, ShowsACallerOnlyWhatIsInScope) {
  EXPECT_TRUE(desk_.Get("scoped", kScopedToken).ok());
  EXPECT_TRUE(desk_.Get("below", kScopedToken).ok());
  const absl::Status beside = desk_.Get("beside", kScopedToken).status();
  EXPECT_EQ(beside.code(), StatusCode::kNotFound);
  // What is not there looks the same.
  const absl::Status absent = desk_.Get("absent", kScopedToken).status();
  EXPECT_EQ(absent.code(), StatusCode::kNotFound);
  EXPECT_EQ(ReasonOf(absent), ReasonOf(beside));
  // Nor may the whole suite be listed, or watched, from within a scope.
  registry::v1::ListOrganisationsResponse response;
  EXPECT_EQ(Invoke(&RegistryService::Stub::ListOrganisations, desk_.stub(),
                   registry::v1::ListOrganisationsRequest(), &response, kScopedToken)
                .code(),
            StatusCode::kNotFound);
}

TEST_F(Admission, WritesNothingOutsideTheCallersScope) {
  const int64_t before = Revision();
  EXPECT_EQ(desk_.Create(DeskServer::Creating("new", "beside"), kScopedToken).status().code(),
            StatusCode::kNotFound);
  EXPECT_EQ(desk_.Create(DeskServer::Creating("root"), kScopedToken).status().code(),
            StatusCode::kNotFound);
  EXPECT_EQ(Revision(), before);
  EXPECT_TRUE(desk_.Create(DeskServer::Creating("new", "below"), kScopedToken).ok());
}

TEST_F(Admission, DropsACallWhoseDeadlineIsPast) {
  const int64_t before = Revision();
  EXPECT_EQ(
      desk_.Create(DeskServer::Creating("late"), kOwnerToken, absl::Seconds(-1)).status().code(),
      StatusCode::kDeadlineExceeded);
  EXPECT_EQ(Revision(), before);
}

TEST_F(Admission, DropsAWriteWhoseDeadlinePassesWhileItWaits) {
  Barrier barrier;
  desk_.bodies().before_create = [&](Call&, Txn&) {
    barrier.Wait();
    return absl::OkStatus();
  };
  auto first =
      std::async(std::launch::async, [&] { return desk_.Create(DeskServer::Creating("first")); });
  barrier.AwaitEntered();
  // The second one waits behind it while, by the service's clock, its twenty seconds pass.
  auto second =
      std::async(std::launch::async, [&] { return desk_.Create(DeskServer::Creating("second")); });
  EXPECT_TRUE(WaitFor([&] { return desk_.server().lane().depth() > 0; }));
  desk_.clock().Advance(absl::Seconds(25));
  desk_.bodies().before_create = nullptr;
  barrier.Open();
  EXPECT_TRUE(first.get().ok());
  const absl::Status late = second.get().status();
  EXPECT_EQ(late.code(), StatusCode::kDeadlineExceeded);
  EXPECT_EQ(ReasonOf(late), "DEADLINE_EXCEEDED");
  EXPECT_EQ(desk_.Get("second").status().code(), StatusCode::kNotFound);
}

TEST_F(Admission, DropsAReadWhoseDeadlinePassesWhileItWaits) {
  // Both threads of the pool are kept busy.
  Barrier barriers[2];
  std::atomic<int> next = 0;
  desk_.bodies().before_read = [&] {
    const int i = next++;
    if (i < 2) barriers[i].Wait();
  };
  auto read = [&] {
    registry::v1::GetInstitutionRequest request;
    registry::v1::GetInstitutionResponse response;
    return Invoke(&RegistryService::Stub::GetInstitution, desk_.stub(), request, &response);
  };
  auto first = std::async(std::launch::async, read);
  auto second = std::async(std::launch::async, read);
  barriers[0].AwaitEntered();
  barriers[1].AwaitEntered();
  std::promise<absl::Status> done;
  grpc::ClientContext context;
  PrepareContext(context, kOwnerToken, absl::Seconds(20));
  registry::v1::GetInstitutionRequest request;
  registry::v1::GetInstitutionResponse response;
  desk_.stub().async()->GetInstitution(&context, &request, &response, [&](grpc::Status status) {
    done.set_value(FromGrpcStatus(status));
  });
  // The call is admitted by now or will be; a point read behind it proves that handlers ran.
  EXPECT_TRUE(desk_.Get("scoped").ok());
  desk_.clock().Advance(absl::Seconds(25));
  barriers[0].Open();
  barriers[1].Open();
  EXPECT_TRUE(first.get().ok());
  EXPECT_TRUE(second.get().ok());
  // Admitted before the clock moved it is late; after, it has twenty seconds of its own.
  const absl::Status status = done.get_future().get();
  EXPECT_TRUE(status.ok() || ReasonOf(status) == "DEADLINE_EXCEEDED") << status;
}

TEST_F(Admission, RefusesAMessageThatIsTooLarge) {
  registry::v1::CreateOrganisationRequest request = DeskServer::Creating("large");
  request.mutable_organisation()->set_title(std::string(9 << 20, 'x'));
  EXPECT_EQ(desk_.Create(request).status().code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(desk_.Get("large").status().code(), StatusCode::kNotFound);
}

TEST_F(Admission, RefusesAnEnumValueThatTheContractDoesNotKnow) {
  const int64_t before = Revision();
  registry::v1::CreateOrganisationRequest request = DeskServer::Creating("new", "scoped");
  request.mutable_organisation()->mutable_affiliations(0)->set_line(
      static_cast<type::v1::Line>(77));
  const absl::Status status = desk_.Create(request).status();
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(status), "ENUM_VALUE_UNKNOWN");
  EXPECT_EQ(FindingsOf(status).at(0).subject(), "organisation.affiliations[0].line");
  EXPECT_EQ(Revision(), before);
}

TEST_F(Admission, RefusesAMethodThatNoBodyStandsBehind) {
  registry::v1::EndPostResponse response;
  EXPECT_EQ(Invoke(&RegistryService::Stub::EndPost, desk_.stub(), registry::v1::EndPostRequest(),
                   &response)
                .code(),
            StatusCode::kUnimplemented);
}

TEST_F(Admission, RefusesAMethodThatTheServerHasNoPolicyFor) {
  // A server that was not told of the contract whose service it serves.
  FakeClock clock(kDeskToday);
  ServerOptions options;
  options.service = "registry";
  options.principals = TestPrincipals();
  auto server = Server::Create(options, OpenMemoryStore("registry").value(), &clock, {}).value();
  DeskBodies bodies;
  std::vector<std::unique_ptr<grpc::Service>> services;
  services.push_back(std::make_unique<Desk>(server.get(), &bodies));
  ASSERT_TRUE(server->Serve(std::move(services)).ok());
  auto stub = RegistryService::NewStub(server->InProcessChannel());
  registry::v1::GetOrganisationResponse response;
  const absl::Status status = Invoke(&RegistryService::Stub::GetOrganisation, *stub,
                                     registry::v1::GetOrganisationRequest(), &response);
  EXPECT_EQ(status.code(), StatusCode::kPermissionDenied);
  EXPECT_EQ(ReasonOf(status), "NO_POLICY");
}

TEST_F(Admission, DropsTheWritesOfABodyThatForgotTheScope) {
  const int64_t before = Revision();
  desk_.bodies().forget_scope = true;
  const absl::Status status = desk_.Create(DeskServer::Creating("new")).status();
  EXPECT_EQ(status.code(), StatusCode::kInternal);
  EXPECT_EQ(ReasonOf(status), "SCOPE_NOT_CHECKED");
  registry::v1::GetInstitutionRequest request;
  registry::v1::GetInstitutionResponse response;
  request.set_name("institutions/x");
  EXPECT_EQ(Invoke(&RegistryService::Stub::GetInstitution, desk_.stub(), request, &response).code(),
            StatusCode::kInternal);
  desk_.bodies().forget_scope = false;
  EXPECT_EQ(Revision(), before);
  EXPECT_EQ(desk_.Get("new").status().code(), StatusCode::kNotFound);
  EXPECT_TRUE(desk_.Create(DeskServer::Creating("new")).ok()) << "nothing was remembered of it";
}

TEST_F(Admission, AnswersInternalForABodyThatThrowsAndKeepsWhatItSaidToItself) {
  desk_.bodies().before_create = [](Call&, Txn& txn) -> absl::Status {
    txn.Put(Desk::RowKey("half"), "written");
    throw std::runtime_error("张三");
  };
  const absl::Status write = desk_.Create(DeskServer::Creating("new")).status();
  EXPECT_EQ(write.code(), StatusCode::kInternal);
  EXPECT_EQ(write.ToString().find("张三"), std::string::npos);
  desk_.bodies().before_create = nullptr;
  EXPECT_FALSE(desk_.server().store().TakeSnapshot()->Get(Desk::RowKey("half")).value());
  desk_.bodies().before_read = [] { throw 42; };
  registry::v1::GetInstitutionResponse response;
  EXPECT_EQ(Invoke(&RegistryService::Stub::GetInstitution, desk_.stub(),
                   registry::v1::GetInstitutionRequest(), &response)
                .code(),
            StatusCode::kInternal);
  desk_.bodies().before_read = nullptr;
  EXPECT_TRUE(desk_.Create(DeskServer::Creating("new")).ok());
}

// The delay after which a refused caller may come again; nullopt without RetryInfo.
std::optional<int> RetryMilliseconds(const grpc::Status& status) {
  google::rpc::Status rpc;
  EXPECT_TRUE(rpc.ParseFromString(status.error_details()));
  for (const auto& any : rpc.details()) {
    google::rpc::RetryInfo info;
    if (any.UnpackTo(&info)) {
      return static_cast<int>(info.retry_delay().seconds() * 1000 +
                              info.retry_delay().nanos() / 1000000);
    }
  }
  return std::nullopt;
}

TEST(FullQueue, OfWritesAnswersWhenToComeAgain) {
  ServerOptions options;
  options.lane.max_queue = 2;
  DeskServer desk(std::move(options));
  Barrier barrier;
  std::atomic<bool> first = true;
  desk.bodies().before_create = [&](Call&, Txn&) {
    if (first.exchange(false)) barrier.Wait();
    return absl::OkStatus();
  };
  std::vector<std::future<bool>> calls;
  auto create = [&desk](int i) {
    return desk.Create(DeskServer::Creating(absl::StrCat("o", i))).ok();
  };
  calls.push_back(std::async(std::launch::async, create, 0));
  barrier.AwaitEntered();
  calls.push_back(std::async(std::launch::async, create, 1));
  calls.push_back(std::async(std::launch::async, create, 2));
  EXPECT_TRUE(WaitFor([&] { return desk.server().lane().depth() >= 2; }));
  grpc::ClientContext context;
  PrepareContext(context, kOwnerToken);
  registry::v1::CreateOrganisationResponse response;
  const grpc::Status refused =
      desk.stub().CreateOrganisation(&context, DeskServer::Creating("o3"), &response);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(FromGrpcStatus(refused)), "BUSY");
  EXPECT_GT(RetryMilliseconds(refused).value_or(0), 0);
  barrier.Open();
  for (auto& call : calls) EXPECT_TRUE(call.get());
  EXPECT_TRUE(desk.Create(DeskServer::Creating("o3")).ok());
}

TEST(FullQueue, OfReadsAnswersWhenToComeAgain) {
  ServerOptions options;
  options.read_threads = 1;
  options.max_reads_queued = 0;
  DeskServer desk(std::move(options));
  grpc::ClientContext context;
  PrepareContext(context, kOwnerToken);
  registry::v1::GetInstitutionResponse response;
  const grpc::Status refused = desk.stub().GetInstitution(&context, {}, &response);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_GT(RetryMilliseconds(refused).value_or(0), 0);
  // A point read whose rows are in memory needs no pool.
  EXPECT_EQ(desk.Get("nobody").status().code(), StatusCode::kNotFound);
}

// An account that waits for what never comes keeps neither memory without end nor other accounts.
TEST(FullQueue, OfWaitersIsEachAccountsOwn) {
  ServerOptions options;
  options.max_parked_of_caller = 2;
  DeskServer desk(std::move(options));
  ASSERT_TRUE(desk.Create(DeskServer::Creating("here")).ok());
  auto wait = [&](const char* token, absl::Duration timeout) {
    return desk.Get("here", token, {{"registry", 1000}}, timeout).status();
  };
  std::vector<std::future<absl::Status>> waiting;
  for (int i = 0; i < 3; ++i) {
    waiting.push_back(
        std::async(std::launch::async, [&] { return wait(kOwnerToken, absl::Seconds(5)); }));
  }
  EXPECT_EQ(ReasonOf(wait(kReaderToken, absl::Milliseconds(300))), "BEHIND");
  EXPECT_TRUE(desk.Get("here").ok()) << "who does not wait is served";
  std::vector<std::string> reasons;
  for (auto& status : waiting) reasons.push_back(ReasonOf(status.get()));
  EXPECT_THAT(reasons, testing::UnorderedElementsAre("BEHIND", "BEHIND", "BUSY"));
  // They left: there is room again.
  EXPECT_EQ(ReasonOf(wait(kOwnerToken, absl::Milliseconds(300))), "BEHIND");
}

TEST(Cancelled, ReadsAreDroppedWhileTheyWait) {
  ServerOptions options;
  options.read_threads = 1;
  DeskServer desk(std::move(options));
  Barrier barrier;
  std::atomic<int> read = 0;
  desk.bodies().before_read = [&] {
    if (read.fetch_add(1) == 0) barrier.Wait();
  };
  auto get = [&](grpc::ClientContext* context) {
    PrepareContext(*context, kOwnerToken);
    registry::v1::GetInstitutionResponse response;
    return desk.stub().GetInstitution(context, {}, &response).error_code();
  };
  grpc::ClientContext first, last;
  auto held = std::async(std::launch::async, [&] { return get(&first); });
  barrier.AwaitEntered();
  for (int i = 0; i < 50; ++i) {
    grpc::ClientContext left;
    auto call = std::async(std::launch::async, [&] { return get(&left); });
    left.TryCancel();
    EXPECT_EQ(call.get(), grpc::StatusCode::CANCELLED);
  }
  // The server has heard of all that came before this one on the same connection.
  auto waited = std::async(std::launch::async, [&] { return get(&last); });
  EXPECT_TRUE(desk.Create(DeskServer::Creating("new")).ok());
  barrier.Open();
  EXPECT_EQ(held.get(), grpc::StatusCode::OK);
  EXPECT_EQ(waited.get(), grpc::StatusCode::OK);
  EXPECT_EQ(read, 2) << "the first and the last";
}

TEST(Stopping, EndsWhoWaitsForARevision) {
  ServerOptions options;
  options.drain = absl::Hours(1);
  options.listen = "127.0.0.1:0";
  DeskServer desk(std::move(options));
  auto waits = std::async(std::launch::async, [&] {
    return desk.Get("new", kOwnerToken, {{"registry", 1000}}, absl::Hours(1)).status();
  });
  EXPECT_TRUE(desk.Create(DeskServer::Creating("other")).ok());
  auto stop = std::async(std::launch::async, [&] { desk.server().Stop(); });
  EXPECT_TRUE(WaitFor(stop));
  EXPECT_EQ(waits.get().code(), StatusCode::kUnavailable);
}

}  // namespace
}  // namespace zhibu
