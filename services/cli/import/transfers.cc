#include "services/cli/import/transfers.h"

#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "services/cli/import/batch.h"
#include "services/cli/import/columns.h"
#include "services/cli/import/existing.h"
#include "zhibu/membership/v1/transfer_service.grpc.pb.h"

namespace zhibu::cli {
namespace {

using membership::v1::Transfer;
using membership::v1::TransferService;
using namespace transfer_columns;  // NOLINT: the columns of one file

constexpr char kTransfers[] = "transfers";

std::string NameOrEmpty(const char* collection, const std::string& id) {
  return id.empty() ? "" : NameOf(collection, id);
}

membership::v1::StartTransferRequest StartOf(const Row& row) {
  membership::v1::StartTransferRequest request;
  request.set_transfer_id(row.Text(kId));
  request.set_person(NameOf(kPersons, row.Text(kPerson)));
  request.set_to_organisation(NameOrEmpty(kOrganisations, row.Text(kTo)));
  request.set_outside_title(row.Text(kOutside));
  request.set_reason(row.Text(kReason));
  *request.mutable_date() = ToProto(*row.Date(kStarted));
  return request;
}

bool IsThat(const Transfer& transfer, const membership::v1::StartTransferRequest& start) {
  return transfer.person() == start.person() && transfer.to_organisation() == start.to_organisation() &&
         transfer.outside_title() == start.outside_title() && transfer.reason() == start.reason() &&
         transfer.started_on().SerializeAsString() == start.date().SerializeAsString();
}

// One change after the other, each from where the one before left it.
class Sender {
 public:
  Sender(ImportApi& api, const std::string& key) : api_(api), key_(key) {}

  Transfer& transfer() { return transfer_; }
  int64_t revision() const { return revision_; }

  template <typename Request, typename Response>
  absl::Status Send(grpc::Status (TransferService::Stub::*method)(grpc::ClientContext*,
                                                                  const Request&, Response*),
                    Request request) {
    request.set_request_id(RequestIdOf(key_, request));
    Response response;
    ZHIBU_RETURN_IF_ERROR(api_.Call(method, api_.transfers(), request, &response));
    transfer_ = response.transfer();
    revision_ = response.revision();
    return absl::OkStatus();
  }
  template <typename Request, typename Response>
  absl::Status Change(grpc::Status (TransferService::Stub::*method)(grpc::ClientContext*,
                                                                    const Request&, Response*),
                      Request request, const google::type::Date& day) {
    request.set_name(transfer_.name());
    request.set_etag(transfer_.etag());
    *request.mutable_date() = day;
    return Send(method, request);
  }
  absl::Status ApproveNext(const google::type::Date& day) {
    membership::v1::ApproveTransferRequest request;
    for (const auto& link : transfer_.links()) {
      if (!link.has_approved_on() && request.organisation().empty()) {
        request.set_organisation(link.organisation());
      }
    }
    return Change(&TransferService::Stub::ApproveTransfer, request, day);
  }

 private:
  ImportApi& api_;
  const std::string& key_;
  Transfer transfer_;
  int64_t revision_ = 0;
};

// Finds the transfer or requests it.
absl::Status Begin(ImportApi& api, membership::v1::StartTransferRequest start, Sender& sender) {
  membership::v1::GetTransferRequest get;
  membership::v1::GetTransferResponse found;
  get.set_name(NameOf(kTransfers, start.transfer_id()));
  const absl::Status status =
      api.Call(&TransferService::Stub::GetTransfer, api.transfers(), get, &found);
  if (status.ok()) {
    sender.transfer() = found.transfer();
    return absl::OkStatus();
  }
  if (!absl::IsNotFound(status)) return status;
  membership::v1::GetPersonRequest get_person;
  membership::v1::GetPersonResponse person;
  get_person.set_name(start.person());
  ZHIBU_RETURN_IF_ERROR(api.Call(&membership::v1::MembershipService::Stub::GetPerson,
                                 api.membership(), get_person, &person));
  start.set_person_etag(person.person().etag());
  return sender.Send(&TransferService::Stub::StartTransfer, start);
}

}  // namespace

absl::StatusOr<int64_t> SendTransfer(ImportApi& api, const std::string& key, const Row& row) {
  const membership::v1::StartTransferRequest start = StartOf(row);
  Sender sender(api, key);
  ZHIBU_RETURN_IF_ERROR(Begin(api, start, sender));
  if (!IsThat(sender.transfer(), start)) {
    return Refused(sender.transfer().name(), kOtherContent,
                   "系统中已有此编号，内容不同；请核对，或换一个编号");
  }
  const bool issued = row.Date(kIssued).has_value(), received = row.Date(kReceived).has_value();
  while (issued && sender.transfer().state() == membership::v1::TRANSFER_STATE_REQUESTED) {
    ZHIBU_RETURN_IF_ERROR(sender.ApproveNext(start.date()));
  }
  if (issued && sender.transfer().state() == membership::v1::TRANSFER_STATE_APPROVED) {
    membership::v1::IssueLetterRequest request;
    request.set_paid_until_month(row.Text(kPaidUntil));
    request.set_validity_days(static_cast<int>(row.Number(kDays).value_or(0)));
    ZHIBU_RETURN_IF_ERROR(
        sender.Change(&TransferService::Stub::IssueLetter, request, ToProto(*row.Date(kIssued))));
  }
  if (received && sender.transfer().state() == membership::v1::TRANSFER_STATE_ISSUED) {
    membership::v1::ReceiveTransferRequest request;
    request.set_receipt_number(row.Text(kReceipt));
    ZHIBU_RETURN_IF_ERROR(sender.Change(&TransferService::Stub::ReceiveTransfer, request,
                                        ToProto(*row.Date(kReceived))));
  }
  return sender.revision();
}

}  // namespace zhibu::cli
