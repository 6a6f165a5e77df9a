// Which rule set judges a step around 2026-05-18.
#include "common/base/file.h"
#include "tests/services/membership/rules/judge_fixture.h"

namespace zhibu::membership {
namespace {

using absl::CivilDay;

const CivilDay kNew(2026, 5, 18);

RuleSets With(const std::string& transition) {
  RuleSets::List sets;
  for (const char* id : {"cpc-2014", "cpc-2026"}) {
    std::string text = *ReadFile(
        absl::StrCat(ZHIBU_SOURCE_DIR, "/services/membership/data/rulesets/", id, ".textproto"));
    if (id == std::string("cpc-2026") && !transition.empty()) text += "transition: " + transition;
    sets.push_back(*ParseRuleSet(text, id));
  }
  return *RuleSets::Make(std::move(sets), {});
}

class TransitionTest : public ::testing::Test {
 protected:
  void Done(v1::StepKind kind, CivilDay day) { Advance(MakeStep(kind, day), progress_); }
  std::string Judging(const std::string& transition, v1::StepKind kind, CivilDay day) {
    const RuleSets sets = With(transition);
    const RuleSet* set = sets.For(progress_, kind, day);
    return set == nullptr ? "" : set->id();
  }
  rows::Progress progress_;
};

TEST_F(TransitionTest, TheDayOfTheStepDecidesUnlessTheSetSaysOtherwise) {
  Done(v1::STEP_KIND_APPLICATION, kNew - 1);
  for (const char* transition : {"", "BY_STEP_DATE"}) {
    EXPECT_EQ(Judging(transition, v1::STEP_KIND_TALK, kNew - 1), "cpc-2014");
    EXPECT_EQ(Judging(transition, v1::STEP_KIND_TALK, kNew), "cpc-2026");
  }
}

TEST_F(TransitionTest, ACaseThatBeganBeforeIsLeftToTheSetBefore) {
  EXPECT_EQ(Judging("BY_CASE_DATE", v1::STEP_KIND_APPLICATION, kNew - 1), "cpc-2014");
  EXPECT_EQ(Judging("BY_CASE_DATE", v1::STEP_KIND_APPLICATION, kNew), "cpc-2026");
  Done(v1::STEP_KIND_APPLICATION, kNew - 1);
  EXPECT_EQ(Judging("BY_CASE_DATE", v1::STEP_KIND_TALK, kNew), "cpc-2014");
  Done(v1::STEP_KIND_TALK, kNew);
  EXPECT_EQ(Judging("BY_CASE_DATE", v1::STEP_KIND_ARCHIVE, AddYears(kNew, 5)), "cpc-2014");
  EXPECT_EQ(Judging("BY_CASE_DATE", v1::STEP_KIND_UNSPECIFIED, AddYears(kNew, 5)), "cpc-2014");
  progress_.Clear();
  Done(v1::STEP_KIND_APPLICATION, kNew);
  EXPECT_EQ(Judging("BY_CASE_DATE", v1::STEP_KIND_TALK, kNew), "cpc-2026");
}

TEST_F(TransitionTest, AStageThatBeganBeforeIsLeftToTheSetBefore) {
  Done(v1::STEP_KIND_APPLICATION, kNew - 30);
  EXPECT_EQ(Judging("BY_STAGE_DATE", v1::STEP_KIND_TALK, kNew), "cpc-2014");
  EXPECT_EQ(Judging("BY_STAGE_DATE", v1::STEP_KIND_ACTIVIST_DETERMINATION, kNew), "cpc-2026");
  EXPECT_EQ(Judging("BY_STAGE_DATE", v1::STEP_KIND_UNSPECIFIED, kNew), "cpc-2014");
  Done(v1::STEP_KIND_TALK, kNew - 20);
  Done(v1::STEP_KIND_ACTIVIST_DETERMINATION, kNew - 1);
  EXPECT_EQ(Judging("BY_STAGE_DATE", v1::STEP_KIND_CULTIVATION_INSPECTION, AddYears(kNew, 1)),
            "cpc-2014");
  EXPECT_EQ(Judging("BY_STAGE_DATE", v1::STEP_KIND_OBJECT_DETERMINATION, AddYears(kNew, 1)),
            "cpc-2026");
  Done(v1::STEP_KIND_CULTIVATION_INSPECTION, kNew);
  EXPECT_EQ(Judging("BY_STAGE_DATE", v1::STEP_KIND_CULTIVATION_INSPECTION, AddYears(kNew, 1)),
            "cpc-2014");
}

TEST_F(TransitionTest, NothingJudgesBeforeTheFirstSet) {
  EXPECT_EQ(Judging("BY_CASE_DATE", v1::STEP_KIND_APPLICATION, CivilDay(2014, 5, 27)), "");
  // Nor is there one to leave a case to that began before the first.
  RuleSets::List alone;
  alone.push_back(*ParseRuleSet(
      *ReadFile(ZHIBU_SOURCE_DIR "/services/membership/data/rulesets/cpc-2026.textproto") +
          "transition: BY_CASE_DATE",
      "file"));
  Done(v1::STEP_KIND_APPLICATION, kNew - 1);
  EXPECT_EQ(RuleSets::Make(std::move(alone), {})->For(progress_, v1::STEP_KIND_TALK, kNew)->id(),
            "cpc-2026");
}

}  // namespace
}  // namespace zhibu::membership
