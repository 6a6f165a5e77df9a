#include "services/membership/books/transfer_tables.h"

#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/store/table.h"
#include "services/membership/books/numbers.h"
#include "zhibu/membership/v1/events.pb.h"

namespace zhibu::membership {
namespace {

Key TransferKey(absl::string_view id) { return Key(kTransferTable).Text(id); }

absl::CivilDay DayOf(const google::type::Date& date) { return FromProto(date).value_or(kNoStart); }

absl::CivilDay DayInIndex(const v1::TransferRecord& transfer) {
  switch (transfer.state()) {
    case v1::TRANSFER_STATE_ISSUED:
      return ValidUntil(transfer);
    case v1::TRANSFER_STATE_RECEIVED:
      return DayOf(transfer.received_on());
    case v1::TRANSFER_STATE_REFUSED:
    case v1::TRANSFER_STATE_CANCELLED:
    case v1::TRANSFER_STATE_OVERTAKEN:
      return DayOf(transfer.ended_on());
    default:
      return DayOf(transfer.started_on());
  }
}

// Calls `each` with every key without a value that the transfer has beside its own row.
template <typename Each>
void ForEachEntry(const std::string& id, const v1::TransferRecord& transfer, Each each) {
  const auto entry = [&](const std::string& name, v1::TransferDirection direction) {
    Key key = TransfersKey(IdOf(kOrganisations, name).value_or(""), direction);
    each(key.Number(transfer.state()).Day(DayInIndex(transfer)).Text(id));
  };
  if (!transfer.from_organisation().empty()) {
    entry(transfer.from_organisation(), v1::TRANSFER_DIRECTION_OUT);
  }
  if (!transfer.to_organisation().empty()) {
    entry(transfer.to_organisation(), v1::TRANSFER_DIRECTION_IN);
  }
  const std::string person = IdOf(kPersons, transfer.person()).value_or("");
  each(Key(kTransfersOfPerson).Text(person).Text(id));
  for (const v1::TransferLetter& letter : transfer.letters()) {
    each(Key(kTransferIndex)
             .Text(IdOf(kOrganisations, letter.issuer()).value_or(""))
             .Number(kLetters)
             .Number(letter.issued_on().year())
             .Number(-letter.serial())
             .Text(id));
  }
}

// While a letter is under way: that it expires.
Dues DuesOf(const v1::TransferRecord& transfer) {
  Dues dues;
  if (transfer.state() != v1::TRANSFER_STATE_ISSUED) return dues;
  rows::DueRow& due = *dues.Add();
  due.set_kind(v1::DUE_KIND_TRANSFER_LETTER);
  due.set_day(DayNumber(ValidUntil(transfer)));
  return dues;
}

void ReplaceDues(Txn& txn, const DueIndex& due_index, const std::string& id,
                 const v1::TransferRecord& transfer, const Dues& before, const Dues& after) {
  due_index.Replace(txn, IdOf(kOrganisations, transfer.from_organisation()).value_or(""),
                    DueSubject::OfTransfer(IdOf(kPersons, transfer.person()).value_or(""), id),
                    before, after);
}

}  // namespace

Key TransfersKey(absl::string_view organisation_id, v1::TransferDirection direction) {
  return Key(kTransferIndex).Text(organisation_id).Number(direction);
}

bool IsOpen(v1::TransferState state) {
  return state == v1::TRANSFER_STATE_REQUESTED || state == v1::TRANSFER_STATE_APPROVED ||
         state == v1::TRANSFER_STATE_ISSUED;
}

absl::CivilDay ValidUntil(const v1::TransferRecord& transfer) {
  if (transfer.letters().empty()) return kNoEnd;
  return DayOf(transfer.letters().rbegin()->valid_until());
}

absl::StatusOr<std::optional<rows::TransferRow>> FindTransfer(const Reader& reader,
                                                              absl::string_view id) {
  return GetRow<rows::TransferRow>(reader, TransferKey(id));
}

absl::StatusOr<std::optional<std::string>> OpenTransferOf(const Reader& reader,
                                                          absl::string_view person_id) {
  const Key range = Key(kTransfersOfPerson).Text(person_id);
  std::optional<std::string> open;
  absl::Status failed;
  ZHIBU_RETURN_IF_ERROR(
      reader.Scan(range, range.End(), [&](absl::string_view key, absl::string_view) {
        KeyParts parts(key);
        parts.Text();
        std::string id = parts.Text().value_or("");
        const auto row = FindTransfer(reader, id);
        failed = row.status();
        if (!failed.ok()) return false;
        if (*row && IsOpen((*row)->transfer().state())) open = std::move(id);
        return !open;
      }));
  ZHIBU_RETURN_IF_ERROR(failed);
  return open;
}

absl::StatusOr<int32_t> LastSerial(const Reader& reader, absl::string_view issuer_id,
                                   int64_t year) {
  const Key range = Key(kTransferIndex).Text(issuer_id).Number(kLetters).Number(year);
  int32_t last = 0;
  ZHIBU_RETURN_IF_ERROR(
      reader.Scan(range, range.End(), [&](absl::string_view key, absl::string_view) {
        KeyParts parts(key);
        parts.Text();
        parts.Number();
        parts.Number();
        last = static_cast<int32_t>(-parts.Number().value_or(0));
        return false;
      }));
  return last;
}

absl::Status ApplyTransfer(Txn& txn, const DueIndex& due_index, const v1::TransferChanged& event) {
  const std::optional<std::string> id = IdOf(kTransfers, event.transfer().name());
  if (!id) return absl::DataLossError("an event without a name");
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::TransferRow> before, FindTransfer(txn, *id));
  if (before) {
    ForEachEntry(*id, before->transfer(), [&](const Key& key) { txn.Delete(key); });
    ReplaceDues(txn, due_index, *id, before->transfer(), DuesOf(before->transfer()), Dues());
  }
  rows::TransferRow row;
  row.set_version(before ? before->version() + 1 : 1);
  *row.mutable_transfer() = event.transfer();
  PutRow(txn, TransferKey(*id), row);
  ForEachEntry(*id, event.transfer(), [&](const Key& key) { txn.Put(key, ""); });
  ReplaceDues(txn, due_index, *id, event.transfer(), Dues(), DuesOf(event.transfer()));
  return absl::OkStatus();
}

}  // namespace zhibu::membership
