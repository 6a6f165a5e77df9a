// What a large tree of organisations costs, beside a small one.
#ifndef ZHIBU_TESTS_BENCH_ORGANISATIONS_H_
#define ZHIBU_TESTS_BENCH_ORGANISATIONS_H_

#include <string>

#include "absl/status/statusor.h"

namespace zhibu::bench {

// Of one tree, ten parts under a root, each a heap with three below one: medians.
struct OrganisationCosts {
  int depth = 0;                // of the deepest, the root counted as 0
  double created_per_second;    // by batches of 1,000, index and search entries included
  double ancestors_micros;      // of a deepest organisation, in memory
  double parent_micros;         // on a past date, in memory
  double small_subtree_micros;  // for each of about 40 organisations, all pages, from the store
  double part_micros;           // the same for each of a whole part
  double move_millis;           // a whole part to another parent
  double move_commits;          // how many commits that took
};

// A registry in this process on a store in `folder`, filled with `count` organisations (a multiple
// of ten) through its contract.
absl::StatusOr<OrganisationCosts> MeasureOrganisations(const std::string& folder, int count);

}  // namespace zhibu::bench

#endif  // ZHIBU_TESTS_BENCH_ORGANISATIONS_H_
