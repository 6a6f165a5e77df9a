// A clock that stands still until it is set.
#ifndef ZHIBU_TESTS_SUPPORT_FAKE_CLOCK_H_
#define ZHIBU_TESTS_SUPPORT_FAKE_CLOCK_H_

#include <atomic>

#include "common/base/clock.h"

namespace zhibu {

// Noon in China on the day that was set. Thread-safe.
class FakeClock : public Clock {
 public:
  explicit FakeClock(absl::CivilDay today) { SetToday(today); }
  absl::Time Now() const override { return absl::FromUnixMicros(micros_.load()); }
  void SetToday(absl::CivilDay day) {
    SetNow(absl::FromCivil(absl::CivilHour(day) + 12, absl::FixedTimeZone(8 * 60 * 60)));
  }
  void SetNow(absl::Time now) { micros_.store(absl::ToUnixMicros(now)); }
  void Advance(absl::Duration time) { SetNow(Now() + time); }

 private:
  std::atomic<int64_t> micros_ = 0;
};

}  // namespace zhibu

#endif  // ZHIBU_TESTS_SUPPORT_FAKE_CLOCK_H_
