#include "services/cli/terminal/csv.h"

#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace zhibu::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

using Rows = std::vector<std::vector<std::string>>;

absl::Status ReadAll(absl::string_view bytes, Rows* rows) {
  return ReadCsv(bytes, [rows](const CsvRow& row) {
    rows->emplace_back();
    for (const CsvField& field : row.fields) rows->back().push_back(field.value);
    return absl::OkStatus();
  });
}

struct GoodCase {
  std::string name;
  std::string bytes;
  Rows rows;
};

TEST(ReadCsv, ReadsWhatRfc4180Allows) {
  for (const GoodCase& c : std::vector<GoodCase>{
           {"LF", "a,b\n1,2\n", {{"a", "b"}, {"1", "2"}}},
           {"CRLF", "a,b\r\n1,2\r\n", {{"a", "b"}, {"1", "2"}}},
           {"no last line end", "a,b\n1,2", {{"a", "b"}, {"1", "2"}}},
           {"byte order mark", "\xEF\xBB\xBF姓名,支部\n甲,乙\n", {{"姓名", "支部"}, {"甲", "乙"}}},
           {"mark and quotes", "\xEF\xBB\xBF\"a\"\n", {{"a"}}},
           {"empty fields", "a,b,c\n,,\n", {{"a", "b", "c"}, {"", "", ""}}},
           {"last field empty", "a,b\n1,", {{"a", "b"}, {"1", ""}}},
           {"quoted", "a\n\"x,y\"\n", {{"a"}, {"x,y"}}},
           {"doubled quotes",
            "a\n\"say \"\"yes\"\"\"\n\"\"\"\"\n",
            {{"a"}, {"say \"yes\""}, {"\""}}},
           {"newlines in quotes", "a,b\n\"x\r\ny\nz\",2\n", {{"a", "b"}, {"x\r\ny\nz", "2"}}},
           {"quoted and empty", "a\n\"\"\n", {{"a"}, {""}}},
           {"empty lines", "\n\r\na\n\n1\n\n", {{"a"}, {"1"}}},
           {"spaces stay", "a\n 1 \n", {{"a"}, {" 1 "}}},
           {"quoted at the very end", "a\n\"1\"", {{"a"}, {"1"}}},
           {"carriage return in quotes", "a\n\"x\ry\"\n", {{"a"}, {"x\ry"}}},
           {"header alone", "a,b\n", {{"a", "b"}}},
       }) {
    Rows rows;
    EXPECT_TRUE(ReadAll(c.bytes, &rows).ok()) << c.name;
    EXPECT_EQ(rows, c.rows) << c.name;
  }
}

struct BadCase {
  std::string name;
  std::string bytes;
  int64_t line;
  int64_t column;
  std::string reason;
  size_t rows_before;
};

