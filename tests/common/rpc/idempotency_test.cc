// Request ids, validate_only, and reads that wait for a write.
#include <future>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/rpc/desk.h"
#include "tests/support/process.h"

namespace zhibu {
namespace {

using absl::StatusCode;

class Idempotency : public testing::Test {
 protected:
  DeskServer desk_;
};

TEST_F(Idempotency, RefusesAWriteWithoutAProperRequestId) {
  for (const std::string& id : {std::string(), std::string(65, 'a'), std::string("a b"),
                                std::string("党"), std::string("a\nb")}) {
    auto request = DeskServer::Creating("new");
    request.set_request_id(id);
    const absl::Status status = desk_.Create(request).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << id;
    EXPECT_EQ(ReasonOf(status), "REQUEST_ID_INVALID");
  }
  auto request = DeskServer::Creating("new");
  request.set_request_id("aZ09._:-" + std::string(56, 'x'));
  EXPECT_TRUE(desk_.Create(request).ok());
}

TEST_F(Idempotency, GivesTheSameAnswerForTheSameRequestWithOneEffect) {
  const auto request = DeskServer::Creating("new");
  const auto first = desk_.Create(request);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->revision(), 1);
  ASSERT_TRUE(desk_.Create(DeskServer::Creating("other")).ok());
  int bodies = 0;
  desk_.bodies().before_create = [&](Call&, Txn&) {
    ++bodies;
    return absl::OkStatus();
  };
  for (int i = 0; i < 3; ++i) {
    const auto again = desk_.Create(request);
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(again->SerializeAsString(), first->SerializeAsString());
  }
  EXPECT_EQ(bodies, 0);
  EXPECT_EQ(desk_.Head().revision(), 2);
}

TEST_F(Idempotency, AnswersAgainOnlyWhoCouldGetTheAnswerNow) {
  ASSERT_TRUE(desk_.Create(DeskServer::Creating("scoped")).ok());
  const auto request = DeskServer::Creating("below", "scoped");
  ASSERT_TRUE(desk_.Create(request, kScopedToken).ok());
  EXPECT_TRUE(desk_.Create(request, kScopedToken).ok());
  policy::v1::Principals principals = TestPrincipals();
  for (auto& principal : *principals.mutable_principals()) {
    if (principal.name() == kScopedToken) principal.set_scope_organisation("organisations/other");
  }
  ASSERT_TRUE(desk_.server().ReplacePrincipals(principals).ok());
  EXPECT_EQ(desk_.Create(request, kScopedToken).status().code(), StatusCode::kNotFound);
  // Given back, it is answered as before.
  ASSERT_TRUE(desk_.server().ReplacePrincipals(TestPrincipals()).ok());
  EXPECT_TRUE(desk_.Create(request, kScopedToken).ok());
  EXPECT_EQ(desk_.Head().revision(), 2);
}

TEST_F(Idempotency, HasOneEffectOfManyAtOnce) {
  const auto request = DeskServer::Creating("new");
  std::vector<std::future<absl::StatusOr<registry::v1::CreateOrganisationResponse>>> calls;
  for (int i = 0; i < 16; ++i) {
    calls.push_back(std::async(std::launch::async, [&] { return desk_.Create(request); }));
  }
  for (auto& call : calls) {
    const auto response = call.get();
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->revision(), 1);
  }
  EXPECT_EQ(desk_.Head().revision(), 1);
}

TEST_F(Idempotency, RefusesTheSameIdWithAnotherBody) {
  auto request = DeskServer::Creating("new");
  ASSERT_TRUE(desk_.Create(request).ok());
  request.mutable_organisation()->set_title("another");
  const absl::Status status = desk_.Create(request).status();
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(status), "REQUEST_ID_REUSED");
  EXPECT_EQ(desk_.Get("new")->title(), "new");
}

TEST_F(Idempotency, BelongsToTheCaller) {
  ASSERT_TRUE(desk_.Create(DeskServer::Creating("scoped")).ok());
  auto mine = DeskServer::Creating("mine", "scoped");
  auto yours = DeskServer::Creating("yours", "scoped");
  yours.set_request_id(mine.request_id());
  EXPECT_TRUE(desk_.Create(mine, kOwnerToken).ok());
  EXPECT_TRUE(desk_.Create(yours, kScopedToken).ok()) << "ids of different callers do not collide";
}

TEST_F(Idempotency, RemembersNoRefusal) {
  desk_.bodies().before_create = [](Call&, Txn&) { return Refused("x", "NOT_YET", "尚未到期"); };
  const auto request = DeskServer::Creating("new");
  EXPECT_EQ(ReasonOf(desk_.Create(request).status()), "NOT_YET");
  desk_.bodies().before_create = nullptr;
  EXPECT_TRUE(desk_.Create(request).ok());
}

TEST(IdempotencyOnDisk, OutlivesTheService) {
  TempFolder folder;
  const std::string path = folder.path() + "/store";
  const auto request = DeskServer::Creating("new");
  std::string answer;
  {
    DeskServer desk({}, OpenRocksStore(path, "registry").value());
    answer = desk.Create(request)->SerializeAsString();
  }
  DeskServer desk({}, OpenRocksStore(path, "registry").value());
  EXPECT_EQ(desk.Create(request)->SerializeAsString(), answer);
  EXPECT_EQ(desk.Head().revision(), 1);
  auto reused = request;
  reused.mutable_organisation()->set_title("another");
  EXPECT_EQ(ReasonOf(desk.Create(reused).status()), "REQUEST_ID_REUSED");
}

