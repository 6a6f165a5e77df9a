#include "services/reporting/owed/owed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/services/reporting/books.h"
#include "tests/services/reporting/facts.h"
#include "zhibu/type/v1/organisation_kind.pb.h"
#include "zhibu/type/v1/owed_item.pb.h"

namespace zhibu::reporting {
namespace {

using type::v1::ORGANISATION_KIND_BRANCH;
using type::v1::ORGANISATION_KIND_COMMITTEE;
using type::v1::ORGANISATION_KIND_PARTY_GROUP;
using type::v1::LINE_EITHER;
using type::v1::LINE_SUBORDINATION;
using type::v1::LINE_TERRITORIAL;

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

  // "b1 theme-day 1/1 done"
  std::vector<std::string> Texts(const std::vector<type::v1::OwedItem>& items) {
    std::vector<std::string> texts;
    for (const auto& item : items) {
      const char* states[] = {"?", "done", "owed", "missing"};
      texts.push_back(absl::StrCat(item.organisation().substr(14), " ", item.kind(), " ",
                                   item.held(), "/", item.owed(), " ", states[item.state()]));
    }
    return texts;
  }

  OwedPage List(const OwedQuery& query, const OwedPosition* after = nullptr) {
    auto page = books_.tree().Read([&](const OrgTree& tree) {
      return ListOwed(*books_.TakeSnapshot(), cadence_, tree, query, after);
    });
    EXPECT_TRUE(page.ok()) << page.status();
    return *std::move(page);
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
  const OwedPage page = List({"b1", LINE_SUBORDINATION, kMay, kMay, false, 100});
  EXPECT_THAT(Texts(page.items),
              testing::ElementsAre("b1 branch-meeting 0/1 owed", "b1 party-class 1/1 done",
                                   "b1 theme-day 1/1 done"));
  EXPECT_EQ(page.items[0].title(), "支部党员大会");
  EXPECT_EQ(FromProto(page.items[0].period_from()).value(), CivilDay(2024, 4, 1));
  EXPECT_EQ(FromProto(page.items[0].due_on()).value(), CivilDay(2024, 6, 30));
  EXPECT_EQ(page.items[0].citation().article(), "第十一条");
  // The day after the quarter's last, what was not held is missing; what was held then is the
  // next's.
  EXPECT_THAT(Texts(List({"b1", LINE_SUBORDINATION, kMay, CivilDay(2024, 6, 30), true, 100}).items),
              testing::ElementsAre("b1 branch-meeting 0/1 owed"));
  EXPECT_THAT(Texts(List({"b1", LINE_SUBORDINATION, kMay, CivilDay(2024, 7, 1), true, 100}).items),
              testing::ElementsAre("b1 branch-meeting 0/1 missing"));
}

TEST_F(OwedTest, AsksACommitteeMeetingOnlyOfBranchesWithSevenFullMembersOnTheDate) {
  for (int i = 0; i < 7; ++i) {
    books_.Apply(PersonFact(absl::StrCat("p", i), "b1", membership::v1::PERSON_KIND_TEACHER,
                            {{membership::v1::STAGE_PROBATIONARY, CivilDay(2020, 1, 1), {}},
                             {membership::v1::STAGE_FULL, CivilDay(2021, 1, 1 + i), {}}}));
  }
  const auto asked = [&](CivilDay day) {
    for (const auto& item : List({"b1", LINE_SUBORDINATION, day, day, false, 100}).items) {
      if (item.kind() == "committee-meeting") return true;
    }
    return false;
  };
  EXPECT_FALSE(asked(CivilDay(2021, 1, 6)));
  EXPECT_TRUE(asked(CivilDay(2021, 1, 7)));
}

TEST_F(OwedTest, TakesTheSubtreeOfTheDateOnTheLine) {
  EXPECT_EQ(List({"root", LINE_SUBORDINATION, kMay, kMay, false, 100}).items.size(), 3);
  EXPECT_EQ(List({"root", LINE_EITHER, kMay, kMay, false, 100}).items.size(), 6);
  EXPECT_THAT(Texts(List({"root", LINE_TERRITORIAL, kMay, kMay, false, 100}).items),
              testing::ElementsAre("b2 branch-meeting 0/1 owed", "b2 party-class 0/1 owed",
                                   "b2 theme-day 0/1 owed"));
  EXPECT_EQ(List({"root", LINE_EITHER, CivilDay(1999, 5, 1), CivilDay(1999, 5, 1), false, 100})
                .items.size(),
            0);
}

TEST_F(OwedTest, PagesOfAnySizeShowTheSameItemsAndTotals) {
  books_.Apply(OrganisationFact("g1", ORGANISATION_KIND_PARTY_GROUP, {{"b1"}}));
  books_.Apply(ActivityFact("a1", "b1", "theme-day", CivilDay(2024, 5, 1)));
  books_.Apply(ActivityFact("a2", "g1", "group-meeting", CivilDay(2024, 5, 1)));
  for (const bool open_only : {false, true}) {
    const OwedPage whole = List({"root", LINE_EITHER, kMay, kMay, open_only, 100});
    EXPECT_FALSE(whole.more);
    EXPECT_EQ(whole.items.size(), open_only ? 5 : 7);
    EXPECT_EQ(whole.end.totals.done(), 2);
    EXPECT_EQ(whole.end.totals.owed(), 5);
    EXPECT_EQ(whole.end.totals.missing(), 0);
    for (int size = 1; size <= 7; ++size) {
      std::vector<type::v1::OwedItem> items;
      OwedPage page = List({"root", LINE_EITHER, kMay, kMay, open_only, size});
      while (true) {
        EXPECT_LE(page.items.size(), static_cast<size_t>(size));
        EXPECT_EQ(page.end.totals.SerializeAsString(), whole.end.totals.SerializeAsString());
        items.insert(items.end(), page.items.begin(), page.items.end());
        if (!page.more) break;
        const auto after = ParseOwedPosition(ToText(page.end));
        ASSERT_TRUE(after.ok()) << after.status();
        page = List({"root", LINE_EITHER, after->as_of, after->today, open_only, size}, &*after);
      }
      EXPECT_EQ(Texts(items), Texts(whole.items)) << "pages of " << size;
    }
  }
}

TEST(OwedPosition, RefusesATextThatIsNoneOfOurs) {
  EXPECT_EQ(ParseOwedPosition("").status().code(), absl::StatusCode::kInternal);
  EXPECT_EQ(ParseOwedPosition("1 2 3 4 5 b1 x").status().code(), absl::StatusCode::kInternal);
}

}  // namespace
}  // namespace zhibu::reporting
