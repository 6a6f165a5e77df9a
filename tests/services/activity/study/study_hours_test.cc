// Study hours, through the API.
#include "services/activity/study/study_hours.h"

#include "gmock/gmock.h"
#include "tests/services/activity/reading.h"

namespace zhibu::activity {
namespace {

using absl::CivilDay;
using absl::StatusCode;
using ::testing::ElementsAre;
using type::v1::ORGANISATION_KIND_BRANCH;
using type::v1::ORGANISATION_KIND_PARTY_GROUP;

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

// Whoever moved stands in one ledger a year, with all hours: that of the last organisation in it.
TEST_F(ListStudyHours, FollowAMemberWhoMoves) {
  world_.Mover("mover", {{"branch", CivilDay(2024, 1, 1)}, {"two", CivilDay(2026, 4, 1)}},
               {{CivilDay(2015, 7, 1), Stage::STAGE_FULL}});
  world_.Settle();
  Studied("s1", CivilDay(2025, 5, 1), 2, {{"mover", v1::PRESENCE_PRESENT}});
  Studied("s2", CivilDay(2026, 3, 31), 4, {{"mover", v1::PRESENCE_PRESENT}});
  Studied("s3", CivilDay(2026, 4, 1), 3, {{"mover", v1::PRESENCE_PRESENT}}, "two");
  using ::testing::Contains;
  using ::testing::HasSubstr;
  using ::testing::Not;
  EXPECT_THAT(*world_.StudyHours("two", 2026), Contains("persons/mover 7/32"));
  EXPECT_THAT(*world_.StudyHours("branch", 2026), Not(Contains(HasSubstr("mover"))));
  EXPECT_THAT(*world_.StudyHours("branch", 2025), Contains("persons/mover 2/32"));
  EXPECT_THAT(*world_.StudyHours("two", 2025), Not(Contains(HasSubstr("mover"))));
}

TEST_F(ListStudyHours, PageOverOneSnapshot) {
  Studied("s1", CivilDay(2026, 1, 1), 8, {{"two-m1", v1::PRESENCE_PRESENT}}, "two");
  v1::ListStudyHoursRequest request;
  request.set_organisation("organisations/two");
  request.set_year(2026);
  auto list = [&](v1::ListStudyHoursResponse* response) {
    response->Clear();
    return Invoke(&v1::ActivityService::Stub::ListStudyHours, world_.stub(), request, response);
  };
  v1::ListStudyHoursResponse whole, page;
  ASSERT_TRUE(list(&whole).ok());
  EXPECT_EQ(whole.study_hours_size(), 3);
  EXPECT_EQ(whole.next_page_token(), "");
  EXPECT_EQ(whole.revision(), 1);
  request.set_page_size(1);
  std::vector<std::string> shown, expected;
  for (const auto& of : whole.study_hours()) expected.push_back(of.SerializeAsString());
  do {
    ASSERT_TRUE(list(&page).ok());
    EXPECT_EQ(page.revision(), 1);
    EXPECT_EQ(page.citation().article(), "第二十条");
    ASSERT_EQ(page.study_hours_size(), 1);
    shown.push_back(page.study_hours(0).SerializeAsString());
    request.set_page_token(page.next_page_token());
    // Recorded while somebody pages: not in these pages.
    Studied(absl::StrCat("late", shown.size()), CivilDay(2026, 2, 1), 1,
            {{"two-m2", v1::PRESENCE_PRESENT}}, "two");
  } while (!request.page_token().empty() && shown.size() < 9);
  EXPECT_EQ(shown, expected);
  request.set_page_token("no token");
  EXPECT_EQ(ReasonOf(list(&page)), "PAGE_TOKEN_INVALID");
}

}  // namespace
}  // namespace zhibu::activity
