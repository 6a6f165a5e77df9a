#include "services/registry/rules/facility_form.h"

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"

namespace zhibu::registry {

void CheckForm(const v1::Facility& facility, absl::string_view at, Violations& out) {
  constexpr int kMostStars = 5;
  if (!IdOf(kOrganisations, facility.holder()) && !IdOf(kInstitutions, facility.holder())) {
    AddViolation(out, "NAME_INVALID", absl::StrCat(at, ".holder"),
                 "所属须写成 institutions/{编号} 或 organisations/{编号}");
  }
  if (facility.kind() == v1::FACILITY_KIND_UNSPECIFIED) {
    AddViolation(out, "KIND_REQUIRED", absl::StrCat(at, ".kind"), "必须填写类别");
  }
  CheckTitle(facility.title(), absl::StrCat(at, ".title"), out);
  const bool rated = facility.kind() == v1::FACILITY_KIND_STAR_RATING;
  if (facility.scheme().empty()) {
    if (rated || facility.kind() == v1::FACILITY_KIND_MODEL_SCHOOL) {
      AddViolation(out, "SCHEME_REQUIRED", absl::StrCat(at, ".scheme"),
                   "星级和示范校须写明评定办法的名称");
    }
  } else {
    CheckTitle(facility.scheme(), absl::StrCat(at, ".scheme"), out);
  }
  if (rated ? facility.rating() < 1 || facility.rating() > kMostStars : facility.rating() != 0) {
    AddViolation(out, "RATING_INVALID", absl::StrCat(at, ".rating"),
                 "星级须为 1–5；不是星级的留空");
  }
  CheckDocumentNumber(facility.evidence(), absl::StrCat(at, ".evidence"), out);
  CheckDate(facility.valid_from(), true, absl::StrCat(at, ".valid_from"), out);
  CheckDate(facility.valid_to(), false, absl::StrCat(at, ".valid_to"), out);
}

}  // namespace zhibu::registry
