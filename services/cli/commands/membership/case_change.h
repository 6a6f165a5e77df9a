// What every change of a development case asks for: which case, the etag that it had, an id for the
// request, and whether only to judge.

#ifndef ZHIBU_SERVICES_CLI_COMMANDS_MEMBERSHIP_CASE_CHANGE_H_
#define ZHIBU_SERVICES_CLI_COMMANDS_MEMBERSHIP_CASE_CHANGE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/crypto.h"
#include "common/base/status.h"
#include "services/cli/program/session.h"
#include "services/cli/program/words.h"

namespace zhibu::cli {

Argument CaseArgument();
// --etag, --request-id and --validate-only.
std::vector<Option> CaseChangeOptions();

// Of --etag; without it, the case is read: who types has just looked.
absl::StatusOr<std::string> EtagOfCase(Context& context, const std::string& name);

// Fills all of that in. `opens`: the change opens the case, which has no etag yet. A case that is
// not there may be opened by another step too: whether it may, the service says.
template <typename Request>
absl::Status AddressCase(Context& context, bool opens, Request& request) {
  ZHIBU_ASSIGN_OR_RETURN(*request.mutable_name(), CaseNameOf(context.args.Text("CASE")));
  request.set_validate_only(context.args.Has("validate-only"));
  request.set_request_id(context.args.Has("request-id") ? context.args.Text("request-id")
                                                        : RandomId());
  if (opens && !context.args.Has("etag")) return absl::OkStatus();
  if (context.args.Has("request-id") && !context.args.Has("etag") && !request.validate_only()) {
    // Read anew, it would differ, and what is repeated would be another request.
    return absl::InvalidArgumentError(
        "写了 --request-id 的，请同时写明 --etag：重复提交须完全相同");
  }
  absl::StatusOr<std::string> etag = EtagOfCase(context, request.name());
  if (absl::IsNotFound(etag.status())) return absl::OkStatus();
  ZHIBU_RETURN_IF_ERROR(etag.status());
  request.set_etag(*std::move(etag));
  return absl::OkStatus();
}

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_COMMANDS_MEMBERSHIP_CASE_CHANGE_H_
