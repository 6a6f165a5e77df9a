#include "services/membership/books/subtree.h"

#include <algorithm>
#include <optional>

#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/store/keys.h"

namespace zhibu::membership {
namespace {

// One look for each organisation: from its last key on to the next organisation's first.
absl::StatusOr<std::vector<std::string>> AllOf(const Reader& reader, Table table) {
  std::vector<std::string> ids;
  const std::string end = Key(table).End();
  std::string from = Key(table).bytes();
  while (true) {
    std::optional<std::string> id;
    ZHIBU_RETURN_IF_ERROR(reader.Scan(from, end, [&](absl::string_view key, absl::string_view) {
      id = KeyParts(key).Text();
      return false;
    }));
    if (!id) return ids;
    from = Key(table).Text(*id).End();
    ids.push_back(*std::move(id));
  }
}

}  // namespace

absl::StatusOr<std::vector<std::string>> OrganisationsOf(const SharedOrgTree& tree,
                                                         const Reader& reader, Table table,
                                                         absl::string_view root,
                                                         type::v1::Line line, absl::CivilDay day) {
  if (root.empty()) return AllOf(reader, table);
  const std::optional<std::string> id = IdOf(kOrganisations, root);
  if (!id || !tree.Knows(*id)) return NotFound(root);
  std::vector<std::string> ids;
  for (SubtreeNode& node :
       tree.Read([&](const OrgTree& read) { return read.SubtreeOn(*id, line, day); })) {
    ids.push_back(std::move(node.id));
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

std::vector<KeyRange> RangesOf(Table table, const std::vector<std::string>& organisations) {
  std::vector<KeyRange> ranges;
  ranges.reserve(organisations.size());
  for (const std::string& id : organisations) ranges.push_back(Under(Key(table).Text(id)));
  return ranges;
}

}  // namespace zhibu::membership
