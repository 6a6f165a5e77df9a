// A running service: store, lane, pool, followers and gRPC server, in the order of their lives.
#ifndef ZHIBU_COMMON_RPC_SERVER_H_
#define ZHIBU_COMMON_RPC_SERVER_H_

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "common/domain/shared_org_tree.h"
#include "common/rpc/calls.h"
#include "common/rpc/feed_service.h"
#include "common/rpc/follower.h"
#include "common/rpc/identity.h"
#include "common/rpc/listener.h"
#include "common/rpc/paging.h"
#include "common/rpc/policy.h"
#include "common/rpc/read_pool.h"
#include "common/store/commit_lane.h"
#include "common/store/store.h"

namespace zhibu {

struct ServerOptions {
  std::string service;  // "registry"
  // host:port; port 0 takes a free one. Empty: in-process channels only.
  std::string listen;
  // Allow an address beyond loopback although nothing is encrypted.
  bool allow_plaintext = false;
  // Allow no address beyond loopback whatever `allow_plaintext` says: the clock is not the true
  // one.
  bool only_loopback = false;
  policy::v1::Principals principals;
  // What this service shows the services that it follows.
  std::string token;
  int read_threads = 2;
  int max_reads_queued = 4096;
  // Calls of one account that wait for a revision. Each holds some 20 KB.
  int max_parked_of_caller = 1024;
  // Bytes beyond which nobody can fill the process up from outside; see Listener. 0: as many as may
  // be.
  size_t max_memory = 0;
  // Answers grpc.channelz: who is connected, and what was called. To callers without a token.
  bool channelz = false;
  CommitLane::Options lane;
  // Longest to wait for running calls when stopping.
  absl::Duration drain = absl::Seconds(5);
};

// Life: Create → Follow (for each source) → Serve → Stop. Destruction is in reverse order and needs
// no Stop before it. One thread.
class Server {
 public:
  // `clock` must outlive it. `contracts`: the services whose methods may be called, beside the
  // feed.
  static absl::StatusOr<std::unique_ptr<Server>> Create(
      ServerOptions options, std::unique_ptr<Store> store, const Clock* clock,
      std::vector<const google::protobuf::ServiceDescriptor*> contracts);
  ~Server();

  Calls& calls() { return *calls_; }
  Pages& pages() { return *pages_; }
  Store& store() { return *store_; }
  CommitLane& lane() { return *lane_; }
  SharedOrgTree& tree() { return tree_; }

  // Before Create returns nothing is known of the sources: name them here, before Serve.
  absl::Status Follow(const std::string& service, std::shared_ptr<grpc::Channel> channel,
                      Follower::Apply apply);
  // From now on remembered answers are sealed; before Serve.
  void SealAnswers(AnswerSeal seal) { answer_seal_ = std::move(seal); }
  // How far a service is visible here; null for one that is not followed.
  Progress* progress(const std::string& service);

  // Starts serving and following. UNAVAILABLE where the address cannot be had.
  absl::Status Serve(std::vector<std::unique_ptr<grpc::Service>> services);
  // The port that was bound.
  int port() const { return port_; }
  std::shared_ptr<grpc::Channel> InProcessChannel();
  bool failed() const { return lane_->failed(); }

  // These may call from now on, and only these; INVALID_ARGUMENT changes nothing. Calls that run go
  // on; a Watch of an account that changed ends, to be judged anew. The thread that stops it.
  absl::Status ReplacePrincipals(const policy::v1::Principals& principals);

  // Readiness off, wait for running calls up to the drain time, stop. Who is not answered by then
  // hears UNAVAILABLE.
  void Stop();

 private:
  explicit Server(ServerOptions options) : options_(std::move(options)) {}
  void NotServing();
  void SetServing(bool serving);

  const ServerOptions options_;
  // In the order in which they depend on each other; destroyed in reverse.
  std::unique_ptr<Store> store_;
  SharedOrgTree tree_;
  std::unique_ptr<Authenticator> authenticator_;
  std::unique_ptr<PolicyTable> policies_;
  std::vector<std::string> contracts_;  // names of the services that are served
  std::map<std::string, std::unique_ptr<Progress>> progress_;
  std::unique_ptr<CommitLane> lane_;
  std::unique_ptr<ReadPool> pool_;
  std::unique_ptr<Pages> pages_;
  AnswerSeal answer_seal_;
  std::unique_ptr<Calls> calls_;
  std::vector<std::unique_ptr<Follower>> followers_;
  std::vector<std::unique_ptr<grpc::Service>> services_;
  FeedServiceImpl* feed_ = nullptr;  // one of them
  std::atomic<grpc::HealthCheckServiceInterface*> health_ = nullptr;
  std::atomic<int> running_ = 0;  // calls
  std::atomic<bool> stopping_ = false;
  std::unique_ptr<Listener> listener_;
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> acceptor_;
  std::unique_ptr<grpc::Server> grpc_;
  int port_ = 0;
};

}  // namespace zhibu

#endif  // ZHIBU_COMMON_RPC_SERVER_H_
