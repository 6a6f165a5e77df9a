// The simplest store there is: what every engine is held against.
#ifndef ZHIBU_TESTS_SUPPORT_MAP_STORE_H_
#define ZHIBU_TESTS_SUPPORT_MAP_STORE_H_

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "common/base/mutex.h"
#include "common/store/store.h"

namespace zhibu {

using MapOfBytes = std::map<std::string, std::string, std::less<>>;

// A map, copied at every commit; a snapshot is a reference to the copy of its moment. Thread-safe.
class MapStore : public Store {
 public:
  MapStore() : map_(std::make_shared<const MapOfBytes>()) {}

  std::unique_ptr<Snapshot> TakeSnapshot(ReadTier tier) const override;
  absl::Status CommitSynced(const WriteSet& writes) override;

  // Lets `commits` more succeed; from then on all fail with `status`, changing nothing.
  void FailAfter(int commits, absl::Status status);
  // Calls `run` in every commit, before anything is applied, on the committing thread.
  void OnEveryCommit(std::function<void()> run);
  int commits() const;
  std::shared_ptr<const MapOfBytes> map() const;

 private:
  mutable Mutex mutex_;
  std::shared_ptr<const MapOfBytes> map_ ABSL_GUARDED_BY(mutex_);
  int commits_ ABSL_GUARDED_BY(mutex_) = 0;
  int fail_after_ ABSL_GUARDED_BY(mutex_) = -1;
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
  std::function<void()> on_commit_ ABSL_GUARDED_BY(mutex_);
};

// A snapshot that is a map of its own: for tests that change what a journal holds.
class MapSnapshot : public Snapshot {
 public:
  explicit MapSnapshot(std::shared_ptr<const MapOfBytes> map) : map_(std::move(map)) {}
  absl::StatusOr<std::optional<std::string>> Get(absl::string_view key) const override;
  absl::Status Scan(absl::string_view begin, absl::string_view end, Visit visit) const override;

 private:
  const std::shared_ptr<const MapOfBytes> map_;
};

}  // namespace zhibu

#endif  // ZHIBU_TESTS_SUPPORT_MAP_STORE_H_
