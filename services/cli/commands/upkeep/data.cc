// zhibu import and zhibu generate: books as folders of CSV files.
#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "services/cli/generate/generate.h"
#include "services/cli/import/import.h"
#include "services/cli/program/groups.h"
#include "services/cli/program/json.h"
#include "services/cli/program/output.h"
#include "services/cli/program/progress.h"
#include "services/cli/terminal/table.h"

namespace zhibu::cli {
namespace {

std::string ImportJson(const ImportResult& result, bool done) {
  std::vector<std::string> files, errors;
  for (const FileResult& file : result.files) {
    JsonObject object;
    object.Text("file", SpecOf(file.kind).name)
        .Number("rows", file.rows)
        .Number("alreadyThere", file.already_there);
    files.push_back(object.text());
  }
  for (const RowError& error : result.errors) {
    JsonObject object;
    object.Text("file", error.file)
        .Number("line", error.line)
        .Text("column", error.column)
        .Text("reason", error.reason)
        .Text("message", error.message);
    errors.push_back(object.text());
  }
  JsonObject revisions, all;
  for (const auto& [service, revision] : result.revisions) revisions.Number(service, revision);
  all.Bool("done", done)
      .Raw("files", JsonList(files))
      .Raw("errors", JsonList(errors))
      .Number("totalErrors", static_cast<int64_t>(result.total_errors))
      .Number("warnedSteps", result.warned_steps)
      .Raw("revisions", revisions.text());
  return all.text() + "\n";
}

std::string ErrorTable(const ImportResult& result, int width) {
  Table table;
  table.AddColumn("文件");
  table.AddColumn("行", Align::kRight);
  table.AddColumn("列", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("问题", Align::kLeft, /*can_wrap=*/true);
  for (const RowError& error : result.errors) {
    table.AddRow({error.file, error.line == 0 ? "" : std::to_string(error.line), error.column,
                  absl::StrCat(error.message, "（", error.reason, "）")});
  }
  std::string out = table.Render(width);
  if (result.total_errors > result.errors.size()) {
    absl::StrAppend(&out, "另有 ", result.total_errors - result.errors.size(),
                    " 处问题没有列出。\n");
  }
  return out;
}

std::string ResultTable(const ImportResult& result, int width) {
  Table table;
  table.AddColumn("文件");
  table.AddColumn("行数", Align::kRight);
  table.AddColumn("其中原已登记", Align::kRight);
  for (const FileResult& file : result.files) {
    table.AddRow(
        {SpecOf(file.kind).name, std::to_string(file.rows), std::to_string(file.already_there)});
  }
  return table.Render(width);
}

absl::StatusOr<int> Import(Context& context) {
  const std::string folder = context.args.Text("FOLDER");
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error)) {
    return absl::InvalidArgumentError(absl::StrCat("没有这个文件夹：", folder));
  }
  ImportServices services;
  services.registry = context.session.registry().channel;
  services.membership = context.session.membership().channel;
  services.activity = context.session.activity().channel;
  services.reporting = context.session.reporting().channel;
  ImportOptions options;
  options.check_only = context.args.Has("check-only");
  if (!options.check_only) {
    ZHIBU_ASSIGN_OR_RETURN(services.token, context.session.Token());
  }
  options.call_timeout = context.session.timeout();
  ImportResult result;
  ProgressLines progress(context.io);
  const absl::Status status = ImportFolder(
      options, folder, services,
      [&](const ImportProgress& at) {
        if (!at.waiting_for.empty()) {
          progress.Say(absl::StrCat("等待 ", at.waiting_for, " 看到全部内容……"));
        } else {
          progress.Show(at.file, at.done, at.total);
        }
      },
      &result);
  progress.End();
  if (context.json()) {
    context.io.out << ImportJson(result, status.ok());
  } else if (!result.errors.empty()) {
    context.io.out << ErrorTable(result, context.io.width);
  }
  if (!status.ok()) {
    // Rows at fault are what an import is there to find; how the command was typed was right.
    if (absl::IsInvalidArgument(status)) {
      return absl::FailedPreconditionError(std::string(status.message()));
    }
    // What rows were refused for is in the table, and needs no service's name before it.
    return result.errors.empty() ? context.session.Explained(status) : status;
  }
  if (context.json()) return kDone;
  context.io.out << (options.check_only ? "检查完毕，没有发现问题，也没有写入。\n\n"
                                        : "导入完毕。\n\n")
                 << ResultTable(result, context.io.width);
  if (result.warned_steps > 0) {
    context.io.out << "\n有 " << result.warned_steps
                   << " 个发展步骤带有提醒，zhibu member steps 可以逐份查看。\n";
  }
  return kDone;
}

absl::StatusOr<int> Generate(Context& context) {
  const Arguments& args = context.args;
  GenerateOptions options;
  ZHIBU_RETURN_IF_ERROR(ParseCountyKind(args.Text("KIND"), &options.kind));
  options.today = args.Date("today").value_or(context.io.clock->Today());
  options.seed = static_cast<uint64_t>(args.Number("seed", 1));
  options.members = args.Number("size", static_cast<int>(options.members));
  options.branch_members = args.Number("branch-members", options.branch_members);
  options.activity_months = args.Number("activity-months", options.activity_months);
  GenerateSummary summary;
  ZHIBU_RETURN_IF_ERROR(GenerateCounty(options, args.Text("FOLDER"), &summary));
  if (context.json()) {
    JsonObject object;
    object.Text("folder", args.Text("FOLDER"))
        .Text("root", summary.root)
        .Number("organisations", summary.organisations)
        .Number("institutions", summary.institutions)
        .Number("posts", summary.posts)
        .Number("persons", summary.persons)
        .Number("steps", summary.steps)
        .Number("activities", summary.activities);
    context.io.out << object.text() << "\n";
    return kDone;
  }
  context.io.out << "已写入 " << args.Text("FOLDER") << "：党组织 " << summary.organisations
                 << " 个，单位 " << summary.institutions << " 个，职务 " << summary.posts
                 << " 个，人员 " << summary.persons << " 人，发展步骤 " << summary.steps
                 << " 个，组织生活 " << summary.activities
                 << " 次。\n导入后可以看：zhibu report basic " << summary.root << "\n";
  return kDone;
}

}  // namespace

