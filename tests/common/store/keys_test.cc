#include "common/store/keys.h"

#include <algorithm>
#include <limits>
#include <random>
#include <tuple>
#include <vector>

#include "common/base/civil.h"
#include "common/store/store.h"
#include "gtest/gtest.h"

namespace zhibu {
namespace {

using Parts = std::tuple<std::string, int64_t, absl::CivilDay, std::string>;

Key KeyOf(const Parts& parts) {
  const auto& [a, n, day, b] = parts;
  return std::move(Key(0x10).Text(a).Number(n).Day(day).Text(b));
}

// Parts that share beginnings and stand close to every edge, so that ties and carries are common.
class RandomParts {
 public:
  Parts Next() { return {Text(), Number(), Day(), Text()}; }

 private:
  std::string Text() {
    static const char kLetters[] = "ab\x01\x7f\xe6\xff";
    std::string text;
    for (int n = Below(4); n > 0; --n) text += kLetters[Below(6)];
    return text;
  }
  int64_t Number() {
    static constexpr int64_t kEdges[] = {
        std::numeric_limits<int64_t>::min(), -256, -1, 0, 255, 65536,
        std::numeric_limits<int64_t>::max()};
    const int64_t edge = kEdges[Below(7)];
    if (Below(2) == 0) return static_cast<int64_t>(random_());
    if (edge == std::numeric_limits<int64_t>::max()) return edge - Below(2);
    return edge + Below(2);
  }
  absl::CivilDay Day() {
    switch (Below(4)) {
      case 0:
        return kNoStart;
      case 1:
        return kNoEnd;
      default:
        return absl::CivilDay(1970, 1, 1) + (Below(80000) - 40000);
    }
  }
  int Below(int n) { return static_cast<int>(random_() % n); }
  std::mt19937_64 random_{20260701};
};

TEST(Key, SortsAsItsPartsDo) {
  RandomParts random;
  std::vector<Parts> all;
  for (int i = 0; i < 400; ++i) all.push_back(random.Next());
  for (const Parts& a : all) {
    for (const Parts& b : all) {
      ASSERT_EQ(a < b, KeyOf(a).bytes() < KeyOf(b).bytes());
      ASSERT_EQ(a == b, KeyOf(a).bytes() == KeyOf(b).bytes());
    }
  }
}

TEST(Key, ComesApartAgain) {
  RandomParts random;
  for (int i = 0; i < 10000; ++i) {
    const Parts parts = random.Next();
    const Key key = KeyOf(parts);
    KeyParts taken(key);
    EXPECT_EQ(taken.Text(), std::get<0>(parts));
    EXPECT_EQ(taken.Number(), std::get<1>(parts));
    EXPECT_EQ(taken.Day(), std::get<2>(parts));
    EXPECT_EQ(taken.Text(), std::get<3>(parts));
    EXPECT_EQ(taken.Text(), std::nullopt);
    EXPECT_EQ(taken.Number(), std::nullopt);
    EXPECT_EQ(taken.Day(), std::nullopt);
  }
}

TEST(Key, RangeHoldsExactlyTheKeysThatBeginWithIt) {
  RandomParts random;
  std::vector<Parts> all;
  for (int i = 0; i < 400; ++i) all.push_back(random.Next());
  for (const Parts& a : all) {
    const Key prefix = Key(0x10).Text(std::get<0>(a)).Number(std::get<1>(a));
    for (const Parts& b : all) {
      const std::string key = KeyOf(b).bytes();
      const bool begins = std::get<0>(a) == std::get<0>(b) && std::get<1>(a) == std::get<1>(b);
      ASSERT_EQ(begins, key >= prefix.bytes() && key < prefix.End());
    }
  }
}

TEST(KeyParts, AnswersNothingForBytesThatDoNotFit) {
  EXPECT_EQ(KeyParts("").Text(), std::nullopt);
  EXPECT_EQ(KeyParts("\x10").Text(), std::nullopt);
  EXPECT_EQ(KeyParts("\x10no-end").Text(), std::nullopt);
  EXPECT_EQ(KeyParts("\x10seven..").Number(), std::nullopt);
  EXPECT_EQ(KeyParts("\x10seven..").Day(), std::nullopt);
}

TEST(PrefixEnd, IsTheFirstKeyBehindThePrefix) {
  EXPECT_EQ(PrefixEnd("a"), "b");
  EXPECT_EQ(PrefixEnd("a\xff\xff"), "b");
  EXPECT_EQ(PrefixEnd(absl::string_view("\x10\x00", 2)), "\x10\x01");
  EXPECT_EQ(PrefixEnd(""), "\xff");
}

}  // namespace
}  // namespace zhibu
