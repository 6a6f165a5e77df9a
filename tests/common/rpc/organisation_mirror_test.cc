#include "common/rpc/organisation_mirror.h"

#include "common/base/civil.h"
#include "common/store/rocks_store.h"
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

TEST(OrganisationMirror, HoldsWhatTheRecordStates) {
  const auto store = OpenMemoryStore("membership").value();
  const auto empty = store->TakeSnapshot();
  SharedOrgTree tree;
  OrganisationMirror mirror(&tree);
  Txn txn(*empty);
  registry::v1::OrganisationChanged changed;
  registry::v1::OrganisationRecord& record = *changed.mutable_organisation();
  record.set_name("organisations/b");
  record.set_title("甲");
  record.set_kind(type::v1::ORGANISATION_KIND_BRANCH);
  *record.mutable_established_on() = ToProto(absl::CivilDay(2020, 1, 10));
  registry::v1::DatedKind& kind = *record.add_kinds();
  kind.set_kind(type::v1::ORGANISATION_KIND_BRANCH);
  *kind.mutable_valid_from() = record.established_on();
  registry::v1::Affiliation& edge = *record.add_affiliations();
  edge.set_parent("organisations/county");
  edge.set_line(type::v1::LINE_SUBORDINATION);
  *edge.mutable_valid_from() = record.established_on();
  google::protobuf::Any event;
  event.PackFrom(changed);
  ASSERT_TRUE(mirror.Apply(txn, event).ok());
  const auto row = OrganisationMirror::Find(txn, "b");
  ASSERT_TRUE(row.ok() && *row);
  EXPECT_EQ((*row)->title(), "甲");
  EXPECT_EQ(KindOn(**row, absl::CivilDay(2021, 1, 1)).kind(), type::v1::ORGANISATION_KIND_BRANCH);
  ASSERT_EQ(EdgesOf(**row).size(), 1u);
  EXPECT_EQ(EdgesOf(**row)[0].parent, "county");
  // Without a name it is no organisation.
  EXPECT_EQ(mirror.Apply(txn, registry::v1::OrganisationChanged()).code(),
            absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace zhibu
