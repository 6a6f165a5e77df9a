// Rows and indexes of transfers.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_BOOKS_TRANSFER_TABLES_H_
#define ZHIBU_SERVICES_MEMBERSHIP_BOOKS_TRANSFER_TABLES_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/store/keys.h"
#include "common/store/store.h"
#include "common/store/txn.h"
#include "services/membership/books/due_index.h"
#include "services/membership/books/rows.pb.h"
#include "zhibu/membership/v1/events.pb.h"
#include "zhibu/membership/v1/transfer_service.pb.h"

namespace zhibu::membership {

// Writes the transfer with its indexes and, while a letter is under way, its due item.
absl::Status ApplyTransfer(Txn& txn, const DueIndex& due_index, const v1::TransferChanged& event);

absl::StatusOr<std::optional<rows::TransferRow>> FindTransfer(const Reader& reader,
                                                              absl::string_view id);
// The id of the person's transfer that is neither received nor ended.
absl::StatusOr<std::optional<std::string>> OpenTransferOf(const Reader& reader,
                                                          absl::string_view person_id);
// The highest serial among the letters of the issuer's year; 0 where there is none.
absl::StatusOr<int32_t> LastSerial(const Reader& reader, absl::string_view issuer_id, int64_t year);

// The index by organisation, direction, state and day; its keys end with the transfer.
Key TransfersKey(absl::string_view organisation_id, v1::TransferDirection direction);

bool IsOpen(v1::TransferState state);
// The last letter's last day; kNoEnd where there is no letter.
absl::CivilDay ValidUntil(const v1::TransferRecord& transfer);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_BOOKS_TRANSFER_TABLES_H_
