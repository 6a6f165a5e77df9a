// zhibu-registry: flags → objects → run.

#include "absl/flags/flag.h"
#include "common/base/data_folder.h"
#include "common/rpc/client.h"
#include "common/rpc/run_service.h"
#include "services/registry/service.h"

ABSL_FLAG(std::string, membership, "127.0.0.1:7402",
          "host:port of the membership, followed for the counts of members");

ABSL_FLAG(
    std::string, norms, "",
    "file of the norms on terms, elections and thresholds; default: the one that ships with the "
    "program");

int main(int argc, char** argv) {
  zhibu::ServiceProgram program;
  program.name = "registry";
  program.default_port = 7401;
  program.usage = "党组织名册：党组织、单位与职务的登记服务。";
  program.contracts = zhibu::registry::RegistryContracts();
  program.build = [](zhibu::Server& server) {
    zhibu::registry::RegistryOptions options;
    options.norms_file = absl::GetFlag(FLAGS_norms);
    if (options.norms_file.empty()) {
      options.norms_file = zhibu::DataFolder("norms") + "/norms.textproto";
    }
    options.membership = zhibu::MakeChannel(absl::GetFlag(FLAGS_membership));
    return zhibu::registry::BuildRegistry(server, std::move(options));
  };
  return zhibu::RunService(argc, argv, program);
}