TEST(ReadCsv, SaysWhereAFileIsWrong) {
  const std::string big_field(kMaxCsvFieldBytes + 1, 'x');
  const std::string big_row =
      absl::StrJoin(std::vector<std::string>(17, std::string(kMaxCsvFieldBytes - 100, 'y')), ",");
  const std::string header_17 = absl::StrJoin(std::vector<std::string>(17, "h"), ",");
  for (const BadCase& c : std::vector<BadCase>{
           {"empty", "", 1, 1, "no header", 0},
           {"only a mark", "\xEF\xBB\xBF", 1, 1, "no header", 0},
           {"only empty lines", "\n\r\n", 1, 1, "no header", 0},
           {"unterminated", "a,b\n1,\"2\n3,4\n", 2, 3, "never closed", 1},
           {"unterminated at the end", "a\n\"", 2, 1, "never closed", 1},
           {"unterminated after doubled quote", "a\n\"x\"\"", 2, 1, "never closed", 1},
           {"text after quote", "a,b\n\"1\"x,2\n", 2, 4, "behind the closing quote", 1},
           {"space after quote", "a\n\"1\" \n", 2, 4, "behind the closing quote", 1},
           {"quote inside", "a\n甲\"乙\"\n", 2, 2, "does not start with one", 1},
           {"carriage return alone", "a\rb\n", 1, 2, "carriage return", 0},
           {"invalid UTF-8", "a\n甲乙\xFFx\n", 2, 3, "UTF-8", 1},
           {"GBK", "\xD0\xD5\xC3\xFB\n", 1, 1, "UTF-8", 0},
           {"UTF-16",
            std::string("\xFF\xFE"
                        "a\0",
                        4),
            1, 1, "UTF-8", 0},
           {"cut UTF-8", "a\n\xE7\x94", 2, 1, "UTF-8", 1},
           {"surrogate", "a\n\xED\xA0\x80\n", 2, 1, "UTF-8", 1},
           {"NUL", std::string("a\n1\0", 4), 2, 2, "NUL", 1},
           {"NUL in quotes", std::string("a\n\"\0\"", 5), 2, 2, "NUL", 1},
           {"too many fields", "a,b\n1,2,3\n", 2, 5, "3 fields, the header 2", 1},
           {"too few fields", "a,b,c\n支部,2\n", 2, 5, "2 fields, the header 3", 1},
           {"line counted through quotes", "a,b\n\"x\ny\",2\n1\n", 4, 2, "1 fields", 2},
           {"column after a newline in quotes", "a\n\"x\n甲\"y\n", 3, 3, "behind", 1},
           {"field too long", absl::StrCat("a,b\n1,", big_field, "\n"), 2, 3, "65536", 1},
           {"quoted field too long", absl::StrCat("a\n\"", big_field, "\"\n"), 2, 1, "65536", 1},
           {"row too long", absl::StrCat(header_17, "\n", big_row, "\n"), 2, 1, "1048576", 1},
       }) {
    Rows rows;
    const absl::Status status = ReadAll(c.bytes, &rows);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << c.name;
    EXPECT_THAT(std::string(status.message()),
                testing::StartsWith(absl::StrCat("line ", c.line, ", column ", c.column, ": ")))
        << c.name;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.reason)) << c.name;
    const std::optional<CsvPosition> at = CsvErrorPosition(status);
    ASSERT_TRUE(at.has_value()) << c.name;
    EXPECT_EQ(at->line, c.line) << c.name;
    EXPECT_EQ(at->column, c.column) << c.name;
    EXPECT_EQ(rows.size(), c.rows_before) << c.name;
  }
}

TEST(ReadCsv, TakesFieldsAndRowsUpToTheirLimit) {
  Rows rows;
  EXPECT_TRUE(ReadAll(absl::StrCat("a\n", std::string(kMaxCsvFieldBytes, 'x')), &rows).ok());
  EXPECT_TRUE(
      ReadAll(absl::StrCat("a\n\"", std::string(kMaxCsvFieldBytes, 'x'), "\"\n"), &rows).ok());
  // 16 fields of the greatest length and their commas, less what exceeds the row.
  std::vector<std::string> fields(16, std::string(kMaxCsvFieldBytes, 'x'));
  fields[15].resize(kMaxCsvFieldBytes - 15);
  const std::string header = absl::StrJoin(std::vector<std::string>(16, "h"), ",");
  EXPECT_TRUE(ReadAll(absl::StrCat(header, "\n", absl::StrJoin(fields, ","), "\n"), &rows).ok());
  fields[15] += "x";
  EXPECT_FALSE(ReadAll(absl::StrCat(header, "\n", absl::StrJoin(fields, ","), "\n"), &rows).ok());
}

TEST(ReadCsv, GivesEachRowAndFieldItsPlace) {
  std::vector<std::string> seen;
  ASSERT_TRUE(
      ReadCsv("\xEF\xBB\xBF姓名,备注\r\n\r\n\"甲\n乙\",\"x\"\r\n丙,y", [&seen](const CsvRow& row) {
        std::string text = absl::StrCat("row ", row.number, " line ", row.line);
        for (const CsvField& field : row.fields) {
          absl::StrAppend(&text, " ", field.at.line, ":", field.at.column);
        }
        seen.push_back(text);
        return absl::OkStatus();
      }).ok());
  EXPECT_THAT(seen,
              ElementsAre("row 0 line 1 1:1 1:4", "row 1 line 3 3:1 4:4", "row 2 line 5 5:1 5:3"));
}

