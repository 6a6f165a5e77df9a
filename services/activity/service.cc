#include "services/activity/service.h"

#include <utility>

#include "common/base/status.h"
#include "common/rpc/organisation_mirror.h"
#include "common/rpc/rpcs.h"
#include "common/store/dispatch.h"
#include "services/activity/books/mirror.h"
#include "services/activity/owed/owed.h"
#include "services/activity/parts.h"
#include "services/activity/records/kinds.h"
#include "services/activity/records/records.h"
#include "services/activity/study/study_hours.h"
#include "zhibu/activity/v1/activity_service.pb.h"

namespace zhibu::activity {

absl::StatusOr<std::vector<std::unique_ptr<grpc::Service>>> BuildActivity(Server& server,
                                                                          ActivityOptions options) {
  ZHIBU_RETURN_IF_ERROR(CheckCadence(options.kinds, options.cadence));
  auto mirror = std::make_shared<OrganisationMirror>(&server.tree());
  ZHIBU_RETURN_IF_ERROR(mirror->Load(*server.store().TakeSnapshot()));
  ZHIBU_RETURN_IF_ERROR(server.Follow(
      "registry", std::move(options.registry),
      [mirror](Txn& txn, const google::protobuf::Any& event) {
        return DispatchFollowed(event, [&](const registry::v1::OrganisationChanged& changed) {
          return mirror->Apply(txn, changed);
        });
      }));
  ZHIBU_RETURN_IF_ERROR(server.Follow(
      "membership", std::move(options.membership),
      [](Txn& txn, const google::protobuf::Any& event) { return Persons().Apply(txn, event); }));
  const auto parts =
      std::make_shared<const Parts>(std::move(options.cadence), std::move(options.kinds));
  // The bodies, each with what it needs.
  Pages* const pages = &server.pages();
  const auto records = std::make_shared<const Records>(&parts->kinds, pages);
  const auto kinds = std::make_shared<const KindList>(&parts->kinds, pages);
  const auto owed = std::make_shared<const OwedList>(&parts->cadence, pages);
  const auto study = std::make_shared<const StudyLedger>(&parts->kinds, pages);

  Rpcs rpcs(&server.calls());
  rpcs.Keep(parts);
  rpcs.Write(records, &Records::Create);
  rpcs.Write(records, &Records::BatchCreate);
  rpcs.Write(records, &Records::Correct);
  rpcs.Write(records, &Records::Cancel);
  rpcs.PointRead(records, &Records::Get);
  rpcs.Read(records, &Records::List);
  rpcs.Read(kinds, &KindList::List);

  rpcs.Read(owed, &OwedList::List);
  rpcs.Read(study, &StudyLedger::List);
  return rpcs.Services({v1::CreateActivityRequest::descriptor()->file()->service(0)});
}

}  // namespace zhibu::activity
