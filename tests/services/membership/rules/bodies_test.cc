// Who acts, deliberates and votes: each condition by table, under both texts.
#include "services/membership/rules/bodies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/resource_name.h"
#include "services/membership/rules/proof.h"
#include "tests/services/membership/history.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::membership {
namespace {

using type::v1::COMMITTEE_LEVEL_BASE;
using type::v1::COMMITTEE_LEVEL_COUNTY;
using type::v1::COMMITTEE_LEVEL_TOWNSHIP;
using type::v1::ORGANISATION_KIND_BRANCH;
using type::v1::ORGANISATION_KIND_COMMITTEE;
using type::v1::ORGANISATION_KIND_GENERAL_BRANCH;
using type::v1::ORGANISATION_KIND_PARTY_GROUP;
using type::v1::ORGANISATION_KIND_TEMPORARY_BRANCH;
using type::v1::ORGANISATION_KIND_WORK_COMMITTEE;
using rules::ActingBody;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Names = std::vector<std::string>;

// Ids without the collection.
Names Ids(const Names& names) {
  Names ids;
  for (const std::string& name : names) ids.push_back(IdOf(kOrganisations, name).value_or("?"));
  return ids;
}
Names Competent(ActingBody::Role role, const Upward& upward) {
  ActingBody rule;
  rule.set_role(role);
  return Ids(CompetentBodies(rule, upward));
}

const ChainNode kBranchNode{"zb", ORGANISATION_KIND_BRANCH};
const ChainNode kGeneral{"zz", ORGANISATION_KIND_GENERAL_BRANCH};
const ChainNode kSchool{"xx", ORGANISATION_KIND_COMMITTEE, COMMITTEE_LEVEL_BASE};
const ChainNode kTownship{"xz", ORGANISATION_KIND_COMMITTEE, COMMITTEE_LEVEL_TOWNSHIP};
const ChainNode kWork{"gw", ORGANISATION_KIND_WORK_COMMITTEE};
const ChainNode kCountyNode{"xw", ORGANISATION_KIND_COMMITTEE, COMMITTEE_LEVEL_COUNTY};

TEST(CompetentBodies, AreFoundUpwardFromTheBranch) {
  const struct {
    const char* what;
    Upward upward;
    Names branch, approving, next, above, deliberating;
  } kCases[] = {
      // clang-format off
      {"a branch under a committee", {kBranchNode, kSchool, kCountyNode},
       {"zb"}, {"xx"}, {"xw"}, {"xx", "xw"}, {}},
      {"a general branch between", {kBranchNode, kGeneral, kWork, kCountyNode},
       {"zb"}, {"gw"}, {"xw"}, {"gw", "xw"}, {"zz"}},
      {"a committee under a township's", {kBranchNode, kSchool, kTownship, kCountyNode},
       {"zb"}, {"xz"}, {"xw"}, {"xz", "xw"}, {"xx"}},
      {"two committees under a township's",
       {kBranchNode, kSchool, {"zx", ORGANISATION_KIND_COMMITTEE, COMMITTEE_LEVEL_BASE}, kTownship,
        kCountyNode},
       {"zb"}, {"xz"}, {"xw"}, {"xz", "xw"}, {"xx", "zx"}},
      {"both between", {kBranchNode, kGeneral, kSchool, kTownship, kCountyNode},
       {"zb"}, {"xz"}, {"xw"}, {"xz", "xw"}, {"zz", "xx"}},
      {"the chain ends at the committee", {kBranchNode, kSchool}, {"zb"}, {"xx"}, {}, {"xx"}, {}},
      {"the chain ends below", {kBranchNode, kGeneral}, {"zb"}, {}, {}, {}, {}},
      {"a committee with members of its own", {kSchool, kCountyNode},
       {"xx"}, {"xx"}, {"xw"}, {"xx", "xw"}, {}},
      {"a general branch with members of its own", {kGeneral, kSchool, kCountyNode},
       {"zz"}, {"xx"}, {"xw"}, {"xx", "xw"}, {}},
      // clang-format on
  };
  for (const auto& one : kCases) {
    SCOPED_TRACE(one.what);
    EXPECT_EQ(Competent(ActingBody::BRANCH, one.upward), one.branch);
    EXPECT_EQ(Competent(ActingBody::APPROVING, one.upward), one.approving);
    EXPECT_EQ(Competent(ActingBody::NEXT_APPROVING, one.upward), one.next);
    EXPECT_EQ(Competent(ActingBody::APPROVING_OR_ABOVE, one.upward), one.above);
    EXPECT_EQ(Competent(ActingBody::CHAIN, one.upward).size(), one.upward.size());
    EXPECT_EQ(Ids(DeliberatingBodies(one.upward)), one.deliberating);
  }
}

TEST(CompetentBodies, LeaveOutKindsThatNeverAre) {
  ActingBody rule;
  rule.set_role(ActingBody::BRANCH);
  rule.add_never(ORGANISATION_KIND_TEMPORARY_BRANCH);
  EXPECT_THAT(CompetentBodies(rule, {kBranchNode}), ElementsAre("organisations/zb"));
  EXPECT_THAT(CompetentBodies(rule, {{"ls", ORGANISATION_KIND_TEMPORARY_BRANCH}}), IsEmpty());
}

// One rule of a shipped set, asked alone.
class BodyRules : public ::testing::TestWithParam<const char*> {
 protected:
  BodyRules() : set_(*ShippedRuleSets().Find(GetParam())) {
    facts_.person = "persons/applicant";
    facts_.progress = &progress_;
    facts_.stages = &stages_;
  }
  const rules::Rule& RuleOf(const std::string& reason) {
    for (const rules::Rule& rule : set_.data().rules()) {
      if (rule.reason() == reason) return rule;
    }
    ADD_FAILURE() << "no rule " << reason;
    return set_.order();
  }
  std::vector<Unmet> Unmets(const std::string& reason, const v1::Step& step) {
    return FindUnmet(RuleOf(reason), set_, facts_,
                     {&step, *FromProto(step.date()), kDay + 1000, "step"});
  }
  // The reason that a step is found unmet for; empty where it is met.
  std::string Found(const std::string& reason, const v1::Step& step) {
    const std::vector<Unmet> unmets = Unmets(reason, step);
    EXPECT_LE(unmets.size(), 1u);
    if (unmets.empty()) return "";
    return unmets[0].reason.empty() ? reason : unmets[0].reason;
  }
  // The rule that says who acts for this kind of step; null where there is none.
  const rules::Rule* ActingRuleOf(v1::StepKind kind) {
    for (const rules::Rule* rule : set_.RulesOf(kind)) {
      if (rule->has_acting_body()) return rule;
    }
    return nullptr;
  }

