// How far a long command is: a bar that is redrawn on a terminal, a line for each part elsewhere.

#ifndef ZHIBU_SERVICES_CLI_PROGRAM_PROGRESS_H_
#define ZHIBU_SERVICES_CLI_PROGRAM_PROGRESS_H_

#include <cstdint>
#include <string>

#include "services/cli/program/session.h"

namespace zhibu::cli {

// Writes to io.err, so that io.out holds nothing but the answer. One thread.
class ProgressLines {
 public:
  explicit ProgressLines(Io& io) : io_(io) {}

  // `done` of `total` of the part `what`; parts follow each other.
  void Show(const std::string& what, int64_t done, int64_t total);
  // A line of its own.
  void Say(const std::string& text);
  // Leaves the terminal on a fresh line.
  void End();

 private:
  Io& io_;
  std::string drawn_;     // what stands on the terminal's line
  std::string finished_;  // the last part that was reported as a line
};

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_PROGRAM_PROGRESS_H_
