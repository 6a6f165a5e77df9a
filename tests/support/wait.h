// Waiting in tests always ends: with what was waited for, or with a test that says that it was not.
#ifndef ZHIBU_TESTS_SUPPORT_WAIT_H_
#define ZHIBU_TESTS_SUPPORT_WAIT_H_

#include <chrono>
#include <future>
#include <thread>

#include "absl/functional/function_ref.h"

namespace zhibu {

// Far beyond what anything takes on a busy machine, far below ctest's own limit.
inline constexpr std::chrono::seconds kPatience{60};

// Until `condition` holds; false where it does not within `limit`: ASSERT_TRUE(WaitFor(...)). By a
// clock that nobody sets.
[[nodiscard]] inline bool WaitFor(absl::FunctionRef<bool()> condition,
                                  std::chrono::milliseconds limit = kPatience) {
  const auto until = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= until) return false;
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  return true;
}

// Until the future has its value, which stays in it.
template <typename T>
[[nodiscard]] bool WaitFor(const std::future<T>& future,
                           std::chrono::milliseconds limit = kPatience) {
  return future.wait_for(limit) == std::future_status::ready;
}

}  // namespace zhibu

#endif  // ZHIBU_TESTS_SUPPORT_WAIT_H_
