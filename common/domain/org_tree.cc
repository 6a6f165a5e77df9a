#include "common/domain/org_tree.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace zhibu {

using type::v1::Line;
using type::v1::LINE_EITHER;
using type::v1::LINE_SUBORDINATION;
using type::v1::LINE_TERRITORIAL;

OrgTree::Index OrgTree::Find(absl::string_view id) const {
  const auto it = index_.find(id);
  return it == index_.end() ? -1 : it->second;
}

OrgTree::Index OrgTree::FindOrAdd(absl::string_view id) {
  const auto [it, added] = index_.try_emplace(std::string(id), static_cast<Index>(nodes_.size()));
  if (added) {
    nodes_.emplace_back();
    nodes_.back().id = std::string(id);
  }
  return it->second;
}

void OrgTree::SetEdges(absl::string_view child, std::vector<OrgEdge> edges) {
  const Index c = FindOrAdd(child);
  nodes_[c].known = true;
  for (const Edge& edge : nodes_[c].subordination) nodes_[edge.parent].subordinates.erase(c);
  for (const Edge& edge : nodes_[c].territorial) nodes_[edge.parent].guided.erase(c);
  nodes_[c].subordination.clear();
  nodes_[c].territorial.clear();
  for (const OrgEdge& edge : edges) {
    const Index parent = FindOrAdd(edge.parent);
    if (parent == c) continue;
    const Edge stored = {parent, DayNumber(edge.from), DayNumber(edge.to)};
    if (edge.line == LINE_SUBORDINATION) {
      nodes_[c].subordination.push_back(stored);
      nodes_[parent].subordinates.insert(c);
    } else if (edge.line == LINE_TERRITORIAL) {
      nodes_[c].territorial.push_back(stored);
      nodes_[parent].guided.insert(c);
    }
  }
}

void OrgTree::SetLife(absl::string_view child, absl::CivilDay from, absl::CivilDay to) {
  Node& node = nodes_[FindOrAdd(child)];
  node.known = true;
  node.from = DayNumber(from);
  node.to = DayNumber(to);
}

absl::CivilDay OrgTree::LastDayOf(absl::string_view id) const {
  const Index i = Find(id);
  return (i < 0 ? kNoEnd : DayFromNumber(nodes_[i].to)) - 1;
}

bool OrgTree::Knows(absl::string_view id) const {
  const Index i = Find(id);
  return i >= 0 && nodes_[i].known;
}

bool OrgTree::ExistsOn(absl::string_view id, absl::CivilDay day) const {
  const Index i = Find(id);
  if (i < 0 || !nodes_[i].known) return false;
  const int32_t number = DayNumber(day);
  return nodes_[i].from <= number && number < nodes_[i].to;
}

bool OrgTree::Holds(const Node& node, const Edge& edge, int32_t day) {
  return edge.from <= day && day < edge.to && node.from <= day && day < node.to;
}

OrgTree::Index OrgTree::ParentAt(Index child, int32_t day) const {
  const Node& node = nodes_[child];
  const Edge* best = nullptr;
  for (const Edge& edge : node.subordination) {
    if (!Holds(node, edge, day)) continue;
    if (best == nullptr || edge.from > best->from ||
        (edge.from == best->from && nodes_[edge.parent].id < nodes_[best->parent].id)) {
      best = &edge;
    }
  }
  return best == nullptr ? -1 : best->parent;
}

std::vector<OrgTree::Index> OrgTree::TerritorialParentsAt(Index child, int32_t day) const {
  const Node& node = nodes_[child];
  std::vector<Index> parents;
  for (const Edge& edge : node.territorial) {
    if (Holds(node, edge, day)) parents.push_back(edge.parent);
  }
  SortById(parents);
  return parents;
}

void OrgTree::AppendSubordinates(Index parent, int32_t day, std::vector<Index>& out) const {
  for (const Index child : nodes_[parent].subordinates) {
    if (ParentAt(child, day) == parent) out.push_back(child);
  }
}

void OrgTree::AppendGuided(Index parent, int32_t day, std::vector<Index>& out) const {
  for (const Index child : nodes_[parent].guided) {
    const Node& node = nodes_[child];
    if (std::any_of(node.territorial.begin(), node.territorial.end(), [&](const Edge& edge) {
          return edge.parent == parent && Holds(node, edge, day);
        })) {
      out.push_back(child);
    }
  }
}

void OrgTree::SortById(std::vector<Index>& indexes) const {
  std::sort(indexes.begin(), indexes.end(),
            [this](Index a, Index b) { return nodes_[a].id < nodes_[b].id; });
  indexes.erase(std::unique(indexes.begin(), indexes.end()), indexes.end());
}

std::optional<std::string> OrgTree::ParentOn(absl::string_view child, absl::CivilDay day) const {
  const Index c = Find(child);
  if (c < 0) return std::nullopt;
  const Index parent = ParentAt(c, DayNumber(day));
  if (parent < 0) return std::nullopt;
  return nodes_[parent].id;
}

std::vector<std::string> OrgTree::TerritorialParentsOn(absl::string_view child,
                                                       absl::CivilDay day) const {
  std::vector<std::string> ids;
  const Index c = Find(child);
  if (c < 0) return ids;
  for (const Index parent : TerritorialParentsAt(c, DayNumber(day))) {
    ids.push_back(nodes_[parent].id);
  }
  return ids;
}

