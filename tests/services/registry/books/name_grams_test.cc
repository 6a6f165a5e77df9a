#include "services/registry/books/name_grams.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace zhibu::registry {
namespace {

using ::testing::UnorderedElementsAre;

TEST(NameGrams, AreEveryTwoThatStandTogetherAndTheLast) {
  EXPECT_THAT(GramsOf("一中"), UnorderedElementsAre("一中", "中", "yz", "z"));
  EXPECT_EQ(FirstGram("教育局"), "教育");
  EXPECT_EQ(FirstGram("局"), "局");
  EXPECT_EQ(FirstGram("JYJ"), "jy");
}

TEST(NameGrams, EveryPartOfATitleIsContainedAndFoundByItsFirstGram) {
  const std::string title = "青岚县第一高级中学";
  const std::set<std::string> grams = GramsOf(title);
  const auto found = [&](const std::string& query) {
    const auto at = grams.lower_bound(FirstGram(query));
    return at != grams.end() && at->rfind(FirstGram(query), 0) == 0;
  };
  for (const char* query : {"青", "学", "高级", "第一高级中学", "qlx", "gjzx", "X", "DYGJ"}) {
    EXPECT_TRUE(Contains(title, query)) << query;
    EXPECT_TRUE(found(query)) << query;
  }
  for (const char* query : {"中高", "小学", "gz", "qq"})
    EXPECT_FALSE(Contains(title, query)) << query;
}

}  // namespace
}  // namespace zhibu::registry
