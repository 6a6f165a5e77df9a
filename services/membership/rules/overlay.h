// What a local overlay makes of a rule set. Pure.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_RULES_OVERLAY_H_
#define ZHIBU_SERVICES_MEMBERSHIP_RULES_OVERLAY_H_

#include <optional>

#include "services/membership/data/overlay.pb.h"
#include "services/membership/rules/rule_set.h"

namespace zhibu::membership {

// Changes a sound `data` as `overlay` says; or what is unsound in the overlay, and then `data` is
// of no use.
std::optional<Unsound> ApplyOverlay(const rules::Overlay& overlay, rules::RuleSet& data);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_RULES_OVERLAY_H_
