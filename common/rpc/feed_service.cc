#include "common/rpc/feed_service.h"

#include <grpcpp/alarm.h>

#include <algorithm>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "common/base/mutex.h"
#include "common/base/status.h"
#include "common/base/version.h"
#include "common/rpc/wire_status.h"

namespace zhibu {
namespace {

constexpr int kRecordsInAnswer = 512;
constexpr absl::Duration kHeartbeat = absl::Seconds(10);
// Between two answers to one watcher, while less than a whole one is waiting. Each costs the source
// a read, and whoever follows a commit of its own: under load they would be as many as the
// source's.
constexpr absl::Duration kGather = absl::Milliseconds(5);

class Watcher;

}  // namespace

namespace {

absl::Status Stopping() {
  return Failure(absl::StatusCode::kUnavailable, "STOPPING", "服务正在停止，请稍后重连");
}

absl::Status Changed() {
  return RetryLater(absl::StatusCode::kUnavailable, "ACCOUNT_CHANGED",
                    "当前账号已变更或撤销，请重新连接", 100);
}

absl::Status TooMany() {
  return RetryLater(absl::StatusCode::kResourceExhausted, "TOO_MANY_WATCHES",
                    "同时跟随变更流的连接过多，请先结束不用的连接，稍后重试", 5000);
}

}  // namespace

// Those that are there, each with its account. Thread-safe.
class Watchers {
 public:
  explicit Watchers(const Authenticator* authenticator) : authenticator_(authenticator) {}

  // OK, or why there is no room for it.
  absl::Status Add(std::shared_ptr<Watcher> watcher, const Principal& account) {
    MutexLock lock(&mutex_);
    if (stopping_) return Stopping();
    // It was found before; what changes from now on finds it here.
    if (!authenticator_->IsCurrent(account)) return Changed();
    const auto of_caller =
        std::count_if(watchers_.begin(), watchers_.end(),
                      [&](const auto& other) { return other.second->name() == account.name(); });
    if (watchers_.size() >= kMaxWatches || of_caller >= kMaxWatchesOfCaller) return TooMany();
    watchers_.emplace(std::move(watcher), &account);
    return absl::OkStatus();
  }
  void Remove(const std::shared_ptr<Watcher>& watcher) {
    MutexLock lock(&mutex_);
    watchers_.erase(watcher);
  }
  std::vector<std::shared_ptr<Watcher>> Stop() {
    MutexLock lock(&mutex_);
    stopping_ = true;
    return Those([](const Principal&) { return true; });
  }
  std::vector<std::shared_ptr<Watcher>> WithChangedAccounts() {
    MutexLock lock(&mutex_);
    return Those([&](const Principal& account) { return !authenticator_->IsCurrent(account); });
  }

 private:
  std::vector<std::shared_ptr<Watcher>> Those(absl::FunctionRef<bool(const Principal&)> meant)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    std::vector<std::shared_ptr<Watcher>> those;
    for (const auto& [watcher, account] : watchers_) {
      if (meant(*account)) those.push_back(watcher);
    }
    return those;
  }

  const Authenticator* const authenticator_;
  Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::map<std::shared_ptr<Watcher>, const Principal*> watchers_ ABSL_GUARDED_BY(mutex_);
};

