// A case that is judged step by step, under each text of the rules.
#ifndef ZHIBU_TESTS_SERVICES_MEMBERSHIP_RULES_JUDGE_FIXTURE_H_
#define ZHIBU_TESTS_SERVICES_MEMBERSHIP_RULES_JUDGE_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "services/membership/rules/bodies.h"
#include "services/membership/rules/judge.h"
#include "tests/services/membership/history.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::membership {

struct Version {
  const char* set;
  absl::CivilDay start;  // of the history: all of it lies within the set's time
};

inline std::vector<std::string> Reasons(const std::vector<Violation>& violations) {
  std::vector<std::string> reasons;
  for (const Violation& violation : violations) reasons.push_back(violation.reason);
  return reasons;
}

// A case under one rule set, walked step by step. The start is a last day of a month, so that
// months are clamped.
class JudgeTest : public ::testing::TestWithParam<Version> {
 protected:
  JudgeTest() : set_(*ShippedRuleSets().Find(GetParam().set)) {
    facts_.person = "persons/applicant";
    facts_.progress = &progress_;
    facts_.stages = &stages_;
    facts_.birth = AddYears(start_, -30);
  }

  // What may follow, where this text judges.
  std::vector<v1::StepKind> Next() { return NextSteps(ShippedRuleSets(), progress_, start_); }

  Judgement Propose(const v1::Step& step) {
    facts_.named.assign(8, {true, v1::STAGE_FULL});
    return JudgeWith(step);
  }
  // Of a branch of sixteen who may vote, where the ballot does not say how many; under `upward_`.
  Judgement JudgeWith(v1::Step step) {
    const Needs& needs = set_.NeedsOf(KindOf(step));
    facts_.competent.clear();
    if (needs.acting_body != nullptr) {
      facts_.competent = CompetentBodies(*needs.acting_body, upward_);
    }
    facts_.deliberating = DeliberatingBodies(upward_);
    if (v1::Vote* vote = MutableVoteOf(step); vote != nullptr) {
      if (vote->entitled() == 0) SetVote(vote, 16, 9, 9);
      facts_.electorate = Electorate{vote->entitled(), false};
    }
    return Judge(set_, facts_,
                 {&step, *FromProto(step.date()), absl::CivilDay(2040, 1, 1), "step"});
  }
  void Record(const v1::Step& step) {
    AdvanceStages(progress_, step, "branch", stages_);
    Advance(step, progress_);
  }
  // Records the legal history up to the first step of this kind, which is answered.
  v1::Step WalkTo(v1::StepKind kind) {
    for (const v1::Step& step : LegalHistory(start_)) {
      if (KindOf(step) == kind) return step;
      Record(step);
    }
    return {};
  }
  v1::Step On(v1::Step step, absl::CivilDay day) {
    *step.mutable_date() = ToProto(day);
    return step;
  }
  // The step is refused for this reason alone, by a rule with a code, a citation and a message in
  // Chinese that has no placeholder left.
  Violation ExpectRefused(const v1::Step& step, const std::string& reason,
                          const std::string& code) {
    return ExpectOne(Propose(step).refusals, reason, code);
  }
  Violation ExpectWarned(const v1::Step& step, const std::string& reason, const std::string& code) {
    const Judgement judgement = Propose(step);
    EXPECT_THAT(Reasons(judgement.refusals), ::testing::IsEmpty());
    return ExpectOne(judgement.warnings, reason, code);
  }
  Violation ExpectOne(const std::vector<Violation>& violations, const std::string& reason,
                      const std::string& code) {
    EXPECT_THAT(Reasons(violations), ::testing::ElementsAre(reason));
    if (violations.size() != 1) return {};
    const Violation& violation = violations.front();
    EXPECT_EQ(violation.code, code);
    EXPECT_FALSE(violation.citation.document().empty());
    EXPECT_NE(violation.citation.mark(), type::v1::MARK_UNSPECIFIED);
    EXPECT_THAT(violation.message, ::testing::Not(::testing::HasSubstr("{")));
    EXPECT_TRUE(absl::StartsWith(violation.subject, "step")) << violation.subject;
    EXPECT_GT(static_cast<unsigned char>(violation.message[0]), 0x7F) << violation.message;
    return violation;
  }
  void ExpectAccepted(const v1::Step& step) {
    const Judgement judgement = Propose(step);
    EXPECT_THAT(Reasons(judgement.refusals), ::testing::IsEmpty());
    EXPECT_THAT(Reasons(judgement.warnings), ::testing::IsEmpty());
  }

  const absl::CivilDay start_ = GetParam().start;
  const RuleSet& set_;
  rows::Progress progress_;
  Stages stages_;
  CaseFacts facts_;
  Upward upward_ = {{"branch", type::v1::ORGANISATION_KIND_BRANCH},
                    {"county", type::v1::ORGANISATION_KIND_COMMITTEE},
                    {"city", type::v1::ORGANISATION_KIND_COMMITTEE}};
};

// For INSTANTIATE_TEST_SUITE_P.
inline const auto kBothTexts = ::testing::Values(Version{"cpc-2014", absl::CivilDay(2015, 8, 31)},
                                                 Version{"cpc-2026", absl::CivilDay(2026, 8, 31)});
inline std::string VersionName(const ::testing::TestParamInfo<Version>& info) {
  return absl::StartsWith(info.param.set, "cpc-2014") ? "Of2014" : "Of2026";
}

}  // namespace zhibu::membership

#endif  // ZHIBU_TESTS_SERVICES_MEMBERSHIP_RULES_JUDGE_FIXTURE_H_
