// zhibu, the command line.
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "services/cli/commands/run.h"

namespace {

// Columns of the terminal; 80 where the output goes elsewhere.
int TerminalWidth() {
  winsize size = {};
  if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return 80;
  return size.ws_col >= 40 ? size.ws_col : 80;
}

}  // namespace

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  zhibu::cli::Io io{std::cin, std::cout, std::cerr};
  io.width = TerminalWidth();
  io.tty = isatty(STDERR_FILENO) != 0;
  io.environment = [](const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return std::string(value == nullptr ? "" : value);
  };
  return zhibu::cli::RunCli(std::vector<std::string>(argv + 1, argv + argc), io);
}
