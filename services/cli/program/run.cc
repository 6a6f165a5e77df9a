#include "services/cli/program/run.h"

#include "services/cli/program/groups.h"
#include "services/cli/program/help.h"
#include "services/cli/program/output.h"

namespace zhibu::cli {

const CommandTable& Commands() {
  static const CommandTable& table = *new CommandTable{
      {OrganisationCommands(), StandingCommands(), LeadershipCommands(), ReorganisationCommands(),
       MemberCommands(), TransferCommands(), QuotaCommands(), ActivityCommands(), ReportCommands(),
       DataCommands(), PrivacyCommands(), RulesCommands(), CareCommands(), CallCommands(),
       ProgramCommands()},
      GlobalOptions()};
  return table;
}

int RunCli(const std::vector<std::string>& words, Io& io) {
  const CommandTable& table = Commands();
  if (words == std::vector<std::string>{"--version"}) return RunCli({"version"}, io);
  if (words.empty()) {
    io.err << Overview(table, io.width);
    return kUsage;
  }
  absl::StatusOr<Invocation> invocation = Parse(table, words);
  if (!invocation.ok()) {
    io.err << ErrorText(invocation.status(), io.width);
    return kUsage;
  }
  if (invocation->help) {
    io.out << HelpText(table, invocation->topic, io.width);
    return kDone;
  }
  Session session(invocation->args, io);
  Context context{table, invocation->args, io, session};
  absl::StatusOr<int> code = invocation->command->run(context);
  io.out.flush();
  if (code.ok()) return *code;
  io.err << (context.json() ? ErrorJson(code.status()) : ErrorText(code.status(), io.width));
  return ExitCodeOf(code.status());
}

}  // namespace zhibu::cli
