// Subtrees as one snapshot shows them. The tree in memory moves on with every write; the pages of a
// query must not.
#ifndef ZHIBU_SERVICES_REGISTRY_BOOKS_SUBTREE_H_
#define ZHIBU_SERVICES_REGISTRY_BOOKS_SUBTREE_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "common/domain/org_tree.h"
#include "common/store/store.h"
#include "services/registry/books/rows.pb.h"
#include "zhibu/type/v1/line.pb.h"

namespace zhibu::registry {

// The organisations of the subtree of `root` (an id) on `day`, as OrgTree::SubtreeOn orders them;
// with an empty root those of every root of that day, roots in id order, each organisation once.
// NOT_FOUND where the root does not exist on that day. Reads in proportion to the subtree and its
// past members.
absl::StatusOr<std::vector<SubtreeNode>> ReadSubtree(const Reader& reader, absl::string_view root,
                                                     type::v1::Line line, absl::CivilDay day);

// The organisations that ended on or before `day` and on their last day stood in the subtree of
// `root` (empty: anywhere), by id; depth 0.
absl::StatusOr<std::vector<SubtreeNode>> ReadDissolved(const Reader& reader, absl::string_view root,
                                                       type::v1::Line line, absl::CivilDay day);

// The ancestors of `id` on `day` as OrgTree::AncestorsOn orders them, from rows that hold all that
// was ever above it.
std::vector<std::string> AncestorsAmong(const std::map<std::string, rows::OrganisationRow>& above,
                                        const std::string& id, type::v1::Line line,
                                        absl::CivilDay day);

// The institutions that these keep, by id; and those that the subtree keeps.
absl::StatusOr<std::vector<std::string>> KeptBy(const Reader& reader,
                                                const std::vector<SubtreeNode>& keepers);
absl::StatusOr<std::vector<std::string>> KeptWithin(const Reader& reader, absl::string_view root,
                                                    type::v1::Line line, absl::CivilDay day);

}  // namespace zhibu::registry

#endif  // ZHIBU_SERVICES_REGISTRY_BOOKS_SUBTREE_H_
