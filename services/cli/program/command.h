// The table of commands: what there is, what each takes, and what it does. Parsing, help and shell
// completion all read this one table, so none of them can say something else than the others.

#ifndef ZHIBU_SERVICES_CLI_PROGRAM_COMMAND_H_
#define ZHIBU_SERVICES_CLI_PROGRAM_COMMAND_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"

namespace zhibu::cli {

struct Context;  // session.h

enum class ValueKind { kFlag, kText, kDate, kNumber, kChoice, kPath };

// An option "--name" or "--name VALUE".
struct Option {
  std::string name;   // without "--", in English
  std::string value;  // what help calls its value; empty for a flag
  std::string help;   // Chinese, one sentence
  ValueKind kind = ValueKind::kText;
  std::vector<std::string> choices = {};  // with kChoice
  bool repeated = false;                  // may be given several times; others at most once
};

// A word after the command, in order. Those that are not required come last.
struct Argument {
  std::string name;  // what help calls it, such as "ORG"
  std::string help;
  bool required = true;
  std::vector<std::string> choices = {};  // empty: anything
};

// What the user typed, checked against the table: dates are dates, choices are among those there
// are.
class Arguments {
 public:
  bool Has(const std::string& name) const { return values_.count(name) > 0; }
  // The last value; empty where there is none. Arguments go by their name in help ("ORG").
  std::string Text(const std::string& name) const;
  std::vector<std::string> All(const std::string& name) const;
  std::optional<absl::CivilDay> Date(const std::string& name) const;
  int Number(const std::string& name, int otherwise) const;

  void Add(const std::string& name, std::string value) { values_[name].push_back(value); }

 private:
  std::map<std::string, std::vector<std::string>> values_;
};

struct Command {
  std::string path;  // one or two words: "due", "org tree"
  std::string summary;
  std::vector<Argument> arguments;
  std::vector<Option> options;
  std::string details;  // paragraphs for the command's own help; may be empty
  std::vector<std::string> examples;
  // Answers the exit code, or the failure that RunCli shows and turns into one.
  std::function<absl::StatusOr<int>(Context&)> run;
};

struct CommandGroup {
  std::string title;
  std::vector<Command> commands;
};

struct CommandTable {
  std::vector<CommandGroup> groups;
  std::vector<Option> global_options;

  // nullptr where there is none.
  const Command* Find(absl::string_view path) const;
  // Whether commands of two words begin with this one.
  bool IsFirstWord(absl::string_view word) const;
};

// What was asked for.
struct Invocation {
  const Command* command = nullptr;  // null: help about everything, or about `topic`
  bool help = false;
  std::string topic;  // with `help`: the words given so far
  Arguments args;
};

// INVALID_ARGUMENT in Chinese, saying what to type instead. "--help" wins over every mistake.
absl::StatusOr<Invocation> Parse(const CommandTable& table, const std::vector<std::string>& words);

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_PROGRAM_COMMAND_H_
