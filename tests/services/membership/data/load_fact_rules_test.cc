#include "services/membership/data/load_fact_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_replace.h"
#include "common/base/file.h"

namespace zhibu::membership {
namespace {

using ::testing::ContainsRegex;

constexpr char kShipped[] = ZHIBU_SOURCE_DIR "/services/membership/data/fact_rules/facts.textproto";

// Parses the shipped text with one thing replaced.
absl::StatusOr<rules::FactRules> LoadWith(absl::string_view from, absl::string_view to) {
  const std::string text = *ReadFile(kShipped);
  const std::string changed = absl::StrReplaceAll(text, {{from, to}});
  EXPECT_NE(text, changed);
  return ParseFactRules(changed, "changed.textproto");
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
      {"lost_contact_months: 6", "lost_contact_months: 0", ":8: 1 to 120 months"},
      {"lost_contact_months: 6", "lost_contact_months: 2147483647", ":8: 1 to 120 months"},
      {"self_withdrawal_months: 24", "", "self_withdrawal_months: 1 to 120"},
      {"max_correction_months: 12", "max_correction_months: -1", ":10: 1 to 120"},
      {"lost_contact_months: 6", "lost_contact_months six", ":8: "},
      {"mobile_months: 6", "mobile_months: 0", ":11: 1 to 120"},
      {"dues_unpaid_months: 6", "dues_unpaid_months: 121", ":13: 1 to 120"},
      {"dues_unpaid { document: \"中国共产党党员教育管理工作条例\"", "dues_unpaid { ", ":14: "},
      {"article: \"第三十条\" mark: MARK_CONFIRMED", "mark: MARK_SECONDARY", ":[0-9]+: this kind"},
      {"kind: MEMBERSHIP_FACT_KIND_EXCUSED\n", "kind: MEMBERSHIP_FACT_KIND_EXCUSE_ENDED\n",
       ":[0-9]+: this kind twice"},
      {"kind: MEMBERSHIP_FACT_KIND_EXCUSED\n", "", ":[0-9]+: a fact without"},
      {"kind: MEMBERSHIP_FACT_KIND_EXCUSED\n", "kind: 99\n", ":[0-9]+: a kind that does not exist"},
      {"effective_from: \"2019-05-06\"", "effective_from: \"2019\"", ":[0-9]+: effective_from is"},
      {"needs_reason: true", "needs_reason: false", ":[0-9]+: who leaves the electorate"},
      {"up_to_fen: 500000", "up_to_fen: 300000", ":[0-9]+: brackets rise"},
      {"{ rate_basis_points: 200 }", "{ up_to_fen: 9 rate_basis_points: 200 }",
       ":[0-9]+: the last"},
      {"at_most_fen: 100", "at_most_fen: 10", ":[0-9]+: at_most_fen"},
      {"at_most_fen: 100", "at_most_fen: 100000001", ":[0-9]+: an amount is at most"},
      {"DUES_PAYER_FARMER", "99", ":[0-9]+: a payer that does not exist"},
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
