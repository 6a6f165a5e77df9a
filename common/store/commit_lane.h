// The commit lane: one thread decides all writes of a service in order, many to a synced batch.
#ifndef ZHIBU_COMMON_STORE_COMMIT_LANE_H_
#define ZHIBU_COMMON_STORE_COMMIT_LANE_H_

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/mutex.h"
#include "common/store/feed.h"
#include "common/store/store.h"
#include "common/store/txn.h"

namespace zhibu {

// Owns nothing but its thread and queue. Submit may be called from any thread. Because decisions
// are made one after the other, domain code needs no locks and meets no conflicts.
class CommitLane {
 public:
  struct Job {
    // A job that starts after this is dropped with DEADLINE_EXCEEDED before it is decided.
    absl::Time deadline = absl::InfiniteFuture();
    // For the journal: who asks, with which request id, by which method.
    std::string actor, request_id, method;
    // Runs on the lane. Whatever it returns but OK undoes what it wrote, and nothing of the others.
    std::function<absl::Status(Txn&)> decide;
    // Judge only: what it writes is undone even when it returns OK.
    bool dry_run = false;
    // Runs on the lane once the batch is durable (or was refused). UNAVAILABLE: the store failed.
    // Must not block. `revision`: the job's record, 0 where it emitted nothing.
    std::function<void(const absl::Status&, int64_t revision)> done;
  };
  struct Options {
    int max_queue = 4096;  // waiting jobs; more are refused
    int max_batch = 256;   // jobs in a batch
  };

  // Reads the journal's head. `store`, `clock` and `progress` must outlive the lane; `progress`
  // advances after every batch. `on_failure` is called once, when the store failed.
  static absl::StatusOr<std::unique_ptr<CommitLane>> Start(Store* store, const Clock* clock,
                                                           Progress* progress, Options options,
                                                           std::function<void()> on_failure);
  // Decides what is queued, then stops.
  ~CommitLane();

  // False when the queue is full or the lane has failed or stops: `done` is then never called.
  bool Submit(Job job);

  bool failed() const { return failed_.load(std::memory_order_relaxed); }
  int depth() const;

 private:
  CommitLane(Store* store, const Clock* clock, Progress* progress, Options options,
             std::function<void()> on_failure, feed::v1::Record head);
  void Run();
  void RunBatch(std::deque<Job>& batch);

  Store* const store_;
  const Clock* const clock_;
  Progress* const progress_;
  const Options options_;
  const std::function<void()> on_failure_;
  feed::v1::Record head_;  // lane thread only; its content is not kept
  std::atomic<bool> failed_ = false;

  mutable Mutex mutex_;
  CondVar wake_;
  std::deque<Job> queue_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace zhibu

#endif  // ZHIBU_COMMON_STORE_COMMIT_LANE_H_
