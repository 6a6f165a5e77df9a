// Who calls: bearer tokens against a file of principals, of which only hashes are kept.
#ifndef ZHIBU_COMMON_RPC_IDENTITY_H_
#define ZHIBU_COMMON_RPC_IDENTITY_H_

#include <atomic>
#include <deque>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "zhibu/policy/v1/policy.pb.h"

namespace zhibu {

using Principal = policy::v1::Principal;

// A principal that sees every organisation has this scope.
inline constexpr char kEveryOrganisation[] = "organisations/-";

// Thread-safe.
class Authenticator {
 public:
  // INVALID_ARGUMENT naming the entry where a principal is unsound: a name that is not
  // [a-z0-9.-]{1,63}, no role, a hash that is not one, a scope that is not an organisation, the
  // same name or token twice, an empty token, or a token that is the hash of another one and so
  // can be read in the file.
  static absl::StatusOr<Authenticator> Create(const policy::v1::Principals& principals);
  // These in the place of all there were, or none of them. One thread; others may ask meanwhile. A
  // principal that was found before stays readable, since calls run under it.
  absl::Status Replace(const policy::v1::Principals& principals);

  // The principal whose token this is, or null.
  const Principal* Find(absl::string_view token) const;
  // Whether it is there today exactly as it was found.
  bool IsCurrent(const Principal& found) const;

 private:
  using Table = absl::flat_hash_map<std::string, Principal>;  // by token_sha256
  static absl::StatusOr<Table> Check(const policy::v1::Principals& principals);
  void Take(Table table);

  // All that ever counted; the files are small and seldom change.
  std::deque<Table> tables_;
  // Not within, so that the whole can be moved before it is shared.
  std::unique_ptr<std::atomic<const Table*>> current_ =
      std::make_unique<std::atomic<const Table*>>(nullptr);
};

// The principals in a text-format file of zhibu.policy.v1.Principals: at least one, or they are not
// what anybody meant. FAILED_PRECONDITION where others than the owner may write the file.
absl::StatusOr<policy::v1::Principals> ReadPrincipals(const std::string& path);

}  // namespace zhibu

#endif  // ZHIBU_COMMON_RPC_IDENTITY_H_
