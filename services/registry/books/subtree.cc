#include "services/registry/books/subtree.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "services/registry/books/books.h"
#include "services/registry/books/tables.h"

namespace zhibu::registry {
namespace {

bool ExistsOn(const rows::OrganisationRow& row, int32_t day) {
  return row.established() <= day && day < row.dissolved();
}

bool HasParentOn(const rows::OrganisationRow& row, absl::string_view parent, type::v1::Line line,
                 int32_t day) {
  for (const rows::EdgeRow& edge : row.edges()) {
    if (edge.line() == line && edge.parent() == parent && edge.from() <= day && day < edge.to()) {
      return true;
    }
  }
  return false;
}

bool IsRootOn(const rows::OrganisationRow& row, int32_t day) {
  for (const rows::EdgeRow& edge : row.edges()) {
    if (edge.line() == type::v1::LINE_SUBORDINATION && edge.from() <= day && day < edge.to()) {
      return false;
    }
  }
  return ExistsOn(row, day);
}

void Add(OrgTree& tree, const rows::OrganisationRow& row) {
  std::vector<OrgEdge> edges;
  for (const rows::EdgeRow& edge : row.edges()) {
    edges.push_back(
        {edge.parent(), edge.line(), DayFromNumber(edge.from()), DayFromNumber(edge.to())});
  }
  tree.SetEdges(row.id(), std::move(edges));
  tree.SetLife(row.id(), DayFromNumber(row.established()), DayFromNumber(row.dissolved()));
}

// Adds whoever is reached downward from `root` on that day: all that SubtreeOn can list, and more
// (it never takes a second territorial step).
absl::Status AddBelow(const Reader& reader, const std::string& root, type::v1::Line line,
                      int32_t day, OrgTree& tree) {
  std::vector<type::v1::Line> lines = {type::v1::LINE_SUBORDINATION};
  if (line == type::v1::LINE_TERRITORIAL || line == type::v1::LINE_EITHER) {
    lines.push_back(type::v1::LINE_TERRITORIAL);
  }
  std::vector<std::string> queue = {root};
  std::set<std::string> seen = {root};
  for (size_t next = 0; next < queue.size(); ++next) {
    const std::string parent = queue[next];
    for (const type::v1::Line step : lines) {
      ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> children,
                             BelowOn(reader, parent, step));
      for (const std::string& child : children) {
        if (seen.contains(child)) continue;
        ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::OrganisationRow> row,
                               FindOrganisation(reader, child));
        if (!row) return absl::DataLossError("an index names an organisation that is not there");
        if (!ExistsOn(*row, day) || !HasParentOn(*row, parent, step, day)) continue;
        Add(tree, *row);
        seen.insert(child);
        queue.push_back(child);
      }
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<SubtreeNode>> Below(const Reader& reader,
                                               const rows::OrganisationRow& root,
                                               type::v1::Line line, absl::CivilDay day) {
  OrgTree tree;
  Add(tree, root);
  ZHIBU_RETURN_IF_ERROR(AddBelow(reader, root.id(), line, DayNumber(day), tree));
  return tree.SubtreeOn(root.id(), line, day);
}

}  // namespace

absl::StatusOr<std::vector<SubtreeNode>> ReadSubtree(const Reader& reader, absl::string_view root,
                                                     type::v1::Line line, absl::CivilDay day) {
  const int32_t number = DayNumber(day);
  if (!root.empty()) {
    ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::OrganisationRow> row,
                           FindOrganisation(reader, root));
    if (!row || !ExistsOn(*row, number)) return NotFound(NameOf(kOrganisations, root));
    return Below(reader, *row, line, day);
  }
  // Everybody is below some root by subordination; guidance adds nobody.
  if (line == type::v1::LINE_EITHER) line = type::v1::LINE_SUBORDINATION;
  std::vector<SubtreeNode> all;
  std::set<std::string> listed;
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> candidates, OnceRoots(reader));
  for (const std::string& candidate : candidates) {
    ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::OrganisationRow> row,
                           FindOrganisation(reader, candidate));
    if (!row) return absl::DataLossError("an index names an organisation that is not there");
    if (!IsRootOn(*row, number)) continue;
    ZHIBU_ASSIGN_OR_RETURN(std::vector<SubtreeNode> nodes, Below(reader, *row, line, day));
    for (SubtreeNode& node : nodes) {
      if (listed.insert(node.id).second) all.push_back(std::move(node));
    }
  }
  return all;
}

absl::StatusOr<std::vector<SubtreeNode>> ReadDissolved(const Reader& reader, absl::string_view root,
                                                       type::v1::Line line, absl::CivilDay day) {
  // Whoever was ever below the root, or all; those that ended are few, and each is looked at with
  // what was above it.
  std::map<std::string, rows::OrganisationRow> rows;
  if (root.empty()) {
    ZHIBU_RETURN_IF_ERROR(ScanOrganisations(reader, [&](const rows::OrganisationRow& row) {
      if (row.dissolved() <= DayNumber(day)) rows[row.id()] = row;
      return true;
    }));
  } else {
    std::vector<std::string> queue = {std::string(root)};
    std::set<std::string> seen = {std::string(root)};
    for (size_t next = 0; next < queue.size(); ++next) {
      const std::string parent = queue[next];
      ZHIBU_ASSIGN_OR_RETURN(std::optional<rows::OrganisationRow> row,
                             FindOrganisation(reader, parent));
      if (!row) return NotFound(NameOf(kOrganisations, parent));
      if (row->dissolved() <= DayNumber(day)) rows[parent] = *std::move(row);
      for (const auto step : {type::v1::LINE_SUBORDINATION, type::v1::LINE_TERRITORIAL}) {
        ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> children,
                               BelowOn(reader, parent, step));
        for (const std::string& child : children) {
          if (seen.insert(child).second) queue.push_back(child);
        }
      }
    }
  }
  std::vector<SubtreeNode> nodes;
  for (const auto& [id, row] : rows) {
    if (!root.empty()) {
      std::map<std::string, rows::OrganisationRow> above;
      ZHIBU_RETURN_IF_ERROR(Collect(reader, id, /*all_above=*/true, above));
      const std::vector<std::string> ancestors =
          AncestorsAmong(above, id, line, DayFromNumber(row.dissolved() - 1));
      if (std::find(ancestors.begin(), ancestors.end(), root) == ancestors.end()) continue;
    }
    nodes.push_back({id, 0});
  }
  return nodes;
}

std::vector<std::string> AncestorsAmong(const std::map<std::string, rows::OrganisationRow>& above,
                                        const std::string& id, type::v1::Line line,
                                        absl::CivilDay day) {
  OrgTree tree;
  for (const auto& [ignored, row] : above) Add(tree, row);
  return tree.AncestorsOn(id, line, day);
}

absl::StatusOr<std::vector<std::string>> KeptBy(const Reader& reader,
                                                const std::vector<SubtreeNode>& keepers) {
  std::vector<std::string> all;
  for (const SubtreeNode& keeper : keepers) {
    ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> ids, KeptBy(reader, keeper.id));
    all.insert(all.end(), ids.begin(), ids.end());
  }
  std::sort(all.begin(), all.end());
  return all;
}

absl::StatusOr<std::vector<std::string>> KeptWithin(const Reader& reader, absl::string_view root,
                                                    type::v1::Line line, absl::CivilDay day) {
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<SubtreeNode> nodes,
                         ReadSubtree(reader, root, line, day));
  return KeptBy(reader, nodes);
}

}  // namespace zhibu::registry
