#include "services/cli/program/titles.h"

#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "services/cli/program/words.h"
#include "zhibu/registry/v1/registry_service.grpc.pb.h"

namespace zhibu::cli {
namespace {
using registry::v1::RegistryService;
// Up to here one by one; beyond, the whole subtree in pages is cheaper.
constexpr size_t kOneByOne = 30;
}  // namespace

Titles::Titles(Context& context, const std::set<std::string>& names, const std::string& root) {
  std::set<std::string> organisations, institutions;
  for (const std::string& name : names) {
    if (IdOf(kOrganisations, name)) organisations.insert(name);
    if (IdOf(kInstitutions, name)) institutions.insert(name);
  }
  const auto as_of = context.args.Date("as-of");
  const Endpoint& registry = context.session.registry();
  // Whether to go on asking. Not there: the next may be. Not reachable: neither is the next.
  const auto answers = [](const absl::Status& status) {
    return status.ok() || absl::IsNotFound(status);
  };
  if (organisations.size() <= kOneByOne) {
    for (const std::string& name : organisations) {
      registry::v1::GetOrganisationRequest request;
      request.set_name(name);
      if (as_of) *request.mutable_as_of() = ToProto(*as_of);
      registry::v1::GetOrganisationResponse response;
      const absl::Status status = context.session.Call(
          registry, &RegistryService::Stub::GetOrganisation, request, &response);
      if (status.ok()) titles_[name] = response.organisation().title();
      if (!answers(status)) return;
    }
  } else {
    registry::v1::ListOrganisationsRequest request;
    request.set_root(root);
    request.set_line(type::v1::LINE_EITHER);
    if (as_of) *request.mutable_as_of() = ToProto(*as_of);
    registry::v1::ListOrganisationsResponse all;
    if (!answers(context.session.CallPages(registry, &RegistryService::Stub::ListOrganisations,
                                           request, &all))) {
      return;
    }
    for (const auto& node : all.organisations()) {
      titles_[node.organisation().name()] = node.organisation().title();
    }
  }
  if (institutions.size() <= kOneByOne) {
    for (const std::string& name : institutions) {
      registry::v1::GetInstitutionRequest request;
      request.set_name(name);
      if (as_of) *request.mutable_as_of() = ToProto(*as_of);
      registry::v1::GetInstitutionResponse response;
      const absl::Status status = context.session.Call(
          registry, &RegistryService::Stub::GetInstitution, request, &response);
      if (status.ok()) titles_[name] = response.institution().title();
      if (!answers(status)) return;
    }
  } else {
    registry::v1::ListInstitutionsRequest request;
    request.set_root(root);
    request.set_line(type::v1::LINE_EITHER);
    if (as_of) *request.mutable_as_of() = ToProto(*as_of);
    registry::v1::ListInstitutionsResponse all;
    if (!answers(context.session.CallPages(registry, &RegistryService::Stub::ListInstitutions,
                                           request, &all))) {
      return;
    }
    for (const auto& institution : all.institutions()) {
      titles_[institution.name()] = institution.title();
    }
  }
}

std::string Titles::Of(const std::string& name) const {
  auto it = titles_.find(name);
  return it == titles_.end() || it->second.empty() ? BareId(name) : it->second;
}

}  // namespace zhibu::cli
