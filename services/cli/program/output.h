// How answers and failures look: the same everywhere.

#ifndef ZHIBU_SERVICES_CLI_PROGRAM_OUTPUT_H_
#define ZHIBU_SERVICES_CLI_PROGRAM_OUTPUT_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "services/cli/program/session.h"
#include "zhibu/type/v1/finding.pb.h"

namespace zhibu::cli {

// The exit codes, as help documents them.
enum ExitCode {
  kDone = 0,
  kRefused = 1,      // refused by rules or books, or something was found (damage, not serving)
  kUsage = 2,        // not what the command takes
  kUnreachable = 3,  // a service did not answer
  kNotAllowed = 4,   // not authenticated, not permitted, or not there
  kInternal = 5,
};
ExitCode ExitCodeOf(const absl::Status& status);

// The failure in Chinese, ended by a newline: every unmet condition with its rule and the first day
// on which it would be met.
std::string ErrorText(const absl::Status& status, int width);
// The same for programs: {"code", "reason", "message", "exitCode", "findings",
// "omitted"}.
std::string ErrorJson(const absl::Status& status);

// One finding in lines that begin with `indent` spaces.
std::string FindingText(const type::v1::Finding& finding, int indent, int width);

// Prints the message as JSON, as protobuf maps it, with default values and enum names, and answers
// kDone.
absl::StatusOr<int> PrintJson(Context& context, const google::protobuf::Message& message);

// `text` in lines of at most `width` columns, each behind `indent` spaces, the first behind `first`
// instead (which is padded to `indent`).
std::string Paragraph(absl::string_view first, int indent, absl::string_view text, int width);

// "30.2%（161/533）"; without a percentage where the denominator is 0. Rounded half up.
std::string RatioText(int64_t numerator, int64_t denominator);

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_PROGRAM_OUTPUT_H_
