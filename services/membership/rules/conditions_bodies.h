// The conditions on who acts, deliberates and votes: parts of FindUnmet. Pure.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_RULES_CONDITIONS_BODIES_H_
#define ZHIBU_SERVICES_MEMBERSHIP_RULES_CONDITIONS_BODIES_H_

#include <vector>

#include "services/membership/rules/judge.h"

namespace zhibu::membership {

std::vector<Unmet> ActingBodyUnmet(const rules::ActingBody& rule, const CaseFacts& facts,
                                   const ProposedStep& proposed);
std::vector<Unmet> DeliberatedUnmet(const CaseFacts& facts, const ProposedStep& proposed);
std::vector<Unmet> ElectorateUnmet(const CaseFacts& facts, const ProposedStep& proposed);
std::vector<Unmet> QuotaLeftUnmet(const CaseFacts& facts, const ProposedStep& proposed);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_RULES_CONDITIONS_BODIES_H_
