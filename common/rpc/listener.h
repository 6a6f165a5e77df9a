// Listens for gRPC, which hears of a connection once it is accepted. gRPC's own listener gives up
// for ever the first time that the process has no descriptor left, and goes on listening while it
// stops.
#ifndef ZHIBU_COMMON_RPC_LISTENER_H_
#define ZHIBU_COMMON_RPC_LISTENER_H_

#include <poll.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"

namespace zhibu {

// Life: Bind → Start → Close. One thread.
class Listener {
 public:
  // "host:port", such as "127.0.0.1:7401", "localhost:0" or "[::]:7401". UNAVAILABLE where the
  // address cannot be had.
  static absl::StatusOr<std::unique_ptr<Listener>> Bind(const std::string& address);
  ~Listener();

  int port() const { return port_; }
  // Gives each connection to `take`, on a thread of its own; `take` owns the descriptor. Where the
  // process has few left, a connection is closed instead. While the process holds more than
  // `max_memory` bytes and grows, the connections that make it grow are ended; 0: never.
  void Start(std::function<void(int)> take, size_t max_memory);
  // From now on nobody can connect.
  void Close();
  // Ends every connection that was taken here and is still open. After Close.
  void CutConnections();

 private:
  Listener() = default;
  void Run();
  void Relieve();
  // Descriptors of the connections that are open.
  std::vector<int> Connections() const;

  std::vector<pollfd> sockets_;
  int port_ = 0;
  int max_descriptor_ = 0;
  size_t max_memory_ = 0;
  // While there is too much: how much, and what had come over each connection, when last looked at.
  size_t memory_ = 0;
  std::map<int, uint64_t> received_;
  std::function<void(int)> take_;
  std::atomic<bool> closing_ = false;
  std::thread thread_;
};

}  // namespace zhibu

#endif  // ZHIBU_COMMON_RPC_LISTENER_H_
