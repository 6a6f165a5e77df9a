// The reporting service: follows the feeds of the other services and answers figures.
#ifndef ZHIBU_SERVICES_REPORTING_SERVICE_H_
#define ZHIBU_SERVICES_REPORTING_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "common/domain/cadence.h"
#include "common/rpc/server.h"
#include "services/reporting/data/survey.pb.h"

namespace zhibu::reporting {

struct ReportingOptions {
  // Whose feeds are followed.
  std::shared_ptr<grpc::Channel> registry, membership, activity;
  Cadence cadence;
  survey::SurveyCatalogue survey;
};

// Names the three feeds, loads the tree and makes the service. `server` must outlive what it
// returns.
absl::StatusOr<std::vector<std::unique_ptr<grpc::Service>>> BuildReporting(
    Server& server, ReportingOptions options);

}  // namespace zhibu::reporting

#endif  // ZHIBU_SERVICES_REPORTING_SERVICE_H_
