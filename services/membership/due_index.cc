#include "services/membership/due_index.h"

#include <algorithm>

#include "common/base/civil.h"
#include "common/store/keys.h"
#include "common/store/table.h"
#include "services/membership/tables.h"

namespace zhibu::membership {
namespace {

Key DueKey(absl::string_view organisation_id, const CaseName& name, const rows::DueRow& due) {
  return Key(kDueTable)
      .Text(organisation_id)
      .Day(DayFromNumber(due.day()))
      .Text(name.person_id)
      .Text(name.case_id)
      .Number(due.kind());
}

bool Contains(const Dues& dues, const rows::DueRow& due) {
  return std::any_of(dues.begin(), dues.end(), [&](const rows::DueRow& other) {
    return other.kind() == due.kind() && other.day() == due.day() &&
           other.rule_set() == due.rule_set();
  });
}

}  // namespace

void DueIndex::Replace(Txn& txn, absl::string_view organisation_id, const CaseName& name,
                       const Dues& before, const Dues& after) const {
  // Only what changed is written: most steps change one due item, or none.
  for (const rows::DueRow& due : before) {
    if (!Contains(after, due)) txn.Delete(DueKey(organisation_id, name, due));
  }
  for (const rows::DueRow& due : after) {
    if (Contains(before, due)) continue;
    PutRow(txn, DueKey(organisation_id, name, due), due);
    Lower(organisation_id, DayFromNumber(due.day()), txn.revision());
  }
}

void DueIndex::Lower(absl::string_view organisation_id, absl::CivilDay day,
                     int64_t revision) const {
  WriterLock lock(&mutex_);
  Bound& bound = bounds_[organisation_id];
  if (bound.known) bound.day = std::min(bound.day, day);
  bound.written = std::max(bound.written, revision);
}

absl::CivilDay DueIndex::NothingBefore(absl::string_view organisation_id, int64_t revision) const {
  ReaderLock lock(&mutex_);
  const auto found = bounds_.find(organisation_id);
  const bool holds =
      found != bounds_.end() && found->second.known && revision >= found->second.from;
  return holds ? found->second.day : kNoStart;
}

void DueIndex::FoundNothingBefore(absl::string_view organisation_id, absl::CivilDay day,
                                  int64_t revision) const {
  WriterLock lock(&mutex_);
  Bound& bound = bounds_[organisation_id];
  // Who read an old store did not see what was put since.
  if (revision < bound.written || (bound.known && revision < bound.from)) return;
  bound.day = day;
  bound.from = revision;
  bound.known = true;
}

}  // namespace zhibu::membership
