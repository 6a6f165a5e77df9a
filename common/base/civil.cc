#include "common/base/civil.h"

#include <algorithm>
#include <chrono>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace zhibu {
namespace {

constexpr int kFirstYear = 1900;
constexpr int kLastYear = 2199;

// std::chrono computes where absl counts from century to century: these two are in every judgement.
int LastDayOf(absl::CivilMonth month) {
  using std::chrono::year_month_day_last;
  const year_month_day_last last{
      std::chrono::year{static_cast<int>(month.year())},
      std::chrono::month_day_last{std::chrono::month{static_cast<unsigned>(month.month())}}};
  return static_cast<int>(static_cast<unsigned>(last.day()));
}

absl::StatusOr<absl::CivilDay> Checked(int year, int month, int day) {
  if (year < kFirstYear || year > kLastYear) {
    return absl::InvalidArgumentError(
        absl::StrFormat("the year is not between %d and %d", kFirstYear, kLastYear));
  }
  if (month < 1 || month > 12) return absl::InvalidArgumentError("there is no such month");
  if (day < 1 || day > LastDayOf(absl::CivilMonth(year, month))) {
    return absl::InvalidArgumentError("the month has no such day");
  }
  return absl::CivilDay(year, month, day);
}

}  // namespace

absl::CivilDay AddMonths(absl::CivilDay day, int months) {
  const absl::CivilMonth target = absl::CivilMonth(day) + months;
  return absl::CivilDay(target.year(), target.month(), std::min(day.day(), LastDayOf(target)));
}

absl::CivilDay AddYears(absl::CivilDay day, int years) { return AddMonths(day, 12 * years); }

std::string FormatDate(absl::CivilDay day) {
  return absl::StrFormat("%04d-%02d-%02d", day.year(), day.month(), day.day());
}

absl::StatusOr<absl::CivilDay> ParseDate(absl::string_view text) {
  const bool compact = text.size() == 8;
  if (!compact && text.size() != 10) {
    return absl::InvalidArgumentError("a date is written 2026-11-23, 2026/11/23 or 20261123");
  }
  int fields[3] = {0, 0, 0};  // year, month, day
  int digits = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!compact && (i == 4 || i == 7)) {
      // Both separators must be the same one.
      if ((text[i] == '-' || text[i] == '/') && text[i] == text[4]) continue;
      return absl::InvalidArgumentError("a date is written 2026-11-23, 2026/11/23 or 20261123");
    }
    if (!absl::ascii_isdigit(static_cast<unsigned char>(text[i]))) {
      return absl::InvalidArgumentError("a date has only digits between its separators");
    }
    int& field = fields[digits < 4 ? 0 : digits < 6 ? 1 : 2];
    field = field * 10 + (text[i] - '0');
    ++digits;
  }
  return Checked(fields[0], fields[1], fields[2]);
}

std::string FormatMonth(absl::CivilDay day) { return FormatDate(day).substr(0, 7); }

std::optional<absl::CivilDay> ParseMonth(absl::string_view text) {
  if (text.size() != 7 || text[4] != '-') return std::nullopt;
  const auto day = ParseDate(absl::StrCat(text, "-01"));
  if (!day.ok()) return std::nullopt;
  return *day;
}

absl::StatusOr<absl::CivilDay> FromProto(const google::type::Date& date) {
  if (date.year() == 0 || date.month() == 0 || date.day() == 0) {
    return absl::InvalidArgumentError("the date lacks its year, month or day");
  }
  if (date.year() == kNoEnd.year() && date.month() == kNoEnd.month() &&
      date.day() == kNoEnd.day()) {
    return kNoEnd;
  }
  return Checked(date.year(), date.month(), date.day());
}

google::type::Date ToProto(absl::CivilDay day) {
  google::type::Date date;
  date.set_year(static_cast<int32_t>(day.year()));
  date.set_month(day.month());
  date.set_day(day.day());
  return date;
}

int32_t DayNumber(absl::CivilDay day) {
  return static_cast<int32_t>(day - absl::CivilDay(1970, 1, 1));
}

absl::CivilDay DayFromNumber(int32_t number) {
  const std::chrono::year_month_day day{std::chrono::sys_days{std::chrono::days{number}}};
  return absl::CivilDay(static_cast<int>(day.year()),
                        static_cast<int>(static_cast<unsigned>(day.month())),
                        static_cast<int>(static_cast<unsigned>(day.day())));
}

}  // namespace zhibu