TEST_F(Idempotency, JudgesEverythingAndWritesNothingWithValidateOnly) {
  auto request = DeskServer::Creating("new");
  request.set_validate_only(true);
  const auto judged = desk_.Create(request);
  ASSERT_TRUE(judged.ok());
  EXPECT_EQ(judged->organisation().name(), "organisations/new");
  EXPECT_EQ(judged->revision(), 0);
  EXPECT_EQ(desk_.Head().revision(), 0);
  EXPECT_EQ(desk_.Get("new").status().code(), StatusCode::kNotFound);
  // The same id is free for the write itself.
  request.set_validate_only(false);
  EXPECT_EQ(desk_.Create(request)->revision(), 1);
  request.set_request_id("again");
  request.set_validate_only(true);
  EXPECT_EQ(ReasonOf(desk_.Create(request).status()), "ORGANISATION_EXISTS");
}

TEST_F(Idempotency, RemembersNothingOfAValidation) {
  auto request = DeskServer::Creating("new");
  request.set_validate_only(true);
  ASSERT_TRUE(desk_.Create(request).ok());
  bool any = false;
  ASSERT_TRUE(desk_.server()
                  .store()
                  .TakeSnapshot()
                  ->Scan(Key(SystemTable::kJournal), "\xff",
                         [&](absl::string_view, absl::string_view) {
                           any = true;
                           return false;
                         })
                  .ok());
  EXPECT_FALSE(any);
}

class AtLeast : public Idempotency {};

TEST_F(AtLeast, ReadsAtOnceWhatIsThereAlready) {
  const int64_t revision = desk_.Create(DeskServer::Creating("new"))->revision();
  EXPECT_TRUE(desk_.Get("new", kOwnerToken, {{"registry", revision}}).ok());
}

TEST_F(AtLeast, WaitsForAWriteAndThenShowsIt) {
  std::vector<std::future<absl::StatusOr<registry::v1::Organisation>>> reads;
  for (int i = 0; i < 8; ++i) {
    reads.push_back(std::async(std::launch::async, [&] {
      return desk_.Get("new", kOwnerToken, {{"registry", 2}});
    }));
  }
  ASSERT_TRUE(desk_.Create(DeskServer::Creating("first")).ok());
  ASSERT_TRUE(desk_.Create(DeskServer::Creating("new")).ok());
  for (auto& read : reads) {
    const auto organisation = read.get();
    ASSERT_TRUE(organisation.ok()) << organisation.status();
    EXPECT_EQ(organisation->title(), "new");
  }
}

TEST_F(AtLeast, SaysSoWhereItDoesNotComeInTime) {
  const absl::Status status =
      desk_.Get("new", kOwnerToken, {{"registry", 5}}, absl::Milliseconds(600)).status();
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(status), "BEHIND");
  // Whoever gave up does not harm those who come later.
  for (int i = 0; i < 6; ++i) {
    ASSERT_TRUE(desk_.Create(DeskServer::Creating(absl::StrCat("o", i))).ok());
  }
  EXPECT_TRUE(desk_.Get("o5", kOwnerToken, {{"registry", 6}}).ok());
}

// Whoever writes right after a write elsewhere is told to wait, never that it could not work.
TEST_F(AtLeast, HoldsForWritesToo) {
  auto late = DeskServer::Creating("late");
  (*late.mutable_at_least()->mutable_revisions())["registry"] = 2;
  const absl::Status behind = desk_.Create(late, kOwnerToken, absl::Milliseconds(600)).status();
  EXPECT_EQ(behind.code(), StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(behind), "BEHIND");
  EXPECT_EQ(desk_.Get("late").status().code(), StatusCode::kNotFound);

  auto waiting = std::async(std::launch::async, [&] { return desk_.Create(late); });
  ASSERT_TRUE(desk_.Create(DeskServer::Creating("first")).ok());
  ASSERT_TRUE(desk_.Create(DeskServer::Creating("second")).ok());
  const auto made = waiting.get();
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->revision(), 3);
}

TEST_F(AtLeast, RefusesAServiceItDoesNotFollow) {
  const absl::Status status = desk_.Get("new", kOwnerToken, {{"membership", 1}}).status();
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(status), "SERVICE_UNKNOWN");
}

TEST_F(AtLeast, IsLetGoWhereTheCallerLeaves) {
  // Otherwise the service would not stop before the caller's hour is over.
  grpc::ClientContext context;
  PrepareContext(context, kOwnerToken, absl::Hours(1));
  registry::v1::GetOrganisationRequest request;
  registry::v1::GetOrganisationResponse response;
  request.set_name("organisations/new");
  (*request.mutable_at_least()->mutable_revisions())["registry"] = 1000;
  std::promise<grpc::StatusCode> done;
  desk_.stub().async()->GetOrganisation(&context, &request, &response, [&](grpc::Status status) {
    done.set_value(status.error_code());
  });
  ASSERT_TRUE(desk_.Create(DeskServer::Creating("new")).ok());
  context.TryCancel();
  EXPECT_EQ(done.get_future().get(), grpc::StatusCode::CANCELLED);
  desk_.server().Stop();
}

}  // namespace
}  // namespace zhibu
