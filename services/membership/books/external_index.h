// Who has which id in which outside system.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_BOOKS_EXTERNAL_INDEX_H_
#define ZHIBU_SERVICES_MEMBERSHIP_BOOKS_EXTERNAL_INDEX_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/store/keys.h"
#include "common/store/store.h"
#include "common/store/txn.h"
#include "services/membership/rules/external_ids.h"

namespace zhibu::membership {

// The beginning of the keys of all who have, had or will have the id; the person's id follows.
Key ExternalIdKey(absl::string_view system, absl::string_view id);

void PutExternalIds(Txn& txn, absl::string_view person_id, const ExternalIds& ids);
void DeleteExternalIds(Txn& txn, absl::string_view person_id, const ExternalIds& ids);

// All outside ids of each other person who has, had or will have one of `ids`.
absl::StatusOr<std::vector<ExternalIds>> ExternalIdsOfOthers(const Reader& reader,
                                                             absl::string_view person_id,
                                                             const ExternalIds& ids);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_BOOKS_EXTERNAL_INDEX_H_
