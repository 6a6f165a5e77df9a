#include "services/cli/commands/titles.h"

#include "common/base/civil.h"
#include "services/cli/commands/words.h"
#include "zhibu/registry/v1/registry_service.grpc.pb.h"

namespace zhibu::cli {
namespace {
using registry::v1::RegistryService;
// Up to here one by one; beyond, the whole subtree in pages is cheaper.
constexpr size_t kOneByOne = 30;
}  // namespace

Titles::Titles(Context& context, const std::set<std::string>& names, const std::string& root) {
  const auto as_of = context.args.Date("as-of");
  if (names.size() <= kOneByOne) {
    for (const std::string& name : names) {
      if (name.empty()) continue;
      registry::v1::GetOrganisationRequest request;
      request.set_name(name);
      if (as_of) *request.mutable_as_of() = ToProto(*as_of);
      registry::v1::GetOrganisationResponse response;
      const absl::Status status = context.session.Call(
          context.session.registry(), &RegistryService::Stub::GetOrganisation, request, &response);
      if (status.ok()) titles_[name] = response.organisation().title();
      // Not there: the next may be. Not reachable: neither is the next.
      if (!status.ok() && !absl::IsNotFound(status)) return;
    }
    return;
  }
  registry::v1::ListOrganisationsRequest request;
  request.set_root(root);
  request.set_line(type::v1::LINE_EITHER);
  if (as_of) *request.mutable_as_of() = ToProto(*as_of);
  registry::v1::ListOrganisationsResponse all;
  const absl::Status status = context.session.CallPages(
      context.session.registry(), &RegistryService::Stub::ListOrganisations, request, &all);
  if (!status.ok()) return;
  for (const auto& node : all.organisations()) {
    titles_[node.organisation().name()] = node.organisation().title();
  }
}

std::string Titles::Of(const std::string& name) const {
  auto it = titles_.find(name);
  return it == titles_.end() || it->second.empty() ? BareId(name) : it->second;
}

}  // namespace zhibu::cli
