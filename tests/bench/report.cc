#include "tests/bench/report.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "common/base/log.h"
#include "tests/bench/load.h"

namespace zhibu::bench {
namespace {

std::string Number(double value) {
  if (value >= 100) return absl::StrFormat("%.0f", value);
  return absl::StrFormat(value >= 10 ? "%.1f" : "%.2f", value);
}

}  // namespace

double Measure::value() const { return Median(runs); }

std::optional<bool> Measure::met() const {
  if (!goal) return std::nullopt;
  return at_least ? value() >= *goal : value() <= *goal;
}

std::string ToTable(const std::vector<Measure>& measures) {
  std::string table = absl::StrFormat("%-28s %10s %-8s %10s %5s  %s\n", "measure", "median", "unit",
                                      "goal", "met", "runs: least … most");
  for (const Measure& measure : measures) {
    const auto [least, most] = std::minmax_element(measure.runs.begin(), measure.runs.end());
    const std::string goal =
        measure.goal ? (measure.at_least ? "≥ " : "≤ ") + Number(*measure.goal) : "";
    // "≥" is three bytes and one column wide.
    absl::StrAppendFormat(&table, "%-28s %10s %-8s %*s %5s  %s … %s\n", measure.name,
                          Number(measure.value()), measure.unit, measure.goal ? 12 : 10, goal,
                          measure.met() ? (*measure.met() ? "yes" : "NO") : "", Number(*least),
                          Number(*most));
  }
  return table;
}

std::string ToJson(const std::vector<Measure>& measures) {
  std::string json = "[";
  for (const Measure& measure : measures) {
    absl::StrAppendFormat(&json, "%s\n  {\"name\": %s, \"value\": %.4f, \"unit\": %s, ",
                          json.size() > 1 ? "," : "", JsonString(measure.name), measure.value(),
                          JsonString(measure.unit));
    absl::StrAppendFormat(&json, "\"goal\": %s, \"met\": %s, \"runs\": [",
                          measure.goal ? absl::StrFormat("%.4f", *measure.goal) : "null",
                          measure.met() ? (*measure.met() ? "true" : "false") : "null");
    for (size_t i = 0; i < measure.runs.size(); ++i) {
      absl::StrAppendFormat(&json, "%s%.4f", i ? ", " : "", measure.runs[i]);
    }
    json += "]}";
  }
  return json + "\n]\n";
}

}  // namespace zhibu::bench
