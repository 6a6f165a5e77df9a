#include "services/membership/transfers.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/rpc/organisation_mirror.h"
#include "common/store/table.h"
#include "services/membership/acting.h"
#include "services/membership/convert.h"
#include "services/membership/form.h"
#include "services/membership/rules/affiliations.h"
#include "services/membership/rules/dues_quote.h"
#include "services/membership/rules/progress.h"
#include "services/membership/subtree.h"
#include "services/membership/unit_transfers.h"

namespace zhibu::membership {
namespace {

constexpr int kMaxDays = 366;

using Violations = std::vector<Violation>;

void CheckReason(absl::string_view reason, Violations& wrong) {
  CheckLine(reason, 1, 200, "REASON_INVALID", "reason", "请写明事由，1–200 个字符，不含个人信息",
            wrong);
}

// The last part of its name, as the caller chose it.
void CheckTransferId(absl::string_view id, Violations& wrong) {
  if (IsResourceId(id)) return;
  wrong.push_back(Because("TRANSFER_ID_INVALID", "transfer_id",
                          "编号须以小写字母开头，只含小写字母、数字和连字符，最多 63 个字符"));
}

void CheckLetter(absl::string_view month, int days, Violations& wrong) {
  if (!ParseDate(absl::StrCat(month, "-01")).ok()) {
    wrong.push_back(
        Because("MONTH_INVALID", "paid_until_month", "请写明党费交至哪一个月，写作 2026-11"));
  }
  if (days < 0 || days > kMaxDays) {
    wrong.push_back(Because("VALIDITY_INVALID", "validity_days", "有效期须为 1–366 天"));
  }
}

Violation Cited(Violation violation, const type::v1::Citation& citation) {
  violation.citation = citation;
  return violation;
}

Violation InFuture() {
  return Because("DATE_IN_FUTURE", "date", "日期不能晚于今天：办理之日再登记");
}

Violation TooEarly(absl::CivilDay earliest) {
  Violation violation = Because("DATE_BEFORE_EARLIER_STEP", "date",
                                absl::StrCat("不能早于上一环节的日期 ", FormatDate(earliest)));
  violation.earliest = earliest;
  return violation;
}

// The day of the last act.
absl::CivilDay LastAct(const v1::Transfer& transfer) {
  absl::CivilDay last = FromProto(transfer.started_on()).value_or(kNoStart);
  for (const v1::TransferLink& link : transfer.links()) {
    if (const auto day = FromProto(link.approved_on()); day.ok()) last = std::max(last, *day);
  }
  for (const v1::TransferLetter& letter : transfer.letters()) {
    if (const auto day = FromProto(letter.issued_on()); day.ok()) last = std::max(last, *day);
  }
  return last;
}

// What the day of an act has against it.
Violations CheckDay(const v1::Transfer& transfer, absl::CivilDay day, absl::CivilDay today) {
  Violations refused;
  if (day > today) refused.push_back(InFuture());
  if (day < LastAct(transfer)) refused.push_back(TooEarly(LastAct(transfer)));
  return refused;
}

void RequireState(const v1::Transfer& transfer, v1::TransferState state, absl::string_view message,
                  Violations& refused) {
  if (transfer.state() == state) return;
  refused.push_back(Because("TRANSFER_STATE_DISALLOWS", transfer.name(), message));
}

v1::TransferLink* NextLink(v1::Transfer& transfer) {
  for (v1::TransferLink& link : *transfer.mutable_links()) {
    if (!link.has_approved_on()) return &link;
  }
  return nullptr;
}

// Refuses where the request's organisation is not whose turn it is.
void RequireTurn(const v1::Transfer& transfer, const std::string& turn, const std::string& acting,
                 Violations& refused) {
  if (turn == acting || turn.empty()) return;
  refused.push_back(Because("NOT_THE_NEXT_LINK", transfer.name(),
                            absl::StrCat("现在应由 ", turn, " 办理，请按审批链的顺序")));
}

bool Sees(Call& call, const v1::Transfer& transfer) {
  const auto in_scope = [&](const std::string& name) {
    return !name.empty() && call.RequireScope(name).ok();
  };
  return in_scope(transfer.from()) || in_scope(transfer.to()) ||
         std::any_of(transfer.links().begin(), transfer.links().end(),
                     [&](const v1::TransferLink& link) { return in_scope(link.organisation()); });
}

v1::Transfer Shown(const rows::TransferRow& row, absl::CivilDay today) {
  v1::Transfer transfer = row.transfer();
  transfer.set_overdue(transfer.state() == v1::TRANSFER_STATE_ISSUED &&
                       ValidUntil(transfer) < today);
  transfer.set_etag(absl::StrCat(row.version()));
  return transfer;
}

// There is a relation to be moved on the day, and nothing that is recorded later took it away: a
// receipt is dated when the letter arrives, however long after.
void RequireRelation(const std::string& name, const rows::PersonRow& person, absl::CivilDay day,
                     Violations& refused) {
  const v1::Stage then = StageOn(person.stages(), day), last = LastStage(person.stages());
  if (then == v1::STAGE_ENDED || last == v1::STAGE_ENDED) {
    refused.push_back(Because("MEMBERSHIP_ENDED", name,
                              "该人员的党籍或发展过程已经终止，没有可以转接的组织关系"));
  }
  if (then == v1::STAGE_STOPPED || last == v1::STAGE_STOPPED) {
    refused.push_back(Because("MEMBERSHIP_STOPPED", name,
                              "该人员的党籍已停止，没有可以转接的组织关系；请先登记恢复党籍"));
  }
}

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
    refused.push_back(Because("FULL_MEMBER_DATE_INVALID", "full_member_on",
                              "只有转出时为预备党员的才填写在外转正的日期，请删去"));
  } else if (full < earliest || full > received) {
    Violation violation =
        Because("FULL_MEMBER_DATE_INVALID", "full_member_on",
                absl::StrCat("预备期为一年（发展党员工作细则第三十二条）：转正日期不早于 ",
                             FormatDate(earliest), "，也不晚于转入之日"));
    violation.earliest = earliest;
    refused.push_back(std::move(violation));
  } else {
    rows::StageRow& row = *person.add_stages();
    row.set_from(DayNumber(full));
    row.set_stage(v1::STAGE_FULL);
    // Whoever led it is not in these books; without a day of approval nobody here counts it.
    row.set_organisation_id(organisation_id);
  }
}

