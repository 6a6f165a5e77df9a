// What is known of each kind of fact about a membership. Pure.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_RULES_FACT_KINDS_H_
#define ZHIBU_SERVICES_MEMBERSHIP_RULES_FACT_KINDS_H_

#include <string>

#include "services/membership/data/fact_rules.pb.h"
#include "zhibu/membership/v1/membership_fact.pb.h"

namespace zhibu::membership {

// Whether the membership ends by it.
bool EndsMembership(v1::MembershipFactKind kind);

// Of a membership that is stopped: whether it goes on without it.
bool PossibleWhileStopped(v1::MembershipFactKind kind);

// The rule of a kind; never null for a kind that a sound file has, which is all but UNSPECIFIED.
const rules::FactRule* RuleOf(const rules::FactRules& rules, v1::MembershipFactKind kind);


}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_RULES_FACT_KINDS_H_
