#include "services/membership/rules/transfer_chain.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

#include <gtest/gtest.h>

namespace zhibu::membership {
namespace {

using type::v1::COMMITTEE_LEVEL_BASE;
using type::v1::COMMITTEE_LEVEL_COUNTY;
using type::v1::COMMITTEE_LEVEL_TOWNSHIP;
using type::v1::COMMITTEE_LEVEL_UNSPECIFIED;
using type::v1::ORGANISATION_KIND_BRANCH;
using type::v1::ORGANISATION_KIND_COMMITTEE;
using type::v1::ORGANISATION_KIND_GENERAL_BRANCH;
using type::v1::ORGANISATION_KIND_WORK_COMMITTEE;
using Links = std::vector<ChainLink>;

ChainNode Branch(const std::string& id) { return {id, ORGANISATION_KIND_BRANCH}; }
ChainNode General(const std::string& id) { return {id, ORGANISATION_KIND_GENERAL_BRANCH}; }
ChainNode Base(const std::string& id) {
  return {id, ORGANISATION_KIND_COMMITTEE, COMMITTEE_LEVEL_BASE};
}
ChainNode Township(const std::string& id) {
  return {id, ORGANISATION_KIND_COMMITTEE, COMMITTEE_LEVEL_TOWNSHIP};
}
const ChainNode kCountyNode = {"county", ORGANISATION_KIND_COMMITTEE, COMMITTEE_LEVEL_COUNTY};

TEST(MayTransferDirectly, IsForCommitteesAndWorkCommitteesAlone) {
  EXPECT_TRUE(MayTransferDirectly({Base("b"), kCountyNode}, 0));
  EXPECT_TRUE(MayTransferDirectly({{"w", ORGANISATION_KIND_WORK_COMMITTEE}, kCountyNode}, 0));
  EXPECT_TRUE(MayTransferDirectly({Base("b")}, 0));
  EXPECT_FALSE(MayTransferDirectly({General("g"), kCountyNode}, 0));
  EXPECT_FALSE(MayTransferDirectly({Branch("b"), kCountyNode}, 0));
}

TEST(MayTransferDirectly, IsNotForABaseCommitteeUnderATownship) {
  const Upward upward = {Base("b"), Township("t"), kCountyNode};
  EXPECT_FALSE(MayTransferDirectly(upward, 0));
  EXPECT_TRUE(MayTransferDirectly(upward, 1));
  EXPECT_FALSE(MayTransferDirectly(
      {{"b", ORGANISATION_KIND_COMMITTEE, COMMITTEE_LEVEL_UNSPECIFIED}, Township("t")}, 0));
}

TEST(MayTransferDirectly, LooksPastBaseCommitteesForATownship) {
  const ChainNode work = {"w", ORGANISATION_KIND_WORK_COMMITTEE};
  const ChainNode unsaid = {"u", ORGANISATION_KIND_COMMITTEE, COMMITTEE_LEVEL_UNSPECIFIED};
  const struct {
    const char* what;
    Upward upward;
    std::vector<bool> may;  // by place
  } kCases[] = {
      // clang-format off
      {"school, central school, township",
       {Branch("a"), Base("s"), Base("c"), Township("t"), kCountyNode},
       {false, false, false, true, true}},
      {"three base committees", {Base("s"), Base("c"), unsaid, Township("t")},
       {false, false, false, true}},
      {"a general branch between", {Base("s"), General("g"), Base("c"), Township("t")},
       {false, false, false, true}},
      {"school, central school, county", {Base("s"), Base("c"), kCountyNode}, {true, true, true}},
      {"a work committee between", {Base("s"), work, Township("t"), kCountyNode},
       {true, true, true, true}},
      {"a county below nothing of a township", {Base("s"), kCountyNode, Township("t")},
       {true, true, true}},
      {"nothing above", {Base("s"), Base("c")}, {true, true}},
      // clang-format on
  };
  for (const auto& one : kCases) {
    for (size_t place = 0; place < one.upward.size(); ++place) {
      EXPECT_EQ(MayTransferDirectly(one.upward, place), one.may[place]) << one.what << place;
    }
  }
}

TEST(TransferChain, GoesUpToTheCommitteeAndDownFromTheOther) {
  const auto chain = TransferChain({Branch("a"), General("g"), Base("c"), kCountyNode},
                                   {Branch("x"), Base("d"), kCountyNode});
  ASSERT_TRUE(chain.has_value());
  EXPECT_EQ(chain->links, (Links{{"g", false}, {"c", false}, {"d", true}}));
  EXPECT_EQ(chain->issuer, "c");
}

TEST(TransferChain, TurnsWhereBothAreUnderOne) {
  const auto chain = TransferChain({Branch("a"), General("g"), Base("c"), kCountyNode},
                                   {Branch("b"), General("g"), Base("c"), kCountyNode});
  ASSERT_TRUE(chain.has_value());
  EXPECT_EQ(chain->links, (Links{{"g", false}}));
  EXPECT_EQ(chain->issuer, "g");
}

TEST(TransferChain, PassesOverACommitteeUnderATownship) {
  const auto chain = TransferChain({Branch("a"), Base("s"), Township("t"), kCountyNode},
                                   {Branch("b"), Base("d"), kCountyNode});
  ASSERT_TRUE(chain.has_value());
  EXPECT_EQ(chain->links, (Links{{"s", false}, {"t", false}, {"d", true}}));
}

TEST(TransferChain, LeavesOutWhoSendsAndWhoReceives) {
  const auto down = TransferChain({Base("c"), kCountyNode}, {Branch("b"), General("g"), Base("c")});
  ASSERT_TRUE(down.has_value());
  EXPECT_EQ(down->links, (Links{{"g", true}}));
  const auto up = TransferChain({Branch("b"), General("g"), Base("c")}, {Base("c")});
  ASSERT_TRUE(up.has_value());
  EXPECT_EQ(up->links, (Links{{"g", false}}));
  const auto both = TransferChain({Base("c"), kCountyNode}, {Base("d"), kCountyNode});
  ASSERT_TRUE(both.has_value());
  EXPECT_TRUE(both->links.empty());
}

TEST(TransferChain, EndsAtTheCommitteeForOneOutside) {
  const auto chain = TransferChain({Branch("a"), General("g"), Base("c"), kCountyNode}, {});
  ASSERT_TRUE(chain.has_value());
  EXPECT_EQ(chain->links, (Links{{"g", false}, {"c", false}}));
}

TEST(TransferChain, IsNoneWithoutACommittee) {
  EXPECT_FALSE(TransferChain({Branch("a"), General("g")}, {}).has_value());
  EXPECT_FALSE(TransferChain({Branch("a"), Base("c")}, {Branch("x"), General("y")}).has_value());
}

}  // namespace
}  // namespace zhibu::membership
