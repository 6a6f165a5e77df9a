// Rule sets from their files.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_LOAD_RULE_SETS_H_
#define ZHIBU_SERVICES_MEMBERSHIP_LOAD_RULE_SETS_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/membership/rules/rule_set.h"

namespace zhibu::membership {

// A zhibu.membership.rules.RuleSet in text format. INVALID_ARGUMENT names `name`, the line where
// there is one, and what is unsound.
absl::StatusOr<std::unique_ptr<const RuleSet>> ParseRuleSet(absl::string_view text,
                                                            absl::string_view name);

// Every *.textproto of `folder`, with the working days of `calendars` (see LoadCalendars). One file
// that is unsound refuses all.
absl::StatusOr<RuleSets> LoadRuleSets(const std::string& folder, const std::string& calendars);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_LOAD_RULE_SETS_H_
