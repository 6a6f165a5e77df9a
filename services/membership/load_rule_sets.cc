#include "services/membership/load_rule_sets.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/crypto.h"
#include "common/base/file.h"
#include "common/base/status.h"
#include "services/membership/load_calendars.h"
#include "services/membership/text_file.h"

namespace zhibu::membership {

absl::StatusOr<std::unique_ptr<const RuleSet>> ParseRuleSet(absl::string_view text,
                                                            absl::string_view name) {
  TextFile file(name);
  rules::RuleSet data;
  ZHIBU_RETURN_IF_ERROR(file.Parse(text, data));
  if (const std::optional<Unsound> unsound = FindUnsound(data)) {
    return file.Fault(unsound->field, unsound->index, unsound->message);
  }
  return std::make_unique<const RuleSet>(std::move(data), Sha256Hex(text));
}

absl::StatusOr<RuleSets> LoadRuleSets(const std::string& folder, const std::string& calendars) {
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> paths, ListFiles(folder, ".textproto"));
  ZHIBU_ASSIGN_OR_RETURN(Calendar calendar, LoadCalendars(calendars));
  RuleSets::List sets;
  for (const std::string& path : paths) {
    ZHIBU_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
    ZHIBU_ASSIGN_OR_RETURN(std::unique_ptr<const RuleSet> set, ParseRuleSet(text, path));
    sets.push_back(std::move(set));
  }
  absl::StatusOr<RuleSets> made = RuleSets::Make(std::move(sets), std::move(calendar));
  if (!made.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(folder, ": ", made.status().message()));
  }
  return made;
}

}  // namespace zhibu::membership
