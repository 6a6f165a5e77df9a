// Cadence files: refused by name, or usable on any day.
#include "common/domain/cadence.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace zhibu;
  const auto cadence = ParseCadence(Bytes(data, size), "fuzzed.textproto");
  if (!cadence.ok()) {
    ZHIBU_FUZZ_CHECK(cadence.status().message().find("fuzzed.textproto") !=
                     absl::string_view::npos);
    return 0;
  }
  OrganisationFacts organisation;
  organisation.full_members = 10;
  const auto held = [](const std::string&, absl::CivilDay, absl::CivilDay) { return 1; };
  for (const char* kind : {"", "BRANCH", "GENERAL_BRANCH", "COMMITTEE", "JOINT_BRANCH"}) {
    organisation.kind = kind;
    for (absl::CivilDay day : {kNoStart, absl::CivilDay(2028, 2, 29), kNoEnd}) {
      for (const Owed& owed : OwedOn(*cadence, organisation, day, held)) {
        ZHIBU_FUZZ_CHECK(owed.from <= day && day < owed.to && owed.missing >= 0);
      }
    }
  }
  return 0;
}
