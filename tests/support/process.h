// Real programs as children of a test.
#ifndef ZHIBU_TESTS_SUPPORT_PROCESS_H_
#define ZHIBU_TESTS_SUPPORT_PROCESS_H_

#include <sys/types.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

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
  // Waits for its end: the exit code, or 128 + signal.
  int Wait();
  bool Running();
  pid_t pid() const { return pid_; }

 private:
  explicit Process(pid_t pid) : pid_(pid) {}
  const pid_t pid_;
  bool ended_ = false;
  int code_ = 0;
};

// Runs a program to its end: its exit code, and all it wrote.
struct RunResult {
  int code;
  std::string output;
};
RunResult RunProgram(const std::vector<std::string>& argv,
                     const std::map<std::string, std::string>& env = {});

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
