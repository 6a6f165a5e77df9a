// Which organisations act for a step (有权办理), by their place above the branch that leads the
// case. Pure.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_RULES_BODIES_H_
#define ZHIBU_SERVICES_MEMBERSHIP_RULES_BODIES_H_

#include <string>
#include <vector>

#include "services/membership/data/ruleset.pb.h"
#include "services/membership/rules/transfer_chain.h"

namespace zhibu::membership {

// Names of those that are competent, lowest first; none where the chain ends below them.
std::vector<std::string> CompetentBodies(const rules::ActingBody& rule, const Upward& upward);

// Names of those between the branch and the approving committee that deliberate and may not approve
// (审议, 细则 art 23 ¶2): general branches, and committees under a township's. Lowest first.
std::vector<std::string> DeliberatingBodies(const Upward& upward);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_RULES_BODIES_H_
