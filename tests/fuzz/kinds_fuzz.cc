// The catalogue of activity kinds: refused by name, or whole.
#include "services/activity/data/kinds.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace zhibu;
  const auto kinds = activity::ParseKinds(Bytes(data, size), "fuzzed.textproto");
  if (!kinds.ok()) {
    ZHIBU_FUZZ_CHECK(kinds.status().message().find("fuzzed.textproto") != absl::string_view::npos);
    return 0;
  }
  ZHIBU_FUZZ_CHECK(!kinds->kinds.empty());
  return 0;
}
