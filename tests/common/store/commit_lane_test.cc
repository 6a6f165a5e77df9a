#include "common/store/commit_lane.h"

#include <algorithm>
#include <array>
#include <future>
#include <map>
#include <memory>
#include <stdexcept>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "gmock/gmock.h"
#include "google/protobuf/timestamp.pb.h"
#include "gtest/gtest.h"
#include "tests/support/fake_clock.h"
#include "tests/support/map_store.h"
#include "tests/support/wait.h"

namespace zhibu {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr absl::CivilDay kToday(2026, 11, 23);

struct Answer {
  absl::Status status;
  int64_t revision = 0;
};

class Lane : public testing::Test {
 protected:
  void Start(CommitLane::Options options = {}) {
    lane_.reset();
    lane_ =
        CommitLane::Start(&store_, &clock_, &progress_, options, [this] { ++failures_; }).value();
  }

  // A job that puts `key` = `value` and emits one event.
  CommitLane::Job Writing(const std::string& key, const std::string& value = "v") {
    CommitLane::Job job;
    job.actor = "clerk";
    job.request_id = "r-" + key;
    job.method = "/zhibu.test/Write";
    job.decide = [key, value](Txn& txn) {
      txn.Put(key, value);
      google::protobuf::Timestamp event;
      event.set_seconds(static_cast<int64_t>(value.size()));
      txn.Emit(event);
      return absl::OkStatus();
    };
    return job;
  }

  std::future<Answer> Submit(CommitLane::Job job) {
    auto promise = std::make_shared<std::promise<Answer>>();
    auto future = promise->get_future();
    job.done = [promise](const absl::Status& status, int64_t revision) {
      promise->set_value({status, revision});
    };
    if (!lane_->Submit(std::move(job))) promise->set_value({absl::ResourceExhaustedError("full")});
    return future;
  }

  // Keeps the lane inside a decision until the gate is opened, so that what is submitted meanwhile
  // becomes one batch.
  class Gate {
   public:
    explicit Gate(Lane* lane) {
      CommitLane::Job job;
      job.decide = [this](Txn&) {
        entered_.set_value();
        EXPECT_TRUE(WaitFor(open_.get_future()));
        return absl::OkStatus();
      };
      done_ = lane->Submit(std::move(job));
      EXPECT_TRUE(WaitFor(entered_.get_future()));
    }
    ~Gate() {
      Open();
      EXPECT_TRUE(WaitFor(done_));  // the lane still uses the gate until then
    }
    void Open() {
      if (!opened_) open_.set_value();
      opened_ = true;
    }

   private:
    std::promise<void> entered_, open_;
    std::future<Answer> done_;
    bool opened_ = false;
  };

  std::vector<feed::v1::Record> Records() {
    return ReadJournal(*store_.TakeSnapshot(ReadTier::kAll), 0, 100000).value();
  }
  std::string Value(const std::string& key) {
    return store_.TakeSnapshot(ReadTier::kAll)->Get(key).value().value_or("-");
  }