template <typename Findings>
void AddWarnings(const Violations& warnings, Findings* findings) {
  for (const Violation& warning : warnings) *findings->Add() = ToFinding(warning);
}

// By the severity of the rule: refused, warned, or nothing.
void Judge(rules::Severity severity, Violation violation, Violations& refused,
           Violations& warnings) {
  if (severity == rules::REFUSE) refused.push_back(std::move(violation));
  if (severity == rules::WARN) warnings.push_back(std::move(violation));
}

}  // namespace

absl::StatusOr<Violations> Transfers::WhyNotStart(const v1::StartTransferRequest& request,
                                                  const std::string& person_id,
                                                  const rows::PersonRow& person, absl::CivilDay day,
                                                  absl::CivilDay today,
                                                  const Reader& reader) const {
  Violations refused;
  if (day > today) refused.push_back(InFuture());
  RequireKept(person_id, person, refused);
  if (!HasLeft(person.affiliations()) && day < LastMove(person.affiliations())) {
    Violation violation =
        Because("DATE_BEFORE_LAST_MOVE", "date", "不能早于该人员登记或上次转入现所在党组织的日期");
    violation.earliest = LastMove(person.affiliations());
    refused.push_back(std::move(violation));
  }
  RequireRelation(request.person(), person, day, refused);
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<std::string> open, OpenTransferOf(reader, person_id));
  if (open) {
    refused.push_back(Because("TRANSFER_ALREADY_OPEN", NameOf(kTransfers, *open),
                              "该人员还有未办结的组织关系转接，请先办结或撤销"));
  }
  if (request.to().empty()) return refused;
  const std::string to = IdOf(kOrganisations, request.to()).value_or("");
  if (to == person.organisation_id()) {
    refused.push_back(Because("SAME_ORGANISATION", "to", "该人员已在这个党组织，无须转接"));
  }
  if (!tree_.Read([&](const OrgTree& tree) { return tree.ExistsOn(to, day); })) {
    refused.push_back(
        Because("ORGANISATION_NOT_THERE", "to", "接收的党组织在该日没有登记或已经撤销，请核对"));
  }
  return refused;
}