  const absl::CivilDay kDay{2027, 3, 31};
  const RuleSet& set_;
  rows::Progress progress_;
  Stages stages_;
  CaseFacts facts_;
};
INSTANTIATE_TEST_SUITE_P(BothTexts, BodyRules, ::testing::Values("cpc-2014", "cpc-2026"));

TEST_P(BodyRules, SayWhoActsForEachStep) {
  const std::map<int, std::pair<ActingBody::Role, rules::Severity>> expected = {
      {2, {ActingBody::CHAIN, rules::REFUSE}},
      {3, {ActingBody::BRANCH, rules::REFUSE}},
      {4, {ActingBody::APPROVING, rules::REFUSE}},
      {5, {ActingBody::BRANCH, rules::REFUSE}},
      {6, {ActingBody::BRANCH, rules::REFUSE}},
      {7, {ActingBody::BRANCH, rules::REFUSE}},
      {8, {ActingBody::APPROVING, rules::REFUSE}},
      {9, {ActingBody::BRANCH, rules::WARN}},
      {10, {ActingBody::CHAIN, rules::REFUSE}},
      {11, {ActingBody::APPROVING_OR_ABOVE, rules::REFUSE}},
      {12, {ActingBody::BRANCH, rules::REFUSE}},
      {13, {ActingBody::APPROVING, rules::REFUSE}},
      {15, {ActingBody::BRANCH, rules::REFUSE}},
      {16, {ActingBody::APPROVING, rules::WARN}},
      {17, {ActingBody::APPROVING, rules::REFUSE}},
      {18, {ActingBody::NEXT_APPROVING, rules::REFUSE}},
      {19, {ActingBody::BRANCH, rules::WARN}},
      {20, {ActingBody::CHAIN, rules::WARN}},
      {21, {ActingBody::BRANCH, rules::WARN}},
      {23, {ActingBody::BRANCH, rules::REFUSE}},
      {24, {ActingBody::APPROVING, rules::REFUSE}},
      {25, {ActingBody::CHAIN, rules::REFUSE}}};
  for (int kind = 1; kind <= kStepKinds; ++kind) {
    SCOPED_TRACE(kind);
    const rules::Rule* rule = ActingRuleOf(static_cast<v1::StepKind>(kind));
    const auto one = expected.find(kind);
    ASSERT_EQ(rule != nullptr, one != expected.end());
    if (rule == nullptr) continue;
    EXPECT_EQ(rule->acting_body().role(), one->second.first);
    EXPECT_EQ(rule->severity(), one->second.second);
  }
}

TEST_P(BodyRules, TakeTheCompetentOneWhereNoneIsSaid) {
  for (int kind = 2; kind <= kStepKinds; ++kind) {
    const rules::Rule* rule = ActingRuleOf(static_cast<v1::StepKind>(kind));
    if (rule == nullptr) continue;
    SCOPED_TRACE(rule->reason());
    v1::Step step = MakeStep(static_cast<v1::StepKind>(kind), kDay);
    facts_.competent = {"organisations/a", "organisations/b"};
    EXPECT_EQ(Found(rule->reason(), step), "");
    step.set_organisation("organisations/b");
    EXPECT_EQ(Found(rule->reason(), step), "");
    step.set_organisation("organisations/c");
    EXPECT_EQ(Found(rule->reason(), step), rule->reason());
    const std::vector<Unmet> unmets = Unmets(rule->reason(), step);
    ASSERT_EQ(unmets.size(), 1u);
    EXPECT_EQ(unmets[0].subject, "organisation");
    EXPECT_THAT(unmets[0].values,
                ElementsAre(std::pair("{competent}", "organisations/a、organisations/b")));
  }
}

TEST_P(BodyRules, SayWhereTheChainEnds) {
  facts_.competent.clear();
  v1::Step approval = MakeStep(v1::STEP_KIND_ADMISSION_APPROVAL, kDay);
  EXPECT_EQ(Found("APPROVER_NOT_COMPETENT", approval), "NO_COMPETENT_COMMITTEE");
  approval.set_organisation(kCounty);
  EXPECT_EQ(Found("APPROVER_NOT_COMPETENT", approval), "NO_COMPETENT_COMMITTEE");
  // Above the top of the books there is somebody whom they do not know.
  v1::Step filing = MakeStep(v1::STEP_KIND_ADMISSION_FILING, kDay);
  EXPECT_EQ(Found("FILING_BODY_NOT_COMPETENT", filing), "");
  filing.set_organisation("organisations/a");
  EXPECT_EQ(Found("FILING_BODY_NOT_COMPETENT", filing), "FILING_BODY_NOT_COMPETENT");
  // A temporary branch does not admit.
  EXPECT_EQ(
      Found("ADMITTING_BRANCH_NOT_COMPETENT", MakeStep(v1::STEP_KIND_ADMISSION_MEETING, kDay)),
      "ADMITTING_BRANCH_NOT_COMPETENT");
  EXPECT_EQ(
      Found("ADMITTING_BRANCH_NOT_COMPETENT", MakeStep(v1::STEP_KIND_CONVERSION_MEETING, kDay)),
      "ADMITTING_BRANCH_NOT_COMPETENT");
}

TEST_P(BodyRules, AskForDeliberationBetweenMeetingAndApproval) {
  const absl::CivilDay meeting = kDay - 30;
  Advance(MakeStep(v1::STEP_KIND_ADMISSION_MEETING, meeting), progress_);
  v1::Step step = MakeStep(v1::STEP_KIND_ADMISSION_APPROVAL, kDay);
  EXPECT_EQ(Found("DELIBERATION_MISSING", step), "");  // nobody has to
  facts_.deliberating = {"organisations/zz", "organisations/xx"};
  std::vector<Unmet> unmets = Unmets("DELIBERATION_MISSING", step);
  ASSERT_EQ(unmets.size(), 1u);
  EXPECT_EQ(unmets[0].subject, "admission_approval.deliberations");
  EXPECT_EQ(unmets[0].values[0].second, "organisations/zz、organisations/xx");
  auto add = [&](const char* organisation, absl::CivilDay day) {
    v1::Deliberation& one = *step.mutable_admission_approval()->add_deliberations();
    one.set_organisation(organisation);
    *one.mutable_date() = ToProto(day);
    return &one;
  };
  add("organisations/xx", kDay);
  EXPECT_EQ(Unmets("DELIBERATION_MISSING", step)[0].values[0].second, "organisations/zz");
  v1::Deliberation* one = add("organisations/zz", meeting);
  EXPECT_EQ(Found("DELIBERATION_MISSING", step), "");
  for (const absl::CivilDay day : {meeting - 1, kDay + 1}) {
    *one->mutable_date() = ToProto(day);
    EXPECT_EQ(Found("DELIBERATION_MISSING", step), "DELIBERATION_OUT_OF_TIME");
    EXPECT_EQ(Unmets("DELIBERATION_MISSING", step)[0].subject,
              "admission_approval.deliberations[1].date");
  }
  // For conversion it is not confirmed.
  EXPECT_EQ(RuleOf("CONVERSION_DELIBERATION_MISSING").severity(), rules::OFF);
  Advance(MakeStep(v1::STEP_KIND_CONVERSION_MEETING, meeting), progress_);
  EXPECT_EQ(
      Found("CONVERSION_DELIBERATION_MISSING", MakeStep(v1::STEP_KIND_CONVERSION_APPROVAL, kDay)),
      "CONVERSION_DELIBERATION_MISSING");
}

TEST_P(BodyRules, HoldTheElectorateAgainstTheBooks) {
  for (const v1::StepKind kind :
       {v1::STEP_KIND_ADMISSION_MEETING, v1::STEP_KIND_CONVERSION_MEETING}) {
    v1::Step step = MakeStep(kind, kDay);
    MutableVoteOf(step)->set_entitled(16);
    facts_.electorate = Electorate{16, 0};
    EXPECT_EQ(Found("ELECTORATE_DIFFERS", step), "");
    for (const int counted : {15, 17}) {
      facts_.electorate = Electorate{counted, 0};
      EXPECT_EQ(Found("ELECTORATE_DIFFERS", step), "ELECTORATE_DIFFERS");
      EXPECT_FALSE(Unmets("ELECTORATE_DIFFERS", step)[0].warns);
      EXPECT_THAT(Unmets("ELECTORATE_DIFFERS", step)[0].subject,
                  ::testing::EndsWith("_meeting.vote.entitled"));
    }
    // Sixteen may be right as long as no more than that were surely there.
    for (const int counted : {1, 15, 16, 17, 30}) {
      facts_.electorate = Electorate{counted, std::max(1, counted - 16)};
      EXPECT_EQ(Found("ELECTORATE_DIFFERS", step), "ELECTORATE_NOT_CONFIRMED");
      EXPECT_TRUE(Unmets("ELECTORATE_DIFFERS", step)[0].warns);
    }
    facts_.electorate = Electorate{30, 13};
    EXPECT_EQ(Found("ELECTORATE_DIFFERS", step), "ELECTORATE_DIFFERS");
    EXPECT_FALSE(Unmets("ELECTORATE_DIFFERS", step)[0].warns);
    facts_.electorate = Electorate{0, 0};
    EXPECT_EQ(Found("ELECTORATE_DIFFERS", step), "ELECTORATE_EMPTY");
    MutableVoteOf(step)->set_entitled(0);
    EXPECT_EQ(Found("ELECTORATE_DIFFERS", step), "ELECTORATE_EMPTY");
  }
}

TEST_P(BodyRules, WantTheRightsOfThoseNamedIntact) {
  for (const auto& [kind, reason] :
       {std::pair(v1::STEP_KIND_CONTACT_ASSIGNMENT, "CONTACT_RIGHTS_SUSPENDED"),
        {v1::STEP_KIND_INTRODUCER_DETERMINATION, "INTRODUCER_RIGHTS_SUSPENDED"}}) {
    const v1::Step step = MakeStep(kind, kDay);
    facts_.named.assign(2, {true, v1::STAGE_FULL, false});
    EXPECT_EQ(Found(reason, step), "");
    facts_.named[0].rights_suspended = true;
    EXPECT_EQ(Found(reason, step), reason);
    EXPECT_THAT(Unmets(reason, step)[0].subject, ::testing::EndsWith("[0]"));
  }
}

TEST_P(BodyRules, WarnWhereNothingIsLeftOfTheQuota) {
  v1::Step step = MakeStep(v1::STEP_KIND_ADMISSION_APPROVAL, kDay);
  EXPECT_EQ(RuleOf("QUOTA_EXCEEDED").severity(), rules::WARN);
  const struct {
    std::optional<int32_t> left;
    const char* reason;
  } kCases[] = {{std::nullopt, ""}, {1, ""}, {0, "QUOTA_EXCEEDED"}, {-1, "QUOTA_EXCEEDED"}};
  for (const auto& one : kCases) {
    facts_.quota_left = one.left;
    step.mutable_admission_approval()->set_approved(true);
    EXPECT_EQ(Found("QUOTA_EXCEEDED", step), one.reason);
    step.mutable_admission_approval()->set_approved(false);
    EXPECT_EQ(Found("QUOTA_EXCEEDED", step), "");
  }
}

TEST(BodyProof, KeepsWhatWasJudgedBy) {
  rows::Progress progress;
  Stages stages;
  CaseFacts facts;
  facts.progress = &progress;
  facts.stages = &stages;
  facts.named = {{true, v1::STAGE_FULL, true}};
  facts.acting_organisation = "organisations/b";
  facts.competent = {"organisations/a", "organisations/b"};
  facts.deliberating = {"organisations/c"};
  facts.electorate = Electorate{16, 3};
  facts.quota_left = -2;
  const v1::Proof proof = ProofOf(facts, {}, absl::CivilDay(2027, 1, 1));
  CaseFacts again;
  again.progress = &progress;
  again.stages = &stages;
  FactsFrom(proof, again);
  EXPECT_EQ(ProofOf(again, {}, absl::CivilDay(2027, 1, 1)).SerializeAsString(),
            proof.SerializeAsString());
  EXPECT_EQ(again.competent, facts.competent);
  EXPECT_EQ(again.electorate->entitled, 16);
  EXPECT_EQ(again.electorate->registered_later, 3);
  EXPECT_EQ(again.quota_left, -2);
  EXPECT_TRUE(again.named[0].rights_suspended);
}

}  // namespace
}  // namespace zhibu::membership
