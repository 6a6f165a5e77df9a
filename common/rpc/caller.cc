#include "common/rpc/caller.h"

#include "common/base/civil.h"

namespace zhibu {

absl::Status Callers::Get(Call& call, const policy::v1::GetCallerRequest&, const Reader&,
                          policy::v1::GetCallerResponse* response) const {
  const Principal& principal = call.principal();
  response->set_name(principal.name());
  *response->mutable_roles() = principal.roles();
  response->set_scope_organisation(principal.scope_organisation());
  response->set_scope_line(principal.scope_line() == type::v1::LINE_UNSPECIFIED
                               ? type::v1::LINE_SUBORDINATION
                               : principal.scope_line());
  response->set_service(service_);
  *response->mutable_today() = ToProto(call.today());
  return absl::OkStatus();
}

}  // namespace zhibu
