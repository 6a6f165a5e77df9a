#include "services/membership/rules/affiliations.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "common/base/civil.h"

namespace zhibu::membership {

bool ByTransfer(const rows::AffiliationRow& row) {
  return absl::StartsWith(row.cause(), "transfers/");
}

void MoveOn(absl::CivilDay day, absl::string_view organisation_id, absl::string_view cause,
            Affiliations& affiliations) {
  const int32_t number = DayNumber(day);
  if (organisation_id.empty()) {
    if (!affiliations.empty()) affiliations.rbegin()->set_to(number);
    return;
  }
  while (!affiliations.empty() && affiliations.rbegin()->from() >= number) {
    affiliations.RemoveLast();
  }
  // Whoever left the books and comes back was kept by nobody in between; the row says so.
  if (!affiliations.empty() && affiliations.rbegin()->to() == number) {
    affiliations.rbegin()->clear_to();
  }
  rows::AffiliationRow& row = *affiliations.Add();
  row.set_from(number);
  row.set_organisation_id(std::string(organisation_id));
  row.set_cause(std::string(cause));
}

bool HandOverOn(absl::CivilDay day, absl::string_view from, absl::string_view to,
                absl::string_view cause, Affiliations& affiliations) {
  const int32_t number = DayNumber(day);
  const auto end = [&](int i) {
    if (affiliations[i].has_to()) return affiliations[i].to();
    return i + 1 < affiliations.size() ? affiliations[i + 1].from() : DayNumber(kNoEnd);
  };
  Affiliations now;
  bool changed = false;
  for (int i = 0; i < affiliations.size(); ++i) {
    const rows::AffiliationRow& row = affiliations[i];
    if (from == to || row.organisation_id() != from || end(i) <= number) {
      *now.Add() = row;
      continue;
    }
    changed = true;
    if (row.from() < number) {
      *now.Add() = row;
      now.rbegin()->clear_to();
    }
    rows::AffiliationRow& moved = *now.Add();
    moved = row;
    moved.set_from(std::max(row.from(), number));
    moved.set_organisation_id(std::string(to));
    // Who transferred in after the day did so all the same, to `to`.
    if (row.from() < number || !ByTransfer(row)) moved.set_cause(std::string(cause));
  }
  affiliations.Swap(&now);
  return changed;
}

std::string KeptBy(const Affiliations& affiliations, absl::CivilDay day) {
  const int32_t number = DayNumber(day);
  const rows::AffiliationRow* kept = nullptr;
  for (const rows::AffiliationRow& row : affiliations) {
    if (kept == nullptr || row.from() <= number) kept = &row;
  }
  if (kept == nullptr || (kept->has_to() && kept->to() <= number)) return "";
  return kept->organisation_id();
}

absl::CivilDay LastMove(const Affiliations& affiliations) {
  if (affiliations.empty()) return kNoStart;
  const rows::AffiliationRow& last = *affiliations.rbegin();
  return DayFromNumber(last.has_to() ? last.to() : last.from());
}

bool HasLeft(const Affiliations& affiliations) {
  return !affiliations.empty() && affiliations.rbegin()->has_to();
}

}  // namespace zhibu::membership
