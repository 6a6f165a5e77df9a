#include "common/rpc/feed_service.h"

#include <future>
#include <set>

#include "common/store/feed.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/rpc/desk.h"
#include "tests/support/wait.h"

namespace zhibu {
namespace {

using absl::StatusCode;

// A watch, read on the test's thread.
class Watching {
 public:
  Watching(feed::v1::FeedService::Stub& stub, int64_t after, bool stop_at_head = false,
           absl::Duration timeout = absl::Seconds(60), const std::string& token = kServiceToken) {
    PrepareContext(context_, token, timeout);
    feed::v1::WatchRequest request;
    request.set_after_revision(after);
    request.set_stop_at_head(stop_at_head);
    reader_ = stub.Watch(&context_, request);
    last_.set_revision(after);
  }
  ~Watching() {
    context_.TryCancel();
    if (!finished_) reader_->Finish();
  }

  // Reads until the feed was seen up to `revision`, or it ends.
  bool ReadTo(int64_t revision) {
    while (last_.revision() < revision) {
      if (!reader_->Read(&response_)) return false;
      for (const auto& record : response_.records()) {
        EXPECT_EQ(record.revision(), last_.revision() + 1);
        if (!last_.hash().empty()) {
          EXPECT_TRUE(CheckLink(last_, record).ok());
        }
        EXPECT_LE(record.revision(), response_.head_revision());
        last_ = record;
      }
    }
    return true;
  }
  // Reads to the end of the stream.
  absl::Status End() {
    while (reader_->Read(&response_)) {
      for (const auto& record : response_.records()) {
        EXPECT_EQ(record.revision(), last_.revision() + 1);
        last_ = record;
      }
    }
    finished_ = true;
    return FromGrpcStatus(reader_->Finish());
  }
  int64_t revision() const { return last_.revision(); }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<feed::v1::WatchResponse>> reader_;
  feed::v1::WatchResponse response_;
  feed::v1::Record last_;
  bool finished_ = false;
};

class Feed : public testing::Test {
 protected:
  void Write(int count, size_t bytes = 10) {
    for (int i = 0; i < count; ++i) {
      auto request = DeskServer::Creating(absl::StrCat("o", ++written_));
      request.mutable_organisation()->set_title(std::string(bytes, 'x'));
      ASSERT_TRUE(desk_.Create(request).ok());
    }
  }
  DeskServer desk_;
  int written_ = 0;
};

TEST_F(Feed, HeadSaysHowFarItIs) {
  feed::v1::GetHeadResponse head = desk_.Head();
  EXPECT_EQ(head.service(), "registry");
  EXPECT_EQ(head.revision(), 0);
  EXPECT_EQ(head.hash(), NoHash());
  EXPECT_FALSE(head.version().empty());
  Write(3);
  head = desk_.Head();
  EXPECT_EQ(head.revision(), 3);
  const auto records = ReadJournal(*desk_.server().store().TakeSnapshot(), 2, 10).value();
  EXPECT_EQ(head.hash(), records.at(0).hash());
}

TEST_F(Feed, IsWatchedFromItsBeginning) {
  Write(5);
  Watching watch(desk_.feed(), 0);
  EXPECT_TRUE(watch.ReadTo(5));
  Write(2);
  EXPECT_TRUE(watch.ReadTo(7));
}

TEST_F(Feed, IsWatchedFromTheMiddleAndTakenUpAgainWhereItBrokeOff) {
  Write(5);
  int64_t seen = 0;
  {
    Watching watch(desk_.feed(), 2);
    EXPECT_TRUE(watch.ReadTo(4));
    seen = watch.revision();
  }
  Write(1);
  Watching watch(desk_.feed(), seen);
  EXPECT_TRUE(watch.ReadTo(6));
}

TEST_F(Feed, IsWaitedForAtItsVeryEnd) {
  Write(3);
  Watching watch(desk_.feed(), 3);
  Write(1);
  EXPECT_TRUE(watch.ReadTo(4));
}

// An answer may come before the revision is announced within: whoever has it may watch from there.
TEST_F(Feed, KnowsEveryRevisionThatWasAnswered) {
  for (int revision = 1; revision <= 200; ++revision) {
    Write(1);
    Watching watch(desk_.feed(), revision, /*stop_at_head=*/true);
    EXPECT_TRUE(watch.End().ok());
  }
}

TEST_F(Feed, EndsAtTheHeadOfTheCallWhereThatIsAsked) {
  Watching empty(desk_.feed(), 0, /*stop_at_head=*/true);
  EXPECT_TRUE(empty.End().ok());
  Write(1100);  // more than one answer holds
  Watching all(desk_.feed(), 0, /*stop_at_head=*/true);
  EXPECT_TRUE(all.End().ok());
  EXPECT_GE(all.revision(), 1100);
  Watching last(desk_.feed(), 1100, /*stop_at_head=*/true);
  EXPECT_TRUE(last.End().ok());
  EXPECT_EQ(last.revision(), 1100);
}

TEST_F(Feed, RefusesARevisionBeyondItsEndOrBelowZero) {
  Write(2);
  const absl::Status beyond = Watching(desk_.feed(), 3).End();
  EXPECT_EQ(beyond.code(), StatusCode::kOutOfRange);
  EXPECT_EQ(ReasonOf(beyond), "AFTER_HEAD");
  EXPECT_EQ(Watching(desk_.feed(), -1).End().code(), StatusCode::kInvalidArgument);
}

TEST_F(Feed, TellsAWatcherOfADamagedJournal) {
  Write(3);
  ASSERT_TRUE(desk_.server().store().CommitSynced({{JournalKey(2), std::nullopt}}).ok());
  Watching watch(desk_.feed(), 0);
  const absl::Status status = watch.End();
  EXPECT_EQ(watch.revision(), 1);
  EXPECT_EQ(status.code(), StatusCode::kDataLoss);
  EXPECT_EQ(ReasonOf(status), "JOURNAL_BROKEN");
}

TEST_F(Feed, GivesASlowReaderEverything) {
  Watching watch(desk_.feed(), 0);
  // Far more than any buffer between the two; the writes do not wait for the reader.
  Write(60, 200000);
  EXPECT_EQ(desk_.Head().revision(), 60);
  EXPECT_TRUE(watch.ReadTo(60));
}

TEST_F(Feed, SendsARecordAsLargeAsAnyMayBe) {
  Watching watch(desk_.feed(), 0);
  Write(1, kMaxRecordBytes - 4096);
  EXPECT_TRUE(watch.ReadTo(1));
}

// Right after an answer the next one waits for what else comes.
TEST_F(Feed, LetsAWatcherLeaveWhileTheNextAnswerIsGathered) {
  for (int i = 0; i < 50; ++i) {
    Watching watching(desk_.feed(), written_);
    Write(1);
    ASSERT_TRUE(watching.ReadTo(written_));
    Write(1);
  }
  Watching watching(desk_.feed(), 0);
  EXPECT_TRUE(watching.ReadTo(written_));
}

TEST_F(Feed, LetsAWatcherLeave) {
  Write(1);
  for (int i = 0; i < 20; ++i) {
    Watching watch(desk_.feed(), 0);
    EXPECT_TRUE(watch.ReadTo(1));
  }
  Write(1);
  EXPECT_EQ(desk_.Head().revision(), 2);
}

TEST_F(Feed, IsWatchedByAsManyAsItCanBear) {
  Write(1);
  policy::v1::Principals principals = TestPrincipals();
  policy::v1::Principal& third = *principals.add_principals();
  third = principals.principals(1);
  third.set_name("administrator");
  third.set_token_sha256(Sha256Hex("administrator"));
  ASSERT_TRUE(desk_.server().ReplacePrincipals(principals).ok());
  std::vector<std::unique_ptr<Watching>> watches;
  auto watch = [&](const char* token) {
    watches.push_back(std::make_unique<Watching>(desk_.feed(), 0, false, absl::Seconds(60), token));
    return watches.back()->ReadTo(1);
  };
  for (int i = 0; i < kMaxWatchesOfCaller; ++i) EXPECT_TRUE(watch(kServiceToken)) << i;
  EXPECT_FALSE(watch(kServiceToken)) << "one account takes no more than its part";
  const absl::Status refused = watches.back()->End();
  EXPECT_EQ(refused.code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(refused), "TOO_MANY_WATCHES");
  for (int i = kMaxWatchesOfCaller; i < kMaxWatches; ++i) EXPECT_TRUE(watch(kOwnerToken)) << i;
  EXPECT_FALSE(watch("administrator")) << "nor all together more than there is room for";
  EXPECT_EQ(ReasonOf(watches.back()->End()), "TOO_MANY_WATCHES");
  // Who leaves makes room.
  watches.clear();
  EXPECT_TRUE(WaitFor([&] { return watch("administrator"); }));
}

TEST_F(Feed, IsWatchedByAccountsAsTheyAre) {
  Write(1);
  Watching owner(desk_.feed(), 0, false, absl::Seconds(60), kOwnerToken);
  Watching service(desk_.feed(), 0);
  EXPECT_TRUE(owner.ReadTo(1));
  EXPECT_TRUE(service.ReadTo(1));
  policy::v1::Principals principals = TestPrincipals();
  principals.mutable_principals()->DeleteSubrange(0, 1);  // the owner
  ASSERT_TRUE(desk_.server().ReplacePrincipals(principals).ok());
  const absl::Status ended = owner.End();
  EXPECT_EQ(ended.code(), StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(ended), "ACCOUNT_CHANGED");
  EXPECT_EQ(Watching(desk_.feed(), 0, false, absl::Seconds(60), kOwnerToken).End().code(),
            StatusCode::kUnauthenticated);
  // The other goes on, past where it was.
  auto clerk = principals;
  clerk.add_principals()->CopyFrom(TestPrincipals().principals(0));
  ASSERT_TRUE(desk_.server().ReplacePrincipals(clerk).ok());
  Write(1);
  EXPECT_TRUE(service.ReadTo(2));
}

// A watcher without a thread of its own.
class AsyncWatch : public grpc::ClientReadReactor<feed::v1::WatchResponse> {
 public:
  AsyncWatch(feed::v1::FeedService::Stub& stub, const std::string& token, std::atomic<int>* reached,
             int64_t goal)
      : reached_(reached), goal_(goal) {
    PrepareContext(context_, token, absl::InfiniteDuration());
    stub.async()->Watch(&context_, &request_, this);
    StartRead(&response_);
    StartCall();
  }
  void OnReadDone(bool ok) override {
    if (!ok) return;
    for (const auto& record : response_.records()) {
      if (record.revision() != last_ + 1) in_order_ = false;
      last_ = record.revision();
      if (last_ == goal_) ++*reached_;
    }
    StartRead(&response_);
  }
  void OnDone(const grpc::Status& status) override { done_.set_value(status.error_code()); }
  grpc::StatusCode Wait() { return done_.get_future().get(); }
  bool in_order() const { return in_order_; }

