#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/status.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "services/cli/program/owed_text.h"
#include "services/cli/commands/reporting/survey_text.h"
#include "services/cli/program/output.h"
#include "services/cli/program/set_field.h"
#include "services/cli/program/words.h"
#include "tests/services/cli/commands_fixture.h"
#include "zhibu/membership/v1/development_case.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"
#include "zhibu/type/v1/owed_item.pb.h"

namespace zhibu::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

template <typename Message>
Message FromText(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

TEST(RatioText, ShowsBothCountsAndRoundsHalfUp) {
  EXPECT_EQ(RatioText(161, 533), "30.2%（161/533）");
  EXPECT_EQ(RatioText(24, 30), "80.0%（24/30）");
  EXPECT_EQ(RatioText(1, 2000), "0.1%（1/2000）");
  EXPECT_EQ(RatioText(1, 2001), "0.0%（1/2001）");
  EXPECT_EQ(RatioText(28, 28), "100.0%（28/28）");
  EXPECT_EQ(RatioText(5, 0), "无比率（5/0）");
}

constexpr char kSurvey[] = R"pb(
  organisation: "organisations/jyj-dw"
  title: "某县教育局党委"
  as_of { year: 2026 month: 11 day: 23 }
  line: LINE_EITHER
  sections {
    id: "organisations"
    title: "党组织"
    figures { id: "o.all" title: "党组织" unit: "个" value: 13 }
    figures { id: "o.direct" title: "县直学校党支部" unit: "个" value: 2 part_of: "o.all" }
    figures { id: "o.other" title: "其他党组织" unit: "个" value: 11 part_of: "o.all" }
    figures { id: "o.private" title: "民办学校" unit: "个" value: 1 part_of: "o.other" }
  }
  sections {
    id: "members"
    title: "党员队伍"
    figures { id: "m.teachers" title: "教师党员" unit: "人" value: 1994 }
    figures {
      id: "m.share"
      title: "教师党员占在岗教职工的比例"
      value: 1994
      denominator: 5533
      denominator_title: "在岗教职工（各单位最近一次登记的人数之和）"
    }
    figures {
      id: "m.activists"
      title: "学生入党积极分子占高中阶段学生的比例，按最近一次登记的在校学生人数计算"
      value: 122
      denominator: 0
      denominator_title: "高中阶段学生"
    }
    figures { id: "m.adult" title: "年满十八周岁的学生" unit: "人" unrecorded: true }
  }
  revisions { key: "registry" value: 12 }
  revisions { key: "membership" value: 2345 }
)pb";

TEST(SurveyText, IsAPageWithEveryRatioExplained) {
  const std::string text = SurveyText(FromText<reporting::v1::GetBasicSurveyResponse>(kSurvey), 80);
  EXPECT_EQ(text,
            R"(某县教育局党委 基本情况
截至 2026-11-23 · 统计口径：隶属和属地/业务指导

一、党组织
  党组织                                                                   13 个
    其中：县直学校党支部                                                    2 个
          其他党组织                                                       11 个
            其中：民办学校                                                  1 个

二、党员队伍
  教师党员                                                               1994 人
  教师党员占在岗教职工的比例                                  36.0%（1994/5533）
    分母：在岗教职工（各单位最近一次登记的人数之和）
  学生入党积极分子占高中阶段学生的比例，按最近一次登记的在校
  学生人数计算                                                   无比率（122/0）
    分母：高中阶段学生
  年满十八周岁的学生                                                      未登记

数据版本：membership 2345，registry 12
)");
  EXPECT_EQ(WidestLine(text), 80);
}

