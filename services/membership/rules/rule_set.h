// A rule set that was found sound, ready to judge by, and all of them by date.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_RULES_RULE_SET_H_
#define ZHIBU_SERVICES_MEMBERSHIP_RULES_RULE_SET_H_

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "services/membership/books/rows.pb.h"
#include "services/membership/data/ruleset.pb.h"
#include "services/membership/rules/calendar.h"
#include "services/membership/rules/case_facts.h"
#include "services/membership/rules/steps.h"

namespace zhibu::membership {

// nullopt where every rule can be judged by and nothing refuses that is not confirmed: a rule
// refuses only with a citation of mark C, its own or carried over; one of an overlay also as
// MayRefuseLocally says.
std::optional<Unsound> FindUnsound(const rules::RuleSet& data);
// The same of one rule or due entry by itself.
std::optional<std::string> ProblemOf(const rules::Rule& rule);
std::optional<std::string> ProblemOf(const rules::Due& due);

// Whether a rule of an overlay may refuse by this: by mark C, or by mark S where whoever runs the
// suite has compared it with the document (verified_on).
bool MayRefuseLocally(const type::v1::Citation& citation);

// An overlay as it was read.
struct OverlayFile {
  std::string id;
  std::string name;  // what errors call it
  std::string text;
};

// Immutable; made from data without anything unsound.
class RuleSet {
 public:
  // `overlays`: those that are already part of `data`, in the order in which they were applied.
  RuleSet(rules::RuleSet data, std::string sha256, std::vector<OverlayFile> overlays = {});
  RuleSet(const RuleSet&) = delete;
  RuleSet& operator=(const RuleSet&) = delete;

  const std::string& id() const { return data_.id(); }
  const rules::RuleSet& data() const { return data_; }
  // Of its file, hexadecimal; with overlays, of the SHA-256 of all the files, a line each.
  const std::string& sha256() const { return sha256_; }
  const std::vector<OverlayFile>& overlays() const { return overlays_; }
  // It judges the days of [from, to).
  absl::CivilDay from() const { return from_; }
  absl::CivilDay to() const { return to_; }

  // The rules asked of a step, those that are off and the order left out.
  const std::vector<const rules::Rule*>& RulesOf(v1::StepKind kind) const { return by_step_[kind]; }
  const rules::Rule& order() const { return *order_; }
  const rules::Order::Place& PlaceOf(v1::StepKind kind) const { return *places_[kind]; }
  // The rule on the youngest age of an applicant; null where there is none.
  const rules::Rule* minimum_age() const { return minimum_age_; }

  // Which facts judging a step needs: what it does not need is not read.
  const Needs& NeedsOf(v1::StepKind kind) const { return needs_[kind]; }

 private:
  const rules::RuleSet data_;
  const std::string sha256_;
  const std::vector<OverlayFile> overlays_;
  absl::CivilDay from_, to_;
  std::array<std::vector<const rules::Rule*>, kStepKinds + 1> by_step_;
  std::array<Needs, kStepKinds + 1> needs_;
  std::array<const rules::Order::Place*, kStepKinds + 1> places_ = {};
  const rules::Rule* order_ = nullptr;
  const rules::Rule* minimum_age_ = nullptr;
};

// Every rule set of a server, by date, and the working days they count. Immutable.
class RuleSets {
 public:
  using List = std::vector<std::shared_ptr<const RuleSet>>;
  // INVALID_ARGUMENT where there is none, two have one id, or two would judge the same day.
  static absl::StatusOr<RuleSets> Make(List sets, Calendar calendar);

  // The one in force on this day; null before the first.
  const RuleSet* On(absl::CivilDay day) const;
  // The one that judges a step of this kind and day in a case as far as `before`: the one in force,
  // or, where its transition leaves what was begun to the set before, that one. With
  // STEP_KIND_UNSPECIFIED: a step of the stage that the case has reached. Null before the first.
  const RuleSet* For(const rows::Progress& before, v1::StepKind kind, absl::CivilDay day) const;
  const Calendar& calendar() const { return calendar_; }
  // Null where there is none of this id.
  const RuleSet* Find(absl::string_view id) const;
  const List& all() const { return sets_; }

 private:
  RuleSets(List sets, Calendar calendar) : sets_(std::move(sets)), calendar_(std::move(calendar)) {}
  List sets_;
  Calendar calendar_;
};

// The rule's message apart from any case: its own numbers stand in it, and "…" where the case, or a
// day, is filled in.
std::string WordingOf(const rules::Rule& rule);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_RULES_RULE_SET_H_