 private:
  grpc::ClientContext context_;
  const feed::v1::WatchRequest request_;
  feed::v1::WatchResponse response_;
  std::atomic<int>* const reached_;
  const int64_t goal_;
  int64_t last_ = 0;
  std::atomic<bool> in_order_ = true;
  std::promise<grpc::StatusCode> done_;
};

TEST(ManyWatchers, AllSeeEverythingAndEndWhenTheServiceStops) {
  constexpr int kWatchers = kMaxWatches, kWrites = 60;
  ServerOptions options;
  // A stop that waited for its watchers would not end within any test's patience.
  options.drain = absl::Hours(1);
  options.listen = "127.0.0.1:0";
  DeskServer desk(std::move(options));
  std::atomic<int> reached = 0;
  std::vector<std::unique_ptr<AsyncWatch>> watches;
  for (int i = 0; i < kWatchers; ++i) {
    const char* token = i < kMaxWatchesOfCaller ? kServiceToken : kOwnerToken;
    watches.push_back(std::make_unique<AsyncWatch>(desk.feed(), token, &reached, kWrites));
  }
  for (int i = 0; i < kWrites; ++i) {
    ASSERT_TRUE(desk.Create(DeskServer::Creating(absl::StrCat("o", i))).ok());
  }
  EXPECT_TRUE(WaitFor([&] { return reached >= kWatchers; }));
  desk.server().Stop();
  for (const auto& watch : watches) {
    EXPECT_EQ(watch->Wait(), grpc::StatusCode::UNAVAILABLE);
    EXPECT_TRUE(watch->in_order());
  }
}

}  // namespace
}  // namespace zhibu
