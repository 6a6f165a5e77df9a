// Serves a service's own feed. A watcher is a cursor over the journal, not a queue.
#ifndef ZHIBU_COMMON_RPC_FEED_SERVICE_H_
#define ZHIBU_COMMON_RPC_FEED_SERVICE_H_

#include <memory>

#include "common/rpc/calls.h"
#include "zhibu/feed/v1/feed.grpc.pb.h"

namespace zhibu {

class Watchers;

// How many may watch one service at once. The suite needs three, all under one account on one
// machine. One that does not read holds its next answer, which is one record of at most 3.5 MiB or
// records of at most 1 MiB, twice: as a message and as bytes.
inline constexpr int kMaxWatchesOfCaller = 16;
inline constexpr int kMaxWatches = 32;

// Every server has one. `calls` and `own` outlive it.
class FeedServiceImpl : public feed::v1::FeedService::CallbackService {
 public:
  FeedServiceImpl(Calls* calls, Progress* own);

  // Ends every watcher, and each that comes from now on, with UNAVAILABLE: a watcher never ends by
  // itself, and a server that stops would wait for it.
  void StopWatchers();
  // Ends the watchers whose account is no longer as it was, with UNAVAILABLE: when they come again
  // they are judged by what it is now.
  void EndChanged();

  grpc::ServerWriteReactor<feed::v1::WatchResponse>* Watch(
      grpc::CallbackServerContext* context, const feed::v1::WatchRequest* request) override;

  grpc::ServerUnaryReactor* GetHead(grpc::CallbackServerContext* context,
                                    const feed::v1::GetHeadRequest* request,
                                    feed::v1::GetHeadResponse* response) override;

 private:
  Calls* const calls_;
  Progress* const own_;
  const std::shared_ptr<Watchers> watchers_;
};

}  // namespace zhibu

#endif  // ZHIBU_COMMON_RPC_FEED_SERVICE_H_
