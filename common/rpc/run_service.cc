#include "common/rpc/run_service.h"

#include <google/protobuf/text_format.h>
#include <sys/stat.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/reflection.h"
#include "absl/flags/usage.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/clock.h"
#include "common/base/file.h"
#include "common/base/log.h"
#include "common/base/status.h"
#include "common/rpc/client.h"
#include "common/rpc/local_identity.h"
#include "common/store/rocks_store.h"

ABSL_FLAG(std::string, data_dir, "",
          "folder of this service's store; default: zhibu-data/<service>");
ABSL_FLAG(std::string, listen, "", "host:port to serve on; default: loopback");
ABSL_FLAG(bool, allow_plaintext, false, "allow an address beyond loopback without encryption");
ABSL_FLAG(std::string, principals_file, "",
          "who may call (zhibu.policy.v1.Principals as text); default: made in the folder above "
          "data_dir, with generated tokens");
ABSL_FLAG(std::string, token_file, "", "the token this service shows to the others");
ABSL_FLAG(
    std::string, today, "",
    "YYYY-MM-DD: the date to begin on, instead of the machine's. For tests and demonstrations "
    "only; refused beyond loopback");
ABSL_FLAG(int, cache_mib, 8, "block cache of the store, MiB");
ABSL_FLAG(int, read_threads, 2, "threads for reads");

namespace zhibu {
namespace {

std::string DataDir(const std::string& service) {
  const std::string flag = absl::GetFlag(FLAGS_data_dir);
  return flag.empty() ? absl::StrCat("zhibu-data/", service) : flag;
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
  const LocalIdentity local = LocalIdentityIn(LocalFolder());
  std::string principals_file = absl::GetFlag(FLAGS_principals_file);
  std::string token_file = absl::GetFlag(FLAGS_token_file);
  if (principals_file.empty()) {
    ZHIBU_RETURN_IF_ERROR(EnsureLocalIdentity(LocalFolder()));
    principals_file = local.principals_file;
    if (token_file.empty()) token_file = local.service_token_file;
  }
  ServerOptions options;
  options.service = program.name;
  ZHIBU_ASSIGN_OR_RETURN(const std::string text, ReadFile(principals_file));
  if (!google::protobuf::TextFormat::ParseFromString(text, &options.principals)) {
    return absl::InvalidArgumentError(absl::StrCat("访问主体文件无法解析：", principals_file));
  }
  if (!token_file.empty()) {
    ZHIBU_ASSIGN_OR_RETURN(options.token, ReadToken(token_file));
  }
  options.listen = absl::GetFlag(FLAGS_listen);
  if (options.listen.empty()) options.listen = absl::StrCat("127.0.0.1:", program.default_port);
  options.allow_plaintext = absl::GetFlag(FLAGS_allow_plaintext);
  options.only_loopback = clock != &Clock::System();
  options.read_threads = absl::GetFlag(FLAGS_read_threads);
  std::error_code error;
  std::filesystem::create_directories(data_dir, error);
  RocksOptions rocks;
  rocks.cache_bytes = static_cast<size_t>(absl::GetFlag(FLAGS_cache_mib)) << 20;
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
  // First of all, so that every thread that gRPC or RocksDB starts inherits the blocked signals and
  // sigwait below is the only one to get them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  absl::SetProgramUsageMessage(program.usage);
  FlagsFromEnvironment();
  absl::ParseCommandLine(argc, argv);
  absl::StatusOr<std::unique_ptr<Server>> server = MakeServer(program);
  if (!server.ok()) {
    Log(Severity::kError, "cannot start",
        {{"service", program.name}, {"error", std::string(server.status().message())}});
    return 1;
  }
  int signal = 0;
  sigwait(&signals, &signal);
  // A second signal ends the process at once.
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  Log(Severity::kInfo, "stopping", {{"service", program.name}});
  const bool failed = (*server)->failed();
  (*server)->Stop();
  return failed ? 2 : 0;
}

}  // namespace zhibu