absl::Status Transfers::Start(Call& call, const v1::StartTransferRequest& request, Txn& txn,
                              v1::StartTransferResponse* response) const {
  Violations wrong;
  CheckTransferId(request.transfer_id(), wrong);
  if (request.to().empty() == request.outside_title().empty()) {
    wrong.push_back(Because("DESTINATION_INVALID", "to",
                            "请写明接收的党组织：库内的填 to，库外的填 outside_title，二者填一"));
  } else if (!request.to().empty() && !IdOf(kOrganisations, request.to())) {
    wrong.push_back(Because("ORGANISATION_NAME_INVALID", "to",
                            "党组织名称须写作 organisations/{organisation}"));
  } else if (request.to().empty()) {
    CheckLine(request.outside_title(), 1, 100, "TITLE_INVALID", "outside_title",
              "请写党组织全称，1–100 个字符", wrong);
  }
  CheckReason(request.reason(), wrong);
  if (request.person_etag().empty()) {
    wrong.push_back(Because("ETAG_REQUIRED", "person_etag", "请带上读取该人员时得到的 etag"));
  }
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay day,
                         DateOr(request.has_date(), request.date(), call.today(), "date"));
  ZHIBU_ASSIGN_OR_RETURN(const VisiblePerson person,
                         FindVisiblePerson(call, txn, request.person(), "person", wrong));
  ZHIBU_RETURN_IF_ERROR(CheckEtag(person, request.person_etag()));
  ZHIBU_ASSIGN_OR_RETURN(const auto existing, FindTransfer(txn, request.transfer_id()));
  if (existing) return AlreadyExists(NameOf(kTransfers, request.transfer_id()), "TRANSFER_EXISTS");
  ZHIBU_ASSIGN_OR_RETURN(Violations refused,
                         WhyNotStart(request, person.id, person.row, day, call.today(), txn));
  ZHIBU_ASSIGN_OR_RETURN(const Upward up, UpwardOf(tree_, txn, person.row.organisation_id(), day));
  Upward down;
  if (!request.to().empty()) {
    ZHIBU_ASSIGN_OR_RETURN(
        down, UpwardOf(tree_, txn, IdOf(kOrganisations, request.to()).value_or(""), day));
  }
  const std::optional<Chain> chain = TransferChain(up, down);
  if (!chain) {
    refused.push_back(Cited(Because("NO_COMPETENT_COMMITTEE", "to",
                                    "转出或转入一方之上没有有权审批预备党员的党委，无法直接转接；"
                                    "请先核对隶属关系和党组织类别"),
                            parts_.transfer_rules.relation()));
  }
  if (!refused.empty()) return Refused(refused);

  Open open;
  open.id = request.transfer_id();
  v1::Transfer& made = open.transfer;
  made.set_name(NameOf(kTransfers, open.id));
  made.set_person(request.person());
  made.set_from(NameOf(kOrganisations, person.row.organisation_id()));
  made.set_to(request.to());
  made.set_outside_title(request.outside_title());
  made.set_reason(request.reason());
  *made.mutable_started_on() = ToProto(day);
  for (const ChainLink& link : chain->links) {
    v1::TransferLink& one = *made.add_links();
    one.set_organisation(NameOf(kOrganisations, link.organisation));
    one.set_receiving(link.receiving);
  }
  made.set_state(made.links().empty() ? v1::TRANSFER_STATE_APPROVED : v1::TRANSFER_STATE_REQUESTED);
  return Store(call, open, txn, response->mutable_transfer());
}

