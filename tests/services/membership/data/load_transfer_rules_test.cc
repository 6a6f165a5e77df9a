#include "services/membership/data/load_transfer_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_replace.h"
#include "common/base/file.h"

namespace zhibu::membership {
namespace {

using ::testing::HasSubstr;

constexpr char kShipped[] =
    ZHIBU_SOURCE_DIR "/services/membership/data/transfer_rules/transfers.textproto";

// Parses the shipped text with one thing replaced.
absl::StatusOr<rules::TransferRules> LoadWith(absl::string_view from, absl::string_view to) {
  const std::string text = *ReadFile(kShipped);
  const std::string changed = absl::StrReplaceAll(text, {{from, to}});
  EXPECT_NE(text, changed);
  return ParseTransferRules(changed, "changed.textproto");
}

TEST(LoadTransferRules, LoadsWhatShips) {
  const auto loaded = LoadTransferRules(kShipped);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->too_long(), rules::WARN);
  EXPECT_EQ(loaded->relation().mark(), type::v1::MARK_CONFIRMED);
}

TEST(LoadTransferRules, RefusesWhatIsUnsoundSayingWhat) {
  const struct {
    const char *from, *to, *says;
  } kCases[] = {
      {"validity_days: 10", "validity_days: 0", "1 to 3660"},
      {"validity_days: 10", "validity_days: 2147483647", "1 to 3660"},
      {"max_validity_months: 3", "max_validity_months: 121", "1 to 120"},
      {"expired: WARN", "expired: 99", "REFUSE, WARN or OFF"},
      {"expired: WARN", "", "REFUSE, WARN or OFF"},
      {"mark: MARK_CONFIRMED", "mark: MARK_SECONDARY", "MARK_CONFIRMED"},
      {"expired: WARN", "expired: REFUSE", "verified_on"},
      {"too_long: WARN", "too_long WARN", ":10:"},
  };
  for (const auto& one : kCases) {
    EXPECT_THAT(std::string(LoadWith(one.from, one.to).status().message()), HasSubstr(one.says));
  }
}

TEST(LoadTransferRules, LetsADeploymentRefuseWhatItVerified) {
  const auto loaded =
      LoadWith("too_long: WARN\nexpired: WARN\nletter {",
               "too_long: WARN\nexpired: REFUSE\nletter {\n  verified_on: \"2026-11-01\"");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->expired(), rules::REFUSE);
}

}  // namespace
}  // namespace zhibu::membership
