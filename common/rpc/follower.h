// Follows another service's feed into the own tables.
#ifndef ZHIBU_COMMON_RPC_FOLLOWER_H_
#define ZHIBU_COMMON_RPC_FOLLOWER_H_

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "common/store/commit_lane.h"
#include "common/store/feed.h"
#include "common/store/store.h"
#include "zhibu/feed/v1/feed.grpc.pb.h"

namespace zhibu {

// One thread that reads and waits; what it read is applied on the lane, in the same batch as the
// cursor, so that a crash neither loses nor doubles an event. It checks the hash chain as it goes.
// While the source is down it tries again; while the source is another store than before, or its
// chain is broken, it stays where it is and says so in the log. A source that says nothing for three
// heartbeats is taken for gone, whatever the connection looks like, and called again.
class Follower {
 public:
  // Applies one event; runs on the lane. Must not fail on what a sound source sends: an error stops
  // the following at this revision. Must not emit.
  using Apply = std::function<absl::Status(Txn&, const google::protobuf::Any& event)>;

  struct Source {
    std::string service;  // "registry"
    std::shared_ptr<grpc::Channel> channel;
    std::string token;
  };

  // Reads the cursor. `store`, `lane` and `progress` must outlive it; `progress` shows how far the
  // source is visible here.
  static absl::StatusOr<std::unique_ptr<Follower>> Create(
      Source source, Store* store, CommitLane* lane, Progress* progress, Apply apply,
      absl::Duration silence = kMaxSilence);
  // Three heartbeats of FeedService.Watch.
  static constexpr absl::Duration kMaxSilence = absl::Seconds(30);
  ~Follower();

  void Start();
  // The source's head as last heard of; head − progress is the lag.
  int64_t source_head() const { return source_head_.load(); }
  const std::string& service() const { return source_.service; }

 private:
  Follower(Source source, CommitLane* lane, Progress* progress, Apply apply,
           feed::v1::Record position, absl::Duration silence);
  void Run();
  // One connection, until it breaks.
  grpc::Status Session();
  absl::Status ApplyRecords(const feed::v1::WatchResponse& response);
  bool Stopping();
  void Pause(absl::Duration time);

  const Source source_;
  CommitLane* const lane_;
  Progress* const progress_;
  const Apply apply_;
  const absl::Duration silence_;
  feed::v1::Record position_;  // the last record applied, without its content; own thread only
  std::atomic<int64_t> source_head_ = 0;

  Mutex mutex_;
  CondVar wake_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::ClientContext* context_ ABSL_GUARDED_BY(mutex_) = nullptr;
  std::thread thread_;
};

}  // namespace zhibu

#endif  // ZHIBU_COMMON_RPC_FOLLOWER_H_
