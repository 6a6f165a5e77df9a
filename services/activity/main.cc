// zhibu-activity: what branches do, and what they owe.

#include <string>
#include <utility>

#include "absl/flags/flag.h"
#include "common/base/data_folder.h"
#include "common/base/status.h"
#include "common/domain/cadence.h"
#include "common/rpc/client.h"
#include "common/rpc/run_service.h"
#include "services/activity/data/kinds.h"
#include "services/activity/service.h"
#include "zhibu/activity/v1/activity_service.pb.h"

ABSL_FLAG(std::string, registry, "127.0.0.1:7401", "host:port of the registry, followed");
ABSL_FLAG(std::string, membership, "127.0.0.1:7402", "host:port of the membership, followed");
ABSL_FLAG(std::string, cadence, "",
          "folder with cadence.textproto: what is owed how often; default: as shipped");
ABSL_FLAG(std::string, kinds, "", "file with the catalogue of kinds; default: as shipped");

namespace zhibu {
namespace {

absl::StatusOr<std::vector<std::unique_ptr<grpc::Service>>> Build(Server& server) {
  std::string cadence = absl::GetFlag(FLAGS_cadence);
  if (cadence.empty()) cadence = DataFolder("cadence");
  std::string kinds = absl::GetFlag(FLAGS_kinds);
  if (kinds.empty()) kinds = DataFolder("kinds") + "/kinds.textproto";
  activity::ActivityOptions options;
  ZHIBU_ASSIGN_OR_RETURN(options.cadence, LoadCadence(cadence + "/cadence.textproto"));
  ZHIBU_ASSIGN_OR_RETURN(options.kinds, activity::LoadKinds(kinds));
  options.registry = MakeChannel(absl::GetFlag(FLAGS_registry));
  options.membership = MakeChannel(absl::GetFlag(FLAGS_membership));
  return activity::BuildActivity(server, std::move(options));
}

}  // namespace
}  // namespace zhibu

int main(int argc, char** argv) {
  zhibu::ServiceProgram program;
  program.name = "activity";
  program.default_port = 7403;
  program.usage =
      "Records what party branches do and says what they owe. Follows the registry and the "
      "membership.";
  program.contracts = {
      zhibu::activity::v1::CreateActivityRequest::descriptor()->file()->service(0)};
  program.build = zhibu::Build;
  return zhibu::RunService(argc, argv, program);
}
