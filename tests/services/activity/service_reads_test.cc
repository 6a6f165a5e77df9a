// Lists, what is owed, and study hours, through the API.
#include <set>

#include "gmock/gmock.h"
#include "tests/services/activity/world.h"
#include "zhibu/type/v1/organisation_kind.pb.h"
#include "zhibu/type/v1/owed_item.pb.h"

namespace zhibu::activity {
namespace {

using absl::CivilDay;
using absl::StatusCode;
using type::v1::ORGANISATION_KIND_BRANCH;
using type::v1::ORGANISATION_KIND_COMMITTEE;
using type::v1::ORGANISATION_KIND_PARTY_GROUP;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Reading : public ::testing::Test {
 protected:
  Reading() {
    world_.Organisation("bureau", ORGANISATION_KIND_COMMITTEE);
    world_.Organisation("branch", ORGANISATION_KIND_BRANCH, "bureau");
    world_.FullMembers("branch", 7);
    world_.Settle();
  }
  void Held(const std::string& id, const std::string& kind, CivilDay day) {
    ASSERT_TRUE(world_.Create(World::Row(id, "branch", kind, day)).ok());
  }
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
  // "kind held/owed state" for each obligation.
  std::vector<std::string> Owed(const std::string& organisation, CivilDay as_of) {
    std::vector<std::string> lines;
    const auto owed = world_.Owed(organisation, as_of);
    EXPECT_TRUE(owed.ok()) << owed.status();
    if (!owed.ok()) return lines;
    for (const type::v1::OwedItem& item : owed->items()) {
      lines.push_back(absl::StrCat(item.kind(), " ", item.held(), "/", item.owed(), " ",
                                   type::v1::OwedState_Name(item.state()).substr(11)));
    }
    return lines;
  }

  World world_;
  v1::ListActivitiesRequest request_;
  v1::ListActivitiesResponse response_;
};

TEST_F(Reading, TellsTheKindsThatThereAre) {
  v1::ListActivityKindsRequest request;
  v1::ListActivityKindsResponse response;
  std::vector<std::string> ids;
  request.set_page_size(2);
  do {
    response.Clear();
    ASSERT_TRUE(Invoke(&v1::ActivityService::Stub::ListActivityKinds, world_.stub(), request,
                       &response)
                    .ok());
    for (const v1::ActivityKind& kind : response.kinds()) {
      ids.push_back(kind.id());
      EXPECT_FALSE(kind.title().empty());
      EXPECT_GT(kind.organisation_kinds_size(), 0) << kind.id();
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(ids, ::testing::IsSupersetOf({"branch-meeting", "committee-meeting", "party-class",
                                            "theme-day", "group-meeting"}));
}

class ListActivities : public Reading {
 protected:
  ListActivities() {
    request_.set_organisation("organisations/branch");
    Held("b", "theme-day", CivilDay(2026, 3, 5));
    Held("a", "theme-day", CivilDay(2026, 3, 5));
    Held("e", "party-class", CivilDay(2026, 1, 31));
    Held("d", "theme-day", CivilDay(2026, 4, 1));
    Held("c", "party-class", CivilDay(2026, 3, 31));
  }
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

TEST_F(Reading, WaitsUntilItSeesWhatWasWrittenElsewhere) {
  request_.set_organisation("organisations/late");
  (*request_.mutable_at_least()->mutable_revisions())["registry"] =
      world_.Organisation("late", ORGANISATION_KIND_BRANCH, "bureau");
  EXPECT_TRUE(List(request_, &response_).ok());
}

class ListOwed : public Reading {};

TEST_F(ListOwed, NamesPeriodTitleAndRule) {
  Held("m1", "branch-meeting", CivilDay(2026, 10, 9));
  const auto owed = world_.Owed("branch", kToday);
  ASSERT_TRUE(owed.ok());
  const type::v1::OwedItem& item = owed->items(0);
  EXPECT_EQ(item.organisation(), "organisations/branch");
  EXPECT_EQ(item.title(), "支部党员大会");
  EXPECT_EQ(*FromProto(item.period_from()), CivilDay(2026, 10, 1));
  EXPECT_EQ(*FromProto(item.due_on()), CivilDay(2026, 12, 31));
  EXPECT_EQ(item.citation().article(), "第十一条");
  EXPECT_THAT(Owed("branch", kToday),
              ElementsAre("branch-meeting 1/1 DONE", "committee-meeting 0/1 OWED",
                          "party-class 0/1 OWED", "theme-day 0/1 OWED"));
}

TEST_F(ListOwed, LooksAtTodayWhereNoDayIsGiven) {
  v1::ListOwedRequest request;
  request.set_organisation("organisations/branch");
  v1::ListOwedResponse response;
  ASSERT_TRUE(Invoke(&v1::ActivityService::Stub::ListOwed, world_.stub(), request, &response).ok());
  EXPECT_EQ(response.SerializeAsString(), world_.Owed("branch", kToday)->SerializeAsString());
  request.mutable_as_of()->set_year(2026);
  EXPECT_EQ(
      ReasonOf(Invoke(&v1::ActivityService::Stub::ListOwed, world_.stub(), request, &response)),
      "DATE_INVALID");
}

TEST_F(ListOwed, CountsOnTheDaysOnWhichAPeriodBeginsAndEnds) {
  Held("t", "theme-day", CivilDay(2026, 6, 30));
  Held("m", "branch-meeting", CivilDay(2026, 4, 1));
  auto theme = [&](CivilDay day) { return Owed("branch", day)[3]; };
  auto meeting = [&](CivilDay day) { return Owed("branch", day)[0]; };
  EXPECT_EQ(theme(CivilDay(2026, 5, 31)), "theme-day 0/1 MISSING");
  EXPECT_EQ(theme(CivilDay(2026, 6, 1)), "theme-day 1/1 DONE");
  EXPECT_EQ(theme(CivilDay(2026, 6, 30)), "theme-day 1/1 DONE");
  EXPECT_EQ(theme(CivilDay(2026, 7, 1)), "theme-day 0/1 MISSING");
  EXPECT_EQ(meeting(CivilDay(2026, 3, 31)), "branch-meeting 0/1 MISSING");
  EXPECT_EQ(meeting(CivilDay(2026, 4, 1)), "branch-meeting 1/1 DONE");
  EXPECT_EQ(meeting(CivilDay(2026, 6, 30)), "branch-meeting 1/1 DONE");
  EXPECT_EQ(meeting(CivilDay(2026, 7, 1)), "branch-meeting 0/1 MISSING");
}

TEST_F(ListOwed, IsMissingFromTheDayAfterThePeriod) {
  world_.clock().SetToday(CivilDay(2026, 11, 30));
  EXPECT_EQ(Owed("branch", CivilDay(2026, 11, 30))[3], "theme-day 0/1 OWED");
  world_.clock().SetToday(CivilDay(2026, 12, 1));
  EXPECT_EQ(Owed("branch", CivilDay(2026, 11, 30))[3], "theme-day 0/1 MISSING");
  EXPECT_EQ(Owed("branch", CivilDay(2026, 12, 1))[3], "theme-day 0/1 OWED");
}

TEST_F(ListOwed, CountsNoCancelledOnes) {
  Held("t1", "theme-day", CivilDay(2026, 10, 2));
  Held("m1", "branch-meeting", CivilDay(2026, 10, 2));
  Held("m2", "branch-meeting", CivilDay(2026, 11, 2));
  ASSERT_TRUE(world_.Cancel("t1", world_.Get("t1")->etag()).ok());
  ASSERT_TRUE(world_.Cancel("m1", world_.Get("m1")->etag()).ok());
  EXPECT_EQ(Owed("branch", CivilDay(2026, 10, 31))[3], "theme-day 0/1 MISSING");
  EXPECT_EQ(Owed("branch", CivilDay(2026, 11, 30))[0], "branch-meeting 1/1 DONE");
}

TEST_F(ListOwed, AsksCommitteeMeetingsOfSevenFullMembersOrMore) {
  world_.Person("branch-m7", "branch",
                {{CivilDay(2015, 7, 1), Stage::STAGE_PROBATIONARY},
                 {CivilDay(2026, 5, 10), Stage::STAGE_FULL}});
  world_.Settle();
  EXPECT_EQ(Owed("branch", CivilDay(2026, 5, 9)).size(), 3u);
  EXPECT_EQ(Owed("branch", CivilDay(2026, 5, 10)).size(), 4u);
}

TEST_F(ListOwed, AsksNothingForPeriodsInWhichTheOrganisationExistedOnlyInPart) {
  world_.Organisation("brief", ORGANISATION_KIND_BRANCH, "bureau", CivilDay(2026, 2, 1),
                      CivilDay(2026, 10, 1));
  world_.Settle();
  EXPECT_THAT(Owed("brief", CivilDay(2026, 1, 31)), IsEmpty());
  EXPECT_THAT(Owed("brief", CivilDay(2026, 2, 1)), ElementsAre("theme-day 0/1 MISSING"));
  EXPECT_THAT(Owed("brief", CivilDay(2026, 9, 30)).size(), 3u);
  EXPECT_THAT(Owed("brief", CivilDay(2026, 10, 1)), IsEmpty());
}

TEST_F(ListOwed, AsksGroupMeetingsOfGroupsAndNothingOfCommittees) {
  world_.Organisation("group", ORGANISATION_KIND_PARTY_GROUP, "branch");
  world_.Settle();
  EXPECT_THAT(Owed("group", kToday), ElementsAre("group-meeting 0/1 OWED"));
  EXPECT_THAT(Owed("bureau", kToday), IsEmpty());
  EXPECT_EQ(world_.Owed("nowhere", kToday).status().code(), StatusCode::kNotFound);
}

class ListStudyHours : public Reading {
 protected:
  void Studied(const std::string& id, CivilDay day, int hours,
               std::vector<std::pair<std::string, v1::Presence>> people,
               const std::string& organisation = "branch", const std::string& kind = "theme-day") {
    auto row = World::Row(id, organisation, kind, day);
    row.mutable_activity()->set_study_hours(hours);
    for (const auto& [person, presence] : people) World::Attend(row, person, presence);
    const absl::Status status = world_.Create(row);
    ASSERT_TRUE(status.ok()) << status;
  }
  ListStudyHours() {
    world_.Organisation("two", ORGANISATION_KIND_BRANCH, "bureau");
    world_.Organisation("group", ORGANISATION_KIND_PARTY_GROUP, "two");
    world_.FullMembers("two", 2);
    world_.Person("two-new", "two", {{CivilDay(2026, 6, 1), Stage::STAGE_PROBATIONARY}});
    world_.Settle();
  }
};

TEST_F(ListStudyHours, AddsUpWhereAMemberWasPresent) {
  Studied("s1", CivilDay(2026, 1, 1), 8, {{"two-m1", v1::PRESENCE_PRESENT}}, "two");
  Studied("s2", CivilDay(2026, 3, 1), 2,
          {{"two-m1", v1::PRESENCE_PRESENT}, {"two-m2", v1::PRESENCE_ABSENT}}, "two");
  Studied("s3", CivilDay(2026, 4, 1), 3, {{"two-m2", v1::PRESENCE_PRESENT}}, "group",
          "group-meeting");
  Studied("s4", CivilDay(2025, 12, 31), 4, {{"two-m1", v1::PRESENCE_PRESENT}}, "two");
  EXPECT_THAT(*world_.StudyHours("two", 2026),
              ElementsAre("persons/two-m1 10/32", "persons/two-m2 3/32", "persons/two-new 0/32"));
  EXPECT_THAT(*world_.StudyHours("two", 2025),
              ElementsAre("persons/two-m1 4/32", "persons/two-m2 0/32"));
  EXPECT_EQ(*world_.StudyHours("group", 2026), *world_.StudyHours("two", 2026));
}

TEST_F(ListStudyHours, CountsFromTheFirstDayOfMembership) {
  Studied("s1", CivilDay(2026, 5, 31), 4, {{"two-new", v1::PRESENCE_PRESENT}}, "two");
  Studied("s2", CivilDay(2026, 6, 1), 1, {{"two-new", v1::PRESENCE_PRESENT}}, "two");
  EXPECT_EQ(world_.StudyHours("two", 2026)->at(2), "persons/two-new 1/32");
}

TEST_F(ListStudyHours, CountsNoCancelledOnes) {
  Studied("s1", CivilDay(2026, 1, 1), 8, {{"two-m1", v1::PRESENCE_PRESENT}}, "two");
  ASSERT_TRUE(world_.Cancel("s1", world_.Get("s1")->etag()).ok());
  EXPECT_EQ(world_.StudyHours("two", 2026)->front(), "persons/two-m1 0/32");
}

TEST_F(ListStudyHours, CitesTheRuleAndRefusesAWrongYear) {
  v1::ListStudyHoursRequest request;
  request.set_organisation("organisations/two");
  request.set_year(2026);
  v1::ListStudyHoursResponse response;
  ASSERT_TRUE(
      Invoke(&v1::ActivityService::Stub::ListStudyHours, world_.stub(), request, &response).ok());
  EXPECT_EQ(response.citation().article(), "第二十条");
  EXPECT_EQ(response.citation().mark(), type::v1::MARK_CONFIRMED);
  EXPECT_EQ(ReasonOf(world_.StudyHours("two", 26).status()), "YEAR_INVALID");
  EXPECT_EQ(world_.StudyHours("nowhere", 2026).status().code(), StatusCode::kNotFound);
}

}  // namespace
}  // namespace zhibu::activity
