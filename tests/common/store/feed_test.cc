#include "common/store/feed.h"

#include <atomic>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/base/crypto.h"
#include "common/base/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/map_store.h"

namespace zhibu {
namespace {

using feed::v1::Content;
using feed::v1::Record;
using testing::HasSubstr;

Content ContentOf(int64_t revision) {
  Content content;
  content.set_revision(revision);
  content.set_actor("clerk");
  content.set_request_id(absl::StrCat("r", revision));
  return content;
}

// A journal of some length in a map, to be damaged.
class Journal : public testing::Test {
 protected:
  static constexpr int kLength = 3000;  // longer than one reading of VerifyJournal

  void SetUp() override {
    Record record;
    record.set_hash(NoHash());
    for (int i = 1; i <= kLength; ++i) {
      record = ChainRecord(record, ContentOf(i));
      map_[JournalKey(i)] = record.SerializeAsString();
    }
    map_[HeadKey()] = std::to_string(kLength);
  }

  MapSnapshot Reader() const { return MapSnapshot(std::make_shared<const MapOfBytes>(map_)); }
  Record At(int64_t revision) const {
    Record record;
    EXPECT_TRUE(record.ParseFromString(map_.at(JournalKey(revision))));
    return record;
  }
  void Set(int64_t revision, const Record& record) {
    map_[JournalKey(revision)] = record.SerializeAsString();
  }
  // The revision that VerifyJournal names, with everything before it found good.
  void ExpectBroken(int64_t revision) {
    Record last_good;
    const absl::Status status = VerifyJournal(Reader(), &last_good);
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(ReasonOf(status), "JOURNAL_BROKEN");
    EXPECT_THAT(std::string(status.message()), HasSubstr(absl::StrCat("第 ", revision, " 号")));
    EXPECT_EQ(last_good.revision(), revision - 1);
  }

