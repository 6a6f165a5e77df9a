#include "services/membership/books/moved_cases.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "common/base/civil.h"
#include "common/base/status.h"
#include "common/store/table.h"
#include "services/membership/books/exception_index.h"
#include "services/membership/books/numbers.h"
#include "services/membership/books/reading.h"
#include "services/membership/rules/affiliations.h"
#include "services/membership/rules/fact_kinds.h"
#include "services/membership/rules/story.h"

namespace zhibu::membership {
namespace {

// Whether a fact, not a step, ended what there was.
bool EndedByFact(const rows::PersonRow& person) {
  if (LastStage(person.stages()) != v1::STAGE_ENDED) return false;
  return std::any_of(person.facts().begin(), person.facts().end(), [&](const rows::FactRow& fact) {
    return EndsMembership(static_cast<v1::MembershipFactKind>(fact.kind())) &&
           fact.day() == person.stages().rbegin()->from();
  });
}

// By its own steps and events alone.
absl::StatusOr<bool> Reopen(const Reader& reader, const RuleSets& rule_sets,
                            const rows::PersonRow& person, const CaseName& name,
                            rows::CaseRow& row) {
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<v1::RecordedStep> steps, StepsOf(reader, name));
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<v1::RecordedCaseEvent> events,
                         CaseEventsOf(reader, name));
  Story story = StoryOf(rule_sets, person, row, steps);
  const auto add = [&](const auto& one) { story.Add(one); };
  ForEachInOrder(steps, events, add, add);
  if (story.progress().closed()) return false;
  *row.mutable_progress() = story.progress();
  *row.mutable_dues() = story.dues();
  return true;
}

}  // namespace

Dues Indexed(const rows::CaseRow& row) { return row.progress().paused() ? Dues() : row.dues(); }

bool SameStages(const Stages& a, const Stages& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const rows::StageRow& x, const rows::StageRow& y) {
                      return x.from() == y.from() && x.stage() == y.stage() &&
                             x.approved_on() == y.approved_on() && x.restored() == y.restored() &&
                             x.organisation_id() == y.organisation_id();
                    });
}

absl::StatusOr<bool> MoveCases(Txn& txn, const DueIndex& due_index, const RuleSets& rule_sets,
                               const std::string& id, const rows::PersonRow& before,
                               const rows::PersonRow& row) {
  const bool ended = LastStage(row.stages()) == v1::STAGE_ENDED;
  const bool over =
      HasLeft(row.affiliations()) || (ended && LastStage(before.stages()) != v1::STAGE_ENDED);
  const bool by_fact = EndedByFact(before) && !SameStages(before.stages(), row.stages());
  const Key cases = Key(kCaseTable).Text(id);
  std::vector<std::pair<CaseName, rows::CaseRow>> moved;
  ZHIBU_RETURN_IF_ERROR(ScanRows<rows::CaseRow>(
      txn, cases, cases.End(), [&](absl::string_view key, const rows::CaseRow& one) {
        // What the end closed has its stages to the last.
        const bool moves = one.progress().closed()
                               ? by_fact && SameStages(one.stages(), before.stages())
                               : over || one.organisation_id() != row.organisation_id() ||
                                     !SameStages(one.stages(), row.stages());
        if (!moves) return true;
        KeyParts parts(key);
        parts.Text();
        moved.emplace_back(CaseName{id, parts.Text().value_or("")}, one);
        return true;
      }));
  bool reopened = false;
  for (auto& [name, one] : moved) {
    if (one.progress().closed()) {
      bool open = false;
      if (!ended && !over) {
        ZHIBU_ASSIGN_OR_RETURN(open, Reopen(txn, rule_sets, row, name, one));
      }
      *one.mutable_stages() = row.stages();
      if (!open) {
        one.set_version(one.version() + 1);
        PutRow(txn, CaseKey(name), one);
        continue;
      }
      reopened = true;
    } else {
      due_index.Replace(txn, one.organisation_id(), DueSubject::OfCase(name), Indexed(one), Dues());
    }
    DeleteExceptions(txn, name, one);
    *one.mutable_stages() = row.stages();
    if (over) {
      one.clear_dues();
      one.mutable_progress()->set_closed(true);
    }
    HoldObjectPossible(rule_sets, row.affiliations(), one.progress(), *one.mutable_dues());
    one.set_organisation_id(row.organisation_id());
    one.set_led_since(DayNumber(LastMove(row.affiliations())));
    one.set_version(one.version() + 1);
    due_index.Replace(txn, one.organisation_id(), DueSubject::OfCase(name), Dues(), Indexed(one));
    PutExceptions(txn, name, one);
    PutRow(txn, CaseKey(name), one);
  }
  return reopened;
}

}  // namespace zhibu::membership
