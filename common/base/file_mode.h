// Who else on the machine may read or change a file.
#ifndef ZHIBU_COMMON_BASE_FILE_MODE_H_
#define ZHIBU_COMMON_BASE_FILE_MODE_H_

#include <string>

#include "absl/status/status.h"

namespace zhibu {

// For keys and tokens. FAILED_PRECONDITION, with the command that mends it, where others than the
// owner can read or change the file, or can put another in its place. A group may read what is not
// ours to change: so Kubernetes mounts a Secret, owned by root, for the group of the pod. A file
// that is not there is no fault.
absl::Status CheckSecret(const std::string& path);

// The same for a file that everybody may read, and only its owner may change.
absl::Status CheckNotWritable(const std::string& path);

}  // namespace zhibu

#endif  // ZHIBU_COMMON_BASE_FILE_MODE_H_
