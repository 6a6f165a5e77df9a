// The part of transfers.h that shows transfers.

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "services/membership/books/convert.h"
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
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay day,
                         DateOr(request.has_as_of(), request.as_of(), call.today(), "as_of"));
  ZHIBU_ASSIGN_OR_RETURN(const Page page, pages_.Open(request, call.caller()));
  const Snapshot& snapshot = *page.snapshot;
  response->set_revision(page.revision);
  ZHIBU_ASSIGN_OR_RETURN(
      const std::vector<std::string> organisations,
      OrganisationsOf(tree_, snapshot, kTransferIndex, request.root(), request.line(), day));
  // As the index has them.
  std::set<int> states(request.states().begin(), request.states().end());
  if (request.only_overdue()) states = {v1::TRANSFER_STATE_ISSUED};
  if (states.empty()) {
    for (int state = 1; state <= v1::TransferState_MAX; ++state) states.insert(state);
  }
  std::string last;
  bool more = false;
  absl::Status failed;
  for (const std::string& organisation : organisations) {
    for (const int state : states) {
      const Key range = TransfersKey(organisation, request.direction()).Number(state);
      const std::string end =
          request.only_overdue() ? Key(range).Day(call.today()).bytes() : range.End();
      if (end <= page.position) continue;
      const std::string from =
          std::max(range.bytes(), page.position.empty() ? "" : page.position + '\0');
      ZHIBU_RETURN_IF_ERROR(snapshot.Scan(from, end, [&](absl::string_view key, absl::string_view) {
        KeyParts parts(key);
        parts.Text();
        parts.Number();
        parts.Number();
        parts.Day();
        const auto row = FindTransfer(snapshot, parts.Text().value_or(""));
        failed = row.status();
        if (row.ok() && !*row) failed = absl::DataLossError("an index names no transfer");
        if (!failed.ok()) return false;
        if (!request.person().empty() && (*row)->transfer().person() != request.person()) {
          return true;
        }
        more = response->transfers_size() == page.size;
        if (more) return false;
        *response->add_transfers() = Shown(**row, call.today());
        last = std::string(key);
        return true;
      }));
      ZHIBU_RETURN_IF_ERROR(failed);
      if (more) break;
    }
    if (more) break;
  }
  if (more) response->set_next_page_token(pages_.NextToken(page, last));
  return absl::OkStatus();
}

}  // namespace zhibu::membership
