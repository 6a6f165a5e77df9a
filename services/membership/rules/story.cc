#include "services/membership/rules/story.h"

#include <algorithm>

#include "common/base/civil.h"
#include "services/membership/rules/steps.h"

namespace zhibu::membership {
namespace {

absl::CivilDay DayOfEvent(const v1::CaseEvent& event) {
  return FromProto(event.date()).value_or(kNoStart);
}

void NoteRecorded(int32_t day, rows::Progress& progress) {
  progress.set_latest(progress.has_latest() ? std::max(progress.latest(), day) : day);
}

void ResumeOn(int32_t day, rows::Progress& progress) {
  progress.set_resumed_on(progress.has_resumed_on() ? std::max(progress.resumed_on(), day) : day);
}

}  // namespace

bool MakesVoid(const v1::CaseEvent& event) {
  return event.kind() == v1::CASE_EVENT_KIND_VOIDED || event.kind() == v1::CASE_EVENT_KIND_RETURNED;
}

bool Corrects(const v1::CaseEvent& event) {
  return event.kind() == v1::CASE_EVENT_KIND_VOIDED && event.recorded_in_error();
}

bool Ends(const v1::CaseEvent& event) {
  return event.kind() == v1::CASE_EVENT_KIND_REFUSED ||
         event.kind() == v1::CASE_EVENT_KIND_WITHDRAWN ||
         event.kind() == v1::CASE_EVENT_KIND_NOT_RECOGNISED;
}

void AdvanceByEvent(const v1::CaseEvent& event, rows::Progress& progress) {
  const int32_t day = DayNumber(DayOfEvent(event));
  progress.set_events(progress.events() + 1);
  // On that day nothing happened to the case.
  if (Corrects(event)) return;
  NoteRecorded(day, progress);
  switch (event.kind()) {
    case v1::CASE_EVENT_KIND_REFUSED:
    case v1::CASE_EVENT_KIND_WITHDRAWN:
    case v1::CASE_EVENT_KIND_NOT_RECOGNISED:
      progress.set_closed(true);
      progress.set_ended(true);
      progress.set_paused(false);
      break;
    case v1::CASE_EVENT_KIND_PAUSED:
      progress.set_paused(true);
      break;
    case v1::CASE_EVENT_KIND_RESUMED:
      progress.set_paused(false);
      ResumeOn(day, progress);
      break;
    case v1::CASE_EVENT_KIND_RECEIVED: {
      rows::ReceivedRow& received = *progress.add_received();
      received.set_day(day);
      received.set_continuous(event.continuous());
      break;
    }
    case v1::CASE_EVENT_KIND_RETURNED:
    case v1::CASE_EVENT_KIND_VOIDED:
      ResumeOn(day, progress);
      break;
    default:
      break;
  }
}

void AdvanceStagesByEvent(const v1::CaseEvent& event, absl::string_view organisation_id,
                          Stages& stages) {
  if (!Ends(event)) return;
  rows::StageRow& row = *stages.Add();
  row.set_from(DayNumber(DayOfEvent(event)));
  row.set_stage(v1::STAGE_ENDED);
  row.set_organisation_id(std::string(organisation_id));
}

void UpdateDuesByEvent(const v1::CaseEvent& event, absl::string_view rule_set,
                       const rows::Progress& after, v1::Stage stage, Dues& dues) {
  if (Ends(event)) {
    dues.Clear();
    return;
  }
  if (event.kind() == v1::CASE_EVENT_KIND_POSTPONED) {
    // Probation may have been taken back since, and the discussion held.
    if (stage != v1::STAGE_PROBATIONARY ||
        FindDone(after, v1::STEP_KIND_CONVERSION_MEETING) != nullptr) {
      return;
    }
    RemoveDue(v1::DUE_KIND_CONVERSION, dues);
    RemoveDue(v1::DUE_KIND_POSTPONEMENT, dues);
    rows::DueRow& due = *dues.Add();
    due.set_kind(v1::DUE_KIND_POSTPONEMENT);
    due.set_day(DayNumber(FromProto(event.until()).value_or(kNoEnd)));
    due.set_rule_set(std::string(rule_set));
  }
}

v1::CaseState StateOf(const rows::Progress& progress) {
  if (progress.ended()) return v1::CASE_STATE_ENDED;
  if (FindDone(progress, v1::STEP_KIND_ARCHIVE) != nullptr) return v1::CASE_STATE_COMPLETED;
  // Whoever left the books took the case along.
  if (progress.closed()) return v1::CASE_STATE_ENDED;
  return progress.paused() ? v1::CASE_STATE_PAUSED : v1::CASE_STATE_OPEN;
}

void Story::Add(const v1::RecordedStep& step) {
  entries_.push_back({&step, nullptr});
  Apply(entries_.back());
}

void Story::Add(const v1::RecordedCaseEvent& event) {
  entries_.push_back({nullptr, &event});
  if (!MakesVoid(event.event())) return Apply(entries_.back());
  for (Entry& entry : entries_) {
    if (entry.step == nullptr || !entry.stands ||
        entry.step->sequence() < event.event().step_sequence()) {
      continue;
    }
    entry.stands = false;
    entry.happened = !Corrects(event.event());
  }
  progress_ = progress_before_;
  stages_ = stages_before_;
  dues_.Clear();
  for (const Entry& entry : entries_) Apply(entry);
}

std::vector<const v1::RecordedStep*> Story::standing() const {
  std::vector<const v1::RecordedStep*> steps;
  for (const Entry& entry : entries_) {
    if (entry.step != nullptr && entry.stands) steps.push_back(entry.step);
  }
  return steps;
}

void Story::Apply(const Entry& entry) {
  if (entry.event != nullptr) {
    const v1::CaseEvent& event = entry.event->event();
    AdvanceByEvent(event, progress_);
    AdvanceStagesByEvent(event, "", stages_);
    UpdateDuesByEvent(event, entry.event->rule_set(), progress_, LastStage(stages_), dues_);
  } else if (entry.stands) {
    const v1::Step& step = entry.step->step();
    AdvanceStages(progress_, step, "", stages_);
    Advance(step, progress_);
    if (const RuleSet* set = rule_sets_.Find(entry.step->rule_set())) {
      UpdateDues(rule_sets_, *set, step, progress_, LastStage(stages_), dues_);
    }
  } else {
    // It was recorded, and keeps its number.
    progress_.set_steps(progress_.steps() + 1);
    if (entry.happened) {
      NoteRecorded(DayNumber(FromProto(entry.step->step().date()).value_or(kNoStart)), progress_);
    }
  }
  HoldObjectPossible(rule_sets_, affiliations_, progress_, dues_);
}

}  // namespace zhibu::membership
