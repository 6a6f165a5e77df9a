#ifndef ZHIBU_COMMON_RPC_PACKAGED_MUTEX_H_
#define ZHIBU_COMMON_RPC_PACKAGED_MUTEX_H_

#include "absl/synchronization/mutex.h"

namespace zhibu {

// Debian's Abseil is built with its deadlock detector on, which keeps a graph of every mutex that
// gRPC takes: about 6 % of a point read's time here. It is a debugging aid; gRPC's locks are not
// ours to debug, and our own code does not use absl::Mutex.
inline void QuietPackagedMutexes() {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
}

}  // namespace zhibu

#endif  // ZHIBU_COMMON_RPC_PACKAGED_MUTEX_H_
