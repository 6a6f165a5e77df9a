#include "services/reporting/owed/owed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/domain/owed_item.h"
#include "tests/services/reporting/books.h"
#include "tests/services/reporting/facts.h"
#include "zhibu/type/v1/organisation_kind.pb.h"
#include "zhibu/type/v1/owed_item.pb.h"

namespace zhibu::reporting {
namespace {

using type::v1::LINE_EITHER;
using type::v1::LINE_SUBORDINATION;
using type::v1::LINE_TERRITORIAL;
using type::v1::ORGANISATION_KIND_BRANCH;
using type::v1::ORGANISATION_KIND_COMMITTEE;
using type::v1::ORGANISATION_KIND_PARTY_GROUP;

class OwedTest : public testing::Test {
 protected:
  OwedTest() {
    auto cadence =
        LoadCadence(absl::StrCat(ZHIBU_SOURCE_DIR, "/common/domain/data/cadence.textproto"));
    EXPECT_TRUE(cadence.ok()) << cadence.status();
    cadence_ = *std::move(cadence);
    books_.Apply(OrganisationFact("root", ORGANISATION_KIND_COMMITTEE));
    books_.Apply(OrganisationFact("b1", ORGANISATION_KIND_BRANCH, {{"root"}}));
    books_.Apply(OrganisationFact("b2", ORGANISATION_KIND_BRANCH, {{"root", LINE_TERRITORIAL}}));
  }

  std::vector<OwedByOne> List(const OwedQuery& query) {
    auto owed = books_.tree().Read([&](const OrgTree& tree) {
      return OwedInSubtree(*books_.TakeSnapshot(), cadence_, tree, query);
    });
    EXPECT_TRUE(owed.ok()) << owed.status();
    return *std::move(owed);
  }
  // "b1 theme-day 1/1 done"
  std::vector<std::string> Texts(const OwedQuery& query) {
    std::vector<std::string> texts;
    for (const auto& [organisation, owed] : List(query)) {
      const char* states[] = {"done", "owed", "missing"};
      texts.push_back(absl::StrCat(organisation, " ", owed.rule->activity_kind, " ", owed.held, "/",
                                   owed.times, " ", states[static_cast<int>(owed.state)]));
    }
    return texts;
  }

  Cadence cadence_;
  Books books_;
};

const CivilDay kMay(2024, 5, 15);

TEST_F(OwedTest, CountsWhatWasHeldInThePeriod) {
  books_.Apply(ActivityFact("a1", "b1", "theme-day", CivilDay(2024, 5, 1)));
  books_.Apply(ActivityFact("a2", "b1", "party-class", CivilDay(2024, 4, 2)));
  books_.Apply(ActivityFact("a3", "b1", "branch-meeting", CivilDay(2024, 3, 31)));
  books_.Apply(ActivityFact("a4", "b1", "branch-meeting", CivilDay(2024, 7, 1)));
  books_.Apply(ActivityFact("a5", "b1", "branch-meeting", CivilDay(2024, 5, 2), "误录"));
  const OwedQuery query = {"b1", LINE_SUBORDINATION, kMay, kMay};
  EXPECT_THAT(Texts(query),
              testing::ElementsAre("b1 branch-meeting 0/1 owed", "b1 party-class 1/1 done",
                                   "b1 theme-day 1/1 done"));
  const type::v1::OwedItem item = ToOwedItem(List(query)[0].owed, "b1");
  EXPECT_EQ(item.organisation(), "organisations/b1");
  EXPECT_EQ(item.title(), "支部党员大会");
  EXPECT_EQ(FromProto(item.period_from()).value(), CivilDay(2024, 4, 1));
  EXPECT_EQ(FromProto(item.due_on()).value(), CivilDay(2024, 6, 30));
  EXPECT_EQ(item.citation().article(), "第十一条");
  // The day after the quarter's last, what was not held is missing; what was held then is the
  // next's.
  EXPECT_EQ(Texts({"b1", LINE_SUBORDINATION, kMay, CivilDay(2024, 6, 30)})[0],
            "b1 branch-meeting 0/1 owed");
  EXPECT_EQ(Texts({"b1", LINE_SUBORDINATION, kMay, CivilDay(2024, 7, 1)})[0],
            "b1 branch-meeting 0/1 missing");
}

TEST_F(OwedTest, AsksACommitteeMeetingOnlyOfBranchesWithSevenFullMembersOnTheDate) {
  for (int i = 0; i < 7; ++i) {
    books_.Apply(PersonFact(absl::StrCat("p", i), "b1", membership::v1::PERSON_KIND_TEACHER,
                            {{membership::v1::STAGE_PROBATIONARY, CivilDay(2020, 1, 1), {}},
                             {membership::v1::STAGE_FULL, CivilDay(2021, 1, 1 + i), {}}}));
  }
  const auto asked = [&](CivilDay day) {
    for (const auto& one : List({"b1", LINE_SUBORDINATION, day, day})) {
      if (one.owed.rule->activity_kind == "committee-meeting") return true;
    }
    return false;
  };
  EXPECT_FALSE(asked(CivilDay(2021, 1, 6)));
  EXPECT_TRUE(asked(CivilDay(2021, 1, 7)));
}

TEST_F(OwedTest, TakesTheSubtreeOfTheDateOnTheLine) {
  EXPECT_EQ(List({"root", LINE_SUBORDINATION, kMay, kMay}).size(), 3u);
  EXPECT_EQ(List({"root", LINE_EITHER, kMay, kMay}).size(), 6u);
  EXPECT_THAT(Texts({"root", LINE_TERRITORIAL, kMay, kMay}),
              testing::ElementsAre("b2 branch-meeting 0/1 owed", "b2 party-class 0/1 owed",
                                   "b2 theme-day 0/1 owed"));
  EXPECT_EQ(List({"root", LINE_EITHER, CivilDay(1999, 5, 1), CivilDay(1999, 5, 1)}).size(), 0u);
}

// However many activities and rules there are.
TEST_F(OwedTest, CostsAFewScansAnOrganisation) {
  for (CivilDay day = CivilDay(2024, 1, 1); day <= kMay; day += 7) {
    books_.Apply(
        ActivityFact(absl::StrCat("a", day - CivilDay(2024, 1, 1)), "b1", "theme-day", day));
  }
  const std::unique_ptr<Snapshot> snapshot = books_.TakeSnapshot();
  const CountingReader reader(snapshot.get());
  const auto owed = books_.tree().Read([&](const OrgTree& tree) {
    return OwedInSubtree(reader, cadence_, tree, {"root", LINE_EITHER, kMay, kMay});
  });
  ASSERT_TRUE(owed.ok()) << owed.status();
  EXPECT_EQ(owed->size(), 6u);
  EXPECT_EQ(reader.gets, 3);
  EXPECT_LE(reader.scans, 3 * 6);
}

}  // namespace
}  // namespace zhibu::reporting
