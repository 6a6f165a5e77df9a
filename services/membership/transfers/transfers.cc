#include "services/membership/transfers/transfers.h"

#include <optional>
#include <string>

#include "common/base/resource_name.h"
#include "services/membership/books/numbers.h"
#include "services/membership/books/transfer_tables.h"
#include "services/membership/transfers/acts.h"
#include "zhibu/membership/v1/events.pb.h"

namespace zhibu::membership {

absl::StatusOr<Transfers::Open> Transfers::ReadAct(Call& call, const Act& act, Txn& txn,
                                                   Violations wrong) const {
  Open open;
  const std::optional<std::string> id = IdOf(kTransfers, act.name);
  wrong.Require(id.has_value(), "TRANSFER_NAME_INVALID", "name",
                "转接名称须写作 transfers/{transfer}");
  RequireEtagGiven(act.etag, wrong);
  ZHIBU_RETURN_IF_ERROR(wrong.MalformedUnlessEmpty());
  ZHIBU_ASSIGN_OR_RETURN(open.day, call.DayOf(act.dated, act.date, "date"));
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::TransferRow> row, FindTransfer(txn, *id));
  if (!row || !Sees(call, row->transfer())) return NotFound(act.name);
  ZHIBU_RETURN_IF_ERROR(RequireEtag(act.etag, row->version(), act.name));
  open.id = *id;
  open.transfer = row->transfer();
  return open;
}

absl::Status Transfers::Store(Call& call, const Open& open, Txn& txn, v1::Transfer* answer) const {
  v1::TransferChanged event;
  *event.mutable_transfer() = open.transfer;
  ZHIBU_RETURN_IF_ERROR(parts_.tables.Record(txn, event));
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::TransferRow> row, FindTransfer(txn, open.id));
  *answer = Shown(*row, call.today());
  return absl::OkStatus();
}

}  // namespace zhibu::membership
