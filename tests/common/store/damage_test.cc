// A flipped bit anywhere in the store's files is told, or does no harm; never is there silently
// less.
#include <rocksdb/db.h>
#include <rocksdb/env.h>

#include <memory>
#include <optional>
#include <random>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/store/commit_lane.h"
#include "common/store/keys.h"
#include "common/store/log_check.h"
#include "common/store/rocks_store.h"
#include "google/protobuf/timestamp.pb.h"
#include "gtest/gtest.h"
#include "tests/support/failing_env.h"
#include "tests/support/fake_clock.h"
#include "tests/support/wait.h"

namespace zhibu {
namespace {

constexpr char kStore[] = "/store";

class DamagedStore : public testing::Test {
 protected:
  // A store of `revisions` in memory; flushed: its rows stand in a table file, else in the log.
  void Make(int revisions, size_t bytes, bool flushed) {
    {
      auto store = OpenRocksStore(kStore, "test", {.env = sound_.get()}).value();
      FakeClock clock(absl::CivilDay(2026, 11, 23));
      Progress progress;
      auto lane = CommitLane::Start(store.get(), &clock, &progress, {}, nullptr).value();
      for (int i = 1; i <= revisions; ++i) {
        CommitLane::Job job;
        job.decide = [i, bytes](Txn& txn) {
          txn.Put(Key(0x10).Number(i), std::string(bytes, static_cast<char>('a' + i % 26)));
          google::protobuf::Timestamp event;
          event.set_seconds(i);
          txn.Emit(event);
          return absl::OkStatus();
        };
        job.done = [](const absl::Status& status, int64_t) { EXPECT_TRUE(status.ok()); };
        ASSERT_TRUE(lane->Submit(std::move(job)));
        ASSERT_TRUE(WaitFor([&] { return progress.revision() >= i; }));
      }
    }
    // What the log holds goes to a table file when a store is opened.
    if (flushed) OpenRocksStore(kStore, "test", {.env = sound_.get()}).value();
    rows_ =
        Contents(*OpenRocksStore(kStore, "test", {.read_only = true, .env = sound_.get()}).value());
    ASSERT_TRUE(rows_);
    revisions_ = revisions;
  }

  std::vector<std::string> Files(absl::string_view beginning, absl::string_view ending) {
    std::vector<std::string> all, found;
    EXPECT_TRUE(sound_->GetChildren(kStore, &all).ok());
    for (const std::string& name : all) {
      if (absl::StartsWith(name, beginning) && absl::EndsWith(name, ending)) {
        found.push_back(absl::StrCat(kStore, "/", name));
      }
    }
    return found;
  }
  std::string Bytes(const std::string& file) {
    std::string bytes;
    EXPECT_TRUE(rocksdb::ReadFileToString(sound_.get(), file, &bytes).ok());
    return bytes;
  }

  // Everything in the store; nullopt where reading it fails.
  static std::optional<std::string> Contents(const Store& store) {
    std::string all;
    const absl::Status status =
        store.TakeSnapshot()->Scan("", "\xff", [&](absl::string_view key, absl::string_view value) {
          absl::StrAppend(&all, key, "=", value, "\n");
          return true;
        });
    if (!status.ok()) return std::nullopt;
    return all;
  }

  enum class Found { kRefused, kToldByVerify, kToldByReading, kHarmless, kSilentlyLess };

  // What becomes of a store in which `file` holds `bytes`.
  Found OpenWith(const std::string& file, const std::string& bytes, bool read_only) {
    const std::unique_ptr<rocksdb::Env> env(rocksdb::NewMemEnv(rocksdb::Env::Default()));
    CopyFolder(sound_.get(), kStore, env.get(), kStore);
    EXPECT_TRUE(rocksdb::WriteStringToFile(env.get(), bytes, file).ok());
    const auto store = OpenRocksStore(kStore, "test", {.read_only = read_only, .env = env.get()});
    if (!store.ok()) {
      EXPECT_NE(store.status().code(), absl::StatusCode::kInternal);
      EXPECT_FALSE(store.status().message().empty());
      return Found::kRefused;
    }
    const auto snapshot = (*store)->TakeSnapshot();
    const absl::Status verified = VerifyJournal(*snapshot);
    if (!verified.ok()) {
      EXPECT_EQ(ReasonOf(verified), "JOURNAL_BROKEN") << verified;
      return Found::kToldByVerify;
    }
    const auto contents = Contents(**store);
    if (!contents) return Found::kToldByReading;
    return contents == rows_ ? Found::kHarmless : Found::kSilentlyLess;
  }

  static std::string Flipped(std::string bytes, size_t at, int bit) {
    bytes[at] = static_cast<char>(bytes[at] ^ 1 << bit);
    return bytes;
  }

  // Flips bits at every `step`-th byte, in turn, and opens for writing and for verifying.
  int FlipThrough(const std::string& file, size_t step, size_t from = 0) {
    const std::string bytes = Bytes(file);
    EXPECT_FALSE(bytes.empty()) << file;
    int told = 0;
    for (size_t at = from; at < bytes.size(); at += step) {
      const int bit = static_cast<int>(random_() % 8);
      for (bool read_only : {false, true}) {
        const Found found = OpenWith(file, Flipped(bytes, at, bit), read_only);
        EXPECT_NE(found, Found::kSilentlyLess)
            << file << " byte " << at << " bit " << bit << (read_only ? " read-only" : "");
        if (found != Found::kHarmless) ++told;
      }
    }
    return told;
  }

