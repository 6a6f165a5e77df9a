// Who calls: bearer tokens against a file of principals, of which only hashes are kept.
#ifndef ZHIBU_COMMON_RPC_IDENTITY_H_
#define ZHIBU_COMMON_RPC_IDENTITY_H_

#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "zhibu/policy/v1/policy.pb.h"

namespace zhibu {

using Principal = policy::v1::Principal;

// A principal that sees every organisation has this scope.
inline constexpr char kEveryOrganisation[] = "organisations/-";

// Immutable, thread-safe.
class Authenticator {
 public:
  // INVALID_ARGUMENT naming the entry where a principal is unsound: a name that is not
  // [a-z0-9.-]{1,63}, no role, a hash that is not one, a scope that is not an organisation, the
  // same name or token twice, an empty token, or a token that is the hash of another one and so
  // can be read in the file.
  static absl::StatusOr<Authenticator> Create(const policy::v1::Principals& principals);
  // From a text-format file of zhibu.policy.v1.Principals.
  static absl::StatusOr<Authenticator> FromFile(const std::string& path);

  // The principal whose token this is, or null.
  const Principal* Find(absl::string_view token) const;

 private:
  absl::flat_hash_map<std::string, Principal> by_token_sha256_;
};

}  // namespace zhibu

#endif  // ZHIBU_COMMON_RPC_IDENTITY_H_
