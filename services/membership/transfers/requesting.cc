// The part of transfers.h that asks for a transfer and agrees to it, refuses or withdraws it.

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "services/membership/books/acting.h"
#include "services/membership/books/numbers.h"
#include "services/membership/books/transfer_tables.h"
#include "services/membership/books/visible.h"
#include "services/membership/rules/affiliations.h"
#include "services/membership/rules/forms.h"
#include "services/membership/transfers/acts.h"
#include "services/membership/transfers/transfers.h"

namespace zhibu::membership {
namespace {

v1::TransferLink* NextLink(v1::TransferRecord& transfer) {
  for (v1::TransferLink& link : *transfer.mutable_links()) {
    if (!link.has_approved_on()) return &link;
  }
  return nullptr;
}

// Refuses where the request's organisation is not whose turn it is.
void RequireTurn(const v1::TransferRecord& transfer, const std::string& turn,
                 const std::string& acting, Violations& refused) {
  refused.Require(turn == acting || turn.empty(), "NOT_THE_NEXT_LINK", transfer.name(),
                  absl::StrCat("现在应由 ", turn, " 办理，请按审批链的顺序"));
}

}  // namespace

absl::StatusOr<Violations> Transfers::WhyNotStart(const v1::StartTransferRequest& request,
                                                  const std::string& person_id,
                                                  const rows::PersonRow& person, absl::CivilDay day,
                                                  absl::CivilDay today,
                                                  const Reader& reader) const {
  Violations refused;
  RequireNotInFuture(day, today, refused);
  RequireKept(person_id, person, refused);
  if (!HasLeft(person.affiliations()) && day < LastMove(person.affiliations())) {
    refused.Add("DATE_BEFORE_LAST_MOVE", "date", "不能早于该人员登记或上次转入现所在党组织的日期")
        .Earliest(LastMove(person.affiliations()));
  }
  RequireRelation(request.person(), person, day, refused);
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<std::string> open, OpenTransferOf(reader, person_id));
  if (open) {
    refused.Add("TRANSFER_ALREADY_OPEN", NameOf(kTransfers, *open),
                "该人员还有未办结的组织关系转接，请先办结或撤销");
  }
  if (request.to_organisation().empty()) return refused;
  const std::string to = IdOf(kOrganisations, request.to_organisation()).value_or("");
  refused.Require(to != person.organisation_id(), "SAME_ORGANISATION", "to_organisation",
                  "该人员已在这个党组织，无须转接");
  refused.Require(tree_.Read([&](const OrgTree& tree) { return tree.ExistsOn(to, day); }),
                  "ORGANISATION_NOT_THERE", "to_organisation",
                  "接收的党组织在该日没有登记或已经撤销，请核对");
  return refused;
}

absl::Status Transfers::Start(Call& call, const v1::StartTransferRequest& request, Txn& txn,
                              v1::StartTransferResponse* response) const {
  Violations wrong;
  CheckTransferId(request.transfer_id(), wrong);
  if (request.to_organisation().empty() == request.outside_title().empty()) {
    wrong.Add("DESTINATION_INVALID", "to_organisation",
              "请写明接收的党组织：库内的填 to_organisation，库外的填 outside_title，二者填一");
  } else if (!request.to_organisation().empty() &&
             !IdOf(kOrganisations, request.to_organisation())) {
    wrong.Add("ORGANISATION_NAME_INVALID", "to_organisation",
              "党组织名称须写作 organisations/{organisation}");
  } else if (request.to_organisation().empty()) {
    CheckLine(request.outside_title(), 1, 100, "TITLE_INVALID", "outside_title",
              "请写党组织全称，1–100 个字符", wrong);
  }
  CheckReason(request.reason(), wrong);
  RequireEtagGiven(request.person_etag(), wrong, "person_etag");
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay day,
                         call.DayOf(request.has_date(), request.date(), "date"));
  ZHIBU_ASSIGN_OR_RETURN(const VisiblePerson person,
                         FindVisiblePerson(call, txn, request.person(), "person", wrong));
  ZHIBU_RETURN_IF_ERROR(CheckEtag(person, request.person_etag()));
  ZHIBU_ASSIGN_OR_RETURN(const auto existing, FindTransfer(txn, request.transfer_id()));
  if (existing) return AlreadyExists(NameOf(kTransfers, request.transfer_id()), "TRANSFER_EXISTS");
  ZHIBU_ASSIGN_OR_RETURN(Violations refused,
                         WhyNotStart(request, person.id, person.row, day, call.today(), txn));
  ZHIBU_ASSIGN_OR_RETURN(const Upward up, UpwardOf(tree_, txn, person.row.organisation_id(), day));
  Upward down;
  if (!request.to_organisation().empty()) {
    ZHIBU_ASSIGN_OR_RETURN(
        down,
        UpwardOf(tree_, txn, IdOf(kOrganisations, request.to_organisation()).value_or(""), day));
  }
  const std::optional<Chain> chain = TransferChain(up, down);
  if (!chain) {
    refused
        .Add("NO_COMPETENT_COMMITTEE", "to_organisation",
             "转出或转入一方之上没有有权审批预备党员的党委，无法直接转接；"
             "请先核对隶属关系和党组织类别")
        .Cite(parts_.transfer_rules.relation());
  }
  ZHIBU_RETURN_IF_ERROR(refused.RefusedUnlessEmpty());

  Open open;
  open.id = request.transfer_id();
  v1::TransferRecord& made = open.transfer;
  made.set_name(NameOf(kTransfers, open.id));
  made.set_person(request.person());
  made.set_from_organisation(NameOf(kOrganisations, person.row.organisation_id()));
  made.set_to_organisation(request.to_organisation());
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

