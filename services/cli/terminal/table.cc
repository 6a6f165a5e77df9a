#include "services/cli/terminal/table.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include "services/cli/terminal/utf8.h"

namespace zhibu::cli {
namespace {

constexpr int kGap = 2;            // columns between two cells
constexpr int kReadableWidth = 8;  // four Han characters: narrower than that reads badly
constexpr int kLeastWidth = 2;     // one Han character

struct Range {
  char32_t first;
  char32_t last;
};

// East_Asian_Width W and F (Unicode 14, EastAsianWidth.txt), joined over unassigned code points.
constexpr Range kWide[] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x2329, 0x232A},   {0x23E9, 0x23EC},
    {0x23F0, 0x23F0},   {0x23F3, 0x23F3},   {0x25FD, 0x25FE},   {0x2614, 0x2615},
    {0x2648, 0x2653},   {0x267F, 0x267F},   {0x2693, 0x2693},   {0x26A1, 0x26A1},
    {0x26AA, 0x26AB},   {0x26BD, 0x26BE},   {0x26C4, 0x26C5},   {0x26CE, 0x26CE},
    {0x26D4, 0x26D4},   {0x26EA, 0x26EA},   {0x26F2, 0x26F3},   {0x26F5, 0x26F5},
    {0x26FA, 0x26FA},   {0x26FD, 0x26FD},   {0x2705, 0x2705},   {0x270A, 0x270B},
    {0x2728, 0x2728},   {0x274C, 0x274C},   {0x274E, 0x274E},   {0x2753, 0x2755},
    {0x2757, 0x2757},   {0x2795, 0x2797},   {0x27B0, 0x27B0},   {0x27BF, 0x27BF},
    {0x2B1B, 0x2B1C},   {0x2B50, 0x2B50},   {0x2B55, 0x2B55},   {0x2E80, 0x303E},
    {0x3041, 0x3247},   {0x3250, 0x4DBF},   {0x4E00, 0xA4C6},   {0xA960, 0xA97C},
    {0xAC00, 0xD7A3},   {0xF900, 0xFAD9},   {0xFE10, 0xFE19},   {0xFE30, 0xFE6B},
    {0xFF01, 0xFF60},   {0xFFE0, 0xFFE6},   {0x16FE0, 0x1B2FB}, {0x1F004, 0x1F004},
    {0x1F0CF, 0x1F0CF}, {0x1F18E, 0x1F18E}, {0x1F191, 0x1F19A}, {0x1F200, 0x1F320},
    {0x1F32D, 0x1F335}, {0x1F337, 0x1F37C}, {0x1F37E, 0x1F393}, {0x1F3A0, 0x1F3CA},
    {0x1F3CF, 0x1F3D3}, {0x1F3E0, 0x1F3F0}, {0x1F3F4, 0x1F3F4}, {0x1F3F8, 0x1F43E},
    {0x1F440, 0x1F440}, {0x1F442, 0x1F4FC}, {0x1F4FF, 0x1F53D}, {0x1F54B, 0x1F54E},
    {0x1F550, 0x1F567}, {0x1F57A, 0x1F57A}, {0x1F595, 0x1F596}, {0x1F5A4, 0x1F5A4},
    {0x1F5FB, 0x1F64F}, {0x1F680, 0x1F6C5}, {0x1F6CC, 0x1F6CC}, {0x1F6D0, 0x1F6D2},
    {0x1F6D5, 0x1F6DF}, {0x1F6EB, 0x1F6EC}, {0x1F6F4, 0x1F6FC}, {0x1F7E0, 0x1F7F0},
    {0x1F90C, 0x1F93A}, {0x1F93C, 0x1F945}, {0x1F947, 0x1F9FF}, {0x1FA70, 0x1FAF6},
    {0x20000, 0x2FFFD}, {0x30000, 0x3FFFD},
};

// Combining marks and joiners of general use and of the scripts of China (Arabic for Uyghur,
// Tibetan, Mongolian, Dai): general categories Mn, Me and the joiners of Cf.
constexpr Range kZeroWidth[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD},   {0x05BF, 0x05BF}, {0x05C1, 0x05C2},
    {0x05C4, 0x05C5}, {0x0610, 0x061A}, {0x064B, 0x065F},   {0x0670, 0x0670}, {0x06D6, 0x06DC},
    {0x06DF, 0x06E4}, {0x06E7, 0x06E8}, {0x06EA, 0x06ED},   {0x0900, 0x0902}, {0x093C, 0x093C},
    {0x0941, 0x0948}, {0x094D, 0x094D}, {0x0E31, 0x0E31},   {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E},
    {0x0F18, 0x0F19}, {0x0F35, 0x0F35}, {0x0F37, 0x0F37},   {0x0F39, 0x0F39}, {0x0F71, 0x0F7E},
    {0x0F80, 0x0F84}, {0x0F86, 0x0F87}, {0x0F8D, 0x0FBC},   {0x0FC6, 0x0FC6}, {0x180B, 0x180F},
    {0x1885, 0x1886}, {0x18A9, 0x18A9}, {0x1A17, 0x1A18},   {0x1A58, 0x1A60}, {0x1A62, 0x1A62},
    {0x1A65, 0x1A6C}, {0x1A73, 0x1A7F}, {0x1AB0, 0x1ACE},   {0x1DC0, 0x1DFF}, {0x200B, 0x200D},
    {0x2060, 0x2064}, {0x20D0, 0x20F0}, {0x302A, 0x302D},   {0x3099, 0x309A}, {0xFE00, 0xFE0F},
    {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0xE0100, 0xE01EF},
};

