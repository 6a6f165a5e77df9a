#include "services/cli/terminal/table.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace zhibu::cli {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Le;
using ::testing::Not;
using ::testing::ResultOf;

struct WidthCase {
  absl::string_view text;
  int width;
};

TEST(DisplayWidth, CountsTerminalColumns) {
  for (const WidthCase& c : std::vector<WidthCase>{
           {"", 0},
           {"zhibu", 5},
           {"支部", 4},
           {"，。；）", 8},  // full-width punctuation
           {"ＡＢ１", 6},    // full-width Latin
           {"ｱｲ", 2},        // half-width katakana
           {"é", 1},         // one code point
           {"e\u0301", 1},   // with a combining acute accent
           {"བོད", 2},        // Tibetan: a vowel sign stands above its letter
           {"\u200B支", 2},  // zero width space
           {"𠀀", 2},        // Han outside the basic plane
           {"㈠", 2},        // parenthesised number
           {"3.5%", 4},
           {"\uFEFF党", 2},
           {"가", 2},
           {"“党”", 4},  // ambiguous quotes count 1
       }) {
    EXPECT_EQ(DisplayWidth(c.text), c.width) << c.text;
  }
}

TEST(DisplayWidth, TakesEachForeignByteAsOneColumn) {
  EXPECT_EQ(DisplayWidth("\xFF\xFE"), 2);
  EXPECT_EQ(DisplayWidth("\xE6\x94"), 2);  // the beginning of a character
  EXPECT_EQ(DisplayWidth(absl::string_view("\0", 1)), 1);
}

TEST(PadTo, FillsUpToTheWidth) {
  EXPECT_EQ(PadTo("支部", 6), "支部  ");
  EXPECT_EQ(PadTo("支部", 4), "支部");
  EXPECT_EQ(PadTo("支部", 3), "支部");
  EXPECT_EQ(PadTo("", 2), "  ");
  EXPECT_EQ(PadTo("a", -1), "a");
}

TEST(PadTo, LetsNothingSteerTheTerminal) {
  EXPECT_EQ(PadTo("\x1B[2Jx", 0), "\uFFFD[2Jx");
  EXPECT_EQ(PadTo("a\tb\nc\r", 0), "a b\uFFFDc\uFFFD");
  EXPECT_EQ(PadTo("\u202Eabc\u0085", 0), "\uFFFDabc\uFFFD");
}

TEST(TruncateTo, EndsWithAnEllipsisWithinTheWidth) {
  EXPECT_EQ(TruncateTo("中心小学党支部", 14), "中心小学党支部");
  EXPECT_EQ(TruncateTo("中心小学党支部", 13), "中心小学党支…");
  EXPECT_EQ(TruncateTo("中心小学党支部", 12), "中心小学党…");
  EXPECT_EQ(TruncateTo("ab", 1), "…");
  EXPECT_EQ(TruncateTo("ab", 0), "");
  EXPECT_EQ(TruncateTo("支", 1), "…");
  EXPECT_EQ(TruncateTo("e\u0301e\u0301e\u0301", 2), "e\u0301…");
}

TEST(WrapText, BreaksBetweenHanCharacters) {
  EXPECT_THAT(WrapText("发展党员工作细则", 6), ElementsAre("发展党", "员工作", "细则"));
  EXPECT_THAT(WrapText("发展党员工作细则", 7), ElementsAre("发展党", "员工作", "细则"));
}

TEST(WrapText, NeverStartsALineWithClosingPunctuation) {
  EXPECT_THAT(WrapText("支部大会，支委会。", 8), ElementsAre("支部大", "会，支委", "会。"));
  EXPECT_THAT(WrapText("甲乙丙）；丁", 6), ElementsAre("甲乙", "丙）；", "丁"));
  EXPECT_THAT(WrapText("全县100%", 6), ElementsAre("全县", "100%"));
}

TEST(WrapText, NeverEndsALineWithOpeningPunctuation) {
  EXPECT_THAT(WrapText("甲乙（丙丁）", 6), ElementsAre("甲乙", "（丙", "丁）"));
  EXPECT_THAT(WrapText("见《党章》", 4), ElementsAre("见", "《党", "章》"));
}

TEST(WrapText, KeepsWordsAndNumbersWhole) {
  EXPECT_THAT(WrapText("record of 2024", 10), ElementsAre("record of", "2024"));
  EXPECT_THAT(WrapText("共有党员12345名", 12), ElementsAre("共有党员", "12345名"));
  EXPECT_THAT(WrapText("organisations/abc/members/1", 18),
              ElementsAre("organisations/abc/", "members/1"));
}

TEST(WrapText, CutsWhatHasNoBreak) {
  EXPECT_THAT(WrapText("abcdefgh", 3), ElementsAre("abc", "def", "gh"));
  EXPECT_THAT(WrapText("。。。", 2), ElementsAre("。", "。", "。"));
  EXPECT_THAT(WrapText("党员", 1), ElementsAre("党", "员"));
}

TEST(WrapText, BreaksAtLineFeeds) {
  EXPECT_THAT(WrapText("a\nb\n\nc", 10), ElementsAre("a", "b", "", "c"));
  EXPECT_THAT(WrapText("a\n", 10), ElementsAre("a", ""));
  EXPECT_THAT(WrapText("", 10), ElementsAre(""));
}

