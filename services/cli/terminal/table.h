// Tables for a terminal, with Chinese in them: a Han character takes two columns, a combining mark
// none, and a line may break between any two Han characters but not before closing punctuation.
//
// All text passes through the same cleaning: bytes that are not UTF-8 and control characters
// (escape sequences and direction overrides among them) become U+FFFD, a tab becomes a space. So a
// name that came out of a file cannot steer the terminal.

#ifndef ZHIBU_SERVICES_CLI_TERMINAL_TABLE_H_
#define ZHIBU_SERVICES_CLI_TERMINAL_TABLE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace zhibu::cli {

// Terminal columns that `text` takes, cleaned as above, on one line. East Asian wide and full-width
// characters are 2, combining marks and joiners 0, all others 1; those of ambiguous width (“ ” … —
// ·) count 1, as UTF-8 terminals draw them. Follows Unicode's East_Asian_Width.
int DisplayWidth(absl::string_view text);

// `text` with spaces behind it up to `width` columns; as it is if it is wider already.
std::string PadTo(absl::string_view text, int width);

// The longest beginning of `text` of at most `width` columns; what was cut shows as a final “…”,
// counted in. `width` 0 or less gives nothing.
std::string TruncateTo(absl::string_view text, int width);

// `text` in lines of at most `width` columns (at least 1). Breaks at spaces, after "/", and beside
// Han characters, never before closing punctuation nor after opening; a word longer than the line
// is cut where the line ends. "\n" always breaks. Where no such break exists the width wins, save
// for a wide character in width 1, which has nowhere narrower to go. Never empty.
std::vector<std::string> WrapText(absl::string_view text, int width);

enum class Align { kLeft, kRight };  // numbers go right

// Rows of text under headers with a rule beneath them. A value: fill it, render it; not
// thread-safe.
class Table {
 public:
  // A column that can wrap is narrowed first when the table is wider than the terminal. The others
  // are narrowed only when that is not enough; nothing is ever cut off, a figure least of all.
  void AddColumn(absl::string_view header, Align align = Align::kLeft, bool can_wrap = false);

  // Missing cells at the end are empty; cells beyond the last column are dropped.
  void AddRow(std::vector<std::string> cells);

  // The whole table, every line ended by "\n", without trailing spaces, no line wider than `width`
  // columns. If `width` cannot hold two columns a cell and two between cells, it takes just that.
  std::string Render(int width = 80) const;

 private:
  struct Column {
    std::string header;
    Align align;
    bool can_wrap;
  };
  std::vector<int> ColumnWidths(int width) const;
  void AppendLines(const std::vector<std::string>& cells, const std::vector<int>& widths,
                   std::string* out) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_TERMINAL_TABLE_H_
