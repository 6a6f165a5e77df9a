#include "common/domain/credit_code.h"

#include <string>

#include "gtest/gtest.h"

namespace zhibu {
namespace {

// The example printed in GB 32100-2015 itself.
constexpr char kStandardExample[] = "91350100M000100Y43";

// A code of nobody: a public institution of a region that is not assigned.
std::string Generated(const std::string& organisation8, const std::string& region = "990001") {
  std::string code = "12" + region + organisation8;
  code += OrganisationCodeCheckCharacter(organisation8);
  code += CreditCodeCheckCharacter(code);
  return code;
}

TEST(ParseCreditCode, ReadsTheExampleOfTheStandard) {
  const auto code = ParseCreditCode(kStandardExample);
  ASSERT_TRUE(code.ok()) << code.status();
  EXPECT_EQ(code->code, kStandardExample);
  EXPECT_EQ(code->department, '9');
  EXPECT_EQ(code->category, '1');
  EXPECT_EQ(code->region, "350100");
  EXPECT_EQ(code->organisation_code, "M000100Y4");
}

TEST(ParseCreditCode, AcceptsLowerCase) {
  const auto code = ParseCreditCode("91350100m000100y43");
  ASSERT_TRUE(code.ok()) << code.status();
  EXPECT_EQ(code->code, kStandardExample);
}

TEST(ParseCreditCode, RefusesEverySingleWrongCharacter) {
  const std::string good = Generated("MB012345");
  ASSERT_TRUE(ParseCreditCode(good).ok()) << ParseCreditCode(good).status();
  for (size_t i = 0; i < good.size(); ++i) {
    for (char c : std::string("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-")) {
      if (c == good[i]) continue;
      std::string bad = good;
      bad[i] = c;
      EXPECT_EQ(ParseCreditCode(bad).status().code(), absl::StatusCode::kInvalidArgument)
          << "position " << i << ", character " << c;
    }
  }
}

TEST(ParseCreditCode, ChecksTheOrganisationCodeOnItsOwn) {
  std::string code = "12990001MB012345";
  const char right = OrganisationCodeCheckCharacter("MB012345");
  code += right == '1' ? '2' : '1';
  code += CreditCodeCheckCharacter(code);  // the outer check fits
  EXPECT_NE(ParseCreditCode(code).status().message().find("organisation code"),
            absl::string_view::npos);
}

TEST(ParseCreditCode, RefusesLettersInTheRegion) {
  const auto code = ParseCreditCode(Generated("MB012345", "99000A"));
  EXPECT_NE(code.status().message().find("region"), absl::string_view::npos) << code.status();
}

TEST(ParseCreditCode, RefusesOtherLengths) {
  EXPECT_FALSE(ParseCreditCode("").ok());
  EXPECT_FALSE(ParseCreditCode("91350100M000100Y4").ok());
  EXPECT_FALSE(ParseCreditCode("91350100M000100Y430").ok());
}

TEST(OrganisationCodeCheckCharacter, FollowsTheStandard) {
  EXPECT_EQ(OrganisationCodeCheckCharacter("M000100Y"), '4');
  EXPECT_EQ(OrganisationCodeCheckCharacter("00000000"), '0');  // 11 - 0 = 11 is written 0
  EXPECT_EQ(OrganisationCodeCheckCharacter("40000000"), 'X');  // 4 * 3 mod 11 = 1; 11 - 1 = 10
  EXPECT_EQ(OrganisationCodeCheckCharacter("M000100"), '\0');
  EXPECT_EQ(OrganisationCodeCheckCharacter("m000100Y"), '\0');
}

TEST(CreditCodeCheckCharacter, IsNulOutsideTheAlphabet) {
  EXPECT_EQ(CreditCodeCheckCharacter("91350100M000100Y4"), '3');
  EXPECT_EQ(CreditCodeCheckCharacter("91350100I000100Y4"), '\0');
  EXPECT_EQ(CreditCodeCheckCharacter("91350100M000100Y"), '\0');
}

}  // namespace
}  // namespace zhibu
