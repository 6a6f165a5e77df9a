// The catalogue of activity kinds: loaded and checked once, at start.
#ifndef ZHIBU_SERVICES_ACTIVITY_DATA_KINDS_H_
#define ZHIBU_SERVICES_ACTIVITY_DATA_KINDS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/domain/cadence.h"
#include "common/domain/citation.h"
#include "services/activity/rules/activities.h"

namespace zhibu::activity {

// See kinds.proto for what each field means and may be.
struct Kinds {
  std::vector<ActivityKind> kinds;  // at least one
  int required_study_hours = 0;     // of a member in a calendar year (应修学时)
  Citation study_hours_citation;

  // Null where the catalogue does not know it.
  const ActivityKind* Find(absl::string_view id) const;
};

// Reads a zhibu.activity.data.KindCatalogue in text format. INVALID_ARGUMENT names `name`, the kind
// and what is wrong with it; nothing of a catalogue with an error is used.
absl::StatusOr<Kinds> ParseKinds(absl::string_view text, absl::string_view name);

// ParseKinds of a file; NOT_FOUND if it cannot be read.
absl::StatusOr<Kinds> LoadKinds(const std::string& path);

// INVALID_ARGUMENT naming the cadence rule that asks for something an organisation could never
// record: a kind that is not in the catalogue, or not for that kind of organisation.
absl::Status CheckCadence(const Kinds& kinds, const Cadence& cadence);

// "BRANCH" of zhibu.registry.v1.OrganisationKind 4; empty for a value that it does not have.
std::string OrganisationKindName(int kind);

}  // namespace zhibu::activity

#endif  // ZHIBU_SERVICES_ACTIVITY_DATA_KINDS_H_
