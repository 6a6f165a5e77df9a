// What was held, what is owed and studied over all pages, and what is put right.
#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/services/cli/commands_fixture.h"
#include "tests/services/cli/fake_server.h"
#include "zhibu/activity/v1/activity_service.grpc.pb.h"

namespace zhibu::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Lists of two pages.
class FakeActivities final : public activity::v1::ActivityService::Service {
 public:
  grpc::Status GetActivity(grpc::ServerContext*, const activity::v1::GetActivityRequest* request,
                           activity::v1::GetActivityResponse* response) override {
    activity::v1::Activity& activity = *response->mutable_activity();
    activity.set_name(request->name());
    activity.set_organisation("organisations/zb-1");
    activity.set_kind("party-class");
    activity.set_topic("学习党章");
    activity.set_etag("e3");
    activity.set_should_attend(4);
    activity.set_present(3);
    activity::v1::Attendance& attendance = *activity.add_attendances();
    attendance.set_person("persons/p1");
    attendance.set_presence(activity::v1::PRESENCE_ON_LEAVE);
    type::v1::RecordedCorrection& one = *activity.add_corrections();
    one.mutable_correction()->set_reason("主题写错");
    one.add_fields()->set_path("topic");
    one.mutable_fields(0)->set_was("\"学习\"");
    return grpc::Status::OK;
  }
  grpc::Status CorrectActivity(grpc::ServerContext*,
                               const activity::v1::CorrectActivityRequest* request,
                               activity::v1::CorrectActivityResponse* response) override {
    corrected = *request;
    response->set_revision(5);
    return grpc::Status::OK;
  }
  grpc::Status ListOwed(grpc::ServerContext*, const activity::v1::ListOwedRequest* request,
                        activity::v1::ListOwedResponse* response) override {
    const bool first = request->page_token().empty();
    if (first) response->set_next_page_token("more");
    response->add_items()->set_title(first ? "甲" : "乙");
    return grpc::Status::OK;
  }
  grpc::Status ListStudyHours(grpc::ServerContext*,
                              const activity::v1::ListStudyHoursRequest* request,
                              activity::v1::ListStudyHoursResponse* response) override {
    const bool first = request->page_token().empty();
    if (first) response->set_next_page_token("more");
    activity::v1::StudyHours& hours = *response->add_study_hours();
    hours.set_person(first ? "persons/p1" : "persons/p2");
    hours.set_required(32);
    return grpc::Status::OK;
  }
  activity::v1::CorrectActivityRequest corrected;
};

class ActivityTest : public ::testing::Test {
 protected:
  std::string Shown(const std::vector<std::string>& words, int code = 0) {
    const Ran ran = terminal_.Run(words);
    EXPECT_EQ(ran.code, code) << ran.out << ran.err;
    EXPECT_LE(WidestLine(ran.out + ran.err), 80) << ran.out << ran.err;
    return ran.out + ran.err;
  }

  TempFolder folder_;
  FakeActivities activities_;
  Terminal terminal_;
  FakeServer server_{{&activities_}, folder_, terminal_};
};

TEST_F(ActivityTest, ListsOverAllPages) {
  const std::string hours = Shown({"activity", "hours", "zb-1"});
  EXPECT_THAT(hours, HasSubstr("共 2 人"));
  EXPECT_THAT(hours, HasSubstr("p2"));
  const std::string owed = Shown({"activity", "owed", "zb-1", "--json"});
  EXPECT_THAT(owed, HasSubstr("甲"));
  EXPECT_THAT(owed, HasSubstr("乙"));
}

TEST_F(ActivityTest, ShowsOneWithWhatWasPutRight) {
  const std::string shown = Shown({"activity", "show", "hd-1"});
  for (const char* part : {"党课", "学习党章", "75.0%（3/4）", "请假", "主题写错", "topic"}) {
    EXPECT_THAT(shown, HasSubstr(part));
  }
}

TEST_F(ActivityTest, CorrectsOne) {
  const std::string shown = Shown(
      {"activity", "correct", "hd-1", "--set", "date=2026-05-20", "--set",
       "attendances.person=persons/p1", "--set", "attendances.presence=出席", "--set",
       "attendances.person=persons/p2", "--set", "attendances.presence=缺席", "--reason", "录错"});
  EXPECT_THAT(shown, HasSubstr("已更正：activities/hd-1\n修订号：5\n"));
  const activity::v1::Activity& activity = activities_.corrected.activity();
  EXPECT_EQ(activity.name(), "activities/hd-1");
  EXPECT_EQ(activity.etag(), "e3");
  ASSERT_EQ(activity.attendances_size(), 2);
  EXPECT_EQ(activity.attendances(1).person(), "persons/p2");
  EXPECT_EQ(activity.attendances(1).presence(), activity::v1::PRESENCE_ABSENT);
  EXPECT_THAT(activities_.corrected.update_mask().paths(), ElementsAre("date", "attendances"));
  EXPECT_EQ(activities_.corrected.correction().reason(), "录错");
  EXPECT_THAT(
      Shown({"activity", "correct", "hd-1", "--set", "cancelled_reason=x", "--reason", "y"}, 2),
      HasSubstr("study_hours"));
}

}  // namespace
}  // namespace zhibu::cli
