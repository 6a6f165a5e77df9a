#include "tests/support/map_store.h"

#include <utility>

namespace zhibu {
namespace {
std::string_view Std(absl::string_view s) { return std::string_view(s.data(), s.size()); }
}  // namespace

absl::StatusOr<std::optional<std::string>> MapSnapshot::Get(absl::string_view key) const {
  auto it = map_->find(Std(key));
  if (it == map_->end()) return std::optional<std::string>();
  return std::optional<std::string>(it->second);
}

absl::Status MapSnapshot::Scan(absl::string_view begin, absl::string_view end, Visit visit) const {
  for (auto it = map_->lower_bound(Std(begin)); it != map_->end() && it->first < Std(end); ++it) {
    if (!visit(it->first, it->second)) break;
  }
  return absl::OkStatus();
}

std::unique_ptr<Snapshot> MapStore::TakeSnapshot(ReadTier) const {
  return std::make_unique<MapSnapshot>(map());
}

absl::Status MapStore::CommitSynced(const WriteSet& writes) {
  std::function<void()> on_commit;
  {
    MutexLock lock(&mutex_);
    on_commit = on_commit_;
  }
  if (on_commit) on_commit();
  MutexLock lock(&mutex_);
  if (fail_after_ == 0) return failure_;
  if (fail_after_ > 0) --fail_after_;
  auto next = std::make_shared<MapOfBytes>(*map_);
  for (const auto& [key, value] : writes) {
    if (value) {
      next->insert_or_assign(key, *value);
    } else {
      next->erase(key);
    }
  }
  map_ = std::move(next);
  ++commits_;
  return absl::OkStatus();
}

void MapStore::FailAfter(int commits, absl::Status status) {
  MutexLock lock(&mutex_);
  fail_after_ = commits;
  failure_ = std::move(status);
}

void MapStore::OnEveryCommit(std::function<void()> run) {
  MutexLock lock(&mutex_);
  on_commit_ = std::move(run);
}

int MapStore::commits() const {
  MutexLock lock(&mutex_);
  return commits_;
}

std::shared_ptr<const MapOfBytes> MapStore::map() const {
  MutexLock lock(&mutex_);
  return map_;
}

}  // namespace zhibu
