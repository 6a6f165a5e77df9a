// Pages of one query over one snapshot (AIP-158).
#ifndef ZHIBU_COMMON_RPC_PAGING_H_
#define ZHIBU_COMMON_RPC_PAGING_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/mutex.h"
#include "common/base/status.h"
#include "common/store/store.h"
#include "google/protobuf/message.h"

namespace zhibu {

// One page to be filled.
struct Page {
  std::shared_ptr<const Snapshot> snapshot;  // read this, not the call's own
  int64_t revision = 0;                      // the feed's revision that it shows
  std::string position;                      // where the page before ended; empty for the first
  int size = 0;                              // rows to answer at most
  std::string query;                         // what the token is bound to
  int64_t snapshot_id = 0;
  std::shared_ptr<const void> found;  // by FoundOnce
  size_t found_size = 0;
};

// All that a query lists, in its order, found when its first page is asked for and kept with the
// snapshot for the pages after it: `find` answers StatusOr<std::vector<T>> from the page's
// snapshot, and is called again only where what it found was let go of. A query has one T.
template <typename T, typename Find>
absl::StatusOr<std::shared_ptr<const std::vector<T>>> FoundOnce(Page& page, Find find) {
  if (page.found == nullptr) {
    ZHIBU_ASSIGN_OR_RETURN(std::vector<T> found, find());
    page.found_size = found.size();
    page.found = std::make_shared<const std::vector<T>>(std::move(found));
  }
  return std::static_pointer_cast<const std::vector<T>>(page.found);
}

// Keeps the snapshots of queries that are being paged. A token is bound to its query and snapshot
// and sealed with a key of this process; snapshots are let go after ten minutes, or when there are
// too many. Thread-safe.
class Pages {
 public:
  Pages(const Store* store, const Clock* clock);

  // The first page, or the next one by the request's `page_token`. `request` is any List request
  // with page_size (0–1000), page_token and maybe at_least. INVALID_ARGUMENT "PAGE_SIZE_INVALID" or
  // "PAGE_TOKEN_INVALID" (not ours, or of another query); ABORTED "PAGE_TOKEN_EXPIRED": start
  // again.
  absl::StatusOr<Page> Open(const google::protobuf::Message& request);

  // The token for the page that begins after `position`.
  std::string NextToken(const Page& page, absl::string_view position);

  // Rows when page_size is 0, and at most.
  static constexpr int kDefaultSize = 100;
  static constexpr int kMaxSize = 1000;
  // Entries that FoundOnce keeps over all queries, some 100 bytes each; what was not used for the
  // longest time is let go of first.
  static constexpr size_t kMaxFound = size_t{1} << 20;

 private:
  // Lets go of what has not been used for too long: a snapshot keeps what was overwritten since.
  void ForgetOld(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  struct Held {
    std::shared_ptr<const Snapshot> snapshot;
    int64_t revision;
    absl::Time used;
    std::shared_ptr<const void> found;
    size_t found_size;
  };
  void ForgetFound() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Store* const store_;
  const Clock* const clock_;
  const std::string key_;
  Mutex mutex_;
  int64_t next_id_ ABSL_GUARDED_BY(mutex_) = 1;
  std::map<int64_t, Held> held_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace zhibu

#endif  // ZHIBU_COMMON_RPC_PAGING_H_
