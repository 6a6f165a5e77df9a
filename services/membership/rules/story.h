// A case's story: its steps and what happened beside them, in the order of recording, and what that
// makes of it. Nothing is overwritten: what was void was recorded, and does not count. Pure.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_RULES_STORY_H_
#define ZHIBU_SERVICES_MEMBERSHIP_RULES_STORY_H_

#include <string>
#include <utility>
#include <vector>

#include "services/membership/books/rows.pb.h"
#include "services/membership/rules/affiliations.h"
#include "services/membership/rules/dues.h"
#include "services/membership/rules/progress.h"
#include "services/membership/rules/rule_set.h"
#include "zhibu/membership/v1/case_event.pb.h"
#include "zhibu/membership/v1/development_case.pb.h"

namespace zhibu::membership {

// Whether the event makes steps void.
bool MakesVoid(const v1::CaseEvent& event);
// Whether it corrects what was written wrongly (误录更正): the books, not what happened.
bool Corrects(const v1::CaseEvent& event);
// Whether the event ends the case and, with it, the way to membership.
bool Ends(const v1::CaseEvent& event);

// The case after an event that makes nothing void.
void AdvanceByEvent(const v1::CaseEvent& event, rows::Progress& progress);
// The stages after it.
void AdvanceStagesByEvent(const v1::CaseEvent& event, absl::string_view organisation_id,
                          Stages& stages);
// What falls due after an event that `rule_set` judged, where the case and the person's stage are
// so `after` it.
void UpdateDuesByEvent(const v1::CaseEvent& event, absl::string_view rule_set,
                       const rows::Progress& after, v1::Stage stage, Dues& dues);

v1::CaseState StateOf(const rows::Progress& progress);

// Both in order of their sequence; calls back in the order of recording.
template <typename OnStep, typename OnEvent>
void ForEachInOrder(const std::vector<v1::RecordedStep>& steps,
                    const std::vector<v1::RecordedCaseEvent>& events, OnStep on_step,
                    OnEvent on_event) {
  size_t next = 0;
  for (const v1::RecordedStep& step : steps) {
    for (; next < events.size() && events[next].after_step() < step.sequence(); ++next) {
      on_event(events[next]);
    }
    on_step(step);
  }
  for (; next < events.size(); ++next) on_event(events[next]);
}

// Owns nothing that is added: it must outlive the story. Not thread-safe.
class Story {
 public:
  // The case before its first step, the person's stages then, and where the person was kept.
  Story(const RuleSets* rule_sets, rows::Progress progress, Stages stages,
        const Affiliations* affiliations)
      : rule_sets_(*rule_sets),
        affiliations_(*affiliations),
        progress_before_(std::move(progress)),
        stages_before_(std::move(stages)),
        progress_(progress_before_),
        stages_(stages_before_) {}

  // What is recorded next. A step is taken as standing until an event says otherwise.
  void Add(const v1::RecordedStep& step);
  void Add(const v1::RecordedCaseEvent& event);

  const rows::Progress& progress() const { return progress_; }
  // Without the organisation that led to them.
  const Stages& stages() const { return stages_; }
  const Dues& dues() const { return dues_; }
  // Those that stand, in order.
  std::vector<const v1::RecordedStep*> standing() const;

 private:
  struct Entry {
    const v1::RecordedStep* step = nullptr;
    const v1::RecordedCaseEvent* event = nullptr;
    bool stands = true;
    bool happened = true;  // or it was written wrongly
  };
  void Apply(const Entry& entry);

  const RuleSets& rule_sets_;
  const Affiliations& affiliations_;
  const rows::Progress progress_before_;
  const Stages stages_before_;
  std::vector<Entry> entries_;
  rows::Progress progress_;
  Stages stages_;
  Dues dues_;
};

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_RULES_STORY_H_
