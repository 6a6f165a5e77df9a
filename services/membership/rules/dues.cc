#include "services/membership/rules/dues.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "common/base/civil.h"
#include "services/membership/rules/holdings.h"
#include "services/membership/rules/progress.h"
#include "services/membership/rules/steps.h"

namespace zhibu::membership {
namespace {

template <typename List>
bool Has(const List& list, int value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

bool Settles(const RuleSet& set, const rows::DueRow& due, v1::StepKind kind) {
  // Set by an event, not by a step that the rules name.
  if (due.kind() == v1::DUE_KIND_POSTPONEMENT) return kind == v1::STEP_KIND_CONVERSION_MEETING;
  return std::any_of(set.data().dues().begin(), set.data().dues().end(), [&](const auto& entry) {
    return entry.kind() == due.kind() && Has(entry.until(), kind);
  });
}

std::optional<absl::CivilDay> DayOfDue(const rules::Due& entry, absl::CivilDay date,
                                       const rows::Progress& after) {
  switch (entry.when_case()) {
    case rules::Due::kProbationEnds:
      return ProbationEnd(after);
    case rules::Due::kEvery:
      return EndOfNextPeriod(after, entry.every().from(), entry.every().each(),
                             entry.every().months());
    default:
      return AddMonths(date, entry.months());
  }
}

// Where the books do not have the approval, no step of theirs has set the end of probation.
void AddEndOfProbation(const RuleSet& set, const rows::Progress& after, v1::Stage stage,
                       Dues& dues) {
  if (!AdmittedBeforeBooks(after) || stage != v1::STAGE_PROBATIONARY ||
      FindDone(after, v1::STEP_KIND_CONVERSION_MEETING) != nullptr ||
      std::any_of(dues.begin(), dues.end(), [](const rows::DueRow& due) {
        return due.kind() == v1::DUE_KIND_CONVERSION || due.kind() == v1::DUE_KIND_POSTPONEMENT;
      })) {
    return;
  }
  rows::DueRow& due = *dues.Add();
  due.set_kind(v1::DUE_KIND_CONVERSION);
  due.set_day(DayNumber(ProbationEnd(after).value()));
  due.set_rule_set(set.id());
}

}  // namespace

void RemoveDue(v1::DueKind kind, Dues& dues) {
  for (int i = dues.size() - 1; i >= 0; --i) {
    if (dues[i].kind() == kind) dues.DeleteSubrange(i, 1);
  }
}

void UpdateDues(const RuleSets& sets, const RuleSet& set, const v1::Step& step,
                const rows::Progress& after, v1::Stage stage, Dues& dues) {
  const v1::StepKind kind = KindOf(step);
  for (int i = dues.size() - 1; i >= 0; --i) {
    const RuleSet* setter = sets.Find(dues[i].rule_set());
    if (stage == v1::STAGE_ENDED || Settles(setter != nullptr ? *setter : set, dues[i], kind)) {
      dues.DeleteSubrange(i, 1);
    }
  }
  const rows::StepDone* done = FindDone(after, kind);
  if (done != nullptr && done->failed() && stage != v1::STAGE_ENDED) return;
  const auto date = FromProto(step.date());
  for (const rules::Due& entry : set.data().dues()) {
    if (!Has(entry.after(), kind) || !Has(entry.stages(), stage) || !date.ok()) continue;
    const std::optional<absl::CivilDay> day = DayOfDue(entry, *date, after);
    if (!day) continue;
    RemoveDue(entry.kind(), dues);
    rows::DueRow& due = *dues.Add();
    due.set_kind(entry.kind());
    due.set_day(DayNumber(*day));
    due.set_rule_set(set.id());
  }
  AddEndOfProbation(set, after, stage, dues);
}

void HoldObjectPossible(const RuleSets& sets, const Affiliations& affiliations,
                        const rows::Progress& after, Dues& dues) {
  const auto since = DayOf(after, v1::STEP_KIND_ACTIVIST_DETERMINATION);
  if (!since) return;
  for (rows::DueRow& due : dues) {
    const RuleSet* set = sets.Find(due.rule_set());
    if (due.kind() != v1::DUE_KIND_OBJECT_POSSIBLE || set == nullptr) continue;
    std::vector<Uncounted> periods =
        UncountedPeriods(affiliations, after, set->data().case_events().continuity(), kNoEnd);
    periods.erase(std::remove_if(periods.begin(), periods.end(),
                                 [](const Uncounted& period) { return !period.to; }),
                  periods.end());
    for (const rules::Due& entry : set->data().dues()) {
      if (entry.kind() != due.kind()) continue;
      if (const auto day = HeldFor(*since, entry.months(), periods)) due.set_day(DayNumber(*day));
    }
  }
}

type::v1::Citation CitationOf(const RuleSets& sets, const rows::DueRow& due) {
  const RuleSet* set = sets.Find(due.rule_set());
  if (set == nullptr) return {};
  if (due.kind() == v1::DUE_KIND_POSTPONEMENT) {
    return set->data().case_events().postponement().citation();
  }
  for (const rules::Due& entry : set->data().dues()) {
    if (entry.kind() == due.kind()) return entry.citation();
  }
  return {};
}

}  // namespace zhibu::membership
