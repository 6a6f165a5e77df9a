// What commands about a subtree do alike: ORG, --line and --as-of.
#ifndef ZHIBU_SERVICES_CLI_PROGRAM_SUBTREE_H_
#define ZHIBU_SERVICES_CLI_PROGRAM_SUBTREE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "services/cli/program/session.h"
#include "services/cli/program/words.h"

namespace zhibu::cli {

// The subtree that a request is about.
template <typename Request>
absl::Status SetSubtree(const Context& context, Request& request) {
  const std::string text = context.args.Text("ORG");
  if (!text.empty()) {
    ZHIBU_ASSIGN_OR_RETURN(*request.mutable_root(), ResourceName(kOrganisations, text));
  }
  request.set_line(LineOf(context.args, type::v1::LINE_SUBORDINATION));
  if constexpr (requires { request.mutable_as_of(); }) {
    if (const auto day = context.args.Date("as-of")) *request.mutable_as_of() = ToProto(*day);
  }
  return absl::OkStatus();
}

// "截至 2026-11-23 · 班子 · 共 3 个" and an empty line.
inline void SubtreeHeading(Context& context, absl::string_view what, int count,
                           absl::string_view unit) {
  context.io.out << "截至 "
                 << FormatDate(context.args.Date("as-of").value_or(context.io.clock->Today()))
                 << " · " << what << " · 共 " << count << " " << unit << "\n\n";
}

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_PROGRAM_SUBTREE_H_
