#include "common/store/txn.h"

#include <iterator>

namespace zhibu {

absl::StatusOr<std::optional<std::string>> Txn::Get(absl::string_view key) const {
  auto own = writes_.find(key);
  if (own != writes_.end()) return own->second;
  return base_.Get(key);
}

absl::Status Txn::Scan(absl::string_view begin, absl::string_view end, Visit visit) const {
  if (begin >= end) return absl::OkStatus();  // else `own` would start behind its own end
  auto own = writes_.lower_bound(begin);
  const auto own_end = writes_.lower_bound(end);
  bool stopped = false;
  absl::Status status = base_.Scan(begin, end, [&](absl::string_view key, absl::string_view value) {
    // Own writes that sort before the stored key come first; one at the same key replaces it.
    for (; own != own_end && own->first <= key; ++own) {
      const bool same = own->first == key;
      if (own->second && !visit(own->first, *own->second)) {
        stopped = true;
        return false;
      }
      if (same) {
        ++own;
        return true;
      }
    }
    if (!visit(key, value)) stopped = true;
    return !stopped;
  });
  if (!status.ok() || stopped) return status;
  for (; own != own_end; ++own) {
    if (own->second && !visit(own->first, *own->second)) break;
  }
  return absl::OkStatus();
}

void Txn::Remember(absl::string_view key) {
  auto own = writes_.find(key);
  if (own == writes_.end()) {
    undo_.emplace_back(std::string(key), std::nullopt);
  } else {
    undo_.emplace_back(std::string(key), own->second);
  }
}

void Txn::Put(absl::string_view key, std::string value) {
  Remember(key);
  writes_.insert_or_assign(std::string(key), std::move(value));
}

void Txn::Delete(absl::string_view key) {
  Remember(key);
  writes_.insert_or_assign(std::string(key), std::nullopt);
}

void Txn::Emit(const google::protobuf::Message& event) { events_.emplace_back().PackFrom(event); }

void Txn::BeginJob(int64_t revision, absl::Time now) {
  undo_.clear();
  events_.clear();
  hooks_before_job_ = hooks_.size();
  revision_ = revision;
  now_ = now;
}

void Txn::RollBackJob() {
  for (auto it = undo_.rbegin(); it != undo_.rend(); ++it) {
    if (it->second) {
      writes_.insert_or_assign(it->first, *it->second);
    } else {
      writes_.erase(it->first);
    }
  }
  undo_.clear();
  events_.clear();
  hooks_.resize(hooks_before_job_);
}

std::vector<google::protobuf::Any> Txn::TakeEvents() { return std::exchange(events_, {}); }

std::vector<std::function<void()>> Txn::TakeHooks() { return std::exchange(hooks_, {}); }

}  // namespace zhibu
