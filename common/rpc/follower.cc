#include "common/rpc/follower.h"

#include <chrono>
#include <future>
#include <utility>

#include "common/base/log.h"
#include "common/base/status.h"
#include "common/rpc/client.h"
#include "common/store/keys.h"
#include "common/store/rows.pb.h"
#include "common/store/table.h"

namespace zhibu {
namespace {

std::string CursorKey(const std::string& service) {
  return Key(SystemTable::kFollowed).Text(service).bytes();
}

// Cancels a stream on which nothing was heard for some time: a connection may be dead without
// anybody having said so, and a read then waits for ever. Waits are of the steady clock.
class SilenceWatch {
 public:
  SilenceWatch(grpc::ClientContext* context, absl::Duration silence)
      : context_(context), silence_(silence), thread_([this] { Run(); }) {}
  ~SilenceWatch() {
    {
      MutexLock lock(&mutex_);
      over_ = true;
    }
    wake_.SignalAll();
    thread_.join();
  }

  void Heard() {
    MutexLock lock(&mutex_);
    heard_ = std::chrono::steady_clock::now();
  }
  bool cancelled() {
    MutexLock lock(&mutex_);
    return cancelled_;
  }

 private:
  void Run() {
    MutexLock lock(&mutex_);
    while (!over_) {
      const absl::Duration left =
          silence_ - absl::FromChrono(std::chrono::steady_clock::now() - heard_);
      if (left <= absl::ZeroDuration()) {
        cancelled_ = true;
        context_->TryCancel();
        return;
      }
      wake_.WaitFor(&mutex_, left);
    }
  }

  grpc::ClientContext* const context_;
  const absl::Duration silence_;
  Mutex mutex_;
  CondVar wake_;
  std::chrono::steady_clock::time_point heard_ ABSL_GUARDED_BY(mutex_) =
      std::chrono::steady_clock::now();
  bool over_ ABSL_GUARDED_BY(mutex_) = false;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Follower>> Follower::Create(Source source, Store* store,
                                                           CommitLane* lane, Progress* progress,
                                                           Apply apply, absl::Duration silence) {
  ZHIBU_ASSIGN_OR_RETURN(
      const std::optional<store::Followed> cursor,
      GetRow<store::Followed>(*store->TakeSnapshot(), CursorKey(source.service)));
  feed::v1::Record position;
  position.set_hash(NoHash());
  if (cursor) {
    position.set_revision(cursor->revision());
    position.set_hash(cursor->hash());
  }
  progress->Advance(position.revision());
  return std::unique_ptr<Follower>(new Follower(std::move(source), lane, progress, std::move(apply),
                                                std::move(position), silence));
}

Follower::Follower(Source source, CommitLane* lane, Progress* progress, Apply apply,
                   feed::v1::Record position, absl::Duration silence)
    : source_(std::move(source)),
      lane_(lane),
      progress_(progress),
      apply_(std::move(apply)),
      silence_(silence),
      position_(std::move(position)) {}

void Follower::Start() {
  thread_ = std::thread([this] { Run(); });
}

Follower::~Follower() {
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
    if (context_ != nullptr) context_->TryCancel();
  }
  wake_.SignalAll();
  if (thread_.joinable()) thread_.join();
}

bool Follower::Stopping() {
  MutexLock lock(&mutex_);
  return stopping_;
}

void Follower::Pause(absl::Duration time) {
  MutexLock lock(&mutex_);
  if (!stopping_) wake_.WaitFor(&mutex_, time);
}

void Follower::Run() {
  absl::Duration pause = absl::Milliseconds(50);
  while (!Stopping()) {
    const int64_t before = position_.revision();
    const grpc::Status status = Session();
    if (Stopping()) return;
    // A source that is down comes back by itself; anything else wants somebody to look.
    if (status.error_code() != grpc::StatusCode::UNAVAILABLE) {
      Log(Severity::kWarning, "following was interrupted",
          {{"source", source_.service},
           {"code", std::to_string(status.error_code())},
           {"error", status.error_message()},
           {"revision", std::to_string(position_.revision())}});
    }
    if (position_.revision() > before) pause = absl::Milliseconds(50);
    Pause(pause);
    pause = std::min(pause * 2, absl::Seconds(2));
  }
}

grpc::Status Follower::Session() {
  grpc::ClientContext context;
  PrepareContext(context, source_.token, absl::InfiniteDuration());
  {
    MutexLock lock(&mutex_);
    if (stopping_) return grpc::Status::CANCELLED;
    context_ = &context;
  }
  auto stub = feed::v1::FeedService::NewStub(source_.channel);
  feed::v1::WatchRequest request;
  request.set_after_revision(position_.revision());
  auto reader = stub->Watch(&context, request);
  feed::v1::WatchResponse response;
  absl::Status applied;
  grpc::Status status;
  {
    SilenceWatch silence(&context, silence_);
    while (applied.ok() && reader->Read(&response)) {
      silence.Heard();
      source_head_.store(response.head_revision());
      if (response.records_size() > 0) applied = ApplyRecords(response);
      silence.Heard();
    }
    if (!applied.ok()) context.TryCancel();
    status = reader->Finish();
    if (applied.ok() && silence.cancelled()) {
      Log(Severity::kWarning, "the source says nothing; calling it again",
          {{"source", source_.service}, {"revision", std::to_string(position_.revision())}});
      status = grpc::Status(grpc::StatusCode::UNAVAILABLE, "silent");
    }
  }
  {
    MutexLock lock(&mutex_);
    context_ = nullptr;
  }
  if (!applied.ok()) {
    return grpc::Status(static_cast<grpc::StatusCode>(applied.code()),
                        std::string(applied.message()));
  }
  return status;
}

absl::Status Follower::ApplyRecords(const feed::v1::WatchResponse& response) {
  feed::v1::Record position = position_;
  std::vector<feed::v1::Content> contents;
  for (const feed::v1::Record& record : response.records()) {
    ZHIBU_RETURN_IF_ERROR(CheckLink(position, record));
    contents.emplace_back().ParseFromString(record.content());
    position.set_revision(record.revision());
    position.set_hash(record.hash());
  }
  // Shared with the lane: the wait below may not be cut short, so plain references would do, but a
  // lane that stops never calls back a job it refused.
  auto promise = std::make_shared<std::promise<absl::Status>>();
  std::future<absl::Status> done = promise->get_future();
  CommitLane::Job job;
  job.actor = "follower";
  job.method = source_.service;
  job.decide = [&](Txn& txn) -> absl::Status {
    for (const feed::v1::Content& content : contents) {
      for (const auto& event : content.events()) ZHIBU_RETURN_IF_ERROR(apply_(txn, event));
    }
    store::Followed cursor;
    cursor.set_revision(position.revision());
    cursor.set_hash(position.hash());
    PutRow(txn, CursorKey(source_.service), cursor);
    return absl::OkStatus();
  };
  job.done = [promise](const absl::Status& status, int64_t) { promise->set_value(status); };
  if (!lane_->Submit(std::move(job))) return absl::ResourceExhaustedError("the lane is full");
  ZHIBU_RETURN_IF_ERROR(done.get());
  position_ = std::move(position);
  progress_->Advance(position_.revision());
  return absl::OkStatus();
}

}  // namespace zhibu
