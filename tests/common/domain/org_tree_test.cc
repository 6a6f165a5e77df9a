#include "common/domain/org_tree.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace zhibu {
namespace {

using absl::CivilDay;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using type::v1::LINE_EITHER;
using type::v1::LINE_SUBORDINATION;
using type::v1::LINE_TERRITORIAL;
using type::v1::LINE_UNSPECIFIED;

const CivilDay kToday(2026, 11, 23);

std::vector<std::string> Lines(const std::vector<SubtreeNode>& nodes) {
  std::vector<std::string> lines;
  for (const SubtreeNode& node : nodes) lines.push_back(std::string(node.depth, ' ') + node.id);
  return lines;
}

std::vector<std::string> Lines(const std::vector<AncestorSpan>& spans) {
  std::vector<std::string> lines;
  for (const AncestorSpan& span : spans) {
    lines.push_back(span.ancestor + " " + FormatDate(span.from) + " " + FormatDate(span.to));
  }
  return lines;
}

// A county as the surveys describe it: the bureau's committee has its own schools beneath it, and
// guides the branches of township schools, which stand beneath the township committees.
//
//   county ── bureau ── school-1 ── group-1
//          └─ town   ── school-2 ── group-2     school-2 ┄┄ bureau
class County : public ::testing::Test {
 protected:
  County() {
    // Children before their parents, as a feed may bring them.
    tree_.SetEdges("group-2", {{"school-2", LINE_SUBORDINATION}});
    tree_.SetEdges("school-2", {{"town", LINE_SUBORDINATION}, {"bureau", LINE_TERRITORIAL}});
    tree_.SetEdges("group-1", {{"school-1", LINE_SUBORDINATION}});
    tree_.SetEdges("school-1", {{"bureau", LINE_SUBORDINATION}});
    tree_.SetEdges("town", {{"county", LINE_SUBORDINATION}});
    tree_.SetEdges("bureau", {{"county", LINE_SUBORDINATION}});
  }

