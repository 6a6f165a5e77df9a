#include "common/rpc/call.h"

#include "common/base/resource_name.h"
#include "common/base/status.h"

namespace zhibu {

absl::Status Call::RequireScope(absl::string_view organisation) {
  scope_checked_ = true;
  if (principal_.scope_organisation() == kEveryOrganisation) return absl::OkStatus();
  const std::optional<std::string> id = IdOf(kOrganisations, organisation);
  const std::optional<std::string> root = IdOf(kOrganisations, principal_.scope_organisation());
  if (id && root && tree_.Within(*id, *root, principal_.scope_line(), today_)) {
    return absl::OkStatus();
  }
  return NotFound(organisation.empty() ? kEveryOrganisation : organisation);
}

}  // namespace zhibu
