// The engine seam: everything above it is ignorant of which engine keeps the bytes.
#ifndef ZHIBU_COMMON_STORE_STORE_H_
#define ZHIBU_COMMON_STORE_STORE_H_

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace zhibu {

// What can be read: a snapshot of the store, or a transaction on the lane with its own writes on
// top.
class Reader {
 public:
  virtual ~Reader() = default;

  // The value at `key`, or nullopt. Errors: UNAVAILABLE when the store failed; with a cache-only
  // snapshot, IsNotCached().
  virtual absl::StatusOr<std::optional<std::string>> Get(absl::string_view key) const = 0;

  // Calls `visit` for every key in [begin, end), in byte order, until it returns false. The views
  // are valid during the call only. `visit` must not write to the reader. Errors as in Get.
  using Visit = absl::FunctionRef<bool(absl::string_view key, absl::string_view value)>;
  virtual absl::Status Scan(absl::string_view begin, absl::string_view end, Visit visit) const = 0;
};

// A consistent view of one moment. Thread-safe for reading.
class Snapshot : public Reader {};

// Key → new value, or nullopt for a deletion.
using WriteSet = std::map<std::string, std::optional<std::string>, std::less<>>;

// Where a snapshot may look.
enum class ReadTier {
  kAll,
  kCacheOnly,  // memory alone; what would need the disk answers NotCached()
};

// An ordered map of bytes that survives. Thread-safe; one writer at a time (the commit lane).
class Store {
 public:
  virtual ~Store() = default;

  virtual std::unique_ptr<Snapshot> TakeSnapshot(ReadTier tier = ReadTier::kAll) const = 0;

  // Applies all of `writes` or nothing, and returns when they would survive a power cut. After an
  // error the store is to be closed: what is durable is known only after reopening.
  virtual absl::Status CommitSynced(const WriteSet& writes) = 0;
};

// The answer of a cache-only reader that would have had to go to the disk.
absl::Status NotCached();
bool IsNotCached(const absl::Status& status);

// The first key after every key with this prefix.
std::string PrefixEnd(absl::string_view prefix);

}  // namespace zhibu

#endif  // ZHIBU_COMMON_STORE_STORE_H_
