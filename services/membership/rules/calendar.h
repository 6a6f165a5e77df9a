// Working days (工作日): Monday to Friday but for holidays, and the weekends worked instead. Pure.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_RULES_CALENDAR_H_
#define ZHIBU_SERVICES_MEMBERSHIP_RULES_CALENDAR_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "services/membership/data/calendar.pb.h"

namespace zhibu::membership {

// What is wrong in a data file, and where.
struct Unsound {
  std::string field;  // of the file's message; empty: of the whole
  int index = -1;     // which one, where the field is repeated
  std::string message;
};

// nullopt where it can be counted by: every day is of the year and stands once, and what is worked
// instead is a Saturday or Sunday.
std::optional<Unsound> FindUnsound(const rules::CalendarYear& data);

// The years that are known. A value.
class Calendar {
 public:
  // A sound year; false where it was there before.
  bool Add(const rules::CalendarYear& data);

  // A day of a year that is not known is judged as Monday to Friday: provisionally.
  bool Has(int64_t year) const { return years_.count(year) > 0; }
  bool IsWorkingDay(absl::CivilDay day) const;

 private:
  std::set<int64_t> years_;
  std::map<absl::CivilDay, bool> special_;  // worked or not
};

// Working days that were counted, and whether a year was not known.
struct Counted {
  int days = 0;
  absl::CivilDay last;       // the last day that was looked at
  bool provisional = false;  // of one of the years looked at the calendar is not known
};

// From `from` on, until there are `enough` (1 or more) or `to` was looked at.
Counted CountWorkingDays(const Calendar& calendar, absl::CivilDay from, absl::CivilDay to,
                         int enough);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_RULES_CALENDAR_H_
