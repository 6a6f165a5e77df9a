#include "tests/bench/load.h"

#include <algorithm>
#include <atomic>
#include <chrono>

#include "common/base/mutex.h"

namespace zhibu::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;

// State of one run; a place is touched by one thread at a time, the one that ended its call.
class Run {
 public:
  Run(int in_flight, absl::Duration time, const StartCall& start)
      : start_(start),
        places_(in_flight),
        began_(SteadyClock::now()),
        until_(began_ + absl::ToChronoNanoseconds(time)) {}

  LoadResult Wait() {
    running_ = static_cast<int>(places_.size());
    for (size_t slot = 0; slot < places_.size(); ++slot) Next(static_cast<int>(slot));
    {
      MutexLock lock(&mutex_);
      while (running_ > 0) idle_.Wait(&mutex_);
    }
    LoadResult result;
    SteadyClock::time_point ended = began_;
    for (Place& place : places_) {
      result.calls += static_cast<int64_t>(place.micros.size());
      result.errors += place.errors;
      if (result.first_error.empty()) result.first_error = place.first_error;
      result.micros.insert(result.micros.end(), place.micros.begin(), place.micros.end());
      ended = std::max(ended, place.last);
    }
    std::sort(result.micros.begin(), result.micros.end());
    const double seconds = std::chrono::duration<double>(ended - began_).count();
    if (seconds > 0) result.per_second = static_cast<double>(result.calls) / seconds;
    return result;
  }

 private:
  struct Place {
    SteadyClock::time_point started, last;
    std::vector<float> micros;
    int64_t errors = 0;
    std::string first_error;
  };

  void Next(int slot) {
    places_[slot].started = SteadyClock::now();
    start_(slot, [this, slot](bool ok, const std::string& error) { Ended(slot, ok, error); });
  }

  void Ended(int slot, bool ok, const std::string& error) {
    Place& place = places_[slot];
    place.last = SteadyClock::now();
    if (ok) {
      place.micros.push_back(
          std::chrono::duration<float, std::micro>(place.last - place.started).count());
    } else {
      ++place.errors;
      if (place.first_error.empty()) place.first_error = error;
    }
    // A run that meets only errors must not spin for the whole time.
    if (place.last < until_ && place.errors < 100) return Next(slot);
    MutexLock lock(&mutex_);
    if (--running_ == 0) idle_.SignalAll();
  }

  const StartCall& start_;
  std::vector<Place> places_;
  const SteadyClock::time_point began_, until_;
  Mutex mutex_;
  CondVar idle_;
  int running_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace

double LoadResult::Percentile(double p) const {
  if (micros.empty()) return 0;
  return micros[std::min(micros.size() - 1,
                         static_cast<size_t>(p * static_cast<double>(micros.size())))];
}

LoadResult RunLoad(int in_flight, absl::Duration time, const StartCall& start) {
  return Run(in_flight, time, start).Wait();
}

double Median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace zhibu::bench
