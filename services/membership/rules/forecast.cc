#include "services/membership/rules/forecast.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"

namespace zhibu::membership {
namespace {

constexpr char kStep[] = "step";
// A way cannot be longer: each step at most once.
constexpr int kMostSteps = 2 * kStepKinds;
// How often one step's day may be put off: once for each rule that has one.
constexpr int kMostDelays = 20;
constexpr int kNoticeDays = 120;

void VoteForAll(v1::Vote* vote) {
  vote->set_entitled(1);
  vote->set_present(1);
  vote->set_in_favour(1);
}

// The first that may follow and was not done yet: of steps that may be repeated one is enough.
v1::StepKind NextOf(const RuleSets& sets, const rows::Progress& progress, absl::CivilDay day) {
  for (const v1::StepKind kind : NextSteps(sets, progress, day)) {
    const rows::StepDone* done = FindDone(progress, kind);
    if (done == nullptr || done->failed()) return kind;
  }
  return v1::STEP_KIND_UNSPECIFIED;
}

}  // namespace

v1::Step IdealStep(v1::StepKind kind, absl::CivilDay day) {
  v1::Step step;
  *step.mutable_date() = ToProto(day);
  constexpr int kFieldBeforeFirstStep = 10;
  const auto* field = v1::Step::descriptor()->FindFieldByNumber(kFieldBeforeFirstStep + kind);
  step.GetReflection()->MutableMessage(&step, field);
  if (step.has_contact_assignment()) {
    step.mutable_contact_assignment()->add_contacts("persons/a");
  } else if (step.has_introducer_determination()) {
    step.mutable_introducer_determination()->add_introducers("persons/a");
    step.mutable_introducer_determination()->add_introducers("persons/b");
  } else if (step.has_object_determination()) {
    // Long enough over any holidays.
    *step.mutable_object_determination()->mutable_notice_from() = ToProto(day - kNoticeDays);
    *step.mutable_object_determination()->mutable_notice_until() = ToProto(day - 1);
  } else if (step.has_political_review()) {
    step.mutable_political_review()->set_passed(true);
  } else if (step.has_training()) {
    step.mutable_training()->set_days(100);
    step.mutable_training()->set_passed(true);
  } else if (step.has_branch_examination()) {
    step.mutable_branch_examination()->set_passed(true);
  } else if (step.has_pre_review()) {
    step.mutable_pre_review()->set_passed(true);
  } else if (step.has_admission_meeting()) {
    VoteForAll(step.mutable_admission_meeting()->mutable_vote());
  } else if (step.has_admission_approval()) {
    step.mutable_admission_approval()->set_approved(true);
  } else if (step.has_conversion_meeting()) {
    VoteForAll(step.mutable_conversion_meeting()->mutable_vote());
    step.mutable_conversion_meeting()->set_outcome(v1::CONVERSION_OUTCOME_FULL);
  } else if (step.has_conversion_approval()) {
    step.mutable_conversion_approval()->set_approved(true);
  }
  return step;
}

void BeIdeal(const RuleSets& sets, CaseFacts& facts) {
  facts.person = "persons/-";
  // Whoever is competent acts, and votes are cast by whoever may; who that is, is not a question of
  // time.
  facts.competent = {"organisations/-"};
  facts.electorate = Electorate{1, 0};
  facts.calendar = &sets.calendar();
}

Judgement JudgeIdeal(const RuleSet& set, CaseFacts& facts, const v1::Step& step) {
  const auto* persons = PersonsOf(step);
  facts.named.assign(persons == nullptr ? 0 : persons->size(), {true, v1::STAGE_FULL});
  return Judge(set, facts, {&step, FromProto(step.date()).value_or(kNoStart), kNoEnd - 1, kStep});
}

Forecast ForecastCase(const RuleSets& sets, rows::Progress progress, Stages stages,
                      const Affiliations& affiliations, std::optional<absl::CivilDay> birth,
                      const std::map<v1::StepKind, absl::CivilDay>& assumed, absl::CivilDay from) {
  Forecast forecast;
  CaseFacts facts;
  BeIdeal(sets, facts);
  facts.progress = &progress;
  facts.stages = &stages;
  facts.birth = birth;
  absl::CivilDay reached = from;
  for (int steps = 0; steps < kMostSteps; ++steps) {
    const RuleSet* set = sets.For(progress, v1::STEP_KIND_UNSPECIFIED, reached);
    if (set == nullptr) break;
    if (progress.paused()) {
      forecast.blocked_by.push_back(CasePaused(*set, kStep));
      break;
    }
    ForecastDay day;
    day.kind = NextOf(sets, progress, reached);
    if (day.kind == v1::STEP_KIND_UNSPECIFIED) break;
    day.earliest = from;
    if (const auto said = assumed.find(day.kind); said != assumed.end()) {
      day.earliest = said->second;
      day.assumed = true;
    }
    v1::Step step;
    for (int delays = 0;; ++delays) {
      step = IdealStep(day.kind, day.earliest);
      set = sets.For(progress, day.kind, day.earliest);
      if (set == nullptr) return forecast;
      facts.uncounted =
          UncountedPeriods(affiliations, progress, set->data().case_events().continuity(), kNoEnd);
      const Judgement judgement = JudgeIdeal(*set, facts, step);
      if (judgement.refusals.empty()) break;
      // The latest of the days that the conditions ask for; without one, time does not help.
      const Violation* latest = nullptr;
      bool by_time = !day.assumed && delays < kMostDelays;
      for (const Violation& refusal : judgement.refusals) {
        by_time = by_time && refusal.earliest && *refusal.earliest > day.earliest;
        if (latest == nullptr || refusal.earliest > latest->earliest) latest = &refusal;
      }
      if (!by_time) {
        forecast.blocked_by = judgement.refusals;
        return forecast;
      }
      day.earliest = *latest->earliest;
      day.binding = *latest;
    }
    AdvanceStages(progress, step, "", stages);
    Advance(step, progress);
    reached = std::max(reached, day.earliest);
    forecast.days.push_back(std::move(day));
  }
  return forecast;
}

}  // namespace zhibu::membership
