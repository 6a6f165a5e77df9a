// What is counted: the names under which contributions are added up and figures ask for them.
#ifndef ZHIBU_SERVICES_REPORTING_RULES_MEASURES_H_
#define ZHIBU_SERVICES_REPORTING_RULES_MEASURES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "zhibu/membership/v1/person.pb.h"
#include "zhibu/registry/v1/institution.pb.h"
#include "zhibu/registry/v1/organisation.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::reporting {

// A measure (统计指标) is a stock, which stands on a date (members, schools), or a flow, which
// happens on a date (admissions, activities). Which of the two its name says: flows begin with
// "admissions" or "activities".
bool IsFlow(absl::string_view measure);

// Whether there is such a measure. "activities.{kind}" exists for every id of a kind, since kinds
// are data of the activity service.
bool IsMeasure(absl::string_view measure);

// Every measure but the activities by kind.
const std::vector<std::string>& FixedMeasures();

// "branch", "general-branch", …: an enum value's name without its prefix, in the form used here.
std::string NameOfKind(type::v1::OrganisationKind kind);
std::string NameOfKind(registry::v1::InstitutionKind kind);
std::string NameOfKind(membership::v1::PersonKind kind);
std::string NameOfOwnership(registry::v1::Ownership ownership);
std::string NameOfRung(registry::v1::CoverageRung rung);  // "none" for no coverage

// For coverage institutions are taken by the level of unit: "schools", "kindergartens" or
// "teaching-points"; empty for other units.
std::string NameOfLevel(registry::v1::InstitutionKind kind);

// 党组织 in the sense of statistics: party groups (党小组) are parts of a branch and not counted.
bool CountsAsOrganisation(type::v1::OrganisationKind kind);

}  // namespace zhibu::reporting

#endif  // ZHIBU_SERVICES_REPORTING_RULES_MEASURES_H_
