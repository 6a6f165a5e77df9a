#include "services/membership/rules/judge.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "common/base/civil.h"
#include "common/base/title.h"

namespace zhibu::membership {
namespace {

Violation Plain(std::string reason, std::string subject, std::string message) {
  Violation violation;
  violation.reason = std::move(reason);
  violation.subject = std::move(subject);
  violation.message = std::move(message);
  return violation;
}

Violation OfRule(const rules::Rule& rule, std::string reason, std::string subject,
                 std::string message) {
  Violation violation = Plain(std::move(reason), std::move(subject), std::move(message));
  violation.code = rule.code();
  violation.citation = rule.citation();
  return violation;
}

v1::Condition ConditionOf(const rules::Rule& rule) {
  v1::Condition condition;
  condition.set_code(rule.code());
  condition.set_reason(rule.reason());
  condition.set_verdict(v1::VERDICT_MET);
  return condition;
}

bool MayRepeat(const rules::Order::Place& place, const rows::StepDone& done) {
  switch (place.repeat()) {
    case rules::Order::MANY:
      return true;
    case rules::Order::UNTIL_PASSED:
      return done.again();
    default:
      return false;
  }
}

// Whether the step that bars this one for good was recorded, and passed.
bool IsOver(const rules::Order::Place& place, const rows::Progress& progress) {
  const rows::StepDone* until = FindDone(progress, place.until());
  return until != nullptr && !until->failed();
}

std::vector<std::string> MissingBefore(const rules::Order::Place& place,
                                             const rows::Progress& progress) {
  std::vector<std::string> missing;
  for (int after : place.after()) {
    const auto kind = static_cast<v1::StepKind>(after);
    if (FindDone(progress, kind) == nullptr) missing.push_back(TitleOf(kind));
  }
  return missing;
}

void JudgeOrder(const RuleSet& set, const CaseFacts& facts, const ProposedStep& proposed,
                std::vector<Violation>& refusals) {
  const rules::Rule& rule = set.order();
  const v1::StepKind kind = KindOf(*proposed.step);
  const rules::Order::Place& place = set.PlaceOf(kind);
  const rows::Progress& progress = *facts.progress;
  const std::string title = TitleOf(kind);
  if (progress.closed()) {
    refusals.push_back(
        OfRule(rule, "CASE_CLOSED", proposed.subject, "该发展档案已经结束，不能再记录步骤"));
    return;
  }
  if (progress.paused()) {
    refusals.push_back(CasePaused(set, proposed.subject));
  }
  const auto missing = MissingBefore(place, progress);
  if (!missing.empty()) {
    refusals.push_back(OfRule(
        rule, rule.reason(), proposed.subject,
        absl::StrReplaceAll(rule.message(),
                            {{"{step}", title}, {"{missing}", absl::StrJoin(missing, "、")}})));
  }
  const rows::StepDone* done = FindDone(progress, kind);
  if (done != nullptr && !MayRepeat(place, *done)) {
    refusals.push_back(OfRule(rule, "STEP_ALREADY_RECORDED", proposed.subject,
                              absl::StrCat("“", title, "”已经记录过，不能重复记录")));
  } else if (IsOver(place, progress)) {
    refusals.push_back(
        OfRule(rule, "STEP_NO_LONGER_POSSIBLE", proposed.subject,
               absl::StrCat("“", TitleOf(place.until()), "”之后不能再记录“", title, "”")));
  }
}

void JudgeOpening(const RuleSet& set, const CaseFacts& facts, const ProposedStep& proposed,
                  std::vector<Violation>& refusals) {
  const v1::Stage stage = LastStage(*facts.stages);
  if (facts.other_case_open) {
    refusals.push_back(OfRule(set.order(), "CASE_ALREADY_OPEN", proposed.subject,
                              "此人已有未结束的发展档案，不能另建档案；请在原档案中继续"));
  }
  if (facts.other_case_open || KindOf(*proposed.step) != v1::STEP_KIND_APPLICATION) return;
  if (stage == v1::STAGE_PROBATIONARY || stage == v1::STAGE_FULL) {
    refusals.push_back(
        OfRule(set.order(), "ALREADY_MEMBER", proposed.subject, "此人已是党员，不能再次申请入党"));
  } else if (stage == v1::STAGE_STOPPED) {
    refusals.push_back(OfRule(set.order(), "ALREADY_MEMBER", proposed.subject,
                              "此人的党籍只是停止，没有终止：请登记恢复党籍，不必再次申请入党"));
  }
}

void AddUnmet(const rules::Rule& rule, const ProposedStep& proposed, Unmet unmet, bool excepted,
              Judgement& judgement) {
  std::string message =
      unmet.message.empty() ? absl::StrReplaceAll(rule.message(), unmet.values) : unmet.message;
  message += unmet.note;
  Violation violation = OfRule(
      rule, unmet.reason.empty() ? rule.reason() : unmet.reason,
      unmet.subject.empty() ? proposed.subject : absl::StrCat(proposed.subject, ".", unmet.subject),
      std::move(message));
  violation.earliest = unmet.earliest;
  const bool refuses = rule.severity() == rules::REFUSE && !unmet.warns && !excepted;
  (refuses ? judgement.refusals : judgement.warnings).push_back(std::move(violation));
}

// Whether order and passing let the step be next.
bool MayFollow(const RuleSet& set, const rows::Progress& progress, v1::StepKind kind) {
  if (progress.closed() || progress.paused()) return false;
  const rules::Order::Place& place = set.PlaceOf(kind);
  const rows::StepDone* done = FindDone(progress, kind);
  if ((done != nullptr && !MayRepeat(place, *done)) || IsOver(place, progress) ||
      !MissingBefore(place, progress).empty()) {
    return false;
  }
  const auto& asked = set.RulesOf(kind);
  return std::none_of(asked.begin(), asked.end(), [&](const rules::Rule* rule) {
    if (!rule->has_must_be_passed() || rule->severity() != rules::REFUSE) return false;
    const rows::StepDone* before = FindDone(progress, rule->must_be_passed().step());
    return before != nullptr && before->failed();
  });
}

bool HasExcepted(const Judgement& judgement) {
  return std::any_of(
      judgement.conditions.begin(), judgement.conditions.end(),
      [](const v1::Condition& condition) { return condition.verdict() == v1::VERDICT_EXCEPTED; });
}

}  // namespace

Violation CasePaused(const RuleSet& set, absl::string_view subject) {
  return OfRule(set.order(), "CASE_PAUSED", std::string(subject),
                "该发展档案已暂停，请先记录恢复，再办理步骤");
}

bool CanBe(const v1::Vote& vote) {
  const int64_t opinions = int64_t{vote.present()} + vote.written_opinions();
  const int64_t votes = int64_t{vote.in_favour()} + vote.against() + vote.abstained();
  const bool none_negative = vote.present() >= 0 && vote.written_opinions() >= 0 &&
                             vote.in_favour() >= 0 && vote.against() >= 0 && vote.abstained() >= 0;
  return none_negative && vote.entitled() >= 1 && vote.present() <= vote.entitled() &&
         opinions <= vote.entitled() && votes <= opinions;
}

std::vector<Unmet> FindUnmet(const rules::Rule& rule, const RuleSet& set, const CaseFacts& facts,
                             const ProposedStep& proposed) {
  const ConditionForm* form = FormOf(rule.condition_case());
  if (form == nullptr || form->find_unmet == nullptr) return {};
  return form->find_unmet(rule, {set.PlaceOf(KindOf(*proposed.step)), facts, proposed});
}

Judgement Judge(const RuleSet& set, const CaseFacts& facts, const ProposedStep& proposed) {
  Judgement judgement;
  const v1::StepKind kind = KindOf(*proposed.step);
  if (proposed.date > proposed.today) {
    judgement.refusals.push_back(Plain("DATE_IN_FUTURE", absl::StrCat(proposed.subject, ".date"),
                                       "发生日期晚于今天；请在发生之后再记录"));
  }
  judgement.conditions.push_back(ConditionOf(set.order()));
  JudgeOrder(set, facts, proposed, judgement.refusals);
  JudgeOpening(set, facts, proposed, judgement.refusals);
  const v1::Vote* vote = VoteOf(*proposed.step);
  const bool impossible = vote != nullptr && !CanBe(*vote);
  if (impossible) {
    judgement.refusals.push_back(Plain(
        "VOTE_COUNTS_IMPOSSIBLE", absl::StrCat(proposed.subject, ".vote"),
        absl::StrCat("票数不可能成立（应到会", vote->entitled(),
                     "人）：到会与书面意见之和不得超过应到会人数，各项票数之和不得超过到会与书面意"
                     "见之和，且都不得为负")));
  }
  for (const rules::Rule* rule : set.RulesOf(kind)) {
    const ConditionForm& form = *FormOf(rule->condition_case());
    if (impossible && form.of_ballot) continue;
    judgement.conditions.push_back(ConditionOf(*rule));
    if (form.provisional != nullptr) {
      judgement.calendar_provisional |=
          form.provisional(*rule, {set.PlaceOf(kind), facts, proposed});
    }
    const bool excepted = rule->exception_allowed() && proposed.step->has_exception();
    for (Unmet& unmet : FindUnmet(*rule, set, facts, proposed)) {
      judgement.conditions.back().set_verdict(excepted ? v1::VERDICT_EXCEPTED : v1::VERDICT_WARNED);
      AddUnmet(*rule, proposed, std::move(unmet), excepted, judgement);
    }
  }
  if (proposed.step->has_exception() && !HasExcepted(judgement)) {
    judgement.refusals.push_back(
        Plain("EXCEPTION_NOT_NEEDED", absl::StrCat(proposed.subject, ".exception"),
              "该步骤没有需要例外批准、也没有可以例外的条件；请不要填写例外批准"));
  }
  return judgement;
}

std::vector<v1::StepKind> NextSteps(const RuleSets& sets, const rows::Progress& progress,
                                    absl::CivilDay day) {
  std::vector<v1::StepKind> next;
  for (int number = 1; number <= kStepKinds; ++number) {
    const auto kind = static_cast<v1::StepKind>(number);
    const RuleSet* set = sets.For(progress, kind, day);
    if (set != nullptr && MayFollow(*set, progress, kind)) next.push_back(kind);
  }
  return next;
}

}  // namespace zhibu::membership
