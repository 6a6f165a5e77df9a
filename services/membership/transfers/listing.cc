// The part of transfers.h that shows transfers.

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/base/resource_name.h"
#include "services/membership/books/numbers.h"
#include "services/membership/books/subtree.h"
#include "services/membership/books/transfer_tables.h"
#include "services/membership/transfers/acts.h"
#include "services/membership/transfers/transfers.h"

namespace zhibu::membership {

absl::Status Transfers::Get(Call& call, const v1::GetTransferRequest& request, const Reader& reader,
                            v1::GetTransferResponse* response) const {
  const std::optional<std::string> id = IdOf(kTransfers, request.name());
  if (!id) {
    return Malformed("name", "TRANSFER_NAME_INVALID", "转接名称须写作 transfers/{transfer}");
  }
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::TransferRow> row, FindTransfer(reader, *id));
  if (!row || !Sees(call, row->transfer())) return NotFound(request.name());
  *response->mutable_transfer() = Shown(*row, call.today());
  return absl::OkStatus();
}

absl::Status Transfers::List(Call& call, const v1::ListTransfersRequest& request, const Reader&,
                             v1::ListTransfersResponse* response) const {
  if (request.direction() == v1::TRANSFER_DIRECTION_UNSPECIFIED) {
    return Malformed("direction", "DIRECTION_REQUIRED", "请写明转出还是转入");
  }
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay day, call.AsOf(request));
  ZHIBU_ASSIGN_OR_RETURN(const Page page, pages_.Open(request, call.caller()));
  const Snapshot& snapshot = *page.snapshot;
  ZHIBU_ASSIGN_OR_RETURN(
      const std::vector<std::string> organisations,
      OrganisationsOf(tree_, snapshot, kTransferIndex, request.root(), request.line(), day));
  // As the index has them.
  std::set<int> states(request.states().begin(), request.states().end());
  if (request.only_overdue()) states = {v1::TRANSFER_STATE_ISSUED};
  if (states.empty()) {
    for (int state = 1; state <= v1::TransferState_MAX; ++state) states.insert(state);
  }
  std::vector<KeyRange> ranges;
  for (const std::string& organisation : organisations) {
    for (const int state : states) {
      const Key key = TransfersKey(organisation, request.direction()).Number(state);
      ranges.push_back(Under(key));
      if (request.only_overdue()) ranges.back().end = Key(key).Day(call.today()).bytes();
    }
  }
  return FillPage(
      pages_, page, ranges, response, response->mutable_transfers(),
      [&](absl::string_view key, absl::string_view) -> absl::StatusOr<std::optional<v1::Transfer>> {
        KeyParts parts(key);
        parts.Text();
        parts.Number();
        parts.Number();
        parts.Day();
        ZHIBU_ASSIGN_OR_RETURN(const auto row, FindTransfer(snapshot, parts.Text().value_or("")));
        if (!row) return absl::DataLossError("an index names no transfer");
        const std::string& person = row->transfer().person();
        if (!request.person().empty() && person != request.person()) {
          return std::nullopt;
        }
        return Shown(*row, call.today());
      });
}

}  // namespace zhibu::membership
