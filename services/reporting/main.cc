#include <string>

#include "absl/flags/flag.h"
#include "common/base/data_folder.h"
#include "common/base/status.h"
#include "common/rpc/client.h"
#include "common/rpc/run_service.h"
#include "services/reporting/data/load_survey.h"
#include "services/reporting/service.h"
#include "zhibu/reporting/v1/reporting_service.pb.h"

ABSL_FLAG(std::string, registry, "127.0.0.1:7401", "host:port of the registry");
ABSL_FLAG(std::string, membership, "127.0.0.1:7402", "host:port of the membership service");
ABSL_FLAG(std::string, activity, "127.0.0.1:7403", "host:port of the activity service");
ABSL_FLAG(std::string, cadence, "",
          "folder with cadence.textproto: what is owed how often; default: as shipped");
ABSL_FLAG(std::string, survey, "", "file of the survey catalogue; default: as shipped");

int main(int argc, char** argv) {
  zhibu::ServiceProgram program;
  program.name = "reporting";
  program.default_port = 7404;
  program.usage = "The reporting service: any figure for any organisation on any date.";
  program.contracts = {
      zhibu::reporting::v1::GetBasicSurveyRequest::descriptor()->file()->service(0)};
  program.build =
      [](zhibu::Server& server) -> absl::StatusOr<std::vector<std::unique_ptr<grpc::Service>>> {
    zhibu::reporting::ReportingOptions options;
    options.registry = zhibu::MakeChannel(absl::GetFlag(FLAGS_registry));
    options.membership = zhibu::MakeChannel(absl::GetFlag(FLAGS_membership));
    options.activity = zhibu::MakeChannel(absl::GetFlag(FLAGS_activity));
    std::string cadence = absl::GetFlag(FLAGS_cadence);
    if (cadence.empty()) cadence = zhibu::DataFolder("cadence");
    ZHIBU_ASSIGN_OR_RETURN(options.cadence, zhibu::LoadCadence(cadence + "/cadence.textproto"));
    std::string survey = absl::GetFlag(FLAGS_survey);
    if (survey.empty()) survey = zhibu::DataFolder("survey") + "/survey.textproto";
    ZHIBU_ASSIGN_OR_RETURN(options.survey, zhibu::reporting::LoadSurvey(survey));
    return zhibu::reporting::BuildReporting(server, std::move(options));
  };
  return zhibu::RunService(argc, argv, program);
}
