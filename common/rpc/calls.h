// How every RPC runs: a Write goes through the lane, a Read through a snapshot on the pool.
#ifndef ZHIBU_COMMON_RPC_CALLS_H_
#define ZHIBU_COMMON_RPC_CALLS_H_

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "common/base/clock.h"
#include "common/base/mutex.h"
#include "common/rpc/call.h"
#include "common/rpc/identity.h"
#include "common/rpc/policy.h"
#include "common/rpc/read_pool.h"
#include "common/store/commit_lane.h"
#include "common/store/feed.h"
#include "common/store/store.h"

namespace zhibu {

// How long a call without a deadline of its own may wait.
inline constexpr absl::Duration kDefaultDeadline = absl::Seconds(30);

// Makes remembered answers unreadable at rest, where a service's answers hold personal data, and
// the digests of their requests: else whoever has the store could try out ID numbers against them.
// `context` is authenticated: an answer put under another key does not open.
struct AnswerSeal {
  std::function<std::string(absl::string_view context, absl::string_view plain)> seal;
  std::function<absl::StatusOr<std::string>(absl::string_view context, absl::string_view sealed)>
      open;
};

// How many calls of each caller wait for a revision. Thread-safe.
class Parking {
 public:
  // False where `most` of this caller wait already.
  bool Enter(const std::string& caller, int most) {
    MutexLock lock(&mutex_);
    int& waiting = waiting_[caller];
    if (waiting >= most) return false;
    ++waiting;
    return true;
  }
  void Leave(const std::string& caller) {
    MutexLock lock(&mutex_);
    --waiting_[caller];
  }

 private:
  Mutex mutex_;
  std::map<std::string, int> waiting_ ABSL_GUARDED_BY(mutex_);
};

// Admission, identity, policy, deadline, idempotency and freshness, once for all methods. Owned by
// the Server, which outlives every call. Thread-safe.
class Calls {
 public:
  struct Parts {
    std::string service;
    const Clock* clock;
    Store* store;
    CommitLane* lane;
    ReadPool* pool;
    const Authenticator* authenticator;
    const PolicyTable* policies;
    const SharedOrgTree* tree;
    // Service name → how far it is visible here: the own feed and the followed ones.
    // Filled before anything is served.
    const std::map<std::string, std::unique_ptr<Progress>>* progress;
    // Set before anything is served; empty functions: answers are kept as they are.
    const AnswerSeal* answer_seal;
    // How many calls of one caller may wait for a revision.
    int max_parked;
    // Set once the server stops: calls that come are refused, and those that wait end.
    const std::atomic<bool>* stopping;
  };
  explicit Calls(Parts parts) : parts_(std::move(parts)) {}

  // A write: `body(Call&, const Request&, Txn&, Response*)` decides on the lane; it reads and
  // writes the transaction and fills the response. If it returns an error, its writes are rolled
  // back. The same request id again is answered as it was answered before, without running the
  // body. `revision` of the response is filled in. Waits first for the request's `at_least`.
  template <typename Request, typename Response, typename Body>
  grpc::ServerUnaryReactor* Write(grpc::CallbackServerContext* context, const Request* request,
                                  Response* response, Body body);

  // A read: `body(Call&, const Request&, const Reader&, Response*)` sees one snapshot, on the pool.
  template <typename Request, typename Response, typename Body>
  grpc::ServerUnaryReactor* Read(grpc::CallbackServerContext* context, const Request* request,
                                 Response* response, Body body) {
    return ReadWith(context, request, response, /*point=*/false, std::move(body));
  }

  // As Read, for a body of a few point reads: it is first tried in the handler against what is in
  // memory, and goes to the pool only where that would need the disk.
  template <typename Request, typename Response, typename Body>
  grpc::ServerUnaryReactor* PointRead(grpc::CallbackServerContext* context, const Request* request,
                                      Response* response, Body body) {
    return ReadWith(context, request, response, /*point=*/true, std::move(body));
  }

  // For streams: identity and policy of the call. The call is null where the status is not OK.
  absl::Status Admit(grpc::CallbackServerContext* context, const google::protobuf::Message& request,
                     std::shared_ptr<Call>* call) const;

  const Parts& parts() const { return parts_; }

 private:
  using AtLeast = google::protobuf::Map<std::string, int64_t>;
  using AnyRead = std::function<absl::Status(Call&, const Reader&)>;
  // What the request wants to have been seen; empty where it has no such field.
  template <typename Request>
  static const AtLeast& AtLeastOf(const Request& request);

  // False where it has no such field.
  template <typename Request>
  static bool ValidateOnly(const Request& request);

  void RunWrite(grpc::CallbackServerContext* context, grpc::ServerUnaryReactor* reactor,
                const google::protobuf::Message& request, absl::string_view request_id,
                const AtLeast& at_least, bool validate_only, google::protobuf::Message* response,
                std::function<absl::Status(Call&, Txn&)> body) const;
  void RunRead(grpc::CallbackServerContext* context, grpc::ServerUnaryReactor* reactor,
               const google::protobuf::Message& request, const AtLeast& at_least,
               google::protobuf::Message* response, bool point, AnyRead body) const;
  template <typename Request, typename Response, typename Body>
  grpc::ServerUnaryReactor* ReadWith(grpc::CallbackServerContext* context, const Request* request,
                                     Response* response, bool point, Body body);

  const Parts parts_;
  mutable Parking parking_;
};

template <typename Request>
const Calls::AtLeast& Calls::AtLeastOf(const Request& request) {
  if constexpr (requires { request.at_least().revisions(); }) {
    return request.at_least().revisions();
  } else {
    static const AtLeast kNothing;
    return kNothing;
  }
}

template <typename Request>
bool Calls::ValidateOnly(const Request& request) {
  if constexpr (requires { request.validate_only(); }) {
    return request.validate_only();
  } else {
    return false;
  }
}

template <typename Request, typename Response, typename Body>
grpc::ServerUnaryReactor* Calls::Write(grpc::CallbackServerContext* context, const Request* request,
                                       Response* response, Body body) {
  auto* reactor = context->DefaultReactor();
  RunWrite(context, reactor, *request, request->request_id(), AtLeastOf(*request),
           ValidateOnly(*request), response,
           [request, response, body = std::move(body)](Call& call, Txn& txn) {
             absl::Status status = body(call, *request, txn, response);
             if (status.ok() && txn.emitted() && !ValidateOnly(*request)) {
               response->set_revision(txn.revision());
             }
             return status;
           });
  return reactor;
}

template <typename Request, typename Response, typename Body>
grpc::ServerUnaryReactor* Calls::ReadWith(grpc::CallbackServerContext* context,
                                          const Request* request, Response* response, bool point,
                                          Body body) {
  auto* reactor = context->DefaultReactor();
  RunRead(context, reactor, *request, AtLeastOf(*request), response, point,
          [request, response, body = std::move(body)](Call& call, const Reader& reader) {
            return body(call, *request, reader, response);
          });
  return reactor;
}

}  // namespace zhibu

#endif  // ZHIBU_COMMON_RPC_CALLS_H_
