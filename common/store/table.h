// Typed rows over keys: every stored value is one protobuf message.
#ifndef ZHIBU_COMMON_STORE_TABLE_H_
#define ZHIBU_COMMON_STORE_TABLE_H_

#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/store/store.h"
#include "common/store/txn.h"

namespace zhibu {

// The row at `key`, or nullopt. DATA_LOSS where the bytes are not a Row.
template <typename Row>
absl::StatusOr<std::optional<Row>> GetRow(const Reader& reader, absl::string_view key) {
  absl::StatusOr<std::optional<std::string>> bytes = reader.Get(key);
  if (!bytes.ok()) return bytes.status();
  if (!*bytes) return std::optional<Row>();
  std::optional<Row> row(std::in_place);
  if (!row->ParseFromString(**bytes)) return absl::DataLossError("a stored row cannot be read");
  return row;
}

template <typename Row>
void PutRow(Txn& txn, absl::string_view key, const Row& row) {
  txn.Put(key, row.SerializeAsString());
}

// Calls `visit` for each row in [begin, end), until it returns false.
template <typename Row>
absl::Status ScanRows(const Reader& reader, absl::string_view begin, absl::string_view end,
                      absl::FunctionRef<bool(absl::string_view key, const Row& row)> visit) {
  absl::Status damaged;
  Row row;
  absl::Status status =
      reader.Scan(begin, end, [&](absl::string_view key, absl::string_view value) {
        if (!row.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
          damaged = absl::DataLossError("a stored row cannot be read");
          return false;
        }
        return visit(key, row);
      });
  return status.ok() ? damaged : status;
}

}  // namespace zhibu

#endif  // ZHIBU_COMMON_STORE_TABLE_H_
