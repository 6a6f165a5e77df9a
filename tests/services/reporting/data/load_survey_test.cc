#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "services/reporting/data/load_survey.h"

namespace zhibu::reporting {
namespace {

using testing::HasSubstr;

// A catalogue of one section around these figures.
std::string Catalogue(const std::string& figures) {
  return absl::StrCat("sections { id: 's' title: '一' ", figures, " }");
}

const char kMembers[] =
    "figures { id: 'members' title: '党员' unit: '人' value { plus: 'members' } }";

void ExpectFault(const std::string& text, const std::string& fault) {
  const auto catalogue = ParseSurvey(text, "test");
  ASSERT_EQ(catalogue.status().code(), absl::StatusCode::kInvalidArgument) << text;
  EXPECT_THAT(std::string(catalogue.status().message()), HasSubstr(fault));
}

TEST(ShippedSurvey, Loads) {
  const auto catalogue = LoadSurvey(
      absl::StrCat(ZHIBU_SOURCE_DIR, "/services/reporting/data/survey/survey.textproto"));
  ASSERT_TRUE(catalogue.ok()) << catalogue.status();
  std::vector<std::string> ids;
  for (const auto& section : catalogue->sections()) ids.push_back(section.id());
  EXPECT_THAT(ids, testing::ElementsAre("organisations", "institutions", "members", "development",
                                        "posts", "activities"));
}

TEST(SurveyCatalogue, LoadsACountAndARatio) {
  const auto catalogue =
      ParseSurvey(Catalogue(absl::StrCat(
                      kMembers,
                      "figures { id: 'share' title: '占比' unit: '人' "
                      "value { plus: 'members.full.teacher' } denominator { title: '在岗教职工' "
                      "plus: 'heads.staff' recorded_by: 'recorded.staff' "
                      "recorded_of: 'institutions' } part_of: 'members' }")),
                  "test");
  ASSERT_TRUE(catalogue.ok()) << catalogue.status();
  EXPECT_EQ(catalogue->sections(0).figures_size(), 2);
}

TEST(SurveyCatalogue, RefusesARatioWithoutANamedDenominator) {
  ExpectFault(
      Catalogue("figures { id: 'share' title: '占比' unit: '%' "
                "value { plus: 'members.full.teacher' } denominator { plus: 'heads.staff' } }"),
      "\"share\": the denominator does not say what it counts");
  ExpectFault(Catalogue("figures { id: 'share' title: '占比' unit: '%' "
                        "value { plus: 'members.full.teacher' } denominator { title: '教职工' } }"),
              "\"share\": counts nothing");
}

TEST(SurveyCatalogue, RefusesAMeasureThatIsNotCounted) {
  ExpectFault(
      Catalogue("figures { id: 'f' title: '数' unit: '人' value { plus: 'members.martian' } }"),
      "there is no measure \"members.martian\"");
  ExpectFault(Catalogue("figures { id: 'f' title: '数' unit: '人' value { plus: 'members' "
                        "minus: 'activities.Not A Kind' } span: SPAN_MONTH }"),
              "is a stock");
  ExpectFault(Catalogue("figures { id: 'f' title: '数' unit: '人' value { plus: 'heads.staff' "
                        "recorded_by: 'recorded.nothing' } }"),
              "there is no stock \"recorded.nothing\"");
  ExpectFault(Catalogue("figures { id: 'f' title: '数' unit: '次' value { "
                        "plus: 'activities.Not A Kind' } span: SPAN_MONTH }"),
              "there is no measure");
}

TEST(SurveyCatalogue, RefusesAFlowWithoutASpanAndAStockWithOne) {
  ExpectFault(
      Catalogue("figures { id: 'f' title: '数' unit: '人' value { plus: 'admissions.student' } }"),
      "admissions.student is a flow and needs a span");
  ExpectFault(Catalogue("figures { id: 'f' title: '数' unit: '人' value { plus: 'members' } "
                        "span: SPAN_YEAR }"),
              "members is a stock and has no span");
}

TEST(SurveyCatalogue, RefusesAPartOfNothingOrOfWhatIsCountedOtherwise) {
  const std::string part =
      "figures { id: 'part' title: '其中' unit: '人' value { plus: 'members.full.teacher' } ";
  ExpectFault(Catalogue(part + "part_of: 'members' }"), "\"members\", which is no other figure");
  ExpectFault(Catalogue(part + "part_of: 'part' }"), "\"part\", which is no other figure");
  ExpectFault(Catalogue(kMembers + part + "part_of: 'members' line: LINE_TERRITORIAL }"),
              "line, reach and span are not those of its whole");
  ExpectFault(Catalogue(kMembers + part + "part_of: 'members' reach: REACH_OWN }"),
              "line, reach and span are not those of its whole");
}

TEST(SurveyCatalogue, RefusesIdsThatStandTwiceAndEmptyTexts) {
  ExpectFault(Catalogue(absl::StrCat(kMembers, kMembers)), "an earlier figure has this id");
  const std::string section = Catalogue(kMembers);
  ExpectFault(section + section, "an earlier section has this id");
  ExpectFault(absl::StrReplaceAll(section, {{"'党员'", "''"}}), "title is empty");
  ExpectFault(absl::StrReplaceAll(section, {{"'人'", "''"}}), "unit is empty");
  ExpectFault(absl::StrReplaceAll(section, {{"'一'", "''"}}), "title is empty");
  ExpectFault(Catalogue(""), "there is no figure");
  ExpectFault("", "there is no section");
}

TEST(SurveyCatalogue, NamesTheLineThatCannotBeRead) {
  ExpectFault("sections {\n  id: 's'\n  titel: '一'\n}", "test:3: ");
  EXPECT_EQ(LoadSurvey("/nowhere/survey.textproto").status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace zhibu::reporting