  OrgTree tree_;
};

TEST_F(County, AncestorsFollowTheLine) {
  EXPECT_THAT(tree_.AncestorsOn("group-2", LINE_SUBORDINATION, kToday),
              ElementsAre("group-2", "school-2", "town", "county"));
  EXPECT_THAT(tree_.AncestorsOn("group-2", LINE_TERRITORIAL, kToday),
              ElementsAre("group-2", "bureau", "county"));
  EXPECT_THAT(tree_.AncestorsOn("group-2", LINE_EITHER, kToday),
              ElementsAre("group-2", "school-2", "town", "county", "bureau"));
  EXPECT_THAT(tree_.AncestorsOn("group-1", LINE_TERRITORIAL, kToday), ElementsAre("group-1"));
  EXPECT_EQ(tree_.AncestorsOn("group-2", LINE_UNSPECIFIED, kToday),
            tree_.AncestorsOn("group-2", LINE_SUBORDINATION, kToday));
}

TEST_F(County, SubtreesFollowTheLine) {
  EXPECT_THAT(Lines(tree_.SubtreeOn("county", LINE_SUBORDINATION, kToday)),
              ElementsAre("county", " bureau", "  school-1", "   group-1", " town", "  school-2",
                          "   group-2"));
  EXPECT_THAT(Lines(tree_.SubtreeOn("bureau", LINE_SUBORDINATION, kToday)),
              ElementsAre("bureau", " school-1", "  group-1"));
  EXPECT_THAT(Lines(tree_.SubtreeOn("bureau", LINE_TERRITORIAL, kToday)),
              ElementsAre("bureau", " school-2", "  group-2"));
  EXPECT_THAT(Lines(tree_.SubtreeOn("bureau", LINE_EITHER, kToday)),
              ElementsAre("bureau", " school-1", "  group-1", " school-2", "  group-2"));
  EXPECT_THAT(Lines(tree_.SubtreeOn("county", LINE_EITHER, kToday)),
              Lines(tree_.SubtreeOn("county", LINE_SUBORDINATION, kToday)));
  EXPECT_THAT(Lines(tree_.SubtreeOn("county", LINE_TERRITORIAL, kToday)),
              ElementsAre("county", " school-2", "  group-2"));
}

TEST_F(County, WithinFollowsTheLine) {
  EXPECT_TRUE(tree_.Within("group-2", "town", LINE_SUBORDINATION, kToday));
  EXPECT_FALSE(tree_.Within("group-2", "bureau", LINE_SUBORDINATION, kToday));
  EXPECT_TRUE(tree_.Within("group-2", "bureau", LINE_TERRITORIAL, kToday));
  EXPECT_FALSE(tree_.Within("group-2", "town", LINE_TERRITORIAL, kToday));
  EXPECT_FALSE(tree_.Within("group-1", "bureau", LINE_TERRITORIAL, kToday));
  EXPECT_TRUE(tree_.Within("group-1", "bureau", LINE_EITHER, kToday));
  EXPECT_TRUE(tree_.Within("bureau", "bureau", LINE_TERRITORIAL, kToday));
  EXPECT_FALSE(tree_.Within("county", "bureau", LINE_EITHER, kToday));
  EXPECT_FALSE(tree_.Within("county", "nowhere", LINE_EITHER, kToday));
  EXPECT_FALSE(tree_.Within("nowhere", "county", LINE_EITHER, kToday));
}

TEST_F(County, GuidanceIsNotGuidedFurther) {
  tree_.SetEdges("bureau", {{"county", LINE_SUBORDINATION}, {"ministry", LINE_TERRITORIAL}});
  EXPECT_TRUE(tree_.Within("school-1", "ministry", LINE_TERRITORIAL, kToday));
  EXPECT_FALSE(tree_.Within("school-2", "ministry", LINE_EITHER, kToday));
}

TEST_F(County, KnowsWhatItWasToldAboutOnly) {
  EXPECT_TRUE(tree_.Knows("school-1"));
  EXPECT_FALSE(tree_.Knows("county"));  // named as a parent only
  EXPECT_FALSE(tree_.Knows("nowhere"));
  EXPECT_THAT(tree_.AncestorsOn("nowhere", LINE_EITHER, kToday), ElementsAre("nowhere"));
  EXPECT_THAT(Lines(tree_.SubtreeOn("nowhere", LINE_EITHER, kToday)), ElementsAre("nowhere"));
  EXPECT_THAT(Lines(tree_.AncestorSpans("nowhere", LINE_EITHER)),
              ElementsAre("nowhere 0001-01-01 9999-12-31"));
  tree_.SetLife("county", kNoStart, kNoEnd);
  EXPECT_TRUE(tree_.Knows("county"));
}

TEST(OrgTree, EdgesHoldFromTheirFirstDayToTheDayBeforeTheirEnd) {
  OrgTree tree;
  tree.SetEdges("branch",
                {{"new", LINE_SUBORDINATION, CivilDay(2026, 3, 1), kNoEnd},
                 {"old", LINE_SUBORDINATION, CivilDay(2020, 1, 1), CivilDay(2026, 3, 1)},
                 {"guide-b", LINE_TERRITORIAL, CivilDay(2021, 1, 1), CivilDay(2022, 1, 1)},
                 {"guide-a", LINE_TERRITORIAL, CivilDay(2021, 1, 1), kNoEnd}});
  EXPECT_EQ(tree.ParentOn("branch", CivilDay(2019, 12, 31)), std::nullopt);
  EXPECT_EQ(tree.ParentOn("branch", CivilDay(2020, 1, 1)), "old");
  EXPECT_EQ(tree.ParentOn("branch", CivilDay(2026, 2, 28)), "old");
  EXPECT_EQ(tree.ParentOn("branch", CivilDay(2026, 3, 1)), "new");
  EXPECT_THAT(tree.TerritorialParentsOn("branch", CivilDay(2020, 12, 31)), IsEmpty());
  EXPECT_THAT(tree.TerritorialParentsOn("branch", CivilDay(2021, 12, 31)),
              ElementsAre("guide-a", "guide-b"));
  EXPECT_THAT(tree.TerritorialParentsOn("branch", CivilDay(2022, 1, 1)), ElementsAre("guide-a"));
  EXPECT_THAT(Lines(tree.AncestorSpans("branch", LINE_SUBORDINATION)),
              ElementsAre("branch 0001-01-01 9999-12-31", "new 2026-03-01 9999-12-31",
                          "old 2020-01-01 2026-03-01"));
}

TEST(OrgTree, SetEdgesReplacesWhatWasThere) {
  OrgTree tree;
  tree.SetEdges("branch", {{"old", LINE_SUBORDINATION}, {"guide", LINE_TERRITORIAL}});
  tree.SetEdges("branch", {{"new", LINE_SUBORDINATION}});
  tree.SetEdges("branch", {{"new", LINE_SUBORDINATION}});
  EXPECT_THAT(Lines(tree.SubtreeOn("old", LINE_EITHER, kToday)), ElementsAre("old"));
  EXPECT_THAT(Lines(tree.SubtreeOn("guide", LINE_EITHER, kToday)), ElementsAre("guide"));
  EXPECT_THAT(Lines(tree.SubtreeOn("new", LINE_EITHER, kToday)), ElementsAre("new", " branch"));
}

TEST(OrgTree, SpansOfOneAncestorThatTouchAreOne) {
  OrgTree tree;
  tree.SetEdges("group", {{"branch-a", LINE_SUBORDINATION, kNoStart, CivilDay(2026, 3, 1)},
                          {"branch-b", LINE_SUBORDINATION, CivilDay(2026, 3, 1), kNoEnd}});
  tree.SetEdges("branch-a", {{"county", LINE_SUBORDINATION}});
  tree.SetEdges("branch-b", {{"county", LINE_SUBORDINATION}});
  EXPECT_THAT(Lines(tree.AncestorSpans("group", LINE_SUBORDINATION)),
              ElementsAre("group 0001-01-01 9999-12-31", "branch-a 0001-01-01 2026-03-01",
                          "branch-b 2026-03-01 9999-12-31", "county 0001-01-01 9999-12-31"));
}

TEST(OrgTree, DissolvedOrganisationLeavesTheTree) {
  OrgTree tree;
  tree.SetEdges("branch", {{"county", LINE_SUBORDINATION}});
  tree.SetLife("branch", CivilDay(2020, 1, 1), CivilDay(2026, 3, 1));
  EXPECT_FALSE(tree.ExistsOn("branch", CivilDay(2019, 12, 31)));
  EXPECT_TRUE(tree.ExistsOn("branch", CivilDay(2020, 1, 1)));
  EXPECT_TRUE(tree.ExistsOn("branch", CivilDay(2026, 2, 28)));
  EXPECT_FALSE(tree.ExistsOn("branch", CivilDay(2026, 3, 1)));
  EXPECT_TRUE(tree.Within("branch", "county", LINE_SUBORDINATION, CivilDay(2026, 2, 28)));
  EXPECT_FALSE(tree.Within("branch", "county", LINE_SUBORDINATION, CivilDay(2026, 3, 1)));
  EXPECT_THAT(Lines(tree.SubtreeOn("county", LINE_SUBORDINATION, CivilDay(2026, 3, 1))),
              ElementsAre("county"));
  EXPECT_THAT(Lines(tree.AncestorSpans("branch", LINE_SUBORDINATION)),
              ElementsAre("branch 0001-01-01 9999-12-31", "county 2020-01-01 2026-03-01"));
}

TEST(OrgTree, OverlappingParentsAreDecidedByTheLaterStart) {
  OrgTree tree;
  tree.SetEdges("branch", {{"early", LINE_SUBORDINATION, CivilDay(2020, 1, 1), kNoEnd},
                           {"late-b", LINE_SUBORDINATION, CivilDay(2024, 1, 1), kNoEnd},
                           {"late-a", LINE_SUBORDINATION, CivilDay(2024, 1, 1), kNoEnd}});
  EXPECT_EQ(tree.ParentOn("branch", CivilDay(2023, 12, 31)), "early");
  EXPECT_EQ(tree.ParentOn("branch", CivilDay(2024, 1, 1)), "late-a");
}

TEST(OrgTree, WalksACycleOnceRound) {
  OrgTree tree;
  tree.SetEdges("a", {{"b", LINE_SUBORDINATION}, {"a", LINE_TERRITORIAL}});
  tree.SetEdges("b", {{"c", LINE_SUBORDINATION}});
  tree.SetEdges("c", {{"a", LINE_SUBORDINATION}, {"c", LINE_SUBORDINATION}});
  EXPECT_THAT(tree.AncestorsOn("a", LINE_EITHER, kToday), ElementsAre("a", "b", "c"));
  EXPECT_THAT(Lines(tree.SubtreeOn("a", LINE_SUBORDINATION, kToday)),
              ElementsAre("a", " c", "  b"));
}

TEST(OrgTree, WalksAChainOfAnyLength) {
  OrgTree tree;
  const int length = 100'000;
  for (int i = 1; i <= length; ++i) {
    tree.SetEdges(std::to_string(i), {{std::to_string(i - 1), LINE_SUBORDINATION}});
  }
  EXPECT_EQ(tree.SubtreeOn("0", LINE_EITHER, kToday).size(), length + 1u);
  EXPECT_EQ(tree.AncestorsOn(std::to_string(length), LINE_EITHER, kToday).size(), length + 1u);
}

}  // namespace
}  // namespace zhibu
