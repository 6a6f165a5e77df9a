// How long a case was held that went from one organisation to another.
#include "services/membership/rules/holdings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/civil.h"

namespace zhibu::membership {
namespace {

using absl::CivilDay;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const CivilDay kActivist(2023, 3, 1), kCame(2023, 6, 1), kMerged(2023, 7, 1), kSaid(2023, 8, 1),
    kLater(2024, 3, 1);

// Kept at "a", then transferred to "b".
Affiliations Transferred() {
  Affiliations rows;
  MoveOn(CivilDay(2020, 1, 1), "a", "", rows);
  MoveOn(kCame, "b", "transfers/t", rows);
  return rows;
}

// That whoever received the person said on `day` whether the time since the transfer counts.
rows::Progress Said(CivilDay day, bool continuous) {
  rows::Progress progress;
  rows::ReceivedRow& received = *progress.add_received();
  received.set_day(DayNumber(day));
  received.set_continuous(continuous);
  return progress;
}

std::vector<Uncounted> Periods(const Affiliations& rows, const rows::Progress& progress) {
  return UncountedPeriods(rows, progress, rules::Continuity(), kLater);
}

TEST(UncountedPeriods, EndWithTheWordOfTheReceivingUnit) {
  EXPECT_THAT(Periods(Transferred(), {}), ElementsAre(Uncounted{kCame, std::nullopt}));
  EXPECT_THAT(Periods(Transferred(), Said(kSaid, false)), ElementsAre(Uncounted{kCame, kSaid}));
  EXPECT_THAT(Periods(Transferred(), Said(kSaid, true)), IsEmpty());
}

// A unit that was merged goes on with what it had, and owed: no word of the first receiving unit
// will come any more, and that of its successor is about the same transfer.
TEST(UncountedPeriods, WaitForTheWordOfTheSuccessorOfAUnitThatWasMerged) {
  Affiliations rows = Transferred();
  HandOverOn(kMerged, "b", "c", "reorganisations/r", rows);
  EXPECT_THAT(Periods(rows, {}), ElementsAre(Uncounted{kCame, std::nullopt}));
  EXPECT_THAT(Periods(rows, Said(kSaid, false)), ElementsAre(Uncounted{kCame, kSaid}));
  EXPECT_THAT(Periods(rows, Said(kSaid, true)), IsEmpty());
}

TEST(UncountedPeriods, OfAUnitThatSentThePersonOnWithoutAWordAreAllOfItsDays) {
  Affiliations rows = Transferred();
  MoveOn(kMerged, "c", "transfers/u", rows);
  EXPECT_THAT(Periods(rows, Said(kSaid, true)), ElementsAre(Uncounted{kCame, kMerged}));
  EXPECT_THAT(Periods(rows, Said(kSaid, false)),
              ElementsAre(Uncounted{kCame, kMerged}, Uncounted{kMerged, kSaid}));
}

TEST(HeldFor, AddsDaysThatDoNotCountAndWaitsForAWord) {
  EXPECT_EQ(HeldFor(kActivist, 12, {{kCame, kSaid}}), AddMonths(kActivist, 12) + (kSaid - kCame));
  EXPECT_EQ(HeldFor(kActivist, 12, {{kCame, std::nullopt}}), std::nullopt);
  // The year was over before the transfer, or began after it.
  EXPECT_EQ(HeldFor(kActivist, 3, {{kCame, std::nullopt}}), kCame);
  EXPECT_EQ(HeldFor(kMerged, 12, {{kCame, std::nullopt}}), AddMonths(kMerged, 12));
}

}  // namespace
}  // namespace zhibu::membership
