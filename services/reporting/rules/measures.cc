#include "services/reporting/rules/measures.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "common/base/resource_name.h"
#include "zhibu/type/v1/organisation_kind.pb.h"
#include "common/domain/classes.h"

namespace zhibu::reporting {
namespace {

using membership::v1::PersonKind;
using registry::v1::CoverageRung;
using registry::v1::InstitutionKind;
using type::v1::OrganisationKind;
using registry::v1::Ownership;

constexpr char kActivitiesOfKind[] = "activities.";

// "ORGANISATION_KIND_JOINT_BRANCH" → "joint-branch".
std::string Short(absl::string_view value, absl::string_view prefix) {
  return absl::StrReplaceAll(absl::AsciiStrToLower(absl::StripPrefix(value, prefix)), {{"_", "-"}});
}

// Every value of an enum but the unspecified one.
template <typename Enum>
std::vector<Enum> Values(const google::protobuf::EnumDescriptor* descriptor) {
  std::vector<Enum> values;
  for (int i = 0; i < descriptor->value_count(); ++i) {
    if (descriptor->value(i)->number() != 0) {
      values.push_back(static_cast<Enum>(descriptor->value(i)->number()));
    }
  }
  return values;
}

std::vector<std::string> MakeMeasures() {
  std::vector<std::string> all = {"organisations", "subordinates", "guided", "schools",
                                  "institutions",  "members",      "leaders"};
  const auto add = [&](const auto&... parts) { all.push_back(absl::StrCat(parts...)); };
  for (auto kind : Values<OrganisationKind>(type::v1::OrganisationKind_descriptor())) {
    const std::string name = NameOfKind(kind);
    add("organisations.", name);
    add("subordinates.", name);
    add("guided.", name);
    add("secretaries.", name);
    add("secretaries.also-head.", name);
  }
  for (auto kind : Values<InstitutionKind>(registry::v1::InstitutionKind_descriptor())) {
    add("institutions.", NameOfKind(kind));
    for (auto ownership : Values<Ownership>(registry::v1::Ownership_descriptor())) {
      add("institutions.", NameOfKind(kind), ".", NameOfOwnership(ownership));
    }
  }
  for (auto ownership : Values<Ownership>(registry::v1::Ownership_descriptor())) {
    add("schools.", NameOfOwnership(ownership));
  }
  for (const char* level : {"schools", "kindergartens", "teaching-points"}) {
    add("coverage.", level, ".none");
    for (auto rung : Values<CoverageRung>(registry::v1::CoverageRung_descriptor())) {
      add("coverage.", level, ".", NameOfRung(rung));
    }
  }
  add("institutions.senior-level");
  for (const char* heads : {"staff", "full-time-teachers", "students", "senior-students"}) {
    add("heads.", heads);
    add("recorded.", heads);
  }
  for (auto kind : Values<PersonKind>(membership::v1::PersonKind_descriptor())) {
    const std::string name = NameOfKind(kind);
    for (const char* what : {"members.full.", "members.probationary.", "applicants.", "activists.",
                             "development-objects.", "admissions."}) {
      add(what, name);
    }
  }
  for (const char* fixed : {"admissions", "members.opening-balance", "leaders.with-party-posts",
                            "clerks.full-time", "activities"}) {
    add(fixed);
  }
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace

bool IsFlow(absl::string_view measure) {
  return absl::StartsWith(measure, "admissions") || absl::StartsWith(measure, "activities");
}

const std::vector<std::string>& FixedMeasures() {
  static const auto* const kAll = new std::vector<std::string>(MakeMeasures());
  return *kAll;
}

bool IsMeasure(absl::string_view measure) {
  const std::vector<std::string>& all = FixedMeasures();
  if (std::binary_search(all.begin(), all.end(), measure)) return true;
  return absl::StartsWith(measure, kActivitiesOfKind) &&
         IsResourceId(absl::StripPrefix(measure, kActivitiesOfKind));
}

std::string NameOfKind(OrganisationKind kind) {
  return Short(type::v1::OrganisationKind_Name(kind), "ORGANISATION_KIND_");
}
std::string NameOfKind(InstitutionKind kind) {
  return Short(registry::v1::InstitutionKind_Name(kind), "INSTITUTION_KIND_");
}
std::string NameOfKind(PersonKind kind) {
  return Short(membership::v1::PersonKind_Name(kind), "PERSON_KIND_");
}
std::string NameOfOwnership(Ownership ownership) {
  return Short(registry::v1::Ownership_Name(ownership), "OWNERSHIP_");
}
std::string NameOfRung(CoverageRung rung) {
  if (rung == registry::v1::COVERAGE_RUNG_NONE) return "none";
  return Short(registry::v1::CoverageRung_Name(rung), "COVERAGE_RUNG_");
}

std::string NameOfLevel(InstitutionKind kind) {
  switch (UnitLevelOf(kind)) {
    case UnitLevel::kSchool:
      return "schools";
    case UnitLevel::kKindergarten:
      return "kindergartens";
    case UnitLevel::kTeachingPoint:
      return "teaching-points";
    case UnitLevel::kOther:
      return "";
  }
  return "";
}

bool CountsAsOrganisation(OrganisationKind kind) {
  return kind != type::v1::ORGANISATION_KIND_PARTY_GROUP;
}

}  // namespace zhibu::reporting
