// Pages of one query over one snapshot (AIP-158).
#ifndef ZHIBU_COMMON_RPC_PAGING_H_
#define ZHIBU_COMMON_RPC_PAGING_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/mutex.h"
#include "common/base/status.h"
#include "common/store/keys.h"
#include "common/store/store.h"
#include "google/protobuf/message.h"
#include "google/protobuf/repeated_field.h"

namespace zhibu {

// One page to be filled.
struct Page {
  std::shared_ptr<const Snapshot> snapshot;  // read this, not the call's own
  int64_t revision = 0;                      // the feed's revision that it shows
  std::string position;                      // where the page before ended; empty for the first
  int size = 0;                              // rows to answer at most
  std::string query;                         // what the token is bound to
  std::string caller;                        // whose it is
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
// and sealed with a key of this process. It lives for ten minutes after its last use, whatever
// other callers do: where a caller pages more than kMaxHeldByCaller queries at once, the one of
// these not used for the longest time goes, and where all hold more than kMaxHeld, one of the
// caller that holds the most. A caller with less than an equal share loses none. Thread-safe.
class Pages {
 public:
  Pages(const Store* store, const Clock* clock);

  // The first page, or the next one by the request's `page_token`. `request` is any List request
  // with page_size, page_token and maybe at_least; `caller` is whose share the page is of
  // (Call::caller). A page_size of 0 is kDefaultSize, one above kMaxSize is kMaxSize.
  // INVALID_ARGUMENT "PAGE_SIZE_INVALID" (negative) or "PAGE_TOKEN_INVALID" (not ours, or of
  // another query); ABORTED "PAGE_TOKEN_EXPIRED" (not used for too long, too many others, or of a
  // process before this one): start again.
  absl::StatusOr<Page> Open(const google::protobuf::Message& request,
                            absl::string_view caller = "");

  // The token for the page that begins after `position`.
  std::string NextToken(const Page& page, absl::string_view position);

  // Rows when page_size is 0, and at most.
  static constexpr int kDefaultSize = 100;
  static constexpr int kMaxSize = 1000;
  // Queries being paged, of one caller and of all.
  static constexpr size_t kMaxHeldByCaller = 64;
  static constexpr size_t kMaxHeld = 1024;
  // Entries that FoundOnce keeps over all queries, some 100 bytes each; what was not used for the
  // longest time is let go of first.
  static constexpr size_t kMaxFound = size_t{1} << 20;

 private:
  // Lets go of what has not been used for too long: a snapshot keeps what was overwritten since.
  void ForgetOld(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Lets go of one query of `caller`, or of all callers' where there are too many.
  void MakeRoom(const std::string& caller) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ForgetIdlest(const std::string& caller) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  struct Held {
    std::shared_ptr<const Snapshot> snapshot;
    int64_t revision;
    absl::Time used;
    std::shared_ptr<const void> found;
    size_t found_size;
    std::string caller;
  };
  void ForgetFound() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Store* const store_;
  const Clock* const clock_;
  const std::string key_;
  // Tells this process's tokens from those of one before it.
  const uint64_t process_;
  Mutex mutex_;
  int64_t next_id_ ABSL_GUARDED_BY(mutex_) = 1;
  std::map<int64_t, Held> held_ ABSL_GUARDED_BY(mutex_);
};

// A page's rows may take this many bytes together, so that a client with gRPC's default limit of 4
// MiB for an answer can read every page. One row alone may be larger.
inline constexpr size_t kMaxPageBytes = size_t{3} << 20;

// The rows of one page, added one after the other. It ends when it has the page's size or when the
// next row would take it past kMaxPageBytes; the token of the next page is then set. All arguments
// must outlive it; `page` must not change, so FoundOnce comes before. Not thread-safe.
template <typename Response, typename Row>
class PageRows {
 public:
  // `rows` is the field of `response` to be filled.
  PageRows(Pages& pages, const Page& page, Response* response,
           google::protobuf::RepeatedPtrField<Row>* rows)
      : pages_(pages), page_(page), response_(*response), rows_(*rows) {
    if constexpr (requires { response->set_revision(page.revision); }) {
      response_.set_revision(page.revision);
    }
  }

  // Adds the next row, which stands at `position`: the next page's Page::position, where this is
  // the last one. False where the page is full; nothing more is to be offered.
  bool Add(Row row, absl::string_view position) {
    // The bytes of the row with its tag and length.
    const size_t bytes = row.ByteSizeLong() + 6;
    const bool full =
        rows_.size() >= page_.size || (!rows_.empty() && bytes_ + bytes > kMaxPageBytes);
    if (full) {
      response_.set_next_page_token(pages_.NextToken(page_, last_));
      return false;
    }
    bytes_ += bytes;
    last_ = std::string(position);
    *rows_.Add() = std::move(row);
    return true;
  }

 private:
  Pages& pages_;
  const Page& page_;
  Response& response_;
  google::protobuf::RepeatedPtrField<Row>& rows_;
  size_t bytes_ = 0;
  std::string last_;
};

// Keys of [begin, end).
struct KeyRange {
  std::string begin, end;
};
// All keys that begin with this one.
inline KeyRange Under(const Key& key) { return {key.bytes(), key.End()}; }

// Fills one page from index keys: scans `ranges`, which are in ascending order, from where the page
// before ended, and adds what `make(key, value)` makes of each. `make` answers
// StatusOr<optional<Row>>; nullopt passes the key over. Fills the response's revision and
// next_page_token. An error ends it; the response is then not to be used.
template <typename Response, typename Row, typename Make>
absl::Status FillPage(Pages& pages, const Page& page, const std::vector<KeyRange>& ranges,
                      Response* response, google::protobuf::RepeatedPtrField<Row>* rows,
                      Make make) {
  PageRows<Response, Row> filled(pages, page, response, rows);
  absl::Status failed;
  bool full = false;
  const auto visit = [&](absl::string_view key, absl::string_view value) {
    absl::StatusOr<std::optional<Row>> row = make(key, value);
    failed = row.status();
    if (!failed.ok()) return false;
    if (*row) full = !filled.Add(**std::move(row), key);
    return !full;
  };
  // The key after the last one that was shown.
  const std::string after = page.position.empty() ? "" : page.position + '\0';
  for (const KeyRange& range : ranges) {
    if (range.end <= after) continue;
    ZHIBU_RETURN_IF_ERROR(page.snapshot->Scan(std::max(range.begin, after), range.end, visit));
    ZHIBU_RETURN_IF_ERROR(failed);
    if (full) break;
  }
  return absl::OkStatus();
}

// Fills one page from `found`, what FoundOnce found: as above, of what `make(entry)` makes.
template <typename Response, typename Row, typename T, typename Make>
absl::Status FillPage(Pages& pages, const Page& page, const std::vector<T>& found,
                      Response* response, google::protobuf::RepeatedPtrField<Row>* rows,
                      Make make) {
  PageRows<Response, Row> filled(pages, page, response, rows);
  size_t next = 0;
  if (!page.position.empty() && !absl::SimpleAtoi(page.position, &next)) {
    return absl::InternalError("a page's position is not ours");
  }
  while (next < found.size()) {
    absl::StatusOr<std::optional<Row>> row = make(found[next]);
    if (!row.ok()) return row.status();
    ++next;
    if (*row && !filled.Add(**std::move(row), absl::StrCat(next))) break;
  }
  return absl::OkStatus();
}

}  // namespace zhibu

#endif  // ZHIBU_COMMON_RPC_PAGING_H_
