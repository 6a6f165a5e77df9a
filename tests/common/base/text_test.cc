#include "common/base/text.h"

#include <gtest/gtest.h>

#include <string>

namespace zhibu {
namespace {

TEST(Characters, CountsCodePointsOfEveryLength) {
  EXPECT_EQ(Characters(""), 0);
  EXPECT_EQ(Characters("abc"), 3);
  EXPECT_EQ(Characters("é支部"), 3);
  EXPECT_EQ(Characters("\xF0\xA0\xAE\xB7"), 1);  // 𠮷, four bytes: a character of real names
}

TEST(IsLine, TakesBothBoundsInclusively) {
  EXPECT_FALSE(IsLine("", 1, 3));
  EXPECT_TRUE(IsLine("", 0, 3));
  EXPECT_TRUE(IsLine("支", 1, 3));
  EXPECT_TRUE(IsLine("支部会", 1, 3));
  EXPECT_FALSE(IsLine("支部大会", 1, 3));
}

TEST(IsLine, RefusesControlCharacters) {
  for (const char control : {'\n', '\r', '\t', '\0', '\x1B', '\x7F'}) {
    EXPECT_FALSE(IsLine("a" + std::string(1, control), 0, 10)) << static_cast<int>(control);
  }
  EXPECT_TRUE(IsLine("a b　c", 0, 10));
}

}  // namespace
}  // namespace zhibu
