// Who signs for whom: what a committee decided is recorded by an account that may speak for it.
#include "services/membership/books/visible.h"

#include "common/base/crypto.h"
#include "common/base/status.h"
#include "gtest/gtest.h"
#include "tests/services/membership/history.h"
#include "tests/services/membership/world.h"

namespace zhibu::membership {
namespace {

constexpr absl::CivilDay kStart(2020, 3, 2);
constexpr char kCase[] = "persons/p1/cases/c1";
constexpr char kBranchToken[] = "branch-account";
constexpr char kClerkToken[] = "clerk-of-all";

class ActsFor : public testing::Test {
 protected:
  void SetUp() override {
    policy::v1::Principals principals = TestPrincipals();
    policy::v1::Principal& branch = *principals.add_principals();
    branch.set_name(kBranchToken);
    branch.set_token_sha256(Sha256Hex(kBranchToken));
    branch.set_scope_organisation(kBranch);
    for (auto role : {policy::v1::ROLE_CLERK, policy::v1::ROLE_APPROVER, policy::v1::ROLE_READER}) {
      branch.add_roles(role);
    }
    policy::v1::Principal& clerk = *principals.add_principals();
    clerk.set_name(kClerkToken);
    clerk.set_token_sha256(Sha256Hex(kClerkToken));
    clerk.set_scope_organisation(kEveryOrganisation);
    clerk.add_roles(policy::v1::ROLE_CLERK);
    ASSERT_TRUE(world_.server().ReplacePrincipals(principals).ok());
    ASSERT_TRUE(world_.CreatePerson("p1").ok());
  }

  absl::Status Step(const v1::Step& step, const std::string& token) {
    v1::RecordStepResponse response;
    const absl::Status status =
        world_.Record(world_.StepRequest(kCase, step, etag_), &response, token);
    if (status.ok()) etag_ = response.etag();
    return status;
  }

  World world_;
  std::string etag_;
};

TEST_F(ActsFor, ABranchRecordsItsOwnStepsAndNotTheCommittees) {
  int own = 0, committees = 0;
  for (const v1::Step& step : LegalHistory(kStart)) {
    bool refused = false;
    for (const char* token : {kBranchToken, kClerkToken}) {
      const std::string before = etag_;
      const absl::Status status = Step(step, token);
      if (status.ok()) break;
      refused = true;
      EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied) << status;
      EXPECT_EQ(ReasonOf(status), "ACTS_FOR_ANOTHER_ORGANISATION") << status;
      EXPECT_EQ(etag_, before);
    }
    if (refused) ASSERT_TRUE(Step(step, kOwnerToken).ok()) << step.ShortDebugString();
    ++(refused ? committees : own);
  }
  // Filings, pre-review and approvals, and the talk of the superior.
  EXPECT_GE(committees, 5);
  EXPECT_GE(own, 10);
}

TEST_F(ActsFor, SayingTheCommitteesNameDoesNotHelp) {
  v1::Step application = LegalHistory(kStart).front();
  application.set_organisation("organisations/scoped");
  const absl::Status status = Step(application, kBranchToken);
  EXPECT_EQ(ReasonOf(status), "ACTS_FOR_ANOTHER_ORGANISATION") << status;
}

TEST_F(ActsFor, AStrangerHearsTheSameWhetherPersonOrCaseIsThere) {
  ASSERT_TRUE(Step(LegalHistory(kStart).front(), kOwnerToken).ok());
  ASSERT_TRUE(world_.CreatePerson("p2").ok());
  const auto said = [&](const std::string& name) {
    v1::RecordStepResponse response;
    const absl::Status status = world_.Record(
        world_.StepRequest(name, LegalHistory(kStart).front(), ""), &response, kScopedToken);
    EXPECT_EQ(status.code(), absl::StatusCode::kNotFound) << status;
    std::string text(status.message());
    const std::string person = name.substr(0, name.find("/cases"));
    for (size_t at; (at = text.find(person)) != std::string::npos;)
      text.replace(at, person.size(), "*");
    return text;
  };
  EXPECT_EQ(said(kCase), said("persons/p2/cases/c1"));
  EXPECT_EQ(said(kCase), said("persons/nobody/cases/c1"));
}

}  // namespace
}  // namespace zhibu::membership
