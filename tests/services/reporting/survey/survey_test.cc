// The shipped catalogue over small worlds, among them the figures of the two county surveys that
// domain rules §8.1 lists as R1 and R2.
#include "services/reporting/survey/survey.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "services/reporting/data/load_survey.h"
#include "tests/services/reporting/books.h"
#include "tests/services/reporting/facts.h"

namespace zhibu::reporting {
namespace {

using namespace registry::v1;    // NOLINT: the enum values of a small world
using namespace type::v1;        // NOLINT
using namespace membership::v1;  // NOLINT
using type::v1::LINE_EITHER;
using type::v1::LINE_SUBORDINATION;
using type::v1::LINE_TERRITORIAL;

const CivilDay kToday(2024, 6, 30);

class SurveyTest : public testing::Test {
 protected:
  SurveyTest() {
    auto catalogue = LoadSurvey(
        absl::StrCat(ZHIBU_SOURCE_DIR, "/services/reporting/data/survey/survey.textproto"));
    EXPECT_TRUE(catalogue.ok()) << catalogue.status();
    catalogue_ = *std::move(catalogue);
  }

  std::map<std::string, v1::Figure> Ask(const std::string& organisation, CivilDay as_of = kToday,
                                        type::v1::Line line = LINE_EITHER, int years = 2) {
    const auto sections =
        AnswerSurvey(catalogue_, *books_.TakeSnapshot(), {organisation, line, as_of, years});
    EXPECT_TRUE(sections.ok()) << sections.status();
    std::map<std::string, v1::Figure> figures;
    for (const v1::Section& section : *sections) {
      for (const v1::Figure& figure : section.figures()) figures[figure.id()] = figure;
    }
    return figures;
  }

  int64_t Value(const std::string& id, const std::string& organisation, CivilDay as_of = kToday,
                type::v1::Line line = LINE_EITHER) {
    const auto figures = Ask(organisation, as_of, line);
    EXPECT_TRUE(figures.contains(id)) << id;
    return figures.at(id).value();
  }

