// Keeps a number of calls in flight for a time, and counts.
#ifndef ZHIBU_TESTS_BENCH_LOAD_H_
#define ZHIBU_TESTS_BENCH_LOAD_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace zhibu::bench {

struct LoadResult {
  double per_second = 0;
  int64_t calls = 0;
  int64_t errors = 0;
  std::string first_error;
  // Latencies of single calls, microseconds, sorted.
  std::vector<double> micros;

  // 0 ≤ p ≤ 1; 0 where nothing was measured.
  double Percentile(double p) const;
};

// Called when a call has ended: whether it succeeded, and what it said if not.
using Done = std::function<void(bool ok, const std::string& error)>;

// Starts one call of in-flight place `slot` and returns at once; calls `done` exactly once, from
// any thread.
using StartCall = std::function<void(int slot, Done done)>;

// Keeps `in_flight` calls running for `time`; each place starts its next call when its last ended.
LoadResult RunLoad(int in_flight, absl::Duration time, const StartCall& start);

// The median; 0 of nothing.
double Median(std::vector<double> values);

}  // namespace zhibu::bench

#endif  // ZHIBU_TESTS_BENCH_LOAD_H_
