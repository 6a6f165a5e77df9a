#include "services/membership/rules/conditions_bodies.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/civil.h"

namespace zhibu::membership {
namespace {

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

}  // namespace

std::vector<Unmet> ActingBodyUnmet(const rules::ActingBody& rule, const CaseFacts& facts,
                                   const ProposedStep& proposed) {
  const std::string& said = proposed.step->organisation();
  const auto& competent = facts.competent;
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

std::vector<Unmet> DeliberatedUnmet(const CaseFacts& facts, const ProposedStep& proposed) {
  const auto* deliberations = DeliberationsOf(*proposed.step);
  const auto meeting = DayOf(*facts.progress, proposed.step->has_admission_approval()
                                                  ? v1::STEP_KIND_ADMISSION_MEETING
                                                  : v1::STEP_KIND_CONVERSION_MEETING);
  if (deliberations == nullptr || !meeting) return {};
  std::vector<Unmet> found;
  std::vector<std::string> missing;
  for (const std::string& organisation : facts.deliberating) {
    const auto one = std::find_if(
        deliberations->begin(), deliberations->end(),
        [&](const v1::Deliberation& each) { return each.organisation() == organisation; });
    if (one == deliberations->end()) {
      missing.push_back(organisation);
      continue;
    }
    const auto day = FromProto(one->date());
    if (day.ok() && *meeting <= *day && *day <= proposed.date) continue;
    Unmet unmet;
    unmet.reason = "DELIBERATION_OUT_OF_TIME";
    unmet.subject = DetailField(
        *proposed.step, absl::StrCat("deliberations[", one - deliberations->begin(), "].date"));
    unmet.message = absl::StrCat("审议须在支部大会（", FormatDate(*meeting), "）之后、审批（",
                                 FormatDate(proposed.date), "）之前");
    found.push_back(std::move(unmet));
  }
  if (missing.empty()) return found;
  Unmet unmet;
  unmet.subject = DetailField(*proposed.step, "deliberations");
  unmet.values = {{"{missing}", absl::StrJoin(missing, "、")}};
  found.push_back(std::move(unmet));
  return found;
}

std::vector<Unmet> ElectorateUnmet(const CaseFacts& facts, const ProposedStep& proposed) {
  const v1::Vote* vote = VoteOf(*proposed.step);
  if (!facts.electorate || vote == nullptr) return {};
  const Electorate& counted = *facts.electorate;
  const bool same = vote->entitled() == counted.entitled && counted.entitled > 0;
  if (same && !counted.provisional()) return {};
  Unmet unmet;
  unmet.subject = DetailField(*proposed.step, "vote.entitled");
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

std::vector<Unmet> QuotaLeftUnmet(const CaseFacts& facts, const ProposedStep& proposed) {
  // Nothing is used up by an admission that was not approved.
  if (!facts.quota_left || *facts.quota_left >= 1 || Failed(*proposed.step)) return {};
  return {Unmet()};
}

}  // namespace zhibu::membership
