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

bool Call::InScope(absl::string_view organisation) const {
  if (principal_.scope_organisation() == kEveryOrganisation) return true;
  const std::optional<std::string> id = IdOf(kOrganisations, organisation);
  const std::optional<std::string> root = IdOf(kOrganisations, principal_.scope_organisation());
  // Who stood above an organisation on its last day keeps its books after it.
  const auto within = [&](const OrgTree& tree) {
    const absl::CivilDay day = std::min(today_, tree.LastDayOf(*id));
    return tree.Within(*id, *root, principal_.scope_line(), day);
  };
  return id && root && tree_.Read(within);
}

absl::Status Call::RequireScope(absl::string_view organisation) {
  scope_checked_ = true;
  if (!InScope(organisation)) {
    return NotFound(organisation.empty() ? kEveryOrganisation : organisation);
  }
  if (scopes_.size() < kMaxScopes &&
      std::find(scopes_.begin(), scopes_.end(), organisation) == scopes_.end()) {
    scopes_.emplace_back(organisation);
  }
  return absl::OkStatus();
}

}  // namespace zhibu
