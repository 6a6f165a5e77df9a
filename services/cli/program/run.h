// The program: words in, exit code out.

#ifndef ZHIBU_SERVICES_CLI_PROGRAM_RUN_H_
#define ZHIBU_SERVICES_CLI_PROGRAM_RUN_H_

#include <string>
#include <vector>

#include "services/cli/program/command.h"
#include "services/cli/program/session.h"

namespace zhibu::cli {

// Every command there is.
const CommandTable& Commands();

// Runs one command line (without the program's name). Answers go to io.out, failures to io.err.
int RunCli(const std::vector<std::string>& words, Io& io);

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_PROGRAM_RUN_H_