std::vector<OrgTree::Index> OrgTree::AncestorsAt(Index org, Line line, int32_t day) const {
  std::vector<Index> out;
  absl::flat_hash_set<Index> seen;
  // Whatever is in `out` has everything above it in `out` too, so a climb may stop where one was.
  const auto climb = [&](Index i) {
    while (i >= 0 && seen.insert(i).second) {
      out.push_back(i);
      i = ParentAt(i, day);
    }
  };
  climb(org);
  if (line != LINE_TERRITORIAL && line != LINE_EITHER) return out;
  const std::vector<Index> chain = out;
  if (line == LINE_TERRITORIAL) {
    out.clear();
    seen.clear();
  }
  for (const Index i : chain) {
    for (const Index guide : TerritorialParentsAt(i, day)) climb(guide);
  }
  if (line == LINE_TERRITORIAL) {
    out.erase(std::remove(out.begin(), out.end(), org), out.end());
    out.insert(out.begin(), org);
  }
  return out;
}

std::vector<std::string> OrgTree::AncestorsOn(absl::string_view org, Line line,
                                              absl::CivilDay day) const {
  const Index i = Find(org);
  if (i < 0) return {std::string(org)};
  std::vector<std::string> ids;
  for (const Index ancestor : AncestorsAt(i, line, DayNumber(day))) {
    ids.push_back(nodes_[ancestor].id);
  }
  return ids;
}

bool OrgTree::Within(absl::string_view org, absl::string_view root, Line line,
                     absl::CivilDay day) const {
  if (org == root) return true;
  const Index o = Find(org);
  const Index r = Find(root);
  if (o < 0 || r < 0) return false;
  const std::vector<Index> ancestors = AncestorsAt(o, line, DayNumber(day));
  return std::find(ancestors.begin(), ancestors.end(), r) != ancestors.end();
}

std::vector<SubtreeNode> OrgTree::SubtreeOn(absl::string_view root, Line line,
                                            absl::CivilDay date) const {
  const Index r = Find(root);
  if (r < 0) return {{std::string(root), 0}};
  const int32_t day = DayNumber(date);
  const bool guidance = line == LINE_TERRITORIAL || line == LINE_EITHER;

  // Who may guide on the root's behalf: itself and all that are subordinate to it.
  absl::flat_hash_set<Index> own;
  std::vector<Index> guides;
  if (guidance) {
    own.insert(r);
    guides.push_back(r);
    std::vector<Index> children;
    for (size_t next = 0; next < guides.size(); ++next) {
      children.clear();
      AppendSubordinates(guides[next], day, children);
      for (const Index child : children) {
        if (own.insert(child).second) guides.push_back(child);
      }
    }
  }

  std::vector<SubtreeNode> result = {{nodes_[r].id, 0}};
  absl::flat_hash_set<Index> seen;
  std::vector<std::pair<Index, int>> stack;  // organisation, depth; the next to visit on top
  const auto push = [&](std::vector<Index>& children, int depth) {
    SortById(children);
    for (auto it = children.rbegin(); it != children.rend(); ++it) stack.emplace_back(*it, depth);
  };
  const auto below = [&](Index i) {
    std::vector<Index> children;
    AppendSubordinates(i, day, children);
    if (line == LINE_EITHER && own.contains(i)) {
      std::vector<Index> guided;
      AppendGuided(i, day, guided);
      for (const Index child : guided) {
        if (!own.contains(child)) children.push_back(child);
      }
    }
    return children;
  };

  std::vector<Index> first;
  if (line == LINE_TERRITORIAL) {
    for (const Index guide : guides) AppendGuided(guide, day, first);
  } else {
    seen.insert(r);
    first = below(r);
  }
  push(first, 1);
  while (!stack.empty()) {
    const auto [i, depth] = stack.back();
    stack.pop_back();
    if (!seen.insert(i).second) continue;
    std::vector<Index> children = below(i);
    // A root that somebody beneath it guides is met again; it is listed already, but what is
    // subordinate to it then belongs here, in its place.
    if (i != r) result.push_back({nodes_[i].id, depth});
    push(children, i == r ? depth : depth + 1);
  }
  return result;
}

std::vector<AncestorSpan> OrgTree::AncestorSpans(absl::string_view org, Line line) const {
  std::vector<AncestorSpan> spans = {{std::string(org), kNoStart, kNoEnd}};
  const Index o = Find(org);
  if (o < 0) return spans;

  // Between two neighbouring days of this set no edge that can matter begins or ends.
  const int32_t start = DayNumber(kNoStart);
  const int32_t end = DayNumber(kNoEnd);
  std::set<int32_t> changes = {start, end};
  absl::flat_hash_set<Index> reached = {o};
  std::vector<Index> queue = {o};
  for (size_t next = 0; next < queue.size(); ++next) {
    const Node& node = nodes_[queue[next]];
    for (const std::vector<Edge>* edges : {&node.subordination, &node.territorial}) {
      for (const Edge& edge : *edges) {
        changes.insert({edge.from, edge.to, node.from, node.to});
        if (reached.insert(edge.parent).second) queue.push_back(edge.parent);
      }
    }
  }

  struct Days {
    int32_t from;
    int32_t to;
  };
  std::map<absl::string_view, std::vector<Days>> found;
  for (auto it = changes.find(start); *it != end; ++it) {
    const Days days = {*it, *std::next(it)};
    for (const Index ancestor : AncestorsAt(o, line, days.from)) {
      if (ancestor == o) continue;
      std::vector<Days>& list = found[nodes_[ancestor].id];
      if (!list.empty() && list.back().to == days.from) {
        list.back().to = days.to;
      } else {
        list.push_back(days);
      }
    }
  }
  for (const auto& [ancestor, list] : found) {
    for (const Days& days : list) {
      spans.push_back({std::string(ancestor), DayFromNumber(days.from), DayFromNumber(days.to)});
    }
  }
  return spans;
}

}  // namespace zhibu
