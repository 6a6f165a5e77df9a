// The four real programs on real sockets.
#ifndef ZHIBU_TESTS_SUPPORT_SUITE_H_
#define ZHIBU_TESTS_SUPPORT_SUITE_H_

#include <grpcpp/grpcpp.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "tests/support/process.h"

namespace zhibu {

// The date on which every suite of the tests runs: never the machine's, so that what fails today
// fails tomorrow.
inline constexpr char kSuiteToday[] = "2026-11-23";

inline constexpr const char* kServices[] = {"registry", "membership", "activity", "reporting"};

// Starts and stops services of one data folder. Each keeps its port over restarts. Not thread-safe.
class Suite {
 public:
  // Programs are taken from `bin`; nothing is started yet.
  // Each service's port is reserved from now on, since the first ones are told where others will
  // be.
  Suite(std::string bin, std::string data);
  ~Suite();

  // Starts one, or all in order, and waits until it says that it serves.
  absl::Status Start(const std::string& service);
  absl::Status StartAll();
  // Ends one with a signal and waits for it: its exit code.
  int Stop(const std::string& service, int signal);
  Process* process(const std::string& service) { return processes_[service].get(); }

  // "127.0.0.1:port"; empty before the first start.
  std::string address(const std::string& service) const;
  std::shared_ptr<grpc::Channel> channel(const std::string& service);
  // The owner's token; every role.
  std::string token() const;
  const std::string& data() const { return data_; }

  // Runs `zhibu` with these arguments against this suite, on kSuiteToday.
  RunResult Zhibu(std::vector<std::string> arguments) const;

  // Waits until `follower` shows what `source` has written so far; DEADLINE_EXCEEDED otherwise.
  absl::Status WaitFollowed(const std::string& follower, const std::string& source);
  // All followers of all sources.
  absl::Status WaitAllFollowed();

 private:
  const std::string bin_, data_;
  std::map<std::string, int> reservations_;  // sockets, until the service has its port
  std::map<std::string, int> ports_;
  std::map<std::string, std::unique_ptr<Process>> processes_;
};

// Where the programs of this build are: beside the test program.
std::string ProgramFolder();

}  // namespace zhibu

#endif  // ZHIBU_TESTS_SUPPORT_SUITE_H_
