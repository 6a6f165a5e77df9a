#include "common/store/commit_lane.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "common/base/log.h"
#include "common/base/status.h"

namespace zhibu {
namespace {

absl::Status StoreFailed() {
  return RetryLater(absl::StatusCode::kUnavailable, "STORE_FAILED",
                    "存储出现故障，服务已停止写入；未确认的操作没有生效，请稍后用同一请求号重试",
                    5000);
}

absl::Status TooLarge() {
  return Failure(absl::StatusCode::kInvalidArgument, "BATCH_TOO_LARGE",
                 "一次提交的内容超过 3.5 MiB，读取变更流的一方将无法接收；请分成较小的批次");
}

// A decision that throws must not take the service down with it.
absl::Status Decide(const CommitLane::Job& job, Txn& txn) {
  try {
    return job.decide(txn);
  } catch (...) {  // what it says may hold personal data
    Log(Severity::kError, "decision threw", {{"method", job.method}});
    return Failure(absl::StatusCode::kInternal, "INTERNAL", "服务内部错误");
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<CommitLane>> CommitLane::Start(Store* store, const Clock* clock,
                                                              Progress* progress, Options options,
                                                              std::function<void()> on_failure) {
  absl::StatusOr<feed::v1::Record> head = JournalHead(*store->TakeSnapshot());
  if (!head.ok()) return head.status();
  progress->Advance(head->revision());
  return std::unique_ptr<CommitLane>(
      new CommitLane(store, clock, progress, options, std::move(on_failure), *std::move(head)));
}

CommitLane::CommitLane(Store* store, const Clock* clock, Progress* progress, Options options,
                       std::function<void()> on_failure, feed::v1::Record head)
    : store_(store),
      clock_(clock),
      progress_(progress),
      options_(options),
      on_failure_(std::move(on_failure)),
      head_(std::move(head)),
      thread_([this] { Run(); }) {}

CommitLane::~CommitLane() {
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
  }
  wake_.SignalAll();
  thread_.join();
}

bool CommitLane::Submit(Job job) {
  {
    MutexLock lock(&mutex_);
    if (stopping_ || failed() || static_cast<int>(queue_.size()) >= options_.max_queue) {
      return false;
    }
    queue_.push_back(std::move(job));
    if (queue_.size() > 1) return true;  // the lane is awake already
  }
  wake_.Signal();
  return true;
}

int CommitLane::depth() const {
  MutexLock lock(&mutex_);
  return static_cast<int>(queue_.size());
}

void CommitLane::Run() {
  std::deque<Job> batch;
  while (true) {
    {
      MutexLock lock(&mutex_);
      while (queue_.empty() && !stopping_) wake_.Wait(&mutex_);
      if (queue_.empty()) return;
      const size_t count = std::min<size_t>(queue_.size(), options_.max_batch);
      for (size_t i = 0; i < count; ++i) {
        batch.push_back(std::move(queue_.front()));
        queue_.pop_front();
      }
    }
    RunBatch(batch);
    batch.clear();
  }
}

void CommitLane::RunBatch(std::deque<Job>& batch) {
  if (failed()) {
    for (Job& job : batch) job.done(StoreFailed(), 0);
    return;
  }
  const std::unique_ptr<Snapshot> base = store_->TakeSnapshot();
  Txn txn(*base);
  struct Outcome {
    absl::Status status;
    int64_t revision = 0;
  };
  std::vector<Outcome> outcomes(batch.size());
  feed::v1::Record head = head_;
  for (size_t i = 0; i < batch.size(); ++i) {
    Job& job = batch[i];
    Outcome& outcome = outcomes[i];
    const absl::Time now = clock_->Now();
    if (now > job.deadline) {
      outcome.status = Failure(absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED",
                               "等待超过了调用方给定的时限，操作没有生效");
      continue;
    }
    txn.BeginJob(head.revision() + 1, now);
    outcome.status = Decide(job, txn);
    std::vector<google::protobuf::Any> events = txn.TakeEvents();
    feed::v1::Content content;
    content.set_revision(head.revision() + 1);
    const int64_t nanos = absl::ToUnixNanos(now);
    content.mutable_recorded_at()->set_seconds(nanos / 1000000000);
    content.mutable_recorded_at()->set_nanos(static_cast<int32_t>(nanos % 1000000000));
    content.set_actor(job.actor);
    content.set_request_id(job.request_id);
    content.set_method(job.method);
    for (auto& event : events) *content.add_events() = std::move(event);
    if (outcome.status.ok() && content.ByteSizeLong() > kMaxRecordBytes) outcome.status = TooLarge();
    if (!outcome.status.ok() || job.dry_run) {
      txn.RollBackJob();
      continue;
    }
    if (content.events().empty()) continue;
    head = ChainRecord(head, content);
    txn.Put(JournalKey(head.revision()), head.SerializeAsString());
    head.clear_content();
    outcome.revision = head.revision();
  }
  if (head.revision() != head_.revision()) {
    txn.Put(HeadKey(), std::to_string(head.revision()));
  }
  if (!txn.writes().empty()) {
    absl::Status committed = store_->CommitSynced(txn.writes());
    if (!committed.ok()) {
      // Whether the batch is durable is not known, and reads could show what is not: stop serving.
      failed_.store(true, std::memory_order_relaxed);
      Log(Severity::kError, "store failed; no more writes are taken",
          {{"error", std::string(committed.message())}});
      if (on_failure_) on_failure_();
      for (Job& job : batch) job.done(StoreFailed(), 0);
      return;
    }
    head_ = std::move(head);
    for (auto& hook : txn.TakeHooks()) hook();
  }
  // Before anybody is answered: who asks for the head next must see what was acknowledged.
  progress_->Advance(head_.revision());
  for (size_t i = 0; i < batch.size(); ++i) batch[i].done(outcomes[i].status, outcomes[i].revision);
}

}  // namespace zhibu
