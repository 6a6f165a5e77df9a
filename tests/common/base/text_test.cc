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

TEST(IsLine, RefusesWhatIsNotSeenOrTurnsText) {
  for (const char* hidden : {"\u200B", "\u202E", "\u2066", "\uFEFF", "\u2028", "\u2029", "\u00AD",
                             "\U000E0041", "\u0085"}) {
    EXPECT_FALSE(IsLine(std::string("支部") + hidden, 0, 10)) << hidden;
  }
  for (const char* blank : {" ", "\u3000", " \u3000 "}) {
    EXPECT_FALSE(IsLine(blank, 1, 10)) << "'" << blank << "'";
    EXPECT_TRUE(IsLine(blank, 0, 10)) << "'" << blank << "'";
  }
  EXPECT_TRUE(IsLine("\U00020BB7\uE000", 1, 10)) << "rare and private characters stand in names";
}

TEST(ComparedName, LeavesBlanksOutAndHasOneMiddleDotAndWidth) {
  EXPECT_EQ(ComparedName("张 三"), "张三");
  EXPECT_EQ(ComparedName("张\u3000三 "), "张三");
  for (const char* dot : {"·", "•", "‧", "∙", "⋅", "・", "･"}) {
    EXPECT_EQ(ComparedName(std::string("古丽") + dot + "买买提"), "古丽·买买提") << dot;
  }
  EXPECT_EQ(ComparedName("第１中学（北）"), "第1中学(北)");
  EXPECT_EQ(ComparedName("第1中学(北)"), "第1中学(北)");
  EXPECT_EQ(ComparedName("张\u200B三"), "张三");
  EXPECT_EQ(ComparedName(""), "");
}

}  // namespace
}  // namespace zhibu
