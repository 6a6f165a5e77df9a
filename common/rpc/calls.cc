#include "common/rpc/calls.h"

#include <grpcpp/alarm.h>

#include <algorithm>
#include <atomic>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/crypto.h"
#include "common/base/log.h"
#include "common/base/status.h"
#include "common/rpc/request_check.h"
#include "common/rpc/wire_status.h"
#include "common/store/keys.h"
#include "common/store/rows.pb.h"
#include "common/store/table.h"

namespace zhibu {
namespace {

std::string Metadata(const grpc::CallbackServerContext& context, const char* key) {
  auto it = context.client_metadata().find(key);
  if (it == context.client_metadata().end()) return "";
  return std::string(it->second.data(), it->second.size());
}

// Ends a unary call once; remembers how much room the client has for details.
class Finisher {
 public:
  Finisher(grpc::CallbackServerContext* context, grpc::ServerUnaryReactor* reactor,
           const std::string& service)
      : reactor_(reactor), service_(service) {
    const std::string limit = Metadata(*context, kMaxDetailsMetadata);
    size_t bytes = 0;
    if (absl::SimpleAtoi(limit, &bytes)) details_bytes_ = std::min<size_t>(bytes, 256 << 10);
  }
  void Finish(const absl::Status& status) const {
    reactor_->Finish(ToGrpcStatus(status, service_, details_bytes_));
  }

 private:
  grpc::ServerUnaryReactor* reactor_;
  const std::string& service_;
  size_t details_bytes_ = 6000;
};

absl::Status Busy() {
  return RetryLater(absl::StatusCode::kResourceExhausted, "BUSY", "服务繁忙，请稍后重试", 200);
}

absl::Status Stopping() {
  return RetryLater(absl::StatusCode::kUnavailable, "STOPPING", "服务正在停止，请稍后重试", 1000);
}

absl::Status TooLate() {
  return Failure(absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED",
                 "等待超过了调用方给定的时限，操作没有生效");
}

// The caller's own change is on its way here: to be tried again, never "not there".
absl::Status Behind() {
  return RetryLater(absl::StatusCode::kUnavailable, "BEHIND",
                    "本服务尚未看到 at_least 所要求的变更，操作没有生效，请稍后重试", 200);
}

absl::Status ScopeNeverChecked(const Call& call) {
  // The body forgot to ask. Default deny: nothing it did counts.
  Log(Severity::kError, "a body never checked the caller's scope",
      {{"method", call.method().path}});
  return Failure(absl::StatusCode::kInternal, "SCOPE_NOT_CHECKED", "服务内部错误");
}

absl::Status Guarded(const Call& call, const std::function<absl::Status()>& body) {
  absl::Status status;
  try {
    status = body();
  } catch (...) {
    // Left alone, gRPC would answer UNIMPLEMENTED. What it says may hold personal data.
    Log(Severity::kError, "a body threw", {{"method", call.method().path}});
    return Failure(absl::StatusCode::kInternal, "INTERNAL", "服务内部错误");
  }
  if (status.ok() && call.method().policy.scope() == policy::v1::SCOPE_BODY &&
      !call.scope_checked()) {
    return ScopeNeverChecked(call);
  }
  return status;
}

// Waits, without a thread, until every feed is visible as far as asked, or the deadline passes, or
// the caller leaves.
class FreshnessWait : public std::enable_shared_from_this<FreshnessWait> {
 public:
  struct Want {
    Progress* progress;
    int64_t revision;
  };
  // Calls `go` exactly once, with whether it is fresh in time. `context` lives until then.
  static void Start(grpc::CallbackServerContext* context, std::vector<Want> wants,
                    absl::Time deadline, const std::atomic<bool>* stopping,
                    std::function<void(bool)> go) {
    auto wait = std::make_shared<FreshnessWait>();
    wait->context_ = context;
    wait->stopping_ = stopping;
    wait->deadline_ = deadline;
    wait->go_ = std::move(go);
    wait->missing_ = static_cast<int>(wants.size());
    wait->LookAgain();
    for (const Want& want : wants) {
      const int64_t id = want.progress->WhenAtLeast(want.revision, [wait] {
        if (wait->missing_.fetch_sub(1) == 1) wait->End(true);
      });
      MutexLock lock(&wait->mutex_);
      wait->parked_.emplace_back(want.progress, id);
    }
    // The deadline may have passed while the last ones were being parked.
    MutexLock lock(&wait->mutex_);
    if (wait->ended_) wait->Unpark();
  }