  MapStore store_;
  FakeClock clock_{kToday};
  Progress progress_;
  std::atomic<int> failures_ = 0;
  std::unique_ptr<CommitLane> lane_;
};

TEST_F(Lane, WritesOneRecordAJobWithItsCircumstances) {
  Start();
  const Answer answer = Submit(Writing("\x10k")).get();
  EXPECT_TRUE(answer.status.ok());
  EXPECT_EQ(answer.revision, 1);
  EXPECT_EQ(Value("\x10k"), "v");
  const auto records = Records();
  ASSERT_EQ(records.size(), 1u);
  feed::v1::Content content;
  ASSERT_TRUE(content.ParseFromString(records[0].content()));
  EXPECT_EQ(content.actor(), "clerk");
  EXPECT_EQ(content.request_id(), "r-\x10k");
  EXPECT_EQ(content.method(), "/zhibu.test/Write");
  EXPECT_EQ(absl::FromUnixSeconds(content.recorded_at().seconds()), clock_.Now());
  google::protobuf::Timestamp event;
  ASSERT_EQ(content.events_size(), 1);
  ASSERT_TRUE(content.events(0).UnpackTo(&event));
  EXPECT_EQ(event.seconds(), 1);
}

TEST_F(Lane, CommitsWhatWaitsAsOneBatch) {
  Start();
  std::vector<std::future<Answer>> answers;
  {
    Gate gate(this);
    for (int i = 0; i < 100; ++i) answers.push_back(Submit(Writing(absl::StrCat("\x10", i))));
    EXPECT_EQ(lane_->depth(), 100);
  }
  for (int i = 0; i < 100; ++i) EXPECT_EQ(answers[i].get().revision, i + 1);
  EXPECT_EQ(store_.commits(), 1);
  EXPECT_EQ(Records().size(), 100u);
  EXPECT_TRUE(VerifyJournal(*store_.TakeSnapshot(ReadTier::kAll)).ok());
}

TEST_F(Lane, CommitsNoMoreThanABatchAtATime) {
  Start({.max_queue = 100, .max_batch = 8});
  std::vector<std::future<Answer>> answers;
  {
    Gate gate(this);
    for (int i = 0; i < 20; ++i) answers.push_back(Submit(Writing(absl::StrCat("\x10", i))));
  }
  for (auto& answer : answers) EXPECT_TRUE(answer.get().status.ok());
  EXPECT_EQ(store_.commits(), 3);
}

TEST_F(Lane, ShowsAJobTheWritesOfThoseBeforeItInTheBatch) {
  Start();
  std::vector<std::future<Answer>> answers;
  {
    Gate gate(this);
    for (int i = 0; i < 50; ++i) {
      CommitLane::Job job;
      job.decide = [](Txn& txn) {
        const int n = std::stoi(txn.Get("\x10n").value().value_or("0"));
        txn.Put("\x10n", std::to_string(n + 1));
        return absl::OkStatus();
      };
      answers.push_back(Submit(std::move(job)));
    }
  }
  for (auto& answer : answers) EXPECT_TRUE(answer.get().status.ok());
  EXPECT_EQ(Value("\x10n"), "50");
}

TEST_F(Lane, DoesNotLetAFailingJobHurtItsNeighbours) {
  Start();
  std::future<Answer> before, failing, throwing, throwing_other, after;
  {
    Gate gate(this);
    before = Submit(Writing("\x10k", "before"));
    CommitLane::Job job = Writing("\x10k", "failing");
    job.decide = [decide = job.decide](Txn& txn) {
      EXPECT_TRUE(decide(txn).ok());
      return Refused("k", "NOT_ALLOWED", "不可以");
    };
    failing = Submit(std::move(job));
    job = Writing("\x10k", "throwing");
    job.decide = [decide = job.decide](Txn& txn) -> absl::Status {
      EXPECT_TRUE(decide(txn).ok());
      throw std::runtime_error("a bug");
    };
    throwing = Submit(std::move(job));
    job = Writing("\x10k", "throwing");
    job.decide = [decide = job.decide](Txn& txn) -> absl::Status {
      EXPECT_TRUE(decide(txn).ok());
      throw 42;
    };
    throwing_other = Submit(std::move(job));
    job = Writing("\x10other", "after");
    job.decide = [decide = job.decide](Txn& txn) {
      EXPECT_EQ(txn.Get("\x10k").value(), "before");
      return decide(txn);
    };
    after = Submit(std::move(job));
  }
  EXPECT_EQ(before.get().revision, 1);
  const Answer refused = failing.get();
  EXPECT_EQ(ReasonOf(refused.status), "NOT_ALLOWED");
  EXPECT_EQ(refused.revision, 0);
  EXPECT_EQ(throwing.get().status.code(), absl::StatusCode::kInternal);
  EXPECT_EQ(throwing_other.get().status.code(), absl::StatusCode::kInternal);
  EXPECT_EQ(after.get().revision, 2);  // no number is left out
  EXPECT_EQ(Value("\x10k"), "before");
  EXPECT_EQ(Value("\x10other"), "after");
  EXPECT_FALSE(lane_->failed());
}

TEST_F(Lane, DropsAJobWhoseDeadlineHasPassedBeforeItIsDecided) {
  Start();
  bool decided = false;
  std::future<Answer> late, in_time;
  {
    Gate gate(this);
    CommitLane::Job job;
    job.deadline = clock_.Now() + absl::Seconds(1);
    job.decide = [&](Txn&) {
      decided = true;
      return absl::OkStatus();
    };
    late = Submit(std::move(job));
    job = Writing("\x10k");
    job.deadline = clock_.Now() + absl::Seconds(5);
    in_time = Submit(std::move(job));
    clock_.Advance(absl::Seconds(2));
  }
  EXPECT_EQ(late.get().status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_FALSE(decided);
  EXPECT_EQ(in_time.get().revision, 1);
}

TEST_F(Lane, WritesNothingOfADryRun) {
  Start();
  std::vector<int> hooks;
  CommitLane::Job job = Writing("\x10k");
  job.dry_run = true;
  job.decide = [&, decide = job.decide](Txn& txn) {
    txn.OnCommit([&] { hooks.push_back(1); });
    return decide(txn);
  };
  std::future<Answer> dry, real;
  {
    Gate gate(this);
    dry = Submit(std::move(job));
    real = Submit(Writing("\x10other"));
  }
  const Answer answer = dry.get();
  EXPECT_TRUE(answer.status.ok());
  EXPECT_EQ(answer.revision, 0);
  EXPECT_EQ(real.get().revision, 1);
  EXPECT_EQ(Value("\x10k"), "-");
  EXPECT_THAT(hooks, IsEmpty());
}

TEST_F(Lane, MakesNoRevisionOfAJobWithoutEvents) {
  Start();
  CommitLane::Job job;
  job.decide = [](Txn& txn) {
    txn.Put("\x10k", "v");
    return absl::OkStatus();
  };
  EXPECT_EQ(Submit(std::move(job)).get().revision, 0);
  EXPECT_EQ(Value("\x10k"), "v");
  EXPECT_TRUE(Records().empty());
  EXPECT_EQ(Submit(Writing("\x10l")).get().revision, 1);
}

TEST_F(Lane, GoesOnWhereTheJournalEnds) {
  Start();
  Submit(Writing("\x10k")).get();
  Submit(Writing("\x10k")).get();
  Start();
  EXPECT_EQ(progress_.revision(), 2);
  EXPECT_EQ(Submit(Writing("\x10k")).get().revision, 3);
  EXPECT_TRUE(VerifyJournal(*store_.TakeSnapshot(ReadTier::kAll)).ok());
}

TEST_F(Lane, DoesNotStartOnAJournalWithoutItsHead) {
  Start();
  Submit(Writing("\x10k")).get();
  lane_.reset();
  ASSERT_TRUE(store_.CommitSynced({{JournalKey(1), std::nullopt}}).ok());
  EXPECT_EQ(CommitLane::Start(&store_, &clock_, &progress_, {}, nullptr).status().code(),
            absl::StatusCode::kDataLoss);
}

TEST_F(Lane, RunsHooksAfterTheCommitBeforeTheAnswerAndNotThoseOfRolledBackJobs) {
  Start();
  std::vector<std::string> order;  // on the lane's thread alone, until the answers are there
  auto hooked = [&](const std::string& name, absl::Status status) {
    CommitLane::Job job = Writing("\x10" + name);
    job.decide = [&order, name, status, decide = job.decide](Txn& txn) {
      txn.OnCommit([&order, name] { order.push_back("hook " + name); });
      EXPECT_TRUE(decide(txn).ok());
      return status;
    };
    job.done = [&order, name](const absl::Status&, int64_t) { order.push_back("done " + name); };
    return job;
  };
  store_.OnEveryCommit([&] { order.push_back("commit"); });
  {
    Gate gate(this);
    lane_->Submit(hooked("a", absl::OkStatus()));
    lane_->Submit(hooked("b", absl::AbortedError("no")));
    lane_->Submit(hooked("c", absl::OkStatus()));
  }
  lane_.reset();
  EXPECT_THAT(order, ElementsAre("commit", "hook a", "hook c", "done a", "done b", "done c"));
}

TEST_F(Lane, AdvancesTheFeedAfterTheBatchIsDurable) {
  Start();
  std::promise<int> commits_when_woken;
  progress_.WhenAtLeast(1, [&] { commits_when_woken.set_value(store_.commits()); });
  Submit(Writing("\x10k"));
  EXPECT_EQ(commits_when_woken.get_future().get(), 1);
}

TEST_F(Lane, RefusesMoreThanItsQueueHolds) {
  Start({.max_queue = 3, .max_batch = 2});
  std::vector<std::future<Answer>> answers;
  std::future<Answer> refused;
  {
    Gate gate(this);
    for (int i = 0; i < 3; ++i) answers.push_back(Submit(Writing(absl::StrCat("\x10", i))));
    refused = Submit(Writing("\x10more"));
  }
  EXPECT_EQ(refused.get().status.code(), absl::StatusCode::kResourceExhausted);
  for (auto& answer : answers) EXPECT_TRUE(answer.get().status.ok());
  EXPECT_EQ(Value("\x10more"), "-");
  EXPECT_TRUE(Submit(Writing("\x10more")).get().status.ok());
}

TEST_F(Lane, DecidesWhatIsQueuedBeforeItStops) {
  Start();
  std::vector<std::future<Answer>> answers;
  auto gate = std::make_unique<Gate>(this);
  for (int i = 0; i < 10; ++i) answers.push_back(Submit(Writing(absl::StrCat("\x10", i))));
  gate->Open();
  lane_.reset();
  for (auto& answer : answers) EXPECT_TRUE(answer.get().status.ok());
}

TEST_F(Lane, AnswersUnavailableToAllAndTakesNoMoreOnceTheStoreFailed) {
  Start({.max_queue = 100, .max_batch = 4});
  store_.FailAfter(1, absl::UnavailableError("no space left"));
  EXPECT_TRUE(Submit(Writing("\x10good")).get().status.ok());
  bool hook_ran = false;
  std::vector<std::future<Answer>> answers;
  {
    Gate gate(this);
    for (int i = 0; i < 10; ++i) {
      CommitLane::Job job = Writing(absl::StrCat("\x10lost", i));
      job.decide = [&hook_ran, decide = job.decide](Txn& txn) {
        txn.OnCommit([&] { hook_ran = true; });
        return decide(txn);
      };
      answers.push_back(Submit(std::move(job)));
    }
  }
  for (auto& future : answers) {
    const Answer answer = future.get();
    EXPECT_EQ(answer.status.code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(ReasonOf(answer.status), "STORE_FAILED");
    EXPECT_EQ(answer.revision, 0);
  }
  EXPECT_TRUE(lane_->failed());
  EXPECT_EQ(failures_, 1);
  EXPECT_FALSE(hook_ran);
  EXPECT_EQ(progress_.revision(), 1);
  CommitLane::Job job = Writing("\x10later");
  job.done = [](const absl::Status&, int64_t) { FAIL() << "a refused job is never answered"; };
  EXPECT_FALSE(lane_->Submit(std::move(job)));
  // What was acknowledged is there, and a new lane on a healthy store goes on.
  store_.FailAfter(-1, absl::OkStatus());
  Start();
  EXPECT_EQ(Submit(Writing("\x10"
                           "again"))
                .get()
                .revision,
            2);
  EXPECT_TRUE(VerifyJournal(*store_.TakeSnapshot(ReadTier::kAll)).ok());
}

TEST_F(Lane, NumbersWithoutGapsWhateverManyThreadsSubmit) {
  Start({.max_queue = 10000, .max_batch = 16});
  std::vector<std::thread> threads;
  std::array<std::vector<int64_t>, 4> revisions;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 100; ++i) {
        CommitLane::Job job = Writing(absl::StrCat("\x10", t, "-", i));
        if (i % 3 == 1) job.decide = [](Txn&) { return absl::AbortedError("no"); };
        if (i % 3 == 2) job.dry_run = true;
        const Answer answer = Submit(std::move(job)).get();
        if (i % 3 == 0) revisions[t].push_back(answer.revision);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  std::vector<int64_t> all;
  for (const auto& of_thread : revisions) {
    EXPECT_TRUE(std::is_sorted(of_thread.begin(), of_thread.end()));
    all.insert(all.end(), of_thread.begin(), of_thread.end());
  }
  std::sort(all.begin(), all.end());
  ASSERT_EQ(all.size(), 4u * 34);
  for (size_t i = 0; i < all.size(); ++i) ASSERT_EQ(all[i], static_cast<int64_t>(i + 1));
  EXPECT_TRUE(VerifyJournal(*store_.TakeSnapshot(ReadTier::kAll)).ok());
}

// A record that no client with default limits could receive would end every follower for ever.
TEST_F(Lane, WritesNoRecordThatNobodyCouldReceive) {
  Start();
  const auto big = [](size_t bytes) {
    CommitLane::Job job;
    job.decide = [bytes](Txn& txn) {
      txn.Put("big", "there");
      google::protobuf::Any event;
      event.set_value(std::string(bytes, 'x'));
      txn.Emit(event);
      return absl::OkStatus();
    };
    return job;
  };
  const Answer refused = Submit(big(kMaxRecordBytes)).get();
  EXPECT_TRUE(absl::IsInvalidArgument(refused.status)) << refused.status;
  EXPECT_EQ(ReasonOf(refused.status), "BATCH_TOO_LARGE");
  EXPECT_EQ(Value("big"), "-");
  EXPECT_THAT(Records(), IsEmpty());
  CommitLane::Job dry = big(kMaxRecordBytes);
  dry.dry_run = true;
  EXPECT_EQ(ReasonOf(Submit(std::move(dry)).get().status), "BATCH_TOO_LARGE");

  EXPECT_TRUE(Submit(big(kMaxRecordBytes - 1000)).get().status.ok());
  EXPECT_EQ(Value("big"), "there");
  const auto records = ReadJournal(*store_.TakeSnapshot(ReadTier::kAll), 0, 10).value();
  ASSERT_EQ(records.size(), 1u);
  EXPECT_LT(records[0].ByteSizeLong(), size_t{4} << 20);
}

}  // namespace
}  // namespace zhibu
