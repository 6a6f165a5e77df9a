// How a case and a person's stages move on with each step.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_RULES_PROGRESS_H_
#define ZHIBU_SERVICES_MEMBERSHIP_RULES_PROGRESS_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "services/membership/books/rows.pb.h"
#include "zhibu/membership/v1/development_case.pb.h"
#include "zhibu/membership/v1/person.pb.h"

namespace zhibu::membership {

using Stages = google::protobuf::RepeatedPtrField<rows::StageRow>;

// Probation lasts one year (预备期一年): 《中国共产党章程》第七条.
inline constexpr int kProbationMonths = 12;

// The last step of this kind; null where there is none.
const rows::StepDone* FindDone(const rows::Progress& progress, v1::StepKind kind);

// The day of the last step of this kind.
std::optional<absl::CivilDay> DayOf(const rows::Progress& progress, v1::StepKind kind);

// The day on which probation has ended and full membership can begin (预备期满日): the meeting's
// day and twelve calendar months, and then the approved extension. nullopt before admission was
// approved.
std::optional<absl::CivilDay> ProbationEnd(const rows::Progress& progress);

// The last day on which a step of kind `each` is in time, where every period of `months` calendar
// months from the step `from` on has one: the end of the period after the one of the last `each`.
// Counted from `from` each time, so that clamped months do not creep. nullopt without `from`.
std::optional<absl::CivilDay> EndOfNextPeriod(const rows::Progress& progress, v1::StepKind from,
                                              v1::StepKind each, int months);

// Whether recording `step`, decided as in `before`, ends probation, or refuses or cancels it.
bool ConcludesConversion(const rows::Progress& before, const v1::Step& step);

// The stages after `step` of a case of organisation `organisation_id` at `before`. An
// organisation's approval sets PROBATIONARY from the meeting's day and FULL from the end of
// probation, however late it comes. DEVELOPMENT_OBJECT begins on the day of step 8: who is listed
// is listed only once the committee agreed, and local guidance takes that day.
void AdvanceStages(const rows::Progress& before, const v1::Step& step,
                   absl::string_view organisation_id, Stages& stages);

// The case after `step`.
void Advance(const v1::Step& step, rows::Progress& progress);

// What is known of the way of somebody whose probation was entered as an opening balance: admitted
// on the day of joining, and perhaps extended once.
rows::Progress ProgressOfOpeningBalance(const rows::OpeningRow& opening);

// Whether the way up to the admission is known by an opening balance alone.
bool AdmittedBeforeBooks(const rows::Progress& progress);

// STAGE_UNSPECIFIED before the first.
v1::Stage StageOn(const Stages& stages, absl::CivilDay day);
v1::Stage LastStage(const Stages& stages);
// As the contract says it: STAGE_REGISTERED for who is not on the way.
v1::Stage SaidStage(v1::Stage stage);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_RULES_PROGRESS_H_
