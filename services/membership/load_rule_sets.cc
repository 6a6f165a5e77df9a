#include "services/membership/load_rule_sets.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/crypto.h"
#include "common/base/file.h"
#include "common/base/status.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"

namespace zhibu::membership {
namespace {

class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int /*column*/, const std::string& message) override {
    if (!text_.empty()) return;
    // The parser counts lines from 0, and says -1 for the whole.
    text_ = line < 0 ? absl::StrCat(": ", message) : absl::StrCat(":", line + 1, ": ", message);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

std::string Place(const google::protobuf::TextFormat::ParseInfoTree& places, const Unsound& found) {
  if (found.part == Unsound::Part::kWhole) return "";
  const auto* field = rules::RuleSet::descriptor()->FindFieldByName(
      found.part == Unsound::Part::kRule ? "rules" : "dues");
  return absl::StrCat(":", places.GetLocation(field, found.index).line + 1);
}

}  // namespace

absl::StatusOr<std::unique_ptr<const RuleSet>> ParseRuleSet(absl::string_view text,
                                                            absl::string_view name) {
  FirstError error;
  google::protobuf::TextFormat::ParseInfoTree places;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  parser.WriteLocationsTo(&places);
  rules::RuleSet data;
  if (!parser.ParseFromString(std::string(text), &data)) {
    return absl::InvalidArgumentError(absl::StrCat(name, error.text()));
  }
  if (const std::optional<Unsound> unsound = FindUnsound(data)) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, Place(places, *unsound), ": ", unsound->message));
  }
  return std::make_unique<const RuleSet>(std::move(data), Sha256Hex(text));
}

absl::StatusOr<RuleSets> LoadRuleSets(const std::string& folder) {
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> paths, ListFiles(folder, ".textproto"));
  std::vector<std::unique_ptr<const RuleSet>> sets;
  for (const std::string& path : paths) {
    ZHIBU_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
    ZHIBU_ASSIGN_OR_RETURN(std::unique_ptr<const RuleSet> set, ParseRuleSet(text, path));
    sets.push_back(std::move(set));
  }
  absl::StatusOr<RuleSets> made = RuleSets::Make(std::move(sets));
  if (!made.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(folder, ": ", made.status().message()));
  }
  return made;
}

}  // namespace zhibu::membership
