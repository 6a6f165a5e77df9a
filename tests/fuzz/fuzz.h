// What the fuzzers share.
#ifndef ZHIBU_TESTS_FUZZ_FUZZ_H_
#define ZHIBU_TESTS_FUZZ_FUZZ_H_

#include <google/protobuf/stubs/logging.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/string_view.h"

namespace zhibu {

// A property that does not hold ends the run like any crash.
#define ZHIBU_FUZZ_CHECK(condition)                                        \
  do {                                                                     \
    if (!(condition)) {                                                    \
      std::fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                        \
    }                                                                      \
  } while (false)

inline absl::string_view Bytes(const uint8_t* data, size_t size) {
  return absl::string_view(reinterpret_cast<const char*>(data), size);
}

// Protobuf reports every text it cannot parse on standard error.
inline const bool kQuiet = (google::protobuf::SetLogHandler(nullptr), true);

}  // namespace zhibu

#endif  // ZHIBU_TESTS_FUZZ_FUZZ_H_
