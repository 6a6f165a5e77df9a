// Rule sets, overlays and calendars: refused by name, or sound enough to judge by.
#include "common/base/civil.h"
#include "common/base/file.h"
#include "services/membership/data/load_calendars.h"
#include "services/membership/data/load_rule_sets.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace zhibu;

void CheckRuleSet(const absl::StatusOr<std::unique_ptr<const membership::RuleSet>>& set,
                  size_t most_rules) {
  if (!set.ok()) {
    ZHIBU_FUZZ_CHECK(set.status().code() == absl::StatusCode::kInvalidArgument);
    return;
  }
  ZHIBU_FUZZ_CHECK((*set)->from() < (*set)->to());
  for (int step = 1; step <= membership::kStepKinds; ++step) {
    const auto kind = static_cast<membership::v1::StepKind>(step);
    (*set)->PlaceOf(kind);
    ZHIBU_FUZZ_CHECK((*set)->RulesOf(kind).size() <= most_rules);
  }
}

// The set that the bytes, read as an overlay, may change.
const std::string& Base() {
  static const std::string* const base = new std::string(
      ReadFile(ZHIBU_SOURCE_DIR "/services/membership/data/rulesets/cpc-2014.textproto").value());
  return *base;
}

void CheckCalendar(absl::string_view text) {
  const auto year = membership::ParseCalendarYear(text, "fuzzed.textproto");
  if (!year.ok()) {
    ZHIBU_FUZZ_CHECK(year.status().code() == absl::StatusCode::kInvalidArgument);
    return;
  }
  membership::Calendar calendar;
  ZHIBU_FUZZ_CHECK(calendar.Add(*year));
  const absl::CivilDay first(year->year(), 1, 1);
  const auto counted = membership::CountWorkingDays(calendar, first, kNoEnd, 5);
  ZHIBU_FUZZ_CHECK(counted.days == 5);
  ZHIBU_FUZZ_CHECK(calendar.IsWorkingDay(counted.last));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes(Bytes(data, size));
  CheckRuleSet(membership::ParseRuleSet(bytes, "fuzzed.textproto"), size);
  CheckRuleSet(
      membership::ParseRuleSet(Base(), "base.textproto", {{"fuzzed", "fuzzed.textproto", bytes}}),
      Base().size() + size);
  CheckCalendar(bytes);
  return 0;
}