template <size_t N>
bool In(const Range (&ranges)[N], char32_t c) {
  const Range* range =
      std::upper_bound(std::begin(ranges), std::end(ranges), c,
                       [](char32_t value, const Range& r) { return value < r.first; });
  return range != std::begin(ranges) && c <= (range - 1)->last;
}

// What must not start a line (行首禁则, GB/T 15834-2011 §5.1: marks after the text they close).
bool IsClosing(char32_t c) {
  static constexpr char32_t kClosing[] =
      U"!%),.:;?]}\u00B7\u2019\u201D\u2026\u2030\u3001\u3002\u3009\u300B\u300D\u300F\u3011\u3015"
      U"\u3017\uFF01\uFF05\uFF09\uFF0C\uFF0E\uFF1A\uFF1B\uFF1F\uFF3D\uFF5D\uFF5E";
  return c != 0 && std::find(std::begin(kClosing), std::end(kClosing), c) != std::end(kClosing);
}

// What must not end a line (行尾禁则): marks before the text they open.
bool IsOpening(char32_t c) {
  static constexpr char32_t kOpening[] =
      U"([{\u2018\u201C\u3008\u300A\u300C\u300E\u3010\u3014\u3016\uFF08\uFF3B\uFF5B";
  return c != 0 && std::find(std::begin(kOpening), std::end(kOpening), c) != std::end(kOpening);
}

// C0 and C1 controls, line and paragraph separators, and the marks that turn the direction of text.
bool IsControl(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F) || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0x200E || c == 0x200F || c == 0x061C;
}

// One character as a reader sees it: a code point with the marks on it.
struct Glyph {
  std::string bytes;
  char32_t base = 0;
  int width = 0;
};

std::vector<Glyph> Glyphs(absl::string_view text) {
  std::vector<Glyph> glyphs;
  while (!text.empty()) {
    const CodePoint point = DecodeUtf8(text);
    text.remove_prefix(point.length);
    char32_t c = point.value;
    if (c == '\t') c = ' ';
    if (c != '\n' && IsControl(c)) c = 0xFFFD;
    const bool mark = In(kZeroWidth, c);
    if (!mark || glyphs.empty() || glyphs.back().base == '\n') {
      glyphs.push_back({"", c, mark || c == '\n' ? 0 : (In(kWide, c) ? 2 : 1)});
    }
    AppendUtf8(c, &glyphs.back().bytes);
    // A space that carries a mark shows something, so it is not dropped at a line's end.
    if (mark && glyphs.back().base == ' ') glyphs.back().base = 0xA0;
  }
  return glyphs;
}

// A cell of one line has no line break: there it is as foreign as any other control character.
std::vector<Glyph> LineGlyphs(absl::string_view text) {
  std::vector<Glyph> glyphs = Glyphs(text);
  for (Glyph& glyph : glyphs) {
    if (glyph.base == '\n') glyph = {"\uFFFD", 0xFFFD, 1};
  }
  return glyphs;
}

std::string Join(const std::vector<Glyph>& glyphs, size_t begin, size_t end) {
  std::string joined;
  for (size_t i = begin; i < end; ++i) joined += glyphs[i].bytes;
  return joined;
}

int WidthOf(const std::vector<Glyph>& glyphs) {
  int width = 0;
  for (const Glyph& glyph : glyphs) width += glyph.width;
  return width;
}

bool MayBreakBetween(const Glyph& left, const Glyph& right) {
  if (left.base == ' ') return true;
  if (IsClosing(right.base) || IsOpening(left.base)) return false;
  return right.base == ' ' || left.base == '/' || left.width == 2 || right.width == 2;
}

// Where the line that starts at `begin` ends (exclusive), in at most `width` columns.
size_t LineEnd(const std::vector<Glyph>& glyphs, size_t begin, int width) {
  int used = 0;
  size_t end = begin;
  while (end < glyphs.size() && glyphs[end].base != '\n' && used + glyphs[end].width <= width) {
    used += glyphs[end++].width;
  }
  if (end == glyphs.size() || glyphs[end].base == '\n') return end;
  for (size_t cut = end; cut > begin; --cut) {
    if (MayBreakBetween(glyphs[cut - 1], glyphs[cut])) return cut;
  }
  return std::max(end, begin + 1);
}

}  // namespace

