#include "services/cli/commands/reporting/survey_text.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/cli/program/output.h"
#include "services/cli/program/words.h"
#include "services/cli/terminal/table.h"

namespace zhibu::cli {
namespace {

using reporting::v1::Figure;
using reporting::v1::Section;

constexpr int kMargin = 2;  // before a figure, and more for each whole that it is a part of
constexpr int kGap = 2;     // between title and value
// Before the first part of a whole, as printed statistics have it; the other parts stand below its
// title, not below these words.
constexpr char kOfThese[] = "其中：";
constexpr int kOfTheseWidth = 6;

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
  int column;        // where the title begins
  std::string lead;  // what stands before it
  std::string title, value;
  std::string denominator;  // what it counts; empty where there is none
};

std::vector<Line> LinesOf(const Section& section) {
  std::map<std::string, const Figure*> by_id;
  for (const Figure& figure : section.figures()) by_id[figure.id()] = &figure;
  std::set<std::string> begun;  // wholes of which a part was listed
  std::vector<Line> lines;
  for (const Figure& figure : section.figures()) {
    const int column = kMargin + DepthOf(figure, by_id) * (kMargin + kOfTheseWidth);
    const bool first_part = column > kMargin && begun.insert(figure.part_of()).second;
    lines.push_back({column, first_part ? kOfThese : "", figure.title(), ValueText(figure),
                     figure.has_denominator() ? figure.denominator_title() : ""});
  }
  return lines;
}

// How many lines up to and with `at` share its denominator: it is said once for all of them.
size_t RunBefore(const std::vector<Line>& lines, size_t at) {
  size_t first = at;
  while (first > 0 && lines[first - 1].denominator == lines[at].denominator &&
         lines[first - 1].column == lines[at].column) {
    --first;
  }
  return at - first + 1;
}

bool IsLastOfRun(const std::vector<Line>& lines, size_t at) {
  return at + 1 == lines.size() || lines[at + 1].denominator != lines[at].denominator ||
         lines[at + 1].column != lines[at].column;
}

}  // namespace

std::string SurveyText(const reporting::v1::GetBasicSurveyResponse& survey, int width) {
  width = std::max(40, width);
  std::vector<std::vector<Line>> sections;
  int title_width = 0, value_width = 0;
  for (const Section& section : survey.sections()) {
    sections.push_back(LinesOf(section));
    for (const Line& line : sections.back()) {
      title_width = std::max(title_width, line.column + DisplayWidth(line.title));
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
    for (size_t at = 0; at < sections[i].size(); ++at) {
      const Line& line = sections[i][at];
      const std::vector<std::string> title = WrapText(line.title, title_width - line.column);
      for (size_t row = 0; row < title.size(); ++row) {
        const std::string lead = row == 0 ? line.lead : "";
        std::string text =
            absl::StrCat(std::string(line.column - DisplayWidth(lead), ' '), lead, title[row]);
        if (row + 1 == title.size()) {
          const int value_at = title_width + kGap + value_width - DisplayWidth(line.value);
          text = absl::StrCat(PadTo(text, value_at), line.value);
        }
        absl::StrAppend(&out, text, "\n");
      }
      if (line.denominator.empty() || !IsLastOfRun(sections[i], at)) continue;
      const size_t run = RunBefore(sections[i], at);
      out += Paragraph("", line.column + kMargin,
                       absl::StrCat(run > 1 ? absl::StrCat("以上 ", run, " 项的分母：") : "分母：",
                                    line.denominator),
                       width);
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
