// OrgTree against its definition, written down again without an index, a walk or an interval: each
// answer is worked out for one day from the list of edges.

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "common/domain/org_tree.h"
#include "gtest/gtest.h"

namespace zhibu {
namespace {

using absl::CivilDay;
using type::v1::Line;
using type::v1::LINE_EITHER;
using type::v1::LINE_SUBORDINATION;
using type::v1::LINE_TERRITORIAL;

const CivilDay kFirst(2026, 1, 1);
constexpr int kDays = 24;  // all edges begin and end among these

class Naive {
 public:
  std::map<std::string, std::vector<OrgEdge>> edges;
  std::map<std::string, std::pair<CivilDay, CivilDay>> lives;

  std::vector<OrgEdge> InForce(const std::string& child, Line line, CivilDay day) const {
    std::vector<OrgEdge> result;
    const auto life = lives.find(child);
    if (life != lives.end() && (day < life->second.first || day >= life->second.second)) {
      return result;
    }
    const auto found = edges.find(child);
    if (found == edges.end()) return result;
    for (const OrgEdge& edge : found->second) {
      if (edge.line == line && edge.parent != child && edge.from <= day && day < edge.to) {
        result.push_back(edge);
      }
    }
    return result;
  }

  std::optional<std::string> Parent(const std::string& child, CivilDay day) const {
    auto candidates = InForce(child, LINE_SUBORDINATION, day);
    if (candidates.empty()) return std::nullopt;
    std::sort(candidates.begin(), candidates.end(), [](const OrgEdge& a, const OrgEdge& b) {
      return a.from != b.from ? a.from > b.from : a.parent < b.parent;
    });
    return candidates.front().parent;
  }

  std::set<std::string> Superiors(const std::string& org, CivilDay day) const {
    std::set<std::string> result = {org};
    for (auto next = Parent(org, day); next && result.insert(*next).second;) {
      next = Parent(*next, day);
    }
    return result;
  }

