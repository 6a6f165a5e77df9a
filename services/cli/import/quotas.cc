#include "services/cli/import/quotas.h"

#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "services/cli/import/batch.h"
#include "services/cli/import/columns.h"
#include "zhibu/membership/v1/quota_service.grpc.pb.h"

namespace zhibu::cli {
namespace {

using membership::v1::QuotaService;

// Empty where the organisation has no ledger of that year.
absl::StatusOr<membership::v1::GetQuotaResponse> Ledger(ImportApi& api,
                                                        const std::string& organisation,
                                                        int32_t year) {
  membership::v1::GetQuotaRequest request;
  request.set_organisation(organisation);
  request.set_year(year);
  membership::v1::GetQuotaResponse response;
  const absl::Status status =
      api.Call(&QuotaService::Stub::GetQuota, api.quotas(), request, &response);
  if (!status.ok() && !absl::IsNotFound(status)) return status;
  return response;
}

}  // namespace

absl::StatusOr<int64_t> SendQuota(ImportApi& api, const std::string& key, const Row& row) {
  using namespace quota_columns;  // NOLINT: the columns of one file
  membership::v1::AllocateQuotaRequest request;
  request.set_year(static_cast<int32_t>(*row.Number(kYear)));
  membership::v1::QuotaEntry& entry = *request.mutable_entry();
  if (row.Has(kFrom)) entry.set_from_organisation(NameOf(kOrganisations, row.Text(kFrom)));
  entry.set_to_organisation(NameOf(kOrganisations, row.Text(kTo)));
  entry.set_number(static_cast<int32_t>(*row.Number(kNumber)));
  entry.set_document_number(row.Text(kDocument));
  ZHIBU_ASSIGN_OR_RETURN(const auto receiver, Ledger(api, entry.to_organisation(), request.year()));
  for (const membership::v1::QuotaEntry& there : receiver.entries()) {
    if (there.SerializeAsString() == entry.SerializeAsString()) return 0;
  }
  request.set_etag(receiver.quota().etag());
  if (!entry.from_organisation().empty()) {
    ZHIBU_ASSIGN_OR_RETURN(const auto giver, Ledger(api, entry.from_organisation(), request.year()));
    request.set_from_etag(giver.quota().etag());
  }
  request.set_request_id(RequestIdOf(key, request));
  membership::v1::AllocateQuotaResponse response;
  ZHIBU_RETURN_IF_ERROR(
      api.Call(&QuotaService::Stub::AllocateQuota, api.quotas(), request, &response));
  return response.revision();
}

}  // namespace zhibu::cli