 private:
  // Now and then, since a caller who left may have allowed an hour, and a server that stops waits
  // for every call.
  static constexpr absl::Duration kLook = absl::Milliseconds(500);

  void LookAgain() {
    auto alarm = std::make_shared<grpc::Alarm>();
    {
      MutexLock lock(&mutex_);
      if (ended_) return;
      alarm_ = alarm;
    }
    alarm->Set(absl::ToChronoTime(std::min(deadline_, absl::Now() + kLook)),
               [self = shared_from_this()](bool fired) {
                 if (!fired) return;
                 if (absl::Now() >= self->deadline_ || *self->stopping_ || self->Left()) {
                   self->End(false);
                 } else {
                   self->LookAgain();
                 }
               });
  }

  bool Left() {
    MutexLock lock(&mutex_);  // the context is gone once it has ended
    return !ended_ && context_->IsCancelled();
  }

  void End(bool fresh) {
    std::shared_ptr<grpc::Alarm> alarm;
    std::function<void(bool)> go;
    {
      MutexLock lock(&mutex_);
      if (std::exchange(ended_, true)) return;
      Unpark();
      alarm = std::move(alarm_);
      go = std::move(go_);
    }
    if (alarm != nullptr) alarm->Cancel();
    go(fresh);
  }

  // Nothing stays behind for a revision that may never come.
  void Unpark() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    for (auto& [progress, id] : parked_) progress->Forget(id);
    parked_.clear();
  }

  grpc::CallbackServerContext* context_ = nullptr;
  const std::atomic<bool>* stopping_ = nullptr;
  absl::Time deadline_;
  std::atomic<int> missing_ = 0;
  Mutex mutex_;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::pair<Progress*, int64_t>> parked_ ABSL_GUARDED_BY(mutex_);
  std::function<void(bool)> go_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<grpc::Alarm> alarm_ ABSL_GUARDED_BY(mutex_);
};

// The digest of the request lies under the answer's key, but is no answer.
std::string DigestContext(absl::string_view key) { return absl::StrCat(key, "request"); }

// Whether it is the answer to the request with this digest.
absl::StatusOr<bool> IsAnswerTo(const AnswerSeal& seal, const std::string& key,
                                const store::Answer& answer, const std::string& digest) {
  // As long as a digest: one from before digests were sealed.
  if (!answer.sealed() || answer.request_sha256().size() == digest.size()) {
    return answer.request_sha256() == digest;
  }
  if (!seal.open) return absl::DataLossError("a sealed answer, and no key");
  ZHIBU_ASSIGN_OR_RETURN(const std::string plain,
                         seal.open(DigestContext(key), answer.request_sha256()));
  return plain == digest;
}

absl::Status AnswerAgain(const AnswerSeal& seal, const std::string& key,
                         const store::Answer& answer, google::protobuf::Message* response) {
  std::string plain = answer.response();
  if (answer.sealed()) {
    if (!seal.open) return absl::DataLossError("a sealed answer, and no key");
    ZHIBU_ASSIGN_OR_RETURN(plain, seal.open(key, answer.response()));
  }
  if (response->ParseFromString(plain)) return absl::OkStatus();
  response->Clear();
  return absl::DataLossError("a remembered answer cannot be read");
}

// The feeds that are not yet visible here as far as asked. INVALID_ARGUMENT for one that this
// service does not follow.
absl::StatusOr<std::vector<FreshnessWait::Want>> Missing(
    const std::map<std::string, std::unique_ptr<Progress>>& progress,
    const google::protobuf::Map<std::string, int64_t>& at_least) {
  std::vector<FreshnessWait::Want> wants;
  for (const auto& [service, revision] : at_least) {
    auto it = progress.find(service);
    if (it == progress.end()) {
      return Malformed("at_least", "SERVICE_UNKNOWN",
                       absl::StrCat("at_least 中的服务不是本服务，也不为本服务所跟随：", service));
    }
    if (it->second->revision() < revision) wants.push_back({it->second.get(), revision});
  }
  return wants;
}

// As FreshnessWait, for a call of which there is room to wait; false where there is none.
bool WhenFresh(const Calls::Parts& parts, Parking& parking, grpc::CallbackServerContext* context,
               const Call& call, std::vector<FreshnessWait::Want> wants, absl::Time until,
               std::function<void(bool)> go) {
  const std::string& caller = call.caller();
  if (!parking.Enter(caller, parts.max_parked)) return false;
  FreshnessWait::Start(context, std::move(wants), until, parts.stopping,
                       [&parking, caller, go = std::move(go)](bool fresh) {
                         parking.Leave(caller);
                         go(fresh);
                       });
  return true;
}

// A little before the caller's own clock cuts it off, so that the answer says what was missing.
absl::Time WaitUntil(const Call& call, const Clock& clock) {
  const absl::Duration left = call.deadline() - clock.Now();
  return absl::Now() + left - std::min(left / 10, absl::Milliseconds(100));
}

}  // namespace

