#include "services/membership/rules/calendar.h"

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/domain/citation.h"

namespace zhibu::membership {
namespace {

constexpr char kHolidays[] = "holidays";
constexpr char kWorking[] = "working";

bool IsWeekend(absl::CivilDay day) {
  const absl::Weekday weekday = absl::GetWeekday(day);
  return weekday == absl::Weekday::saturday || weekday == absl::Weekday::sunday;
}

// The first and last day of a holiday that was found sound, or of one that may be.
std::optional<std::pair<absl::CivilDay, absl::CivilDay>> DaysOf(const rules::Holiday& holiday) {
  const auto from = ParseDate(holiday.from());
  const auto to = holiday.to().empty() ? from : ParseDate(holiday.to());
  if (!from.ok() || !to.ok()) return std::nullopt;
  return std::pair(*from, *to);
}

}  // namespace

std::optional<Unsound> FindUnsound(const rules::CalendarYear& data) {
  if (data.year() < 1900 || data.year() > 2199) {
    return Unsound{"year", -1, "year is not 1900 to 2199"};
  }
  std::set<absl::CivilDay> seen;
  for (int i = 0; i < data.holidays_size(); ++i) {
    const auto fault = [&](std::string message) { return Unsound{kHolidays, i, message}; };
    const rules::Holiday& holiday = data.holidays(i);
    if (holiday.name().empty()) return fault("name is empty");
    const auto days = DaysOf(holiday);
    if (!days) return fault("from or to is not a date");
    if (days->second < days->first) return fault("to is before from");
    if (days->first.year() != data.year() || days->second.year() != data.year()) {
      return fault(absl::StrCat("a day is not of ", data.year()));
    }
    for (absl::CivilDay day = days->first; day <= days->second; ++day) {
      if (!seen.insert(day).second) return fault(absl::StrCat(FormatDate(day), " stands twice"));
    }
  }
  for (int i = 0; i < data.working_size(); ++i) {
    const auto fault = [&](std::string message) { return Unsound{kWorking, i, message}; };
    const auto day = ParseDate(data.working(i));
    if (!day.ok()) return fault("not a date");
    const std::string written = FormatDate(*day);
    if (day->year() != data.year()) {
      return fault(absl::StrCat(written, " is not of ", data.year()));
    }
    if (!IsWeekend(*day)) return fault(absl::StrCat(written, " is no Saturday or Sunday"));
    if (!seen.insert(*day).second) return fault(absl::StrCat(written, " stands twice"));
  }
  if (const auto citation = CitationFromProto(data.citation()); !citation.ok()) {
    return Unsound{"citation", -1, std::string(citation.status().message())};
  }
  return std::nullopt;
}

bool Calendar::Add(const rules::CalendarYear& data) {
  if (!years_.insert(data.year()).second) return false;
  for (const rules::Holiday& holiday : data.holidays()) {
    const auto days = DaysOf(holiday);
    if (!days) continue;
    for (absl::CivilDay day = days->first; day <= days->second; ++day) special_[day] = false;
  }
  for (const std::string& text : data.working()) {
    if (const auto day = ParseDate(text); day.ok()) special_[*day] = true;
  }
  return true;
}

bool Calendar::IsWorkingDay(absl::CivilDay day) const {
  const auto special = special_.find(day);
  return special != special_.end() ? special->second : !IsWeekend(day);
}

Counted CountWorkingDays(const Calendar& calendar, absl::CivilDay from, absl::CivilDay to,
                         int enough) {
  Counted counted;
  counted.last = from;
  for (absl::CivilDay day = from; day <= to && counted.days < enough; ++day) {
    counted.last = day;
    counted.provisional |= !calendar.Has(day.year());
    if (calendar.IsWorkingDay(day)) ++counted.days;
  }
  return counted;
}

}  // namespace zhibu::membership
