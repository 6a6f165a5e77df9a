// Rows of quotas: the ledgers, their entries, and what approvals use of them.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_BOOKS_QUOTA_TABLES_H_
#define ZHIBU_SERVICES_MEMBERSHIP_BOOKS_QUOTA_TABLES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "common/domain/shared_org_tree.h"
#include "common/store/keys.h"
#include "common/store/store.h"
#include "common/store/txn.h"
#include "services/membership/books/rows.pb.h"
#include "zhibu/membership/v1/quota.pb.h"
#include "zhibu/membership/v1/events.pb.h"

namespace zhibu::membership {

// Writes the receiver's ledger and, where there is one, the giver's, each with its entry.
absl::Status ApplyQuota(Txn& txn, const v1::QuotaChanged& event);

// An approval uses one of the organisation's ledger of the year; the case keeps which.
absl::Status UseQuota(Txn& txn, const std::string& organisation_id, int32_t year,
                      rows::CaseRow& row);
// What the case's approval used is given back: for whatever makes the approval void. Nothing where
// it used none. The caller writes the case's row.
absl::Status GiveBackQuota(Txn& txn, rows::CaseRow& row);

absl::StatusOr<std::optional<rows::QuotaRow>> FindQuota(const Reader& reader,
                                                        absl::string_view organisation_id,
                                                        int32_t year);
// Oldest first.
absl::StatusOr<std::vector<v1::QuotaEntry>> QuotaEntriesOf(const Reader& reader,
                                                           absl::string_view organisation_id,
                                                           int32_t year);

struct NearestQuota {
  std::string organisation_id;
  rows::QuotaRow row;
};
// The ledger of the year that an approval of the organisation would use: its own, or that of the
// nearest above it on the line of subordination on `day`; nullopt where none has one.
absl::StatusOr<std::optional<NearestQuota>> FindNearestQuota(const SharedOrgTree& tree,
                                                             const Reader& reader,
                                                             const std::string& organisation_id,
                                                             absl::CivilDay day, int32_t year);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_BOOKS_QUOTA_TABLES_H_
