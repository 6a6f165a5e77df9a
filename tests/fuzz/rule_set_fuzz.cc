// Rule sets: refused by name, or sound enough to judge by.
#include "services/membership/load_rule_sets.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace zhibu;
  const auto set = membership::ParseRuleSet(Bytes(data, size), "fuzzed.textproto");
  if (!set.ok()) {
    ZHIBU_FUZZ_CHECK(set.status().code() == absl::StatusCode::kInvalidArgument);
    return 0;
  }
  ZHIBU_FUZZ_CHECK((*set)->from() < (*set)->to());
  for (int step = 1; step <= membership::kStepKinds; ++step) {
    const auto kind = static_cast<membership::v1::StepKind>(step);
    (*set)->PlaceOf(kind);
    ZHIBU_FUZZ_CHECK((*set)->RulesOf(kind).size() <= size);
  }
  return 0;
}
