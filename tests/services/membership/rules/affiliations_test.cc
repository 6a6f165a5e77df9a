#include "services/membership/rules/affiliations.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "absl/strings/str_cat.h"

namespace zhibu::membership {
namespace {

using absl::CivilDay;

const CivilDay kFirst(2024, 1, 1);
const CivilDay kMoved(2024, 2, 29);

Affiliations Registered() {
  Affiliations rows;
  MoveOn(kFirst, "a", "", rows);
  return rows;
}

TEST(MoveOn, KeepsThePersonAtTheOldPlaceUntilTheDayBefore) {
  Affiliations rows = Registered();
  MoveOn(kMoved, "b", "transfers/t", rows);
  EXPECT_EQ(KeptBy(rows, kMoved - 1), "a");
  EXPECT_EQ(KeptBy(rows, kMoved), "b");
  EXPECT_EQ(rows.Get(1).cause(), "transfers/t");
  EXPECT_EQ(LastMove(rows), kMoved);
}

TEST(MoveOn, OnTheDayOfTheLastMoveTakesItsPlace) {
  Affiliations rows = Registered();
  MoveOn(kMoved, "b", "", rows);
  MoveOn(kMoved, "c", "", rows);
  ASSERT_EQ(rows.size(), 2);
  EXPECT_EQ(KeptBy(rows, kMoved), "c");
}

TEST(KeptBy, AnswersTheFirstPlaceForTheTimeBeforeTheBooks) {
  EXPECT_EQ(KeptBy(Registered(), kFirst - 1), "a");
}

TEST(KeptBy, AnswersNobodyFromTheDayOnWhichThePersonLeft) {
  Affiliations rows = Registered();
  EXPECT_FALSE(HasLeft(rows));
  MoveOn(kMoved, "", "", rows);
  EXPECT_TRUE(HasLeft(rows));
  EXPECT_EQ(KeptBy(rows, kMoved - 1), "a");
  EXPECT_EQ(KeptBy(rows, kMoved), "");
}

TEST(HandOverOn, LeavesLaterMovesAsTheyAre) {
  Affiliations rows = Registered();
  MoveOn(kMoved, "b", "transfers/t", rows);
  EXPECT_TRUE(HandOverOn(kMoved - 10, "a", "c", "reorganisations/r", rows));
  EXPECT_EQ(KeptBy(rows, kMoved - 11), "a");
  EXPECT_EQ(KeptBy(rows, kMoved - 10), "c");
  EXPECT_EQ(KeptBy(rows, kMoved - 1), "c");
  EXPECT_EQ(KeptBy(rows, kMoved), "b");
  EXPECT_EQ(rows.Get(1).cause(), "reorganisations/r");
  EXPECT_EQ(rows.Get(2).cause(), "transfers/t");
}

TEST(HandOverOn, TakesWhoCameAfterTheDay) {
  Affiliations rows = Registered();
  MoveOn(kMoved, "b", "", rows);
  EXPECT_TRUE(HandOverOn(kMoved - 10, "b", "c", "", rows));
  EXPECT_EQ(KeptBy(rows, kMoved - 1), "a");
  EXPECT_EQ(KeptBy(rows, kMoved), "c");
}

TEST(HandOverOn, LeavesATransferATransferWhereTheReceivingUnitWasMergedBefore) {
  Affiliations rows = Registered();
  MoveOn(kMoved, "b", "transfers/t", rows);
  EXPECT_TRUE(HandOverOn(kMoved - 10, "b", "c", "reorganisations/r", rows));
  EXPECT_EQ(KeptBy(rows, kMoved), "c");
  EXPECT_EQ(rows.rbegin()->cause(), "transfers/t");
}

TEST(HandOverOn, ChangesNothingTheSecondTimeNorForWhoLeftBefore) {
  Affiliations rows = Registered();
  EXPECT_TRUE(HandOverOn(kMoved, "a", "c", "", rows));
  EXPECT_FALSE(HandOverOn(kMoved, "a", "c", "", rows));
  MoveOn(kMoved + 1, "", "", rows);
  EXPECT_FALSE(HandOverOn(kMoved + 1, "c", "d", "", rows));
  EXPECT_TRUE(HandOverOn(kMoved, "c", "d", "", rows));
  EXPECT_EQ(KeptBy(rows, kMoved), "d");
  EXPECT_EQ(KeptBy(rows, kMoved + 1), "");
}

TEST(KeptBy, AgreesWithAListOfDaysForRandomMovesAndHandovers) {
  std::mt19937 random(7);
  for (int round = 0; round < 500; ++round) {
    Affiliations rows = Registered();
    std::map<int, std::string> by_day;
    CivilDay day = kFirst;
    for (int i = 0; i < 400; ++i) by_day[i] = "a";
    for (int moves = static_cast<int>(random() % 6); moves > 0; --moves) {
      day += static_cast<int>(random() % 60);
      const std::string to = absl::StrCat("o", random() % 3);
      MoveOn(day, to, "", rows);
      for (int i = static_cast<int>(day - kFirst); i < 400; ++i) by_day[i] = to;
    }
    for (int handovers = static_cast<int>(random() % 4); handovers > 0; --handovers) {
      const int from_day = 1 + static_cast<int>(random() % 399);
      const std::string from = absl::StrCat("o", random() % 3);
      const std::string to = absl::StrCat("o", random() % 3);
      HandOverOn(kFirst + from_day, from, to, "", rows);
      for (int i = from_day; i < 400; ++i) {
        if (by_day[i] == from) by_day[i] = to;
      }
    }
    for (const auto& [i, organisation] : by_day) {
      ASSERT_EQ(KeptBy(rows, kFirst + i), organisation);
    }
  }
}

}  // namespace
}  // namespace zhibu::membership