TEST(SurveyText, SaysTheDenominatorOnceForFiguresThatShareIt) {
  const auto survey = FromText<reporting::v1::GetBasicSurveyResponse>(R"pb(
    title: "某县"
    sections {
      title: "覆盖"
      figures { id: "a" title: "单独" value: 1 denominator: 4 denominator_title: "学校总数" }
      figures { id: "b" title: "联合" value: 2 denominator: 4 denominator_title: "学校总数" }
      figures { id: "c" title: "挂靠" value: 1 denominator: 3 denominator_title: "教学点" }
    }
  )pb");
  EXPECT_THAT(SurveyText(survey, 80), HasSubstr(R"(
  单独  25.0%（1/4）
  联合  50.0%（2/4）
    以上 2 项的分母：学校总数
  挂靠  33.3%（1/3）
    分母：教学点
)"));
}

TEST(SurveyText, FitsNarrowTerminals) {
  const auto survey = FromText<reporting::v1::GetBasicSurveyResponse>(kSurvey);
  for (int width = 40; width <= 120; ++width) {
    EXPECT_LE(WidestLine(SurveyText(survey, width)), width);
  }
}

TEST(SurveyText, SurvivesARingOfWholes) {
  const auto survey = FromText<reporting::v1::GetBasicSurveyResponse>(R"pb(
    sections {
      figures { id: "a" title: "甲" part_of: "b" }
      figures { id: "b" title: "乙" part_of: "a" }
    }
  )pb");
  EXPECT_THAT(SurveyText(survey, 80), HasSubstr("乙"));
}

TEST(OwedText, NamesEachOrganisationOnceAndEveryRule) {
  std::vector<type::v1::OwedItem> items;
  for (const char* text : {R"pb(organisation: "organisations/a"
                                kind: "branch-meeting"
                                title: "党支部党员大会"
                                period_from { year: 2026 month: 10 day: 1 }
                                due_on { year: 2026 month: 12 day: 31 }
                                owed: 1
                                held: 0
                                state: OWED_STATE_OWED
                                citation {
                                  document: "中国共产党支部工作条例（试行）"
                                  article: "第十一条"
                                  mark: MARK_CONFIRMED
                                })pb",
                           R"pb(organisation: "organisations/a"
                                kind: "theme-day"
                                title: "主题党日"
                                period_from { year: 2026 month: 11 day: 1 }
                                due_on { year: 2026 month: 11 day: 30 }
                                owed: 1
                                held: 2
                                state: OWED_STATE_DONE)pb"}) {
    items.push_back(FromText<type::v1::OwedItem>(text));
  }
  EXPECT_EQ(OwedText(
                items, [](const std::string& name) { return "第一小学党支部"; },
                /*with_organisation=*/true, 80),
            R"(党组织          事项            期间       截止日期    状态    已开展/应开展
--------------  --------------  ---------  ----------  ------  -------------
第一小学党支部  党支部党员大会  10月1日起  2026-12-31  待开展            0/1
                主题党日        11月1日起  2026-11-30  已完成            2/1

依据
  党支部党员大会：      《中国共产党支部工作条例（试行）》第十一条
)");
}

absl::Status TwoViolations() {
  Violation early;
  early.code = "D03";
  early.reason = "ACTIVIST_PERIOD_TOO_SHORT";
  early.subject = "requests[3].step.date";
  early.message = "确定为入党积极分子还不到一年，不能确定为发展对象";
  early.citation.set_document("中国共产党发展党员工作细则（2014）");
  early.citation.set_article("第十三条");
  early.citation.set_mark(type::v1::MARK_CONFIRMED);
  early.earliest = absl::CivilDay(2026, 12, 1);
  Violation form;
  form.reason = "ORGANISATION_NOT_THERE";
  form.subject = "step.organisation";
  form.message = "没有这个党组织";
  return Refused({early, form});
}

TEST(ErrorText, ShowsEveryConditionWithItsRuleAndTheEarliestDay) {
  EXPECT_EQ(ErrorText(TwoViolations(), 80),
            R"(错误：不符合规定的条件，没有写入：
  1. [D03] 确定为入党积极分子还不到一年，不能确定为发展对象
     依据：《中国共产党发展党员工作细则》（2014）第十三条
     最早日期：2026-12-01
     位置：requests[3].step.date（ACTIVIST_PERIOD_TOO_SHORT）
  2. 没有这个党组织
     位置：step.organisation（ORGANISATION_NOT_THERE）
)");
}

