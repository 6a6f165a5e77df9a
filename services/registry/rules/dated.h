// What an organisation or institution was called and was, on a day: lists of half-open periods in
// DayNumbers.
#ifndef ZHIBU_SERVICES_REGISTRY_RULES_DATED_H_
#define ZHIBU_SERVICES_REGISTRY_RULES_DATED_H_

#include <algorithm>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "common/base/civil.h"
#include "services/registry/books/rows.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::registry {

// Half-open, in DayNumbers.
struct Period {
  int32_t from;
  int32_t to;
  bool empty() const { return from >= to; }
  bool Covers(const Period& other) const { return from <= other.from && other.to <= to; }
  bool Has(int32_t day) const { return from <= day && day < to; }
  Period operator&(const Period& other) const {
    return {std::max(from, other.from), std::min(to, other.to)};
  }
};
inline Period LifeOf(const rows::OrganisationRow& row) {
  return {row.established(), row.dissolved()};
}
inline Period LifeOf(const rows::InstitutionRow& row) { return {row.opened(), row.closed()}; }
template <typename Dated>
Period PeriodOf(const Dated& row) {
  return {row.from(), row.to()};
}

// "自 2020-01-01 起", "自 2020-01-01 起、到 2021-01-01 止".
std::string PeriodText(const Period& period);

// The entry of a dated list that holds on `day`, or null.
template <typename List>
auto EntryOn(const List& list, int32_t day) -> decltype(&list.Get(0)) {
  for (const auto& entry : list) {
    if (PeriodOf(entry).Has(day)) return &entry;
  }
  return nullptr;
}

// On a day of the organisation's life.
inline const std::string& TitleOn(const rows::OrganisationRow& row, int32_t day) {
  const auto* entry = EntryOn(row.titles(), day);
  return entry == nullptr ? row.title() : entry->text();
}
inline type::v1::OrganisationKind KindOn(const rows::OrganisationRow& row, int32_t day) {
  const auto* entry = EntryOn(row.kinds(), day);
  return entry == nullptr ? row.kind() : entry->kind();
}
inline type::v1::CommitteeLevel LevelOn(const rows::OrganisationRow& row, int32_t day) {
  const auto* entry = EntryOn(row.kinds(), day);
  return entry == nullptr ? type::v1::COMMITTEE_LEVEL_UNSPECIFIED : entry->level();
}
// On a day of the institution's life.
inline const std::string& TitleOn(const rows::InstitutionRow& row, int32_t day) {
  const auto* entry = EntryOn(row.titles(), day);
  return entry == nullptr ? row.title() : entry->text();
}
inline v1::InstitutionKind KindOn(const rows::InstitutionRow& row, int32_t day) {
  const auto* entry = EntryOn(row.kinds(), day);
  return entry == nullptr ? row.kind() : entry->kind();
}
inline v1::Ownership OwnershipOn(const rows::InstitutionRow& row, int32_t day) {
  const auto* entry = EntryOn(row.kinds(), day);
  return entry == nullptr ? row.ownership() : entry->ownership();
}
// By the last head count of the day or before that has it; 0 where there is none.
inline int StaffOn(const rows::InstitutionRow& row, int32_t day) {
  int staff = 0;
  for (const rows::HeadCountRow& count : row.head_counts()) {  // oldest first
    if (count.counted_on() <= day && count.has_staff()) staff = count.staff();
  }
  return staff;
}
// Empty where it had none.
inline std::string CodeOn(const rows::OrganisationRow& row, int32_t day) {
  const auto* entry = EntryOn(row.codes(), day);
  return entry == nullptr ? "" : entry->text();
}

inline std::string ExternalIdOn(const rows::OrganisationRow& row, absl::string_view system,
                                int32_t day) {
  for (const rows::ExternalIdRow& external : row.external_ids()) {
    if (external.system() == system && PeriodOf(external).Has(day)) return external.id();
  }
  return "";
}

// These change the last entry from `day` on; an entry that began on that very day is replaced.
// Nothing of an earlier day changes. `day` lies within the organisation's life and not before the
// last entry begins.
void SetTitle(rows::OrganisationRow& row, int32_t day, const std::string& title);
void SetTitle(rows::InstitutionRow& row, int32_t day, const std::string& title);
void SetKind(rows::InstitutionRow& row, int32_t day, v1::InstitutionKind kind,
             v1::Ownership ownership);
void SetKind(rows::OrganisationRow& row, int32_t day, type::v1::OrganisationKind kind,
             type::v1::CommitteeLevel level);
// An empty code: from then on there is none.
void SetCode(rows::OrganisationRow& row, int32_t day, const std::string& code);

// The institution's last day is the one before `day`: its last title and kind end.
void SetClosed(rows::InstitutionRow& row, int32_t day);

// The organisation's last day is the one before `day`: all its lists and edges end.
void EndOn(rows::OrganisationRow& row, int32_t day);

}  // namespace zhibu::registry

#endif  // ZHIBU_SERVICES_REGISTRY_RULES_DATED_H_
