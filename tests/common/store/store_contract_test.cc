// What every engine must do. A new engine is added to the list at the end.
#include <atomic>
#include <functional>
#include <memory>
#include <ostream>
#include <random>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/store/rocks_store.h"
#include "common/store/store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/map_store.h"
#include "tests/support/process.h"

namespace zhibu {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// One engine with one store.
class Engine {
 public:
  virtual ~Engine() = default;
  virtual Store& store() = 0;
  // Closes and opens it again; false where it does not outlive its object.
  virtual bool Reopen() { return false; }
};

class MapEngine : public Engine {
 public:
  Store& store() override { return store_; }

 private:
  MapStore store_;
};

class MemoryEngine : public Engine {
 public:
  Store& store() override { return *store_; }

 private:
  const std::unique_ptr<Store> store_ = OpenMemoryStore("test").value();
};

class DiskEngine : public Engine {
 public:
  DiskEngine() { Reopen(); }
  Store& store() override { return *store_; }
  bool Reopen() override {
    store_.reset();
    // A cache too small for what the tests write, so that reads do go to the disk.
    store_ = OpenRocksStore(folder_.path() + "/store", "test", {.memory_bytes = 256 << 10}).value();
    return true;
  }

 private:
  TempFolder folder_;
  std::unique_ptr<Store> store_;
};

struct EngineKind {
  const char* name;
  std::function<std::unique_ptr<Engine>()> make;
};
void PrintTo(const EngineKind& kind, std::ostream* out) { *out << kind.name; }

class StoreContract : public testing::TestWithParam<EngineKind> {
 protected:
  Store& store() { return engine_->store(); }
  void Commit(const WriteSet& writes) {
    const absl::Status status = store().CommitSynced(writes);
    ASSERT_TRUE(status.ok()) << status;
  }
  std::optional<std::string> Get(absl::string_view key) {
    return store().TakeSnapshot()->Get(key).value();
  }
  static std::vector<std::string> Keys(const Reader& reader, absl::string_view begin,
                                       absl::string_view end, size_t limit = 1000) {
    std::vector<std::string> keys;
    EXPECT_TRUE(reader
                    .Scan(begin, end,
                          [&](absl::string_view key, absl::string_view) {
                            keys.emplace_back(key);
                            return keys.size() < limit;
                          })
                    .ok());
    return keys;
  }

