// A service's own journal: what it wrote, in commit order, each record chained to the one before.
#ifndef ZHIBU_COMMON_STORE_FEED_H_
#define ZHIBU_COMMON_STORE_FEED_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/mutex.h"
#include "common/store/store.h"
#include "zhibu/feed/v1/feed.pb.h"

namespace zhibu {

// Something that only grows, and those who wait for it to. Thread-safe.
class Progress {
 public:
  int64_t revision() const;

  // Calls `wake` once `revision() >= at_least`: at once, on this thread, where that is so already,
  // else on the thread that advances. Returns an id for Forget; 0 when already called. Reading the
  // revision and parking are one step, so that no advance is missed.
  int64_t WhenAtLeast(int64_t at_least, std::function<void()> wake);
  // True when `wake` will never be called any more because of this.
  bool Forget(int64_t id);

  // Moves on and wakes, outside the lock, everybody who waited for it.
  void Advance(int64_t revision);

 private:
  struct Waiter {
    int64_t at_least;
    std::function<void()> wake;
  };
  mutable Mutex mutex_;
  int64_t revision_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t next_id_ ABSL_GUARDED_BY(mutex_) = 1;
  std::map<int64_t, Waiter> waiters_ ABSL_GUARDED_BY(mutex_);
};

// The 32 zero bytes before the first record.
std::string NoHash();

// The most that one record's content may take: with what is around it, an answer that holds it stays
// below the 4 MiB that gRPC clients take where nobody set their limit.
inline constexpr size_t kMaxRecordBytes = 7 << 19;

// Reads up to `limit` records after a revision, of at most `max_bytes` together or one. DATA_LOSS where one
// is missing or cannot be read; the message names the revision.
absl::StatusOr<std::vector<feed::v1::Record>> ReadJournal(const Reader& reader,
                                                          int64_t after_revision, int limit,
                                                          size_t max_bytes = 1 << 20);

// The newest record; a default Record (revision 0, hash NoHash()) where the journal is empty.
absl::StatusOr<feed::v1::Record> JournalHead(const Reader& reader);

// The next record of the chain, with its hash.
feed::v1::Record ChainRecord(const feed::v1::Record& previous, const feed::v1::Content& content);

// DATA_LOSS naming the revision, unless `record` follows `previous`: number, previous hash, hash of
// the content, and the content's own number.
absl::Status CheckLink(const feed::v1::Record& previous, const feed::v1::Record& record);

// Walks the whole chain. What is wrong is named with its revision; `last_good` (optional) gets the
// last record that was right, `progress` (optional) is called now and then with its revision.
absl::Status VerifyJournal(const Reader& reader, feed::v1::Record* last_good = nullptr,
                           const std::function<void(int64_t)>& progress = nullptr);

// The revision that the reader shows; 0 for an empty journal.
absl::StatusOr<int64_t> JournalRevision(const Reader& reader);

// Where a record stands, and where the head's revision stands (decimal; written in every batch that
// adds to the journal).
std::string JournalKey(int64_t revision);
std::string HeadKey();

}  // namespace zhibu

#endif  // ZHIBU_COMMON_STORE_FEED_H_
