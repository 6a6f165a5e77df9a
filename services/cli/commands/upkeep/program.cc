// About the program itself: help, completion, tokens, version.
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/crypto.h"
#include "common/base/version.h"
#include "services/cli/program/groups.h"
#include "services/cli/program/help.h"
#include "services/cli/program/output.h"

namespace zhibu::cli {
namespace {

absl::StatusOr<int> Help(Context& context) {
  std::string topic = context.args.Text("COMMAND");
  if (context.args.Has("WORD")) absl::StrAppend(&topic, " ", context.args.Text("WORD"));
  if (!topic.empty() && context.table.Find(topic) == nullptr && !context.table.IsFirstWord(topic)) {
    return absl::InvalidArgumentError(
        absl::StrCat("没有命令“", topic, "”；zhibu help 列出所有命令"));
  }
  context.io.out << HelpText(context.table, topic, context.io.width);
  return kDone;
}

absl::StatusOr<int> Completion(Context& context) {
  context.io.out << BashCompletion(context.table);
  return kDone;
}

absl::StatusOr<int> TokenHash(Context& context) {
  std::string token{std::istreambuf_iterator<char>(context.io.in), {}};
  absl::StripAsciiWhitespace(&token);
  if (token.empty()) return absl::InvalidArgumentError("标准输入里没有令牌");
  context.io.out << Sha256Hex(token) << "\n";
  return kDone;
}

absl::StatusOr<int> Version(Context& context) {
  context.io.out << "zhibu " << kVersion << "\n";
  return kDone;
}

}  // namespace

CommandGroup ProgramCommands() {
  return {"关于本程序",
          {
              {"help",
               "帮助：全部命令，或一个命令的选项和例子",
               {{"COMMAND", "命令", false, {}}, {"WORD", "命令的第二个词", false, {}}},
               {},
               "",
               {"zhibu help report basic"},
               Help},
              {"completion",
               "终端的命令补全脚本",
               {{"SHELL", "终端程序", true, {"bash"}}},
               {},
               "",
               {"source <(zhibu completion bash)"},
               Completion},
              {"token hash",
               "从标准输入读取令牌，输出它的 SHA-256（写进访问主体文件）",
               {},
               {},
               "访问主体文件只保存令牌的 SHA-256，令牌本身交给使用者。",
               {"zhibu token hash < token"},
               TokenHash},
              {"version", "版本", {}, {}, "", {}, Version},
          }};
}

}  // namespace zhibu::cli
