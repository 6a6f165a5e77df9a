// The tree of party organisations as of any date, over the two dated lines: 隶属 (subordination, at
// most one parent at a time) and 属地 (territorial or professional guidance, any number).
//
// Ancestors of an organisation X on a day:
//   SUBORDINATION  X, its parent, the parent's parent, and so on.
//   TERRITORIAL    X; and for X and each of those subordination ancestors, every territorial parent
//                  with its own subordination ancestors. Guidance is not guided further: a second
//                  territorial step is never taken.
//   EITHER         both together.
// LINE_UNSPECIFIED is read as SUBORDINATION. The subtree of R is exactly the organisations that
// have R among their ancestors. Cycles, which the registry refuses but a feed may carry for a
// moment, are walked once round.

#ifndef ZHIBU_COMMON_DOMAIN_ORG_TREE_H_
#define ZHIBU_COMMON_DOMAIN_ORG_TREE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "common/base/civil.h"
#include "zhibu/type/v1/line.pb.h"

namespace zhibu {

// One dated edge up to a parent, in force on the days of [from, to).
struct OrgEdge {
  std::string parent;
  type::v1::Line
      line;  // LINE_SUBORDINATION or LINE_TERRITORIAL; an edge of another line is ignored
  absl::CivilDay from = kNoStart;
  absl::CivilDay to = kNoEnd;
};

// An organisation of a subtree, `depth` steps below its root.
struct SubtreeNode {
  std::string id;
  int depth;
};

// `ancestor` is one during [from, to).
struct AncestorSpan {
  std::string ancestor;
  absl::CivilDay from;
  absl::CivilDay to;
};

// Not thread-safe: its owner locks. Holds some 500 bytes an organisation, and every organisation it
// ever heard of, since it must answer for the past.
class OrgTree {
 public:
  // Replaces all edges of `child`. States, not changes: calling it again with the same edges does
  // nothing, and organisations may come in any order, parents after their children. An edge to
  // itself is ignored. Should two subordination edges overlap, the one that began later counts, and
  // among those the parent with the smaller id.
  void SetEdges(absl::string_view child, std::vector<OrgEdge> edges);

  // The days [from, to) on which the organisation exists. Its edges upward hold only within them,
  // so one that is dissolved leaves every subtree but its own. Until it is called: all days.
  void SetLife(absl::string_view child, absl::CivilDay from, absl::CivilDay to);

  // Whether SetEdges or SetLife has named it as the child. An id that was only named as a parent is
  // walked like any other but not known.
  bool Knows(absl::string_view id) const;

  // Whether it is known and exists on that day.
  bool ExistsOn(absl::string_view id, absl::CivilDay day) const;

  // The last day of its life; kNoEnd - 1 where it has no end or is not known.
  absl::CivilDay LastDayOf(absl::string_view id) const;

  std::optional<std::string> ParentOn(absl::string_view child, absl::CivilDay day) const;
  // In id order, each once.
  std::vector<std::string> TerritorialParentsOn(absl::string_view child, absl::CivilDay day) const;

  // `org` first, whether known or not; then upward, subordination before territorial, each once.
  std::vector<std::string> AncestorsOn(absl::string_view org, type::v1::Line line,
                                       absl::CivilDay day) const;

  // `root` first (depth 0), then pre-order with siblings in id order, each organisation once. Below
  // the root on the TERRITORIAL line stand the organisations that it, or one subordinate to it,
  // guides. On EITHER, an organisation subordinate to the root stands where subordination puts it.
  // Takes time in proportion to the subtree (on TERRITORIAL: to that on EITHER) and its past
  // members.
  std::vector<SubtreeNode> SubtreeOn(absl::string_view root, type::v1::Line line,
                                     absl::CivilDay day) const;

  // Whether `root` is among the ancestors of `org`, itself included. In proportion to the depth.
  bool Within(absl::string_view org, absl::string_view root, type::v1::Line line,
              absl::CivilDay day) const;

  // The ancestors as a function of time: `org` itself from kNoStart to kNoEnd, then by ancestor id
  // and date, no two spans of one ancestor touching.
  std::vector<AncestorSpan> AncestorSpans(absl::string_view org, type::v1::Line line) const;

 private:
  using Index = int32_t;  // place in nodes_

  // Days are DayNumbers here: the tree is walked far more often than it is changed.
  struct Edge {
    Index parent;
    int32_t from;
    int32_t to;
  };
  struct Node {
    std::string id;
    bool known = false;
    int32_t from = DayNumber(kNoStart);
    int32_t to = DayNumber(kNoEnd);
    std::vector<Edge> subordination;
    std::vector<Edge> territorial;
    // Whoever has an edge to this one on any day.
    absl::flat_hash_set<Index> subordinates;
    absl::flat_hash_set<Index> guided;
  };
  Index Find(absl::string_view id) const;  // -1 if never named
  Index FindOrAdd(absl::string_view id);
  static bool Holds(const Node& node, const Edge& edge, int32_t day);
  Index ParentAt(Index child, int32_t day) const;  // -1 if none
  std::vector<Index> TerritorialParentsAt(Index child, int32_t day) const;
  std::vector<Index> AncestorsAt(Index org, type::v1::Line line, int32_t day) const;
  void AppendSubordinates(Index parent, int32_t day, std::vector<Index>& out) const;
  void AppendGuided(Index parent, int32_t day, std::vector<Index>& out) const;
  void SortById(std::vector<Index>& indexes) const;  // and leaves each once

  std::vector<Node> nodes_;
  absl::flat_hash_map<std::string, Index> index_;
};

}  // namespace zhibu

#endif  // ZHIBU_COMMON_DOMAIN_ORG_TREE_H_
