// What `zhibu status` finds out about the services.

#ifndef ZHIBU_SERVICES_CLI_COMMANDS_UPKEEP_HEALTH_H_
#define ZHIBU_SERVICES_CLI_COMMANDS_UPKEEP_HEALTH_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "services/cli/program/session.h"
#include "zhibu/feed/v1/feed.pb.h"

namespace zhibu::cli {

struct ServiceHealth {
  std::string name;
  std::string title;
  std::string address;
  absl::Status reached;  // why not, where it could not be asked
  bool ready = false;    // grpc.health.v1 "": takes calls
  bool live = false;     // "live": the process answers
  std::optional<feed::v1::GetHeadResponse> head;
  absl::Status head_status;
};

// Asks every service. Needs no token for health; revisions stay unknown without one.
std::vector<ServiceHealth> AskHealth(Session& session);

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_COMMANDS_UPKEEP_HEALTH_H_
