// Identity for one machine: generated tokens, never a default password.
#ifndef ZHIBU_COMMON_RPC_LOCAL_IDENTITY_H_
#define ZHIBU_COMMON_RPC_LOCAL_IDENTITY_H_

#include <string>

#include "absl/status/status.h"

namespace zhibu {

// The files of a local identity, all in one folder.
struct LocalIdentity {
  std::string principals_file;     // who may call: hashes only
  std::string token_file;          // the owner's token, readable by its owner alone
  std::string service_token_file;  // the token by which the services follow each other
};
LocalIdentity LocalIdentityIn(const std::string& folder);

// Makes the files where they are missing; several processes may ask at once. The owner gets every
// role for every organisation.
absl::Status EnsureLocalIdentity(const std::string& folder);

}  // namespace zhibu

#endif  // ZHIBU_COMMON_RPC_LOCAL_IDENTITY_H_
