#include "services/membership/rules/progress.h"

#include <algorithm>
#include <string>

#include "common/base/civil.h"
#include "services/membership/rules/steps.h"

namespace zhibu::membership {
namespace {

int32_t Day(const v1::Step& step) { return DayNumber(FromProto(step.date()).value_or(kNoStart)); }

rows::StepDone& DoneOf(rows::Progress& progress, v1::StepKind kind) {
  for (rows::StepDone& done : *progress.mutable_done()) {
    if (done.kind() == kind) return done;
  }
  rows::StepDone& done = *progress.add_done();
  done.set_kind(kind);
  return done;
}

void Erase(rows::Progress& progress, v1::StepKind kind) {
  for (int i = 0; i < progress.done_size(); ++i) {
    if (progress.done(i).kind() != kind) continue;
    progress.mutable_done()->DeleteSubrange(i, 1);
    return;
  }
}

void SetDone(rows::Progress& progress, v1::StepKind kind, absl::CivilDay day) {
  DoneOf(progress, kind).set_day(DayNumber(day));
}

// What the branch meeting decided is in force, unless it was not approved: then, and after an
// extension, it decides again, on a new application if there is one.
void EndConversionRound(const v1::Step& step, rows::Progress& progress) {
  if (!Failed(step) && progress.outcome() == v1::CONVERSION_OUTCOME_EXTENDED) {
    progress.set_extensions(progress.extensions() + 1);
    progress.set_extension_months(progress.extension_months() + progress.outcome_months());
  }
  Erase(progress, v1::STEP_KIND_CONVERSION_MEETING);
  Erase(progress, v1::STEP_KIND_CONVERSION_APPROVAL);
  DoneOf(progress, v1::STEP_KIND_CONVERSION_APPLICATION).set_again(true);
  progress.set_not_before(Day(step));
  progress.clear_outcome();
  progress.clear_outcome_months();
}

}  // namespace

const rows::StepDone* FindDone(const rows::Progress& progress, v1::StepKind kind) {
  for (const rows::StepDone& done : progress.done()) {
    if (done.kind() == kind) return &done;
  }
  return nullptr;
}

std::optional<absl::CivilDay> DayOf(const rows::Progress& progress, v1::StepKind kind) {
  const rows::StepDone* done = FindDone(progress, kind);
  if (done == nullptr) return std::nullopt;
  return DayFromNumber(done->day());
}

std::optional<absl::CivilDay> ProbationEnd(const rows::Progress& progress) {
  const auto meeting = DayOf(progress, v1::STEP_KIND_ADMISSION_MEETING);
  const rows::StepDone* approval = FindDone(progress, v1::STEP_KIND_ADMISSION_APPROVAL);
  if (!meeting || approval == nullptr || approval->failed()) return std::nullopt;
  return AddMonths(AddMonths(*meeting, kProbationMonths), progress.extension_months());
}

std::optional<absl::CivilDay> EndOfNextPeriod(const rows::Progress& progress, v1::StepKind from,
                                              v1::StepKind each, int months) {
  const auto start = DayOf(progress, from);
  if (!start) return std::nullopt;
  const auto last = DayOf(progress, each);
  if (!last) return AddMonths(*start, months);
  int period = 1;
  while (AddMonths(*start, months * period) < *last) ++period;
  return AddMonths(*start, months * (period + 1));
}

bool ConcludesConversion(const rows::Progress& before, const v1::Step& step) {
  return step.has_conversion_approval() && step.conversion_approval().approved() &&
         before.outcome() != v1::CONVERSION_OUTCOME_EXTENDED;
}

void AdvanceStages(const rows::Progress& before, const v1::Step& step,
                   absl::string_view organisation_id, Stages& stages) {
  const auto add = [&](v1::Stage stage, int32_t from) {
    rows::StageRow& row = *stages.Add();
    row.set_from(from);
    row.set_stage(stage);
    row.set_organisation_id(std::string(organisation_id));
    return &row;
  };
  switch (KindOf(step)) {
    case v1::STEP_KIND_APPLICATION:
      add(v1::STAGE_APPLICANT, Day(step));
      break;
    case v1::STEP_KIND_ACTIVIST_DETERMINATION:
      add(v1::STAGE_ACTIVIST, Day(step));
      break;
    case v1::STEP_KIND_OBJECT_FILING:
      add(v1::STAGE_DEVELOPMENT_OBJECT, Day(step));
      break;
    case v1::STEP_KIND_ADMISSION_APPROVAL:
      if (step.admission_approval().approved()) {
        const auto meeting = DayOf(before, v1::STEP_KIND_ADMISSION_MEETING);
        add(v1::STAGE_PROBATIONARY, meeting ? DayNumber(*meeting) : Day(step))
            ->set_approved_on(Day(step));
      } else {
        add(v1::STAGE_ENDED, Day(step));
      }
      break;
    case v1::STEP_KIND_CONVERSION_APPROVAL:
      if (!ConcludesConversion(before, step)) break;
      if (before.outcome() == v1::CONVERSION_OUTCOME_CANCELLED) {
        add(v1::STAGE_ENDED, Day(step))->set_approved_on(Day(step));
      } else {
        const auto end = ProbationEnd(before);
        add(v1::STAGE_FULL, end ? DayNumber(*end) : Day(step))->set_approved_on(Day(step));
      }
      break;
    default:
      break;
  }
}

void Advance(const v1::Step& step, rows::Progress& progress) {
  const v1::StepKind kind = KindOf(step);
  progress.set_steps(progress.steps() + 1);
  progress.set_latest(progress.has_latest() ? std::max(progress.latest(), Day(step)) : Day(step));
  if (kind == v1::STEP_KIND_CONVERSION_APPROVAL && !ConcludesConversion(progress, step)) {
    return EndConversionRound(step, progress);
  }
  rows::StepDone& done = DoneOf(progress, kind);
  done.set_day(Day(step));
  done.set_failed(Failed(step));
  done.set_again(false);
  switch (kind) {
    case v1::STEP_KIND_TRAINING:
      progress.set_training_days(step.training().days());
      progress.set_training_hours(step.training().class_hours());
      // Not every text asks that it was passed; one that was too short can be made up for too.
      done.set_again(true);
      break;
    case v1::STEP_KIND_POLITICAL_REVIEW:
    case v1::STEP_KIND_BRANCH_EXAMINATION:
    case v1::STEP_KIND_PRE_REVIEW:
      done.set_again(Failed(step));
      break;
    case v1::STEP_KIND_ADMISSION_APPROVAL:
      progress.set_closed(Failed(step));
      progress.set_ended(Failed(step));
      break;
    case v1::STEP_KIND_CONVERSION_MEETING:
      progress.set_outcome(step.conversion_meeting().outcome());
      progress.set_outcome_months(step.conversion_meeting().extension_months());
      break;
    case v1::STEP_KIND_CONVERSION_APPROVAL:
      progress.set_concluded(true);
      // An earlier decision may have left room for one that was not needed.
      DoneOf(progress, v1::STEP_KIND_CONVERSION_APPLICATION).set_again(false);
      progress.set_ended(progress.outcome() == v1::CONVERSION_OUTCOME_CANCELLED);
      break;
    case v1::STEP_KIND_ARCHIVE:
      progress.set_closed(true);
      break;
    default:
      break;
  }
}

rows::Progress ProgressOfOpeningBalance(const rows::OpeningRow& opening) {
  rows::Progress progress;
  const absl::CivilDay joined_on = DayFromNumber(opening.joined_on());
  if (opening.extension_months() > 0) {
    progress.set_extensions(1);
    progress.set_extension_months(opening.extension_months());
  }
  // Not the days on which these happened, but none of what comes is earlier than the meeting.
  for (int kind = v1::STEP_KIND_APPLICATION; kind <= v1::STEP_KIND_ADMISSION_FILING; ++kind) {
    SetDone(progress, static_cast<v1::StepKind>(kind), joined_on);
    DoneOf(progress, static_cast<v1::StepKind>(kind)).set_before_books(true);
  }
  return progress;
}

bool AdmittedBeforeBooks(const rows::Progress& progress) {
  const rows::StepDone* approval = FindDone(progress, v1::STEP_KIND_ADMISSION_APPROVAL);
  return approval != nullptr && approval->before_books();
}

v1::Stage StageOn(const Stages& stages, absl::CivilDay day) {
  v1::Stage stage = v1::STAGE_UNSPECIFIED;
  for (const rows::StageRow& row : stages) {
    if (DayFromNumber(row.from()) <= day) stage = static_cast<v1::Stage>(row.stage());
  }
  return stage;
}

v1::Stage SaidStage(v1::Stage stage) {
  return stage == v1::STAGE_UNSPECIFIED ? v1::STAGE_REGISTERED : stage;
}

v1::Stage LastStage(const Stages& stages) {
  return stages.empty() ? v1::STAGE_UNSPECIFIED : static_cast<v1::Stage>(stages.rbegin()->stage());
}

}  // namespace zhibu::membership
