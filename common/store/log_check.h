// Whether a log of RocksDB lost something that had been made durable.
#ifndef ZHIBU_COMMON_STORE_LOG_CHECK_H_
#define ZHIBU_COMMON_STORE_LOG_CHECK_H_

#include <cstddef>
#include <optional>

#include "absl/strings/string_view.h"

namespace zhibu {

// The offset at which `log`, the bytes of a write-ahead log or manifest, is damaged; nullopt where
// it is whole or merely ends in the middle of its last write, which nobody was told of.
//
// RocksDB finds a wrong checksum itself. But a header says how long its record is without the
// checksum covering it: where that length (or the type) is damaged so that the record seems to
// reach beyond the end, RocksDB takes it for a torn last write and drops it with all that follows.
// Every batch is synced before the next one begins, so a whole batch behind the place proves that
// the place was durable, and so does a checksum that fits under another length or type.
std::optional<size_t> DamageInLog(absl::string_view log);

}  // namespace zhibu

#endif  // ZHIBU_COMMON_STORE_LOG_CHECK_H_