template <typename Request>
absl::StatusOr<Transfers::Open> Transfers::Read(Call& call, const Request& request, Txn& txn,
                                                Violations wrong) const {
  Open open;
  const std::optional<std::string> id = IdOf(kTransfers, request.name());
  if (!id) {
    wrong.push_back(
        Because("TRANSFER_NAME_INVALID", "name", "转接名称须写作 transfers/{transfer}"));
  }
  if (request.etag().empty()) {
    wrong.push_back(Because("ETAG_REQUIRED", "etag", "请带上读取该转接时得到的 etag"));
  }
  if (!wrong.empty()) return Malformed(wrong);
  ZHIBU_ASSIGN_OR_RETURN(open.day,
                         DateOr(request.has_date(), request.date(), call.today(), "date"));
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::TransferRow> row, FindTransfer(txn, *id));
  if (!row || !Sees(call, row->transfer())) return NotFound(request.name());
  const std::string current = absl::StrCat(row->version());
  if (request.etag() != current) return StaleEtag(request.name(), current);
  open.id = *id;
  open.transfer = row->transfer();
  return open;
}

absl::Status Transfers::Approve(Call& call, const v1::ApproveTransferRequest& request, Txn& txn,
                                v1::ApproveTransferResponse* response) const {
  Violations wrong;
  if (!request.document_number().empty()) {
    CheckReference(request.document_number(), "document_number", wrong);
  }
  ZHIBU_ASSIGN_OR_RETURN(Open open, Read(call, request, txn, std::move(wrong)));
  ZHIBU_RETURN_IF_ERROR(call.RequireScope(request.organisation()));
  v1::Transfer& transfer = open.transfer;
  Violations refused = CheckDay(transfer, open.day, call.today());
  RequireState(transfer, v1::TRANSFER_STATE_REQUESTED, "只有待审批的转接可以审批", refused);
  v1::TransferLink* const next = NextLink(transfer);
  if (next != nullptr) {
    RequireTurn(transfer, next->organisation(), request.organisation(), refused);
  }
  if (!refused.empty()) return Refused(refused);
  *next->mutable_approved_on() = ToProto(open.day);
  next->set_document_number(request.document_number());
  next->set_actor(call.principal().name());
  if (NextLink(transfer) == nullptr) transfer.set_state(v1::TRANSFER_STATE_APPROVED);
  return Store(call, open, txn, response->mutable_transfer());
}

absl::Status Transfers::Refuse(Call& call, const v1::RefuseTransferRequest& request, Txn& txn,
                               v1::RefuseTransferResponse* response) const {
  Violations wrong;
  ZHIBU_ASSIGN_OR_RETURN(Open open, Read(call, request, txn, std::move(wrong)));
  ZHIBU_RETURN_IF_ERROR(call.RequireScope(request.organisation()));
  v1::Transfer& transfer = open.transfer;
  Violations refused = CheckDay(transfer, open.day, call.today());
  Violations reason;
  CheckReason(request.reason(), reason);
  if (!reason.empty()) {
    refused.push_back(Cited(Because("REFUSAL_WITHOUT_REASON", "reason",
                                    "不得无故拒转拒接：请写明不同意的理由，1–200 个字符"),
                            parts_.transfer_rules.relation()));
  }
  if (!IsOpen(transfer.state())) {
    RequireState(transfer, v1::TRANSFER_STATE_REQUESTED, "该转接已经办结", refused);
  }
  const v1::TransferLink* const next = NextLink(transfer);
  // An organisation outside these books tells the sending one.
  const std::string& last = transfer.to().empty() ? transfer.from() : transfer.to();
  RequireTurn(transfer, next != nullptr ? next->organisation() : last, request.organisation(),
              refused);
  if (!refused.empty()) return Refused(refused);
  transfer.set_state(v1::TRANSFER_STATE_REFUSED);
  transfer.set_refused_by(request.organisation());
  transfer.set_ended_reason(request.reason());
  *transfer.mutable_ended_on() = ToProto(open.day);
  return Store(call, open, txn, response->mutable_transfer());
}

