#include "services/cli/import/case_events.h"

#include <algorithm>

#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "services/cli/import/batch.h"
#include "services/cli/import/columns.h"
#include "services/cli/import/messages.h"
#include "zhibu/membership/v1/case_event_service.grpc.pb.h"

namespace zhibu::cli {

using namespace case_event_columns;  // NOLINT: the columns of one file

absl::StatusOr<int64_t> SendCaseEvent(ImportApi& api, const std::string& key, const Row& row,
                                      int earlier) {
  membership::v1::RecordCaseEventRequest request;
  request.set_name(CaseNameOf(row));
  membership::v1::CaseEvent& event = *request.mutable_event();
  event.set_kind(static_cast<membership::v1::CaseEventKind>(row.Value(kKind)));
  *event.mutable_date() = ToProto(*row.Date(kDate));
  if (row.Has(kOrganisation)) {
    event.set_organisation(NameOf(kOrganisations, row.Text(kOrganisation)));
  }
  event.set_reason(row.Text(kReason));
  event.set_document_number(row.Text(kDocument));
  event.set_step_sequence(static_cast<int32_t>(row.Number(kFromStep).value_or(0)));
  if (row.Has(kContinuous)) event.set_continuous(row.Value(kContinuous) == 1);
  event.set_recorded_in_error(row.Value(kInError) == 1);
  if (const auto until = row.Date(kUntil)) *event.mutable_until() = ToProto(*until);
  membership::v1::GetCaseRequest get;
  membership::v1::GetCaseResponse found;
  get.set_name(request.name());
  ZHIBU_RETURN_IF_ERROR(
      api.Call(&membership::v1::MembershipService::Stub::GetCase, api.membership(), get, &found));
  const auto& events = found.development_case().events();
  const auto there = std::count_if(
      events.begin(), events.end(), [&](const membership::v1::RecordedCaseEvent& one) {
        return one.event().kind() == event.kind() &&
               one.event().date().SerializeAsString() == event.date().SerializeAsString();
      });
  if (there > earlier) return 0;
  request.set_etag(found.development_case().etag());
  request.set_request_id(RequestIdOf(key, request));
  membership::v1::RecordCaseEventResponse response;
  ZHIBU_RETURN_IF_ERROR(api.Call(&membership::v1::CaseEventService::Stub::RecordCaseEvent,
                                 api.case_events(), request, &response));
  return response.revision();
}

}  // namespace zhibu::cli
