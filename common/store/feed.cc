#include "common/store/feed.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/crypto.h"
#include "common/base/status.h"
#include "common/store/keys.h"

namespace zhibu {
namespace {

absl::Status Broken(int64_t revision, absl::string_view what) {
  return Failure(absl::StatusCode::kDataLoss, "JOURNAL_BROKEN",
                 absl::StrCat("变更流在第 ", revision, " 号修订处损坏：", what));
}

}  // namespace

int64_t Progress::revision() const {
  MutexLock lock(&mutex_);
  return revision_;
}

int64_t Progress::WhenAtLeast(int64_t at_least, std::function<void()> wake) {
  {
    MutexLock lock(&mutex_);
    if (revision_ < at_least) {
      const int64_t id = next_id_++;
      waiters_.emplace(id, Waiter{at_least, std::move(wake)});
      return id;
    }
  }
  wake();
  return 0;
}

bool Progress::Forget(int64_t id) {
  MutexLock lock(&mutex_);
  return waiters_.erase(id) > 0;
}

void Progress::Advance(int64_t revision) {
  std::vector<std::function<void()>> woken;
  {
    MutexLock lock(&mutex_);
    if (revision <= revision_) return;
    revision_ = revision;
    for (auto it = waiters_.begin(); it != waiters_.end();) {
      if (it->second.at_least <= revision) {
        woken.push_back(std::move(it->second.wake));
        it = waiters_.erase(it);
      } else {
        ++it;
      }
    }
  }
  for (auto& wake : woken) wake();
}

std::string NoHash() { return std::string(32, '\0'); }

std::string HeadKey() { return Key(SystemTable::kMeta).Text("head").bytes(); }

std::string JournalKey(int64_t revision) {
  return Key(SystemTable::kJournal).Number(revision).bytes();
}

absl::StatusOr<std::vector<feed::v1::Record>> ReadJournal(const Reader& reader,
                                                          int64_t after_revision, int limit,
                                                          size_t max_bytes) {
  std::vector<feed::v1::Record> records;
  size_t bytes = 0;
  absl::Status damage;
  int64_t expected = after_revision + 1;
  absl::Status status = reader.Scan(
      JournalKey(expected), Key(SystemTable::kJournal).End(),
      [&](absl::string_view key, absl::string_view value) {
        const int64_t revision = KeyParts(key).Number().value_or(0);
        feed::v1::Record record;
        if (revision != expected) {
          damage = Broken(expected, "缺少记录");
        } else if (!record.ParseFromArray(value.data(), static_cast<int>(value.size())) ||
                   record.revision() != revision) {
          damage = Broken(expected, "记录无法读取");
        }
        if (!damage.ok()) return false;
        bytes += value.size();
        if (!records.empty() && bytes > max_bytes) return false;
        ++expected;
        records.push_back(std::move(record));
        return static_cast<int>(records.size()) < limit;
      });
  if (!status.ok()) {
    // The engine's own checksum found it first: what follows the last readable record is lost.
    if (status.code() == absl::StatusCode::kDataLoss) return Broken(expected, status.message());
    return status;
  }
  // What was read before the damage is still good; the next call starts at the damage.
  if (!damage.ok() && records.empty()) return damage;
  return records;
}

absl::StatusOr<feed::v1::Record> JournalHead(const Reader& reader) {
  feed::v1::Record head;
  head.set_hash(NoHash());
  absl::StatusOr<int64_t> revision = JournalRevision(reader);
  if (!revision.ok()) return revision.status();
  if (*revision == 0) return head;
  absl::StatusOr<std::optional<std::string>> value = reader.Get(JournalKey(*revision));
  if (!value.ok()) return value.status();
  if (!*value || !head.ParseFromString(**value)) return Broken(*revision, "记录无法读取");
  return head;
}

absl::StatusOr<int64_t> JournalRevision(const Reader& reader) {
  absl::StatusOr<std::optional<std::string>> value = reader.Get(HeadKey());
  if (!value.ok()) return value.status();
  int64_t revision = 0;
  if (*value && !absl::SimpleAtoi(**value, &revision)) {
    return absl::DataLossError("the journal's head row cannot be read");
  }
  return revision;
}

feed::v1::Record ChainRecord(const feed::v1::Record& previous, const feed::v1::Content& content) {
  feed::v1::Record record;
  record.set_revision(content.revision());
  record.set_previous_hash(previous.hash());
  record.set_content(content.SerializeAsString());
  record.set_hash(Sha256({record.previous_hash(), record.content()}));
  return record;
}

absl::Status CheckLink(const feed::v1::Record& previous, const feed::v1::Record& record) {
  const int64_t expected = previous.revision() + 1;
  if (record.revision() != expected) return Broken(expected, "缺少记录");
  if (record.previous_hash() != previous.hash()) return Broken(expected, "与前一条记录不相连");
  if (record.hash() != Sha256({record.previous_hash(), record.content()})) {
    return Broken(expected, "内容与校验值不符");
  }
  feed::v1::Content content;
  if (!content.ParseFromString(record.content()) || content.revision() != expected) {
    return Broken(expected, "内容与修订号不符");
  }
  return absl::OkStatus();
}

absl::Status VerifyJournal(const Reader& reader, feed::v1::Record* last_good,
                           const std::function<void(int64_t)>& progress) {
  feed::v1::Record previous;
  previous.set_hash(NoHash());
  if (last_good != nullptr) *last_good = previous;
  while (true) {
    auto records = ReadJournal(reader, previous.revision(), 1024);
    if (!records.ok()) return records.status();
    if (records->empty()) {
      // The chain alone cannot tell that its end was cut off; the head row can.
      absl::StatusOr<int64_t> head = JournalRevision(reader);
      if (!head.ok()) return head.status();
      if (*head != previous.revision()) return Broken(previous.revision() + 1, "缺少记录");
      return absl::OkStatus();
    }
    for (feed::v1::Record& record : *records) {
      ZHIBU_RETURN_IF_ERROR(CheckLink(previous, record));
      previous = std::move(record);
      if (last_good != nullptr) *last_good = previous;
    }
    if (progress) progress(previous.revision());
  }
}

}  // namespace zhibu
