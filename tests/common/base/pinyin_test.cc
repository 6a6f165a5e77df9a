#include "common/base/pinyin.h"

#include <gtest/gtest.h>

namespace zhibu {
namespace {

TEST(Pinyin, InitialsAreOfTheSyllables) {
  EXPECT_EQ(InitialsOf("青岚县教育局"), "qlxjyj");
  EXPECT_EQ(InitialsOf("第1中学（北校区）"), "d1zxbxq");
  EXPECT_EQ(InitialsOf("女子"), "nz");
  EXPECT_EQ(InitialsOf("No.7"), "no7");
  EXPECT_EQ(InitialsOf(""), "");
}

}  // namespace
}  // namespace zhibu
