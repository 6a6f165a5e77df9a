#include "services/membership/data/load_rule_sets.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/crypto.h"
#include "common/base/file.h"
#include "common/base/status.h"
#include "common/domain/text_file.h"
#include "services/membership/data/load_calendars.h"
#include "services/membership/rules/overlay.h"

namespace zhibu::membership {
namespace {

absl::StatusOr<std::vector<OverlayFile>> LoadOverlays(const std::string& folder) {
  std::vector<OverlayFile> overlays;
  if (folder.empty()) return overlays;
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> paths, ListFiles(folder, ".textproto"));
  for (const std::string& path : paths) {
    ZHIBU_ASSIGN_OR_RETURN(std::string text, ReadFile(path));
    TextFile file(path);
    rules::Overlay data;
    ZHIBU_RETURN_IF_ERROR(file.Parse(text, data));
    for (const OverlayFile& earlier : overlays) {
      if (earlier.id == data.id()) {
        return file.Fault("id", -1, absl::StrCat(earlier.name, " has this id too"));
      }
    }
    overlays.push_back({data.id(), path, std::move(text)});
  }
  return overlays;
}

// Those that changed no set, where there is one.
absl::Status RefuseUnused(const std::vector<OverlayFile>& overlays, const RuleSets::List& sets) {
  for (const OverlayFile& overlay : overlays) {
    const bool used = std::any_of(sets.begin(), sets.end(), [&](const auto& set) {
      return std::any_of(set->overlays().begin(), set->overlays().end(),
                         [&](const OverlayFile& one) { return one.id == overlay.id; });
    });
    if (used) continue;
    TextFile file(overlay.name);
    rules::Overlay data;
    ZHIBU_RETURN_IF_ERROR(file.Parse(overlay.text, data));
    return file.Fault("changes", -1, absl::StrCat("there is no rule set ", data.changes()));
  }
  return absl::OkStatus();
}

// The same rules, in force on the days of [from, to).
std::shared_ptr<const RuleSet> InForce(const RuleSet& set, absl::CivilDay from, absl::CivilDay to) {
  rules::RuleSet data = set.data();
  data.set_effective_from(FormatDate(from));
  data.set_effective_to(to == kNoEnd ? "" : FormatDate(to));
  return std::make_shared<const RuleSet>(std::move(data), set.sha256(), set.overlays());
}

}  // namespace

absl::StatusOr<std::unique_ptr<const RuleSet>> ParseRuleSet(
    absl::string_view text, absl::string_view name, const std::vector<OverlayFile>& overlays) {
  TextFile file(name);
  rules::RuleSet data;
  ZHIBU_RETURN_IF_ERROR(file.Parse(text, data));
  for (int i = 0; i < data.rules_size(); ++i) {
    if (!data.rules(i).overlay().empty()) {
      return file.Fault("rules", i, "overlay is not said in a file");
    }
  }
  if (const std::optional<Unsound> unsound = FindUnsound(data)) {
    return file.Fault(unsound->field, unsound->index, unsound->message);
  }
  std::string sha256 = Sha256Hex(text);
  std::vector<OverlayFile> applied;
  for (const OverlayFile& overlay : overlays) {
    TextFile overlay_file(overlay.name);
    rules::Overlay change;
    ZHIBU_RETURN_IF_ERROR(overlay_file.Parse(overlay.text, change));
    if (change.changes() != data.id()) continue;
    if (const std::optional<Unsound> unsound = ApplyOverlay(change, data)) {
      return overlay_file.Fault(unsound->field, unsound->index, unsound->message);
    }
    sha256 = Sha256Hex(absl::StrCat(sha256, "\n", Sha256Hex(overlay.text), "\n"));
    applied.push_back(overlay);
  }
  return std::make_unique<const RuleSet>(std::move(data), std::move(sha256), std::move(applied));
}

absl::StatusOr<RuleSets> LoadRuleSets(const RuleFolders& folders) {
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> paths,
                         ListFiles(folders.rule_sets, ".textproto"));
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<OverlayFile> overlays, LoadOverlays(folders.overlays));
  ZHIBU_ASSIGN_OR_RETURN(Calendar calendar, LoadCalendars(folders.calendars));
  RuleSets::List sets;
  for (const std::string& path : paths) {
    ZHIBU_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
    ZHIBU_ASSIGN_OR_RETURN(std::unique_ptr<const RuleSet> set, ParseRuleSet(text, path, overlays));
    sets.push_back(std::move(set));
  }
  ZHIBU_RETURN_IF_ERROR(RefuseUnused(overlays, sets));
  absl::StatusOr<RuleSets> made = RuleSets::Make(std::move(sets), std::move(calendar));
  if (!made.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(folders.rule_sets, ": ", made.status().message()));
  }
  return made;
}

absl::StatusOr<RuleSets> WithRuleSet(const RuleSets& sets, std::shared_ptr<const RuleSet> added) {
  RuleSets::List list;
  const bool replaces = sets.Find(added->id()) != nullptr;
  for (const auto& set : sets.all()) {
    if (set->id() == added->id()) continue;
    if (replaces || set->to() <= added->from() || added->to() <= set->from()) {
      list.push_back(set);
    } else if (set->from() < added->from()) {
      list.push_back(InForce(*set, set->from(), added->from()));
    } else if (added->to() < set->to()) {
      list.push_back(InForce(*set, added->to(), set->to()));
    }
  }
  list.push_back(std::move(added));
  return RuleSets::Make(std::move(list), sets.calendar());
}

}  // namespace zhibu::membership
