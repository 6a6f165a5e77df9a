// Serves a service's own feed. A watcher is a cursor over the journal, not a queue.
#ifndef ZHIBU_COMMON_RPC_FEED_SERVICE_H_
#define ZHIBU_COMMON_RPC_FEED_SERVICE_H_

#include <memory>

#include "common/rpc/calls.h"
#include "zhibu/feed/v1/feed.grpc.pb.h"

namespace zhibu {

class Watchers;

// Every server has one. `calls` and `own` outlive it.
class FeedServiceImpl : public feed::v1::FeedService::CallbackService {
 public:
  FeedServiceImpl(Calls* calls, Progress* own);

  // Ends every watcher, and each that comes from now on, with UNAVAILABLE: a watcher never ends by
  // itself, and a server that stops would wait for it.
  void StopWatchers();

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
