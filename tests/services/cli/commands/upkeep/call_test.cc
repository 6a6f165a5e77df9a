// zhibu methods and zhibu call know every method of the contracts.
#include <grpcpp/grpcpp.h>

#include <filesystem>
#include <memory>
#include <regex>
#include <string>

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/services/cli/commands_fixture.h"
#include "tests/services/cli/fake_server.h"
#include "zhibu/activity/v1/activity_service.grpc.pb.h"
#include "zhibu/policy/v1/caller_service.grpc.pb.h"
#include "zhibu/reporting/v1/reporting_service.grpc.pb.h"

namespace zhibu::cli {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;

TEST(Methods, ListEveryMethodOfTheContracts) {
  const Ran ran = Terminal().Run({"methods"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_LE(WidestLine(ran.out), 80);
  int methods = 0;
  const std::regex rpc("\n  rpc ([A-Za-z]+)\\(");
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(ZHIBU_SOURCE_DIR "/proto/zhibu")) {
    if (entry.path().extension() != ".proto") continue;
    const std::string text = *ReadFile(entry.path().string());
    for (std::sregex_iterator it(text.begin(), text.end(), rpc), end; it != end; ++it) {
      ++methods;
      EXPECT_THAT(ran.out, ContainsRegex("(^|\n|\\.)" + (*it)[1].str())) << entry.path();
    }
  }
  EXPECT_GT(methods, 100);
}

class FakeActivities final : public activity::v1::ActivityService::Service {
  grpc::Status ListOwed(grpc::ServerContext*, const activity::v1::ListOwedRequest*,
                        activity::v1::ListOwedResponse* response) override {
    response->set_revision(1);
    return grpc::Status::OK;
  }
};
class FakeReporting final : public reporting::v1::ReportingService::Service {
  grpc::Status ListOwed(grpc::ServerContext*, const reporting::v1::ListOwedRequest*,
                        reporting::v1::ListOwedResponse* response) override {
    response->mutable_totals()->set_owed(2);
    return grpc::Status::OK;
  }
};
class FakeCaller final : public policy::v1::CallerService::Service {
  grpc::Status GetCaller(grpc::ServerContext*, const policy::v1::GetCallerRequest*,
                         policy::v1::GetCallerResponse*) override {
    return grpc::Status::OK;
  }
};

class CallTest : public ::testing::Test {
 protected:
  TempFolder folder_;
  FakeActivities activities_;
  FakeReporting reporting_;
  FakeCaller caller_;
  Terminal terminal_;
  FakeServer server_{{&activities_, &reporting_, &caller_}, folder_, terminal_};
};

TEST_F(CallTest, TellsMethodsOfOneNameApart) {
  const Ran which = terminal_.Run({"call", "ListOwed"});
  EXPECT_EQ(which.code, 2);
  EXPECT_THAT(which.err, AllOf(HasSubstr("ActivityService.ListOwed、"),
                               HasSubstr("ReportingService.ListOwed")));
  EXPECT_THAT(terminal_.Run({"call", "ActivityService.ListOwed"}).out,
              HasSubstr(R"("revision": "1")"));
  EXPECT_THAT(terminal_.Run({"call", "ReportingService.ListOwed"}).out, HasSubstr(R"("owed": 2)"));
  EXPECT_EQ(terminal_.Run({"call", "Watch"}).code, 2);
}

TEST_F(CallTest, AsksTheServiceThatIsNamedWhatAllServe) {
  terminal_.environment["ZHIBU_REGISTRY"] = "127.0.0.1:1";
  EXPECT_EQ(terminal_.Run({"call", "GetCaller"}).code, 3);
  EXPECT_EQ(terminal_.Run({"call", "GetCaller", "--at", "membership"}).code, 0);
}

}  // namespace
}  // namespace zhibu::cli