TEST(ErrorText, SaysHowManyConditionsWereLeftOut) {
  std::vector<Violation> many;
  for (int i = 0; i < 200; ++i) {
    many.push_back({"R", absl::StrCat("requests[", i, "]"), "某处有误，请更正", "", {}, {}});
  }
  const absl::Status sent = FromRpcStatus(ToRpcStatus(Refused(many), "registry"));
  const size_t kept = FindingsOf(sent).size();
  ASSERT_LT(kept, many.size());
  EXPECT_THAT(ErrorText(sent, 80),
              HasSubstr(absl::StrCat("另有 ", many.size() - kept, " 处没有列出")));
}

TEST(ErrorText, ShowsTheReasonOfAPlainFailure) {
  EXPECT_EQ(ErrorText(StaleEtag("organisations/a"), 80),
            "错误：记录已被他人修改，请重新读取后再提交：organisations/a（ETAG_STALE）\n");
}

TEST(ErrorText, DoesNotPassEscapeSequencesOn) {
  EXPECT_THAT(ErrorText(absl::InternalError("\x1B[2J"), 80), Not(HasSubstr("\x1B")));
}

TEST(ErrorJson, CarriesTheSameForPrograms) {
  const std::string json = ErrorJson(TwoViolations());
  EXPECT_THAT(json, HasSubstr(R"("code": "FAILED_PRECONDITION")"));
  EXPECT_THAT(json, HasSubstr(R"("exitCode": 1)"));
  EXPECT_THAT(json, HasSubstr(R"("reason":"ACTIVIST_PERIOD_TOO_SHORT")"));
  EXPECT_THAT(json, HasSubstr(R"("article":"第十三条")"));
  EXPECT_THAT(json, HasSubstr(R"("earliest":{"year":2026,"month":12,"day":1})"));
  EXPECT_THAT(json, HasSubstr(R"("reason":"ORGANISATION_NOT_THERE")"));
}

TEST(CitationWords, SayWhereTheTextWasNotCompared) {
  type::v1::Citation citation;
  EXPECT_EQ(CitationWords(citation), "");
  citation.set_document("某办法");
  citation.set_article("第三条");
  citation.set_mark(type::v1::MARK_SECONDARY);
  EXPECT_EQ(CitationWords(citation), "《某办法》第三条（条文未经核对）");
}

TEST(PeriodText, NamesTheLastDay) {
  EXPECT_EQ(PeriodText(ToProto(absl::CivilDay(2020, 9, 1)), {}), "2020-09-01 起");
  EXPECT_EQ(PeriodText(ToProto(absl::CivilDay(2020, 9, 1)), ToProto(absl::CivilDay(2024, 9, 1))),
            "2020-09-01 至 2024-08-31");
}

// Every value of the contract has a word: a number would stand where the contract grew.
template <typename Enum>
void ExpectWords(const google::protobuf::EnumDescriptor* values) {
  for (int i = 0; i < values->value_count(); ++i) {
    const int number = values->value(i)->number();
    const std::string word = Term(static_cast<Enum>(number));
    EXPECT_NE(word, std::to_string(number)) << values->value(i)->full_name();
  }
}

