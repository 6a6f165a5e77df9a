// Working days from their files.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_DATA_LOAD_CALENDARS_H_
#define ZHIBU_SERVICES_MEMBERSHIP_DATA_LOAD_CALENDARS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/membership/rules/calendar.h"

namespace zhibu::membership {

// A zhibu.membership.rules.CalendarYear in text format. INVALID_ARGUMENT names `name`, the line and
// what is unsound.
absl::StatusOr<rules::CalendarYear> ParseCalendarYear(absl::string_view text,
                                                      absl::string_view name);

// Every *.textproto of the folder, each another year. One that is unsound refuses all. With an
// empty name no year is known.
absl::StatusOr<Calendar> LoadCalendars(const std::string& folder);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_DATA_LOAD_CALENDARS_H_