absl::Status Calls::Admit(grpc::CallbackServerContext* context,
                          const google::protobuf::Message& request,
                          std::shared_ptr<Call>* call) const {
  if (*parts_.stopping) return Stopping();
  const MethodInfo* method = parts_.policies->Find(request.GetDescriptor());
  if (method == nullptr) {
    return Failure(absl::StatusCode::kPermissionDenied, "NO_POLICY",
                   "该方法没有访问策略，拒绝调用");
  }
  const std::string authorization = Metadata(*context, "authorization");
  const Principal* principal = nullptr;
  constexpr absl::string_view kScheme = "Bearer ";  // in any case (RFC 9110, 11.1)
  if (absl::StartsWithIgnoreCase(authorization, kScheme)) {
    principal = parts_.authenticator->Find(absl::string_view(authorization).substr(kScheme.size()));
  }
  if (principal == nullptr) {
    return Failure(absl::StatusCode::kUnauthenticated, "UNAUTHENTICATED",
                   "缺少访问令牌，或令牌无效");
  }
  const auto& allowed = method->policy.roles();
  const bool has_role = std::any_of(
      principal->roles().begin(), principal->roles().end(),
      [&](int role) { return std::find(allowed.begin(), allowed.end(), role) != allowed.end(); });
  if (!has_role) {
    return Failure(absl::StatusCode::kPermissionDenied, "ROLE_MISSING",
                   "当前账号的角色无权执行该操作");
  }
  const absl::Time now = parts_.clock->Now();
  absl::Time deadline = now + kDefaultDeadline;
  if (context->deadline() != std::chrono::system_clock::time_point::max()) {
    // The remaining time counts, so that a test's clock may show another date.
    deadline = now + absl::FromChrono(context->deadline() - std::chrono::system_clock::now());
  }
  if (deadline <= now) return TooLate();
  auto made = std::make_shared<Call>(*method, *principal, *parts_.tree, ChinaDate(now), deadline);
  if (method->policy.scope() == policy::v1::SCOPE_FIELD) {
    std::string scratch;
    const std::string& organisation =
        request.GetReflection()->GetStringReference(request, method->organisation_field, &scratch);
    if (absl::Status status = made->RequireScope(organisation); !status.ok()) return status;
  } else if (method->policy.scope() == policy::v1::SCOPE_SUITE) {
    if (absl::Status status = made->RequireScope(""); !status.ok()) return status;
  }
  if (absl::Status status = CheckEnums(request); !status.ok()) return status;
  *call = std::move(made);
  return absl::OkStatus();
}

