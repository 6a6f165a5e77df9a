// What the acts on a transfer ask in the same way: of their form, their day and their turn.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_TRANSFERS_ACTS_H_
#define ZHIBU_SERVICES_MEMBERSHIP_TRANSFERS_ACTS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "common/base/status.h"
#include "common/rpc/call.h"
#include "services/membership/books/rows.pb.h"
#include "services/membership/data/ruleset.pb.h"
#include "zhibu/membership/v1/events.pb.h"
#include "zhibu/membership/v1/transfer.pb.h"

namespace zhibu::membership {

// Adds REASON_INVALID.
void CheckReason(absl::string_view reason, Violations& wrong);

// The last part of its name, as the caller chose it.
void CheckTransferId(absl::string_view id, Violations& wrong);

// Adds DATE_IN_FUTURE.
void RequireNotInFuture(absl::CivilDay day, absl::CivilDay today, Violations& refused);

// Adds DATE_BEFORE_EARLIER_STEP for a day before the act that came before it.
void RequireNotBefore(absl::CivilDay day, absl::CivilDay earliest, Violations& refused);

// What the day of an act has against it.
Violations CheckDay(const v1::TransferRecord& transfer, absl::CivilDay day, absl::CivilDay today);

// Adds TRANSFER_STATE_DISALLOWS.
void RequireState(const v1::TransferRecord& transfer, v1::TransferState state,
                  absl::string_view message, Violations& refused);

// There is a relation to be moved on the day, and nothing that is recorded later took it away: a
// receipt is dated when the letter arrives, however long after.
void RequireRelation(const std::string& name, const rows::PersonRow& person, absl::CivilDay day,
                     Violations& refused);

// By the severity of the rule: refused, warned, or nothing.
void JudgeBy(rules::Severity severity, Violation violation, Violations& refused,
             Violations& warnings);

// Whether the transfer begins, leads or passes in the caller's scope.
bool Sees(Call& call, const v1::TransferRecord& transfer);

// As it is answered.
v1::Transfer Shown(const rows::TransferRow& row, absl::CivilDay today);

template <typename Findings>
void AddWarnings(const Violations& warnings, Findings* findings) {
  for (const Violation& warning : warnings) *findings->Add() = ToFinding(warning);
}

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_TRANSFERS_ACTS_H_
