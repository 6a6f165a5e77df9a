// Rule sets from their files.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_DATA_LOAD_RULE_SETS_H_
#define ZHIBU_SERVICES_MEMBERSHIP_DATA_LOAD_RULE_SETS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/membership/rules/rule_set.h"

namespace zhibu::membership {

// A zhibu.membership.rules.RuleSet in text format, changed by those of `overlays` (each a
// zhibu.membership.rules.Overlay) that change it. INVALID_ARGUMENT names `name`, or that of the
// overlay, the line where there is one, and what is unsound.
absl::StatusOr<std::unique_ptr<const RuleSet>> ParseRuleSet(
    absl::string_view text, absl::string_view name, const std::vector<OverlayFile>& overlays = {});

// Where the files are; an empty name: none of them.
struct RuleFolders {
  std::string rule_sets;
  std::string overlays;
  std::string calendars;  // see LoadCalendars
};

// Every *.textproto of the folders. One that is unsound refuses all, as does an overlay of a rule
// set that is not there.
absl::StatusOr<RuleSets> LoadRuleSets(const RuleFolders& folders);

// `sets` with `added` in the place of the one of its id; or, where there is none, judging its days:
// a set that was in force on its first day ends before it, one that would begin while it is in
// force begins after it, and one that lies within its days is left out.
absl::StatusOr<RuleSets> WithRuleSet(const RuleSets& sets, std::shared_ptr<const RuleSet> added);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_DATA_LOAD_RULE_SETS_H_
