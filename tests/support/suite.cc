#include "tests/support/suite.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/file.h"
#include "common/base/status.h"
#include "common/rpc/client.h"
#include "common/rpc/wire_status.h"
#include "tests/support/wait.h"
#include "zhibu/feed/v1/feed.grpc.pb.h"

namespace zhibu {
namespace {

// A port of loopback that nobody else gets while the socket is open.
std::pair<int, int> ReservePort() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(socket, generic, size) != 0 || getsockname(socket, generic, &size) != 0) {
    perror("no port of loopback is free");
    abort();
  }
  return {socket, ntohs(address.sin_port)};
}

// The port in the log's last "serving" line after `from`; 0 where there is none yet.
int PortInLog(const std::string& log, size_t from) {
  const size_t line = log.rfind("\"message\":\"serving\"");
  if (line == std::string::npos || line < from) return 0;
  const std::string key = "\"port\":\"";
  const size_t at = log.find(key, line);
  if (at == std::string::npos) return 0;
  int port = 0;
  const size_t begin = at + key.size();
  return absl::SimpleAtoi(log.substr(begin, log.find('"', begin) - begin), &port) ? port : 0;
}

}  // namespace

std::string ProgramFolder() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path().string();
}

Suite::Suite(std::string bin, std::string data) : bin_(std::move(bin)), data_(std::move(data)) {
  for (const char* service : kServices) {
    std::tie(reservations_[service], ports_[service]) = ReservePort();
  }
}
Suite::~Suite() {
  for (const auto& [service, socket] : reservations_) close(socket);
}

std::string Suite::address(const std::string& service) const {
  auto it = ports_.find(service);
  return it == ports_.end() ? "" : absl::StrCat("127.0.0.1:", it->second);
}

absl::Status Suite::Start(const std::string& service) {
  const std::string log = absl::StrCat(data_, "/", service, ".log");
  std::filesystem::create_directories(data_);
  std::vector<std::string> argv = {
      absl::StrCat(bin_, "/zhibu-", service), absl::StrCat("--data_dir=", data_, "/", service),
      absl::StrCat("--listen=", address(service)), absl::StrCat("--today=", kSuiteToday)};
  // A service is told where those are that it follows: the ones before it in the list; and the
  // registry, which comes first, where the membership is.
  if (service == "registry") argv.push_back(absl::StrCat("--membership=", address("membership")));
  for (const char* source : kServices) {
    if (source == service) break;
    argv.push_back(absl::StrCat("--", source, "=", address(source)));
  }
  // From here on the port is the service's own.
  if (const auto reserved = reservations_.extract(service)) close(reserved.mapped());
  const size_t written = ReadFile(log).value_or("").size();
  ZHIBU_ASSIGN_OR_RETURN(processes_[service], Process::Start(argv, log));
  bool serves = false, runs = true;
  const bool known = WaitFor([&] {
    serves = PortInLog(ReadFile(log).value_or(""), written) != 0;
    runs = processes_[service]->Running();
    return serves || !runs;
  });
  if (serves) return absl::OkStatus();
  if (!known) return absl::DeadlineExceededError(absl::StrCat(service, " does not serve"));
  return absl::UnavailableError(
      absl::StrCat(service, " ended at once: ", ReadFile(log).value_or("")));
}

absl::Status Suite::StartAll() {
  for (const char* service : kServices) ZHIBU_RETURN_IF_ERROR(Start(service));
  return absl::OkStatus();
}

int Suite::Stop(const std::string& service, int signal) {
  Process* process = processes_[service].get();
  process->Kill(signal);
  return process->Wait();
}

std::shared_ptr<grpc::Channel> Suite::channel(const std::string& service) {
  return MakeChannel(address(service));
}

std::string Suite::token() const { return ReadToken(data_ + "/token").value_or(""); }

RunResult Suite::Zhibu(std::vector<std::string> arguments) const {
  std::map<std::string, std::string> env = {{"ZHIBU_TOKEN_FILE", data_ + "/token"},
                                            {"ZHIBU_TODAY", kSuiteToday}};
  for (const char* service : kServices) {
    env[absl::StrCat("ZHIBU_", absl::AsciiStrToUpper(service))] = address(service);
  }
  arguments.insert(arguments.begin(), bin_ + "/zhibu");
  return RunProgram(arguments, env);
}

absl::Status Suite::WaitFollowed(const std::string& follower, const std::string& source) {
  auto head = [&](const std::string& service) -> absl::StatusOr<feed::v1::GetHeadResponse> {
    auto stub = feed::v1::FeedService::NewStub(channel(service));
    grpc::ClientContext context;
    PrepareContext(context, token());
    context.set_wait_for_ready(true);  // a service that was down is not tried at once
    feed::v1::GetHeadResponse response;
    ZHIBU_RETURN_IF_ERROR(FromGrpcStatus(stub->GetHead(&context, {}, &response)));
    return response;
  };
  ZHIBU_ASSIGN_OR_RETURN(const feed::v1::GetHeadResponse written, head(source));
  absl::Status failed;
  const bool followed = WaitFor([&] {
    const absl::StatusOr<feed::v1::GetHeadResponse> seen = head(follower);
    failed = seen.status();
    if (!seen.ok()) return true;
    auto it = seen->followed().find(source);
    return it != seen->followed().end() && it->second >= written.revision();
  });
  ZHIBU_RETURN_IF_ERROR(failed);
  if (followed) return absl::OkStatus();
  return absl::DeadlineExceededError(absl::StrCat(follower, " has not caught up with ", source));
}

absl::Status Suite::WaitAllFollowed() {
  const std::vector<std::pair<const char*, const char*>> pairs = {
      {"registry", "membership"}, {"membership", "registry"}, {"activity", "registry"},
      {"activity", "membership"}, {"reporting", "registry"},  {"reporting", "membership"},
      {"reporting", "activity"}};
  for (const auto& [follower, source] : pairs) {
    ZHIBU_RETURN_IF_ERROR(WaitFollowed(follower, source));
  }
  return absl::OkStatus();
}

}  // namespace zhibu
