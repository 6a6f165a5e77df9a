// A source whose connection stands and from which nothing comes.
#include <grpcpp/grpcpp.h>

#include "common/rpc/follower.h"
#include "common/store/rocks_store.h"
#include "gtest/gtest.h"
#include "tests/support/fake_clock.h"
#include "tests/support/wait.h"

namespace zhibu {
namespace {

// Answers once with its head, and then never again until the call is given up.
class SilentFeed : public feed::v1::FeedService::Service {
 public:
  explicit SilentFeed(absl::Duration heartbeat) : heartbeat_(heartbeat) {}
  grpc::Status Watch(grpc::ServerContext* context, const feed::v1::WatchRequest*,
                     grpc::ServerWriter<feed::v1::WatchResponse>* writer) override {
    ++asked_;
    while (!context->IsCancelled()) {
      if (heartbeat_ > absl::ZeroDuration()) writer->Write(feed::v1::WatchResponse());
      absl::SleepFor(heartbeat_ > absl::ZeroDuration() ? heartbeat_ : absl::Milliseconds(5));
    }
    return grpc::Status::CANCELLED;
  }
  int asked() const { return asked_; }

 private:
  const absl::Duration heartbeat_;
  std::atomic<int> asked_ = 0;
};

class SilentSource : public testing::Test {
 protected:
  void Follow(SilentFeed& feed, absl::Duration silence) {
    grpc::ServerBuilder builder;
    builder.RegisterService(&feed);
    server_ = builder.BuildAndStart();
    follower_ =
        Follower::Create(
            {"registry", server_->InProcessChannel({}), ""}, store_.get(), lane_.get(), &followed_,
            [](Txn&, const google::protobuf::Any&) { return absl::OkStatus(); }, silence)
            .value();
    follower_->Start();
  }
  // Before the feed goes.
  void Stop() {
    follower_.reset();
    server_->Shutdown();
  }

  const std::unique_ptr<Store> store_ = OpenMemoryStore("membership").value();
  FakeClock clock_{absl::CivilDay(2026, 11, 28)};
  Progress progress_, followed_;
  const std::unique_ptr<CommitLane> lane_ =
      CommitLane::Start(store_.get(), &clock_, &progress_, {}, nullptr).value();
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<Follower> follower_;
};

TEST_F(SilentSource, IsCalledAgain) {
  SilentFeed feed(absl::ZeroDuration());
  Follow(feed, absl::Milliseconds(50));
  EXPECT_TRUE(WaitFor([&] { return feed.asked() >= 3; }));
  Stop();
}

TEST_F(SilentSource, IsNotGivenUpWhileItsHeartbeatsCome) {
  SilentFeed feed(absl::Milliseconds(2));
  Follow(feed, absl::Seconds(20));
  EXPECT_TRUE(WaitFor([&] { return feed.asked() == 1; }));
  clock_.Advance(absl::Hours(24 * 365));  // the wall clock has no part in it
  absl::SleepFor(absl::Milliseconds(100));
  EXPECT_EQ(feed.asked(), 1);
  Stop();
}

}  // namespace
}  // namespace zhibu
