#include "common/store/txn.h"

#include <random>
#include <vector>

#include "common/store/keys.h"
#include "common/store/rows.pb.h"
#include "common/store/table.h"
#include "gmock/gmock.h"
#include "google/protobuf/timestamp.pb.h"
#include "gtest/gtest.h"
#include "tests/support/map_store.h"

namespace zhibu {
namespace {

using testing::ElementsAre;
using Rows = std::vector<std::pair<std::string, std::string>>;

Rows ScanAll(const Reader& reader, absl::string_view begin, absl::string_view end, int limit) {
  Rows rows;
  const absl::Status status =
      reader.Scan(begin, end, [&](absl::string_view key, absl::string_view value) {
        rows.emplace_back(std::string(key), std::string(value));
        return static_cast<int>(rows.size()) < limit;
      });
  EXPECT_TRUE(status.ok()) << status;
  return rows;
}

Rows ScanModel(const MapOfBytes& model, const std::string& begin, const std::string& end,
               int limit) {
  Rows rows;
  for (auto it = model.lower_bound(begin);
       it != model.end() && it->first < end && static_cast<int>(rows.size()) < limit; ++it) {
    rows.emplace_back(it->first, it->second);
  }
  return rows;
}

// Random jobs over a random store, against a map that is copied at the start of every job.
TEST(Txn, ReadsAsAMapWouldWhateverWasPutDeletedAndRolledBack) {
  std::mt19937 random(7);
  auto below = [&](int n) { return static_cast<int>(random() % n); };
  // Few keys, so that every kind of meeting is common; with neighbours at their very ends.
  auto key = [&] { return std::string(1 + below(2), static_cast<char>('a' + below(5))); };
  for (int world = 0; world < 400; ++world) {
    MapOfBytes base;
    for (int i = below(8); i > 0; --i) base[key()] = "base" + std::to_string(i);
    const MapSnapshot snapshot(std::make_shared<const MapOfBytes>(base));
    Txn txn(snapshot);
    MapOfBytes model = base;
    for (int job = 0; job < 6; ++job) {
      const MapOfBytes before = model;
      txn.BeginJob(job + 1, absl::UnixEpoch());
      for (int step = below(10); step > 0; --step) {
        switch (below(4)) {
          case 0:
          case 1: {
            const std::string at = key(), value = std::to_string(random());
            txn.Put(at, value);
            model[at] = value;
            break;
          }
          case 2: {
            const std::string at = key();
            txn.Delete(at);
            model.erase(at);
            break;
          }
          default: {
            const std::string begin = key(), end = key();
            const int limit = 1 + below(6);
            ASSERT_EQ(ScanAll(txn, begin, end, limit), ScanModel(model, begin, end, limit));
          }
        }
        const std::string at = key();
        auto it = model.find(at);
        ASSERT_EQ(txn.Get(at).value(),
                  it == model.end() ? std::nullopt : std::optional<std::string>(it->second));
      }
      if (below(2) == 0) {
        txn.RollBackJob();
        model = before;
      }
      ASSERT_EQ(ScanAll(txn, "", "\xff", 1000), ScanModel(model, "", "\xff", 1000));
    }
    // What would be committed makes the base into the model.
    MapStore store;
    WriteSet all(base.begin(), base.end());
    ASSERT_TRUE(store.CommitSynced(all).ok());
    ASSERT_TRUE(store.CommitSynced(txn.writes()).ok());
    ASSERT_EQ(*store.map(), model);
  }
}

class EmptyTxn : public testing::Test {
 protected:
  const MapSnapshot base_{std::make_shared<const MapOfBytes>()};
  Txn txn_{base_};
};

TEST_F(EmptyTxn, ForgetsEventsAndHooksOfARolledBackJobAlone) {
  std::vector<int> ran;
  google::protobuf::Timestamp event;
  txn_.BeginJob(1, absl::UnixEpoch());
  txn_.Emit(event);
  txn_.OnCommit([&] { ran.push_back(1); });
  EXPECT_TRUE(txn_.emitted());
  EXPECT_EQ(txn_.TakeEvents().size(), 1u);
  txn_.BeginJob(2, absl::UnixEpoch());
  EXPECT_FALSE(txn_.emitted());
  txn_.Emit(event);
  txn_.OnCommit([&] { ran.push_back(2); });
  txn_.RollBackJob();
  EXPECT_FALSE(txn_.emitted());
  txn_.BeginJob(2, absl::UnixEpoch());
  txn_.OnCommit([&] { ran.push_back(3); });
  for (auto& hook : txn_.TakeHooks()) hook();
  EXPECT_THAT(ran, ElementsAre(1, 3));
}

TEST_F(EmptyTxn, KnowsTheRevisionAndTimeOfItsJob) {
  txn_.BeginJob(7, absl::FromUnixSeconds(5));
  EXPECT_EQ(txn_.revision(), 7);
  EXPECT_EQ(txn_.now(), absl::FromUnixSeconds(5));
}

TEST_F(EmptyTxn, KeepsTypedRows) {
  txn_.BeginJob(1, absl::UnixEpoch());
  store::Followed row;
  for (int i = 1; i <= 3; ++i) {
    row.set_revision(i);
    PutRow(txn_, Key(0x10).Number(i), row);
  }
  EXPECT_EQ(GetRow<store::Followed>(txn_, Key(0x10).Number(2)).value()->revision(), 2);
  EXPECT_FALSE(GetRow<store::Followed>(txn_, Key(0x10).Number(4)).value());
  std::vector<int64_t> seen;
  auto scan = [&](int64_t last) {
    return ScanRows<store::Followed>(txn_, Key(0x10), Key(0x10).End(),
                                     [&](absl::string_view, const store::Followed& followed) {
                                       seen.push_back(followed.revision());
                                       return followed.revision() < last;
                                     });
  };
  EXPECT_TRUE(scan(2).ok());
  EXPECT_THAT(seen, ElementsAre(1, 2));
  txn_.Put(Key(0x10).Number(2), "\xff not a row");
  EXPECT_EQ(GetRow<store::Followed>(txn_, Key(0x10).Number(2)).status().code(),
            absl::StatusCode::kDataLoss);
  EXPECT_EQ(scan(9).code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace zhibu
