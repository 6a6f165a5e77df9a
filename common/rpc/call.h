// One call, as its body sees it.
#ifndef ZHIBU_COMMON_RPC_CALL_H_
#define ZHIBU_COMMON_RPC_CALL_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/domain/shared_org_tree.h"
#include "common/rpc/identity.h"
#include "common/rpc/policy.h"
#include "google/type/date.pb.h"

namespace zhibu {

// Lives as long as the call; used by one thread at a time.
class Call {
 public:
  Call(const MethodInfo& method, const Principal& principal, const SharedOrgTree& tree,
       absl::CivilDay today, absl::Time deadline)
      : method_(method), principal_(principal), tree_(tree), today_(today), deadline_(deadline) {}

  const MethodInfo& method() const { return method_; }
  const Principal& principal() const { return principal_; }
  // China Standard Time; the same throughout the call.
  absl::CivilDay today() const { return today_; }
  absl::Time deadline() const { return deadline_; }
  // The principal's name: for what is shared out between callers.
  const std::string& caller() const { return principal_.name(); }

  // The day that a request gives in its field `field`: today where it does not (`has` is false). A
  // date that is given is whole and exists, or it is INVALID_ARGUMENT "DATE_INVALID": a date of
  // zeros is not the same as none.
  absl::StatusOr<absl::CivilDay> DayOf(bool has, const google::type::Date& date,
                                       absl::string_view field) const;
  // The same of a request's `as_of`: on which day to look.
  template <typename Request>
  absl::StatusOr<absl::CivilDay> AsOf(const Request& request) const {
    return DayOf(request.has_as_of(), request.as_of(), "as_of");
  }

  // OK when `organisation` ("organisations/{organisation}", or "" for the whole suite) lies in the
  // caller's scope today, or on its last day where it is dissolved; else NOT_FOUND, which tells a
  // stranger nothing. A method whose policy is SCOPE_BODY must ask at least once.
  absl::Status RequireScope(absl::string_view organisation);
  bool scope_checked() const { return scope_checked_; }
  // What was found to lie in the scope so far, each once: whoever is to get the same answer later
  // must be in the scope of all of it then. The first kMaxScopes.
  const std::vector<std::string>& scopes() const { return scopes_; }
  static constexpr size_t kMaxScopes = 64;

 private:
  bool InScope(absl::string_view organisation) const;

  const MethodInfo& method_;
  const Principal& principal_;
  const SharedOrgTree& tree_;
  const absl::CivilDay today_;
  const absl::Time deadline_;
  bool scope_checked_ = false;
  std::vector<std::string> scopes_;
};

}  // namespace zhibu

#endif  // ZHIBU_COMMON_RPC_CALL_H_
