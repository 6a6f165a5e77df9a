#include "common/rpc/call.h"

#include <algorithm>

#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"

namespace zhibu {

absl::StatusOr<absl::CivilDay> Call::DayOf(bool has, const google::type::Date& date,
                                           absl::string_view field) const {
  if (!has) return today_;
  const absl::StatusOr<absl::CivilDay> day = FromProto(date);
  // kNoEnd stands for no day at all.
  if (!day.ok() || *day == kNoEnd) {
    return Malformed(field, "DATE_INVALID",
                     "日期须年月日齐全、确有其日，且在 1900–2199 年之间；不填表示今天");
  }
  return *day;
}

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
