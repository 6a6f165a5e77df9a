#include "common/rpc/follower.h"

#include <future>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/rpc/desk.h"
#include "tests/support/process.h"
#include "tests/support/wait.h"

namespace zhibu {
namespace {

// A service that follows the registry: counts every event it applies, so that one applied twice or
// not at all shows.
class FollowerTest : public testing::Test {
 protected:
  static Key CountKey(const std::string& id) { return Key(0x20).Text(id); }

  static absl::Status Count(Txn& txn, const google::protobuf::Any& event) {
    registry::v1::OrganisationChanged changed;
    if (!event.UnpackTo(&changed)) return absl::DataLossError("not an organisation");
    const std::string id = IdOf(kOrganisations, changed.organisation().name()).value();
    ZHIBU_ASSIGN_OR_RETURN(const auto before, txn.Get(CountKey(id)));
    txn.Put(CountKey(id), std::to_string(std::stoi(before.value_or("0")) + 1));
    return absl::OkStatus();
  }

  std::unique_ptr<DeskServer> Following(std::shared_ptr<grpc::Channel> source,
                                        std::unique_ptr<Store> store = nullptr,
                                        Follower::Apply apply = Count) {
    ServerOptions options;
    options.service = "membership";
    return std::make_unique<DeskServer>(std::move(options), std::move(store), [&](Server& server) {
      return server.Follow("registry", source, apply);
    });
  }

  static void Write(DeskServer& source, int from, int to, size_t bytes = 10) {
    for (int i = from; i <= to; ++i) {
      auto request = DeskServer::Creating(absl::StrCat("o", i));
      request.mutable_organisation()->set_title(std::string(bytes, 'x'));
      ASSERT_TRUE(source.Create(request).ok());
    }
  }

  // Waits until the follower shows the revision.
  static void Await(DeskServer& follower, int64_t revision) {
    // Shared: the call may come after a wait that was given up.
    auto there = std::make_shared<std::promise<void>>();
    follower.server().progress("registry")->WhenAtLeast(revision, [there] { there->set_value(); });
    ASSERT_TRUE(WaitFor(there->get_future()));
  }
  static void ExpectEachOnce(DeskServer& follower, int count) {
    int seen = 0;
    ASSERT_TRUE(follower.server()
                    .store()
                    .TakeSnapshot()
                    ->Scan(Key(0x20), Key(0x20).End(),
                           [&](absl::string_view, absl::string_view value) {
                             EXPECT_EQ(value, "1");
                             ++seen;
                             return true;
                           })
                    .ok());
    EXPECT_EQ(seen, count);
  }

  TempFolder folder_;
};

TEST_F(FollowerTest, ComesToShowWhatTheSourceWrites) {
  DeskServer source;
  Write(source, 1, 5);
  auto follower = Following(source.channel());
  Await(*follower, 5);
  Write(source, 6, 8);
  Await(*follower, 8);
  ExpectEachOnce(*follower, 8);
  EXPECT_EQ(follower->Head().followed().at("registry"), 8);
  // It makes no revisions of its own.
  EXPECT_EQ(follower->Head().revision(), 0);
}

TEST_F(FollowerTest, LetsAReadWaitForTheSource) {
  DeskServer source;
  auto follower = Following(source.channel());
  auto read = std::async(std::launch::async, [&] {
    return follower->Get("nobody", kOwnerToken, {{"registry", 1}}).status();
  });
  Write(source, 1, 1);
  EXPECT_EQ(read.get().code(), absl::StatusCode::kNotFound);  // and not DEADLINE_EXCEEDED
  ExpectEachOnce(*follower, 1);
}

TEST_F(FollowerTest, GoesOnFromItsCursorAfterARestartWithoutDoubling) {
  DeskServer source;
  const std::string path = folder_.path() + "/follower";
  for (int round = 1; round <= 4; ++round) {
    Write(source, round * 10 - 9, round * 10);
    auto follower = Following(source.channel(), OpenRocksStore(path, "membership").value());
    // Known before anything is heard from the source.
    EXPECT_GE(follower->server().progress("registry")->revision(), (round - 1) * 10);
    Await(*follower, round * 10);
    ExpectEachOnce(*follower, round * 10);
  }
}

TEST_F(FollowerTest, OutlivesTheSourceGoingDownAndComingBack) {
  const std::string path = folder_.path() + "/source";
  ServerOptions options;
  options.listen = "127.0.0.1:0";
  auto source = std::make_unique<DeskServer>(options, OpenRocksStore(path, "registry").value());
  const int port = source->server().port();
  auto follower = Following(MakeChannel(absl::StrCat("127.0.0.1:", port)));
  options.listen = absl::StrCat("127.0.0.1:", port);
  for (int round = 1; round <= 3; ++round) {
    Write(*source, round * 5 - 4, round * 5);
    Await(*follower, round * 5);
    source.reset();
    // The follower serves what it has.
    EXPECT_EQ(follower->Head().followed().at("registry"), round * 5);
    source = std::make_unique<DeskServer>(options, OpenRocksStore(path, "registry").value());
  }
  Write(*source, 16, 16);
  Await(*follower, 16);
  ExpectEachOnce(*follower, 16);
}

TEST_F(FollowerTest, TakesARecordAsLargeAsAnyMayBeOverASocket) {
  ServerOptions options;
  options.listen = "127.0.0.1:0";
  DeskServer source(options);
  auto follower = Following(MakeChannel(absl::StrCat("127.0.0.1:", source.server().port())));
  Write(source, 1, 1, kMaxRecordBytes - 4096);
  Await(*follower, 1);
  ExpectEachOnce(*follower, 1);
}

// A feed that answers whatever a test says, and tells how often it was asked.
class FalseFeed : public feed::v1::FeedService::Service {
 public:
  explicit FalseFeed(std::vector<feed::v1::Record> records) : records_(std::move(records)) {}
  grpc::Status Watch(grpc::ServerContext*, const feed::v1::WatchRequest* request,
                     grpc::ServerWriter<feed::v1::WatchResponse>* writer) override {
    {
      MutexLock lock(&mutex_);
      asked_.push_back(request->after_revision());
      woken_.SignalAll();
    }
    feed::v1::WatchResponse response;
    for (const auto& record : records_) {
      if (record.revision() > request->after_revision()) *response.add_records() = record;
    }
    response.set_head_revision(records_.back().revision());
    writer->Write(response);
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "gone");
  }
  // Waits until it was asked so often; what for.
  std::vector<int64_t> Asked(size_t times) {
    MutexLock lock(&mutex_);
    while (asked_.size() < times) woken_.Wait(&mutex_);
    return asked_;
  }

