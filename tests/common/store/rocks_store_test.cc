#include "common/store/rocks_store.h"

#include <filesystem>
#include <future>
#include <random>
#include <set>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/file.h"
#include "common/base/status.h"
#include "common/store/commit_lane.h"
#include "common/store/keys.h"
#include "common/store/rows.pb.h"
#include "gmock/gmock.h"
#include "google/protobuf/timestamp.pb.h"
#include "gtest/gtest.h"
#include "tests/support/failing_env.h"
#include "tests/support/fake_clock.h"
#include "tests/support/process.h"
#include "tests/support/wait.h"

namespace zhibu {
namespace {

using testing::HasSubstr;

class RocksFolder : public testing::Test {
 protected:
  std::string Path() const { return folder_.path() + "/store"; }
  absl::StatusOr<std::unique_ptr<Store>> Open(const std::string& service = "test",
                                              bool read_only = false) {
    return OpenRocksStore(Path(), service, {.read_only = read_only});
  }
  TempFolder folder_;
};

TEST_F(RocksFolder, OfAnotherServiceIsRefused) {
  ASSERT_TRUE(Open("registry").ok());
  const absl::Status refused = Open("membership").status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(refused), "STORE_OF_ANOTHER_SERVICE");
  EXPECT_THAT(std::string(refused.message()), HasSubstr("registry"));
  EXPECT_EQ(ReasonOf(Open("membership", /*read_only=*/true).status()), "STORE_OF_ANOTHER_SERVICE");
  EXPECT_TRUE(Open("registry").ok());
}

TEST_F(RocksFolder, OfANewerFormatIsRefused) {
  store::StoreFormat format;
  format.set_service("test");
  format.set_version(1000);
  ASSERT_TRUE((*Open())
                  ->CommitSynced({{Key(SystemTable::kMeta).Text("format").bytes(),
                                   format.SerializeAsString()}})
                  .ok());
  const absl::Status refused = Open().status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(refused), "STORE_FORMAT_NEWER");
}

TEST_F(RocksFolder, ThatIsOpenAlreadyIsRefusedByName) {
  const auto first = Open();
  ASSERT_TRUE(first.ok());
  const absl::Status refused = Open().status();
  EXPECT_EQ(ReasonOf(refused), "STORE_IN_USE");
  EXPECT_THAT(std::string(refused.message()), HasSubstr(Path()));
}

TEST_F(RocksFolder, CanBeReadForVerifyingWhileItIsOpen) {
  const auto first = Open();
  ASSERT_TRUE((*first)->CommitSynced({{"\x10k", "v"}}).ok());
  const auto second = Open("test", /*read_only=*/true);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ((*second)->TakeSnapshot()->Get("\x10k").value(), "v");
  EXPECT_FALSE((*second)->CommitSynced({{"\x10k", "w"}}).ok());
}

TEST_F(RocksFolder, WhoseCurrentIsGoneIsNotTakenForAnEmptyStore) {
  ASSERT_TRUE((*Open())->CommitSynced({{"\x10k", "v"}}).ok());
  const std::string bytes = ReadFile(Path() + "/CURRENT").value();
  std::filesystem::remove(Path() + "/CURRENT");
  const absl::Status refused = Open().status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(ReasonOf(refused), "STORE_DAMAGED");
  ASSERT_TRUE(WriteFile(Path() + "/CURRENT", bytes).ok());
  EXPECT_EQ((*Open())->TakeSnapshot()->Get("\x10k").value(), "v");
}

// A lane over a store whose disk fails, and what its callers were told.
class FailingDisk : public testing::Test {
 protected:
  ~FailingDisk() override { Close(); }

  void Open() {
    auto opened = OpenRocksStore(folder_.path() + "/store", "test", {.env = &env_});
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
    auto started = CommitLane::Start(store_.get(), &clock_, &progress_,
                                     {.max_queue = 100, .max_batch = 8}, [this] { ++failures_; });
    ASSERT_TRUE(started.ok()) << started.status();
    lane_ = *std::move(started);
  }
  void Close() {
    lane_.reset();
    store_.reset();
  }

  // Writes rows "n" and "n again" with an event, many at a time, until a write is refused or
  // `count` were tried.
  void Write(int count, size_t bytes = 200) {
    std::vector<std::pair<int, std::future<absl::Status>>> waiting;
    for (int i = 0; i < count && !lane_->failed(); ++i) {
      const int n = next_++;
      auto promise = std::make_shared<std::promise<absl::Status>>();
      CommitLane::Job job;
      job.decide = [n, bytes](Txn& txn) {
        txn.Put(Key(0x10).Number(n), std::string(bytes, 'x'));
        txn.Put(Key(0x11).Number(n), "again");
        google::protobuf::Timestamp event;
        event.set_seconds(n);
        txn.Emit(event);
        return absl::OkStatus();
      };
      job.done = [promise](const absl::Status& s, int64_t) { promise->set_value(s); };
      auto future = promise->get_future();
      if (!lane_->Submit(std::move(job))) break;
      waiting.emplace_back(n, std::move(future));
      if (waiting.size() >= 16) Take(waiting);
    }
    Take(waiting);
  }
  void Take(std::vector<std::pair<int, std::future<absl::Status>>>& waiting) {
    for (auto& [n, future] : waiting) {
      const absl::Status status = future.get();
      if (status.ok()) {
        acknowledged_.insert(n);
      } else {
        EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
        ++refused_;
      }
    }
    waiting.clear();
  }

