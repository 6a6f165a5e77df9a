#include "services/membership/load_fact_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/str_replace.h"
#include "common/base/crypto.h"
#include "common/base/file.h"

namespace zhibu::membership {
namespace {

using ::testing::ContainsRegex;

constexpr char kShipped[] = ZHIBU_SOURCE_DIR "/services/membership/fact_rules/facts.textproto";

// Loads the shipped text with one thing replaced.
absl::StatusOr<rules::FactRules> LoadWith(absl::string_view from, absl::string_view to) {
  const std::string text = *ReadFile(kShipped);
  const std::string changed = absl::StrReplaceAll(text, {{from, to}});
  EXPECT_NE(text, changed);
  const auto path = std::filesystem::path(::testing::TempDir()) / ("facts-" + RandomId());
  std::ofstream(path, std::ios::binary) << changed;
  auto loaded = LoadFactRules(path.string());
  std::filesystem::remove(path);
  return loaded;
}

TEST(LoadFactRules, LoadsWhatShips) {
  const auto loaded = LoadFactRules(kShipped);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->lost_contact_months(), 6);
  EXPECT_EQ(loaded->self_withdrawal_months(), 24);
  EXPECT_EQ(loaded->facts_size(), v1::MembershipFactKind_MAX);
}

TEST(LoadFactRules, RefusesWhatIsUnsoundWithItsLine) {
  const struct {
    const char *from, *to, *says;
  } kCases[] = {
      {"lost_contact_months: 6", "lost_contact_months: 0", ":8: at least 1"},
      {"self_withdrawal_months: 24", "", "self_withdrawal_months: at least 1"},
      {"max_correction_months: 12", "max_correction_months: -1", ":10: at least 1"},
      {"lost_contact_months: 6", "lost_contact_months six", ":8: "},
      {"article: \"第三十条\" mark: MARK_CONFIRMED", "mark: MARK_SECONDARY", ":[0-9]+: this kind"},
      {"kind: MEMBERSHIP_FACT_KIND_EXCUSED\n", "kind: MEMBERSHIP_FACT_KIND_EXCUSE_ENDED\n",
       ":[0-9]+: this kind twice"},
      {"kind: MEMBERSHIP_FACT_KIND_EXCUSED\n", "", ":[0-9]+: a fact without"},
      {"up_to_fen: 500000", "up_to_fen: 300000", ":[0-9]+: brackets rise"},
      {"{ rate_basis_points: 200 }", "{ up_to_fen: 9 rate_basis_points: 200 }",
       ":[0-9]+: the last"},
      {"at_most_fen: 100", "at_most_fen: 10", ":[0-9]+: at_most_fen"},
      {"DUES_PAYER_FARMER", "DUES_PAYER_RETIRED", ":[0-9]+: this payer twice"},
      {"dues_from: \"2008-04-01\"", "dues_from: \"2008\"", ":[0-9]+: a date"},
  };
  for (const auto& one : kCases) {
    EXPECT_THAT(std::string(LoadWith(one.from, one.to).status().message()),
                ContainsRegex(one.says));
  }
}

}  // namespace
}  // namespace zhibu::membership
