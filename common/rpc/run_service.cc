#include "common/rpc/run_service.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/reflection.h"
#include "absl/flags/usage.h"
#include "absl/flags/usage_config.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/clock.h"
#include "common/base/file_mode.h"
#include "common/base/log.h"
#include "common/base/status.h"
#include "common/base/version.h"
#include "common/rpc/client.h"
#include "common/rpc/local_identity.h"
#include "common/store/rocks_store.h"

ABSL_FLAG(std::string, data_dir, "",
          "folder of this service's store; default: zhibu-data/<service>");
ABSL_FLAG(std::string, listen, "", "host:port to serve on; default: loopback");
ABSL_FLAG(bool, allow_plaintext, false, "allow an address beyond loopback without encryption");
ABSL_FLAG(
    std::string, principals_file, "",
    "who may call (zhibu.policy.v1.Principals as text), read again on SIGHUP; default: made in "
    "the folder above data_dir, with generated tokens");
ABSL_FLAG(std::string, token_file, "", "the token this service shows to the others");
ABSL_FLAG(
    std::string, today, "",
    "YYYY-MM-DD: the date to begin on, instead of the machine's. For tests and demonstrations "
    "only; refused beyond loopback");
ABSL_FLAG(int, memory_mib, 128,
          "what the store may take for blocks that were read and buffers of writes, MiB");
ABSL_FLAG(int, read_threads, 2, "threads for reads");
ABSL_FLAG(
    int, process_mib, 0,
    "MiB; beyond this the connections that fill the process up are ended; default: three fifths of "
    "what a container may have, at most a quarter of the machine's");
ABSL_FLAG(bool, channelz, false,
          "answer grpc.channelz (connections, counts of calls) to callers without a token");

namespace zhibu {
namespace {

std::string DataDir(const std::string& service) {
  const std::string flag = absl::GetFlag(FLAGS_data_dir);
  return flag.empty() ? absl::StrCat("zhibu-data/", service) : flag;
}

// The limit is for requests that come in; the rest is for what they lead to.
size_t MaxMemory() {
  if (const int mib = absl::GetFlag(FLAGS_process_mib); mib > 0) {
    return static_cast<size_t>(mib) << 20;
  }
  const size_t machine =
      static_cast<size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<size_t>(sysconf(_SC_PAGESIZE));
  size_t container = 0;  // "max" where there is no limit
  std::ifstream("/sys/fs/cgroup/memory.max") >> container;
  return container == 0 ? machine / 4 : std::min(machine / 4, container / 5 * 3);
}

// The clock that --today asks for, or the machine's. Owned here: it lives as long as the process.
absl::StatusOr<const Clock*> ChosenClock() {
  const std::string today = absl::GetFlag(FLAGS_today);
  if (today.empty()) return &Clock::System();
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay day, ParseDate(today));
  static const Clock* const clock = ClockBeginningOn(day).release();
  return clock;
}

absl::StatusOr<std::unique_ptr<Server>> MakeServer(const ServiceProgram& program) {
  ZHIBU_ASSIGN_OR_RETURN(const Clock* clock, ChosenClock());
  const std::string data_dir = DataDir(program.name);
  absl::SetFlag(&FLAGS_data_dir, data_dir);
  std::string token_file = absl::GetFlag(FLAGS_token_file);
  if (absl::GetFlag(FLAGS_principals_file).empty()) {
    ZHIBU_RETURN_IF_ERROR(EnsureLocalIdentity(LocalFolder()));
    const LocalIdentity local = LocalIdentityIn(LocalFolder());
    absl::SetFlag(&FLAGS_principals_file, local.principals_file);
    if (token_file.empty()) token_file = local.service_token_file;
    ZHIBU_RETURN_IF_ERROR(CheckSecret(local.token_file));
  }
  ServerOptions options;
  options.service = program.name;
  ZHIBU_ASSIGN_OR_RETURN(options.principals, ReadPrincipals(absl::GetFlag(FLAGS_principals_file)));
  if (!token_file.empty()) {
    ZHIBU_RETURN_IF_ERROR(CheckSecret(token_file));
    ZHIBU_ASSIGN_OR_RETURN(options.token, ReadToken(token_file));
  }
  options.listen = absl::GetFlag(FLAGS_listen);
  if (options.listen.empty()) options.listen = absl::StrCat("127.0.0.1:", program.default_port);
  options.allow_plaintext = absl::GetFlag(FLAGS_allow_plaintext);
  options.only_loopback = clock != &Clock::System();
  options.read_threads = absl::GetFlag(FLAGS_read_threads);
  options.channelz = absl::GetFlag(FLAGS_channelz);
  options.max_memory = MaxMemory();
  std::error_code error;
  std::filesystem::create_directories(data_dir, error);
  RocksOptions rocks;
  rocks.memory_bytes = static_cast<size_t>(absl::GetFlag(FLAGS_memory_mib)) << 20;
  ZHIBU_ASSIGN_OR_RETURN(std::unique_ptr<Store> store,
                         OpenRocksStore(data_dir, program.name, rocks));
  ZHIBU_ASSIGN_OR_RETURN(
      std::unique_ptr<Server> server,
      Server::Create(std::move(options), std::move(store), clock, program.contracts));
  ZHIBU_ASSIGN_OR_RETURN(std::vector<std::unique_ptr<grpc::Service>> services,
                         program.build(*server));
  ZHIBU_RETURN_IF_ERROR(server->Serve(std::move(services)));
  return server;
}

// The accounts as the file has them now, or as they were.
void ReadPrincipalsAgain(Server& server) {
  const std::string path = absl::GetFlag(FLAGS_principals_file);
  const absl::StatusOr<policy::v1::Principals> principals = ReadPrincipals(path);
  const absl::Status taken =
      principals.ok() ? server.ReplacePrincipals(*principals) : principals.status();
  if (!taken.ok()) {
    Log(Severity::kError, "principals stay as they were",
        {{"file", path}, {"error", std::string(taken.message())}});
    return;
  }
  Log(Severity::kInfo, "principals were read again",
      {{"file", path}, {"principals", std::to_string(principals->principals_size())}});
}

// Whether a store that failed may be opened again: there is room on the disk, if that was it.
bool HasRoom(const std::string& folder) {
  struct statvfs disk = {};
  if (statvfs(folder.c_str(), &disk) != 0) return false;
  constexpr uint64_t kRoom = uint64_t{64} << 20;  // what the engine asks for when it opens
  return uint64_t{disk.f_bavail} * disk.f_frsize >= kRoom;
}

// Until a signal ends the service, or its store failed and can be opened anew, which is then true.
// Until there is room it goes on answering reads. What is durable is known only after reopening,
// which a new process does best.
bool WaitForTheEnd(const sigset_t& signals, Server& server) {
  const timespec look = {5, 0};
  while (true) {
    const int signal = sigtimedwait(&signals, nullptr, &look);
    if (signal == SIGHUP) {
      ReadPrincipalsAgain(server);
    } else if (signal > 0) {
      return false;
    } else if (server.failed() && HasRoom(absl::GetFlag(FLAGS_data_dir))) {
      Log(Severity::kError, "the store failed; ending, to be started again");
      return true;
    }
  }
}

// As many descriptors as the system allows: connections and the store's files share them. No core:
// it would hold names and tokens.
void SetResourceLimits() {
  rlimit files = {};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
  }
  const rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
}

