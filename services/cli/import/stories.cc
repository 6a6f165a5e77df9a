#include "services/cli/import/stories.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"

namespace zhibu::cli {
namespace {

using namespace case_event_columns;  // NOLINT: the columns of one file

void AddError(const Row& row, int column, const char* reason, std::string message,
              RowErrors* errors) {
  errors->Add(
      {row.spec->name, row.line, row.spec->columns[column].header, reason, std::move(message)});
}

absl::CivilDay DayOf(const membership::v1::Step& step) {
  return FromProto(step.date()).value_or(kNoStart);
}

// Adds the parts of a story one after the other, cut where the person moves.
class Parts {
 public:
  Parts(CaseStory& story, std::optional<absl::CivilDay> moved) : story_(story), moved_(moved) {}

  void AddSteps(int from, int to) {
    int cut = to;
    if (!after_move_) {
      cut = from;
      while (cut < to && !IsAfterMove(DayOf(story_.steps.steps(cut)))) ++cut;
    }
    if (cut > from) story_.parts.push_back({std::nullopt, from, cut});
    if (cut == to) return;
    NoteMove();
    story_.parts.push_back({std::nullopt, cut, to});
  }
  void AddEvent(size_t event, absl::CivilDay day) {
    if (IsAfterMove(day)) NoteMove();
    story_.parts.push_back({event, 0, 0});
  }
  void End() { NoteMove(); }

 private:
  bool IsAfterMove(absl::CivilDay day) const { return moved_ && day >= *moved_; }
  void NoteMove() {
    if (after_move_) return;
    after_move_ = true;
    story_.after_move = story_.parts.size();
  }

  CaseStory& story_;
  const std::optional<absl::CivilDay> moved_;
  bool after_move_ = false;
};

}  // namespace

CaseEvents ReadCaseEvents(const Folder& folder) {
  CaseEvents events;
  const std::string* bytes = folder.Find(FileKind::kCaseEvents);
  if (bytes == nullptr) return events;
  RowErrors reported_elsewhere;
  ReadRows(SpecOf(FileKind::kCaseEvents), *bytes, &reported_elsewhere, [&](const Row& row) {
    if (row.sound) events[row.Text(kCase)].push_back(row);
  });
  return events;
}

int PlaceOf(const Row& event, const std::vector<absl::CivilDay>& days) {
  if (const auto after = event.Number(kAfterStep)) return static_cast<int>(*after);
  const absl::CivilDay day = *event.Date(kDate);
  const auto later = std::find_if(days.begin(), days.end(),
                                  [day](absl::CivilDay of_step) { return of_step > day; });
  return static_cast<int>(later - days.begin());
}

void CheckPlaces(const std::vector<Row>& events, const std::vector<absl::CivilDay>& days,
                 RowErrors* errors) {
  const int steps = static_cast<int>(days.size());
  int last = 0;
  for (const Row& event : events) {
    if (steps == 0) {
      if (event.Has(kAfterStep)) {
        AddError(event, kAfterStep, "STEP_NOT_THERE", "步骤.csv 中没有这个案件，请留空", errors);
      }
      continue;
    }
    const int place = PlaceOf(event, days);
    if (place > steps) {
      AddError(event, kAfterStep, "STEP_NOT_THERE",
               absl::StrCat("步骤.csv 中这个案件只有", steps, "个步骤"), errors);
      continue;
    }
    if (place == 0) {
      AddError(event, kDate, "EVENT_BEFORE_CASE", "早于这个案件的第一个步骤，请核对日期", errors);
      continue;
    }
    if (place < last) {
      AddError(event, kAfterStep, "EVENT_ORDER", "同一案件的情形须按发生的先后排列", errors);
    }
    last = std::max(last, place);
    if (event.Number(kFromStep).value_or(0) > place) {
      AddError(event, kFromStep, "STEP_NOT_THERE",
               absl::StrCat("这个情形排在序号", place,
                            "的步骤之后，那时还没有起始序号的步骤；请核对日期和在序号后"),
               errors);
    }
  }
}

CaseStory TellInOrder(membership::v1::CaseSteps steps, Origin origin, std::vector<Row> events,
                      std::optional<absl::CivilDay> moved) {
  CaseStory story;
  story.steps = std::move(steps);
  story.origin = std::move(origin);
  story.events = std::move(events);
  std::vector<absl::CivilDay> days;
  for (const membership::v1::Step& step : story.steps.steps()) days.push_back(DayOf(step));
  Parts parts(story, moved);
  int told = 0;
  for (size_t i = 0; i < story.events.size(); ++i) {
    const int place = PlaceOf(story.events[i], days);
    if (place > told) parts.AddSteps(told, place);
    told = std::max(told, place);
    parts.AddEvent(i, *story.events[i].Date(kDate));
  }
  if (told < story.steps.steps_size()) parts.AddSteps(told, story.steps.steps_size());
  parts.End();
  return story;
}

}  // namespace zhibu::cli