TEST(Table, AlignsWideCharacters) {
  Table table;
  table.AddColumn("支部");
  table.AddColumn("党员", Align::kRight);
  table.AddColumn("比例", Align::kRight);
  table.AddRow({"一小党支部", "7", "7/28 25.0%"});
  table.AddRow({"No. 2", "120", "120/480 25.0%"});
  EXPECT_EQ(table.Render(80),
            "支部        党员           比例\n"
            "----------  ----  -------------\n"
            "一小党支部     7     7/28 25.0%\n"
            "No. 2        120  120/480 25.0%\n");
}

TEST(Table, WrapsInsideTheColumn) {
  Table table;
  table.AddColumn("条款");
  table.AddColumn("内容", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("数", Align::kRight);
  table.AddRow({"D01", "申请入党的人年满十八周岁，方可接收申请。", "18"});
  EXPECT_EQ(table.Render(30),
            "条款  内容                  数\n"
            "----  --------------------  --\n"
            "D01   申请入党的人年满十八  18\n"
            "      周岁，方可接收申请。\n");
}

TEST(Table, NarrowsWrappingColumnsBeforeOthers) {
  Table table;
  table.AddColumn("name");
  table.AddColumn("text", Align::kLeft, /*can_wrap=*/true);
  table.AddRow({"organisations/0123456789", "支部支部支部支部支部支部"});
  EXPECT_EQ(table.Render(34),
            "name                      text\n"
            "------------------------  --------\n"
            "organisations/0123456789  支部支部\n"
            "                          支部支部\n"
            "                          支部支部\n");
}

TEST(Table, LosesNothingWhenAllIsTooNarrow) {
  Table table;
  table.AddColumn("n", Align::kRight);
  table.AddColumn("m", Align::kRight);
  table.AddRow({"123456789", "1"});
  EXPECT_EQ(table.Render(8),
            "    n  m\n"
            "-----  -\n"
            "12345  1\n"
            " 6789\n");
}

TEST(Table, TakesRowsOfAnyLength) {
  Table table;
  table.AddColumn("a");
  table.AddColumn("b");
  table.AddRow({"1"});
  table.AddRow({"1", "2", "3"});
  table.AddRow({});
  EXPECT_EQ(table.Render(80), "a  b\n-  -\n1\n1  2\n\n");
  EXPECT_EQ(Table().Render(80), "");
}

std::string RandomText(std::mt19937_64* random) {
  static const std::vector<std::string>* const kPieces = new std::vector<std::string>{
      "党",      "员",     "，",   "。",       "（",   "）", "“",      "”",
      " ",       "a",      "word", "12",       "/",    "%",  "\n",     "\t",
      "e\u0301", "\u0301", "\xFF", "\xE6\x94", "\x1B", "𠀀", "\u200B", std::string(1, '\0')};
  std::string text;
  for (size_t n = (*random)() % 40; n > 0; --n) text += (*kPieces)[(*random)() % kPieces->size()];
  return text;
}

// Everything that shows, in order: what wrapping must not change.
std::string Visible(absl::string_view text) {
  std::string visible;
  for (const char c : PadTo(text, 0)) {
    if (c != ' ') visible += c;
  }
  return visible;
}

TEST(WrapText, LosesAndWidensNothingWhateverTheBytes) {
  std::mt19937_64 random(20240701);
  for (int i = 0; i < 5000; ++i) {
    const std::string text = RandomText(&random);
    const int width = 2 + static_cast<int>(random() % 20);
    const std::vector<std::string> lines = WrapText(text, width);
    EXPECT_THAT(lines,
                Each(ResultOf([](const std::string& s) { return DisplayWidth(s); }, Le(width))));
    std::string joined;
    for (const std::string& line : lines) joined += line;
    std::string unbroken = text;
    unbroken.erase(std::remove(unbroken.begin(), unbroken.end(), '\n'), unbroken.end());
    EXPECT_EQ(Visible(joined), Visible(unbroken));
  }
}

TEST(Table, StaysWithinTheTerminalWhateverTheBytes) {
  std::mt19937_64 random(20240702);
  for (int i = 0; i < 1000; ++i) {
    Table table;
    const int columns = 1 + static_cast<int>(random() % 5);
    for (int c = 0; c < columns; ++c) {
      table.AddColumn(RandomText(&random), random() % 2 ? Align::kLeft : Align::kRight,
                      random() % 2);
    }
    for (int r = 0; r < 3; ++r) {
      std::vector<std::string> cells;
      for (int c = 0; c < columns; ++c) cells.push_back(RandomText(&random));
      table.AddRow(cells);
    }
    const int width = 18 + static_cast<int>(random() % 70);
    const std::vector<std::string> lines = absl::StrSplit(table.Render(width), '\n');
    EXPECT_THAT(lines,
                Each(ResultOf([](const std::string& s) { return DisplayWidth(s); }, Le(width))));
    EXPECT_THAT(lines, Each(Not(testing::EndsWith(" "))));
  }
}

}  // namespace
}  // namespace zhibu::cli
