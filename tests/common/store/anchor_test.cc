// A store that ends before what was acknowledged does not open, and nothing in it is changed.
#include "common/store/anchor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "common/base/status.h"
#include "common/store/commit_lane.h"
#include "common/store/keys.h"
#include "common/store/rocks_store.h"
#include "google/protobuf/timestamp.pb.h"
#include "tests/support/fake_clock.h"
#include "tests/support/process.h"
#include "tests/support/wait.h"

namespace zhibu {
namespace {

namespace fs = std::filesystem;

class AnchoredStore : public testing::Test {
 protected:
  // Writes up to `last`; the store is closed afterwards.
  void WriteUpTo(int last) {
    const auto store = OpenRocksStore(path_, "test").value();
    FakeClock clock(absl::CivilDay(2026, 11, 28));
    Progress progress;
    const auto lane = CommitLane::Start(store.get(), &clock, &progress, {}, nullptr).value();
    for (int64_t i = progress.revision() + 1; i <= last; ++i) {
      CommitLane::Job job;
      job.decide = [i](Txn& txn) {
        txn.Put(Key(0x10).Number(i), std::string(200, 'x'));
        google::protobuf::Timestamp event;
        event.set_seconds(i);
        txn.Emit(event);
        return absl::OkStatus();
      };
      job.done = [](const absl::Status& status, int64_t) { EXPECT_TRUE(status.ok()) << status; };
      ASSERT_TRUE(lane->Submit(std::move(job)));
      ASSERT_TRUE(WaitFor([&] { return progress.revision() >= i; }));
    }
  }
  // Every file of the store, but for those the engine writes when it is opened to be read.
  std::vector<std::string> Files(const std::string& ending) {
    std::vector<std::string> files;
    for (const auto& entry : fs::directory_iterator(path_)) {
      const std::string name = entry.path().filename().string();
      if (entry.is_regular_file() && name.size() >= ending.size() &&
          name.substr(name.size() - ending.size()) == ending) {
        files.push_back(name);
      }
    }
    std::sort(files.begin(), files.end());
    return files;
  }
  void ExpectRefused(const std::string& reason) {
    for (const bool read_only : {true, false}) {
      const absl::Status status = OpenRocksStore(path_, "test", {.read_only = read_only}).status();
      EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
      EXPECT_EQ(ReasonOf(status), reason) << status;
    }
  }

  const TempFolder folder_;
  const std::string path_ = folder_.path() + "/store";
  const std::string anchor_ = Anchor::PathFor(path_);
};

TEST_F(AnchoredStore, SaysTheNewestRevision) {
  WriteUpTo(7);
  EXPECT_EQ(Anchor::Read(anchor_).value(), 7);
  WriteUpTo(9);
  EXPECT_EQ(Anchor::Read(anchor_).value(), 9);
  EXPECT_EQ(Anchor::PathFor("/data/x//"), "/data/x.head");
}

TEST_F(AnchoredStore, DoesNotOpenWhereItsLogIsGoneEmptyOrCut) {
  WriteUpTo(30);
  const std::string log = path_ + "/" + Files(".log").at(0);
  const auto size = fs::file_size(log);
  for (const auto left : {size / 2, uintmax_t{0}}) {
    fs::resize_file(log, left);
    ExpectRefused("STORE_LOST_REVISIONS");
  }
  fs::remove(log);
  ExpectRefused("STORE_LOST_REVISIONS");
}

TEST_F(AnchoredStore, DoesNotBeginAnewWhereTheFolderIsGone) {
  WriteUpTo(3);
  fs::remove_all(path_);
  ExpectRefused("STORE_LOST_REVISIONS");
  // Said on purpose, it does.
  fs::remove(anchor_);
  EXPECT_TRUE(OpenRocksStore(path_, "test").ok());
}

TEST_F(AnchoredStore, OpensWhereTheAnchorLagsOrCannotBeUnderstood) {
  WriteUpTo(5);
  for (const char* line : {"00000000000000000003 00000000000000000003\n", "",
                           "00000000000000000099 00000000000000000005\n", "nonsense"}) {
    std::ofstream(anchor_, std::ios::trunc) << line;
    EXPECT_TRUE(OpenRocksStore(path_, "test").ok()) << line;
    EXPECT_EQ(Anchor::Read(anchor_).value(), 5) << "it is right again after '" << line << "'";
  }
}

// The manifest alone decides which table files count, and opening deletes the others.
TEST_F(AnchoredStore, WithACutManifestKeepsItsTableFilesAndDoesNotOpen) {
  WriteUpTo(40);
  WriteUpTo(41);  // opening wrote the first forty to a table file
  WriteUpTo(42);
  const auto tables = Files(".sst");
  ASSERT_FALSE(tables.empty());
  std::string manifest;
  for (const auto& entry : fs::directory_iterator(path_)) {
    const std::string name = entry.path().filename().string();
    if (name.rfind("MANIFEST-", 0) == 0) manifest = entry.path().string();
  }
  const auto whole = fs::file_size(manifest);
  const std::string copy = folder_.path() + "/copy";
  int refused = 0;
  for (uintmax_t cut = 1; cut < whole; ++cut) {
    for (const bool anchored : {true, false}) {
      fs::remove_all(copy);
      fs::remove(Anchor::PathFor(copy));
      fs::copy(path_, copy, fs::copy_options::recursive);
      if (anchored) fs::copy_file(anchor_, Anchor::PathFor(copy));
      fs::resize_file(copy + "/" + fs::path(manifest).filename().string(), cut);
      const auto store = OpenRocksStore(copy, "test");
      if (!store.ok()) {
        ++refused;
        for (const std::string& table : tables) {
          EXPECT_TRUE(fs::exists(copy + "/" + table)) << table << " at " << cut;
        }
        continue;
      }
      for (int64_t i = 1; i <= 42; ++i) {
        EXPECT_TRUE((*store)->TakeSnapshot()->Get(Key(0x10).Number(i).bytes()).value())
            << "row " << i << " is gone, cut at " << cut << (anchored ? "" : ", not anchored");
      }
    }
  }
  EXPECT_GT(refused, 0);
}

}  // namespace
}  // namespace zhibu
