#include "services/cli/program/owed_text.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "services/cli/program/output.h"
#include "services/cli/program/words.h"
#include "services/cli/terminal/table.h"
#include "zhibu/type/v1/owed_item.pb.h"

namespace zhibu::cli {
namespace {

// "11月1日起": the period's end, with the year, has a column of its own.
std::string Period(const type::v1::OwedItem& item) {
  const auto from = FromProto(item.period_from());
  const auto due = FromProto(item.due_on());
  if (!from.ok() || !due.ok()) return "";
  const std::string start =
      absl::StrCat(from->year() == due->year() ? "" : absl::StrCat(from->year(), "年"),
                   from->month(), "月", from->day(), "日");
  return absl::StrCat(start, "起");
}

}  // namespace

std::string OwedText(const std::vector<type::v1::OwedItem>& items,
                     const std::function<std::string(const std::string&)>& title_of,
                     bool with_organisation, int width) {
  if (items.empty()) return "没有应开展的组织生活。\n";
  Table table;
  if (with_organisation) table.AddColumn("党组织", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("事项");
  table.AddColumn("期间");
  table.AddColumn("截止日期");
  table.AddColumn("状态");
  table.AddColumn("已开展/应开展", Align::kRight);
  std::map<std::string, std::string> citations;
  std::string last;
  for (const type::v1::OwedItem& item : items) {
    std::vector<std::string> row;
    if (with_organisation)
      row.push_back(item.organisation() == last ? "" : title_of(item.organisation()));
    last = item.organisation();
    row.insert(row.end(), {item.title(), Period(item), DateText(item.due_on()), Term(item.state()),
                           absl::StrCat(item.held(), "/", item.owed())});
    table.AddRow(std::move(row));
    const std::string why = CitationWords(item.citation());
    if (!why.empty()) citations[item.title()] = why;
  }
  std::string out = table.Render(width);
  if (!citations.empty()) out += "\n依据\n";
  for (const auto& [what, why] : citations) {
    out += Paragraph(absl::StrCat("  ", what, "："), 24, why, width);
  }
  return out;
}

}  // namespace zhibu::cli