  std::set<std::string> Ancestors(const std::string& org, Line line, CivilDay day) const {
    const std::set<std::string> superiors = Superiors(org, day);
    if (line == LINE_SUBORDINATION) return superiors;
    std::set<std::string> result = {org};
    if (line == LINE_EITHER) result = superiors;
    for (const std::string& superior : superiors) {
      for (const OrgEdge& edge : InForce(superior, LINE_TERRITORIAL, day)) {
        result.merge(Superiors(edge.parent, day));
      }
    }
    return result;
  }
};

struct World {
  OrgTree tree;
  Naive naive;
  std::vector<std::string> ids;
};

// `forest` keeps parents before children, as real data does; otherwise anything goes, cycles too.
World RandomWorld(std::mt19937& random, bool forest) {
  World world;
  const auto pick = [&](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  // Mostly long periods, so that chains hold; now and then an empty or an inverted one.
  const auto period = [&] {
    const int from = pick(-kDays, kDays);
    const int to = pick(0, 9) ? pick(from, 2 * kDays) : pick(-2, kDays);
    return std::make_pair(from < 0 ? kNoStart : kFirst + from, to >= kDays ? kNoEnd : kFirst + to);
  };
  const int count = pick(2, 12);
  for (int i = 0; i < count; ++i) world.ids.push_back("o" + std::to_string(pick(0, 999)));
  std::sort(world.ids.begin(), world.ids.end());
  world.ids.erase(std::unique(world.ids.begin(), world.ids.end()), world.ids.end());
  std::shuffle(world.ids.begin(), world.ids.end(), random);
  const int last = static_cast<int>(world.ids.size()) - 1;
  // Some children are set more than once: only the last state counts.
  for (int round = 0; round < last * 2; ++round) {
    const int child = pick(0, last);
    std::vector<OrgEdge> edges;
    for (int e = pick(0, 5); e > 0; --e) {
      if (forest && child == 0) break;
      OrgEdge edge;
      edge.parent = world.ids[forest ? pick(0, child - 1) : pick(0, last)];
      edge.line = pick(0, 9) == 0 ? LINE_EITHER
                  : pick(0, 2)    ? LINE_SUBORDINATION
                                  : LINE_TERRITORIAL;
      std::tie(edge.from, edge.to) = period();
      edges.push_back(edge);
    }
    std::shuffle(edges.begin(), edges.end(), random);
    world.naive.edges[world.ids[child]] = edges;
    world.tree.SetEdges(world.ids[child], edges);
    if (pick(0, 4) == 0) {
      const std::string& id = world.ids[pick(0, last)];
      const std::pair<CivilDay, CivilDay> life = period();
      world.naive.lives[id] = life;
      world.tree.SetLife(id, life.first, life.second);
    }
  }
  return world;
}

// What the worlds contained: a case that never arises is not tested.
struct Seen {
  int deep = 0;          // nodes at depth 3 or more
  int guided_again = 0;  // organisations guided from beneath themselves
};

void CheckSubtree(const World& world, const std::string& root, Line line, CivilDay day,
                  Seen& seen) {
  const Naive& naive = world.naive;
  std::set<std::string> want;
  for (const std::string& id : world.ids) {
    if (naive.Ancestors(id, line, day).count(root)) want.insert(id);
  }
  const auto nodes = world.tree.SubtreeOn(root, line, day);
  ASSERT_EQ(nodes.front().id, root);
  ASSERT_EQ(nodes.front().depth, 0);
  std::set<std::string> got;
  std::vector<std::string> path = {root};       // the last node at each depth
  std::map<int, std::string> previous_sibling;  // at each depth, under the same parent
  for (const SubtreeNode& node : nodes) {
    ASSERT_TRUE(got.insert(node.id).second) << node.id << " is listed twice";
    if (node.id == root) continue;
    seen.deep += node.depth >= 3;
    ASSERT_GE(node.depth, 1);
    ASSERT_LE(node.depth, static_cast<int>(path.size())) << node.id;
    path.resize(node.depth);
    path.push_back(node.id);
    previous_sibling.erase(previous_sibling.upper_bound(node.depth), previous_sibling.end());
    if (line != LINE_TERRITORIAL) {
      // The exact place: beneath its parent, or beneath one that guides it.
      const std::string& above = path[node.depth - 1];
      bool guided = false;
      for (const OrgEdge& edge : naive.InForce(node.id, LINE_TERRITORIAL, day)) {
        guided |= edge.parent == above;
      }
      ASSERT_TRUE(naive.Parent(node.id, day) == above || (line == LINE_EITHER && guided));
      if (naive.Superiors(node.id, day).count(root)) {
        ASSERT_EQ(naive.Parent(node.id, day), above) << node.id;
      }
      auto& previous = previous_sibling[node.depth];
      ASSERT_LT(previous, node.id) << "siblings out of order";
      previous = node.id;
    }
  }
  for (const OrgEdge& edge : naive.InForce(root, LINE_TERRITORIAL, day)) {
    seen.guided_again += naive.Superiors(edge.parent, day).count(root);
  }
  ASSERT_EQ(got, want) << root << " on line " << line << " on " << FormatDate(day);
}

void CheckWorld(const World& world, Seen& seen) {
  for (const Line line : {LINE_SUBORDINATION, LINE_TERRITORIAL, LINE_EITHER}) {
    for (const std::string& id : world.ids) {
      const auto spans = world.tree.AncestorSpans(id, line);
      ASSERT_EQ(spans.front().ancestor, id);
      std::set<std::pair<std::string, CivilDay>> ends;
      for (const AncestorSpan& span : spans) {
        ASSERT_LT(span.from, span.to);
        ends.insert({span.ancestor, span.to});
      }
      for (const AncestorSpan& span : spans) {
        ASSERT_FALSE(ends.count({span.ancestor, span.from})) << "spans not merged";
      }
      for (int n = -1; n <= kDays; ++n) {
        const CivilDay day = n < 0 ? kNoStart : n == kDays ? CivilDay(9999, 12, 30) : kFirst + n;
        const std::set<std::string> want = world.naive.Ancestors(id, line, day);
        const auto got = world.tree.AncestorsOn(id, line, day);
        ASSERT_EQ(got.front(), id);
        ASSERT_EQ(got.size(), want.size()) << id << " on " << FormatDate(day);
        ASSERT_EQ(std::set<std::string>(got.begin(), got.end()), want);
        std::multiset<std::string> spanned;
        for (const AncestorSpan& span : spans) {
          if (span.from <= day && day < span.to) spanned.insert(span.ancestor);
        }
        ASSERT_EQ(spanned, std::multiset<std::string>(want.begin(), want.end()))
            << id << " on " << FormatDate(day);
        ASSERT_EQ(world.tree.ParentOn(id, day), world.naive.Parent(id, day));
        for (const std::string& root : world.ids) {
          ASSERT_EQ(world.tree.Within(id, root, line, day), want.count(root) == 1);
        }
        ASSERT_NO_FATAL_FAILURE(CheckSubtree(world, id, line, day, seen));
      }
    }
  }
}

TEST(OrgTreeProperty, AgreesWithTheDefinitionOnForests) {
  Seen seen;
  for (int seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    ASSERT_NO_FATAL_FAILURE(CheckWorld(RandomWorld(random, /*forest=*/true), seen));
  }
  EXPECT_GT(seen.deep, 500);
}

TEST(OrgTreeProperty, AgreesWithTheDefinitionOnAnyEdgesWithCycles) {
  Seen seen;
  for (int seed = 1000; seed < 1060; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    ASSERT_NO_FATAL_FAILURE(CheckWorld(RandomWorld(random, /*forest=*/false), seen));
  }
  EXPECT_GT(seen.deep, 500);
  EXPECT_GT(seen.guided_again, 100);
}

}  // namespace
}  // namespace zhibu
