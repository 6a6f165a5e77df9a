// Recording what happens to memberships, and dues, and putting it right.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_FACTS_FACT_BOOK_H_
#define ZHIBU_SERVICES_MEMBERSHIP_FACTS_FACT_BOOK_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/status.h"
#include "common/domain/shared_org_tree.h"
#include "common/rpc/call.h"
#include "common/store/store.h"
#include "common/store/txn.h"
#include "services/membership/books/visible.h"
#include "services/membership/parts.h"
#include "services/membership/rules/fact_judge.h"
#include "services/membership/rules/fact_replay.h"
#include "zhibu/membership/v1/membership_fact_service.pb.h"

namespace zhibu::membership {

// The bodies of MembershipFactService. Thread-safe; what it is given must outlive it.
class FactBook {
 public:
  FactBook(const Parts* parts, const SharedOrgTree* tree) : parts_(*parts), tree_(*tree) {}

  absl::Status Record(Call& call, const v1::RecordMembershipFactRequest& request, Txn& txn,
                      v1::RecordMembershipFactResponse* response) const;
  absl::Status BatchRecord(Call& call, const v1::BatchRecordMembershipFactsRequest& request,
                           Txn& txn, v1::BatchRecordMembershipFactsResponse* response) const;
  absl::Status Correct(Call& call, const v1::CorrectMembershipFactRequest& request, Txn& txn,
                       v1::CorrectMembershipFactResponse* response) const;
  absl::Status PayDues(Call& call, const v1::RecordDuesPaidRequest& request, Txn& txn,
                       v1::RecordDuesPaidResponse* response) const;
  absl::Status BatchPayDues(Call& call, const v1::BatchRecordDuesPaidRequest& request, Txn& txn,
                            v1::BatchRecordDuesPaidResponse* response) const;
  absl::Status CorrectDues(Call& call, const v1::CorrectDuesPaidRequest& request, Txn& txn,
                           v1::CorrectDuesPaidResponse* response) const;
  absl::Status Quote(Call& call, const v1::QuoteDuesRequest& request, const Reader& reader,
                     v1::QuoteDuesResponse* response) const;

 private:
  // Judges and writes one fact of sound form. Where it is refused, nothing is written.
  absl::StatusOr<FactJudgement> RecordOne(Call& call, const v1::MembershipFact& given, Txn& txn,
                                          VisiblePerson& person) const;
  // The same of dues; the refusals.
  absl::StatusOr<Violations> PayOne(Call& call, const std::string& month, Txn& txn,
                                    VisiblePerson& person) const;
  // The person with these facts instead, and what is against that: not what was against other facts
  // than `corrected` all along, such as an authority that by now is known not to have been
  // competent.
  absl::StatusOr<FactReplay> JudgeAgain(Call& call, const VisiblePerson& person, const Facts& facts,
                                        int32_t corrected, const Reader& reader) const;
  // Emits the record as it now is, and reads it again.
  absl::Status Store(Txn& txn, VisiblePerson& person) const;
  // As it is answered.
  absl::Status Show(Call& call, const VisiblePerson& person, v1::Person* answer) const;

  const Parts& parts_;
  const SharedOrgTree& tree_;
};

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_FACTS_FACT_BOOK_H_
