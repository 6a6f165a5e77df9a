#include "services/membership/rules/affiliations.h"

#include "common/base/civil.h"

namespace zhibu::membership {

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
