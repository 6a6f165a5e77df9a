// A transaction on the commit lane: reads see the writes of all jobs before it in the batch.
#ifndef ZHIBU_COMMON_STORE_TXN_H_
#define ZHIBU_COMMON_STORE_TXN_H_

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/store/store.h"
#include "google/protobuf/message.h"
#include "zhibu/feed/v1/feed.pb.h"

namespace zhibu {

// Owned by the commit lane, used by one job after another on its thread; a job must not keep it.
class Txn : public Reader {
 public:
  // `base` and what it reads must outlive the transaction.
  explicit Txn(const Reader& base) : base_(base) {}

  absl::StatusOr<std::optional<std::string>> Get(absl::string_view key) const override;
  absl::Status Scan(absl::string_view begin, absl::string_view end, Visit visit) const override;

  void Put(absl::string_view key, std::string value);
  void Delete(absl::string_view key);

  // Adds an event to the job's record in the journal. A job without events makes no revision.
  void Emit(const google::protobuf::Message& event);

  // Whether the job has emitted anything, and so makes a revision.
  bool emitted() const { return !events_.empty(); }

  // Runs after the batch is durable, on the lane, before the reply: for what is kept in memory.
  void OnCommit(std::function<void()> hook) { hooks_.push_back(std::move(hook)); }

  // The revision that this job's record will have, if it emits.
  int64_t revision() const { return revision_; }
  // When this job is decided; the same for all its events.
  absl::Time now() const { return now_; }

  // For the lane: the life of a job within the batch.
  void BeginJob(int64_t revision, absl::Time now);
  void RollBackJob();
  // The job's events so far; empties them.
  std::vector<google::protobuf::Any> TakeEvents();
  const WriteSet& writes() const { return writes_; }
  std::vector<std::function<void()>> TakeHooks();

 private:
  void Remember(absl::string_view key);

  const Reader& base_;
  WriteSet writes_;
  // What the job overwrote in `writes_`, in order: undone backwards.
  std::vector<std::pair<std::string, std::optional<std::optional<std::string>>>> undo_;
  std::vector<google::protobuf::Any> events_;
  std::vector<std::function<void()>> hooks_;
  size_t hooks_before_job_ = 0;
  int64_t revision_ = 0;
  absl::Time now_;
};

}  // namespace zhibu

#endif  // ZHIBU_COMMON_STORE_TXN_H_
