// The form of a facility. Pure.
#ifndef ZHIBU_SERVICES_REGISTRY_RULES_FACILITY_FORM_H_
#define ZHIBU_SERVICES_REGISTRY_RULES_FACILITY_FORM_H_

#include "absl/strings/string_view.h"
#include "services/registry/rules/forms.h"
#include "zhibu/registry/v1/facility.pb.h"

namespace zhibu::registry {

// NAME_INVALID, KIND_REQUIRED, TITLE_INVALID, SCHEME_REQUIRED, RATING_INVALID,
// DOCUMENT_NUMBER_INVALID, DATE_*.
void CheckForm(const v1::Facility& facility, absl::string_view at, Violations& out);

}  // namespace zhibu::registry

#endif  // ZHIBU_SERVICES_REGISTRY_RULES_FACILITY_FORM_H_
