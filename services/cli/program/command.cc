#include "services/cli/program/command.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/civil.h"
#include "common/base/status.h"

namespace zhibu::cli {
namespace {

absl::Status Usage(absl::string_view message) { return absl::InvalidArgumentError(message); }

// Where help about what was typed so far is to be had.
std::string HelpFor(const Command* command) {
  return command == nullptr ? "zhibu help" : absl::StrCat("zhibu help ", command->path);
}

const Option* FindOption(const std::vector<Option>& options, absl::string_view name) {
  for (const Option& option : options) {
    if (option.name == name) return &option;
  }
  return nullptr;
}

absl::Status CheckChoice(absl::string_view what, const std::vector<std::string>& choices,
                         const std::string& value) {
  if (choices.empty() || std::find(choices.begin(), choices.end(), value) != choices.end()) {
    return absl::OkStatus();
  }
  return Usage(
      absl::StrCat(what, " 只能是：", absl::StrJoin(choices, "、"), "（不能是“", value, "”）"));
}

absl::Status CheckValue(const Option& option, const std::string& value) {
  const std::string name = absl::StrCat("--", option.name);
  int number = 0;
  switch (option.kind) {
    case ValueKind::kDate:
      if (!ParseDate(value).ok()) {
        return Usage(absl::StrCat(name, " 需要一个日期，例如 2026-11-23（不能是“", value, "”）"));
      }
      return absl::OkStatus();
    case ValueKind::kNumber:
      if (!absl::SimpleAtoi(value, &number) || number < 0) {
        return Usage(absl::StrCat(name, " 需要一个不为负的整数（不能是“", value, "”）"));
      }
      return absl::OkStatus();
    default:
      return CheckChoice(name, option.choices, value);
  }
}

// Reads the words from left to right: the first one or two that are no options name the command,
// the others are its arguments. Options may stand anywhere; those of a command only behind it.
class Reading {
 public:
  Reading(const CommandTable& table, const std::vector<std::string>& words)
      : table_(table), words_(words) {}

  absl::StatusOr<Invocation> Run() {
    for (; at_ < words_.size(); ++at_) {
      const std::string& word = words_[at_];
      if (!only_words_ && word == "--") {
        only_words_ = true;
      } else if (!only_words_ && word.size() > 1 && word[0] == '-') {
        ZHIBU_RETURN_IF_ERROR(ReadOption(word));
      } else if (out_.command == nullptr) {
        ZHIBU_RETURN_IF_ERROR(ReadCommand(word));
      } else {
        ZHIBU_RETURN_IF_ERROR(ReadArgument(word));
      }
    }
    if (out_.command == nullptr) {
      if (first_.empty()) return Usage("请写出命令；zhibu help 列出所有命令");
      return Usage(absl::StrCat("“", first_, "”后面还要写一个词：", SecondWords()));
    }
    for (size_t i = next_argument_; i < out_.command->arguments.size(); ++i) {
      if (!out_.command->arguments[i].required) break;
      return Usage(absl::StrCat("缺少参数 ", out_.command->arguments[i].name, "：",
                                out_.command->arguments[i].help, "；用法见 ",
                                HelpFor(out_.command)));
    }
    return std::move(out_);
  }

 private:
  std::string SecondWords() const {
    std::vector<std::string> words;
    for (const CommandGroup& group : table_.groups) {
      for (const Command& command : group.commands) {
        if (absl::StartsWith(command.path, first_ + " ")) {
          words.push_back(command.path.substr(first_.size() + 1));
        }
      }
    }
    return absl::StrJoin(words, "、");
  }

  absl::Status ReadCommand(const std::string& word) {
    const std::string path = first_.empty() ? word : absl::StrCat(first_, " ", word);
    out_.command = table_.Find(path);
    if (out_.command != nullptr) return absl::OkStatus();
    if (first_.empty() && table_.IsFirstWord(word)) {
      first_ = word;
      return absl::OkStatus();
    }
    if (first_.empty()) {
      return Usage(absl::StrCat("没有命令“", word, "”；zhibu help 列出所有命令"));
    }
    return Usage(absl::StrCat("没有命令“", path, "”；“", first_, "”后面可以写：", SecondWords()));
  }

