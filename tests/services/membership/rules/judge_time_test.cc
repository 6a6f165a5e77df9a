// Deadlines, notices in working days and clamped months, on the day itself and the day after.
#include "common/base/civil.h"
#include "services/membership/data/load_calendars.h"
#include "services/membership/rules/forecast.h"
#include "services/membership/rules/proof.h"
#include "tests/services/membership/rules/judge_fixture.h"

namespace zhibu::membership {
namespace {

using absl::CivilDay;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class JudgeTimeTest : public JudgeTest {};
INSTANTIATE_TEST_SUITE_P(BothTexts, JudgeTimeTest, kBothTexts, VersionName);

TEST_P(JudgeTimeTest, RefusesApprovalAfterMoreThanSixMonths) {
  const v1::Step approval = WalkTo(v1::STEP_KIND_ADMISSION_APPROVAL);
  const CivilDay meeting = AddMonths(start_, 12), last = AddMonths(meeting, 6);
  ExpectWarned(On(approval, last), "APPROVAL_LATE", "D13");
  const Violation refusal = ExpectRefused(On(approval, last + 1), "APPROVAL_TOO_LATE", "D13");
  EXPECT_FALSE(refusal.earliest.has_value());
  EXPECT_THAT(refusal.message, HasSubstr("重新召开支部大会"));
  EXPECT_THAT(refusal.message, HasSubstr(FormatDate(last)));
}

TEST_P(JudgeTimeTest, OnlyWarnsOfALateApprovalOfConversion) {
  const v1::Step approval = WalkTo(v1::STEP_KIND_CONVERSION_APPROVAL);
  const CivilDay meeting = AddMonths(start_, 24);
  ExpectAccepted(On(approval, AddMonths(meeting, 3)));
  ExpectWarned(On(approval, AddMonths(meeting, 3) + 1), "CONVERSION_APPROVAL_LATE", "D13");
  ExpectWarned(On(approval, AddMonths(meeting, 9)), "CONVERSION_APPROVAL_LATE", "D13");
}

TEST_P(JudgeTimeTest, WarnsOfWhoLeavesWithinThreeMonthsOfThePreReview) {
  v1::Step review = WalkTo(v1::STEP_KIND_PRE_REVIEW);
  const CivilDay day = *FromProto(review.date());
  auto& leaving = *review.mutable_pre_review()->mutable_leaving_on();
  leaving = ToProto(AddMonths(day, 3) + 1);
  ExpectAccepted(review);
  leaving = ToProto(AddMonths(day, 3));
  const Violation warning = ExpectWarned(review, "LEAVING_SOON", "D11");
  EXPECT_EQ(warning.subject, "step.pre_review.leaving_on");
  EXPECT_EQ(warning.citation.article(), set_.id() == "cpc-2014" ? "第十九条" : "第十八条");
  leaving = ToProto(day);
  ExpectWarned(review, "LEAVING_SOON", "D11");
}

TEST_P(JudgeTimeTest, WarnsOfADevelopmentObjectWhoseLastHalfYearWasNotInspected) {
  const v1::Step step = WalkTo(v1::STEP_KIND_OBJECT_DETERMINATION);
  // The last inspection was in the second half-year, so the third is the next to have one.
  ExpectAccepted(On(step, AddMonths(start_, 18)));
  ExpectWarned(On(step, AddMonths(start_, 18) + 1), "INSPECTION_LATE", "D04");
}

TEST_P(JudgeTimeTest, AsksForANoticeOnlyByTheNewText) {
  v1::Step step = WalkTo(v1::STEP_KIND_OBJECT_DETERMINATION);
  step.mutable_object_determination()->Clear();
  if (set_.id() == "cpc-2014") return ExpectAccepted(step);
  const Violation warning = ExpectWarned(step, "NOTICE_TOO_SHORT", "D09");
  EXPECT_EQ(warning.subject, "step.object_determination.notice_from");
  EXPECT_FALSE(warning.earliest.has_value());
}

const Calendar& Shipped() {
  static const Calendar* const calendar =
      new Calendar(LoadCalendars(ZHIBU_SOURCE_DIR "/services/membership/data/calendars").value());
  return *calendar;
}

struct NoticeCase {
  const char* what;
  CivilDay from, fifth;     // the first and the fifth working day of the notice
  bool provisional;         // with the calendars that ship: 2025 and 2026
  CivilDay fifth_unloaded;  // with none
};
const NoticeCase kNotices[] = {
    {"Monday to Friday", CivilDay(2026, 6, 1), CivilDay(2026, 6, 5), false, CivilDay(2026, 6, 5)},
    {"over a weekend", CivilDay(2026, 6, 3), CivilDay(2026, 6, 9), false, CivilDay(2026, 6, 9)},
    {"from a Saturday", CivilDay(2026, 6, 6), CivilDay(2026, 6, 12), false, CivilDay(2026, 6, 12)},
    {"a holiday of three days", CivilDay(2026, 6, 17), CivilDay(2026, 6, 24), false,
     CivilDay(2026, 6, 23)},
    {"a Sunday that is worked", CivilDay(2026, 9, 20), CivilDay(2026, 9, 24), false,
     CivilDay(2026, 9, 25)},
    {"a holiday and a worked Saturday", CivilDay(2026, 9, 29), CivilDay(2026, 10, 10), false,
     CivilDay(2026, 10, 5)},
    {"over the year's end", CivilDay(2025, 12, 29), CivilDay(2026, 1, 5), false,
     CivilDay(2026, 1, 2)},
    {"over the end of February", CivilDay(2026, 2, 24), CivilDay(2026, 2, 28), false,
     CivilDay(2026, 3, 2)},
    {"into a year that is not loaded", CivilDay(2026, 12, 28), CivilDay(2027, 1, 1), true,
     CivilDay(2027, 1, 1)},
    {"in a year that is not loaded", CivilDay(2028, 2, 28), CivilDay(2028, 3, 3), true,
     CivilDay(2028, 3, 3)},
};

class NoticeTest : public ::testing::TestWithParam<NoticeCase> {
 protected:
  // What rule D09 of 2026 finds of a step 7 on `date`, and whether it counted provisionally.
  std::vector<Unmet> Find(CivilDay from, CivilDay to, CivilDay date, const Calendar* calendar) {
    v1::Step step = MakeStep(v1::STEP_KIND_OBJECT_DETERMINATION, date);
    *step.mutable_object_determination()->mutable_notice_from() = ToProto(from);
    *step.mutable_object_determination()->mutable_notice_until() = ToProto(to);
    CaseFacts facts;
    rows::Progress progress;
    Stages stages;
    facts.progress = &progress;
    facts.stages = &stages;
    facts.calendar = calendar;
    const RuleSet& set = *ShippedRuleSets().Find("cpc-2026");
    const ProposedStep proposed{&step, date, date, "step"};
    const Judgement judgement = Judge(set, facts, proposed);
    provisional_ = ProofOf(facts, judgement, date).calendar_provisional();
    for (const rules::Rule* rule : set.RulesOf(v1::STEP_KIND_OBJECT_DETERMINATION)) {
      if (rule->has_public_notice()) return FindUnmet(*rule, set, facts, proposed);
    }
    ADD_FAILURE() << "no D09";
    return {};
  }
  void ExpectFifth(CivilDay from, CivilDay fifth, const Calendar* calendar, bool provisional) {
    EXPECT_THAT(Find(from, fifth, fifth + 1, calendar), IsEmpty());
    EXPECT_EQ(provisional_, provisional);
    const auto early = Find(from, fifth, fifth, calendar);
    ASSERT_EQ(early.size(), 1u);
    EXPECT_EQ(early[0].earliest, fifth + 1);
    const auto short_by_one = Find(from, fifth - 1, fifth + 1, calendar);
    ASSERT_EQ(short_by_one.size(), 1u);
    EXPECT_FALSE(short_by_one[0].earliest.has_value());
    EXPECT_THAT(short_by_one[0].note, HasSubstr("至少须公示到 " + FormatDate(fifth)));
    EXPECT_THAT(
        short_by_one[0].note,
        provisional ? HasSubstr("暂定") : ::testing::Matcher<std::string>(Not(HasSubstr("暂定"))));
  }
  bool provisional_ = false;
};
INSTANTIATE_TEST_SUITE_P(Days, NoticeTest, ::testing::ValuesIn(kNotices));

TEST_P(NoticeTest, LastsFiveWorkingDays) {
  SCOPED_TRACE(GetParam().what);
  ExpectFifth(GetParam().from, GetParam().fifth, &Shipped(), GetParam().provisional);
}

TEST_P(NoticeTest, IsCountedMondayToFridayWithoutACalendar) {
  SCOPED_TRACE(GetParam().what);
  const Calendar none;
  ExpectFifth(GetParam().from, GetParam().fifth_unloaded, &none, true);
  ExpectFifth(GetParam().from, GetParam().fifth_unloaded, nullptr, true);
}

// Month ends, leap days and year ends: a month's end that the later month lacks is its last day.
struct Clamped {
  CivilDay from;
  int months;
  CivilDay day;
};
const Clamped kClamped[] = {
    {CivilDay(2024, 2, 29), 12, CivilDay(2025, 2, 28)},
    {CivilDay(2023, 2, 28), 12, CivilDay(2024, 2, 28)},
    {CivilDay(2024, 1, 31), 1, CivilDay(2024, 2, 29)},
    {CivilDay(2025, 1, 31), 1, CivilDay(2025, 2, 28)},
    {CivilDay(2025, 12, 31), 1, CivilDay(2026, 1, 31)},
    {CivilDay(2025, 11, 30), 3, CivilDay(2026, 2, 28)},
    {CivilDay(2023, 11, 30), 3, CivilDay(2024, 2, 29)},
    {CivilDay(2025, 8, 31), 6, CivilDay(2026, 2, 28)},
    {CivilDay(2025, 10, 31), 6, CivilDay(2026, 4, 30)},
    {CivilDay(2025, 12, 1), 1, CivilDay(2026, 1, 1)},
};

TEST(ClampedMonths, BindOnTheLastDayOfTheMonth) {
  const RuleSet& set = *ShippedRuleSets().Find("cpc-2014");
  for (const Clamped& one : kClamped) {
    SCOPED_TRACE(FormatDate(one.from));
    rows::Progress progress;
    Stages stages;
    CaseFacts facts;
    facts.progress = &progress;
    facts.stages = &stages;
    const auto unmet = [&](const rules::Rule& rule, CivilDay day) {
      const v1::Step step = MakeStep(v1::STEP_KIND_TALK, day);
      return FindUnmet(rule, set, facts, {&step, day, day, "step"});
    };
    Advance(MakeStep(v1::STEP_KIND_APPLICATION, one.from), progress);
    rules::Rule since, deadline;
    since.mutable_months_since()->set_since(v1::STEP_KIND_APPLICATION);
    since.mutable_months_since()->set_months(one.months);
    EXPECT_THAT(unmet(since, one.day), IsEmpty());
    const auto early = unmet(since, one.day - 1);
    ASSERT_EQ(early.size(), 1u);
    EXPECT_EQ(early[0].earliest, one.day);
    deadline.mutable_deadline()->add_since(v1::STEP_KIND_APPLICATION);
    deadline.mutable_deadline()->set_months(one.months);
    EXPECT_THAT(unmet(deadline, one.day), IsEmpty());
    EXPECT_EQ(unmet(deadline, one.day + 1).size(), 1u);
  }
}

// Born on 29 February: of age on 28 February, for no 18th year after one is a leap year.
TEST_P(JudgeTimeTest, TakesWhoWasBornOnALeapDayOnTheTwentyEighth) {
  for (int year : {1996, 2000, 2004, 2008, 2012}) {
    facts_.birth = CivilDay(year, 2, 29);
    const CivilDay of_age(year + 18, 2, 28);
    ExpectAccepted(MakeStep(v1::STEP_KIND_APPLICATION, of_age));
    EXPECT_EQ(
        ExpectRefused(MakeStep(v1::STEP_KIND_APPLICATION, of_age - 1), "AGE_BELOW_MINIMUM", "D01")
            .earliest,
        of_age);
  }
  facts_.birth = CivilDay(2000, 12, 31);
  ExpectAccepted(MakeStep(v1::STEP_KIND_APPLICATION, CivilDay(2018, 12, 31)));
  ExpectRefused(MakeStep(v1::STEP_KIND_APPLICATION, CivilDay(2018, 12, 30)), "AGE_BELOW_MINIMUM",
                "D01");
}

rows::OpeningRow Joined(CivilDay day) {
  rows::OpeningRow opening;
  opening.set_joined_on(DayNumber(day));
  return opening;
}

TEST_P(JudgeTimeTest, EndsProbationThatBeganOnALeapDayOnTheTwentyEighth) {
  rows::Progress progress = ProgressOfOpeningBalance(Joined(CivilDay(2024, 2, 29)));
  EXPECT_EQ(ProbationEnd(progress), CivilDay(2025, 2, 28));
  progress.set_extension_months(6);
  EXPECT_EQ(ProbationEnd(progress), CivilDay(2025, 8, 28));
  progress = ProgressOfOpeningBalance(Joined(CivilDay(2023, 8, 31)));
  progress.set_extension_months(6);
  EXPECT_EQ(ProbationEnd(progress), CivilDay(2025, 2, 28));
}

// When the admission was approved is not known then: the meeting's day says nothing of the oath's.
TEST_P(JudgeTimeTest, DoesNotCallAnOathLateWhereTheApprovalWasBeforeTheBooks) {
  progress_ = ProgressOfOpeningBalance(Joined(start_));
  for (const int months : {0, 1, 9}) {
    SCOPED_TRACE(months);
    ExpectAccepted(MakeStep(v1::STEP_KIND_OATH, AddMonths(start_, months) + 1));
  }
}

TEST_P(JudgeTimeTest, BeginsWithEnrolmentOrOathWhereProbationBeganBeforeTheBooks) {
  progress_ = ProgressOfOpeningBalance(Joined(start_));
  EXPECT_THAT(Next(), ::testing::ElementsAre(v1::STEP_KIND_ENROLMENT, v1::STEP_KIND_OATH));
  ExpectRefused(MakeStep(v1::STEP_KIND_SUPERIOR_TALK, start_), "STEP_ALREADY_RECORDED", "D19");
  rows::StageRow& stage = *stages_.Add();
  stage.set_from(DayNumber(start_));
  stage.set_stage(v1::STAGE_PROBATIONARY);
  const Forecast forecast =
      ForecastCase(ShippedRuleSets(), progress_, stages_, {}, facts_.birth, {}, start_);
  EXPECT_THAT(forecast.blocked_by, ::testing::IsEmpty());
  ASSERT_FALSE(forecast.days.empty());
  EXPECT_EQ(forecast.days.back().kind, v1::STEP_KIND_ARCHIVE);
  EXPECT_EQ(forecast.days.back().earliest, AddMonths(start_, 12));
}

}  // namespace
}  // namespace zhibu::membership
