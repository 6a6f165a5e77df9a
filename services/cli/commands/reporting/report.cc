// zhibu report: the figures of an organisation, what they count, and who owes what below it.
#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "services/cli/commands/reporting/survey_text.h"
#include "services/cli/program/groups.h"
#include "services/cli/program/output.h"
#include "services/cli/program/owed_text.h"
#include "services/cli/program/titles.h"
#include "services/cli/program/words.h"
#include "services/cli/terminal/table.h"
#include "zhibu/reporting/v1/reporting_service.grpc.pb.h"

namespace zhibu::cli {
namespace {

using reporting::v1::ReportingService;

absl::StatusOr<int> Basic(Context& context) {
  reporting::v1::GetBasicSurveyRequest request;
  ZHIBU_ASSIGN_OR_RETURN(*request.mutable_root(),
                         ResourceName(kOrganisations, context.args.Text("ORG")));
  request.set_line(LineOf(context.args, type::v1::LINE_EITHER));
  if (const auto day = context.args.Date("as-of")) *request.mutable_as_of() = ToProto(*day);
  request.set_period_years(context.args.Number("years", 0));
  reporting::v1::GetBasicSurveyResponse response;
  ZHIBU_RETURN_IF_ERROR(context.session.Call(
      context.session.reporting(), &ReportingService::Stub::GetBasicSurvey, request, &response));
  if (context.json()) return PrintJson(context, response);
  context.io.out << SurveyText(response, context.io.width);
  return kDone;
}

absl::StatusOr<int> Owed(Context& context) {
  reporting::v1::ListOwedRequest request;
  ZHIBU_ASSIGN_OR_RETURN(*request.mutable_root(),
                         ResourceName(kOrganisations, context.args.Text("ORG")));
  request.set_line(LineOf(context.args, type::v1::LINE_EITHER));
  const absl::CivilDay day = context.args.Date("as-of").value_or(context.io.clock->Today());
  *request.mutable_as_of() = ToProto(day);
  request.set_open_only(context.args.Has("open-only"));
  const int limit = context.args.Number("limit", 0);
  if (limit > 0) request.set_page_size(std::min(limit, 1000));
  reporting::v1::ListOwedResponse all;
  ZHIBU_RETURN_IF_ERROR(context.session.CallPages(context.session.reporting(),
                                                  &ReportingService::Stub::ListOwed, request, &all,
                                                  [&](const reporting::v1::ListOwedResponse& page) {
                                                    return limit > 0 && page.items_size() >= limit;
                                                  }));
  if (limit > 0 && all.items_size() > limit) {
    all.mutable_items()->DeleteSubrange(limit, all.items_size() - limit);
  }
  if (context.json()) return PrintJson(context, all);

  std::set<std::string> names = {request.root()};
  for (const auto& item : all.items()) names.insert(item.organisation());
  const Titles titles(context, names, request.root());
  const auto& totals = all.totals();
  const int count = totals.done() + totals.owed() + totals.missing();
  const int listed = request.open_only() ? count - totals.done() : count;
  std::string out =
      Paragraph("", 0,
                absl::StrCat(titles.Of(request.root()), " 应开展的组织生活 · ",
                             FormatDate(day), " 所在的各周期 · 统计口径：", Term(request.line())),
                context.io.width);
  absl::StrAppend(&out, "应开展 ", count, " 项：已完成 ", RatioText(totals.done(), count),
                  "，待开展 ", totals.owed(), "，未开展 ", totals.missing(), "\n\n");
  if (all.items().empty() && count > 0) {
    out += "没有待办的组织生活。\n";
  } else {
    out += OwedText(
        {all.items().begin(), all.items().end()},
        [&](const std::string& name) { return titles.Of(name); },
        /*with_organisation=*/true, context.io.width);
  }
  if (all.items_size() < listed) {
    absl::StrAppend(&out, "\n另有 ", listed - all.items_size(), " 项没有列出。\n");
  }
  context.io.out << out;
  return kDone;
}

absl::StatusOr<int> Definitions(Context& context) {
  reporting::v1::ListFigureDefinitionsResponse all;
  ZHIBU_RETURN_IF_ERROR(context.session.CallPages(
      context.session.reporting(), &ReportingService::Stub::ListFigureDefinitions,
      reporting::v1::ListFigureDefinitionsRequest(), &all));
  if (context.json()) return PrintJson(context, all);
  Table table;
  table.AddColumn("指标", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("单位");
  table.AddColumn("分母", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("编号", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("部分", Align::kLeft, /*can_wrap=*/true);
  for (const auto& figure : all.definitions()) {
    table.AddRow({absl::StrCat(figure.part_of().empty() ? "" : "其中：", figure.title()),
                  figure.unit(), figure.denominator_title(), figure.id(), figure.section()});
  }
  context.io.out << "统计指标 · 共 " << all.definitions_size() << " 项\n\n"
                 << table.Render(context.io.width);
  return kDone;
}

}  // namespace

CommandGroup ReportCommands() {
  const Argument org{"ORG", "党组织的编号", true, {}};
  return {
      "统计",
      {
          {"report basic",
           "基本情况：一个党组织及其下级的各项数字",
           {org},
           {LineOption("either"),
            {"years", "N", "“近几年”是几年，1–10；默认 2", ValueKind::kNumber}},
           "数字来自逐条记录，任何一天的都可以查。比率同时给出分子和分母，并说明分母是什么；"
           "没有登记的写“未登记”，不当作 0。",
           {"zhibu report basic jyj-dw", "zhibu report basic jyj-dw --as-of 2025-12-31 --json"},
           Basic},
          {"report owed",
           "谁还欠哪些组织生活（应开展未开展）",
           {org},
           {LineOption("either"),
            {"open-only", "", "不列出已完成的", ValueKind::kFlag},
            {"limit", "N", "最多列出 N 项；默认全部", ValueKind::kNumber}},
           "列出 --as-of 那一天（默认今天）所在的各周期，按今天的完成情况。待开展：期限还没有到；"
           "未开展：期限已过。",
           {"zhibu report owed jyj-dw --open-only"},
           Owed},
          {"report figures",
           "统计哪些指标：名称、单位、分母口径和编号",
           {},
           {},
           "",
           {"zhibu report figures", "zhibu report figures --json"},
           Definitions},
      }};
}

}  // namespace zhibu::cli
