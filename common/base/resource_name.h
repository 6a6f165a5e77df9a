// Resource names: "organisations/{organisation}", "persons/{person}/cases/{case}".
#ifndef ZHIBU_COMMON_BASE_RESOURCE_NAME_H_
#define ZHIBU_COMMON_BASE_RESOURCE_NAME_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace zhibu {

// Whether it is an id: [a-z][a-z0-9-]{0,62}.
bool IsResourceId(absl::string_view id);

// The id in "{collection}/{id}"; nullopt where the name has another form.
std::optional<std::string> IdOf(absl::string_view collection, absl::string_view name);

// "{collection}/{id}".
std::string NameOf(absl::string_view collection, absl::string_view id);

struct CaseName {
  std::string person_id, case_id;
};
// The ids in "persons/{person}/cases/{case}".
std::optional<CaseName> ParseCaseName(absl::string_view name);

inline constexpr char kOrganisations[] = "organisations";
inline constexpr char kReorganisations[] = "reorganisations";
inline constexpr char kElections[] = "elections";
inline constexpr char kFacilities[] = "facilities";
inline constexpr char kInstitutions[] = "institutions";
inline constexpr char kPosts[] = "posts";
inline constexpr char kPersons[] = "persons";
inline constexpr char kActivities[] = "activities";

}  // namespace zhibu

#endif  // ZHIBU_COMMON_BASE_RESOURCE_NAME_H_
