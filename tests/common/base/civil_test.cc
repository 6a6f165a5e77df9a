#include "common/base/civil.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace zhibu {
namespace {

using absl::CivilDay;

google::type::Date Date(int year, int month, int day) {
  google::type::Date date;
  date.set_year(year);
  date.set_month(month);
  date.set_day(day);
  return date;
}

TEST(AddMonths, KeepsTheDayOrTakesTheLastOfTheMonth) {
  struct Case {
    CivilDay day;
    int months;
    CivilDay want;
  };
  const std::vector<Case> cases = {
      {CivilDay(2026, 1, 15), 1, CivilDay(2026, 2, 15)},
      {CivilDay(2026, 1, 31), 1, CivilDay(2026, 2, 28)},
      {CivilDay(2024, 1, 31), 1, CivilDay(2024, 2, 29)},
      {CivilDay(1900, 1, 31), 1, CivilDay(1900, 2, 28)},
      {CivilDay(2000, 1, 31), 1, CivilDay(2000, 2, 29)},
      {CivilDay(2026, 11, 30), 3, CivilDay(2027, 2, 28)},
      {CivilDay(2026, 12, 31), 12, CivilDay(2027, 12, 31)},
      {CivilDay(2026, 8, 31), 6, CivilDay(2027, 2, 28)},
      {CivilDay(2026, 3, 31), -1, CivilDay(2026, 2, 28)},
      {CivilDay(2026, 1, 31), -2, CivilDay(2025, 11, 30)},
      {CivilDay(2026, 5, 18), 0, CivilDay(2026, 5, 18)},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(AddMonths(c.day, c.months), c.want) << FormatDate(c.day) << " + " << c.months;
  }
}

TEST(AddYears, TurnsLeapDayIntoTheLastOfFebruary) {
  EXPECT_EQ(AddYears(CivilDay(2024, 2, 29), 1), CivilDay(2025, 2, 28));
  EXPECT_EQ(AddYears(CivilDay(2024, 2, 29), 4), CivilDay(2028, 2, 29));
  EXPECT_EQ(AddYears(CivilDay(2026, 11, 23), -18), CivilDay(2008, 11, 23));
}

TEST(ParseDate, ReadsTheThreeSpellings) {
  for (const char* text : {"2026-11-23", "2026/11/23", "20261123"}) {
    auto day = ParseDate(text);
    ASSERT_TRUE(day.ok()) << text << ": " << day.status();
    EXPECT_EQ(*day, CivilDay(2026, 11, 23)) << text;
  }
  EXPECT_EQ(*ParseDate("1900-01-01"), CivilDay(1900, 1, 1));
  EXPECT_EQ(*ParseDate("2199-12-31"), CivilDay(2199, 12, 31));
  EXPECT_EQ(*ParseDate("2024-02-29"), CivilDay(2024, 2, 29));
}

TEST(ParseDate, RefusesWhatIsNotADay) {
  for (const char* text :
       {"",           "2026",        "2026-1-23",   "2026-11-3",  "2026-11/23",
        "2026/11-23", "2026.11.23",  "2026-13-01",  "2026-00-10", "2026-04-31",
        "2026-02-29", "1900-02-29",  "2026-11-00",  "1899-12-31", "2200-01-01",
        "9999-12-31", " 2026-11-23", "2026-11-23 ", "2026-11-2x", "+2026-11-2",
        "2026-1 -02", "2026112",     "202611234",   "-0261123",   "2026年11月23日"}) {
    const auto day = ParseDate(text);
    EXPECT_EQ(day.status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(ParseDate, DoesNotRepeatTheTextInItsError) {
  EXPECT_EQ(ParseDate("1949-02-31").status().message().find("1949"), absl::string_view::npos);
}

TEST(FormatDate, ComesBackThroughParseDate) {
  for (CivilDay day(1900, 1, 1); day < CivilDay(2200, 1, 1); day += 97) {
    EXPECT_EQ(*ParseDate(FormatDate(day)), day);
  }
  EXPECT_EQ(FormatDate(kNoEnd), "9999-12-31");
  EXPECT_EQ(FormatDate(kNoStart), "0001-01-01");
}

TEST(FromProto, ReadsCompleteDates) {
  EXPECT_EQ(*FromProto(Date(2026, 11, 23)), CivilDay(2026, 11, 23));
  EXPECT_EQ(*FromProto(ToProto(CivilDay(2024, 2, 29))), CivilDay(2024, 2, 29));
  EXPECT_EQ(*FromProto(ToProto(kNoEnd)), kNoEnd);
}

TEST(FromProto, RefusesIncompleteAndImpossibleDates) {
  for (const auto& date :
       {Date(0, 0, 0), Date(2026, 0, 0), Date(2026, 11, 0), Date(0, 11, 23), Date(2026, 2, 29),
        Date(2026, 13, 1), Date(2026, -1, 1), Date(2026, 1, -1), Date(206, 1, 1), Date(2200, 1, 1),
        Date(9999, 12, 30), Date(2147483647, 2147483647, 2147483647)}) {
    EXPECT_EQ(FromProto(date).status().code(), absl::StatusCode::kInvalidArgument)
        << date.ShortDebugString();
  }
}

TEST(DayNumber, CountsFromTheEpochAndSortsAsDaysDo) {
  EXPECT_EQ(DayNumber(CivilDay(1970, 1, 1)), 0);
  EXPECT_EQ(DayNumber(CivilDay(1969, 12, 31)), -1);
  EXPECT_EQ(DayNumber(CivilDay(2000, 3, 1)), 11017);
  EXPECT_LT(DayNumber(kNoStart), DayNumber(CivilDay(1900, 1, 1)));
  EXPECT_GT(DayNumber(kNoEnd), DayNumber(CivilDay(2199, 12, 31)));
  for (CivilDay day : {kNoStart, CivilDay(1900, 1, 1), CivilDay(2026, 11, 23), kNoEnd}) {
    EXPECT_EQ(DayFromNumber(DayNumber(day)), day);
  }
}

// Every day that there is, against the calendar that CivilDay counts by itself.
TEST(DayNumber, IsExactFromTheFirstDayToTheLast) {
  int32_t number = DayNumber(kNoStart);
  for (absl::CivilDay day = kNoStart; day <= kNoEnd; ++day, ++number) {
    ASSERT_EQ(DayFromNumber(number), day);
    if (day == kNoEnd || (day + 1).day() != 1) continue;
    ASSERT_EQ(AddMonths(absl::CivilDay(day.year(), 1, 31), day.month() - 1), day);
  }
}

TEST(ParseMonth, TakesAMonthInOneForm) {
  EXPECT_EQ(ParseMonth("2026-11"), absl::CivilDay(2026, 11, 1));
  for (const char* wrong :
       {"", "2026-13", "2026-1", "202611", "2026/11", "2026-11-01", "2026-1a"}) {
    EXPECT_FALSE(ParseMonth(wrong)) << wrong;
  }
  for (const absl::CivilDay day :
       {absl::CivilDay(1900, 1, 1), absl::CivilDay(2026, 2, 28), absl::CivilDay(2199, 12, 31)}) {
    EXPECT_EQ(ParseMonth(FormatMonth(day)), absl::CivilDay(absl::CivilMonth(day)));
  }
  EXPECT_EQ(FormatMonth(absl::CivilDay(2026, 2, 28)), "2026-02");
}

}  // namespace
}  // namespace zhibu