// --help shows what a service is run with: the flags of this file and of its main.cc.
void SetHelp(const ServiceProgram& program) {
  absl::SetProgramUsageMessage(absl::StrCat(
      program.usage,
      "\n\nEach flag may also come from the environment: --data_dir from ZHIBU_DATA_DIR."));
  absl::FlagsUsageConfig config;
  config.contains_helpshort_flags = config.contains_help_flags =
      config.contains_helppackage_flags = [](absl::string_view file) {
        return absl::EndsWith(file, "/main.cc") || absl::EndsWith(file, "/run_service.cc");
      };
  config.version_string = [name = program.name] {
    return absl::StrCat("zhibu-", name, " ", kVersion, "\n");
  };
  absl::SetFlagsUsageConfig(config);
}

}  // namespace

std::string LocalFolder() {
  return std::filesystem::absolute(absl::GetFlag(FLAGS_data_dir)).parent_path().string();
}

void FlagsFromEnvironment() {
  for (const auto& [name, flag] : absl::GetAllFlags()) {
    const std::string variable = absl::StrCat("ZHIBU_", absl::AsciiStrToUpper(name));
    const char* value = std::getenv(variable.c_str());
    std::string error;
    if (value != nullptr && !flag->ParseFrom(value, &error)) {
      std::fprintf(stderr, "%s: %s\n", variable.c_str(), error.c_str());
      std::exit(1);
    }
  }
}

int RunService(int argc, char** argv, const ServiceProgram& program) {
  // Stores and tokens are for their owner alone.
  umask(077);
  SetResourceLimits();
  // First of all, so that every thread that gRPC or RocksDB starts inherits the blocked signals and
  // sigwait below is the only one to get them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  SetHelp(program);
  FlagsFromEnvironment();
  absl::ParseCommandLine(argc, argv);
  absl::StatusOr<std::unique_ptr<Server>> server = MakeServer(program);
  if (!server.ok()) {
    Log(Severity::kError, "cannot start",
        {{"service", program.name}, {"error", std::string(server.status().message())}});
    return 1;
  }
  const bool again = WaitForTheEnd(signals, **server);
  // A second signal ends the process at once, but a terminal that closes is none.
  sigdelset(&signals, SIGHUP);
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  Log(Severity::kInfo, "stopping", {{"service", program.name}});
  const bool failed = (*server)->failed();
  (*server)->Stop();
  if (again) return kStartAgain;
  return failed ? 2 : 0;
}

}  // namespace zhibu
