// What is owed, through the API.
#include "services/activity/owed/owed.h"

#include "gmock/gmock.h"
#include "tests/services/activity/reading.h"
#include "zhibu/type/v1/owed_item.pb.h"

namespace zhibu::activity {
namespace {

using absl::CivilDay;
using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using type::v1::ORGANISATION_KIND_BRANCH;
using type::v1::ORGANISATION_KIND_PARTY_GROUP;

class ListOwed : public Reading {
 protected:
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
};

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

TEST_F(ListOwed, PagesOverOneSnapshot) {
  Held("m1", "branch-meeting", CivilDay(2026, 10, 9));
  const auto whole = world_.Owed("branch", kToday);
  ASSERT_TRUE(whole.ok());
  EXPECT_EQ(whole->next_page_token(), "");
  EXPECT_EQ(whole->revision(), 1);
  v1::ListOwedRequest request;
  request.set_organisation("organisations/branch");
  *request.mutable_as_of() = ToProto(kToday);
  request.set_page_size(3);
  v1::ListOwedResponse first, second;
  ASSERT_TRUE(Invoke(&v1::ActivityService::Stub::ListOwed, world_.stub(), request, &first).ok());
  EXPECT_EQ(first.items_size(), 3);
  Held("t1", "theme-day", kToday);
  request.set_page_token(first.next_page_token());
  ASSERT_TRUE(Invoke(&v1::ActivityService::Stub::ListOwed, world_.stub(), request, &second).ok());
  EXPECT_EQ(second.next_page_token(), "");
  EXPECT_EQ(second.revision(), first.revision());
  for (const auto& item : second.items()) *first.add_items() = item;
  first.clear_next_page_token();
  EXPECT_EQ(first.SerializeAsString(), whole->SerializeAsString());
  // The token is of this query alone.
  request.set_organisation("organisations/bureau");
  EXPECT_EQ(ReasonOf(Invoke(&v1::ActivityService::Stub::ListOwed, world_.stub(), request, &second)),
            "PAGE_TOKEN_INVALID");
  request.clear_page_token();
  request.set_page_size(-1);
  EXPECT_EQ(ReasonOf(Invoke(&v1::ActivityService::Stub::ListOwed, world_.stub(), request, &second)),
            "PAGE_SIZE_INVALID");
}

}  // namespace
}  // namespace zhibu::activity
