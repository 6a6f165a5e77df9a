// Civil dates: the days on which things are claimed to have happened, in China Standard Time. Which
// day it is now is the Clock's business; nothing here reads a clock or a time zone.

#ifndef ZHIBU_COMMON_BASE_CIVIL_H_
#define ZHIBU_COMMON_BASE_CIVIL_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "google/type/date.pb.h"

namespace zhibu {

// The ends of a period that has none. Periods are half-open, [from, to): a period that is still
// running ends on kNoEnd. Both sort correctly against every date that ParseDate accepts.
inline constexpr absl::CivilDay kNoStart(1, 1, 1);
inline constexpr absl::CivilDay kNoEnd(9999, 12, 31);

// The same day `months` calendar months later (earlier if negative); a day the target month lacks
// becomes its last day: 31 January + 1 = 28 or 29 February. Every time limit of the rules that is
// given in months or years is counted this way, never in days.
absl::CivilDay AddMonths(absl::CivilDay day, int months);

// AddMonths(day, 12 * years): 29 February + 1 = 28 February.
absl::CivilDay AddYears(absl::CivilDay day, int years);

// "2026-11-23".
std::string FormatDate(absl::CivilDay day);

// Accepts 2026-11-23, 2026/11/23 and 20261123, with every digit written, for a day that exists in
// the years 1900 to 2199. Anything else is INVALID_ARGUMENT; the message does not repeat the text,
// which may be a birth date.
absl::StatusOr<absl::CivilDay> ParseDate(absl::string_view text);

// A month as contracts write it where no day is meant, such as the one until which dues are paid:
// "2026-11" of any of its days.
std::string FormatMonth(absl::CivilDay day);
// The first day of "2026-11"; nullopt for anything else, and outside 1900 to 2199.
std::optional<absl::CivilDay> ParseMonth(absl::string_view text);

// The day of a complete date. Dates without a year, month or day, days that do not exist and years
// outside 1900 to 2199 are INVALID_ARGUMENT, except kNoEnd itself, which comes back from ToProto.
absl::StatusOr<absl::CivilDay> FromProto(const google::type::Date& date);
google::type::Date ToProto(absl::CivilDay day);

// Days since 1970-01-01, negative before it: the sortable form for storage. Exact from kNoStart to
// kNoEnd.
int32_t DayNumber(absl::CivilDay day);
absl::CivilDay DayFromNumber(int32_t number);

}  // namespace zhibu

#endif  // ZHIBU_COMMON_BASE_CIVIL_H_
