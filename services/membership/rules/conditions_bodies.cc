// The conditions on who acts, deliberates and votes, and on what they may use up.

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/civil.h"
#include "services/membership/rules/conditions.h"
#include "services/membership/rules/rule_checks.h"
#include "services/membership/rules/steps.h"

namespace zhibu::membership {
namespace {

using Found = std::vector<Unmet>;

// Of steps 17 and 24; null for the others.
const google::protobuf::RepeatedPtrField<v1::Deliberation>* DeliberationsOf(const v1::Step& step) {
  if (step.has_admission_approval()) return &step.admission_approval().deliberations();
  if (step.has_conversion_approval()) return &step.conversion_approval().deliberations();
  return nullptr;
}

std::string DetailField(const v1::Step& step, absl::string_view field) {
  const auto* detail = v1::Step::descriptor()->FindFieldByNumber(step.detail_case());
  return absl::StrCat(detail->name(), ".", field);
}

Found ActingBody(const rules::ActingBody& rule, const Asked& asked) {
  const std::string& said = asked.step.step->organisation();
  const auto& competent = asked.facts.competent;
  // Above the top of these books is somebody whom they do not know.
  const bool outside = competent.empty() && rule.role() == rules::ActingBody::NEXT_APPROVING;
  if (said.empty() && (outside || !competent.empty())) return {};
  if (std::find(competent.begin(), competent.end(), said) != competent.end()) return {};
  Unmet unmet;
  unmet.subject = "organisation";
  unmet.values = {{"{competent}", competent.empty() ? "本登记簿中没有，请留空或先登记"
                                                    : absl::StrJoin(competent, "、")}};
  if (competent.empty() && (rule.role() == rules::ActingBody::APPROVING ||
                            rule.role() == rules::ActingBody::APPROVING_OR_ABOVE)) {
    unmet.reason = "NO_COMPETENT_COMMITTEE";
    unmet.message =
        "从领导该档案的支部往上，登记簿中在该日没有可以审批预备党员的党委或党工委（党总支、党组、"
        "临时党组织和乡镇街道党委下的基层党委无权审批）；请先登记有审批权的上级党委和隶属关系";
  }
  return {unmet};
}

Found Deliberated(const rules::Deliberated&, const Asked& asked) {
  const auto* deliberations = DeliberationsOf(*asked.step.step);
  const auto meeting = DayOf(*asked.facts.progress, asked.step.step->has_admission_approval()
                                                        ? v1::STEP_KIND_ADMISSION_MEETING
                                                        : v1::STEP_KIND_CONVERSION_MEETING);
  if (deliberations == nullptr || !meeting) return {};
  std::vector<Unmet> found;
  std::vector<std::string> missing;
  for (const std::string& organisation : asked.facts.deliberating) {
    const auto one = std::find_if(
        deliberations->begin(), deliberations->end(),
        [&](const v1::Deliberation& each) { return each.organisation() == organisation; });
    if (one == deliberations->end()) {
      missing.push_back(organisation);
      continue;
    }
    const auto day = FromProto(one->date());
    if (day.ok() && *meeting <= *day && *day <= asked.step.date) continue;
    Unmet unmet;
    unmet.reason = "DELIBERATION_OUT_OF_TIME";
    unmet.subject = DetailField(
        *asked.step.step, absl::StrCat("deliberations[", one - deliberations->begin(), "].date"));
    unmet.message = absl::StrCat("审议须在支部大会（", FormatDate(*meeting), "）之后、审批（",
                                 FormatDate(asked.step.date), "）之前");
    found.push_back(std::move(unmet));
  }
  if (missing.empty()) return found;
  Unmet unmet;
  unmet.subject = DetailField(*asked.step.step, "deliberations");
  unmet.values = {{"{missing}", absl::StrJoin(missing, "、")}};
  found.push_back(std::move(unmet));
  return found;
}

Found ElectorateCounted(const rules::Electorate&, const Asked& asked) {
  const v1::Vote* vote = VoteOf(*asked.step.step);
  if (!asked.facts.electorate || vote == nullptr) return {};
  const Electorate& counted = *asked.facts.electorate;
  const bool same = vote->entitled() == counted.entitled && counted.entitled > 0;
  if (same && !counted.provisional()) return {};
  Unmet unmet;
  unmet.subject = DetailField(*asked.step.step, "vote.entitled");
  unmet.values = {{"{entitled}", absl::StrCat(vote->entitled())},
                  {"{electorate}", absl::StrCat(counted.entitled)}};
  if (counted.provisional() && vote->entitled() < counted.certain()) {
    unmet.message =
        absl::StrCat("应到会有表决权的正式党员填写了", vote->entitled(),
                     "人，而按登记簿该日支部至少有", counted.certain(), "人；请核对应到会人数");
  } else if (counted.provisional()) {
    unmet.warns = true;
    unmet.reason = "ELECTORATE_NOT_CONFIRMED";
    unmet.message =
        absl::StrCat("该日支部的正式党员有的是后来才登记的，应到会人数无法核实：按登记簿为",
                     counted.entitled, "人，采用填写的", vote->entitled(), "人");
  } else if (counted.entitled == 0) {
    unmet.reason = "ELECTORATE_EMPTY";
    unmet.message =
        "登记簿中该支部在该日没有有表决权的正式党员，不能召开支部大会表决；请先登记党员或核对日期";
  }
  return {unmet};
}

Found QuotaLeft(const rules::QuotaLeft&, const Asked& asked) {
  // Nothing is used up by an admission that was not approved.
  if (!asked.facts.quota_left || *asked.facts.quota_left >= 1 || Failed(*asked.step.step))
    return {};
  return {Unmet()};
}

// Strictly more than the share of those entitled.
Found MoreThan(const rules::Share& share, const Asked& asked, int32_t count,
               absl::string_view field, absl::string_view placeholder) {
  const v1::Vote* vote = VoteOf(*asked.step.step);
  const int64_t bar = int64_t{vote->entitled()} * share.numerator();
  if (int64_t{count} * share.denominator() > bar) return {};
  Unmet unmet;
  unmet.subject = absl::StrCat(
      asked.step.step->has_admission_meeting() ? "admission_meeting" : "conversion_meeting",
      ".vote.", field);
  unmet.values = {{"{entitled}", absl::StrCat(vote->entitled())},
                  {std::string(placeholder), absl::StrCat(count)},
                  {"{needed}", absl::StrCat(bar / share.denominator() + 1)}};
  return {unmet};
}

Found Quorum(const rules::Share& share, const Asked& asked) {
  return MoreThan(share, asked, VoteOf(*asked.step.step)->present(), "present", "{present}");
}

Found Majority(const rules::Share& share, const Asked& asked) {
  return MoreThan(share, asked, VoteOf(*asked.step.step)->in_favour(), "in_favour", "{in_favour}");
}

Problem WithoutBallot(const rules::Rule& rule) {
  return OnlyOf(rule, {v1::STEP_KIND_ADMISSION_MEETING, v1::STEP_KIND_CONVERSION_MEETING},
                "only a meeting (15, 23) has a ballot");
}

Problem CheckShare(const rules::Rule& rule, const rules::Share& share) {
  if (share.numerator() < 1 || share.denominator() <= share.numerator()) {
    return "the share is not between 0 and 1";
  }
  return WithoutBallot(rule);
}

}  // namespace

std::vector<ConditionForm> BodyConditions() {
  return {
      {.condition = rules::Rule::kActingBody,
       .placeholders = {"{competent}"},
       .problem = [](const rules::Rule& rule) -> Problem {
         const rules::ActingBody::Role role = rule.acting_body().role();
         if (role == rules::ActingBody::ROLE_UNSPECIFIED ||
             !rules::ActingBody::Role_IsValid(role)) {
           return "role is missing";
         }
         return std::nullopt;
       },
       .add_needs = [](const rules::Rule& rule,
                       Needs& needs) { needs.acting_body = &rule.acting_body(); },
       .find_unmet = Ask<&rules::Rule::acting_body, ActingBody>},
      {.condition = rules::Rule::kDeliberated,
       .placeholders = {"{missing}"},
       .problem = [](const rules::Rule& rule) -> Problem {
         return OnlyOf(rule, {v1::STEP_KIND_ADMISSION_APPROVAL, v1::STEP_KIND_CONVERSION_APPROVAL},
                       "only an approval (17, 24) says who deliberated");
       },
       .add_needs = [](const rules::Rule& rule, Needs& needs) { needs.deliberating = true; },
       .find_unmet = Ask<&rules::Rule::deliberated, Deliberated>},
      {.condition = rules::Rule::kElectorate,
       .placeholders = {"{entitled}", "{electorate}"},
       .problem = WithoutBallot,
       .add_needs = [](const rules::Rule& rule, Needs& needs) { needs.electorate = true; },
       .find_unmet = Ask<&rules::Rule::electorate, ElectorateCounted>},
      {.condition = rules::Rule::kQuotaLeft,
       .problem = [](const rules::Rule& rule) -> Problem {
         return OnlyOf(rule, {v1::STEP_KIND_ADMISSION_APPROVAL},
                       "only an admission (17) uses the quota");
       },
       .find_unmet = Ask<&rules::Rule::quota_left, QuotaLeft>},
      {.condition = rules::Rule::kQuorum,
       .placeholders = {"{entitled}", "{present}", "{needed}"},
       .problem = [](const rules::Rule& rule) -> Problem {
         return CheckShare(rule, rule.quorum());
       },
       .find_unmet = Ask<&rules::Rule::quorum, Quorum>,
       .of_ballot = true},
      {.condition = rules::Rule::kMajority,
       .placeholders = {"{entitled}", "{in_favour}", "{needed}"},
       .problem = [](const rules::Rule& rule) -> Problem {
         return CheckShare(rule, rule.majority());
       },
       .find_unmet = Ask<&rules::Rule::majority, Majority>,
       .of_ballot = true},
  };
}

}  // namespace zhibu::membership
