// zhibu status and zhibu verify: is everything running, and is everything as it was written?
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "services/cli/commands/upkeep/health.h"
#include "services/cli/commands/upkeep/verify.h"
#include "services/cli/program/groups.h"
#include "services/cli/program/json.h"
#include "services/cli/program/output.h"
#include "services/cli/terminal/table.h"

namespace zhibu::cli {
namespace {

int64_t RevisionOf(const std::vector<ServiceHealth>& all, const std::string& name) {
  for (const ServiceHealth& health : all) {
    if (health.name == name && health.head) return health.head->revision();
  }
  return -1;
}

std::map<std::string, int64_t> Followed(const ServiceHealth& health) {
  return {health.head->followed().begin(), health.head->followed().end()};
}

// "registry 120（落后 3）".
std::string FollowedText(const std::vector<ServiceHealth>& all, const ServiceHealth& health) {
  std::string out;
  if (!health.head) return out;
  for (const auto& [name, revision] : Followed(health)) {
    const int64_t behind = RevisionOf(all, name) - revision;
    absl::StrAppend(&out, out.empty() ? "" : "，", name, " ", revision,
                    behind > 0 ? absl::StrCat("（落后 ", behind, "）") : "");
  }
  return out;
}

int StatusCode(const std::vector<ServiceHealth>& all) {
  int code = kDone;
  for (const ServiceHealth& health : all) {
    // Not answering is the worse news.
    if (!health.reached.ok()) return kUnreachable;
    if (!health.ready || !health.live) code = kRefused;
  }
  return code;
}

std::string StatusJson(const std::vector<ServiceHealth>& all) {
  std::vector<std::string> services;
  for (const ServiceHealth& health : all) {
    JsonObject service;
    service.Text("name", health.name)
        .Text("address", health.address)
        .Bool("reached", health.reached.ok())
        .Bool("ready", health.ready)
        .Bool("live", health.live);
    if (health.head) {
      JsonObject followed, lag;
      for (const auto& [name, revision] : Followed(health)) {
        const int64_t newest = RevisionOf(all, name);
        followed.Number(name, revision);
        if (newest >= 0) lag.Number(name, newest - revision);
      }
      service.Number("revision", health.head->revision())
          .Text("version", health.head->version())
          .Raw("followed", followed.text())
          .Raw("lag", lag.text());
    }
    services.push_back(service.text());
  }
  return JsonObject().Raw("services", JsonList(services)).text() + "\n";
}

absl::StatusOr<int> Status(Context& context) {
  const std::vector<ServiceHealth> all = AskHealth(context.session);
  const int code = StatusCode(all);
  if (context.json()) {
    context.io.out << StatusJson(all);
    return code;
  }
  Table table;
  table.AddColumn("服务");
  table.AddColumn("地址", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("就绪");
  table.AddColumn("运行");
  table.AddColumn("修订号", Align::kRight);
  table.AddColumn("版本");
  table.AddColumn("已跟随", Align::kLeft, /*can_wrap=*/true);
  std::string notes;
  for (const ServiceHealth& health : all) {
    const auto yes = [&](bool is) {
      return !health.reached.ok() ? std::string("连不上") : std::string(is ? "是" : "否");
    };
    table.AddRow({health.title, health.address, yes(health.ready), yes(health.live),
                  health.head ? std::to_string(health.head->revision()) : "",
                  health.head ? health.head->version() : "", FollowedText(all, health)});
    if (health.reached.ok() && !health.head_status.ok()) {
      notes += Paragraph(
          "注意：", 6, absl::StrCat(health.title, "的修订号看不到：", health.head_status.message()),
          context.io.width);
    }
  }
  context.io.out << table.Render(context.io.width) << (notes.empty() ? "" : "\n") << notes;
  return code;
}

std::string VerifyJson(const std::vector<JournalCheck>& checks) {
  std::vector<std::string> journals;
  for (const JournalCheck& check : checks) {
    JsonObject journal;
    journal.Text("journal", check.journal).Bool("ok", check.status.ok());
    if (check.verified >= 0) journal.Number("verified", check.verified);
    if (check.damaged_revision > 0) journal.Number("damagedRevision", check.damaged_revision);
    journal.Text("message", std::string(check.status.message()));
    journals.push_back(journal.text());
  }
  return JsonObject().Raw("journals", JsonList(journals)).text() + "\n";
}

absl::StatusOr<int> Verify(Context& context) {
  std::vector<JournalCheck> checks;
  if (context.args.Has("data")) {
    ZHIBU_ASSIGN_OR_RETURN(checks, VerifyFolder(context.args.Text("data")));
  } else {
    ZHIBU_RETURN_IF_ERROR(context.session.Token().status());
    checks =
        VerifyServices(context.session, context.args.Has("timeout") ? context.session.timeout()
                                                                    : absl::InfiniteDuration());
  }
  // Damage first: it is what was asked for.
  int code = kDone;
  for (const JournalCheck& check : checks) {
    if (check.status.ok() || code == kRefused) continue;
    code = ExitCodeOf(check.status);
  }
  if (context.json()) {
    context.io.out << VerifyJson(checks);
    return code;
  }
  Table table;
  table.AddColumn("日志", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("已核对到", Align::kRight);
  table.AddColumn("结果", Align::kLeft, /*can_wrap=*/true);
  for (const JournalCheck& check : checks) {
    table.AddRow({check.journal, check.verified < 0 ? "" : std::to_string(check.verified),
                  check.status.ok() ? "完好" : std::string(check.status.message())});
  }
  context.io.out << table.Render(context.io.width);
  return code;
}

}  // namespace

CommandGroup CareCommands() {
  return {"运行和核对",
          {
              {"status",
               "四个服务的状况：是否就绪、修订号、互相跟随到哪里",
               {},
               {},
               "就绪：可以办理业务；运行：进程有应答。全部就绪时退出码为 0。",
               {"zhibu status", "zhibu status --json"},
               Status},
              {"verify",
               "核对变更日志的校验链：有没有被改动或损坏",
               {},
               {{"data", "DIR",
                 "不经过服务，直接核对这个目录下的各个数据目录（只读；服务在运行时也可以）",
                 ValueKind::kPath}},
               "每条记录的校验值都由前一条的校验值和本条内容算出，所以改动、丢失或损坏任何一条都查"
               "得出。"
               "不写 --data 时，从每个服务读取全部变更流来核对（需要审计员或管理员的令牌）。",
               {"zhibu verify", "zhibu verify --data zhibu-data"},
               Verify},
          }};
}

}  // namespace zhibu::cli
