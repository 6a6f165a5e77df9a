#include "services/membership/rules/rule_set.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "common/base/civil.h"
#include "services/membership/rules/conditions.h"

namespace zhibu::membership {
namespace {

// The last step of each of the five stages.
constexpr v1::StepKind kLastOfStage[] = {v1::STEP_KIND_TALK, v1::STEP_KIND_CULTIVATION_INSPECTION,
                                         v1::STEP_KIND_TRAINING, v1::STEP_KIND_ADMISSION_FILING,
                                         v1::STEP_KIND_ARCHIVE};

int StageOf(int kind) {
  int stage = 0;
  while (kind > kLastOfStage[stage]) ++stage;
  return stage;
}

// The day that decides whether a set with this transition judges; nullopt where the step's own day
// does, or where nothing was begun yet. Of what is repeated the last counts: a stage whose first
// step is held again has begun again.
std::optional<absl::CivilDay> Began(rules::Transition transition, const rows::Progress& before,
                                    v1::StepKind kind) {
  if (transition != rules::BY_CASE_DATE && transition != rules::BY_STAGE_DATE) return std::nullopt;
  int stage = kind == v1::STEP_KIND_UNSPECIFIED ? 0 : StageOf(kind);
  if (kind == v1::STEP_KIND_UNSPECIFIED) {
    for (const rows::StepDone& done : before.done()) stage = std::max(stage, StageOf(done.kind()));
  }
  std::optional<absl::CivilDay> began;
  for (const rows::StepDone& done : before.done()) {
    if (transition == rules::BY_STAGE_DATE && StageOf(done.kind()) != stage) continue;
    const absl::CivilDay day = DayFromNumber(done.day());
    if (!began || day < *began) began = day;
  }
  return began;
}

}  // namespace

RuleSet::RuleSet(rules::RuleSet data, std::string sha256, std::vector<OverlayFile> overlays)
    : data_(std::move(data)), sha256_(std::move(sha256)), overlays_(std::move(overlays)) {
  from_ = ParseDate(data_.effective_from()).value_or(kNoStart);
  to_ = ParseDate(data_.effective_to()).value_or(kNoEnd);
  for (const rules::Rule& rule : data_.rules()) {
    if (rule.has_order()) {
      order_ = &rule;
      for (const auto& place : rule.order().places()) places_[place.step()] = &place;
      continue;
    }
    if (rule.severity() == rules::OFF) continue;
    if (rule.has_minimum_age()) minimum_age_ = &rule;
    const ConditionForm& form = *FormOf(rule.condition_case());
    for (int kind = 1; kind <= kStepKinds; ++kind) {
      const auto& steps = rule.steps();
      const bool asked = (steps.empty() && form.every_step) ||
                         std::find(steps.begin(), steps.end(), kind) != steps.end();
      if (!asked) continue;
      by_step_[kind].push_back(&rule);
      if (form.add_needs != nullptr) form.add_needs(rule, needs_[kind]);
    }
  }
}

absl::StatusOr<RuleSets> RuleSets::Make(List sets, Calendar calendar) {
  if (sets.empty()) return absl::InvalidArgumentError("there is no rule set");
  std::sort(sets.begin(), sets.end(),
            [](const auto& a, const auto& b) { return a->from() < b->from(); });
  for (size_t i = 0; i + 1 < sets.size(); ++i) {
    if (sets[i + 1]->from() < sets[i]->to()) {
      return absl::InvalidArgumentError(absl::StrCat("rule sets ", sets[i]->id(), " and ",
                                                     sets[i + 1]->id(), " judge the same days"));
    }
    for (size_t j = i + 1; j < sets.size(); ++j) {
      if (sets[i]->id() == sets[j]->id()) {
        return absl::InvalidArgumentError(absl::StrCat("two rule sets are called ", sets[i]->id()));
      }
    }
  }
  return RuleSets(std::move(sets), std::move(calendar));
}

const RuleSet* RuleSets::On(absl::CivilDay day) const {
  for (auto it = sets_.rbegin(); it != sets_.rend(); ++it) {
    if ((*it)->from() <= day) return day < (*it)->to() ? it->get() : nullptr;
  }
  return nullptr;
}

const RuleSet* RuleSets::For(const rows::Progress& before, v1::StepKind kind,
                             absl::CivilDay day) const {
  const RuleSet* set = On(day);
  while (set != nullptr) {
    const std::optional<absl::CivilDay> began = Began(set->data().transition(), before, kind);
    if (!began || *began >= set->from()) return set;
    const RuleSet* earlier = On(set->from() - 1);
    if (earlier == nullptr) return set;
    set = earlier;
  }
  return nullptr;
}

const RuleSet* RuleSets::Find(absl::string_view id) const {
  for (const auto& set : sets_) {
    if (set->id() == id) return set.get();
  }
  return nullptr;
}

std::string WordingOf(const rules::Rule& rule) {
  std::map<std::string, std::string> values;
  for (const std::string& placeholder : FormOf(rule.condition_case())->placeholders) {
    values[placeholder] = "…";
  }
  // The condition's numbers have the names of their placeholders, but for the unit.
  const auto* field = rule.GetDescriptor()->FindFieldByNumber(rule.condition_case());
  if (field != nullptr) {
    const auto& condition = rule.GetReflection()->GetMessage(rule, field);
    for (int i = 0; i < condition.GetDescriptor()->field_count(); ++i) {
      const auto* number = condition.GetDescriptor()->field(i);
      if (number->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_INT32) continue;
      if (number->is_repeated()) continue;
      absl::string_view name = number->name();
      absl::ConsumePrefix(&name, "working_");
      if (absl::StartsWith(name, "at_")) absl::ConsumeSuffix(&name, "_months");
      const auto value = values.find(absl::StrCat("{", name, "}"));
      if (value == values.end()) continue;
      value->second = absl::StrCat(condition.GetReflection()->GetInt32(condition, number));
    }
  }
  return absl::StrReplaceAll(rule.message(), values);
}

}  // namespace zhibu::membership