namespace {

// Whether there is no such revision yet. A write is answered a moment before its revision is
// announced, and whoever was answered may ask for what follows: then the journal itself tells.
bool AfterHead(const Calls::Parts& parts, const Progress& own, int64_t revision) {
  if (revision <= own.revision()) return false;
  const absl::StatusOr<int64_t> head = JournalRevision(*parts.store->TakeSnapshot());
  return !head.ok() || revision > *head;
}

// One watcher. gRPC owns the life: OnDone lets go of `self_`; a parked wake-up or heartbeat holds a
// reference of its own, so that it may come late.
class Watcher : public grpc::ServerWriteReactor<feed::v1::WatchResponse>,
                public std::enable_shared_from_this<Watcher> {
 public:
  // `call` is null where it was not admitted.
  static Watcher* Start(const Calls::Parts* parts, Progress* own, absl::Status admitted,
                        const Call* call, const feed::v1::WatchRequest& request,
                        std::shared_ptr<Watchers> watchers) {
    auto watcher = std::make_shared<Watcher>();
    watcher->self_ = watcher;
    watcher->parts_ = parts;
    watcher->own_ = own;
    watcher->watchers_ = std::move(watchers);
    watcher->sent_ = request.after_revision();
    watcher->stop_at_ = request.stop_at_head() ? own->revision() : -1;
    if (admitted.ok() && AfterHead(*parts, *own, request.after_revision())) {
      admitted = Failure(absl::StatusCode::kOutOfRange, "AFTER_HEAD",
                         "after_revision 超出了变更流的末尾：对方的存储可能已被替换");
    }
    if (admitted.ok() && request.after_revision() < 0) {
      admitted = Malformed("after_revision", "REVISION_INVALID", "after_revision 不能为负");
    }
    // Last: from here on it may be ended at any moment.
    if (admitted.ok()) admitted = watcher->watchers_->Add(watcher, call->principal());
    if (!admitted.ok()) {
      watcher->End(admitted);
    } else {
      watcher->Continue();
    }
    return watcher.get();
  }

  void OnWriteDone(bool ok) override {
    if (!ok) return End(absl::CancelledError("client left"));
    Continue();
  }
  void OnCancel() override { End(absl::CancelledError("client left")); }
  void OnDone() override { self_.reset(); }

  void End(const absl::Status& status) {
    std::shared_ptr<grpc::Alarm> alarm;
    int64_t waiter = 0;
    {
      MutexLock lock(&mutex_);
      if (std::exchange(ended_, true)) return;
      parked_ = false;
      alarm = std::move(alarm_);
      waiter = std::exchange(waiter_, 0);
    }
    if (alarm != nullptr) alarm->Cancel();
    if (waiter != 0) own_->Forget(waiter);
    // Before the caller hears of it: who then comes again finds room.
    watchers_->Remove(shared_from_this());
    Finish(ToGrpcStatus(status, parts_->service));
  }

 private:
  // Sends what there is, or parks until there is more. Reading is off the handler's thread: the
  // journal may be on the disk.
  void Continue() {
    auto self = shared_from_this();
    if (!parts_->pool->Submit([self] { self->SendOrPark(); })) {
      End(RetryLater(absl::StatusCode::kResourceExhausted, "BUSY", "服务繁忙，请稍后重试", 200));
    }
  }

  void SendOrPark() {
    const int64_t head = own_->revision();
    const absl::Time now = absl::Now();
    if (sent_ < head) {
      if (head - sent_ < kRecordsInAnswer && stop_at_ < 0 && now < gather_until_) return Gather();
      gather_until_ = now + kGather;
      auto records = ReadJournal(*parts_->store->TakeSnapshot(), sent_, kRecordsInAnswer);
      if (!records.ok()) return End(records.status());
      response_.Clear();
      for (auto& record : *records) *response_.add_records() = std::move(record);
      if (!records->empty()) sent_ = response_.records(response_.records_size() - 1).revision();
      // The journal may show a batch that the lane has yet to announce.
      response_.set_head_revision(std::max(own_->revision(), sent_));
      return Send();
    }
    if (stop_at_ >= 0 && sent_ >= stop_at_) return End(absl::OkStatus());
    const auto alarm = Park();
    if (alarm == nullptr) return;
    auto self = shared_from_this();
    const int64_t id = own_->WhenAtLeast(sent_ + 1, [self] {
      if (self->Unpark()) self->Continue();
    });
    {
      MutexLock lock(&mutex_);
      waiter_ = parked_ ? id : 0;
    }
    alarm->Set(absl::ToChronoTime(now + kHeartbeat), [self](bool fired) {
      if (!fired || !self->Unpark()) return;
      self->response_.Clear();
      self->response_.set_head_revision(self->own_->revision());
      self->Send();
    });
  }

  // Goes on a little later, with what has come until then.
  void Gather() {
    const auto alarm = Park();
    if (alarm == nullptr) return;
    alarm->Set(absl::ToChronoTime(gather_until_), [self = shared_from_this()](bool fired) {
      if (fired && self->Unpark()) self->Continue();
    });
  }

  // The alarm to set, which Unpark and the end cancel. Null where it has ended.
  std::shared_ptr<grpc::Alarm> Park() {
    auto alarm = std::make_shared<grpc::Alarm>();
    MutexLock lock(&mutex_);
    if (ended_) return nullptr;
    parked_ = true;
    alarm_ = alarm;
    return alarm;
  }

  // Whether this caller is the one to go on: a wake-up, a heartbeat and the end race for it.
  bool Unpark() {
    std::shared_ptr<grpc::Alarm> alarm;
    int64_t waiter = 0;
    {
      MutexLock lock(&mutex_);
      if (!parked_ || ended_) return false;
      parked_ = false;
      alarm = std::move(alarm_);
      waiter = std::exchange(waiter_, 0);
    }
    if (alarm != nullptr) alarm->Cancel();
    if (waiter != 0) own_->Forget(waiter);
    return true;
  }

  void Send() {
    // The lock also keeps Finish from coming between.
    MutexLock lock(&mutex_);
    if (!ended_) StartWrite(&response_);
  }

  std::shared_ptr<Watcher> self_;
  std::shared_ptr<Watchers> watchers_;
  const Calls::Parts* parts_ = nullptr;
  Progress* own_ = nullptr;
  int64_t sent_ = 0;
  int64_t stop_at_ = -1;  // −1: go on for ever
  absl::Time gather_until_ = absl::InfinitePast();
  feed::v1::WatchResponse response_;
  Mutex mutex_;
  bool parked_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  int64_t waiter_ ABSL_GUARDED_BY(mutex_) = 0;
  std::shared_ptr<grpc::Alarm> alarm_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

FeedServiceImpl::FeedServiceImpl(Calls* calls, Progress* own)
    : calls_(calls),
      own_(own),
      watchers_(std::make_shared<Watchers>(calls->parts().authenticator)) {}

void FeedServiceImpl::StopWatchers() {
  for (const auto& watcher : watchers_->Stop()) watcher->End(Stopping());
}

void FeedServiceImpl::EndChanged() {
  for (const auto& watcher : watchers_->WithChangedAccounts()) watcher->End(Changed());
}

grpc::ServerWriteReactor<feed::v1::WatchResponse>* FeedServiceImpl::Watch(
    grpc::CallbackServerContext* context, const feed::v1::WatchRequest* request) {
  std::shared_ptr<Call> call;
  const absl::Status admitted = calls_->Admit(context, *request, &call);
  return Watcher::Start(&calls_->parts(), own_, admitted, call.get(), *request, watchers_);
}

grpc::ServerUnaryReactor* FeedServiceImpl::GetHead(grpc::CallbackServerContext* context,
                                                   const feed::v1::GetHeadRequest* request,
                                                   feed::v1::GetHeadResponse* response) {
  return calls_->PointRead<feed::v1::GetHeadRequest, feed::v1::GetHeadResponse>(
      context, request, response,
      [this](Call&, const feed::v1::GetHeadRequest&, const Reader& reader,
             feed::v1::GetHeadResponse* head) -> absl::Status {
        ZHIBU_ASSIGN_OR_RETURN(const feed::v1::Record record, JournalHead(reader));
        head->set_service(calls_->parts().service);
        head->set_revision(record.revision());
        head->set_hash(record.hash());
        head->set_version(kVersion);
        for (const auto& [name, progress] : *calls_->parts().progress) {
          if (progress.get() != own_) (*head->mutable_followed())[name] = progress->revision();
        }
        return absl::OkStatus();
      });
}

}  // namespace zhibu