TEST(Term, HasAWordForEveryValueOfTheContracts) {
  ExpectWords<type::v1::Line>(type::v1::Line_descriptor());
  ExpectWords<membership::v1::RevealPurpose>(membership::v1::RevealPurpose_descriptor());
  ExpectWords<registry::v1::FacilityKind>(registry::v1::FacilityKind_descriptor());
  ExpectWords<registry::v1::AdvisoryKind>(registry::v1::AdvisoryKind_descriptor());
  ExpectWords<registry::v1::ReorganisationKind>(registry::v1::ReorganisationKind_descriptor());
  ExpectWords<type::v1::OrganisationKind>(type::v1::OrganisationKind_descriptor());
  ExpectWords<registry::v1::InstitutionKind>(registry::v1::InstitutionKind_descriptor());
  ExpectWords<registry::v1::Ownership>(registry::v1::Ownership_descriptor());
  ExpectWords<registry::v1::CoverageRung>(registry::v1::CoverageRung_descriptor());
  ExpectWords<registry::v1::PostKind>(registry::v1::PostKind_descriptor());
  ExpectWords<membership::v1::Sex>(membership::v1::Sex_descriptor());
  ExpectWords<membership::v1::PersonKind>(membership::v1::PersonKind_descriptor());
  ExpectWords<membership::v1::Stage>(membership::v1::Stage_descriptor());
  ExpectWords<membership::v1::StepKind>(membership::v1::StepKind_descriptor());
  ExpectWords<membership::v1::DueKind>(membership::v1::DueKind_descriptor());
  ExpectWords<membership::v1::MembershipFactKind>(membership::v1::MembershipFactKind_descriptor());
  ExpectWords<type::v1::OwedState>(type::v1::OwedState_descriptor());
  EXPECT_EQ(Term(membership::v1::STEP_KIND_ARCHIVE), "材料归档");
  EXPECT_EQ(Term(type::v1::ORGANISATION_KIND_PARTY_GROUP), "党小组");
  EXPECT_EQ(Term(static_cast<type::v1::Line>(99)), "99");
}

TEST(ResourceName, TakesTheBareIdAndTheWholeName) {
  EXPECT_EQ(*ResourceName("organisations", "jyj-dw"), "organisations/jyj-dw");
  EXPECT_EQ(*ResourceName("organisations", "organisations/jyj-dw"), "organisations/jyj-dw");
  EXPECT_FALSE(ResourceName("organisations", "persons/p1").ok());
  EXPECT_FALSE(ResourceName("organisations", "教育局").ok());
  EXPECT_EQ(*CaseNameOf("p1/c1"), "persons/p1/cases/c1");
  EXPECT_EQ(*CaseNameOf("persons/p1/cases/c1"), "persons/p1/cases/c1");
  EXPECT_FALSE(CaseNameOf("p1").ok());
}

TEST(SetField, FillsEveryKindOfField) {
  membership::v1::ConversionMeeting meeting;
  for (const char* assignment :
       {"vote.in_favour=9", "outcome=CONVERSION_OUTCOME_EXTENDED", "extension_months=6"}) {
    EXPECT_TRUE(SetField(assignment, meeting).ok()) << assignment;
  }
  EXPECT_EQ(meeting.vote().in_favour(), 9);
  EXPECT_EQ(meeting.outcome(), membership::v1::CONVERSION_OUTCOME_EXTENDED);
  EXPECT_TRUE(SetField("outcome=按期转正", meeting).ok());
  EXPECT_EQ(meeting.outcome(), membership::v1::CONVERSION_OUTCOME_FULL);
  membership::v1::ContactAssignment contacts;
  EXPECT_TRUE(SetField("contacts=persons/a", contacts).ok());
  EXPECT_TRUE(SetField("contacts=persons/b", contacts).ok());
  EXPECT_EQ(contacts.contacts_size(), 2);
  membership::v1::ObjectDetermination object;
  EXPECT_TRUE(SetField("notice_from=2026-11-01", object).ok());
  EXPECT_EQ(object.notice_from().day(), 1);
  membership::v1::Training training;
  EXPECT_TRUE(SetField("passed=true", training).ok());
  EXPECT_TRUE(training.passed());
}

TEST(SetField, NamesWhatCouldBeSet) {
  membership::v1::AdmissionMeeting meeting;
  for (const char* assignment : {"votes=1", "vote=1", "vote.for=1"}) {
    const absl::Status status = SetField(assignment, meeting);
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << assignment;
    EXPECT_THAT(std::string(status.message()), HasSubstr("in_favour")) << assignment;
  }
  membership::v1::Oath oath;
  EXPECT_THAT(std::string(SetField("passed=true", oath).message()), HasSubstr("没有要填的内容"));
  membership::v1::Training training;
  for (const char* assignment : {"passed=yes", "days=three", "passed", "days.x=1"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(SetField(assignment, training))) << assignment;
  }
}

}  // namespace
}  // namespace zhibu::cli
