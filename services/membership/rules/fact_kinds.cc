#include "services/membership/rules/fact_kinds.h"

namespace zhibu::membership {

bool EndsMembership(v1::MembershipFactKind kind) {
  return kind == v1::MEMBERSHIP_FACT_KIND_REMOVED || kind == v1::MEMBERSHIP_FACT_KIND_EXPELLED ||
         kind == v1::MEMBERSHIP_FACT_KIND_RESIGNED || kind == v1::MEMBERSHIP_FACT_KIND_DECEASED;
}

bool PossibleWhileStopped(v1::MembershipFactKind kind) {
  return EndsMembership(kind) || kind == v1::MEMBERSHIP_FACT_KIND_RESTORED ||
         kind == v1::MEMBERSHIP_FACT_KIND_CONTACT_LOST ||
         kind == v1::MEMBERSHIP_FACT_KIND_CONTACT_REGAINED;
}

const rules::FactRule* RuleOf(const rules::FactRules& rules, v1::MembershipFactKind kind) {
  for (const rules::FactRule& rule : rules.facts()) {
    if (rule.kind() == kind) return &rule;
  }
  return nullptr;
}

}  // namespace zhibu::membership
