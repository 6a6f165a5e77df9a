#include "services/membership/data/load_rule_sets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/base/crypto.h"
#include "common/base/file.h"
#include "tests/services/membership/history.h"

namespace zhibu::membership {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string Shipped(const std::string& id) {
  return *ReadFile(
      absl::StrCat(ZHIBU_SOURCE_DIR, "/services/membership/data/rulesets/", id, ".textproto"));
}

// The text with its first `from` replaced.
std::string With(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

int LineOf(const std::string& text, const std::string& what) {
  return 1 + static_cast<int>(std::count(text.begin(), text.begin() + text.find(what), '\n'));
}

std::string Error(const std::string& text) {
  const auto set = ParseRuleSet(text, "file");
  EXPECT_EQ(set.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(set.status().message());
}

TEST(LoadRuleSets, LoadsWhatShips) {
  const RuleSets& sets = ShippedRuleSets();
  ASSERT_EQ(sets.all().size(), 2u);
  EXPECT_EQ(sets.Find("cpc-2014")->sha256(), Sha256Hex(Shipped("cpc-2014")));
  EXPECT_EQ(sets.On(absl::CivilDay(2014, 5, 27)), nullptr);
  EXPECT_EQ(sets.On(absl::CivilDay(2014, 5, 28))->id(), "cpc-2014");
  EXPECT_EQ(sets.On(absl::CivilDay(2026, 5, 17))->id(), "cpc-2014");
  EXPECT_EQ(sets.On(absl::CivilDay(2026, 5, 18))->id(), "cpc-2026");
}

TEST(LoadRuleSets, RefusesByTheNewTextOnlyWhatTheOldOneConfirms) {
  for (const rules::Rule& rule : ShippedRuleSets().Find("cpc-2026")->data().rules()) {
    if (rule.citation().document() != "中国共产党章程" && rule.severity() != rules::OFF) {
      EXPECT_EQ(rule.citation().mark(), type::v1::MARK_SECONDARY) << rule.reason();
    }
    if (rule.severity() == rules::REFUSE && rule.has_carried_over()) {
      EXPECT_EQ(rule.carried_over().mark(), type::v1::MARK_CONFIRMED) << rule.reason();
    }
  }
}

TEST(LoadRuleSets, NamesTheLineOfWhatIsNotText) {
  const std::string text = With(Shipped("cpc-2014"), "severity: REFUSE", "severe: REFUSE");
  EXPECT_THAT(Error(text), AllOf(StartsWith(absl::StrCat("file:", LineOf(text, "severe:"), ": ")),
                                 HasSubstr("severe")));
}

TEST(LoadRuleSets, RefusesARefusalThatIsNotConfirmed) {
  const std::string text =
      With(Shipped("cpc-2014"), "mark: MARK_CONFIRMED", "mark: MARK_SECONDARY");
  EXPECT_THAT(Error(text), AllOf(StartsWith(absl::StrCat("file:", LineOf(text, "rules {"), ": ")),
                                 HasSubstr("D01"), HasSubstr("MARK_CONFIRMED")));
  EXPECT_TRUE(ParseRuleSet(With(text, "severity: REFUSE", "severity: WARN"), "file").ok());
  // A restated rule refuses by what it restates, and not without.
  const std::string restated = Shipped("cpc-2026");
  EXPECT_THAT(Error(With(restated, "mark: MARK_CONFIRMED", "mark: MARK_SECONDARY")),
              HasSubstr("D01"));
}

struct Fault {
  const char* from;
  const char* to;
  const char* error;
};

TEST(LoadRuleSets, RefusesWhatCannotBeJudgedBy) {
  const Fault faults[] = {
      {"code: \"D01\"", "code: \"\"", "code is empty"},
      {"reason: \"AGE_BELOW_MINIMUM\"", "reason: \"Too young\"", "UPPER_SNAKE_CASE"},
      {"reason: \"TALK_LATE\"", "reason: \"AGE_BELOW_MINIMUM\"", "an earlier rule has this reason"},
      {"  steps: STEP_KIND_APPLICATION\n", "", "steps is empty"},
      {"steps: STEP_KIND_APPLICATION", "steps: STEP_KIND_UNSPECIFIED", "does not exist"},
      {"steps: STEP_KIND_APPLICATION", "steps: [STEP_KIND_TALK, STEP_KIND_TALK]", "twice"},
      {"severity: REFUSE", "", "severity"},
      {"  minimum_age { years: 18 }\n", "", "there is no condition"},
      {"years: 18", "years: 0", "years is not 1 to 99"},
      {"{years}", "{year}", "message has {year}"},
      {"months: 12", "months: 0", "months is not 1 to 120"},
      {"at_least: 1 at_most: 2", "at_least: 2 at_most: 1", "not a range"},
      {"quorum { numerator: 1 denominator: 2 }", "quorum { numerator: 2 denominator: 2 }",
       "not between 0 and 1"},
      {"must_be_passed { step: STEP_KIND_POLITICAL_REVIEW }",
       "must_be_passed { step: STEP_KIND_TALK }", "steps 10 to 13"},
      {"document: \"中国共产党发展党员工作细则（2014）\"", "document: \"\"", "citation"},
      {"acting_body { role: APPROVING }", "acting_body {}", "role is missing"},
      {"steps: STEP_KIND_SUPERIOR_TALK", "steps: STEP_KIND_PRE_REVIEW", "two rules say who acts"},
      {"  electorate {}", "  quota_left {}", "an admission (17)"},
      {"  acting_body { role: APPROVING }", "  electorate {}", "has a ballot"},
      {"  acting_body { role: NEXT_APPROVING }", "  deliberated {}", "says who deliberated"},
      {"  acting_body { role: CHAIN }", "  rights_intact {}", "name persons"},
      {"effective_from: \"2014-05-28\"", "effective_from: \"2014-05-32\"", "effective_from"},
      {"effective_to: \"2026-05-18\"", "effective_to: \"2014-05-28\"", "not after"},
      {"id: \"cpc-2014\"", "id: \"2014\"", "id is not"},
      {"places { step: STEP_KIND_TALK after: STEP_KIND_APPLICATION }", "", "24 of 25"},
      {"places { step: STEP_KIND_TALK after: STEP_KIND_APPLICATION }",
       "places { step: STEP_KIND_TALK after: STEP_KIND_ARCHIVE }", "comes after"},
      {"places { step: STEP_KIND_TALK after: STEP_KIND_APPLICATION }",
       "places { step: STEP_KIND_TALK }", "comes after nothing"},
      {"working_days: 5", "working_days: 0", "working_days is not 1 to 60"},
      {"leaving { months: 3 }", "leaving { months: 121 }", "months is not 1 to 120"},
      {"steps: STEP_KIND_PRE_REVIEW\n  severity: WARN", "steps: STEP_KIND_TALK\n  severity: WARN",
       "only step 13 asks who leaves"},
      {"kind: DUE_KIND_TALK", "kind: DUE_KIND_UNSPECIFIED", "kind is missing"},
      {"stages: STAGE_APPLICANT", "", "stages is empty"},
  };
  for (const Fault& fault : faults) {
    SCOPED_TRACE(fault.to);
    EXPECT_THAT(Error(With(Shipped("cpc-2014"), fault.from, fault.to)), HasSubstr(fault.error));
  }
}

TEST(LoadRuleSets, RefusesSetsThatJudgeTheSameDay) {
  const std::filesystem::path folder =
      std::filesystem::path(::testing::TempDir()) / absl::StrCat("rulesets-", RandomId());
  std::filesystem::create_directories(folder);
  EXPECT_THAT(std::string(LoadRuleSets({folder.string(), "", ""}).status().message()),
              HasSubstr("no rule set"));
  ASSERT_TRUE(WriteFile(folder / "a.textproto", Shipped("cpc-2014")).ok());
  EXPECT_TRUE(LoadRuleSets({folder.string(), "", ""}).ok());
  ASSERT_TRUE(WriteFile(folder / "b.textproto",
                        With(Shipped("cpc-2026"), "2026-05-18\"\n", "2026-05-17\"\n"))
                  .ok());
  EXPECT_THAT(std::string(LoadRuleSets({folder.string(), "", ""}).status().message()),
              HasSubstr("judge the same days"));
  ASSERT_TRUE(WriteFile(folder / "b.textproto", "id: 7").ok());
  EXPECT_THAT(std::string(LoadRuleSets({folder.string(), "", ""}).status().message()),
              HasSubstr("b.textproto:1"));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace zhibu::membership
