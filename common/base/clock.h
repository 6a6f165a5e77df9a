// The only place that knows what time it is. Rules get dates as values.
#ifndef ZHIBU_COMMON_BASE_CLOCK_H_
#define ZHIBU_COMMON_BASE_CLOCK_H_

#include <memory>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace zhibu {

// Tells the time. Implementations are thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() const = 0;

  // The civil date in China Standard Time (UTC+8, no daylight saving), in which all claims are
  // made.
  absl::CivilDay Today() const;

  // The machine's clock; never destroyed.
  static const Clock& System();
};

// A clock that begins at noon (China Standard Time) of `day` and goes on at the machine's pace. For
// tests and demonstrations, whose dates must not depend on the day they run on.
std::unique_ptr<Clock> ClockBeginningOn(absl::CivilDay day);

// The civil date of `time` in China Standard Time.
absl::CivilDay ChinaDate(absl::Time time);

}  // namespace zhibu

#endif  // ZHIBU_COMMON_BASE_CLOCK_H_
