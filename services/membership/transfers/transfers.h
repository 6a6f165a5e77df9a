// Moving one person's relation from organisation to organisation.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_TRANSFERS_TRANSFERS_H_
#define ZHIBU_SERVICES_MEMBERSHIP_TRANSFERS_TRANSFERS_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/status.h"
#include "common/domain/shared_org_tree.h"
#include "common/rpc/call.h"
#include "common/rpc/paging.h"
#include "common/store/store.h"
#include "common/store/txn.h"
#include "services/membership/books/transfer_tables.h"
#include "services/membership/parts.h"
#include "services/membership/rules/transfer_chain.h"
#include "zhibu/membership/v1/transfer_service.pb.h"

namespace zhibu::membership {

// The bodies of the methods on transfers. Thread-safe; what it is given must outlive it.
class Transfers {
 public:
  Transfers(const Parts* parts, const SharedOrgTree* tree, Pages* pages)
      : parts_(*parts), tree_(*tree), pages_(*pages) {}

  absl::Status Start(Call& call, const v1::StartTransferRequest& request, Txn& txn,
                     v1::StartTransferResponse* response) const;
  absl::Status Approve(Call& call, const v1::ApproveTransferRequest& request, Txn& txn,
                       v1::ApproveTransferResponse* response) const;
  absl::Status Refuse(Call& call, const v1::RefuseTransferRequest& request, Txn& txn,
                      v1::RefuseTransferResponse* response) const;
  absl::Status Issue(Call& call, const v1::IssueLetterRequest& request, Txn& txn,
                     v1::IssueLetterResponse* response) const;
  absl::Status Reissue(Call& call, const v1::ReissueLetterRequest& request, Txn& txn,
                       v1::ReissueLetterResponse* response) const;
  absl::Status Receive(Call& call, const v1::ReceiveTransferRequest& request, Txn& txn,
                       v1::ReceiveTransferResponse* response) const;
  absl::Status ReceiveFromOutside(Call& call, const v1::ReceiveFromOutsideRequest& request,
                                  Txn& txn, v1::ReceiveFromOutsideResponse* response) const;
  absl::Status Cancel(Call& call, const v1::CancelTransferRequest& request, Txn& txn,
                      v1::CancelTransferResponse* response) const;
  absl::Status Get(Call& call, const v1::GetTransferRequest& request, const Reader& reader,
                   v1::GetTransferResponse* response) const;
  absl::Status List(Call& call, const v1::ListTransfersRequest& request, const Reader& reader,
                    v1::ListTransfersResponse* response) const;

 private:
  // A transfer on the lane.
  struct Open {
    std::string id;
    v1::TransferRecord transfer;
    absl::CivilDay day;  // of the act
  };
  // What every request that changes a transfer says.
  struct Act {
    const std::string& name;
    const std::string& etag;
    bool dated;
    const google::type::Date& date;
  };
  // Reads the transfer that a request changes; checks form, scope and etag.
  absl::StatusOr<Open> ReadAct(Call& call, const Act& act, Txn& txn, Violations wrong) const;
  template <typename Request>
  absl::StatusOr<Open> Read(Call& call, const Request& request, Txn& txn, Violations wrong) const {
    return ReadAct(call, {request.name(), request.etag(), request.has_date(), request.date()}, txn,
                   std::move(wrong));
  }
  absl::StatusOr<Violations> WhyNotStart(const v1::StartTransferRequest& request,
                                         const std::string& person_id,
                                         const rows::PersonRow& person, absl::CivilDay day,
                                         absl::CivilDay today, const Reader& reader) const;
  // Refuses, or makes `person` be kept by the organisation again.
  absl::StatusOr<Violations> ComeBack(Call& call, const v1::ReceiveFromOutsideRequest& request,
                                      absl::CivilDay day, const Reader& reader,
                                      const std::string& person_id, rows::PersonRow& person) const;
  absl::Status AddLetter(const std::string& paid_until_month, int validity_days, Txn& txn,
                         Open& open, Violations& warnings) const;
  // Emits the transfer as it now is and fills the answer.
  absl::Status Store(Call& call, const Open& open, Txn& txn, v1::Transfer* answer) const;

  const Parts& parts_;
  const SharedOrgTree& tree_;
  Pages& pages_;
};

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_TRANSFERS_TRANSFERS_H_
