#include "common/rpc/call.h"

#include <algorithm>

#include "common/base/resource_name.h"
#include "common/base/status.h"

namespace zhibu {

absl::Status Call::RequireScope(absl::string_view organisation) {
  scope_checked_ = true;
  if (principal_.scope_organisation() == kEveryOrganisation) return absl::OkStatus();
  const std::optional<std::string> id = IdOf(kOrganisations, organisation);
  const std::optional<std::string> root = IdOf(kOrganisations, principal_.scope_organisation());
  // Who stood above an organisation on its last day keeps its books after it.
  const auto within = [&](const OrgTree& tree) {
    const absl::CivilDay day = std::min(today_, tree.LastDayOf(*id));
    return tree.Within(*id, *root, principal_.scope_line(), day);
  };
  if (id && root && tree_.Read(within)) return absl::OkStatus();
  return NotFound(organisation.empty() ? kEveryOrganisation : organisation);
}

}  // namespace zhibu