absl::Status Transfers::AddLetter(const std::string& paid_until_month, int validity_days, Txn& txn,
                                  Open& open, Violations& warnings) const {
  const rules::TransferRules& by = parts_.transfer_rules;
  v1::Transfer& transfer = open.transfer;
  int days = validity_days;
  if (days == 0) days = transfer.to().empty() ? by.validity_days_outside() : by.validity_days();
  const absl::CivilDay until = open.day + days;
  if (until > AddMonths(open.day, by.max_validity_months())) {
    Violations refused;
    Judge(by.too_long(),
          Cited(Because("LETTER_VALID_TOO_LONG", "validity_days",
                        absl::StrCat("介绍信有效期一般不超过 ", by.max_validity_months(),
                                     " 个月，请缩短有效期")),
                by.letter()),
          refused, warnings);
    if (!refused.empty()) return Refused(refused);
  }
  // The highest of the sending side issues it; where nobody had to agree, the sender itself.
  std::string issuer = transfer.from();
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
  ZHIBU_RETURN_IF_ERROR(call.RequireScope(open.transfer.from()));
  Violations refused = CheckDay(open.transfer, open.day, call.today());
  RequireState(open.transfer, v1::TRANSFER_STATE_APPROVED,
               "审批完毕之后、开具之前才能开具介绍信；已开具的请补开", refused);
  if (!refused.empty()) return Refused(refused);
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
  ZHIBU_RETURN_IF_ERROR(call.RequireScope(open.transfer.from()));
  Violations refused = CheckDay(open.transfer, open.day, call.today());
  RequireState(open.transfer, v1::TRANSFER_STATE_ISSUED, "只有已开具、未接收的介绍信可以补开",
               refused);
  if (!refused.empty()) return Refused(refused);
  v1::TransferLetter& old = *open.transfer.mutable_letters()->rbegin();
  *old.mutable_voided_on() = ToProto(open.day);
  old.set_void_reason(request.reason());
  ZHIBU_RETURN_IF_ERROR(
      AddLetter(request.paid_until_month(), request.validity_days(), txn, open, warnings));
  AddWarnings(warnings, response->mutable_warnings());
  return Store(call, open, txn, response->mutable_transfer());
}

