#include "services/membership/rules/proof.h"

#include "common/base/civil.h"
#include "services/membership/rules/progress.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::membership {

v1::Proof ProofOf(const CaseFacts& facts, const Judgement& judgement, absl::CivilDay today) {
  v1::Proof proof;
  for (const v1::Condition& condition : judgement.conditions) *proof.add_conditions() = condition;
  *proof.mutable_judged_on() = ToProto(today);
  for (const NamedPerson& person : facts.named) {
    v1::NamedPerson& named = *proof.add_named();
    named.set_registered(person.registered);
    if (person.registered) named.set_stage(SaidStage(person.stage));
    named.set_rights_suspended(person.rights_suspended);
  }
  if (facts.acting_kind) proof.set_acting_kind(*facts.acting_kind);
  proof.set_other_case_open(facts.other_case_open);
  proof.set_calendar_provisional(judgement.calendar_provisional);
  proof.set_acting_organisation(facts.acting_organisation);
  for (const std::string& one : facts.competent) proof.add_competent(one);
  for (const std::string& one : facts.deliberating) proof.add_deliberating(one);
  if (facts.electorate) {
    proof.set_electorate(facts.electorate->entitled);
    proof.set_electorate_provisional(facts.electorate->provisional());
    proof.set_electorate_registered_later(facts.electorate->registered_later);
  }
  if (facts.quota_left) proof.set_quota_left(*facts.quota_left);
  for (const Uncounted& period : facts.uncounted) {
    v1::UncountedPeriod& uncounted = *proof.add_uncounted();
    *uncounted.mutable_valid_from() = ToProto(period.from);
    if (period.to) *uncounted.mutable_valid_to() = ToProto(*period.to);
  }
  return proof;
}

void FactsFrom(const v1::Proof& proof, CaseFacts& facts) {
  facts.named.clear();
  for (const v1::NamedPerson& named : proof.named()) {
    facts.named.push_back({named.registered(), named.stage(), named.rights_suspended()});
  }
  facts.acting_kind.reset();
  if (proof.acting_kind() != type::v1::ORGANISATION_KIND_UNSPECIFIED) {
    facts.acting_kind = proof.acting_kind();
  }
  facts.other_case_open = proof.other_case_open();
  facts.acting_organisation = proof.acting_organisation();
  facts.competent.assign(proof.competent().begin(), proof.competent().end());
  facts.deliberating.assign(proof.deliberating().begin(), proof.deliberating().end());
  facts.electorate.reset();
  if (proof.has_electorate()) {
    facts.electorate = Electorate{proof.electorate(), proof.electorate_registered_later()};
  }
  facts.quota_left.reset();
  if (proof.has_quota_left()) facts.quota_left = proof.quota_left();
  facts.uncounted.clear();
  for (const v1::UncountedPeriod& period : proof.uncounted()) {
    Uncounted uncounted{FromProto(period.valid_from()).value_or(kNoStart), std::nullopt};
    if (period.has_valid_to()) uncounted.to = FromProto(period.valid_to()).value_or(kNoEnd);
    facts.uncounted.push_back(uncounted);
  }
}

std::string Disagreement(const RuleSet* set, const CaseFacts& facts,
                         const v1::RecordedStep& recorded) {
  if (set == nullptr || set->sha256() != recorded.rule_set_sha256()) return "RULE_SET_CHANGED";
  if (!recorded.has_proof()) return "PROOF_MISSING";
  const auto date = FromProto(recorded.step().date());
  const auto judged_on = FromProto(recorded.proof().judged_on());
  if (!date.ok() || !judged_on.ok()) return "CONDITIONS_DIFFER";
  Judgement again = Judge(*set, facts, {&recorded.step(), *date, *judged_on, "step"});
  // What was counted provisionally is counted by the year's calendar now: it stands if that agrees.
  again.calendar_provisional |= recorded.proof().calendar_provisional();
  if (!again.refusals.empty()) return "NOW_REFUSED";
  return ProofOf(facts, again, *judged_on).SerializeAsString() ==
                 recorded.proof().SerializeAsString()
             ? ""
             : "CONDITIONS_DIFFER";
}

}  // namespace zhibu::membership