  absl::Status ReadArgument(const std::string& word) {
    const Command& command = *out_.command;
    if (next_argument_ == command.arguments.size()) {
      return Usage(absl::StrCat("多余的参数“", word, "”；用法见 ", HelpFor(&command)));
    }
    const Argument& argument = command.arguments[next_argument_++];
    if (word.empty()) return Usage(absl::StrCat("参数 ", argument.name, " 是空的"));
    ZHIBU_RETURN_IF_ERROR(CheckChoice(argument.name, argument.choices, word));
    out_.args.Add(argument.name, word);
    return absl::OkStatus();
  }

  absl::Status ReadOption(const std::string& word) {
    const size_t equals = word.find('=');
    const std::string name = absl::StartsWith(word, "--")
                                 ? word.substr(2, equals == word.npos ? equals : equals - 2)
                                 : "";
    const Option* option = FindOption(table_.global_options, name);
    if (option == nullptr && out_.command != nullptr) {
      option = FindOption(out_.command->options, name);
    }
    if (option == nullptr) {
      return Usage(absl::StrCat("没有选项 ", word.substr(0, equals), "；可用的选项见 ",
                                HelpFor(out_.command)));
    }
    if (out_.args.Has(option->name) && !option->repeated) {
      return Usage(absl::StrCat("选项 --", option->name, " 只能写一次"));
    }
    if (option->kind == ValueKind::kFlag) {
      if (equals != word.npos) return Usage(absl::StrCat("选项 --", option->name, " 不带值"));
      out_.args.Add(option->name, "");
      return absl::OkStatus();
    }
    if (equals == word.npos && at_ + 1 == words_.size()) {
      return Usage(absl::StrCat("选项 --", option->name, " 后面要写 ", option->value));
    }
    const std::string value = equals == word.npos ? words_[++at_] : word.substr(equals + 1);
    ZHIBU_RETURN_IF_ERROR(CheckValue(*option, value));
    out_.args.Add(option->name, value);
    return absl::OkStatus();
  }

  const CommandTable& table_;
  const std::vector<std::string>& words_;
  size_t at_ = 0;
  bool only_words_ = false;
  std::string first_;
  size_t next_argument_ = 0;
  Invocation out_;
};

// The words that name a command or the beginning of one, whatever stands between and behind them.
Invocation HelpAbout(const CommandTable& table, const std::vector<std::string>& words) {
  Invocation out;
  out.help = true;
  for (const std::string& word : words) {
    if (absl::StartsWith(word, "-")) continue;
    const std::string path = out.topic.empty() ? word : absl::StrCat(out.topic, " ", word);
    out.command = table.Find(path);
    if (out.command == nullptr && !table.IsFirstWord(path)) break;
    out.topic = path;
    if (out.command != nullptr) break;
  }
  return out;
}

}  // namespace

std::string Arguments::Text(const std::string& name) const {
  auto it = values_.find(name);
  return it == values_.end() ? "" : it->second.back();
}

std::vector<std::string> Arguments::All(const std::string& name) const {
  auto it = values_.find(name);
  return it == values_.end() ? std::vector<std::string>() : it->second;
}

std::optional<absl::CivilDay> Arguments::Date(const std::string& name) const {
  if (!Has(name)) return std::nullopt;
  return *ParseDate(Text(name));
}

int Arguments::Number(const std::string& name, int otherwise) const {
  int number = otherwise;
  if (Has(name) && !absl::SimpleAtoi(Text(name), &number)) return otherwise;
  return number;
}

const Command* CommandTable::Find(absl::string_view path) const {
  for (const CommandGroup& group : groups) {
    for (const Command& command : group.commands) {
      if (command.path == path) return &command;
    }
  }
  return nullptr;
}

bool CommandTable::IsFirstWord(absl::string_view word) const {
  for (const CommandGroup& group : groups) {
    for (const Command& command : group.commands) {
      if (absl::StartsWith(command.path, absl::StrCat(word, " "))) return true;
    }
  }
  return false;
}

absl::StatusOr<Invocation> Parse(const CommandTable& table, const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    if (word == "--") break;
    if (word == "--help" || word == "-h") return HelpAbout(table, words);
  }
  return Reading(table, words).Run();
}

}  // namespace zhibu::cli
