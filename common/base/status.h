// Failures: an absl::Status that carries, as one payload, the google.rpc details a caller will see.
#ifndef ZHIBU_COMMON_BASE_STATUS_H_
#define ZHIBU_COMMON_BASE_STATUS_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "google/rpc/status.pb.h"
#include "zhibu/type/v1/citation.pb.h"
#include "zhibu/type/v1/finding.pb.h"

namespace zhibu {

// One unmet condition: of the rules, of the books, or of a request's form.
struct Violation {
  // Stable, UPPER_SNAKE_CASE, such as "ACTIVIST_PERIOD_TOO_SHORT"; programs decide by it.
  std::string reason;
  // What it is about: a field path of the request ("requests[3].person.id_number") or a resource
  // name.
  std::string subject;
  // In Chinese: what is wrong and what would make it right. No personal data.
  std::string message;
  // The check's code ("D03"); empty where the condition is not one of the domain's.
  std::string code;
  // The rule; `document` empty where there is none.
  type::v1::Citation citation;
  // The first day on which it would be met, where time alone meets it.
  std::optional<absl::CivilDay> earliest;
};

// INVALID_ARGUMENT + BadRequest: the request is malformed. Every field at fault is named.
absl::Status Malformed(const std::vector<Violation>& violations);
absl::Status Malformed(absl::string_view field, absl::string_view reason,
                       absl::string_view message);

// FAILED_PRECONDITION + PreconditionFailure (every unmet condition): rules or books forbid it.
absl::Status Refused(const std::vector<Violation>& violations);
absl::Status Refused(absl::string_view subject, absl::string_view reason,
                     absl::string_view message);

// NOT_FOUND: not there, or not visible to the caller; the two look alike on purpose.
absl::Status NotFound(absl::string_view resource);
// ALREADY_EXISTS, with a reason such as "ORGANISATION_EXISTS".
absl::Status AlreadyExists(absl::string_view resource, absl::string_view reason);
// ABORTED, reason "ETAG_STALE": somebody else was first; the details carry the current etag.
absl::Status StaleEtag(absl::string_view resource, absl::string_view current_etag);
// Any other failure with a stable reason.
absl::Status Failure(absl::StatusCode code, absl::string_view reason, absl::string_view message);
// RESOURCE_EXHAUSTED or UNAVAILABLE with RetryInfo of `milliseconds`.
absl::Status RetryLater(absl::StatusCode code, absl::string_view reason, absl::string_view message,
                        int milliseconds);

// Every unmet condition that the status carries.
std::vector<type::v1::Finding> FindingsOf(const absl::Status& status);
type::v1::Finding ToFinding(const Violation& violation);

// The stable reason of the status (ErrorInfo.reason); empty where it has none.
std::string ReasonOf(const absl::Status& status);
// Every violation's reason in the status, in order; its own reason where it has no list.
std::vector<std::string> ReasonsOf(const absl::Status& status);

// The google.rpc.Status of a status: code, message, and the details above; `service` is filled in
// as ErrorInfo.domain ("registry.zhibu"). Where it would be larger than `max_bytes`, the last
// findings are left out and counted: gRPC clients drop a call whose trailers exceed their limit (8
// KiB unless raised).
google::rpc::Status ToRpcStatus(const absl::Status& status, absl::string_view service,
                                size_t max_bytes = 6000);
// The reverse, for clients.
absl::Status FromRpcStatus(const google::rpc::Status& status);

}  // namespace zhibu

// Returns early from a function that returns absl::Status or absl::StatusOr.
#define ZHIBU_RETURN_IF_ERROR(expr)                \
  do {                                             \
    absl::Status zhibu_status_ = (expr);           \
    if (!zhibu_status_.ok()) return zhibu_status_; \
  } while (false)
#define ZHIBU_CONCAT_INNER_(a, b) a##b
#define ZHIBU_CONCAT_(a, b) ZHIBU_CONCAT_INNER_(a, b)
#define ZHIBU_ASSIGN_OR_RETURN(lhs, expr) \
  ZHIBU_ASSIGN_OR_RETURN_(ZHIBU_CONCAT_(zhibu_value_, __LINE__), lhs, expr)
#define ZHIBU_ASSIGN_OR_RETURN_(result, lhs, expr) \
  auto result = (expr);                            \
  if (!result.ok()) return result.status();        \
  lhs = std::move(result).value()

#endif  // ZHIBU_COMMON_BASE_STATUS_H_
