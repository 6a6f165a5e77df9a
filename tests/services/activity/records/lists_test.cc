// An organisation's activities, through the API.
#include "gmock/gmock.h"
#include "tests/services/activity/reading.h"

namespace zhibu::activity {
namespace {

using absl::CivilDay;
using absl::StatusCode;
using ::testing::ElementsAre;
using type::v1::ORGANISATION_KIND_BRANCH;

class ListActivities : public Reading {
 protected:
  static std::vector<std::string> Ids(const v1::ListActivitiesResponse& response) {
    std::vector<std::string> ids;
    for (const auto& activity : response.activities()) ids.push_back(activity.name().substr(11));
    return ids;
  }
  absl::Status List(const v1::ListActivitiesRequest& request, v1::ListActivitiesResponse* response,
                    const std::string& token = kOwnerToken) {
    response->Clear();
    return Invoke(&v1::ActivityService::Stub::ListActivities, world_.stub(), request, response,
                  token);
  }
  ListActivities() {
    request_.set_organisation("organisations/branch");
    Held("b", "theme-day", CivilDay(2026, 3, 5));
    Held("a", "theme-day", CivilDay(2026, 3, 5));
    Held("e", "party-class", CivilDay(2026, 1, 31));
    Held("d", "theme-day", CivilDay(2026, 4, 1));
    Held("c", "party-class", CivilDay(2026, 3, 31));
  }
  v1::ListActivitiesRequest request_;
  v1::ListActivitiesResponse response_;
};

TEST_F(ListActivities, AnswersByDateAndId) {
  ASSERT_TRUE(List(request_, &response_).ok());
  EXPECT_THAT(Ids(response_), ElementsAre("e", "a", "b", "c", "d"));
  EXPECT_EQ(response_.next_page_token(), "");
  EXPECT_EQ(response_.revision(), 5);
}

TEST_F(ListActivities, KeepsToThePeriodAndTheKinds) {
  *request_.mutable_held_from() = ToProto(CivilDay(2026, 3, 5));
  *request_.mutable_held_to() = ToProto(CivilDay(2026, 4, 1));
  ASSERT_TRUE(List(request_, &response_).ok());
  EXPECT_THAT(Ids(response_), ElementsAre("a", "b", "c"));
  request_.add_kinds("party-class");
  ASSERT_TRUE(List(request_, &response_).ok());
  EXPECT_THAT(Ids(response_), ElementsAre("c"));
}

TEST_F(ListActivities, PagesOverOneSnapshot) {
  request_.set_page_size(2);
  ASSERT_TRUE(List(request_, &response_).ok());
  EXPECT_THAT(Ids(response_), ElementsAre("e", "a"));
  Held("a9", "theme-day", CivilDay(2026, 3, 6));
  request_.set_page_token(response_.next_page_token());
  ASSERT_TRUE(List(request_, &response_).ok());
  EXPECT_THAT(Ids(response_), ElementsAre("b", "c"));
  EXPECT_EQ(response_.revision(), 5);
  const std::string last = response_.next_page_token();
  request_.set_page_token(last);
  ASSERT_TRUE(List(request_, &response_).ok());
  EXPECT_THAT(Ids(response_), ElementsAre("d"));
  EXPECT_EQ(response_.next_page_token(), "");
  // The token is of this query alone.
  request_.add_kinds("theme-day");
  EXPECT_EQ(ReasonOf(List(request_, &response_)), "PAGE_TOKEN_INVALID");
}

TEST_F(ListActivities, FillsPagesPastWhatIsFilteredOut) {
  request_.set_page_size(1);
  request_.add_kinds("party-class");
  ASSERT_TRUE(List(request_, &response_).ok());
  EXPECT_THAT(Ids(response_), ElementsAre("e"));
  request_.set_page_token(response_.next_page_token());
  ASSERT_TRUE(List(request_, &response_).ok());
  EXPECT_THAT(Ids(response_), ElementsAre("c"));
  EXPECT_EQ(response_.next_page_token(), "");
}

TEST_F(ListActivities, ShowsCancelledOnes) {
  ASSERT_TRUE(world_.Cancel("c", world_.Get("c")->etag()).ok());
  ASSERT_TRUE(List(request_, &response_).ok());
  EXPECT_EQ(response_.activities(3).cancelled_reason(), "重复登记");
}

TEST_F(ListActivities, RefusesWhatItCannotAnswer) {
  *request_.mutable_held_from() = ToProto(CivilDay(2026, 4, 1));
  *request_.mutable_held_to() = ToProto(CivilDay(2026, 3, 31));
  EXPECT_EQ(ReasonOf(List(request_, &response_)), "PERIOD_INVALID");
  request_.mutable_held_to()->set_month(0);
  EXPECT_EQ(ReasonOf(List(request_, &response_)), "DATE_INVALID");
  request_.clear_held_from();
  request_.clear_held_to();
  request_.set_organisation("organisations/nowhere");
  EXPECT_EQ(List(request_, &response_).code(), StatusCode::kNotFound);
  request_.set_organisation("");
  EXPECT_EQ(ReasonOf(List(request_, &response_)), "ORGANISATION_INVALID");
  request_.set_organisation("organisations/branch");
  EXPECT_EQ(List(request_, &response_, kScopedToken).code(), StatusCode::kNotFound);
}

TEST_F(ListActivities, WaitsUntilItSeesWhatWasWrittenElsewhere) {
  request_.set_organisation("organisations/late");
  (*request_.mutable_at_least()->mutable_revisions())["registry"] =
      world_.Organisation("late", ORGANISATION_KIND_BRANCH, "bureau");
  EXPECT_TRUE(List(request_, &response_).ok());
}

}  // namespace
}  // namespace zhibu::activity
