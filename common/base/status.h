// Failures: an absl::Status that carries, as one payload, the google.rpc details a caller will see.
#ifndef ZHIBU_COMMON_BASE_STATUS_H_
#define ZHIBU_COMMON_BASE_STATUS_H_

#include <cstdint>
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

  // What only some conditions have, one after the other: `list.Add(...).Cite(c).Earliest(day)`.
  Violation& Code(absl::string_view check) {
    code = std::string(check);
    return *this;
  }
  Violation& Cite(const type::v1::Citation& rule) {
    citation = rule;
    return *this;
  }
  Violation& Earliest(absl::CivilDay day) {
    earliest = day;
    return *this;
  }
};

// A condition by itself, without code, citation and day.
Violation Unmet(absl::string_view reason, absl::string_view subject, absl::string_view message);

// The unmet conditions of one request, in the order in which they were found. Subjects may share a
// prefix ("requests[3]", "event"), which is then not repeated at every check: a dot is put between
// unless there is one, or an index follows; an empty subject is the prefix itself. A value; passes
// wherever a vector of violations is read.
class Violations {
 public:
  Violations() = default;
  explicit Violations(absl::string_view prefix) : prefix_(prefix) {}

  // The reference is good until the next one is added.
  Violation& Add(absl::string_view reason, absl::string_view subject, absl::string_view message);
  // As it is: its subject is whole.
  Violation& Add(Violation violation);
  // Adds unless `met`. What composes its message does so whether it is needed or not; where that
  // costs, ask first and Add.
  void Require(bool met, absl::string_view reason, absl::string_view subject,
               absl::string_view message) {
    if (!met) Add(reason, subject, message);
  }
  // Adds all of `others`, whose subjects are whole.
  void Append(std::vector<Violation> others);
  // Adds all of `others`, with `prefix` before their subjects, as above.
  void AppendAt(absl::string_view prefix, std::vector<Violation> others);

  bool empty() const { return list_.empty(); }
  size_t size() const { return list_.size(); }
  auto begin() const { return list_.begin(); }
  auto end() const { return list_.end(); }
  const Violation& operator[](size_t i) const { return list_[i]; }
  Violation& back() { return list_.back(); }

  const std::vector<Violation>& list() const { return list_; }
  operator const std::vector<Violation>&() const { return list_; }  // NOLINT: it is its list
  std::vector<Violation> Take() && { return std::move(list_); }

  // OK where there is none, else Malformed or Refused with all of them.
  absl::Status MalformedUnlessEmpty() const;
  absl::Status RefusedUnlessEmpty() const;

 private:
  std::string prefix_;
  std::vector<Violation> list_;
};

// INVALID_ARGUMENT + BadRequest: the request is malformed. Every field at fault is named.
absl::Status Malformed(const std::vector<Violation>& violations);
absl::Status Malformed(absl::string_view field, absl::string_view reason,
                       absl::string_view message);

// FAILED_PRECONDITION + PreconditionFailure (every unmet condition): rules or books forbid it.
absl::Status Refused(const std::vector<Violation>& violations);
absl::Status Refused(absl::string_view subject, absl::string_view reason,
                     absl::string_view message);

// The next three carry google.rpc.ResourceInfo (the name, and its collection, such as "persons", as
// the type) and one Finding. Its subject is `subject`, the field of the request that named the row
// ("cases[1].etag"), where the caller has one; else the resource.

// NOT_FOUND: not there, or not visible to the caller; the two look alike on purpose.
absl::Status NotFound(absl::string_view resource, absl::string_view subject = "");
// ALREADY_EXISTS, with a reason such as "ORGANISATION_EXISTS".
absl::Status AlreadyExists(absl::string_view resource, absl::string_view reason,
                           absl::string_view subject = "");
// ABORTED, reason "ETAG_STALE": somebody else was first. The present etag is not told: who is
// refused is to read before writing again.
absl::Status StaleEtag(absl::string_view resource);

// OK where `given` is the etag of `version`, the present one of `resource`, or is empty where there
// is no such resource yet (nullopt); else INVALID_ARGUMENT "ETAG_REQUIRED" where none is given,
// ABORTED "ETAG_STALE" where it is another one. `field` is the etag's ("cases[1].etag"), the
// subject of both.
absl::Status RequireEtag(absl::string_view given, std::optional<int64_t> version,
                         absl::string_view resource, absl::string_view field = "etag");
// Adds the same ETAG_REQUIRED to what else is wrong with the request's form.
void RequireEtagGiven(absl::string_view given, Violations& wrong, absl::string_view field = "etag");
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
