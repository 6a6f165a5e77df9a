#include "common/rpc/listener.h"

#include <linux/tcp.h>
#include <malloc.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/log.h"

namespace zhibu {
namespace {

// No county has this many clients. Half of what the process may open, where that is less, so that
// the store always gets its files.
constexpr int kMaxDescriptors = 4096;

// Too much memory is looked for this often. From one look to the next a process that is being
// filled grows by far more than this, and who fills it sends far more than this.
constexpr int kLookMs = 50;
constexpr size_t kGrowth = 1 << 20;
constexpr uint64_t kMuch = 256 << 10;

int MaxDescriptor() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return kMaxDescriptors;
  return static_cast<int>(std::min<rlim_t>(kMaxDescriptors, limit.rlim_cur / 2));
}

// The port that a socket of the network is bound to here; 0 for any other descriptor.
int PortOf(int descriptor) {
  sockaddr_storage address = {};
  socklen_t size = sizeof(address);
  if (getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  if (address.ss_family == AF_INET) {
    return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
  }
  if (address.ss_family == AF_INET6) {
    return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
  }
  return 0;
}

// What the process has in memory.
size_t ResidentBytes() {
  size_t total = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

uint64_t BytesReceived(int connection) {
  tcp_info info = {};
  socklen_t size = sizeof(info);
  if (getsockopt(connection, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return 0;
  return info.tcpi_bytes_received;
}

// A socket that listens there, or −1.
int Listen(const addrinfo& at) {
  const int socket = ::socket(at.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket < 0) return -1;
  const int on = 1, off = 0;
  // A port whose last connections still linger can be had at once.
  setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  // What is accepted inherits it: an answer is not held back for the next one.
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  // "::" is every address, those of IPv4 too.
  if (at.ai_family == AF_INET6) setsockopt(socket, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
  if (bind(socket, at.ai_addr, at.ai_addrlen) == 0 && listen(socket, SOMAXCONN) == 0) {
    return socket;
  }
  close(socket);
  return -1;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Listener>> Listener::Bind(const std::string& address) {
  const size_t colon = address.rfind(':');
  const absl::Status unavailable =
      absl::UnavailableError(absl::StrCat("无法监听 ", address, "：地址已被占用或不可用"));
  if (colon == std::string::npos) return unavailable;
  absl::string_view host = absl::string_view(address).substr(0, colon);
  if (absl::ConsumePrefix(&host, "[")) absl::ConsumeSuffix(&host, "]");
  std::string port = address.substr(colon + 1);
  // Whoever means every address of IPv4 means every address, where there are others.
  std::vector<std::string> hosts = {std::string(host)};
  if (host == "0.0.0.0") hosts.insert(hosts.begin(), "::");
  std::unique_ptr<Listener> listener(new Listener);
  for (const std::string& name : hosts) {
    addrinfo hints = {};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    if (getaddrinfo(name.c_str(), port.c_str(), &hints, &found) != 0) continue;
    // "localhost" may be two addresses.
    for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
      const int socket = Listen(*at);
      if (socket < 0) continue;
      listener->sockets_.push_back({socket, POLLIN, 0});
      listener->port_ = PortOf(socket);
      if (port == "0") break;  // another one would be free elsewhere
    }
    freeaddrinfo(found);
    if (!listener->sockets_.empty()) return listener;
  }
  return unavailable;
}

Listener::~Listener() { Close(); }

void Listener::Start(std::function<void(int)> take, size_t max_memory) {
  take_ = std::move(take);
  max_memory_ = max_memory;
  max_descriptor_ = MaxDescriptor();
  thread_ = std::thread([this] { Run(); });
}

void Listener::Run() {
  while (!closing_) {
    const int ready = poll(sockets_.data(), sockets_.size(), max_memory_ == 0 ? -1 : kLookMs);
    if (max_memory_ != 0) Relieve();
    if (ready <= 0) continue;
    for (const pollfd& socket : sockets_) {
      if (closing_) return;
      if (socket.revents == 0) continue;
      const int connection = accept4(socket.fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (connection < 0) {
        // Others use them up as well. Whoever knocks waits in the kernel meanwhile.
        if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
          poll(nullptr, 0, 50);
        }
      } else if (connection >= max_descriptor_) {
        close(connection);  // the lowest that is free: all below it are in use
      } else {
        take_(connection);
      }
    }
  }
}

void Listener::Close() {
  if (closing_.exchange(true)) return;
  for (const pollfd& socket : sockets_) shutdown(socket.fd, SHUT_RDWR);  // wakes the thread
  if (thread_.joinable()) thread_.join();
  for (const pollfd& socket : sockets_) close(socket.fd);
}

std::vector<int> Listener::Connections() const {
  // gRPC owns them and closes them when it likes, so that only the kernel knows which are open.
  std::vector<int> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", error)) {
    int descriptor = -1;
    if (absl::SimpleAtoi(entry.path().filename().string(), &descriptor) &&
        PortOf(descriptor) == port_ &&
        std::none_of(sockets_.begin(), sockets_.end(),
                     [&](const pollfd& socket) { return socket.fd == descriptor; })) {
      found.push_back(descriptor);
    }
  }
  return found;
}

void Listener::CutConnections() {
  for (const int connection : Connections()) shutdown(connection, SHUT_RDWR);
}

void Listener::Relieve() {
  const size_t before = std::exchange(memory_, ResidentBytes());
  if (memory_ <= max_memory_) return received_.clear();
  const std::map<int, uint64_t> had = std::move(received_);
  received_.clear();
  std::map<int, uint64_t> came;  // since the last look
  uint64_t most = kMuch;
  for (const int connection : Connections()) {
    const uint64_t bytes = received_[connection] = BytesReceived(connection);
    auto it = had.find(connection);
    // Another connection may have had the descriptor until now.
    came[connection] = it == had.end() || it->second > bytes ? bytes : bytes - it->second;
    most = std::max(most, came[connection]);
  }
  if (before <= max_memory_ || memory_ < before + kGrowth) return;
  int cut = 0;
  for (const auto& [connection, bytes] : came) {
    if (bytes < most / 4) continue;
    shutdown(connection, SHUT_RDWR);
    ++cut;
  }
  if (cut == 0) return;
  Log(Severity::kWarning, "memory runs short: connections that sent much were ended",
      {{"mib", std::to_string(memory_ >> 20)}, {"connections", std::to_string(cut)}});
  // What they held is free, but not yet the system's.
  malloc_trim(0);
}

}  // namespace zhibu
