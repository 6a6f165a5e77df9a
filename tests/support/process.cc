#include "tests/support/process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/base/crypto.h"
#include "common/base/file.h"

extern char** environ;

namespace zhibu {

absl::StatusOr<std::unique_ptr<Process>> Process::Start(
    const std::vector<std::string>& argv, const std::string& log_path,
    const std::map<std::string, std::string>& env) {
  if (!std::filesystem::exists(argv[0])) {
    return absl::NotFoundError(absl::StrCat("no such program: ", argv[0]));
  }
  // Everything is prepared before the fork: after it a child of a threaded process may only exec.
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string text = *variable;
    if (!env.count(text.substr(0, text.find('=')))) variables.push_back(text);
  }
  for (const auto& [name, value] : env) variables.push_back(absl::StrCat(name, "=", value));
  auto pointers = [](const std::vector<std::string>& strings) {
    std::vector<char*> list;
    for (const std::string& s : strings) list.push_back(const_cast<char*>(s.c_str()));
    list.push_back(nullptr);
    return list;
  };
  const std::vector<char*> arguments = pointers(argv);
  const std::vector<char*> environment = pointers(variables);
  const int log = open(log_path.c_str(), O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0644);
  if (log < 0) return absl::UnavailableError(absl::StrCat("cannot write ", log_path));
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(127);
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    execve(arguments[0], arguments.data(), environment.data());
    _exit(127);
  }
  close(log);
  if (pid < 0) return absl::UnavailableError("cannot fork");
  return std::unique_ptr<Process>(new Process(pid, argv[0], log_path));
}

Process::~Process() {
  if (!ended_) {
    Kill(SIGKILL);
    Wait();
  }
}

void Process::Kill(int signal) {
  if (!ended_) kill(pid_, signal);
}

// Looks rarely enough to cost a measured program nothing.
bool Process::EndsWithin(std::chrono::milliseconds limit) {
  const auto until = std::chrono::steady_clock::now() + limit;
  while (Running()) {
    if (std::chrono::steady_clock::now() >= until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

int Process::Wait(std::chrono::milliseconds limit) {
  if (EndsWithin(limit)) return code_;
  std::fprintf(stderr, "%s did not end within %lld ms and is killed; it wrote:\n%s\n",
               program_.c_str(), static_cast<long long>(limit.count()),
               ReadFile(log_path_).value_or("").c_str());
  Kill(SIGKILL);
  if (!EndsWithin(kPatience)) std::fprintf(stderr, "%d cannot be killed\n", pid_);
  ended_ = true;
  return code_ = kDidNotEnd;
}

bool Process::Running() {
  if (ended_) return false;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) != pid_) return true;
  ended_ = true;
  code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return false;
}

RunResult RunProgram(const std::vector<std::string>& argv,
                     const std::map<std::string, std::string>& env,
                     std::chrono::milliseconds limit) {
  const TempFolder folder;
  const std::string log = folder.path() + "/output";
  auto process = Process::Start(argv, log, env);
  if (!process.ok()) return {127, std::string(process.status().message())};
  const int code = (*process)->Wait(limit);
  return {code, ReadFile(log).value_or("")};
}

TempFolder::TempFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "zhibu-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) {
    std::fprintf(stderr, "cannot make a temporary folder\n");
    std::abort();
  }
  path_ = pattern;
}

TempFolder::~TempFolder() {
  std::error_code error;
  std::filesystem::remove_all(path_, error);
}

}  // namespace zhibu