 private:
  const std::vector<feed::v1::Record> records_;
  Mutex mutex_;
  CondVar woken_;
  std::vector<int64_t> asked_;
};

std::vector<feed::v1::Record> Chain(int length) {
  std::vector<feed::v1::Record> records;
  feed::v1::Record record;
  record.set_hash(NoHash());
  for (int i = 1; i <= length; ++i) {
    registry::v1::OrganisationChanged event;
    event.mutable_organisation()->set_name(absl::StrCat("organisations/o", i));
    feed::v1::Content content;
    content.set_revision(i);
    content.add_events()->PackFrom(event);
    record = ChainRecord(record, content);
    records.push_back(record);
  }
  return records;
}

class FollowingAFalseFeed : public FollowerTest {
 protected:
  // Lets the follower ask a few times, and expects that it applied exactly the first `good`.
  void ExpectStaysAt(std::vector<feed::v1::Record> records, int good,
                     Follower::Apply apply = Count) {
    FalseFeed feed(std::move(records));
    grpc::ServerBuilder builder;
    builder.RegisterService(&feed);
    auto server = builder.BuildAndStart();
    auto follower = Following(server->InProcessChannel({}), nullptr, std::move(apply));
    EXPECT_EQ(feed.Asked(3).back(), good);
    EXPECT_EQ(follower->server().progress("registry")->revision(), good);
    ExpectEachOnce(*follower, good);
    follower.reset();
    server->Shutdown();
  }
};

TEST_F(FollowingAFalseFeed, TakesASoundOneOnce) { ExpectStaysAt(Chain(4), 4); }

TEST_F(FollowingAFalseFeed, RefusesAGap) {
  auto records = Chain(4);
  records.erase(records.begin() + 1);
  ExpectStaysAt(records, 0);
}

TEST_F(FollowingAFalseFeed, RefusesAChangedContent) {
  auto records = Chain(4);
  records[2].mutable_content()->back() ^= 1;
  ExpectStaysAt(records, 0);
}

TEST_F(FollowingAFalseFeed, RefusesAnotherChainThanItFollowedSoFar) {
  DeskServer source;
  Write(source, 1, 2);
  const std::string path = folder_.path() + "/follower";
  {
    auto follower = Following(source.channel(), OpenRocksStore(path, "membership").value());
    Await(*follower, 2);
  }
  // The same length and more, but not the same store.
  FalseFeed feed(Chain(4));
  grpc::ServerBuilder builder;
  builder.RegisterService(&feed);
  auto server = builder.BuildAndStart();
  auto follower =
      Following(server->InProcessChannel({}), OpenRocksStore(path, "membership").value());
  EXPECT_EQ(feed.Asked(3).back(), 2);
  EXPECT_EQ(follower->server().progress("registry")->revision(), 2);
  follower.reset();
  server->Shutdown();
}

TEST_F(FollowingAFalseFeed, StaysWhereApplyingFailsAndWritesNothingOfIt) {
  ExpectStaysAt(Chain(3), 0, [](Txn& txn, const google::protobuf::Any& event) {
    ZHIBU_RETURN_IF_ERROR(Count(txn, event));
    return absl::InternalError("a bug");
  });
}

}  // namespace
}  // namespace zhibu