CommandGroup DataCommands() {
  const Option check{"check-only", "", "只检查，不写入", ValueKind::kFlag};
  return {
      "导入和示例",
      {
          {"import",
           "导入一个文件夹的台账（CSV 文件，UTF-8，中文表头）",
           {{"FOLDER", "文件夹", true, {}}},
           {check},
           "先检查全部文件：每一处问题都列出文件、行、列和原因，有问题就什么也不写入。"
           "同一文件夹可以重复导入，不会重复登记。",
           {"zhibu import 台账 --check-only", "zhibu import 台账"},
           Import},
          {"generate",
           "生成一个示例县或省的台账（人员都是虚构的）",
           {{"KIND",
             "哪一种：r1、r2 是两份调研报告的县，county、province 可以指定大小",
             true,
             {"r1", "r2", "county", "province"}},
            {"FOLDER", "写到这个文件夹；没有就新建", true, {}}},
           {{"seed", "N", "随机数种子；相同的种子和日期生成完全相同的文件；默认 1",
             ValueKind::kNumber},
            {"size", "N", "党员人数（只用于 county 和 province）；默认 2000", ValueKind::kNumber},
            {"today", "DATE", "台账记到哪一天；默认今天", ValueKind::kDate},
            {"branch-members", "N", "每个支部的党员人数，8–50；默认 25", ValueKind::kNumber},
            {"activity-months", "N", "记录最近几个月的组织生活，0–60；默认 12",
             ValueKind::kNumber}},
           "",
           {"zhibu generate r2 示例县 --today 2026-06-30"},
           Generate},
      }};
}

}  // namespace zhibu::cli
