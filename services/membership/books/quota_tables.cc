#include "services/membership/books/quota_tables.h"

#include <utility>

#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/store/table.h"
#include "services/membership/books/numbers.h"
#include "zhibu/membership/v1/events.pb.h"

namespace zhibu::membership {
namespace {

Key LedgerKey(absl::string_view organisation_id, int32_t year) {
  return Key(kQuotaTable).Text(organisation_id).Number(year);
}
Key EntriesKey(absl::string_view organisation_id, int32_t year) {
  return Key(kQuotaEntries).Text(organisation_id).Number(year);
}

// Changes a ledger, which begins with its first entry.
template <typename Change>
absl::Status ChangeLedger(Txn& txn, const std::string& organisation_id, int32_t year,
                          Change change) {
  ZHIBU_ASSIGN_OR_RETURN(std::optional<rows::QuotaRow> row, FindQuota(txn, organisation_id, year));
  if (!row) row.emplace();
  row->set_version(row->version() + 1);
  change(*row);
  PutRow(txn, LedgerKey(organisation_id, year), *row);
  return absl::OkStatus();
}

}  // namespace

absl::Status ApplyQuota(Txn& txn, const v1::QuotaChanged& event) {
  const v1::QuotaEntry& entry = event.entry();
  const std::optional<std::string> to = IdOf(kOrganisations, entry.to_organisation());
  const std::optional<std::string> from = IdOf(kOrganisations, entry.from_organisation());
  if (!to || from.has_value() == entry.from_organisation().empty()) {
    return absl::DataLossError("an event without a name");
  }
  const auto add_entry = [&](const std::string& organisation_id, rows::QuotaRow& row) {
    row.set_entries(row.entries() + 1);
    PutRow(txn, EntriesKey(organisation_id, event.year()).Number(row.entries()), entry);
  };
  ZHIBU_RETURN_IF_ERROR(ChangeLedger(txn, *to, event.year(), [&](rows::QuotaRow& row) {
    row.set_allocated(row.allocated() + entry.number());
    add_entry(*to, row);
  }));
  if (!from) return absl::OkStatus();
  return ChangeLedger(txn, *from, event.year(), [&](rows::QuotaRow& row) {
    row.set_handed_down(row.handed_down() + entry.number());
    add_entry(*from, row);
  });
}

absl::Status UseQuota(Txn& txn, const std::string& organisation_id, int32_t year,
                      rows::CaseRow& row) {
  row.set_quota_organisation_id(organisation_id);
  row.set_quota_year(year);
  return ChangeLedger(txn, organisation_id, year,
                      [](rows::QuotaRow& ledger) { ledger.set_used(ledger.used() + 1); });
}

absl::Status GiveBackQuota(Txn& txn, rows::CaseRow& row) {
  if (row.quota_organisation_id().empty()) return absl::OkStatus();
  const std::string organisation_id = std::move(*row.mutable_quota_organisation_id());
  const int32_t year = row.quota_year();
  row.clear_quota_organisation_id();
  row.clear_quota_year();
  return ChangeLedger(txn, organisation_id, year,
                      [](rows::QuotaRow& ledger) { ledger.set_used(ledger.used() - 1); });
}

absl::StatusOr<std::optional<rows::QuotaRow>> FindQuota(const Reader& reader,
                                                        absl::string_view organisation_id,
                                                        int32_t year) {
  return GetRow<rows::QuotaRow>(reader, LedgerKey(organisation_id, year));
}

absl::StatusOr<std::vector<v1::QuotaEntry>> QuotaEntriesOf(const Reader& reader,
                                                           absl::string_view organisation_id,
                                                           int32_t year) {
  std::vector<v1::QuotaEntry> entries;
  const Key range = EntriesKey(organisation_id, year);
  ZHIBU_RETURN_IF_ERROR(ScanRows<v1::QuotaEntry>(
      reader, range, range.End(), [&](absl::string_view, const v1::QuotaEntry& entry) {
        entries.push_back(entry);
        return true;
      }));
  return entries;
}

absl::StatusOr<std::optional<NearestQuota>> FindNearestQuota(const SharedOrgTree& tree,
                                                             const Reader& reader,
                                                             const std::string& organisation_id,
                                                             absl::CivilDay day, int32_t year) {
  const std::vector<std::string> upward = tree.Read([&](const OrgTree& read) {
    return read.AncestorsOn(organisation_id, type::v1::LINE_SUBORDINATION, day);
  });
  for (const std::string& id : upward) {
    ZHIBU_ASSIGN_OR_RETURN(std::optional<rows::QuotaRow> row, FindQuota(reader, id, year));
    if (row) return NearestQuota{id, *std::move(row)};
  }
  return std::nullopt;
}

}  // namespace zhibu::membership