int DisplayWidth(absl::string_view text) { return WidthOf(LineGlyphs(text)); }

std::string PadTo(absl::string_view text, int width) {
  const std::vector<Glyph> glyphs = LineGlyphs(text);
  const int missing = std::max(0, width - WidthOf(glyphs));
  return Join(glyphs, 0, glyphs.size()) + std::string(missing, ' ');
}

std::string TruncateTo(absl::string_view text, int width) {
  if (width <= 0) return "";
  const std::vector<Glyph> glyphs = LineGlyphs(text);
  if (WidthOf(glyphs) <= width) return Join(glyphs, 0, glyphs.size());
  size_t end = 0;
  for (int used = 0; used + glyphs[end].width <= width - 1; ++end) used += glyphs[end].width;
  return Join(glyphs, 0, end) + "\u2026";
}

std::vector<std::string> WrapText(absl::string_view text, int width) {
  const std::vector<Glyph> glyphs = Glyphs(text);
  std::vector<std::string> lines;
  size_t begin = 0;
  while (begin < glyphs.size()) {
    const size_t end = LineEnd(glyphs, begin, std::max(1, width));
    size_t shown = end;
    while (shown > begin && glyphs[shown - 1].base == ' ') --shown;
    lines.push_back(Join(glyphs, begin, shown));
    begin = end;
    if (begin < glyphs.size() && glyphs[begin].base == '\n') {
      if (++begin == glyphs.size()) lines.push_back("");
    } else {
      while (begin < glyphs.size() && glyphs[begin].base == ' ') ++begin;
    }
  }
  if (lines.empty()) lines.push_back("");
  return lines;
}

void Table::AddColumn(absl::string_view header, Align align, bool can_wrap) {
  columns_.push_back({std::string(header), align, can_wrap});
}

void Table::AddRow(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

std::vector<int> Table::ColumnWidths(int width) const {
  std::vector<int> widths(columns_.size(), 0);
  const auto widen = [&](size_t i, absl::string_view cell) {
    for (const std::string& line : WrapText(cell, 1 << 20)) {
      widths[i] = std::max(widths[i], DisplayWidth(line));
    }
  };
  for (size_t i = 0; i < columns_.size(); ++i) widen(i, columns_[i].header);
  for (const std::vector<std::string>& row : rows_) {
    for (size_t i = 0; i < std::min(row.size(), columns_.size()); ++i) widen(i, row[i]);
  }

  int excess = -width - kGap;
  for (const int w : widths) excess += w + kGap;
  // Takes one column at a time from the widest, so that narrowing ends with columns alike.
  const auto narrow = [&](bool wrapping_only, int least) {
    while (excess > 0) {
      size_t widest = columns_.size();
      for (size_t i = 0; i < columns_.size(); ++i) {
        if ((wrapping_only && !columns_[i].can_wrap) || widths[i] <= least) continue;
        if (widest == columns_.size() || widths[i] > widths[widest]) widest = i;
      }
      if (widest == columns_.size()) return;
      --widths[widest];
      --excess;
    }
  };
  narrow(/*wrapping_only=*/true, kReadableWidth);
  narrow(/*wrapping_only=*/false, kReadableWidth);
  narrow(/*wrapping_only=*/false, kLeastWidth);
  return widths;
}

void Table::AppendLines(const std::vector<std::string>& cells, const std::vector<int>& widths,
                        std::string* out) const {
  std::vector<std::vector<std::string>> wrapped;
  size_t height = 1;
  for (size_t i = 0; i < columns_.size(); ++i) {
    wrapped.push_back(WrapText(i < cells.size() ? cells[i] : "", widths[i]));
    height = std::max(height, wrapped.back().size());
  }
  for (size_t line = 0; line < height; ++line) {
    std::string text;
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (i > 0) text.append(kGap, ' ');
      const std::string part = line < wrapped[i].size() ? wrapped[i][line] : "";
      if (columns_[i].align == Align::kRight) {
        text.append(std::max(0, widths[i] - DisplayWidth(part)), ' ');
        text += part;
      } else {
        text += PadTo(part, widths[i]);
      }
    }
    text.erase(text.find_last_not_of(' ') + 1);
    *out += text;
    *out += '\n';
  }
}

std::string Table::Render(int width) const {
  if (columns_.empty()) return "";
  const std::vector<int> widths = ColumnWidths(width);
  std::vector<std::string> headers;
  std::vector<std::string> rule;
  for (size_t i = 0; i < columns_.size(); ++i) {
    headers.push_back(columns_[i].header);
    rule.push_back(std::string(widths[i], '-'));
  }
  std::string out;
  AppendLines(headers, widths, &out);
  AppendLines(rule, widths, &out);
  for (const std::vector<std::string>& row : rows_) AppendLines(row, widths, &out);
  return out;
}

}  // namespace zhibu::cli