TEST(ReadCsv, EndsWhereTheVisitorSaysSo) {
  int visited = 0;
  const absl::Status status = ReadCsv("a\n1\n2\n", [&visited](const CsvRow&) {
    return ++visited == 2 ? absl::AbortedError("enough") : absl::OkStatus();
  });
  EXPECT_EQ(status, absl::AbortedError("enough"));
  EXPECT_EQ(visited, 2);
  EXPECT_FALSE(CsvErrorPosition(status).has_value());
}

TEST(ReadCsv, TellsEveryRowOfWrongLengthWhenAsked) {
  std::vector<std::string> errors;
  Rows rows;
  const absl::Status status = ReadCsv(
      "a,b\n1\n1,2\n1,2,3\n",
      [&rows](const CsvRow& row) {
        rows.push_back({row.fields[0].value});
        return absl::OkStatus();
      },
      [&errors](const CsvRow&, const absl::Status& error) {
        errors.push_back(std::string(error.message()));
        return absl::OkStatus();
      });
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(rows.size(), 2u);
  EXPECT_THAT(errors, ElementsAre("line 2, column 2: the row has 1 fields, the header 2",
                                  "line 4, column 5: the row has 3 fields, the header 2"));
}

TEST(ReadCsv, RepeatsNothingOfTheFileInItsErrors) {
  Rows rows;
  for (const std::string bytes : {"a\n\"secret\"x", "a\nsecret\"", "a\n\"secret", "a\nsecret,b"}) {
    EXPECT_THAT(std::string(ReadAll(bytes, &rows).message()), Not(HasSubstr("secret")));
  }
}

TEST(AppendCsvRow, QuotesOnlyWhereNeeded) {
  std::string out;
  AppendCsvRow({"姓名", "a b", "x,y", "say \"yes\"", "1\n2", "1\r2", " x", "", "=1"}, &out);
  EXPECT_EQ(out, "姓名,a b,\"x,y\",\"say \"\"yes\"\"\",\"1\n2\",\"1\r2\",\" x\",,=1\r\n");
  out.clear();
  AppendCsvRow({""}, &out);
  EXPECT_EQ(out, "\"\"\r\n");
}

TEST(AppendSpreadsheetCsvRow, NeutralisesFormulas) {
  std::string out;
  AppendSpreadsheetCsvRow({"=1+1", "+1", "-1", "@x", "\tx", "\rx", "＝1", "a=b", "", "1-2"}, &out);
  EXPECT_EQ(out, "'=1+1,'+1,'-1,'@x,'\tx,\"'\rx\",'＝1,a=b,,1-2\r\n");
}

TEST(AppendCsvRow, WritesWhatReadCsvReadsBack) {
  const std::vector<std::string> pieces = {"党",   ",", "\"", "\n", "\r",
                                           "\r\n", " ", "a",  "=",  "\t"};
  std::mt19937_64 random(20240703);
  for (int i = 0; i < 2000; ++i) {
    const size_t columns = 1 + random() % 4;
    Rows written(1 + random() % 4);
    std::string bytes(random() % 2 ? kUtf8ByteOrderMark : "");
    for (std::vector<std::string>& row : written) {
      for (size_t c = 0; c < columns; ++c) {
        std::string field;
        for (size_t n = random() % 6; n > 0; --n) field += pieces[random() % pieces.size()];
        row.push_back(field);
      }
      AppendCsvRow(row, &bytes);
    }
    Rows read;
    ASSERT_TRUE(ReadAll(bytes, &read).ok()) << bytes;
    ASSERT_EQ(read, written) << bytes;
  }
}

TEST(ReadCsv, AnswersWhateverTheBytes) {
  const std::vector<std::string> pieces = {
      "党", ",", "\"", "\n", "\r", "\xFF", "a", "\xE6", std::string(1, '\0'), "\xEF\xBB\xBF"};
  std::mt19937_64 random(20240704);
  for (int i = 0; i < 20000; ++i) {
    std::string bytes;
    for (size_t n = random() % 12; n > 0; --n) bytes += pieces[random() % pieces.size()];
    Rows rows;
    const absl::Status status = ReadAll(bytes, &rows);
    EXPECT_EQ(status.ok(), !CsvErrorPosition(status).has_value());
    for (const std::vector<std::string>& row : rows) EXPECT_EQ(row.size(), rows[0].size());
  }
}

}  // namespace
}  // namespace zhibu::cli
