#include "services/cli/commands/survey_text.h"

#include <algorithm>
#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/cli/commands/output.h"
#include "services/cli/commands/words.h"
#include "services/cli/table.h"

namespace zhibu::cli {
namespace {

using reporting::v1::Figure;
using reporting::v1::Section;

constexpr int kMargin = 2;  // before a figure, and more for each whole that it is a part of
constexpr int kGap = 2;     // between title and value

std::string ValueText(const Figure& figure) {
  if (figure.unrecorded()) return "未登记";
  if (figure.has_denominator()) return RatioText(figure.value(), figure.denominator());
  return figure.unit().empty() ? std::to_string(figure.value())
                               : absl::StrCat(figure.value(), " ", figure.unit());
}

// How many wholes stand above the figure, in its own section.
int DepthOf(const Figure& figure, const std::map<std::string, const Figure*>& by_id) {
  int depth = 0;
  const Figure* at = &figure;
  // A ring of wholes is the catalogue's mistake; it must not hang the page.
  for (int steps = 0; steps < 8; ++steps) {
    auto whole = by_id.find(at->part_of());
    if (at->part_of().empty() || whole == by_id.end()) break;
    at = whole->second;
    ++depth;
  }
  return depth;
}

std::string SectionNumber(int number) {
  static constexpr const char* kNumbers[] = {"一", "二", "三", "四", "五",
                                             "六", "七", "八", "九", "十"};
  return number <= 10 ? kNumbers[number - 1] : std::to_string(number);
}

struct Line {
  int indent;
  std::string title, value, note;
};

std::vector<Line> LinesOf(const Section& section) {
  std::map<std::string, const Figure*> by_id;
  for (const Figure& figure : section.figures()) by_id[figure.id()] = &figure;
  std::vector<Line> lines;
  for (const Figure& figure : section.figures()) {
    const int depth = DepthOf(figure, by_id);
    std::string title = figure.title();
    // The first part says "of these" (其中), as printed statistics do.
    const bool first_part =
        depth > 0 && (lines.empty() || lines.back().indent < kMargin * (1 + depth));
    if (first_part) title = absl::StrCat("其中：", title);
    lines.push_back({kMargin * (1 + depth), title, ValueText(figure),
                     figure.has_denominator() && !figure.denominator_title().empty()
                         ? absl::StrCat("分母：", figure.denominator_title())
                         : ""});
  }
  return lines;
}

}  // namespace

std::string SurveyText(const reporting::v1::GetBasicSurveyResponse& survey, int width) {
  width = std::max(40, width);
  std::vector<std::vector<Line>> sections;
  int title_width = 0, value_width = 0;
  for (const Section& section : survey.sections()) {
    sections.push_back(LinesOf(section));
    for (const Line& line : sections.back()) {
      title_width = std::max(title_width, line.indent + DisplayWidth(line.title));
      value_width = std::max(value_width, DisplayWidth(line.value));
    }
  }
  value_width = std::min(value_width, width / 2);
  title_width = std::min(title_width, width - kGap - value_width);

  std::string out = Paragraph("", 0, absl::StrCat(survey.title(), " 基本情况"), width) +
                    Paragraph("", 0,
                              absl::StrCat("截至 ", DateText(survey.as_of()), " · 统计口径：",
                                           Term(survey.line())),
                              width);
  for (size_t i = 0; i < sections.size(); ++i) {
    absl::StrAppend(&out, "\n", SectionNumber(static_cast<int>(i) + 1), "、",
                    survey.sections(static_cast<int>(i)).title(), "\n");
    for (const Line& line : sections[i]) {
      const std::vector<std::string> title = WrapText(line.title, title_width - line.indent);
      for (size_t row = 0; row < title.size(); ++row) {
        std::string text = PadTo(std::string(line.indent, ' ') + title[row], title_width);
        if (row + 1 == title.size()) {
          absl::StrAppend(&text, std::string(kGap, ' '),
                          std::string(std::max(0, value_width - DisplayWidth(line.value)), ' '),
                          line.value);
        }
        text.erase(text.find_last_not_of(' ') + 1);
        absl::StrAppend(&out, text, "\n");
      }
      if (!line.note.empty()) out += Paragraph("", line.indent + kMargin, line.note, width);
    }
  }
  std::vector<std::string> revisions;
  for (const auto& [service, revision] :
       std::map<std::string, int64_t>(survey.revisions().begin(), survey.revisions().end())) {
    revisions.push_back(absl::StrCat(service, " ", revision));
  }
  if (!revisions.empty()) {
    out += "\n" + Paragraph("数据版本：", 10, absl::StrJoin(revisions, "，"), width);
  }
  return out;
}

}  // namespace zhibu::cli
