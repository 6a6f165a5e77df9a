// What is owed, as the contracts say it: the activity service answers it for one organisation, the
// reporting service for a subtree, and both must say the same.
#ifndef ZHIBU_COMMON_DOMAIN_OWED_ITEM_H_
#define ZHIBU_COMMON_DOMAIN_OWED_ITEM_H_

#include <string>

#include "common/domain/cadence.h"
#include "zhibu/activity/v1/activity_service.pb.h"
#include "zhibu/type/v1/owed_item.pb.h"

namespace zhibu {

// `organisation_id` without "organisations/".
type::v1::OwedItem ToOwedItem(const Owed& owed, absl::string_view organisation_id);

}  // namespace zhibu

#endif  // ZHIBU_COMMON_DOMAIN_OWED_ITEM_H_
