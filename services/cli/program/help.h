// Help and shell completion, both made from the table of commands.

#ifndef ZHIBU_SERVICES_CLI_PROGRAM_HELP_H_
#define ZHIBU_SERVICES_CLI_PROGRAM_HELP_H_

#include <string>

#include "services/cli/program/command.h"

namespace zhibu::cli {

// Every command in a line, the global options, the exit codes.
std::string Overview(const CommandTable& table, int width);

// About a command ("org tree"), or all commands that begin with a word ("org"); the overview where
// the topic is neither.
std::string HelpText(const CommandTable& table, const std::string& topic, int width);

// A script for bash: `source <(zhibu completion bash)`.
std::string BashCompletion(const CommandTable& table);

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_PROGRAM_HELP_H_
