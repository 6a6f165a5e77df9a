#include "services/activity/rules/activities.h"

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace zhibu::activity {
namespace {

using absl::CivilDay;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const CivilDay kDay(2026, 5, 20);

std::vector<std::string> Reasons(const std::vector<Violation>& violations) {
  std::vector<std::string> reasons;
  for (const Violation& violation : violations) reasons.push_back(violation.reason);
  return reasons;
}

Person Since(CivilDay registered_on, std::vector<DatedStanding> standings) {
  Person person;
  person.registered_on = registered_on;
  person.standings = std::move(standings);
  return person;
}

v1::CreateActivityRequest Row() {
  v1::CreateActivityRequest row;
  row.set_activity_id("a1");
  v1::Activity& activity = *row.mutable_activity();
  activity.set_organisation("organisations/branch");
  activity.set_kind("party-class");
  *activity.mutable_date() = ToProto(kDay);
  activity.set_topic("学习");
  return row;
}

void Attend(v1::CreateActivityRequest& row, const std::string& person,
            v1::Presence presence = v1::PRESENCE_PRESENT) {
  v1::Attendance& attendance = *row.mutable_activity()->add_attendances();
  attendance.set_person(person);
  attendance.set_presence(presence);
}

TEST(Standing, ChangesOnTheFirstDayOfAStage) {
  const Person person =
      Since(CivilDay(2020, 1, 1), {{CivilDay(2024, 3, 1), Standing::kNotMember},
                                   {CivilDay(2025, 6, 10), Standing::kProbationary},
                                   {CivilDay(2026, 6, 10), Standing::kFull},
                                   {CivilDay(2027, 1, 1), Standing::kEnded}});
  EXPECT_EQ(StandingOn(person, CivilDay(2025, 6, 9)), Standing::kNotMember);
  EXPECT_EQ(StandingOn(person, CivilDay(2025, 6, 10)), Standing::kProbationary);
  EXPECT_EQ(StandingOn(person, CivilDay(2026, 6, 9)), Standing::kProbationary);
  EXPECT_EQ(StandingOn(person, CivilDay(2026, 6, 10)), Standing::kFull);
  EXPECT_TRUE(IsMemberOn(person, CivilDay(2026, 12, 31)));
  EXPECT_FALSE(IsMemberOn(person, CivilDay(2027, 1, 1)));
  EXPECT_FALSE(BelongsOn(person, CivilDay(2027, 1, 1)));
}

TEST(Standing, LetsAnActivistTakePartOnceRegistered) {
  const Person person = Since(CivilDay(2026, 5, 20), {});
  EXPECT_FALSE(BelongsOn(person, CivilDay(2026, 5, 19)));
  EXPECT_TRUE(BelongsOn(person, CivilDay(2026, 5, 20)));
}

TEST(Standing, LetsAMemberTakePartBeforeTheBooksWereOpened) {
  const Person person = Since(CivilDay(2026, 9, 1), {{CivilDay(1998, 7, 1), Standing::kFull}});
  EXPECT_TRUE(BelongsOn(person, CivilDay(2026, 1, 5)));
  EXPECT_FALSE(BelongsOn(person, CivilDay(1998, 6, 30)));
}

TEST(Stays, DecideWhereAPersonBelongs) {
  Person person = Since(CivilDay(2020, 1, 1), {{CivilDay(2015, 7, 1), Standing::kFull}});
  // Here, elsewhere, here again, and then in no books.
  person.stays = {{kNoStart, CivilDay(2021, 1, 1), true},
                  {CivilDay(2021, 1, 1), CivilDay(2022, 1, 1), false},
                  {CivilDay(2022, 1, 1), CivilDay(2023, 1, 1), true}};
  const struct {
    CivilDay day;
    bool here;
  } cases[] = {{CivilDay(2016, 1, 1), true},  {CivilDay(2020, 12, 31), true},
               {CivilDay(2021, 1, 1), false}, {CivilDay(2021, 12, 31), false},
               {CivilDay(2022, 1, 1), true},  {CivilDay(2022, 12, 31), true},
               {CivilDay(2023, 1, 1), false}};
  for (const auto& [day, here] : cases) {
    EXPECT_EQ(BelongsOn(person, day), here) << FormatDate(day);
    EXPECT_EQ(MembersOn({{"p", person}}, day), here ? 1 : 0) << FormatDate(day);
    EXPECT_EQ(FullMembersOn({{"p", person}}, day), here ? 1 : 0) << FormatDate(day);
    EXPECT_TRUE(IsMemberOn(person, day)) << FormatDate(day);
  }
  auto in = [&](int year) {
    return KeptLastDuring(person, CivilDay(year, 1, 1), CivilDay(year + 1, 1, 1));
  };
  EXPECT_TRUE(in(2019));
  EXPECT_TRUE(in(2020));
  EXPECT_FALSE(in(2021));
  EXPECT_TRUE(in(2022));
  EXPECT_FALSE(in(2023));
}

TEST(WasMemberDuring, HoldsForOneDayOfThePeriod) {
  const Person person = Since(CivilDay(2020, 1, 1), {{CivilDay(2025, 12, 31), Standing::kFull},
                                                     {CivilDay(2027, 1, 1), Standing::kEnded}});
  auto in = [&](int year) {
    return WasMemberDuring(person, CivilDay(year, 1, 1), CivilDay(year + 1, 1, 1));
  };
  EXPECT_FALSE(in(2024));
  EXPECT_TRUE(in(2025));
  EXPECT_TRUE(in(2026));
  EXPECT_FALSE(in(2027));
}

TEST(CheckForm, AcceptsASoundRow) { EXPECT_THAT(CheckForm(Row(), ""), IsEmpty()); }

TEST(CheckForm, NamesEveryFieldAtFault) {
  struct Case {
    std::function<void(v1::CreateActivityRequest&)> spoil;
    const char *reason, *subject, *says;
  };
  auto long_topic = [](int characters) {
    std::string topic;
    for (int i = 0; i < characters; ++i) topic += "学";
    return topic;
  };
  const Case cases[] = {
      {[](auto& r) { r.set_activity_id("1a"); }, "ACTIVITY_ID_INVALID", "activity_id", "小写字母"},
      {[](auto& r) { r.mutable_activity()->set_organisation("branch"); }, "ORGANISATION_INVALID",
       "activity.organisation", "organisations/"},
      {[](auto& r) { r.mutable_activity()->clear_kind(); }, "KIND_INVALID", "activity.kind",
       "活动类别"},
      {[](auto& r) { r.mutable_activity()->clear_date(); }, "DATE_INVALID", "activity.date",
       "完整"},
      {[](auto& r) { r.mutable_activity()->mutable_date()->set_month(13); }, "DATE_INVALID",
       "activity.date", "存在"},
      {[](auto& r) { *r.mutable_activity()->mutable_date() = ToProto(kNoEnd); }, "DATE_INVALID",
       "activity.date", "存在"},
      {[](auto& r) { r.mutable_activity()->set_topic(" \n"); }, "TOPIC_INVALID", "activity.topic",
       "必填"},
      {[](auto& r) { r.mutable_activity()->set_topic("一\n二"); }, "TOPIC_INVALID",
       "activity.topic", "一行"},
      {[&](auto& r) { r.mutable_activity()->set_topic(long_topic(201)); }, "TOPIC_INVALID",
       "activity.topic", "200"},
      {[](auto& r) { r.mutable_activity()->set_study_hours(9); }, "STUDY_HOURS_INVALID",
       "activity.study_hours", "0–8"},
      {[](auto& r) { r.mutable_activity()->set_study_hours(-1); }, "STUDY_HOURS_INVALID",
       "activity.study_hours", "0–8"},
      {[](auto& r) { r.mutable_activity()->set_host("someone"); }, "HOST_INVALID", "activity.host",
       "persons/"},
      {[](auto& r) { r.mutable_activity()->set_guests(10001); }, "GUESTS_INVALID",
       "activity.guests", "10000"},
      {[](auto& r) { Attend(r, "p1"); }, "ATTENDEE_INVALID", "activity.attendances[0].person",
       "第1条"},
      {[](auto& r) { Attend(r, "persons/p1", v1::PRESENCE_UNSPECIFIED); }, "PRESENCE_REQUIRED",
       "activity.attendances[0].presence", "第1条"},
  };
  for (const Case& c : cases) {
    v1::CreateActivityRequest row = Row();
    c.spoil(row);
    const auto violations = CheckForm(row, "requests[4]");
    ASSERT_THAT(Reasons(violations), ElementsAre(c.reason));
    EXPECT_EQ(violations[0].subject, absl::StrCat("requests[4].", c.subject));
    EXPECT_THAT(violations[0].message, HasSubstr(c.says));
  }
  v1::CreateActivityRequest longest = Row();
  longest.mutable_activity()->set_topic(long_topic(200));
  EXPECT_THAT(CheckForm(longest, ""), IsEmpty());
}

TEST(CheckForm, WantsNameEtagAndReasonOfACancellation) {
  const auto violations = CheckForm(v1::CancelActivityRequest());
  EXPECT_THAT(Reasons(violations), ElementsAre("NAME_INVALID", "ETAG_REQUIRED", "REASON_INVALID"));
}

class Judging : public ::testing::Test {
 protected:
  Judging() {
    kind_.id = "party-class";
    kind_.title = "党课";
    kind_.organisation_kinds = {"BRANCH"};
    kind_.max_study_hours = 4;
    kind_.citation.document = "中国共产党支部工作条例（试行）";
    kind_.citation.article = "第十一条";
    kind_.citation.mark = 'C';
    people_["full"] = Since(CivilDay(2020, 1, 1), {{CivilDay(2010, 7, 1), Standing::kFull}});
    people_["new"] = Since(CivilDay(2020, 1, 1), {{kDay, Standing::kProbationary}});
    people_["activist"] =
        Since(CivilDay(2024, 1, 1), {{CivilDay(2025, 1, 1), Standing::kNotMember}});
    people_["left"] = Since(CivilDay(2020, 1, 1), {{CivilDay(2015, 7, 1), Standing::kFull},
                                                   {CivilDay(2026, 1, 1), Standing::kEnded}});
    situation_.kind = &kind_;
    situation_.organisation = Organisation{"BRANCH", CivilDay(2015, 1, 1), CivilDay(2026, 6, 1)};
    situation_.people = &people_;
    situation_.today = kDay;
  }
  std::vector<Violation> JudgeRow() { return Judge(row_.activity(), situation_, ""); }
  void On(CivilDay day) { *row_.mutable_activity()->mutable_date() = ToProto(day); }

  ActivityKind kind_;
  People people_;
  Situation situation_;
  v1::CreateActivityRequest row_ = Row();
};

TEST_F(Judging, AcceptsMembersAndActivistsOfTheOrganisation) {
  row_.mutable_activity()->set_study_hours(4);
  for (const char* id : {"persons/full", "persons/new", "persons/activist"}) Attend(row_, id);
  EXPECT_THAT(JudgeRow(), IsEmpty());
}

TEST_F(Judging, RefusesTomorrowAndSaysFromWhenOn) {
  On(kDay + 1);
  const auto violations = JudgeRow();
  ASSERT_THAT(Reasons(violations), ElementsAre("DATE_IN_FUTURE"));
  EXPECT_EQ(violations[0].earliest, kDay + 1);
}

TEST_F(Judging, RefusesAKindThatIsNotInTheCatalogue) {
  situation_.kind = nullptr;
  EXPECT_THAT(Reasons(JudgeRow()), ElementsAre("KIND_UNKNOWN"));
}

TEST_F(Judging, RefusesAKindThatIsNotForTheOrganisationAndCitesTheRule) {
  situation_.organisation->kind = "COMMITTEE";
  const auto violations = JudgeRow();
  ASSERT_THAT(Reasons(violations), ElementsAre("KIND_NOT_FOR_ORGANISATION"));
  EXPECT_EQ(violations[0].citation.article(), "第十一条");
  EXPECT_EQ(violations[0].citation.mark(), type::v1::MARK_CONFIRMED);
}

TEST_F(Judging, RefusesMoreHoursThanTheKindEarns) {
  row_.mutable_activity()->set_study_hours(5);
  EXPECT_THAT(Reasons(JudgeRow()), ElementsAre("STUDY_HOURS_ABOVE_KIND"));
  kind_.max_study_hours = 0;
  row_.mutable_activity()->set_study_hours(1);
  const auto violations = JudgeRow();
  ASSERT_THAT(Reasons(violations), ElementsAre("STUDY_HOURS_ABOVE_KIND"));
  EXPECT_THAT(violations[0].message, HasSubstr("不计学时"));
}

TEST_F(Judging, RefusesAnOrganisationOutsideItsLifeWithoutBlamingEverybodyWhoCame) {
  Attend(row_, "persons/full");
  situation_.today = CivilDay(2027, 1, 1);
  On(CivilDay(2014, 12, 31));
  EXPECT_THAT(Reasons(JudgeRow()), ElementsAre("ORGANISATION_NOT_THERE"));
  On(CivilDay(2015, 1, 1));
  EXPECT_THAT(JudgeRow(), IsEmpty());
  On(CivilDay(2026, 5, 31));
  EXPECT_THAT(JudgeRow(), IsEmpty());
  On(CivilDay(2026, 6, 1));
  EXPECT_THAT(Reasons(JudgeRow()), ElementsAre("ORGANISATION_NOT_THERE"));
  situation_.organisation.reset();
  EXPECT_THAT(Reasons(JudgeRow()), ElementsAre("ORGANISATION_NOT_THERE"));
}

TEST_F(Judging, RefusesThoseWhoDoNotBelongAndNamesThemByPlaceAlone) {
  for (const char* id : {"persons/full", "persons/stranger", "persons/left"}) Attend(row_, id);
  const auto violations = JudgeRow();
  ASSERT_THAT(Reasons(violations),
              ElementsAre("ATTENDEE_NOT_OF_ORGANISATION", "ATTENDEE_NOT_OF_ORGANISATION"));
  EXPECT_EQ(violations[0].subject, "activity.attendances[1].person");
  EXPECT_EQ(violations[1].subject, "activity.attendances[2].person");
  for (const Violation& violation : violations) {
    EXPECT_THAT(violation.message, ::testing::Not(HasSubstr("stranger")));
    EXPECT_THAT(violation.message, ::testing::Not(HasSubstr("left")));
  }
}

TEST_F(Judging, RefusesAnybodyWhereNobodyIsKept) {
  situation_.people = nullptr;
  Attend(row_, "persons/full");
  EXPECT_THAT(Reasons(JudgeRow()), ElementsAre("ATTENDEE_NOT_OF_ORGANISATION"));
}

TEST_F(Judging, RefusesThoseWhoAreNamedTwice) {
  Attend(row_, "persons/full");
  Attend(row_, "persons/full", v1::PRESENCE_ABSENT);
  const auto violations = JudgeRow();
  ASSERT_THAT(Reasons(violations), ElementsAre("ATTENDEE_TWICE"));
  EXPECT_EQ(violations[0].subject, "activity.attendances[1].person");
}

TEST_F(Judging, AnswersEverythingThatIsWrongAtOnce) {
  On(kDay + 30);
  row_.mutable_activity()->set_study_hours(8);
  Attend(row_, "persons/full");
  Attend(row_, "persons/full");
  situation_.organisation->kind = "COMMITTEE";
  EXPECT_THAT(Reasons(JudgeRow()), ElementsAre("DATE_IN_FUTURE", "STUDY_HOURS_ABOVE_KIND",
                                               "ORGANISATION_NOT_THERE", "ATTENDEE_TWICE"));
}

TEST_F(Judging, CountsMembersAloneInTheFigures) {
  Attend(row_, "persons/full");
  Attend(row_, "persons/new", v1::PRESENCE_ON_LEAVE);
  Attend(row_, "persons/activist");
  SetFigures(people_, *row_.mutable_activity());
  EXPECT_EQ(row_.activity().should_attend(), 2);
  EXPECT_EQ(row_.activity().present(), 1);
  On(kDay - 1);
  SetFigures(people_, *row_.mutable_activity());
  EXPECT_EQ(row_.activity().should_attend(), 1);
}

TEST_F(Judging, CountsFullMembersWithoutProbationers) {
  EXPECT_EQ(MembersOn(people_, kDay), 2);
  EXPECT_EQ(FullMembersOn(people_, kDay), 1);
  EXPECT_EQ(FullMembersOn(people_, CivilDay(2025, 12, 31)), 2);
}

}  // namespace
}  // namespace zhibu::activity
