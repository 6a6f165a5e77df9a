#include "services/cli/import/outside.h"

#include <string>

#include "absl/strings/match.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"

namespace zhibu::cli {
namespace {

template <typename Request, typename Response, typename Stub>
absl::StatusOr<bool> Answers(ImportApi& api,
                             grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                          Response*),
                             Stub& stub, const std::string& name) {
  Request request;
  Response response;
  request.set_name(name);
  const absl::Status status = api.Call(method, stub, request, &response);
  if (absl::IsNotFound(status)) return false;
  if (!status.ok()) return status;
  return true;
}

absl::StatusOr<bool> IsThere(ImportApi& api, const std::string& name) {
  using membership::v1::MembershipService;
  using registry::v1::RegistryService;
  if (absl::StartsWith(name, kOrganisations)) {
    return Answers(api, &RegistryService::Stub::GetOrganisation, api.registry(), name);
  }
  if (absl::StartsWith(name, kInstitutions)) {
    return Answers(api, &RegistryService::Stub::GetInstitution, api.registry(), name);
  }
  return Answers(api, &MembershipService::Stub::GetPerson, api.membership(), name);
}

}  // namespace

absl::Status CheckOutside(ImportApi& api, const FolderFacts& facts, RowErrors& errors) {
  for (const auto& [name, places] : facts.outside) {
    ZHIBU_ASSIGN_OR_RETURN(const bool there, IsThere(api, name));
    if (there) continue;
    for (const Place& place : places) {
      const FileSpec& spec = SpecOf(place.file);
      errors.Add({spec.name, place.line, spec.columns[place.column].header, "REFERENCE_NOT_THERE",
                  "文件夹和系统中都没有这个编号"});
    }
  }
  return absl::OkStatus();
}

}  // namespace zhibu::cli
