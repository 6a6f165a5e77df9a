#include "services/cli/import/facts.h"

#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "services/cli/import/batch.h"
#include "services/cli/import/columns.h"
#include "zhibu/membership/v1/membership_fact_service.grpc.pb.h"

namespace zhibu::cli {

using namespace fact_columns;  // NOLINT: the columns of one file

absl::StatusOr<int64_t> SendFact(ImportApi& api, const std::string& key, const Row& row) {
  membership::v1::RecordMembershipFactRequest request;
  request.set_name(NameOf(kPersons, row.Text(kPerson)));
  membership::v1::MembershipFact& fact = *request.mutable_fact();
  fact.set_kind(static_cast<membership::v1::MembershipFactKind>(row.Value(kKind)));
  *fact.mutable_date() = ToProto(*row.Date(kDate));
  if (const auto until = row.Date(kUntil)) *fact.mutable_until() = ToProto(*until);
  if (row.Has(kAuthority)) fact.set_authority(NameOf(kOrganisations, row.Text(kAuthority)));
  fact.set_article(row.Text(kArticle));
  fact.set_document_number(row.Text(kDocument));
  membership::v1::GetPersonRequest get;
  membership::v1::GetPersonResponse found;
  get.set_name(request.name());
  ZHIBU_RETURN_IF_ERROR(
      api.Call(&membership::v1::MembershipService::Stub::GetPerson, api.membership(), get, &found));
  for (const auto& known : found.person().facts()) {
    if (known.kind() == fact.kind() &&
        known.date().SerializeAsString() == fact.date().SerializeAsString()) {
      return 0;
    }
  }
  request.set_etag(found.person().etag());
  request.set_request_id(RequestIdOf(key, request));
  membership::v1::RecordMembershipFactResponse response;
  ZHIBU_RETURN_IF_ERROR(api.Call(&membership::v1::MembershipFactService::Stub::RecordMembershipFact,
                                 api.facts(), request, &response));
  return response.revision();
}

}  // namespace zhibu::cli
