// Real programs as children of a test.
#ifndef ZHIBU_TESTS_SUPPORT_PROCESS_H_
#define ZHIBU_TESTS_SUPPORT_PROCESS_H_

#include <sys/types.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/support/wait.h"

namespace zhibu {

// A child process with its output in a file. It dies with its owner: killed when this is destroyed,
// and by the kernel when the test dies first.
class Process {
 public:
  // Starts `argv[0]`; output and errors are added to `log_path`. `env` is added to the own one.
  static absl::StatusOr<std::unique_ptr<Process>> Start(
      const std::vector<std::string>& argv, const std::string& log_path,
      const std::map<std::string, std::string>& env = {});
  ~Process();

  void Kill(int signal);
  // Waits for its end: the exit code, or 128 + signal. One that does not end within the limit is
  // killed: what it wrote goes to the errors of the test, and the answer is kDidNotEnd.
  static constexpr int kDidNotEnd = -1;
  int Wait(std::chrono::milliseconds limit = kPatience);
  bool Running();
  pid_t pid() const { return pid_; }

 private:
  Process(pid_t pid, std::string program, std::string log_path)
      : pid_(pid), program_(std::move(program)), log_path_(std::move(log_path)) {}
  bool EndsWithin(std::chrono::milliseconds limit);

  const pid_t pid_;
  const std::string program_, log_path_;
  bool ended_ = false;
  int code_ = 0;
};

// What one run of a program may take: an import on a busy machine, in a build with sanitizers.
inline constexpr std::chrono::minutes kProgramPatience{8};

// Runs a program to its end: its exit code, and all it wrote. One that does not end within the
// limit is killed; its code is Process::kDidNotEnd.
struct RunResult {
  int code;
  std::string output;
};
RunResult RunProgram(const std::vector<std::string>& argv,
                     const std::map<std::string, std::string>& env = {},
                     std::chrono::milliseconds limit = kProgramPatience);

// A folder of its own below the system's temporary folder, removed with the object.
class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace zhibu

#endif  // ZHIBU_TESTS_SUPPORT_PROCESS_H_
