// What was looked at to accept a step, kept so that it can be looked at again. Pure.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_RULES_PROOF_H_
#define ZHIBU_SERVICES_MEMBERSHIP_RULES_PROOF_H_

#include "absl/time/civil_time.h"
#include "services/membership/rules/judge.h"
#include "zhibu/membership/v1/development_case.pb.h"

namespace zhibu::membership {

// Of a judgement without refusals, made on `today`.
v1::Proof ProofOf(const CaseFacts& facts, const Judgement& judgement, absl::CivilDay today);

// Fills in what the proof holds of the facts; the rest is the caller's: person, progress, stages
// and birth date.
void FactsFrom(const v1::Proof& proof, CaseFacts& facts);

// Judges a recorded step again, as it was judged then: the reason why it cannot be agreed with, or
// empty. Working days that were counted provisionally are counted by the calendar as it is known
// now. "RULE_SET_CHANGED": the set of that name is another by now (null: there is none);
// "PROOF_MISSING": recorded before proofs were kept; "NOW_REFUSED"; "CONDITIONS_DIFFER".
std::string Disagreement(const RuleSet* set, const CaseFacts& facts,
                         const v1::RecordedStep& recorded);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_RULES_PROOF_H_
