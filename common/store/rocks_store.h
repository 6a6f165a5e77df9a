// The embedded engine: RocksDB with its own write-ahead log.
#ifndef ZHIBU_COMMON_STORE_ROCKS_STORE_H_
#define ZHIBU_COMMON_STORE_ROCKS_STORE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/store/store.h"

namespace rocksdb {
class Env;
}

namespace zhibu {

struct RocksOptions {
  // What the engine may take, bytes: half of it for blocks that were read, a quarter for each of the
  // two buffers that writes fill. Nothing is taken before it is needed. Filters and indexes of table
  // files stand beside it: some 1.5 bytes for each row.
  size_t memory_bytes = size_t{128} << 20;
  // Open without the right to write, and past what a damaged log can still tell: for `verify`.
  bool read_only = false;
  // Another environment, such as RocksDB's in-memory one or one that fails on demand; not owned.
  rocksdb::Env* env = nullptr;
};

// Opens or creates the store in folder `path`. FAILED_PRECONDITION where it is another service's
// ("STORE_OF_ANOTHER_SERVICE"), was written by a newer format ("STORE_FORMAT_NEWER"), or another
// process has it open; DATA_LOSS where it is damaged ("STORE_DAMAGED") or ends before what its anchor
// says ("STORE_LOST_REVISIONS"), before anything in it is changed. Without `env` the anchor lies beside
// the folder; see Anchor.
absl::StatusOr<std::unique_ptr<Store>> OpenRocksStore(const std::string& path,
                                                      absl::string_view service,
                                                      const RocksOptions& options = {});

// A store in memory alone, gone with the object: RocksDB over its in-memory environment.
absl::StatusOr<std::unique_ptr<Store>> OpenMemoryStore(absl::string_view service);

}  // namespace zhibu

#endif  // ZHIBU_COMMON_STORE_ROCKS_STORE_H_