  // After reopening: whatever was acknowledged is there, nothing is there by half, and the journal
  // is sound and says the same as the rows.
  void ExpectNothingLost() {
    const auto snapshot = store_->TakeSnapshot();
    EXPECT_TRUE(VerifyJournal(*snapshot).ok());
    std::set<int> rows, again, events;
    auto collect = [&](uint8_t table, std::set<int>& into) {
      EXPECT_TRUE(snapshot
                      ->Scan(Key(table), Key(table).End(),
                             [&](absl::string_view key, absl::string_view) {
                               into.insert(static_cast<int>(KeyParts(key).Number().value()));
                               return true;
                             })
                      .ok());
    };
    collect(0x10, rows);
    collect(0x11, again);
    const auto records = ReadJournal(*snapshot, 0, 1 << 20, 1 << 30);
    ASSERT_TRUE(records.ok());
    for (const auto& record : *records) {
      feed::v1::Content content;
      google::protobuf::Timestamp event;
      ASSERT_TRUE(content.ParseFromString(record.content()) && content.events(0).UnpackTo(&event));
      EXPECT_TRUE(events.insert(static_cast<int>(event.seconds())).second) << "doubled";
    }
    EXPECT_EQ(rows, again);
    EXPECT_EQ(rows, events);
    EXPECT_TRUE(
        std::includes(rows.begin(), rows.end(), acknowledged_.begin(), acknowledged_.end()));
  }

  TempFolder folder_;
  FailingEnv env_;
  FakeClock clock_{absl::CivilDay(2026, 11, 23)};
  Progress progress_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<CommitLane> lane_;
  std::atomic<int> failures_ = 0;
  int next_ = 1;
  int refused_ = 0;
  std::set<int> acknowledged_;
};

TEST_F(FailingDisk, ThatIsFullFailsTheWritesAndLosesNothingAcknowledged) {
  std::mt19937 random(3);
  for (int round = 0; round < 8; ++round) {
    Open();
    Write(30);
    const size_t before = acknowledged_.size();
    const int failures = failures_;
    EXPECT_GE(before, 30u * (round + 1));
    env_.DiskFullAfter(static_cast<int64_t>(random() % 20000), ".log");
    refused_ = 0;
    Write(500);
    EXPECT_GT(refused_, 0);
    EXPECT_TRUE(lane_->failed());
    EXPECT_EQ(failures_, failures + 1);
    EXPECT_FALSE(lane_->Submit({}));
    Close();
    env_.Heal();
    Open();
    ExpectNothingLost();
    Close();
  }
}

TEST_F(FailingDisk, WhoseFsyncFailsFailsTheWritesAndLosesNothingAcknowledged) {
  for (int round = 0; round < 4; ++round) {
    Open();
    Write(20);
    refused_ = 0;
    env_.FailSyncs();
    Write(20);
    EXPECT_GT(refused_, 0);
    EXPECT_TRUE(lane_->failed());
    Close();
    env_.Heal();
    Open();
    ExpectNothingLost();
    Close();
  }
  EXPECT_EQ(acknowledged_.size(), 80u);
}

TEST_F(FailingDisk, ThatLosesPowerKeepsEverythingAcknowledged) {
  std::mt19937 random(5);
  for (int round = 0; round < 12; ++round) {
    Open();
    // Sometimes more than a write buffer, so that the cut comes amid several files.
    const size_t bytes = round % 3 == 0 ? 60000 : 200;
    std::thread cut([&, after = env_.syncs() + 1 + static_cast<int>(random() % 40)] {
      EXPECT_TRUE(WaitFor([&] { return env_.syncs() >= after; }));
      env_.CutPower();
    });
    Write(600, bytes);
    cut.join();
    EXPECT_TRUE(lane_->failed());
    Close();
    env_.LoseWhatWasNotSynced(static_cast<int>(random() % 300));
    env_.Heal();
    Open();
    ExpectNothingLost();
    Close();
  }
  EXPECT_FALSE(acknowledged_.empty());
}

TEST_F(FailingDisk, IsSyncedBeforeAnythingIsAcknowledged) {
  Open();
  for (int i = 0; i < 5; ++i) {
    const int before = env_.syncs();
    Write(1);
    EXPECT_GT(env_.syncs(), before);
  }
}

}  // namespace
}  // namespace zhibu