absl::Status Transfers::Receive(Call& call, const v1::ReceiveTransferRequest& request, Txn& txn,
                                v1::ReceiveTransferResponse* response) const {
  Violations wrong, warnings;
  if (!request.receipt_number().empty()) {
    CheckReference(request.receipt_number(), "receipt_number", wrong);
  }
  ZHIBU_ASSIGN_OR_RETURN(Open open, Read(call, request, txn, std::move(wrong)));
  v1::Transfer& transfer = open.transfer;
  const bool outside = transfer.to().empty();
  ZHIBU_RETURN_IF_ERROR(call.RequireScope(outside ? transfer.from() : transfer.to()));
  Violations refused = CheckDay(transfer, open.day, call.today());
  RequireState(transfer, v1::TRANSFER_STATE_ISSUED, "须先开具介绍信；已接收的不能重复接收",
               refused);
  if (outside && request.receipt_number().empty()) {
    refused.push_back(Cited(Because("RECEIPT_REQUIRED", "receipt_number",
                                    "转往库外的，收到对方回执才能办结：请填写回执编号"),
                            parts_.transfer_rules.letter()));
  }
  const std::string to = IdOf(kOrganisations, transfer.to()).value_or("");
  if (!outside && !tree_.Read([&](const OrgTree& tree) { return tree.ExistsOn(to, open.day); })) {
    refused.push_back(Because("ORGANISATION_NOT_THERE", "date",
                              "接收的党组织在该日已经撤销，请撤销本次转接，重新发起"));
  }
  const std::string person_id = IdOf(kPersons, transfer.person()).value_or("");
  ZHIBU_ASSIGN_OR_RETURN(std::optional<rows::PersonRow> person, FindPerson(txn, person_id));
  if (!person) return absl::DataLossError("a transfer of nobody");
  if (!person->merged_into().empty()) {
    refused.push_back(
        Because("ALREADY_MERGED", transfer.person(), "该人员档案已并入另一份档案，请撤销本次转接"));
  }
  RequireRelation(transfer.person(), *person, open.day, refused);
  if (!outside && person->organisation_id() == to) {
    refused.push_back(
        Because("SAME_ORGANISATION", transfer.name(), "该人员已在接收的党组织，请撤销本次转接"));
  }
  if (open.day < LastMove(person->affiliations())) {
    refused.push_back(TooEarly(LastMove(person->affiliations())));
  }
  if (open.day > ValidUntil(transfer)) {
    Judge(parts_.transfer_rules.expired(),
          Cited(Because("LETTER_EXPIRED", "date",
                        absl::StrCat("介绍信已于 ", FormatDate(ValidUntil(transfer)),
                                     " 到期，应由转出党组织补开")),
                parts_.transfer_rules.letter()),
          refused, warnings);
  }
  if (!refused.empty()) return Refused(refused);
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
  ZHIBU_RETURN_IF_ERROR(parts_.tables.Apply(txn, moved));
  txn.Emit(moved);
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
  if (day > call.today()) refused.push_back(InFuture());
  if (!person.merged_into().empty()) {
    refused.push_back(Because("ALREADY_MERGED", request.person(),
                              "该人员档案已并入另一份档案，请在保留的档案中办理"));
  } else if (!HasLeft(person.affiliations())) {
    refused.push_back(Because("PERSON_NOT_LEFT", request.person(),
                              "该人员没有转往库外，组织关系仍在库内；库内的转接请用发起转接办理"));
  } else if (day <= LastMove(person.affiliations())) {
    // On that day an organisation outside took over.
    Violation violation = TooEarly(LastMove(person.affiliations()) + 1);
    violation.reason = "DATE_BEFORE_LAST_MOVE";
    refused.push_back(std::move(violation));
  }
  RequireRelation(request.person(), person, day, refused);
  const std::string to = *IdOf(kOrganisations, request.to());
  if (!tree_.Read([&](const OrgTree& tree) { return tree.ExistsOn(to, day); })) {
    refused.push_back(
        Because("ORGANISATION_NOT_THERE", "to", "接收的党组织在该日没有登记或已经撤销，请核对"));
  }
  if (request.has_full_member_on()) {
    BecomeFull(FromProto(request.full_member_on()).value_or(kNoStart), day, to, person, refused);
  }
  const v1::Stage stage = LastStage(person.stages());
  if (const std::optional<absl::CivilDay> month = ParseMonth(request.paid_until_month())) {
    for (Violation& one : JudgeDuesPaid(person, *month, call.today())) {
      refused.push_back(std::move(one));
    }
    person.set_dues_paid_until(request.paid_until_month());
  } else if (stage == v1::STAGE_PROBATIONARY || stage == v1::STAGE_FULL) {
    refused.push_back(Because("PAID_UNTIL_REQUIRED", "paid_until_month",
                              "党员转入须写明介绍信上党费交至哪一个月，写作 2026-11"));
  }
  if (!refused.empty()) return refused;
  MoveOn(day, to, NameOf(kTransfers, request.transfer_id()), *person.mutable_affiliations());
  ZHIBU_ASSIGN_OR_RETURN(const Followed now, FollowUnits(reader, tree_, person_id, call.today(),
                                                         *person.mutable_affiliations()));
  if (!now.there) {
    refused.push_back(Because("ORGANISATION_ENDED", "to",
                              absl::StrCat(NameOf(kOrganisations, now.organisation_id),
                                           " 已经撤销，没有接续的党组织；请写明现在接收的党组织")));
  }
  return refused;
}

