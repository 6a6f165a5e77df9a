#include "common/base/clock.h"

#include "absl/time/clock.h"

namespace zhibu {
namespace {

class SystemClock : public Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }
};

// A fixed offset instead of the zone database: mainland China has kept UTC+8 throughout the time
// that these books cover, and a minimal image carries no zone files.
absl::TimeZone China() { return absl::FixedTimeZone(8 * 60 * 60); }

class ShiftedClock : public Clock {
 public:
  explicit ShiftedClock(absl::Time begin) : shift_(begin - absl::Now()) {}
  absl::Time Now() const override { return absl::Now() + shift_; }

 private:
  const absl::Duration shift_;
};

}  // namespace

std::unique_ptr<Clock> ClockBeginningOn(absl::CivilDay day) {
  return std::make_unique<ShiftedClock>(absl::FromCivil(absl::CivilHour(day) + 12, China()));
}

absl::CivilDay ChinaDate(absl::Time time) { return absl::ToCivilDay(time, China()); }

absl::CivilDay Clock::Today() const { return ChinaDate(Now()); }

const Clock& Clock::System() {
  static const SystemClock* const clock = new SystemClock;
  return *clock;
}

}  // namespace zhibu
