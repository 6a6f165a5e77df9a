#include "services/cli/program/help.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "services/cli/program/output.h"
#include "services/cli/terminal/table.h"

namespace zhibu::cli {
namespace {

constexpr int kIndent = 2;
constexpr int kWordsColumn = 30;

// "  words          text", the text wrapped; on its own line where the words are too long.
std::string Entry(absl::string_view words, absl::string_view text, int width) {
  const std::string first = absl::StrCat(std::string(kIndent, ' '), words);
  if (DisplayWidth(first) < kWordsColumn) return Paragraph(first, kWordsColumn, text, width);
  return absl::StrCat(first, "\n", Paragraph("", kWordsColumn, text, width));
}

std::string OptionWords(const Option& option) {
  const std::string words = absl::StrCat("--", option.name);
  return option.value.empty() ? words : absl::StrCat(words, " ", option.value);
}

// "org tree [ORG]".
std::string Synopsis(const Command& command) {
  std::string words = command.path;
  for (const Argument& argument : command.arguments) {
    absl::StrAppend(&words, " ",
                    argument.required ? argument.name : absl::StrCat("[", argument.name, "]"));
  }
  return words;
}

std::string GlobalHelp(const CommandTable& table, int width) {
  std::string out = "\n各命令通用的选项\n";
  for (const Option& option : table.global_options) {
    out += Entry(OptionWords(option), option.help, width);
  }
  return out;
}

std::string CommandHelp(const CommandTable& table, const Command& command, int width) {
  std::string out = absl::StrCat("zhibu ", command.path, "：", command.summary, "\n\n用法：zhibu ",
                                 Synopsis(command), command.options.empty() ? "" : " [选项]", "\n");
  for (absl::string_view part : absl::StrSplit(command.details, "\n\n", absl::SkipWhitespace())) {
    absl::StrAppend(&out, "\n", Paragraph("", 0, part, width));
  }
  if (!command.arguments.empty()) out += "\n参数\n";
  for (const Argument& argument : command.arguments) {
    const std::string choices =
        argument.choices.empty() ? "" : absl::StrCat("：", absl::StrJoin(argument.choices, "、"));
    out += Entry(argument.name, argument.help + choices, width);
  }
  if (!command.options.empty()) out += "\n选项\n";
  for (const Option& option : command.options) {
    out += Entry(OptionWords(option),
                 absl::StrCat(option.help, option.repeated ? "（可重复）" : ""), width);
  }
  out += GlobalHelp(table, width);
  if (!command.examples.empty()) out += "\n例子\n";
  for (const std::string& example : command.examples) absl::StrAppend(&out, "  ", example, "\n");
  return out;
}

std::vector<const Command*> AllCommands(const CommandTable& table) {
  std::vector<const Command*> all;
  for (const CommandGroup& group : table.groups) {
    for (const Command& command : group.commands) all.push_back(&command);
  }
  return all;
}

std::string Joined(const std::set<std::string>& words) { return absl::StrJoin(words, " "); }

}  // namespace

std::string Overview(const CommandTable& table, int width) {
  std::string out = "zhibu：学校党支部台账的命令行\n\n用法：zhibu 命令 [参数] [选项]\n";
  for (const CommandGroup& group : table.groups) {
    absl::StrAppend(&out, "\n", group.title, "\n");
    for (const Command& command : group.commands) {
      out += Entry(Synopsis(command), command.summary, width);
    }
  }
  out += GlobalHelp(table, width);
  out += "\n退出码\n";
  for (const auto& [code, text] : std::vector<std::pair<int, std::string>>{
           {kDone, "完成"},
           {kRefused, "不符合规则而被拒绝，或查出了问题（数据损坏、服务未就绪、导入有误）"},
           {kUsage, "命令写得不对，或填写的内容格式有误"},
           {kUnreachable, "连不上某个服务，或没有在时限内答复"},
           {kNotAllowed, "没有令牌、没有权限，或没有这条记录"},
           {kInternal, "内部错误"}}) {
    out += Entry(std::to_string(code), text, width);
  }
  absl::StrAppend(&out, "\n",
                  Paragraph("", 0,
                            "ORG 等参数可以只写 id，也可以写完整的资源名（organisations/id）。"
                            "zhibu help 命令 显示一个命令的全部选项和例子。",
                            width));
  return out;
}

std::string HelpText(const CommandTable& table, const std::string& topic, int width) {
  if (const Command* command = table.Find(topic)) return CommandHelp(table, *command, width);
  if (!table.IsFirstWord(topic)) return Overview(table, width);
  std::string out = absl::StrCat("zhibu ", topic, "：\n\n");
  for (const Command* command : AllCommands(table)) {
    if (absl::StartsWith(command->path, topic + " ")) {
      out += Entry(Synopsis(*command), command->summary, width);
    }
  }
  return out + "\nzhibu help 命令 显示一个命令的全部选项和例子。\n";
}

std::string BashCompletion(const CommandTable& table) {
  std::set<std::string> global, takes_value, first_words;
  std::map<std::string, std::vector<std::string>> choices;  // option → its values
  std::map<std::string, std::set<std::string>> after;       // words so far → what may follow
  const auto note = [&](const Option& option) {
    const std::string name = absl::StrCat("--", option.name);
    if (option.kind != ValueKind::kFlag) takes_value.insert(name);
    if (!option.choices.empty()) choices[name] = option.choices;
    return name;
  };
  for (const Option& option : table.global_options) global.insert(note(option));
  for (const Command* command : AllCommands(table)) {
    const std::vector<std::string> words = absl::StrSplit(command->path, ' ');
    first_words.insert(words[0]);
    if (words.size() == 2) after[words[0]].insert(words[1]);
    std::set<std::string>& here = after[command->path];
    for (const Option& option : command->options) here.insert(note(option));
    for (const Argument& argument : command->arguments) {
      here.insert(argument.choices.begin(), argument.choices.end());
    }
  }

  std::string out =
      "# bash completion for zhibu: source <(zhibu completion bash)\n"
      "_zhibu() {\n"
      "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
      "  local typed='' word i\n"
      "  COMPREPLY=()\n"
      "  case $prev in\n";
  for (const auto& [option, values] : choices) {
    takes_value.erase(option);
    absl::StrAppend(&out, "    ", option, ") COMPREPLY=($(compgen -W '", absl::StrJoin(values, " "),
                    "' -- \"$cur\")); return ;;\n");
  }
  // What follows is the user's: a path, a date. Nothing here means that bash offers file names.
  absl::StrAppend(&out, "    ", absl::StrJoin(takes_value, "|"), ") return ;;\n  esac\n");
  for (const auto& [option, values] : choices) takes_value.insert(option);
  absl::StrAppend(&out,
                  "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
                  "    word=${COMP_WORDS[i]}\n"
                  "    case $word in\n"
                  "      ",
                  absl::StrJoin(takes_value, "|"),
                  ") ((i++)) ;;\n"
                  "      -*) ;;\n"
                  "      *) typed+=\"${typed:+ }$word\" ;;\n"
                  "    esac\n"
                  "  done\n"
                  "  local options='",
                  Joined(global),
                  "'\n"
                  "  case $typed in\n"
                  "    '') COMPREPLY=($(compgen -W '",
                  Joined(first_words), "' -- \"$cur\")) ;;\n");
  after["help"].insert(first_words.begin(), first_words.end());
  // Longer ones first: "org tree" before "org".
  std::vector<std::string> typed;
  for (const auto& [words, next] : after) typed.push_back(words);
  std::sort(typed.begin(), typed.end(), [](const std::string& a, const std::string& b) {
    return std::count(a.begin(), a.end(), ' ') > std::count(b.begin(), b.end(), ' ');
  });
  for (const std::string& words : typed) {
    absl::StrAppend(&out, "    '", words, "'|'", words, " '*) COMPREPLY=($(compgen -W \"",
                    Joined(after[words]), table.Find(words) ? " $options" : "",
                    "\" -- \"$cur\")) ;;\n");
  }
  out += "  esac\n}\ncomplete -o default -F _zhibu zhibu\n";
  return out;
}

}  // namespace zhibu::cli
