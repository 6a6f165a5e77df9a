#include "services/reporting/service.h"

#include <string>
#include <utility>

#include "common/base/status.h"
#include "common/rpc/rpcs.h"
#include "services/reporting/books/reading.h"
#include "services/reporting/books/tables.h"
#include "services/reporting/owed/owed.h"
#include "services/reporting/parts.h"
#include "services/reporting/survey/survey.h"
#include "zhibu/reporting/v1/reporting_service.pb.h"

namespace zhibu::reporting {

absl::StatusOr<std::vector<std::unique_ptr<grpc::Service>>> BuildReporting(
    Server& server, ReportingOptions options) {
  const auto parts = std::make_shared<Parts>(&server.tree(), std::move(options.cadence),
                                             std::move(options.survey));
  const std::unique_ptr<Snapshot> books = server.store().TakeSnapshot();
  ZHIBU_RETURN_IF_ERROR(CheckBooks(*books));
  ZHIBU_RETURN_IF_ERROR(parts->organisations.Load(*books));
  const std::shared_ptr<grpc::Channel> channels[] = {options.registry, options.membership,
                                                     options.activity};
  for (int i = 0; i < 3; ++i) {
    ZHIBU_RETURN_IF_ERROR(server.Follow(kSources[i], channels[i],
                                        [parts](Txn& txn, const google::protobuf::Any& event) {
                                          return parts->ingest.Apply(txn, event);
                                        }));
  }
  const auto surveys = std::make_shared<const Surveys>(&parts->survey, &server.pages());
  const auto owed = std::make_shared<const OwedLists>(&parts->cadence, &server.pages());

  Rpcs rpcs(&server.calls());
  rpcs.Keep(parts);
  rpcs.Read(surveys, &Surveys::Get);
  rpcs.Read(surveys, &Surveys::ListDefinitions);
  rpcs.Read(owed, &OwedLists::List);
  return rpcs.Services({v1::GetBasicSurveyRequest::descriptor()->file()->service(0)});
}

}  // namespace zhibu::reporting
