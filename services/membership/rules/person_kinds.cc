#include "services/membership/rules/person_kinds.h"

#include <algorithm>

#include "common/base/civil.h"

namespace zhibu::membership {

v1::PersonKind PersonKindOn(const rows::PersonRow& person, absl::CivilDay day) {
  int kind = person.kinds().empty() ? person.kind() : person.kinds(0).kind();
  for (const rows::KindRow& row : person.kinds()) {
    if (DayFromNumber(row.from()) <= day) kind = row.kind();
  }
  return static_cast<v1::PersonKind>(kind);
}

std::optional<absl::CivilDay> LastKindChange(const rows::PersonRow& person) {
  if (person.kinds().empty()) return std::nullopt;
  return DayFromNumber(person.kinds().rbegin()->from());
}

bool SetKindFrom(absl::CivilDay day, v1::PersonKind kind, rows::PersonRow& person) {
  const int32_t number = DayNumber(day);
  auto& kinds = *person.mutable_kinds();
  if (kinds.empty()) {
    rows::KindRow& first = *kinds.Add();
    first.set_from(std::min(person.registered_on(), number));
    first.set_kind(person.kind());
  }
  if (kinds.rbegin()->from() > number) return false;
  if (kinds.rbegin()->from() == number) kinds.RemoveLast();
  if (kinds.empty() || kinds.rbegin()->kind() != kind) {
    rows::KindRow& row = *kinds.Add();
    row.set_from(number);
    row.set_kind(kind);
  }
  // One that always held needs no day.
  if (kinds.size() == 1) kinds.Clear();
  person.set_kind(kind);
  return true;
}

}  // namespace zhibu::membership