  survey::SurveyCatalogue catalogue_;
  Books books_;
};

MATCHER_P3(IsRatio, value, denominator, title, "") {
  return arg.value() == value && arg.has_denominator() && arg.denominator() == denominator &&
         arg.denominator_title() == title;
}

HeadCount& AddCount(InstitutionChanged& event, CivilDay day) {
  HeadCount& count = *event.mutable_institution()->add_head_counts();
  *count.mutable_counted_on() = ToProto(day);
  return count;
}

TEST_F(SurveyTest, TellsTheTwoLinesApart) {
  // R1: 13 organisations under the bureau's committee; 79 branches of township schools stand under
  // their township's committee and are only guided by the bureau's.
  books_.Apply(OrganisationFact("county", ORGANISATION_KIND_COMMITTEE));
  books_.Apply(OrganisationFact("bureau", ORGANISATION_KIND_COMMITTEE, {{"county"}}));
  books_.Apply(OrganisationFact("township", ORGANISATION_KIND_COMMITTEE, {{"county"}}));
  books_.Apply(OrganisationFact("vocational", ORGANISATION_KIND_COMMITTEE, {{"bureau"}}));
  for (int i = 0; i < 12; ++i) {
    books_.Apply(
        OrganisationFact(absl::StrCat("direct", i), ORGANISATION_KIND_BRANCH, {{"bureau"}}));
  }
  for (int i = 0; i < 79; ++i) {
    books_.Apply(OrganisationFact(absl::StrCat("school", i), ORGANISATION_KIND_BRANCH,
                                  {{"township"}, {"bureau", LINE_TERRITORIAL}}));
  }
  auto figures = Ask("bureau");
  EXPECT_EQ(figures["organisations.subordinate"].value(), 13);
  EXPECT_EQ(figures["organisations.subordinate.direct"].value(), 13);
  EXPECT_EQ(figures["organisations.territorial"].value(), 79);
  EXPECT_EQ(figures["organisations.below"].value(), 92);
  EXPECT_EQ(figures["organisations.below.branch"].value(), 91);
  EXPECT_EQ(figures["organisations.below.branch"].part_of(), "organisations.below");
  EXPECT_EQ(Value("organisations.below", "bureau", kToday, LINE_SUBORDINATION), 13);
  EXPECT_EQ(Value("organisations.below", "township"), 79);
  EXPECT_EQ(Value("organisations.below", "county", kToday, LINE_SUBORDINATION), 94);
}

TEST_F(SurveyTest, CountsASchoolWhereItsBranchMovedFromThatDayOn) {
  books_.Apply(OrganisationFact("old", ORGANISATION_KIND_COMMITTEE));
  books_.Apply(OrganisationFact("new", ORGANISATION_KIND_COMMITTEE));
  books_.Apply(PersonFact("p1", "branch", PERSON_KIND_TEACHER,
                          {{STAGE_PROBATIONARY, CivilDay(2020, 1, 1), CivilDay(2020, 2, 1)}}));
  // The member came before the branch, and the branch's move before its beginning.
  books_.Apply(OrganisationFact("branch", ORGANISATION_KIND_BRANCH,
                                {{"new", LINE_SUBORDINATION, CivilDay(2022, 5, 1)}}));
  EXPECT_EQ(Value("members", "old", CivilDay(2022, 4, 30)), 0);
  books_.Apply(
      OrganisationFact("branch", ORGANISATION_KIND_BRANCH,
                       {{"old", LINE_SUBORDINATION, CivilDay(2000, 1, 1), CivilDay(2022, 5, 1)},
                        {"new", LINE_SUBORDINATION, CivilDay(2022, 5, 1)}}));
  EXPECT_EQ(Value("members", "old", CivilDay(2022, 4, 30)), 1);
  EXPECT_EQ(Value("members", "old", CivilDay(2022, 5, 1)), 0);
  EXPECT_EQ(Value("members", "new", CivilDay(2022, 4, 30)), 0);
  EXPECT_EQ(Value("members", "new", CivilDay(2022, 5, 1)), 1);
  // The admission stays with the committee of its day.
  EXPECT_EQ(Value("admissions", "old", CivilDay(2021, 6, 1)), 1);
  EXPECT_EQ(Value("admissions", "new", CivilDay(2021, 6, 1)), 0);
}

TEST_F(SurveyTest, ReportsSchoolsAndTeachingPointsByRungEachWithItsDenominator) {
  // R2: 86 public schools = 65 + 17 + 1 + 3, 4 private ones, 60 teaching points of which 28 belong
  // to a joint branch or the main school's and 32 have but an instructor.
  books_.Apply(OrganisationFact("county", ORGANISATION_KIND_WORK_COMMITTEE));
  books_.Apply(OrganisationFact("branch", ORGANISATION_KIND_BRANCH, {{"county"}}));
  int next = 0;
  const auto add = [&](int count, InstitutionKind kind, CoverageRung rung,
                       Ownership ownership = OWNERSHIP_PUBLIC) {
    for (int i = 0; i < count; ++i) {
      auto event = InstitutionFact(absl::StrCat("i", next++), kind, "county", ownership);
      Cover(event, "branch", rung);
      books_.Apply(event);
    }
  };
  add(65, INSTITUTION_KIND_PRIMARY_SCHOOL, COVERAGE_RUNG_OWN);
  add(17, INSTITUTION_KIND_JUNIOR_SCHOOL, COVERAGE_RUNG_OWN);
  add(1, INSTITUTION_KIND_SPECIAL_SCHOOL, COVERAGE_RUNG_OWN);
  add(3, INSTITUTION_KIND_SENIOR_SCHOOL, COVERAGE_RUNG_OWN);
  add(2, INSTITUTION_KIND_NINE_YEAR_SCHOOL, COVERAGE_RUNG_JOINT, OWNERSHIP_PRIVATE);
  add(2, INSTITUTION_KIND_SENIOR_SCHOOL, COVERAGE_RUNG_OWN, OWNERSHIP_PRIVATE);
  add(20, INSTITUTION_KIND_TEACHING_POINT, COVERAGE_RUNG_JOINT);
  add(8, INSTITUTION_KIND_TEACHING_POINT, COVERAGE_RUNG_ATTACHED);
  add(32, INSTITUTION_KIND_TEACHING_POINT, COVERAGE_RUNG_INSTRUCTOR);
  auto figures = Ask("county");
  EXPECT_EQ(figures["schools"].value(), 90);
  EXPECT_EQ(figures["schools.public"].value(), 86);
  EXPECT_EQ(figures["schools.public.primary-school"].value(), 65);
  EXPECT_EQ(figures["schools.public.junior-school"].value(), 17);
  EXPECT_EQ(figures["schools.public.special-school"].value(), 1);
  EXPECT_EQ(figures["schools.public.senior-school"].value(), 3);
  EXPECT_EQ(figures["schools.private"].value(), 4);
  EXPECT_EQ(figures["schools.private.compulsory"].value(), 2);
  EXPECT_EQ(figures["schools.private.senior"].value(), 2);
  EXPECT_EQ(figures["teaching-points"].value(), 60);
  EXPECT_THAT(figures["coverage.schools.own"], IsRatio(88, 90, "中小学校总数"));
  EXPECT_THAT(figures["coverage.schools.organised"], IsRatio(90, 90, "中小学校总数"));
  EXPECT_THAT(figures["coverage.teaching-points.organised"], IsRatio(28, 60, "教学点总数"));
  EXPECT_THAT(figures["coverage.teaching-points.instructor"], IsRatio(32, 60, "教学点总数"));
  EXPECT_THAT(figures["coverage.teaching-points.none"], IsRatio(0, 60, "教学点总数"));
  // No kindergarten: nothing to take a share of.
  EXPECT_FALSE(figures["coverage.kindergartens.own"].has_denominator());
}

TEST_F(SurveyTest, CountsLeadersAsPersonsAndSecretariesByOrganisation) {
  // The proportions of R2, which did not reconcile: 24 of 29 secretaries are heads as well.
  books_.Apply(OrganisationFact("county", ORGANISATION_KIND_WORK_COMMITTEE));
  for (int i = 0; i < 29; ++i) {
    const std::string n = absl::StrCat(i);
    books_.Apply(OrganisationFact(
        "b" + n, i < 3 ? ORGANISATION_KIND_GENERAL_BRANCH : ORGANISATION_KIND_BRANCH,
        {{"county"}}));
    auto school = InstitutionFact("i" + n, INSTITUTION_KIND_PRIMARY_SCHOOL, "county");
    Cover(school, "b" + n, COVERAGE_RUNG_OWN, CivilDay(2015, 1, 1));
    books_.Apply(school);
    books_.Apply(PostFact("h" + n, "institutions/i" + n, POST_KIND_HEAD, "p" + n));
    // A second leading post of the same person makes no second leader.
    books_.Apply(PostFact("l" + n, "institutions/i" + n, POST_KIND_LEADING_MEMBER, "p" + n,
                          CivilDay(2016, 1, 1)));
    books_.Apply(
        PostFact("s" + n, "organisations/b" + n, POST_KIND_SECRETARY, i < 24 ? "p" + n : "q" + n));
  }
  auto figures = Ask("county");
  EXPECT_THAT(figures["secretaries.also-head"], IsRatio(24, 29, "党支部和党总支"));
  EXPECT_THAT(figures["secretaries"], IsRatio(29, 29, "党支部和党总支"));
  EXPECT_THAT(figures["secretaries.also-head.general-branch"], IsRatio(3, 3, "党总支"));
  EXPECT_THAT(figures["leaders.with-party-posts"], IsRatio(24, 29, "学校班子成员"));
  EXPECT_EQ(figures["clerks.full-time"].value(), 0);
  // Before the branch covered the school, its head was not its secretary's other post.
  EXPECT_EQ(Value("secretaries.also-head", "county", CivilDay(2014, 12, 31)), 0);
  EXPECT_EQ(Value("leaders", "county", CivilDay(2014, 12, 31)), 29);

  // One leaves the party post; the leader stays.
  books_.Apply(PostFact("s0", "organisations/b0", POST_KIND_SECRETARY, "p0", CivilDay(2010, 1, 1),
                        CivilDay(2024, 6, 1)));
  figures = Ask("county");
  EXPECT_THAT(figures["secretaries.also-head"], IsRatio(23, 29, "党支部和党总支"));
  EXPECT_THAT(figures["leaders.with-party-posts"], IsRatio(23, 29, "学校班子成员"));
  EXPECT_THAT(Ask("county", CivilDay(2024, 5, 31))["secretaries.also-head"],
              IsRatio(24, 29, "党支部和党总支"));
}

TEST_F(SurveyTest, NamesTheDenominatorOfActivistsAndTakesMembersFromIt) {
  books_.Apply(OrganisationFact("branch", ORGANISATION_KIND_BRANCH));
  auto school = InstitutionFact("i1", INSTITUTION_KIND_SENIOR_SCHOOL, "branch");
  HeadCount& count = AddCount(school, CivilDay(2023, 9, 1));
  count.set_staff(10);
  count.set_full_time_teachers(8);
  count.set_senior_students(300);
  books_.Apply(school);
  const CivilDay long_ago(2001, 7, 1);
  books_.Apply(PersonFact("p1", "branch", PERSON_KIND_TEACHER, {{STAGE_FULL, long_ago, {}}}));
  books_.Apply(PersonFact("p2", "branch", PERSON_KIND_TEACHER,
                          {{STAGE_PROBATIONARY, CivilDay(2023, 7, 1), CivilDay(2023, 8, 1)}}));
  books_.Apply(PersonFact("p3", "branch", PERSON_KIND_TEACHER,
                          {{STAGE_ACTIVIST, CivilDay(2023, 1, 1), {}}}));
  books_.Apply(PersonFact("p4", "branch", PERSON_KIND_TEACHER,
                          {{STAGE_ACTIVIST, CivilDay(2022, 1, 1), {}},
                           {STAGE_DEVELOPMENT_OBJECT, CivilDay(2024, 1, 1), {}}}));
  books_.Apply(PersonFact("p5", "branch", PERSON_KIND_STUDENT,
                          {{STAGE_ACTIVIST, CivilDay(2024, 3, 1), {}}}));
  auto figures = Ask("branch");
  EXPECT_THAT(figures["members.teachers"], IsRatio(2, 10, "在岗教职工"));
  EXPECT_THAT(figures["members.teachers.per-full-time-teachers"], IsRatio(2, 8, "专任教师"));
  EXPECT_THAT(figures["activists.teachers"],
              IsRatio(2, 8, "非党员教职工（在岗教职工减教职工党员）"));
  EXPECT_THAT(figures["activists.students"], IsRatio(1, 300, "高中阶段学生"));
  // An opening balance is nobody's admission.
  EXPECT_EQ(figures["admissions"].value(), 1);
  EXPECT_EQ(figures["admissions"].title(), "近2年发展党员");
  // The stage as of an earlier date.
  EXPECT_EQ(Value("activists.students", "branch", CivilDay(2024, 2, 29)), 0);
  EXPECT_EQ(Value("members.teachers", "branch", CivilDay(2023, 6, 30)), 1);
}

TEST_F(SurveyTest, MakesUpNoDenominator) {
  books_.Apply(OrganisationFact("branch", ORGANISATION_KIND_BRANCH));
  books_.Apply(
      PersonFact("p1", "branch", PERSON_KIND_TEACHER, {{STAGE_FULL, CivilDay(2001, 7, 1), {}}}));
  auto school = InstitutionFact("i1", INSTITUTION_KIND_PRIMARY_SCHOOL, "branch");
  books_.Apply(school);
  auto figures = Ask("branch");
  EXPECT_TRUE(figures["heads.staff"].unrecorded());
  EXPECT_EQ(figures["members.teachers"].value(), 1);
  EXPECT_FALSE(figures["members.teachers"].unrecorded());
  EXPECT_FALSE(figures["members.teachers"].has_denominator());
  EXPECT_EQ(figures["members.teachers"].denominator_title(), "");

  // Recorded as none at all: a number, but no ratio.
  AddCount(school, CivilDay(2020, 1, 1)).set_staff(0);
  books_.Apply(school);
  figures = Ask("branch");
  EXPECT_FALSE(figures["heads.staff"].unrecorded());
  EXPECT_FALSE(figures["members.teachers"].has_denominator());
  EXPECT_TRUE(Ask("branch", CivilDay(2019, 12, 31))["heads.staff"].unrecorded());

  // More members than staff: nothing is left to be an activist of.
  AddCount(school, CivilDay(2021, 1, 1)).set_staff(1);
  books_.Apply(school);
  figures = Ask("branch");
  EXPECT_THAT(figures["members.teachers"], IsRatio(1, 1, "在岗教职工"));
  EXPECT_FALSE(figures["activists.teachers"].has_denominator());
}

TEST_F(SurveyTest, SaysWhereOnlySomeRecordedTheirHeads) {
  books_.Apply(OrganisationFact("branch", ORGANISATION_KIND_BRANCH));
  auto counted = InstitutionFact("i1", INSTITUTION_KIND_PRIMARY_SCHOOL, "branch");
  AddCount(counted, CivilDay(2020, 1, 1)).set_staff(30);
  books_.Apply(counted);
  books_.Apply(InstitutionFact("i2", INSTITUTION_KIND_PRIMARY_SCHOOL, "branch"));
  books_.Apply(
      PersonFact("p1", "branch", PERSON_KIND_TEACHER, {{STAGE_FULL, CivilDay(2001, 7, 1), {}}}));
  auto figures = Ask("branch");
  EXPECT_EQ(figures["heads.staff"].title(), "在岗教职工（2个单位中1个已登记）");
  EXPECT_THAT(figures["members.teachers"], IsRatio(1, 30, "在岗教职工（2个单位中1个已登记）"));
}

TEST_F(SurveyTest, KeepsAHeadCountUntilTheNextOneThatHasTheNumber) {
  books_.Apply(OrganisationFact("branch", ORGANISATION_KIND_BRANCH));
  auto school = InstitutionFact("i1", INSTITUTION_KIND_PRIMARY_SCHOOL, "branch");
  HeadCount& first = AddCount(school, CivilDay(2020, 9, 1));
  first.set_staff(30);
  first.set_students(400);
  AddCount(school, CivilDay(2021, 9, 1)).set_staff(32);
  *school.mutable_institution()->mutable_closed_on() = ToProto(CivilDay(2023, 9, 1));
  books_.Apply(school);
  EXPECT_EQ(Value("heads.staff", "branch", CivilDay(2021, 8, 31)), 30);
  EXPECT_EQ(Value("heads.staff", "branch", CivilDay(2021, 9, 1)), 32);
  EXPECT_EQ(Value("heads.students", "branch", CivilDay(2023, 8, 31)), 400);
  EXPECT_EQ(Value("heads.students", "branch", CivilDay(2023, 9, 1)), 0);
}

TEST_F(SurveyTest, CountsTheFlowsOfTheDaysUpToTheDate) {
  books_.Apply(OrganisationFact("branch", ORGANISATION_KIND_BRANCH));
  int next = 0;
  const auto hold = [&](CivilDay day, const char* kind, const char* cancelled = "") {
    books_.Apply(ActivityFact(absl::StrCat("a", next++), "branch", kind, day, cancelled));
  };
  hold(CivilDay(2024, 6, 30), "theme-day");
  hold(CivilDay(2024, 5, 31), "theme-day");
  hold(CivilDay(2024, 5, 30), "theme-day");  // one month before the date: outside
  hold(CivilDay(2024, 7, 1), "theme-day");   // after it
  hold(CivilDay(2024, 6, 1), "visit");       // a kind that the catalogue does not name
  hold(CivilDay(2024, 6, 2), "party-class", "误录");
  auto figures = Ask("branch");
  EXPECT_EQ(figures["activities.month"].value(), 3);
  EXPECT_EQ(figures["activities.month.theme-day"].value(), 2);
  EXPECT_EQ(figures["activities.month.other"].value(), 1);
  EXPECT_EQ(figures["activities.month.party-class"].value(), 0);
  EXPECT_EQ(figures["activities.year"].value(), 4);
}

// Whatever is asked, and however much there is: see books/counters.h.
TEST_F(SurveyTest, CostsAtMostTwelveIterators) {
  books_.Apply(OrganisationFact("bureau", ORGANISATION_KIND_COMMITTEE));
  int next = 0;
  const auto add = [&](int branches) {
    for (int i = 0; i < branches; ++i, ++next) {
      const std::string n = absl::StrCat(next);
      books_.Apply(OrganisationFact("b" + n, ORGANISATION_KIND_BRANCH,
                                    {{"bureau"}, {"bureau", LINE_TERRITORIAL}}));
      auto school = InstitutionFact("i" + n, INSTITUTION_KIND_PRIMARY_SCHOOL, "b" + n);
      Cover(school, "b" + n, COVERAGE_RUNG_OWN);
      AddCount(school, CivilDay(2023, 9, 1)).set_staff(10);
      books_.Apply(school);
      books_.Apply(PostFact("t" + n, "organisations/b" + n, POST_KIND_SECRETARY, "p" + n));
      books_.Apply(PersonFact("p" + n, "b" + n, PERSON_KIND_TEACHER,
                              {{STAGE_PROBATIONARY, CivilDay(2014 + next % 10, 1, 31),
                                CivilDay(2014 + next % 10, 3, 1)},
                               {STAGE_FULL, CivilDay(2015 + next % 10, 2, 1), {}}}));
      books_.Apply(ActivityFact("a" + n, "b" + n, "theme-day", kToday - next * 11));
    }
  };
  // Of every line, on the first and last days of months and years, for every period.
  const auto dearest = [&] {
    const std::unique_ptr<Snapshot> snapshot = books_.TakeSnapshot();
    int scans = 0;
    for (const auto line : {LINE_SUBORDINATION, LINE_TERRITORIAL, LINE_EITHER}) {
      for (const CivilDay day : {kToday, CivilDay(2024, 1, 1), CivilDay(2024, 1, 31),
                                 CivilDay(2024, 2, 29), CivilDay(2023, 12, 31)}) {
        for (int years = 1; years <= 10; ++years) {
          const CountingReader reader(snapshot.get());
          const auto sections = AnswerSurvey(catalogue_, reader, {"bureau", line, day, years});
          EXPECT_TRUE(sections.ok()) << sections.status();
          EXPECT_EQ(reader.gets, 0);
          scans = std::max(scans, reader.scans);
        }
      }
    }
    return scans;
  };
  add(1);
  const int small = dearest();
  EXPECT_LE(small, 12);
  add(60);
  EXPECT_EQ(dearest(), small);
}

TEST_F(SurveyTest, DefinesEveryFigureThatItAnswers) {
  books_.Apply(OrganisationFact("branch", ORGANISATION_KIND_BRANCH));
  const std::vector<v1::FigureDefinition> definitions = DefinitionsOf(catalogue_);
  const auto sections =
      AnswerSurvey(catalogue_, *books_.TakeSnapshot(), {"branch", LINE_EITHER, kToday, 2});
  ASSERT_TRUE(sections.ok()) << sections.status();
  size_t next = 0;
  for (const v1::Section& section : *sections) {
    for (const v1::Figure& figure : section.figures()) {
      ASSERT_LT(next, definitions.size());
      const v1::FigureDefinition& definition = definitions[next++];
      EXPECT_EQ(definition.id(), figure.id());
      EXPECT_EQ(definition.unit(), figure.unit());
      EXPECT_EQ(definition.part_of(), figure.part_of());
      EXPECT_EQ(definition.section(), section.id());
      EXPECT_THAT(definition.title(), testing::Not(testing::HasSubstr("{")));
      if (definition.id() == "admissions") EXPECT_EQ(definition.title(), "近N年发展党员");
      if (definition.id() == "members.teachers") {
        EXPECT_EQ(definition.denominator_title(), "在岗教职工");
      }
    }
  }
  EXPECT_EQ(next, definitions.size());
}

TEST_F(SurveyTest, AnswersNothingWhenPartsDoNotAddUp) {
  auto catalogue = ParseSurvey(
      "sections { id: 's' title: '一' "
      "figures { id: 'members' title: '党员' unit: '人' value { plus: 'members' } } "
      "figures { id: 'teachers' title: '教职工' unit: '人' value { plus: 'members.full.teacher' } "
      "part_of: 'members' } }",
      "test");
  ASSERT_TRUE(catalogue.ok()) << catalogue.status();
  catalogue_ = *std::move(catalogue);
  books_.Apply(OrganisationFact("branch", ORGANISATION_KIND_BRANCH));
  books_.Apply(
      PersonFact("p1", "branch", PERSON_KIND_TEACHER, {{STAGE_FULL, CivilDay(2001, 7, 1), {}}}));
  EXPECT_EQ(Ask("branch")["members"].value(), 1);
  books_.Apply(
      PersonFact("p2", "branch", PERSON_KIND_RETIRED, {{STAGE_FULL, CivilDay(2001, 7, 1), {}}}));
  const auto refused =
      AnswerSurvey(catalogue_, *books_.TakeSnapshot(), {"branch", LINE_EITHER, kToday, 2});
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kInternal);
  EXPECT_EQ(ReasonOf(refused.status()), "FIGURES_DO_NOT_BALANCE");
  EXPECT_THAT(std::string(refused.status().message()), testing::HasSubstr("members"));
}

}  // namespace
}  // namespace zhibu::reporting