void Calls::RunWrite(grpc::CallbackServerContext* context, grpc::ServerUnaryReactor* reactor,
                     const google::protobuf::Message& request, absl::string_view request_id,
                     const AtLeast& at_least, bool validate_only,
                     google::protobuf::Message* response,
                     std::function<absl::Status(Call&, Txn&)> body) const {
  const Finisher finisher(context, reactor, parts_.service);
  std::shared_ptr<Call> call;
  absl::Status admitted = Admit(context, request, &call);
  if (admitted.ok()) admitted = CheckRequestId(request_id);
  if (!admitted.ok()) return finisher.Finish(admitted);
  absl::StatusOr<std::vector<FreshnessWait::Want>> wants = Missing(*parts_.progress, at_least);
  if (!wants.ok()) return finisher.Finish(wants.status());

  CommitLane::Job job;
  job.deadline = call->deadline();
  job.actor = call->principal().name();
  job.request_id = std::string(request_id);
  job.method = call->method().path;
  job.dry_run = validate_only;
  // Outside the lane, since the lane is one thread: the digest that tells a replay from a reuse.
  std::string digest = Sha256({job.method, request.SerializeAsString()});
  std::string key = Key(SystemTable::kAnswers).Text(job.actor).Text(request_id).bytes();
  job.decide = [call, response, validate_only, seal = parts_.answer_seal,
                digest = std::move(digest), key = std::move(key),
                body = std::move(body)](Txn& txn) -> absl::Status {
    if (!validate_only) {
      ZHIBU_ASSIGN_OR_RETURN(std::optional<store::Answer> answered,
                             GetRow<store::Answer>(txn, key));
      if (answered) {
        ZHIBU_ASSIGN_OR_RETURN(const bool same, IsAnswerTo(*seal, key, *answered, digest));
        if (!same) {
          return Malformed("request_id", "REQUEST_ID_REUSED",
                           "同一个 request_id 已用于另一个请求，请换一个");
        }
        // The account may have lost what it could see when it was first answered.
        for (const std::string& organisation : answered->scopes()) {
          ZHIBU_RETURN_IF_ERROR(call->RequireScope(organisation));
        }
        return AnswerAgain(*seal, key, *answered, response);
      }
    }
    ZHIBU_RETURN_IF_ERROR(Guarded(*call, [&] { return body(*call, txn); }));
    if (validate_only) return absl::OkStatus();
    store::Answer answer;
    answer.set_request_sha256(digest);
    answer.set_response(response->SerializeAsString());
    if (seal->seal) {
      answer.set_request_sha256(seal->seal(DigestContext(key), digest));
      answer.set_response(seal->seal(key, answer.response()));
      answer.set_sealed(true);
    }
    answer.set_revision(txn.emitted() ? txn.revision() : 0);
    answer.mutable_scopes()->Assign(call->scopes().begin(), call->scopes().end());
    PutRow(txn, key, answer);
    return absl::OkStatus();
  };
  job.done = [finisher](const absl::Status& status, int64_t) { finisher.Finish(status); };
  auto submit = [finisher, lane = parts_.lane](CommitLane::Job& job) {
    const bool failed = lane->failed();
    if (lane->Submit(std::move(job))) return;
    finisher.Finish(failed ? RetryLater(absl::StatusCode::kUnavailable, "STORE_FAILED",
                                        "存储出现故障，服务已停止写入，请稍后重试", 5000)
                           : Busy());
  };
  if (wants->empty()) return submit(job);
  const bool waits = WhenFresh(
      parts_, parking_, context, *call, *std::move(wants), WaitUntil(*call, *parts_.clock),
      [finisher, submit, job = std::make_shared<CommitLane::Job>(std::move(job))](bool fresh) {
        if (!fresh) return finisher.Finish(Behind());
        submit(*job);
      });
  if (!waits) finisher.Finish(Busy());
}

void Calls::RunRead(grpc::CallbackServerContext* context, grpc::ServerUnaryReactor* reactor,
                    const google::protobuf::Message& request, const AtLeast& at_least,
                    google::protobuf::Message* response, bool point, AnyRead body) const {
  const Finisher finisher(context, reactor, parts_.service);
  std::shared_ptr<Call> call;
  if (absl::Status admitted = Admit(context, request, &call); !admitted.ok()) {
    return finisher.Finish(admitted);
  }
  absl::StatusOr<std::vector<FreshnessWait::Want>> wants = Missing(*parts_.progress, at_least);
  if (!wants.ok()) return finisher.Finish(wants.status());
  auto run = [finisher, call, response, body, parts = &parts_](ReadTier tier) {
    const std::unique_ptr<Snapshot> snapshot = parts->store->TakeSnapshot(tier);
    absl::Status status = Guarded(*call, [&] { return body(*call, *snapshot); });
    if (tier == ReadTier::kCacheOnly && IsNotCached(status)) {
      response->Clear();
      return false;
    }
    finisher.Finish(status);
    return true;
  };
  auto queue = [run, finisher, call, context, parts = &parts_] {
    const bool queued = parts->pool->Submit([run, finisher, call, context, parts] {
      // Nobody waits for it: those who do are not kept by it.
      if (context->IsCancelled()) return finisher.Finish(absl::CancelledError("the caller left"));
      if (parts->clock->Now() > call->deadline()) return finisher.Finish(TooLate());
      run(ReadTier::kAll);
    });
    if (!queued) finisher.Finish(Busy());
  };
  if (wants->empty()) {
    if (point && run(ReadTier::kCacheOnly)) return;
    return queue();
  }
  const bool waits = WhenFresh(parts_, parking_, context, *call, *std::move(wants),
                               WaitUntil(*call, *parts_.clock), [queue, finisher](bool fresh) {
                                 if (fresh) return queue();
                                 finisher.Finish(Behind());
                               });
  if (!waits) finisher.Finish(Busy());
}

}  // namespace zhibu
