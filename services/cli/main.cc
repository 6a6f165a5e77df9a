// zhibu, the command line.
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/civil.h"
#include "common/base/clock.h"
#include "services/cli/program/run.h"

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
  // As --today of the services: tests and demonstrations share a date that is not the machine's.
  std::unique_ptr<zhibu::Clock> clock;
  if (const std::string today = io.environment("ZHIBU_TODAY"); !today.empty()) {
    const absl::StatusOr<absl::CivilDay> day = zhibu::ParseDate(today);
    if (!day.ok()) {
      std::cerr << "ZHIBU_TODAY: " << day.status().message() << "\n";
      return 2;
    }
    clock = zhibu::ClockBeginningOn(*day);
    io.clock = clock.get();
  }
  return zhibu::cli::RunCli(std::vector<std::string>(argv + 1, argv + argc), io);
}