absl::Status Transfers::ReceiveFromOutside(Call& call, const v1::ReceiveFromOutsideRequest& request,
                                           Txn& txn,
                                           v1::ReceiveFromOutsideResponse* response) const {
  Violations wrong;
  CheckTransferId(request.transfer_id(), wrong);
  if (!IdOf(kOrganisations, request.to())) {
    wrong.push_back(Because("ORGANISATION_NAME_INVALID", "to",
                            "党组织名称须写作 organisations/{organisation}"));
  }
  CheckLine(request.outside_title(), 1, 100, "TITLE_INVALID", "outside_title",
            "请写转出党组织（库外）的全称，1–100 个字符", wrong);
  CheckLine(request.letter_number(), 1, 100, "LETTER_NUMBER_INVALID", "letter_number",
            "请填写介绍信的编号，1–100 个字符", wrong);
  if (!request.paid_until_month().empty() && !ParseMonth(request.paid_until_month())) {
    wrong.push_back(
        Because("MONTH_INVALID", "paid_until_month", "请写明党费交至哪一个月，写作 2026-11"));
  }
  if (request.has_full_member_on() && !FromProto(request.full_member_on()).ok()) {
    wrong.push_back(
        Because("DATE_INVALID", "full_member_on", "日期须完整（年、月、日）且真实存在"));
  }
  CheckReason(request.reason(), wrong);
  if (request.person_etag().empty()) {
    wrong.push_back(Because("ETAG_REQUIRED", "person_etag", "请带上读取该人员时得到的 etag"));
  }
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay day,
                         DateOr(request.has_date(), request.date(), call.today(), "date"));
  ZHIBU_ASSIGN_OR_RETURN(VisiblePerson person, FindVisiblePerson(call, txn, request.person(),
                                                                 "person", std::move(wrong)));
  ZHIBU_RETURN_IF_ERROR(call.RequireScope(request.to()));
  ZHIBU_RETURN_IF_ERROR(CheckEtag(person, request.person_etag()));
  ZHIBU_ASSIGN_OR_RETURN(const auto existing, FindTransfer(txn, request.transfer_id()));
  if (existing) return AlreadyExists(NameOf(kTransfers, request.transfer_id()), "TRANSFER_EXISTS");
  ZHIBU_ASSIGN_OR_RETURN(const Violations refused,
                         ComeBack(call, request, day, txn, person.id, person.row));
  if (!refused.empty()) return Refused(refused);
  const v1::PersonChanged moved = MoveOf(person.id, person.row);
  ZHIBU_RETURN_IF_ERROR(parts_.tables.Apply(txn, moved));
  txn.Emit(moved);

  Open open;
  open.id = request.transfer_id();
  v1::Transfer& made = open.transfer;
  made.set_name(NameOf(kTransfers, open.id));
  made.set_person(request.person());
  made.set_to(request.to());
  made.set_outside_title(request.outside_title());
  made.set_outside_letter_number(request.letter_number());
  made.set_reason(request.reason());
  *made.mutable_started_on() = ToProto(day);
  *made.mutable_received_on() = ToProto(day);
  made.set_state(v1::TRANSFER_STATE_RECEIVED);
  return Store(call, open, txn, response->mutable_transfer());
}

absl::Status Transfers::Cancel(Call& call, const v1::CancelTransferRequest& request, Txn& txn,
                               v1::CancelTransferResponse* response) const {
  Violations wrong;
  CheckReason(request.reason(), wrong);
  ZHIBU_ASSIGN_OR_RETURN(Open open, Read(call, request, txn, std::move(wrong)));
  v1::Transfer& transfer = open.transfer;
  ZHIBU_RETURN_IF_ERROR(call.RequireScope(transfer.from()));
  Violations refused = CheckDay(transfer, open.day, call.today());
  if (!IsOpen(transfer.state())) {
    RequireState(transfer, v1::TRANSFER_STATE_REQUESTED, "该转接已经办结，不能撤销", refused);
  }
  if (!refused.empty()) return Refused(refused);
  transfer.set_state(v1::TRANSFER_STATE_CANCELLED);
  transfer.set_ended_reason(request.reason());
  *transfer.mutable_ended_on() = ToProto(open.day);
  return Store(call, open, txn, response->mutable_transfer());
}

absl::Status Transfers::Store(Call& call, const Open& open, Txn& txn, v1::Transfer* answer) const {
  v1::TransferChanged event;
  *event.mutable_transfer() = open.transfer;
  ZHIBU_RETURN_IF_ERROR(parts_.tables.Apply(txn, event));
  txn.Emit(event);
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::TransferRow> row, FindTransfer(txn, open.id));
  *answer = Shown(*row, call.today());
  return absl::OkStatus();
}

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
  ZHIBU_ASSIGN_OR_RETURN(const Page page, pages_.Open(request));
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
        more = response->transfers_size() == page.size;
        if (more) return false;
        KeyParts parts(key);
        parts.Text();
        parts.Number();
        parts.Number();
        parts.Day();
        const auto row = FindTransfer(snapshot, parts.Text().value_or(""));
        failed = row.status();
        if (row.ok() && !*row) failed = absl::DataLossError("an index names no transfer");
        if (!failed.ok()) return false;
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