  const std::unique_ptr<rocksdb::Env> sound_{rocksdb::NewMemEnv(rocksdb::Env::Default())};
  std::optional<std::string> rows_;
  int revisions_ = 0;
  std::mt19937 random_{17};
};

TEST_F(DamagedStore, IsToldWhereverItsWriteAheadLogChanged) {
  Make(6, 40, /*flushed=*/false);
  const auto logs = Files("", ".log");
  ASSERT_EQ(logs.size(), 1u);
  EXPECT_EQ(FlipThrough(logs[0], 1), 2 * static_cast<int>(Bytes(logs[0]).size()));
}

TEST_F(DamagedStore, IsToldForEveryBitOfTheHeadersInItsLog) {
  Make(4, 40, /*flushed=*/false);
  const std::string log = Files("", ".log").at(0), bytes = Bytes(log);
  for (size_t at = 0; at + 7 <= bytes.size();) {
    for (size_t byte = at; byte < at + 7; ++byte) {
      for (int bit = 0; bit < 8; ++bit) {
        EXPECT_NE(OpenWith(log, Flipped(bytes, byte, bit), false), Found::kSilentlyLess)
            << "header at " << at << " byte " << byte << " bit " << bit;
      }
    }
    at += 7 + (static_cast<uint8_t>(bytes[at + 4]) | static_cast<uint8_t>(bytes[at + 5]) << 8);
  }
}

TEST_F(DamagedStore, IsToldWhereALogOfManyBlocksChanged) {
  // Records longer than a block of the log, so that they stand there in fragments.
  Make(4, 50000, /*flushed=*/false);
  const std::string log = Files("", ".log").at(0), bytes = Bytes(log);
  for (size_t block = 0; block < bytes.size(); block += 32768) {
    for (size_t byte = block; byte < block + 7; ++byte) {
      const int bit = static_cast<int>(random_() % 8);
      EXPECT_NE(OpenWith(log, Flipped(bytes, byte, bit), false), Found::kSilentlyLess)
          << "byte " << byte << " bit " << bit;
    }
  }
}

TEST_F(DamagedStore, IsToldWhereverItsTableFileChanged) {
  Make(40, 100, /*flushed=*/true);
  const auto tables = Files("", ".sst");
  ASSERT_FALSE(tables.empty());
  for (const std::string& table : tables) EXPECT_GT(FlipThrough(table, 7), 0);
}

TEST_F(DamagedStore, IsToldWhereverItsManifestOrCurrentChanged) {
  Make(6, 40, /*flushed=*/true);
  for (const std::string& manifest : Files("MANIFEST-", "")) EXPECT_GT(FlipThrough(manifest, 1), 0);
  for (const std::string& current : Files("CURRENT", "")) EXPECT_GT(FlipThrough(current, 1), 0);
}

TEST_F(DamagedStore, IsVerifiedToTheVeryRevisionThatIsLost) {
  Make(20, 40, /*flushed=*/false);
  const std::string log = Files("", ".log").at(0), bytes = Bytes(log);
  // The record of revision 10 in the log: its key.
  const size_t at = bytes.find(JournalKey(10));
  ASSERT_NE(at, std::string::npos);
  const std::unique_ptr<rocksdb::Env> env(rocksdb::NewMemEnv(rocksdb::Env::Default()));
  CopyFolder(sound_.get(), kStore, env.get(), kStore);
  ASSERT_TRUE(rocksdb::WriteStringToFile(env.get(), Flipped(bytes, at + 20, 0), log).ok());
  const absl::Status refused = OpenRocksStore(kStore, "test", {.env = env.get()}).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kDataLoss) << refused;
  const auto store = OpenRocksStore(kStore, "test", {.read_only = true, .env = env.get()});
  const absl::Status verified =
      store.ok() ? VerifyJournal(*(*store)->TakeSnapshot()) : store.status();
  EXPECT_EQ(verified.code(), absl::StatusCode::kDataLoss);
  EXPECT_NE(verified.message().find("第 10 号"), absl::string_view::npos) << verified;
}

TEST_F(DamagedStore, OpensWhereTheLastWriteWasTorn) {
  Make(6, 40, /*flushed=*/false);
  const std::string log = Files("", ".log").at(0), bytes = Bytes(log);
  std::vector<size_t> ends = {0};  // of each record
  while (ends.back() + 7 <= bytes.size()) {
    const size_t at = ends.back();
    ends.push_back(
        at + 7 + (static_cast<uint8_t>(bytes[at + 4]) | static_cast<uint8_t>(bytes[at + 5]) << 8));
  }
  ASSERT_EQ(ends.back(), bytes.size());
  const size_t last = ends[ends.size() - 2];
  for (size_t cut = last; cut < bytes.size(); ++cut) {
    const std::unique_ptr<rocksdb::Env> env(rocksdb::NewMemEnv(rocksdb::Env::Default()));
    CopyFolder(sound_.get(), kStore, env.get(), kStore);
    ASSERT_TRUE(rocksdb::WriteStringToFile(env.get(), bytes.substr(0, cut), log).ok());
    const auto store = OpenRocksStore(kStore, "test", {.env = env.get()});
    ASSERT_TRUE(store.ok()) << "cut at " << cut << ": " << store.status();
    const auto snapshot = (*store)->TakeSnapshot();
    EXPECT_TRUE(VerifyJournal(*snapshot).ok());
    EXPECT_EQ(JournalRevision(*snapshot).value(), revisions_ - 1);
  }
  // Room that the file system had set aside is no damage either.
  EXPECT_EQ(DamageInLog(bytes + std::string(5000, '\0')), std::nullopt);
}

TEST(DamageInLog, FindsNoneInAnEmptyOne) {
  EXPECT_EQ(DamageInLog(""), std::nullopt);
  EXPECT_EQ(DamageInLog(std::string(100000, '\0')), std::nullopt);
}

}  // namespace
}  // namespace zhibu
