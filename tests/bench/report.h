// What the benchmarks say: a table for people, an array for programs.
#ifndef ZHIBU_TESTS_BENCH_REPORT_H_
#define ZHIBU_TESTS_BENCH_REPORT_H_

#include <optional>
#include <string>
#include <vector>

namespace zhibu::bench {

// One measured thing: its value is the median of its runs.
struct Measure {
  std::string name;
  std::string unit;
  std::vector<double> runs;
  // The goal, and whether reaching it means at least or at most that much.
  std::optional<double> goal;
  bool at_least = true;

  double value() const;
  std::optional<bool> met() const;
};

std::string ToTable(const std::vector<Measure>& measures);
std::string ToJson(const std::vector<Measure>& measures);

}  // namespace zhibu::bench

#endif  // ZHIBU_TESTS_BENCH_REPORT_H_
