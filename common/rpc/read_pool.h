// A bounded pool for reads: nothing blocks in a gRPC handler.
#ifndef ZHIBU_COMMON_RPC_READ_POOL_H_
#define ZHIBU_COMMON_RPC_READ_POOL_H_

#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "common/base/mutex.h"

namespace zhibu {

// Thread-safe. Work that is queued when the pool is destroyed is still done.
class ReadPool {
 public:
  ReadPool(int threads, int max_queue);
  ~ReadPool();

  // False when the queue is full: the work is then not run.
  bool Submit(std::function<void()> work);

 private:
  void Run();

  const size_t max_queue_;
  Mutex mutex_;
  CondVar wake_;
  std::deque<std::function<void()>> queue_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace zhibu

#endif  // ZHIBU_COMMON_RPC_READ_POOL_H_
