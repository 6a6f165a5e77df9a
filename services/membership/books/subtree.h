// The organisations whose rows a list shows.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_BOOKS_SUBTREE_H_
#define ZHIBU_SERVICES_MEMBERSHIP_BOOKS_SUBTREE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/domain/shared_org_tree.h"
#include "common/rpc/paging.h"
#include "common/store/store.h"
#include "services/membership/books/numbers.h"

namespace zhibu::membership {

// Ids, sorted: the subtree of `root` ("organisations/{organisation}") on `line` and `day`; with an
// empty root every organisation that has a row in `table`, whose keys begin with an organisation.
// NOT_FOUND for a root that is not known.
absl::StatusOr<std::vector<std::string>> OrganisationsOf(const SharedOrgTree& tree,
                                                         const Reader& reader, Table table,
                                                         absl::string_view root,
                                                         type::v1::Line line, absl::CivilDay day);

// The keys that these organisations, sorted, have in `table`: what FillPage goes through.
std::vector<KeyRange> RangesOf(Table table, const std::vector<std::string>& organisations);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_BOOKS_SUBTREE_H_
