#include "services/registry/rules/forms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/civil.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> ReasonsIn(const Violations& violations) {
  std::vector<std::string> reasons;
  for (const Violation& violation : violations) reasons.push_back(violation.reason);
  return reasons;
}

TEST(KindTable, SaysWhichKindMayStandUnderWhich) {
  // Rows: the kind; columns: its parent; both in the contract's order, 1 to 8.
  const char* const table[] = {
      "xx......",  // committee
      "xx......",  // work committee
      "xx......",  // general branch
      "xxx.....",  // branch
      "xxx.....",  // joint branch
      "xxx.....",  // temporary branch
      "xxx.....",  // mobile branch
      "...xxxx.",  // party group
  };
  for (int kind = 1; kind <= 8; ++kind) {
    for (int parent = 1; parent <= 8; ++parent) {
      EXPECT_EQ(MaySitUnder(static_cast<type::v1::OrganisationKind>(kind),
                            static_cast<type::v1::OrganisationKind>(parent)),
                table[kind - 1][parent - 1] == 'x')
          << type::v1::OrganisationKind_Name(kind) << " under " << type::v1::OrganisationKind_Name(parent);
    }
  }
}

rows::OrganisationRow Row(const std::string& id, int32_t established, int32_t dissolved) {
  rows::OrganisationRow row;
  row.set_id(id);
  row.set_kind(type::v1::ORGANISATION_KIND_COMMITTEE);
  row.set_established(established);
  row.set_dissolved(dissolved);
  return row;
}
void AddEdge(rows::OrganisationRow& row, const std::string& parent, int32_t from, int32_t to,
             type::v1::Line line = type::v1::LINE_SUBORDINATION) {
  rows::EdgeRow& edge = *row.add_edges();
  edge.set_parent(parent);
  edge.set_line(line);
  edge.set_from(from);
  edge.set_to(to);
}

TEST(Cycle, IsOneOnlyWhereAllItsEdgesHoldOnOneDay) {
  // b stood under x on days 10 to 20, and a under b on days 20 to 30: never both.
  OrganisationFacts facts;
  facts.known["r"] = Row("r", 0, 100);
  facts.known["b"] = Row("b", 0, 100);
  AddEdge(facts.known["b"], "r", 0, 10);
  AddEdge(facts.known["b"], "x", 10, 20);
  AddEdge(facts.known["b"], "r", 20, 100);
  facts.known["a"] = Row("a", 0, 100);
  AddEdge(facts.known["a"], "r", 0, 20);
  AddEdge(facts.known["a"], "b", 20, 30);
  AddEdge(facts.known["a"], "r", 30, 100);
  rows::OrganisationRow x = Row("x", 0, 100);
  AddEdge(x, "r", 0, 100);

  Violations out;
  rows::OrganisationRow moved = x;
  JudgeMove({type::v1::LINE_SUBORDINATION, "", "a", 5, ""}, facts, moved, out);
  EXPECT_THAT(out, IsEmpty());

  // One day more under b, and there is a day with all three.
  facts.known["a"].mutable_edges(0)->set_to(19);
  facts.known["a"].mutable_edges(1)->set_from(19);
  moved = x;
  JudgeMove({type::v1::LINE_SUBORDINATION, "", "a", 5, ""}, facts, moved, out);
  EXPECT_THAT(ReasonsIn(out), ElementsAre("PARENT_CYCLE"));
  // Unless the move comes after it.
  out.clear();
  moved = x;
  JudgeMove({type::v1::LINE_SUBORDINATION, "", "a", 20, ""}, facts, moved, out);
  EXPECT_THAT(out, IsEmpty());
}

TEST(Cycle, MayRunOverBothLines) {
  OrganisationFacts facts;
  facts.known["a"] = Row("a", 0, 100);
  AddEdge(facts.known["a"], "x", 0, 100, type::v1::LINE_TERRITORIAL);
  rows::OrganisationRow x = Row("x", 0, 100);
  Violations out;
  JudgeMove({type::v1::LINE_SUBORDINATION, "", "a", 0, ""}, facts, x, out);
  EXPECT_THAT(ReasonsIn(out), ElementsAre("PARENT_CYCLE"));
}

TEST(Move, KeepsWhatWasBeforeTheEffectiveDay) {
  OrganisationFacts facts;
  facts.known["q"] = Row("q", 0, 1000);
  rows::OrganisationRow row = Row("x", 0, 50);
  AddEdge(row, "p", 0, 50);
  Violations out;
  JudgeMove({type::v1::LINE_SUBORDINATION, "p", "q", 20, "文号"}, facts, row, out);
  ASSERT_THAT(out, IsEmpty());
  ASSERT_EQ(row.edges_size(), 2);
  EXPECT_EQ(row.edges(0).to(), 20);
  EXPECT_EQ(row.edges(1).parent(), "q");
  EXPECT_EQ(row.edges(1).from(), 20);
  EXPECT_EQ(row.edges(1).to(), 50);  // its own end, not the parent's
  EXPECT_EQ(row.edges(1).document_number(), "文号");
}

TEST(Move, StaysWithinTheLifeOfBoth) {
  OrganisationFacts facts;
  facts.known["q"] = Row("q", 0, 40);
  rows::OrganisationRow row = Row("x", 0, 50);
  AddEdge(row, "p", 0, 50);
  Violations out;
  JudgeMove({type::v1::LINE_SUBORDINATION, "", "q", 20, ""}, facts, row, out);
  EXPECT_THAT(ReasonsIn(out), ElementsAre("PARENT_NOT_THERE"));
  out.clear();
  JudgeMove({type::v1::LINE_SUBORDINATION, "", "q", 50, ""}, facts, row, out);
  EXPECT_THAT(ReasonsIn(out), ElementsAre("PERIOD_INVALID"));
}

TEST(CreditCodes, AreStoredInUpperCase) {
  EXPECT_EQ(NormalCreditCode(""), "");
  EXPECT_EQ(NormalCreditCode("12"), std::nullopt);
}

}  // namespace
}  // namespace zhibu::registry
