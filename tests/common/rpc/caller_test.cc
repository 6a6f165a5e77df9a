#include "common/rpc/caller.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/rpc/desk.h"
#include "zhibu/policy/v1/caller_service.grpc.pb.h"

namespace zhibu {
namespace {

using policy::v1::CallerService;

class CallerTest : public testing::Test {
 protected:
  absl::StatusOr<policy::v1::GetCallerResponse> Ask(const std::string& token) {
    policy::v1::GetCallerResponse response;
    const absl::Status status = Invoke(&CallerService::Stub::GetCaller, *stub_,
                                       policy::v1::GetCallerRequest(), &response, token);
    if (!status.ok()) return status;
    return response;
  }
  DeskServer desk_;
  std::unique_ptr<CallerService::Stub> stub_ = CallerService::NewStub(desk_.channel());
};

TEST_F(CallerTest, IsToldWhatTheAccountMayDoAndWhere) {
  const auto owner = Ask(kOwnerToken);
  ASSERT_TRUE(owner.ok()) << owner.status();
  EXPECT_FALSE(owner->name().empty());
  EXPECT_GT(owner->roles_size(), 0);
  EXPECT_EQ(owner->scope_organisation(), "organisations/-");
  EXPECT_EQ(owner->scope_line(), type::v1::LINE_SUBORDINATION);
  EXPECT_EQ(owner->service(), "registry");
  EXPECT_EQ(FromProto(owner->today()).value(), kDeskToday);
}

TEST_F(CallerTest, IsNobodyWithoutAToken) {
  EXPECT_TRUE(absl::IsUnauthenticated(Ask("no-such-token").status()));
}

}  // namespace
}  // namespace zhibu
