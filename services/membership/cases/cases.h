// Recording the steps of cases and showing them.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_CASES_CASES_H_
#define ZHIBU_SERVICES_MEMBERSHIP_CASES_CASES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/base/status.h"
#include "common/domain/shared_org_tree.h"
#include "common/rpc/call.h"
#include "common/rpc/paging.h"
#include "common/store/store.h"
#include "common/store/txn.h"
#include "services/membership/books/tables.h"
#include "services/membership/rules/judge.h"
#include "zhibu/membership/v1/membership_service.pb.h"

namespace zhibu::membership {

// The bodies of the methods on cases. Thread-safe; what it is given must outlive it.
class Cases {
 public:
  Cases(const RuleSets* rule_sets, const PersonalDataKeys* keys, const Tables* tables,
        const SharedOrgTree* tree, Pages* pages)
      : rule_sets_(*rule_sets), keys_(*keys), tables_(*tables), tree_(*tree), pages_(*pages) {}

  absl::Status Record(Call& call, const v1::RecordStepRequest& request, Txn& txn,
                      v1::RecordStepResponse* response) const;
  absl::Status BatchRecord(Call& call, const v1::BatchRecordStepsRequest& request, Txn& txn,
                           v1::BatchRecordStepsResponse* response) const;
  absl::Status Get(Call& call, const v1::GetCaseRequest& request, const Reader& reader,
                   v1::GetCaseResponse* response) const;
  absl::Status List(Call& call, const v1::ListCasesRequest& request, const Reader& reader,
                    v1::ListCasesResponse* response) const;

 private:
  // A case on the lane, from its first step in the call on.
  struct Open {
    CaseName name;
    bool exists = false;
    rows::CaseRow row;
    std::optional<rows::PersonRow> person;  // read only where it is needed
  };
  // Reads the case, or begins one; checks scope and etag.
  absl::StatusOr<Open> OpenCase(Call& call, const std::string& name, const std::string& etag,
                                v1::StepKind first, absl::string_view etag_field, Txn& txn) const;
  // Judges and writes one step of sound form. Refusals are answered, nothing is written then.
  absl::StatusOr<std::vector<Violation>> RecordOne(Call& call, const v1::Step& step, Open& open,
                                                   Txn& txn, v1::RecordedStep* recorded) const;
  absl::Status GatherFacts(const RuleSet& set, const v1::Step& step, absl::CivilDay date,
                           Open& open, Txn& txn, CaseFacts& facts) const;
  // What the step says of organisations that cannot be, whatever the rules.
  absl::StatusOr<std::vector<Violation>> CheckOrganisations(const v1::Step& step,
                                                            absl::CivilDay date, Open& open,
                                                            Txn& txn) const;
  // The organisation that led the case on the day.
  absl::StatusOr<std::string> LeaderOn(Open& open, absl::CivilDay day, Txn& txn) const;

  const RuleSets& rule_sets_;
  const PersonalDataKeys& keys_;
  const Tables& tables_;
  const SharedOrgTree& tree_;
  Pages& pages_;
};

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_CASES_CASES_H_
