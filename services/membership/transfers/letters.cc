// The part of transfers.h that issues letters (介绍信).

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "services/membership/books/transfer_tables.h"
#include "services/membership/transfers/acts.h"
#include "services/membership/transfers/transfers.h"

namespace zhibu::membership {
namespace {

constexpr int kMaxDays = 366;

void CheckLetter(absl::string_view month, int days, Violations& wrong) {
  wrong.Require(ParseDate(absl::StrCat(month, "-01")).ok(), "MONTH_INVALID", "paid_until_month",
                "请写明党费交至哪一个月，写作 2026-11");
  wrong.Require(days >= 0 && days <= kMaxDays, "VALIDITY_INVALID", "validity_days",
                "有效期须为 1–366 天");
}

}  // namespace

absl::Status Transfers::AddLetter(const std::string& paid_until_month, int validity_days, Txn& txn,
                                  Open& open, Violations& warnings) const {
  const rules::TransferRules& by = parts_.transfer_rules;
  v1::TransferRecord& transfer = open.transfer;
  int days = validity_days;
  if (days == 0)
    days = transfer.to_organisation().empty() ? by.validity_days_outside() : by.validity_days();
  const absl::CivilDay until = open.day + days;
  if (until > AddMonths(open.day, by.max_validity_months())) {
    Violations refused;
    JudgeBy(by.too_long(),
            Unmet("LETTER_VALID_TOO_LONG", "validity_days",
                  absl::StrCat("介绍信有效期一般不超过 ", by.max_validity_months(),
                               " 个月，请缩短有效期"))
                .Cite(by.letter()),
            refused, warnings);
    ZHIBU_RETURN_IF_ERROR(refused.RefusedUnlessEmpty());
  }
  // The highest of the sending side issues it; where nobody had to agree, the sender itself.
  std::string issuer = transfer.from_organisation();
  for (const v1::TransferLink& link : transfer.links()) {
    if (!link.receiving()) issuer = link.organisation();
  }
  ZHIBU_ASSIGN_OR_RETURN(
      const int32_t last,
      LastSerial(txn, IdOf(kOrganisations, issuer).value_or(""), open.day.year()));
  v1::TransferLetter& letter = *transfer.add_letters();
  letter.set_issuer(issuer);
  letter.set_serial(last + 1);
  *letter.mutable_issued_on() = ToProto(open.day);
  *letter.mutable_valid_until() = ToProto(until);
  letter.set_paid_until_month(paid_until_month);
  transfer.set_state(v1::TRANSFER_STATE_ISSUED);
  return absl::OkStatus();
}

absl::Status Transfers::Issue(Call& call, const v1::IssueLetterRequest& request, Txn& txn,
                              v1::IssueLetterResponse* response) const {
  Violations wrong, warnings;
  CheckLetter(request.paid_until_month(), request.validity_days(), wrong);
  ZHIBU_ASSIGN_OR_RETURN(Open open, Read(call, request, txn, std::move(wrong)));
  ZHIBU_RETURN_IF_ERROR(call.RequireScope(open.transfer.from_organisation()));
  Violations refused = CheckDay(open.transfer, open.day, call.today());
  RequireState(open.transfer, v1::TRANSFER_STATE_APPROVED,
               "审批完毕之后、开具之前才能开具介绍信；已开具的请补开", refused);
  ZHIBU_RETURN_IF_ERROR(refused.RefusedUnlessEmpty());
  ZHIBU_RETURN_IF_ERROR(
      AddLetter(request.paid_until_month(), request.validity_days(), txn, open, warnings));
  AddWarnings(warnings, response->mutable_warnings());
  return Store(call, open, txn, response->mutable_transfer());
}

absl::Status Transfers::Reissue(Call& call, const v1::ReissueLetterRequest& request, Txn& txn,
                                v1::ReissueLetterResponse* response) const {
  Violations wrong, warnings;
  CheckLetter(request.paid_until_month(), request.validity_days(), wrong);
  CheckReason(request.reason(), wrong);
  ZHIBU_ASSIGN_OR_RETURN(Open open, Read(call, request, txn, std::move(wrong)));
  ZHIBU_RETURN_IF_ERROR(call.RequireScope(open.transfer.from_organisation()));
  Violations refused = CheckDay(open.transfer, open.day, call.today());
  RequireState(open.transfer, v1::TRANSFER_STATE_ISSUED, "只有已开具、未接收的介绍信可以补开",
               refused);
  ZHIBU_RETURN_IF_ERROR(refused.RefusedUnlessEmpty());
  v1::TransferLetter& old = *open.transfer.mutable_letters()->rbegin();
  *old.mutable_voided_on() = ToProto(open.day);
  old.set_void_reason(request.reason());
  ZHIBU_RETURN_IF_ERROR(
      AddLetter(request.paid_until_month(), request.validity_days(), txn, open, warnings));
  AddWarnings(warnings, response->mutable_warnings());
  return Store(call, open, txn, response->mutable_transfer());
}

}  // namespace zhibu::membership
