#include "services/activity/data/kinds.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "zhibu/registry/v1/organisation.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::activity {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kCatalogue[] = R"(
study_hours { required: 32 citation { document: "条例" mark: MARK_CONFIRMED } }
kinds {
  id: "lecture" title: "宣讲" organisation_kinds: ["BRANCH", "COMMITTEE"]
  earns_study_hours: true max_study_hours: 4
})";

// The catalogue above with one thing changed.
absl::Status ErrorWith(const std::string& from, const std::string& to) {
  return ParseKinds(absl::StrReplaceAll(kCatalogue, {{from, to}}), "kinds.textproto").status();
}

TEST(ParseKinds, ReadsEveryField) {
  const auto kinds = ParseKinds(kCatalogue, "kinds.textproto");
  ASSERT_TRUE(kinds.ok()) << kinds.status();
  EXPECT_EQ(kinds->required_study_hours, 32);
  EXPECT_EQ(kinds->study_hours_citation.document, "条例");
  const ActivityKind* lecture = kinds->Find("lecture");
  ASSERT_NE(lecture, nullptr);
  EXPECT_EQ(lecture->title, "宣讲");
  EXPECT_THAT(lecture->organisation_kinds, ElementsAre("BRANCH", "COMMITTEE"));
  EXPECT_EQ(lecture->max_study_hours, 4);
  EXPECT_EQ(kinds->Find("lectures"), nullptr);
}

TEST(ParseKinds, RefusesWhatIsNotSound) {
  struct Case {
    const char *from, *to, *says;
  };
  const Case cases[] = {
      {"id: \"lecture\"", "id: \"Lecture\"", "kind \"Lecture\": id is not"},
      {"\"宣讲\"", "\"\"", "title is empty"},
      {"organisation_kinds: [\"BRANCH\", \"COMMITTEE\"]", "", "organisation_kinds is empty"},
      {"\"COMMITTEE\"", "\"SOVIET\"", "there is no organisation kind SOVIET"},
      {"\"COMMITTEE\"", "\"UNSPECIFIED\"", "there is no organisation kind UNSPECIFIED"},
      {"\"COMMITTEE\"", "\"BRANCH\"", "organisation kind BRANCH stands twice"},
      {"max_study_hours: 4", "max_study_hours: 9", "max_study_hours is 9, not 1 to 8"},
      {"max_study_hours: 4", "", "max_study_hours is 0, not 1 to 8"},
      {"earns_study_hours: true", "", "for a kind that earns none"},
      {"required: 32", "", "study_hours.required is 0"},
      {"document: \"条例\"", "", "study_hours: citation.document is empty"},
      {"kinds {", "kind {", "kinds.textproto:3: "},
  };
  for (const Case& c : cases) {
    const absl::Status status = ErrorWith(c.from, c.to);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << c.from;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.says));
  }
}

TEST(ParseKinds, RefusesAnIdThatStandsTwice) {
  const std::string twice = absl::StrCat(
      kCatalogue, "kinds { id: \"lecture\" title: \"讲座\" organisation_kinds: \"BRANCH\" }");
  EXPECT_THAT(std::string(ParseKinds(twice, "k").status().message()),
              HasSubstr("an earlier kind has this id"));
}

TEST(ParseKinds, RefusesACatalogueWithoutKinds) {
  EXPECT_THAT(std::string(ParseKinds("study_hours { required: 32 }", "k").status().message()),
              HasSubstr("there is no kind"));
}

TEST(LoadKinds, SaysWhichFileIsMissing) {
  const absl::Status status = LoadKinds("/nowhere/kinds.textproto").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("/nowhere/kinds.textproto"));
}

class ShippedKinds : public ::testing::Test {
 protected:
  void SetUp() override {
    auto kinds = LoadKinds(ZHIBU_SOURCE_DIR "/services/activity/data/kinds/kinds.textproto");
    ASSERT_TRUE(kinds.ok()) << kinds.status();
    kinds_ = *std::move(kinds);
    auto cadence = LoadCadence(ZHIBU_SOURCE_DIR "/common/domain/data/cadence.textproto");
    ASSERT_TRUE(cadence.ok()) << cadence.status();
    cadence_ = *std::move(cadence);
  }
  Kinds kinds_;
  Cadence cadence_;
};

TEST_F(ShippedKinds, AreTheThreeMeetingsOneClassAndTheThemeDay) {
  std::vector<std::string> shown;
  for (const ActivityKind& kind : kinds_.kinds) shown.push_back(kind.id + " " + kind.title);
  EXPECT_THAT(shown,
              ElementsAre("branch-meeting 支部党员大会", "committee-meeting 支委会",
                          "group-meeting 党小组会", "party-class 党课", "theme-day 主题党日"));
}

TEST_F(ShippedKinds, RequireThirtyTwoHoursByArticleTwenty) {
  EXPECT_EQ(kinds_.required_study_hours, 32);
  EXPECT_EQ(CitationText(kinds_.study_hours_citation),
            "《中国共产党党员教育管理工作条例》第二十条");
  EXPECT_EQ(kinds_.study_hours_citation.mark, 'C');
}

TEST_F(ShippedKinds, CoverEveryShippedCadenceRule) {
  EXPECT_TRUE(CheckCadence(kinds_, cadence_).ok()) << CheckCadence(kinds_, cadence_);
}

TEST_F(ShippedKinds, RefuseACadenceRuleThatNobodyCouldMeet) {
  CadenceRule& rule = cadence_.rules.front();
  rule.organisation_kinds = {"COMMITTEE"};
  EXPECT_THAT(std::string(CheckCadence(kinds_, cadence_).message()),
              HasSubstr("branch-meeting is not for COMMITTEE"));
  rule.activity_kind = "picnic";
  EXPECT_THAT(std::string(CheckCadence(kinds_, cadence_).message()),
              HasSubstr("the catalogue of kinds has no picnic"));
}

TEST(OrganisationKindName, IsTheEnumValueWithoutItsPrefix) {
  EXPECT_EQ(OrganisationKindName(type::v1::ORGANISATION_KIND_PARTY_GROUP), "PARTY_GROUP");
  EXPECT_EQ(OrganisationKindName(99), "");
}

}  // namespace
}  // namespace zhibu::activity
