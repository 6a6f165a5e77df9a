// zhibu-membership: flags → objects → run.

#include "absl/flags/flag.h"
#include "common/base/data_folder.h"
#include "common/base/file_mode.h"
#include "common/base/status.h"
#include "common/rpc/client.h"
#include "common/rpc/run_service.h"
#include "services/membership/books/personal_data.h"
#include "services/membership/service.h"

ABSL_FLAG(std::string, registry, "127.0.0.1:7401", "host:port of the registry");
ABSL_FLAG(std::string, rulesets, "",
          "folder of the rule sets; default: those that ship with the program");
ABSL_FLAG(std::string, rulesets_overlay, "",
          "folder of what this deployment changes of the rule sets; default: nothing");
ABSL_FLAG(std::string, calendars, "",
          "folder of the working days by year; default: those that ship with the program");
ABSL_FLAG(std::string, transfer_rules, "",
          "file with what transfers are judged by; default: the one that ships with the program");
ABSL_FLAG(std::string, fact_rules, "",
          "file with what memberships and dues are judged by; default: the one that ships with the "
          "program");
ABSL_FLAG(std::string, key_file, "",
          "keys of the personal data, newest first, each a line of 64 hexadecimal digits; default: "
          "membership.key in the folder above data_dir, made where it is missing");

int main(int argc, char** argv) {
  zhibu::ServiceProgram program;
  program.name = "membership";
  program.default_port = 7402;
  program.usage = "Keeps persons and their way to membership (党员发展与党员名册).";
  program.contracts = zhibu::membership::MembershipContracts();
  program.build =
      [](zhibu::Server& server) -> absl::StatusOr<std::vector<std::unique_ptr<grpc::Service>>> {
    zhibu::membership::MembershipOptions options;
    options.registry = zhibu::MakeChannel(absl::GetFlag(FLAGS_registry));
    options.rule_sets_folder = absl::GetFlag(FLAGS_rulesets);
    if (options.rule_sets_folder.empty()) {
      options.rule_sets_folder = zhibu::DataFolder("rulesets");
    }
    options.rule_sets_overlay_folder = absl::GetFlag(FLAGS_rulesets_overlay);
    options.calendars_folder = absl::GetFlag(FLAGS_calendars);
    if (options.calendars_folder.empty()) {
      options.calendars_folder = zhibu::DataFolder("calendars");
    }
    options.transfer_rules_file = absl::GetFlag(FLAGS_transfer_rules);
    if (options.transfer_rules_file.empty()) {
      options.transfer_rules_file = zhibu::DataFolder("transfers") + "/transfers.textproto";
    }
    options.fact_rules_file = absl::GetFlag(FLAGS_fact_rules);
    if (options.fact_rules_file.empty()) {
      options.fact_rules_file = zhibu::DataFolder("facts") + "/facts.textproto";
    }
    std::string key_file = absl::GetFlag(FLAGS_key_file);
    if (key_file.empty()) key_file = zhibu::LocalFolder() + "/membership.key";
    ZHIBU_RETURN_IF_ERROR(zhibu::CheckSecret(key_file));
    ZHIBU_ASSIGN_OR_RETURN(options.keys, zhibu::membership::LoadOrMakeKeys(key_file));
    return zhibu::membership::BuildMembership(server, std::move(options));
  };
  return zhibu::RunService(argc, argv, program);
}
