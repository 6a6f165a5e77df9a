// What every service's main.cc does: flags → objects → run until a signal.
#ifndef ZHIBU_COMMON_RPC_RUN_SERVICE_H_
#define ZHIBU_COMMON_RPC_RUN_SERVICE_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/rpc/server.h"

namespace zhibu {

struct ServiceProgram {
  std::string name;   // "registry"
  int default_port;   // on loopback, where --listen is not given
  std::string usage;  // for --help
  std::vector<const google::protobuf::ServiceDescriptor*> contracts;
  // Names the feeds to follow (server.Follow), loads what is kept in memory, and makes the
  // services.
  std::function<absl::StatusOr<std::vector<std::unique_ptr<grpc::Service>>>(Server&)> build;
};

// Parses the flags (each may also come from the environment: --data_dir from ZHIBU_DATA_DIR), opens
// the store, serves, and stops in order on SIGTERM or SIGINT. SIGHUP reads the file of principals
// again; where that cannot be taken, those before stay. Returns the process's exit code: 0 stopped,
// 1 could not start, 2 stopped after the store had failed, kStartAgain ended by itself: the store
// failed and can be opened again.
inline constexpr int kStartAgain = 75;  // EX_TEMPFAIL of sysexits.h
int RunService(int argc, char** argv, const ServiceProgram& program);

// Where this service's files are: the folder above --data_dir.
std::string LocalFolder();

// Takes every absl flag that is set in the environment as ZHIBU_<FLAG>. Before ParseCommandLine,
// which then wins.
void FlagsFromEnvironment();

}  // namespace zhibu

#endif  // ZHIBU_COMMON_RPC_RUN_SERVICE_H_
