#include "services/membership/data/load_calendars.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "common/base/crypto.h"
#include "common/base/file.h"

namespace zhibu::membership {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kShipped[] = ZHIBU_SOURCE_DIR "/services/membership/data/calendars";

TEST(LoadCalendars, LoadsWhatShips) {
  const Calendar calendar = LoadCalendars(kShipped).value();
  EXPECT_FALSE(calendar.Has(2024));
  EXPECT_TRUE(calendar.Has(2025));
  EXPECT_TRUE(calendar.Has(2026));
  EXPECT_FALSE(calendar.Has(2027));
  // As many as the notices leave: 248 working days in each of the two years.
  for (int year : {2025, 2026}) {
    int working = 0;
    for (absl::CivilDay day(year, 1, 1); day.year() == year; ++day) {
      working += calendar.IsWorkingDay(day) ? 1 : 0;
    }
    EXPECT_EQ(working, 248) << year;
  }
  EXPECT_TRUE(calendar.IsWorkingDay(absl::CivilDay(2026, 2, 28)));   // a Saturday
  EXPECT_FALSE(calendar.IsWorkingDay(absl::CivilDay(2026, 2, 23)));  // a Monday
  EXPECT_FALSE(calendar.IsWorkingDay(absl::CivilDay(2026, 11, 21)));
  EXPECT_TRUE(calendar.IsWorkingDay(absl::CivilDay(2027, 1, 1)));  // not known
}

TEST(LoadCalendars, NamesTheLineThatIsUnsound) {
  const std::string head = "year: 2026\n";
  const std::string tail = "\ncitation { document: \"通知\" mark: MARK_SECONDARY }\n";
  const auto error = [&](const std::string& middle, bool cited = true) {
    const auto year = ParseCalendarYear(head + middle + (cited ? tail : ""), "file");
    EXPECT_EQ(year.status().code(), absl::StatusCode::kInvalidArgument) << middle;
    return std::string(year.status().message());
  };
  const std::string holiday =
      "holidays { name: \"春节\" from: \"2026-02-15\" to: \"2026-02-23\" }\n";
  EXPECT_TRUE(ParseCalendarYear(head + holiday + "working: \"2026-02-14\"" + tail, "file").ok());
  EXPECT_THAT(error(holiday + "holidays { name: \"元宵\" from: \"2026-02-23\" }"),
              AllOf(StartsWith("file:3: "), HasSubstr("2026-02-23 stands twice")));
  EXPECT_THAT(error("holidays { from: \"2026-02-15\" }"), HasSubstr("name is empty"));
  EXPECT_THAT(error("holidays { name: \"元旦\" from: \"2026-02-30\" }"),
              AllOf(StartsWith("file:2: "), HasSubstr("not a date")));
  EXPECT_THAT(error("holidays { name: \"元旦\" from: \"2026-02-03\" to: \"2026-02-02\" }"),
              HasSubstr("to is before from"));
  EXPECT_THAT(error("holidays { name: \"元旦\" from: \"2026-12-31\" to: \"2027-01-02\" }"),
              HasSubstr("a day is not of 2026"));
  EXPECT_THAT(error("working: \"2026-01-04\"\nworking: \"2025-01-26\""),
              AllOf(StartsWith("file:3: "), HasSubstr("2025-01-26 is not of 2026")));
  EXPECT_THAT(error("working: \"2026-01-05\""), HasSubstr("no Saturday or Sunday"));
  EXPECT_THAT(error("working: [\"2026-01-04\", \"2026-01-04\"]"), HasSubstr("stands twice"));
  EXPECT_THAT(error(holiday + "working: \"2026-02-21\""), HasSubstr("stands twice"));
  EXPECT_THAT(error("holiday {}"), StartsWith("file:2: "));
  EXPECT_THAT(error("", false), HasSubstr("document"));
  EXPECT_THAT(std::string(ParseCalendarYear("year: 26", "file").status().message()),
              StartsWith("file:1: year is not"));
}

TEST(LoadCalendars, RefusesAYearTwice) {
  const std::string folder =
      (std::filesystem::path(::testing::TempDir()) / ("calendars-" + RandomId())).string();
  std::filesystem::create_directories(folder);
  EXPECT_FALSE(LoadCalendars(folder).value().Has(2026));
  std::filesystem::copy(kShipped, folder);
  EXPECT_TRUE(LoadCalendars(folder).ok());
  const std::string again = ReadFile(absl::StrCat(kShipped, "/2026.textproto")).value();
  ASSERT_TRUE(WriteFile(folder + "/a.textproto", again).ok());
  EXPECT_THAT(std::string(LoadCalendars(folder).status().message()),
              HasSubstr("an earlier file is of 2026 too"));
  std::filesystem::remove_all(folder);
  EXPECT_FALSE(LoadCalendars(folder).ok());
  EXPECT_FALSE(LoadCalendars("").value().Has(2026));
}

}  // namespace
}  // namespace zhibu::membership