  const std::unique_ptr<Engine> engine_ = GetParam().make();
};

TEST_P(StoreContract, KeepsWhatWasPutAndForgetsWhatWasDeleted) {
  EXPECT_EQ(Get("a"), std::nullopt);
  Commit({{"a", "1"}, {"b", ""}});
  EXPECT_EQ(Get("a"), "1");
  EXPECT_EQ(Get("b"), "");  // an empty value is a value
  Commit({{"a", "2"}, {"b", std::nullopt}, {"c", std::nullopt}});
  EXPECT_EQ(Get("a"), "2");
  EXPECT_EQ(Get("b"), std::nullopt);
  EXPECT_EQ(Get("c"), std::nullopt);
}

TEST_P(StoreContract, KeepsAnyBytes) {
  const std::string key("k\0\xff\x80", 4), value("\0\xff\n", 3);
  Commit({{key, value}, {"large", std::string(3 << 20, 'x')}});
  EXPECT_EQ(Get(key), value);
  EXPECT_EQ(Get(key.substr(0, 1)), std::nullopt);
  EXPECT_EQ(Get("large")->size(), size_t{3 << 20});
}

TEST_P(StoreContract, ScansARangeInByteOrderWithoutItsEnd) {
  Commit({{"c", "3"}, {"a", "1"}, {"\x80", "5"}, {"b", "2"}, {std::string("b\0", 2), "2a"}});
  const auto snapshot = store().TakeSnapshot();
  EXPECT_THAT(Keys(*snapshot, "a", "c"), ElementsAre("a", "b", std::string("b\0", 2)));
  EXPECT_THAT(Keys(*snapshot, "aa", "\x81"), ElementsAre("b", std::string("b\0", 2), "c", "\x80"));
  EXPECT_THAT(Keys(*snapshot, "a", "\xff", 2), ElementsAre("a", "b"));
  EXPECT_THAT(Keys(*snapshot, "c", "c"), IsEmpty());
  EXPECT_THAT(Keys(*snapshot, "x", "a"), IsEmpty());
}

TEST_P(StoreContract, ShowsASnapshotItsOwnMomentForEver) {
  Commit({{"a", "1"}, {"b", "1"}});
  const auto before = store().TakeSnapshot();
  Commit({{"a", "2"}, {"b", std::nullopt}, {"c", "2"}});
  const auto after = store().TakeSnapshot();
  for (int i = 0; i < 100; ++i) Commit({{"a", std::to_string(i)}, {absl::StrCat("d", i), "x"}});
  EXPECT_EQ(before->Get("a").value(), "1");
  EXPECT_EQ(before->Get("b").value(), "1");
  EXPECT_EQ(before->Get("c").value(), std::nullopt);
  EXPECT_THAT(Keys(*before, "a", "z"), ElementsAre("a", "b"));
  EXPECT_EQ(after->Get("a").value(), "2");
  EXPECT_THAT(Keys(*after, "a", "z"), ElementsAre("a", "c"));
}

// Readers beside a writer that moves the same amount between two keys in every commit.
TEST_P(StoreContract, AppliesACommitAsAWhole) {
  Commit({{"a", "1000"}, {"b", "0"}});
  std::atomic<bool> done = false;
  std::vector<std::thread> readers;
  for (int t = 0; t < 2; ++t) {
    readers.emplace_back([&] {
      while (!done) {
        const auto snapshot = store().TakeSnapshot();
        const int a = std::stoi(*snapshot->Get("a").value());
        const int b = std::stoi(*snapshot->Get("b").value());
        ASSERT_EQ(a + b, 1000);
      }
    });
  }
  for (int i = 1; i <= 200; ++i)
    Commit({{"a", std::to_string(1000 - i)}, {"b", std::to_string(i)}});
  done = true;
  for (auto& reader : readers) reader.join();
}

TEST_P(StoreContract, IsAMap) {
  std::mt19937 random(11);
  auto below = [&](int n) { return static_cast<int>(random() % n); };
  auto key = [&] { return std::string(1 + below(2), static_cast<char>('a' + below(8))); };
  MapOfBytes model;
  std::vector<std::pair<std::unique_ptr<Snapshot>, MapOfBytes>> moments;
  for (int round = 0; round < 60; ++round) {
    WriteSet writes;
    for (int i = below(6); i >= 0; --i) {
      if (below(3) == 0) {
        writes[key()] = std::nullopt;
      } else {
        writes[key()] = std::to_string(random());
      }
    }
    Commit(writes);
    for (const auto& [k, v] : writes) {
      if (v) {
        model[k] = *v;
      } else {
        model.erase(k);
      }
    }
    if (below(4) == 0) moments.emplace_back(store().TakeSnapshot(), model);
    if (below(20) == 0) {
      moments.clear();  // none may outlive its store
      engine_->Reopen();
    }
    if (!moments.empty()) {
      const auto& [snapshot, then] = moments[below(static_cast<int>(moments.size()))];
      const std::string begin = key(), end = key();
      std::vector<std::string> expected;
      for (auto it = then.lower_bound(begin); it != then.end() && it->first < end; ++it) {
        expected.push_back(it->first);
      }
      ASSERT_EQ(Keys(*snapshot, begin, end), expected);
    }
    const std::string at = key();
    auto it = model.find(at);
    ASSERT_EQ(Get(at), it == model.end() ? std::nullopt : std::optional<std::string>(it->second));
  }
}

TEST_P(StoreContract, HasItsDataAfterReopening) {
  Commit({{"a", "1"}, {"b", "1"}});
  Commit({{"b", std::nullopt}});
  if (!engine_->Reopen()) return;  // it says that it does not outlive its object
  EXPECT_EQ(Get("a"), "1");
  EXPECT_EQ(Get("b"), std::nullopt);
  Commit({{"c", "1"}});
  engine_->Reopen();
  EXPECT_THAT(Keys(*store().TakeSnapshot(), "a", "z"), ElementsAre("a", "c"));
}

TEST_P(StoreContract, AnswersFromMemoryRightlyOrNotAtAll) {
  constexpr int kRows = 400;
  auto key = [](int i) { return absl::StrCat("k", 1000 + i); };
  auto value = [](int i) { return std::string(4000, static_cast<char>('a' + i % 26)); };
  for (int i = 0; i < kRows; i += 10) {
    WriteSet writes;
    for (int j = i; j < i + 10; ++j) writes[key(j)] = value(j);
    Commit(writes);
  }
  const bool on_disk = engine_->Reopen();
  const auto memory = store().TakeSnapshot(ReadTier::kCacheOnly);
  int not_cached = 0;
  for (int i = 0; i < kRows; ++i) {
    const auto got = memory->Get(key(i));
    if (got.ok()) {
      ASSERT_EQ(*got, value(i));
    } else {
      ASSERT_TRUE(IsNotCached(got.status())) << got.status();
      ++not_cached;
    }
    const auto absent = memory->Get(key(i) + "x");
    if (absent.ok()) {
      ASSERT_EQ(*absent, std::nullopt);
    } else {
      ASSERT_TRUE(IsNotCached(absent.status()));
    }
  }
  if (on_disk) {
    EXPECT_GT(not_cached, 0);
  }
  int next = 0;
  const absl::Status scanned =
      memory->Scan("k", "l", [&](absl::string_view at, absl::string_view got) {
        EXPECT_EQ(at, key(next));
        EXPECT_EQ(got, value(next));
        ++next;
        return true;
      });
  if (scanned.ok()) {
    EXPECT_EQ(next, kRows);
  } else {
    EXPECT_TRUE(IsNotCached(scanned)) << scanned;
  }
  // What was read before is in memory then.
  ASSERT_TRUE(store().TakeSnapshot()->Get(key(7)).ok());
  EXPECT_EQ(store().TakeSnapshot(ReadTier::kCacheOnly)->Get(key(7)).value(), value(7));
}

INSTANTIATE_TEST_SUITE_P(
    Engines, StoreContract,
    testing::Values(EngineKind{"Map", [] { return std::make_unique<MapEngine>(); }},
                    EngineKind{"RocksInMemory", [] { return std::make_unique<MemoryEngine>(); }},
                    EngineKind{"RocksOnDisk", [] { return std::make_unique<DiskEngine>(); }}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace zhibu