absl::Status Transfers::Approve(Call& call, const v1::ApproveTransferRequest& request, Txn& txn,
                                v1::ApproveTransferResponse* response) const {
  Violations wrong;
  if (!request.document_number().empty()) {
    CheckReference(request.document_number(), "document_number", wrong);
  }
  ZHIBU_ASSIGN_OR_RETURN(Open open, Read(call, request, txn, std::move(wrong)));
  ZHIBU_RETURN_IF_ERROR(call.RequireScope(request.organisation()));
  v1::TransferRecord& transfer = open.transfer;
  Violations refused = CheckDay(transfer, open.day, call.today());
  RequireState(transfer, v1::TRANSFER_STATE_REQUESTED, "只有待审批的转接可以审批", refused);
  v1::TransferLink* const next = NextLink(transfer);
  if (next != nullptr) {
    RequireTurn(transfer, next->organisation(), request.organisation(), refused);
  }
  ZHIBU_RETURN_IF_ERROR(refused.RefusedUnlessEmpty());
  if (next == nullptr) return absl::DataLossError("a transfer is asked for with no link open");
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
  v1::TransferRecord& transfer = open.transfer;
  Violations refused = CheckDay(transfer, open.day, call.today());
  Violations reason;
  CheckReason(request.reason(), reason);
  if (!reason.empty()) {
    refused
        .Add("REFUSAL_WITHOUT_REASON", "reason",
             "不得无故拒转拒接：请写明不同意的理由，1–200 个字符")
        .Cite(parts_.transfer_rules.relation());
  }
  if (!IsOpen(transfer.state())) {
    RequireState(transfer, v1::TRANSFER_STATE_REQUESTED, "该转接已经办结", refused);
  }
  const v1::TransferLink* const next = NextLink(transfer);
  // An organisation outside these books tells the sending one.
  const std::string& last = transfer.to_organisation().empty() ? transfer.from_organisation()
                                                               : transfer.to_organisation();
  RequireTurn(transfer, next != nullptr ? next->organisation() : last, request.organisation(),
              refused);
  ZHIBU_RETURN_IF_ERROR(refused.RefusedUnlessEmpty());
  transfer.set_state(v1::TRANSFER_STATE_REFUSED);
  transfer.set_refused_by(request.organisation());
  transfer.set_ended_reason(request.reason());
  *transfer.mutable_ended_on() = ToProto(open.day);
  return Store(call, open, txn, response->mutable_transfer());
}

absl::Status Transfers::Cancel(Call& call, const v1::CancelTransferRequest& request, Txn& txn,
                               v1::CancelTransferResponse* response) const {
  Violations wrong;
  CheckReason(request.reason(), wrong);
  ZHIBU_ASSIGN_OR_RETURN(Open open, Read(call, request, txn, std::move(wrong)));
  v1::TransferRecord& transfer = open.transfer;
  ZHIBU_RETURN_IF_ERROR(call.RequireScope(transfer.from_organisation()));
  Violations refused = CheckDay(transfer, open.day, call.today());
  if (!IsOpen(transfer.state())) {
    RequireState(transfer, v1::TRANSFER_STATE_REQUESTED, "该转接已经办结，不能撤销", refused);
  }
  ZHIBU_RETURN_IF_ERROR(refused.RefusedUnlessEmpty());
  transfer.set_state(v1::TRANSFER_STATE_CANCELLED);
  transfer.set_ended_reason(request.reason());
  *transfer.mutable_ended_on() = ToProto(open.day);
  return Store(call, open, txn, response->mutable_transfer());
}

}  // namespace zhibu::membership
