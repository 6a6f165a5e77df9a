#include "services/membership/rules/bodies.h"

#include <algorithm>

#include "common/base/resource_name.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::membership {

std::vector<std::string> CompetentBodies(const rules::ActingBody& rule, const Upward& upward) {
  std::vector<std::string> bodies;
  const auto add = [&](size_t place) {
    const auto& never = rule.never();
    if (std::find(never.begin(), never.end(), upward[place].kind) != never.end()) return;
    bodies.push_back(NameOf(kOrganisations, upward[place].id));
  };
  const size_t approving = LowestApproving(upward);
  switch (rule.role()) {
    case rules::ActingBody::BRANCH:
      if (!upward.empty()) add(0);
      break;
    case rules::ActingBody::APPROVING:
      if (approving < upward.size()) add(approving);
      break;
    case rules::ActingBody::NEXT_APPROVING:
      for (size_t place = approving + 1; place < upward.size() && bodies.empty(); ++place) {
        if (MayTransferDirectly(upward, place)) add(place);
      }
      break;
    case rules::ActingBody::APPROVING_OR_ABOVE:
      for (size_t place = approving; place < upward.size(); ++place) {
        if (MayTransferDirectly(upward, place)) add(place);
      }
      break;
    case rules::ActingBody::CHAIN:
      for (size_t place = 0; place < upward.size(); ++place) add(place);
      break;
    default:
      break;
  }
  return bodies;
}

std::vector<std::string> DeliberatingBodies(const Upward& upward) {
  std::vector<std::string> bodies;
  const size_t approving = LowestApproving(upward);
  if (approving == upward.size()) return bodies;
  for (size_t place = 1; place < approving; ++place) {
    if (upward[place].kind == type::v1::ORGANISATION_KIND_GENERAL_BRANCH ||
        upward[place].kind == type::v1::ORGANISATION_KIND_COMMITTEE ||
        upward[place].kind == type::v1::ORGANISATION_KIND_WORK_COMMITTEE) {
      bodies.push_back(NameOf(kOrganisations, upward[place].id));
    }
  }
  return bodies;
}

}  // namespace zhibu::membership
