#include "services/registry/rules/dated.h"

#include "absl/strings/str_cat.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::registry {
namespace {

// Ends what holds on `day`, and takes away what would begin then or later.
template <typename List>
void CutAt(List& list, int32_t day) {
  for (int i = list.size() - 1; i >= 0; --i) {
    if (list.Get(i).from() >= day) {
      list.DeleteSubrange(i, 1);
    } else if (list.Get(i).to() > day) {
      list.Mutable(i)->set_to(day);
    }
  }
}

template <typename Row>
void BeginTitle(Row& row, int32_t day, const std::string& title) {
  CutAt(*row.mutable_titles(), day);
  rows::DatedTextRow& entry = *row.add_titles();
  entry.set_text(title);
  entry.set_from(day);
  entry.set_to(LifeOf(row).to);
  row.set_title(title);
}

}  // namespace

std::string PeriodText(const Period& period) {
  return absl::StrCat("自 ", FormatDate(DayFromNumber(period.from)),
                      period.to == DayNumber(kNoEnd)
                          ? " 起"
                          : absl::StrCat(" 起、到 ", FormatDate(DayFromNumber(period.to)), " 止"));
}

void SetTitle(rows::OrganisationRow& row, int32_t day, const std::string& title) {
  BeginTitle(row, day, title);
}
void SetTitle(rows::InstitutionRow& row, int32_t day, const std::string& title) {
  BeginTitle(row, day, title);
}

void SetKind(rows::InstitutionRow& row, int32_t day, v1::InstitutionKind kind,
             v1::Ownership ownership) {
  CutAt(*row.mutable_kinds(), day);
  rows::DatedInstitutionKindRow& entry = *row.add_kinds();
  entry.set_kind(kind);
  entry.set_ownership(ownership);
  entry.set_from(day);
  entry.set_to(row.closed());
  row.set_kind(kind);
  row.set_ownership(ownership);
}

void SetClosed(rows::InstitutionRow& row, int32_t day) {
  row.set_closed(day);
  if (!row.titles().empty()) row.mutable_titles(row.titles_size() - 1)->set_to(day);
  if (!row.kinds().empty()) row.mutable_kinds(row.kinds_size() - 1)->set_to(day);
}

void SetKind(rows::OrganisationRow& row, int32_t day, type::v1::OrganisationKind kind,
             type::v1::CommitteeLevel level) {
  CutAt(*row.mutable_kinds(), day);
  rows::DatedKindRow& entry = *row.add_kinds();
  entry.set_kind(kind);
  entry.set_level(level);
  entry.set_from(day);
  entry.set_to(row.dissolved());
  row.set_kind(kind);
}

void SetCode(rows::OrganisationRow& row, int32_t day, const std::string& code) {
  CutAt(*row.mutable_codes(), day);
  row.set_code(code);
  if (code.empty()) return;
  rows::DatedTextRow& entry = *row.add_codes();
  entry.set_text(code);
  entry.set_from(day);
  entry.set_to(row.dissolved());
}

void EndOn(rows::OrganisationRow& row, int32_t day) {
  row.set_dissolved(day);
  CutAt(*row.mutable_titles(), day);
  CutAt(*row.mutable_kinds(), day);
  CutAt(*row.mutable_codes(), day);
  CutAt(*row.mutable_external_ids(), day);
  CutAt(*row.mutable_edges(), day);
}

}  // namespace zhibu::registry
