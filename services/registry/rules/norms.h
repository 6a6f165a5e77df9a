// Looking up the norms of a day; checking that they are sound.
#ifndef ZHIBU_SERVICES_REGISTRY_RULES_NORMS_H_
#define ZHIBU_SERVICES_REGISTRY_RULES_NORMS_H_

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/civil_time.h"
#include "services/registry/data/norms.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::registry {

// Whether the norm is for that kind and in force on that day, and not off. No kinds: for all.
bool Holds(const norms::Basis& basis, type::v1::OrganisationKind kind, absl::CivilDay day);

// What is wrong with it, in English, and in which entry of which list; nullopt where it is sound.
struct UnsoundNorm {
  std::string list;
  int index = 0;
  std::string message;
};
std::optional<UnsoundNorm> FindUnsound(const norms::Norms& norms);

// A unit on a day.
struct UnitFacts {
  v1::Ownership ownership = v1::OWNERSHIP_UNSPECIFIED;
  v1::CoverageRung rung = v1::COVERAGE_RUNG_NONE;
  int full_members = 0;
  int staff = 0;
};
// The first of `norms` by which the unit should have an organisation that it has not (应建未建);
// null where there is none.
const norms::Coverage* MissingOrganisation(const std::vector<const norms::Coverage*>& norms,
                                           const UnitFacts& unit);

// Immutable, thread-safe. What it answers lives as long as it.
class Norms {
 public:
  // Sound.
  explicit Norms(norms::Norms data) : data_(std::move(data)) {}

  // Null where there is none: nothing is then asked.
  const norms::Term* TermOf(type::v1::OrganisationKind kind, absl::CivilDay day) const {
    return Find(data_.terms(), kind, day);
  }
  const norms::Committee* CommitteeOf(type::v1::OrganisationKind kind, int full_members,
                                      absl::CivilDay day) const;
  const norms::Election* ElectionOf(type::v1::OrganisationKind kind, absl::CivilDay day) const {
    return Find(data_.elections(), kind, day);
  }
  const norms::OneShoulder* OneShoulderOf(type::v1::OrganisationKind kind, absl::CivilDay day) const {
    return Find(data_.one_shoulder(), kind, day);
  }
  std::vector<const norms::Threshold*> ThresholdsOf(type::v1::OrganisationKind kind,
                                                    absl::CivilDay day) const;
  std::vector<const norms::Coverage*> CoveragesOn(absl::CivilDay day) const;
  const norms::Margin* MarginOf(type::v1::OrganisationKind kind, absl::CivilDay day) const {
    return Find(data_.margins(), kind, day);
  }

 private:
  template <typename List>
  static auto Find(const List& list, type::v1::OrganisationKind kind, absl::CivilDay day)
      -> decltype(&list.Get(0)) {
    for (const auto& norm : list) {
      if (Holds(norm.basis(), kind, day)) return &norm;
    }
    return nullptr;
  }

  const norms::Norms data_;
};

}  // namespace zhibu::registry

#endif  // ZHIBU_SERVICES_REGISTRY_RULES_NORMS_H_
