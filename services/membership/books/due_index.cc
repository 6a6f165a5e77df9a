#include "services/membership/books/due_index.h"

#include <algorithm>

#include "common/base/civil.h"
#include "common/store/table.h"
#include "services/membership/books/numbers.h"

namespace zhibu::membership {
namespace {

bool Contains(const Dues& dues, const rows::DueRow& due) {
  return std::any_of(dues.begin(), dues.end(), [&](const rows::DueRow& other) {
    return other.kind() == due.kind() && other.day() == due.day() &&
           other.rule_set() == due.rule_set();
  });
}

}  // namespace

Key DueKey(absl::string_view organisation_id, const DueSubject& subject, const rows::DueRow& due) {
  return Key(kDueTable)
      .Text(organisation_id)
      .Day(DayFromNumber(due.day()))
      .Text(subject.person_id)
      .Number(subject.kind)
      .Text(subject.id)
      .Number(due.kind());
}

std::optional<DueKeyParts> ParseDueKey(absl::string_view key) {
  KeyParts parts(key);
  const auto organisation = parts.Text();
  const auto day = parts.Day();
  const auto person = parts.Text();
  const auto kind = parts.Number();
  const auto id = parts.Text();
  const auto due_kind = parts.Number();
  if (!organisation || !day || !person || !kind || !id || !due_kind) return std::nullopt;
  if (*kind < DueSubject::kMembership || *kind > DueSubject::kTransfer) return std::nullopt;
  return DueKeyParts{*organisation,
                     *day,
                     {static_cast<DueSubject::Kind>(*kind), *person, *id},
                     static_cast<v1::DueKind>(*due_kind)};
}

void DueIndex::Replace(Txn& txn, absl::string_view organisation_id, const DueSubject& subject,
                       const Dues& before, const Dues& after) const {
  // Only what changed is written: most steps change one due item, or none.
  for (const rows::DueRow& due : before) {
    if (!Contains(after, due)) txn.Delete(DueKey(organisation_id, subject, due));
  }
  for (const rows::DueRow& due : after) {
    if (Contains(before, due)) continue;
    PutRow(txn, DueKey(organisation_id, subject, due), due);
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
