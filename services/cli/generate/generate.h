// Example counties as interchange folders: from a fixed seed, the same bytes on every machine. All
// persons are made up; their ID numbers have a region code that was never assigned (990000–990099),
// so that no number can be a real person's, and so have the schools' credit codes.
#ifndef ZHIBU_SERVICES_CLI_GENERATE_GENERATE_H_
#define ZHIBU_SERVICES_CLI_GENERATE_GENERATE_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"

namespace zhibu::cli {

enum class CountyKind {
  kR1,        // the county of survey report R1: 1994 teacher members on two lines
  kR2,        // the county of survey report R2: 90 schools, 60 teaching points, joint branches
  kCounty,    // one county of any size
  kProvince,  // a province of any size, six levels deep
};

// "r1", "r2", "county" or "province"; INVALID_ARGUMENT otherwise.
absl::Status ParseCountyKind(absl::string_view text, CountyKind* kind);

struct GenerateOptions {
  CountyKind kind = CountyKind::kR1;
  uint64_t seed = 1;
  // The day on which the records stand: nothing happens after it. 2020-01-01 to 2100-12-31.
  absl::CivilDay today;
  // For counties and provinces of any size; R1 and R2 have their own.
  int64_t members = 2000;    // 1–5,000,000, rounded up to whole branches
  int branch_members = 25;   // 8–50 members a branch: decides how many organisations there are
  int activity_months = 12;  // 0–60 months of activities up to today
};

// What was written.
struct GenerateSummary {
  int64_t organisations = 0;
  int64_t institutions = 0;
  int64_t posts = 0;
  int64_t persons = 0;
  int64_t steps = 0;
  int64_t activities = 0;
  std::string root;  // id of the organisation whose report is worth looking at
};

// Writes the folder, which is made where it does not exist; files of the same names are replaced.
// Rows stream to disk, so that a province takes no more memory than its ID numbers.
absl::Status GenerateCounty(const GenerateOptions& options, const std::string& folder,
                            GenerateSummary* summary);

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_GENERATE_GENERATE_H_
