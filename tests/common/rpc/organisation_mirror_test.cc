#include "common/rpc/organisation_mirror.h"

#include "common/base/civil.h"
#include "gtest/gtest.h"

namespace zhibu {
namespace {

TEST(EdgesOf, AreThoseOfTheRowInTheirOrder) {
  rpc::MirroredOrganisation row;
  EXPECT_TRUE(EdgesOf(row).empty());
  for (const auto& [parent, line, to] :
       {std::tuple{"county", type::v1::LINE_SUBORDINATION, kNoEnd},
        {"town", type::v1::LINE_TERRITORIAL, absl::CivilDay(2026, 9, 1)}}) {
    rpc::MirroredEdge& edge = *row.add_edges();
    edge.set_parent_id(parent);
    edge.set_line(line);
    edge.set_from(DayNumber(absl::CivilDay(2020, 1, 10)));
    edge.set_to(DayNumber(to));
  }
  const std::vector<OrgEdge> edges = EdgesOf(row);
  ASSERT_EQ(edges.size(), 2u);
  EXPECT_EQ(edges[0].parent, "county");
  EXPECT_EQ(edges[0].line, type::v1::LINE_SUBORDINATION);
  EXPECT_EQ(edges[0].from, absl::CivilDay(2020, 1, 10));
  EXPECT_EQ(edges[0].to, kNoEnd);
  EXPECT_EQ(edges[1].parent, "town");
  EXPECT_EQ(edges[1].line, type::v1::LINE_TERRITORIAL);
  EXPECT_EQ(edges[1].to, absl::CivilDay(2026, 9, 1));
}

}  // namespace
}  // namespace zhibu
