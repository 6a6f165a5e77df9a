#include "common/base/clock.h"

#include "gtest/gtest.h"
#include "tests/support/fake_clock.h"

namespace zhibu {
namespace {

TEST(ChinaDate, ChangesAtMidnightInChina) {
  const absl::Time midnight =
      absl::FromCivil(absl::CivilSecond(2026, 7, 1), absl::FixedTimeZone(8 * 60 * 60));
  EXPECT_EQ(ChinaDate(midnight), absl::CivilDay(2026, 7, 1));
  EXPECT_EQ(ChinaDate(midnight - absl::Nanoseconds(1)), absl::CivilDay(2026, 6, 30));
}

TEST(ChinaDate, HasNoDaylightSaving) {
  // From 1986 to 1991 China had; what is recorded here never does.
  const absl::Time summer =
      absl::FromCivil(absl::CivilSecond(1988, 6, 30, 23, 30), absl::FixedTimeZone(8 * 60 * 60));
  EXPECT_EQ(ChinaDate(summer), absl::CivilDay(1988, 6, 30));
}

TEST(SystemClock, DoesNotRunBackwards) {
  const absl::Time before = Clock::System().Now();
  EXPECT_GE(Clock::System().Now(), before);
}

TEST(ShiftedClock, BeginsOnTheDayThatWasNamedAndGoesOn) {
  const auto clock = ClockBeginningOn(absl::CivilDay(2026, 11, 23));
  const absl::Time begin = clock->Now();
  EXPECT_EQ(clock->Today(), absl::CivilDay(2026, 11, 23));
  EXPECT_GE(clock->Now(), begin);
}

TEST(FakeClock, ShowsTheDayThatWasSet) {
  FakeClock clock(absl::CivilDay(2026, 11, 23));
  EXPECT_EQ(clock.Today(), absl::CivilDay(2026, 11, 23));
  clock.Advance(absl::Hours(12));
  EXPECT_EQ(clock.Today(), absl::CivilDay(2026, 11, 24));
}

}  // namespace
}  // namespace zhibu
