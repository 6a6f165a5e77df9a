// The part of transfers.h that receives persons, from these books and from outside.

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "services/membership/books/convert.h"
#include "services/membership/books/numbers.h"
#include "services/membership/books/reading.h"
#include "services/membership/books/successions.h"
#include "services/membership/books/transfer_tables.h"
#include "services/membership/books/visible.h"
#include "services/membership/rules/affiliations.h"
#include "services/membership/rules/dues_quote.h"
#include "services/membership/rules/forms.h"
#include "services/membership/rules/progress.h"
#include "services/membership/transfers/acts.h"
#include "services/membership/transfers/transfers.h"

namespace zhibu::membership {
namespace {

// A probationer became a full member outside: not before probation could end, which is a year after
// the admission, nor after the person was received.
void BecomeFull(absl::CivilDay full, absl::CivilDay received, const std::string& organisation_id,
                rows::PersonRow& person, Violations& refused) {
  absl::CivilDay earliest = kNoStart;
  for (const rows::StageRow& row : person.stages()) {
    const absl::CivilDay from = DayFromNumber(row.from());
    const bool joined = row.stage() == v1::STAGE_PROBATIONARY && !row.restored();
    earliest = joined ? AddMonths(from, kProbationMonths) : std::max(earliest, from);
  }
  if (LastStage(person.stages()) != v1::STAGE_PROBATIONARY) {
    refused.Add("FULL_MEMBER_DATE_INVALID", "full_member_on",
                "只有转出时为预备党员的才填写在外转正的日期，请删去");
  } else if (full < earliest || full > received) {
    refused
        .Add("FULL_MEMBER_DATE_INVALID", "full_member_on",
             absl::StrCat("预备期为一年（发展党员工作细则第三十二条）：转正日期不早于 ",
                          FormatDate(earliest), "，也不晚于转入之日"))
        .Earliest(earliest);
  } else {
    rows::StageRow& row = *person.add_stages();
    row.set_from(DayNumber(full));
    row.set_stage(v1::STAGE_FULL);
    // Whoever led it is not in these books; without a day of approval nobody here counts it.
    row.set_organisation_id(organisation_id);
  }
}

}  // namespace

absl::Status Transfers::Receive(Call& call, const v1::ReceiveTransferRequest& request, Txn& txn,
                                v1::ReceiveTransferResponse* response) const {
  Violations wrong, warnings;
  if (!request.receipt_number().empty()) {
    CheckReference(request.receipt_number(), "receipt_number", wrong);
  }
  ZHIBU_ASSIGN_OR_RETURN(Open open, Read(call, request, txn, std::move(wrong)));
  v1::TransferRecord& transfer = open.transfer;
  const bool outside = transfer.to_organisation().empty();
  ZHIBU_RETURN_IF_ERROR(
      call.RequireScope(outside ? transfer.from_organisation() : transfer.to_organisation()));
  Violations refused = CheckDay(transfer, open.day, call.today());
  RequireState(transfer, v1::TRANSFER_STATE_ISSUED, "须先开具介绍信；已接收的不能重复接收",
               refused);
  if (outside && request.receipt_number().empty()) {
    refused
        .Add("RECEIPT_REQUIRED", "receipt_number",
             "转往库外的，收到对方回执才能办结：请填写回执编号")
        .Cite(parts_.transfer_rules.letter());
  }
  const std::string to = IdOf(kOrganisations, transfer.to_organisation()).value_or("");
  if (!outside && !tree_.Read([&](const OrgTree& tree) { return tree.ExistsOn(to, open.day); })) {
    refused.Add("ORGANISATION_NOT_THERE", "date",
                "接收的党组织在该日已经撤销，请撤销本次转接，重新发起");
  }
  const std::string person_id = IdOf(kPersons, transfer.person()).value_or("");
  ZHIBU_ASSIGN_OR_RETURN(std::optional<rows::PersonRow> person, FindPerson(txn, person_id));
  if (!person) return absl::DataLossError("a transfer of nobody");
  refused.Require(person->merged_into().empty(), "ALREADY_MERGED", transfer.person(),
                  "该人员档案已并入另一份档案，请撤销本次转接");
  RequireRelation(transfer.person(), *person, open.day, refused);
  refused.Require(outside || person->organisation_id() != to, "SAME_ORGANISATION", transfer.name(),
                  "该人员已在接收的党组织，请撤销本次转接");
  RequireNotBefore(open.day, LastMove(person->affiliations()), refused);
  if (open.day > ValidUntil(transfer)) {
    JudgeBy(parts_.transfer_rules.expired(),
            Unmet("LETTER_EXPIRED", "date",
                  absl::StrCat("介绍信已于 ", FormatDate(ValidUntil(transfer)),
                               " 到期，应由转出党组织补开"))
                .Cite(parts_.transfer_rules.letter()),
            refused, warnings);
  }
  ZHIBU_RETURN_IF_ERROR(refused.RefusedUnlessEmpty());
  MoveOn(open.day, to, transfer.name(), *person->mutable_affiliations());
  if (!outside) {
    ZHIBU_ASSIGN_OR_RETURN(const Followed now, FollowUnits(txn, tree_, person_id, call.today(),
                                                           *person->mutable_affiliations()));
    if (!now.there) {
      return Refused("date", "ORGANISATION_ENDED",
                     absl::StrCat(NameOf(kOrganisations, now.organisation_id),
                                  " 已经撤销，没有接续的党组织，请撤销本次转接，重新发起"));
    }
  }
  const v1::PersonChanged moved = MoveOf(person_id, *person);
  ZHIBU_RETURN_IF_ERROR(parts_.tables.Record(txn, moved));
  transfer.set_state(v1::TRANSFER_STATE_RECEIVED);
  *transfer.mutable_received_on() = ToProto(open.day);
  transfer.set_receipt_number(request.receipt_number());
  AddWarnings(warnings, response->mutable_warnings());
  return Store(call, open, txn, response->mutable_transfer());
}

absl::StatusOr<Violations> Transfers::ComeBack(Call& call,
                                               const v1::ReceiveFromOutsideRequest& request,
                                               absl::CivilDay day, const Reader& reader,
                                               const std::string& person_id,
                                               rows::PersonRow& person) const {
  Violations refused;
  RequireNotInFuture(day, call.today(), refused);
  if (!person.merged_into().empty()) {
    refused.Add("ALREADY_MERGED", request.person(),
                "该人员档案已并入另一份档案，请在保留的档案中办理");
  } else if (!HasLeft(person.affiliations())) {
    refused.Add("PERSON_NOT_LEFT", request.person(),
                "该人员没有转往库外，组织关系仍在库内；库内的转接请用发起转接办理");
  } else if (day <= LastMove(person.affiliations())) {
    // On that day an organisation outside took over.
    const absl::CivilDay earliest = LastMove(person.affiliations()) + 1;
    refused
        .Add("DATE_BEFORE_LAST_MOVE", "date",
             absl::StrCat("不能早于上一环节的日期 ", FormatDate(earliest)))
        .Earliest(earliest);
  }
  RequireRelation(request.person(), person, day, refused);
  const std::string to = *IdOf(kOrganisations, request.to_organisation());
  refused.Require(tree_.Read([&](const OrgTree& tree) { return tree.ExistsOn(to, day); }),
                  "ORGANISATION_NOT_THERE", "to_organisation",
                  "接收的党组织在该日没有登记或已经撤销，请核对");
  if (request.has_full_member_on()) {
    BecomeFull(FromProto(request.full_member_on()).value_or(kNoStart), day, to, person, refused);
  }
  const v1::Stage stage = LastStage(person.stages());
  if (const std::optional<absl::CivilDay> month = ParseMonth(request.paid_until_month())) {
    refused.Append(JudgeDuesPaid(person, *month, call.today()));
    person.set_dues_paid_until(request.paid_until_month());
  } else if (stage == v1::STAGE_PROBATIONARY || stage == v1::STAGE_FULL) {
    refused.Add("PAID_UNTIL_REQUIRED", "paid_until_month",
                "党员转入须写明介绍信上党费交至哪一个月，写作 2026-11");
  }
  if (!refused.empty()) return refused;
  MoveOn(day, to, NameOf(kTransfers, request.transfer_id()), *person.mutable_affiliations());
  ZHIBU_ASSIGN_OR_RETURN(const Followed now, FollowUnits(reader, tree_, person_id, call.today(),
                                                         *person.mutable_affiliations()));
  refused.Require(now.there, "ORGANISATION_ENDED", "to_organisation",
                  absl::StrCat(NameOf(kOrganisations, now.organisation_id),
                               " 已经撤销，没有接续的党组织；请写明现在接收的党组织"));
  return refused;
}

absl::Status Transfers::ReceiveFromOutside(Call& call, const v1::ReceiveFromOutsideRequest& request,
                                           Txn& txn,
                                           v1::ReceiveFromOutsideResponse* response) const {
  Violations wrong;
  CheckTransferId(request.transfer_id(), wrong);
  wrong.Require(IdOf(kOrganisations, request.to_organisation()).has_value(),
                "ORGANISATION_NAME_INVALID", "to_organisation",
                "党组织名称须写作 organisations/{organisation}");
  CheckLine(request.outside_title(), 1, 100, "TITLE_INVALID", "outside_title",
            "请写转出党组织（库外）的全称，1–100 个字符", wrong);
  CheckLine(request.letter_number(), 1, 100, "LETTER_NUMBER_INVALID", "letter_number",
            "请填写介绍信的编号，1–100 个字符", wrong);
  wrong.Require(request.paid_until_month().empty() || ParseMonth(request.paid_until_month()),
                "MONTH_INVALID", "paid_until_month", "请写明党费交至哪一个月，写作 2026-11");
  wrong.Require(!request.has_full_member_on() || FromProto(request.full_member_on()).ok(),
                "DATE_INVALID", "full_member_on", "日期须完整（年、月、日）且真实存在");
  CheckReason(request.reason(), wrong);
  RequireEtagGiven(request.person_etag(), wrong, "person_etag");
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay day,
                         call.DayOf(request.has_date(), request.date(), "date"));
  ZHIBU_ASSIGN_OR_RETURN(VisiblePerson person, FindVisiblePerson(call, txn, request.person(),
                                                                 "person", std::move(wrong)));
  ZHIBU_RETURN_IF_ERROR(call.RequireScope(request.to_organisation()));
  ZHIBU_RETURN_IF_ERROR(CheckEtag(person, request.person_etag()));
  ZHIBU_ASSIGN_OR_RETURN(const auto existing, FindTransfer(txn, request.transfer_id()));
  if (existing) return AlreadyExists(NameOf(kTransfers, request.transfer_id()), "TRANSFER_EXISTS");
  ZHIBU_ASSIGN_OR_RETURN(const Violations refused,
                         ComeBack(call, request, day, txn, person.id, person.row));
  ZHIBU_RETURN_IF_ERROR(refused.RefusedUnlessEmpty());
  const v1::PersonChanged moved = MoveOf(person.id, person.row);
  ZHIBU_RETURN_IF_ERROR(parts_.tables.Record(txn, moved));

  Open open;
  open.id = request.transfer_id();
  v1::TransferRecord& made = open.transfer;
  made.set_name(NameOf(kTransfers, open.id));
  made.set_person(request.person());
  made.set_to_organisation(request.to_organisation());
  made.set_outside_title(request.outside_title());
  made.set_outside_letter_number(request.letter_number());
  made.set_reason(request.reason());
  *made.mutable_started_on() = ToProto(day);
  *made.mutable_received_on() = ToProto(day);
  made.set_state(v1::TRANSFER_STATE_RECEIVED);
  return Store(call, open, txn, response->mutable_transfer());
}

}  // namespace zhibu::membership
