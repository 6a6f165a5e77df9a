#include "common/base/clock.h"

#include "absl/time/clock.h"

namespace zhibu {
namespace {

class SystemClock : public Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }
};

}  // namespace

absl::CivilDay ChinaDate(absl::Time time) {
  // A fixed offset instead of the zone database: mainland China has kept UTC+8 throughout the time
  // that these books cover, and a minimal image carries no zone files.
  return absl::ToCivilDay(time, absl::FixedTimeZone(8 * 60 * 60));
}

absl::CivilDay Clock::Today() const { return ChinaDate(Now()); }

const Clock& Clock::System() {
  static const SystemClock* const clock = new SystemClock;
  return *clock;
}

}  // namespace zhibu
