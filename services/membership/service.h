// The membership service (党员发展与党员名册): persons, their way to membership, what falls due.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_SERVICE_H_
#define ZHIBU_SERVICES_MEMBERSHIP_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/rpc/server.h"
#include "google/protobuf/descriptor.h"

namespace zhibu::membership {

// The contracts that BuildMembership serves, for Server::Create.
std::vector<const google::protobuf::ServiceDescriptor*> MembershipContracts();

struct MembershipOptions {
  std::shared_ptr<grpc::Channel> registry;  // whose feed says which organisations there are
  std::string rule_sets_folder;             // *.textproto, see ruleset.proto
  std::string rule_sets_overlay_folder;     // *.textproto, see overlay.proto; empty: none
  std::string calendars_folder;             // *.textproto, see calendar.proto; empty: none
  std::string transfer_rules_file;          // see transfer_rules.proto
  std::string fact_rules_file;              // see fact_rules.proto
  int unit_transfer_batch = 200;            // persons moved in one commit
  std::vector<std::string> keys;            // what personal data are encrypted with, newest first
};

// Follows the registry, loads rule sets and organisations, and makes the service. Fails with the
// file and line of a rule set that is unsound, and with FAILED_PRECONDITION where the store was
// written with another key.
absl::StatusOr<std::vector<std::unique_ptr<grpc::Service>>> BuildMembership(
    Server& server, MembershipOptions options);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_SERVICE_H_
