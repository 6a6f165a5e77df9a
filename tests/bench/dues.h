// What the first page of ListDue costs, with few and with many items that fall due.
#ifndef ZHIBU_TESTS_BENCH_DUES_H_
#define ZHIBU_TESTS_BENCH_DUES_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "tests/support/fake_clock.h"
#include "tests/support/test_server.h"

namespace zhibu::bench {

// A membership service in this process on a store in a folder, that follows a registry with a
// committee and 100 branches. The index of due items is filled directly: a first page reads nothing
// else.
class DueBooks {
 public:
  // `items` open items, spread over the branches and over 30 days from today on.
  static absl::StatusOr<std::unique_ptr<DueBooks>> Create(const std::string& folder, int items);

  // Median microseconds of a first page of the whole committee: 100 items, all due within 30 days.
  absl::StatusOr<double> FirstPageMicros();

 private:
  DueBooks();
  absl::Status Start(const std::string& folder);
  absl::Status Fill(int items);

  const FakeClock clock_;
  TestServer registry_;
  std::unique_ptr<TestServer> membership_;
};

}  // namespace zhibu::bench

#endif  // ZHIBU_TESTS_BENCH_DUES_H_