  MapOfBytes map_;
};

TEST_F(Journal, IsSoundAsItWasWritten) {
  Record last_good;
  int64_t told = 0;
  EXPECT_TRUE(VerifyJournal(Reader(), &last_good, [&](int64_t r) { told = r; }).ok());
  EXPECT_EQ(last_good.revision(), kLength);
  EXPECT_EQ(told, kLength);
  EXPECT_EQ(JournalHead(Reader())->revision(), kLength);
  EXPECT_EQ(JournalRevision(Reader()).value(), kLength);
}

TEST_F(Journal, IsSoundWhereItIsEmpty) {
  map_.clear();
  EXPECT_TRUE(VerifyJournal(Reader()).ok());
  EXPECT_EQ(JournalHead(Reader())->hash(), std::string(32, '\0'));
  EXPECT_EQ(JournalRevision(Reader()).value(), 0);
}

TEST_F(Journal, NamesTheRevisionOfAChangedValue) {
  for (int64_t revision : {1, 1024, 1025, 2999, 3000}) {
    const MapOfBytes whole = map_;
    Record record = At(revision);
    Content content = ContentOf(revision);
    content.set_actor("somebody else");
    record.set_content(content.SerializeAsString());
    Set(revision, record);
    ExpectBroken(revision);
    map_ = whole;
  }
}

TEST_F(Journal, NamesTheRevisionWhereverABitFlipped) {
  const std::string whole = map_[JournalKey(500)];
  for (size_t byte = 0; byte < whole.size(); ++byte) {
    std::string changed = whole;
    changed[byte] ^= 0x10;
    map_[JournalKey(500)] = changed;
    const absl::Status status = VerifyJournal(Reader());
    EXPECT_THAT(std::string(status.message()), HasSubstr("第 500 号")) << "byte " << byte;
  }
}

TEST_F(Journal, NamesTheNextRevisionWhereAChangedRecordWasHashedAgain) {
  Content content = ContentOf(700);
  content.set_actor("somebody else");
  Set(700, ChainRecord(At(699), content));
  ExpectBroken(701);
}

TEST_F(Journal, NamesTheRevisionOfARemovedRecord) {
  for (int64_t revision : {1, 1024, 1025, 1500, 2999}) {
    const MapOfBytes whole = map_;
    map_.erase(JournalKey(revision));
    ExpectBroken(revision);
    map_ = whole;
  }
}

TEST_F(Journal, NamesTheRevisionWhereItsTailWasCut) {
  map_.erase(JournalKey(kLength));
  ExpectBroken(kLength);
  map_.erase(JournalKey(kLength - 1));
  ExpectBroken(kLength - 1);
  EXPECT_EQ(JournalHead(Reader()).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(Journal, NamesTheRevisionWhereMoreStandsThanWasCommitted) {
  Set(kLength + 1, ChainRecord(At(kLength), ContentOf(kLength + 1)));
  const absl::Status status = VerifyJournal(Reader());
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
}

TEST_F(Journal, NamesTheRevisionOfAContentOfAnotherRevision) {
  Record record = At(10);
  record.set_content(ContentOf(9).SerializeAsString());
  record.set_hash(Sha256({record.previous_hash(), record.content()}));
  Set(10, record);
  ExpectBroken(10);
}

TEST_F(Journal, NamesTheRevisionWhereTwoRecordsWereExchanged) {
  std::swap(map_[JournalKey(20)], map_[JournalKey(21)]);
  ExpectBroken(20);
}

TEST_F(Journal, IsReadInOrderFromAnyPlaceUpToALimit) {
  auto records = ReadJournal(Reader(), 100, 5);
  ASSERT_TRUE(records.ok());
  ASSERT_EQ(records->size(), 5u);
  for (int i = 0; i < 5; ++i) EXPECT_EQ((*records)[i].revision(), 101 + i);
  EXPECT_EQ(ReadJournal(Reader(), kLength - 2, 5)->size(), 2u);
  EXPECT_TRUE(ReadJournal(Reader(), kLength, 5)->empty());
  // One record always goes through, however large.
  EXPECT_EQ(ReadJournal(Reader(), 0, 5, 1)->size(), 1u);
}

TEST_F(Journal, IsReadUpToTheDamageAndThenNoFurther) {
  map_.erase(JournalKey(50));
  EXPECT_EQ(ReadJournal(Reader(), 40, 100)->size(), 9u);
  EXPECT_EQ(ReadJournal(Reader(), 49, 100).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(Journal, HeadThatIsNoNumberIsDataLoss) {
  map_[HeadKey()] = "x";
  EXPECT_EQ(JournalRevision(Reader()).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(Journal, LinkIsRefusedForEachKindOfTampering) {
  const Record previous = At(4), good = At(5);
  EXPECT_TRUE(CheckLink(previous, good).ok());
  auto tampered = [&](auto change) {
    Record record = good;
    change(record);
    return CheckLink(previous, record).code();
  };
  EXPECT_EQ(tampered([](Record& r) { r.set_revision(6); }), absl::StatusCode::kDataLoss);
  EXPECT_EQ(tampered([](Record& r) { r.set_previous_hash(NoHash()); }),
            absl::StatusCode::kDataLoss);
  EXPECT_EQ(tampered([](Record& r) { r.mutable_hash()->back() ^= 1; }),
            absl::StatusCode::kDataLoss);
  EXPECT_EQ(tampered([](Record& r) { r.mutable_content()->back() ^= 1; }),
            absl::StatusCode::kDataLoss);
  EXPECT_EQ(tampered([](Record& r) { r.clear_content(); }), absl::StatusCode::kDataLoss);
  EXPECT_EQ(tampered([&](Record& r) {
              r.set_content("\xff");
              r.set_hash(Sha256({r.previous_hash(), r.content()}));
            }),
            absl::StatusCode::kDataLoss);
  EXPECT_EQ(CheckLink(At(3), good).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(CheckLink(good, good).code(), absl::StatusCode::kDataLoss);
}

TEST(Progress, CallsAtOnceWhereItIsThereAlready) {
  Progress progress;
  progress.Advance(5);
  int woken = 0;
  EXPECT_EQ(progress.WhenAtLeast(5, [&] { ++woken; }), 0);
  EXPECT_EQ(progress.WhenAtLeast(0, [&] { ++woken; }), 0);
  EXPECT_EQ(woken, 2);
}

TEST(Progress, WakesThoseWhoseRevisionCameAndNobodyElse) {
  Progress progress;
  std::vector<int> woken;
  for (int i = 1; i <= 3; ++i) {
    EXPECT_NE(progress.WhenAtLeast(i * 10, [&woken, i] { woken.push_back(i); }), 0);
  }
  progress.Advance(9);
  EXPECT_TRUE(woken.empty());
  progress.Advance(20);
  EXPECT_THAT(woken, testing::UnorderedElementsAre(1, 2));
  progress.Advance(15);  // never goes back
  EXPECT_EQ(progress.revision(), 20);
  progress.Advance(99);
  EXPECT_THAT(woken, testing::UnorderedElementsAre(1, 2, 3));
}

TEST(Progress, NeverCallsWhatWasForgotten) {
  Progress progress;
  bool woken = false;
  const int64_t id = progress.WhenAtLeast(1, [&] { woken = true; });
  EXPECT_TRUE(progress.Forget(id));
  EXPECT_FALSE(progress.Forget(id));
  progress.Advance(1);
  EXPECT_FALSE(woken);
}

TEST(Progress, MayBeAskedAgainFromWithinAWakeUp) {
  Progress progress;
  std::vector<int64_t> seen;
  std::function<void()> next = [&] {
    seen.push_back(progress.revision());
    if (seen.size() < 3) progress.WhenAtLeast(progress.revision() + 1, next);
  };
  progress.WhenAtLeast(1, next);
  for (int i = 1; i <= 5; ++i) progress.Advance(i);
  EXPECT_THAT(seen, testing::ElementsAre(1, 2, 3));
}

TEST(Progress, LosesNoWakeUpAmongThreads) {
  constexpr int kEnd = 20000, kThreads = 4;
  Progress progress;
  std::atomic<int> arrived = 0;
  // Each waiter asks for one more than it saw, so that asking and advancing race all the time.
  std::vector<std::thread> waiters;
  for (int t = 0; t < kThreads; ++t) {
    waiters.emplace_back([&] {
      int64_t seen = 0;
      while (seen < kEnd) {
        Mutex mutex;
        CondVar woken;
        bool called = false;
        progress.WhenAtLeast(seen + 1, [&] {
          MutexLock lock(&mutex);
          called = true;
          woken.SignalAll();
        });
        MutexLock lock(&mutex);
        while (!called) woken.Wait(&mutex);
        EXPECT_GT(progress.revision(), seen);
        seen = progress.revision();
      }
      ++arrived;
    });
  }
  for (int i = 1; i <= kEnd; ++i) {
    progress.Advance(i);
    if (i % 64 == 0) std::this_thread::yield();
  }
  for (auto& waiter : waiters) waiter.join();
  EXPECT_EQ(arrived, kThreads);
}

}  // namespace
}  // namespace zhibu
