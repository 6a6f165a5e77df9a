// What stands out in an organisation (提示): opened when its cause appears, closed when it is gone.
// Derived, from both feeds and the calendar, and looked at whenever something of the organisation
// changes; no event states it.
#ifndef ZHIBU_SERVICES_REGISTRY_BOOKS_ADVISORIES_H_
#define ZHIBU_SERVICES_REGISTRY_BOOKS_ADVISORIES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/store/store.h"
#include "common/store/txn.h"
#include "services/registry/rules/norms.h"
#include "zhibu/registry/v1/advisory.pb.h"

namespace zhibu::registry {

// Brings the organisation's advisories up to what is so on the day of `txn.now()`.
absl::Status RefreshAdvisories(Txn& txn, const Norms& norms, absl::string_view organisation_id);

// Those that are open, by kind; and those that were closed, by the day on which they were opened.
absl::StatusOr<std::vector<v1::Advisory>> OpenAdvisories(const Reader& reader,
                                                         absl::string_view organisation_id);
absl::StatusOr<std::vector<v1::Advisory>> ClosedAdvisories(const Reader& reader,
                                                           absl::string_view organisation_id);

}  // namespace zhibu::registry

#endif  // ZHIBU_SERVICES_REGISTRY_BOOKS_ADVISORIES_H_
