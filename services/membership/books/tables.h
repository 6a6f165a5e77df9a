// How an event changes what the membership service keeps.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_BOOKS_TABLES_H_
#define ZHIBU_SERVICES_MEMBERSHIP_BOOKS_TABLES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/status.h"
#include "common/store/store.h"
#include "common/store/txn.h"
#include "services/membership/books/due_index.h"
#include "services/membership/books/personal_data.h"
#include "services/membership/books/rows.pb.h"
#include "services/membership/data/fact_rules.pb.h"
#include "services/membership/rules/rule_set.h"
#include "zhibu/membership/v1/events.pb.h"
#include "zhibu/membership/v1/reveal.pb.h"
#include "zhibu/membership/v1/quota.pb.h"
#include "zhibu/membership/v1/transfer.pb.h"

namespace zhibu::membership {

// Writes events into the tables: the only writer, so that the feed alone can rebuild them. Owns
// what is remembered of the index of due items; thread-safe.
class Tables {
 public:
  // All must outlive it.
  Tables(const RuleSets* rule_sets, const PersonalDataKeys* keys,
         const rules::FactRules* fact_rules)
      : rule_sets_(*rule_sets), keys_(*keys), fact_rules_(*fact_rules) {}

  // Any event of events.proto, from the feed. DATA_LOSS for one that no sound service emits.
  absl::Status Apply(Txn& txn, const google::protobuf::Any& event) const;

  // Applies an event and emits it: the only way to do either, so that nothing is in the feed that is
  // not in the tables. For a step also, as `row`, the case as it is, where the caller has it
  // already; it is changed. After an error the job must be undone.
  template <typename Event, typename... Row>
  absl::Status Record(Txn& txn, const Event& event, Row*... row) const {
    ZHIBU_RETURN_IF_ERROR(Apply(txn, event, row...));
    txn.Emit(event);
    return absl::OkStatus();
  }

  const DueIndex& due_index() const { return due_index_; }

 private:
  absl::Status Apply(Txn& txn, const v1::PersonChanged& event) const;
  absl::Status Apply(Txn& txn, const v1::PersonRevealed& event) const;
  // Only the journal keeps it.
  absl::Status Apply(Txn&, const v1::PersonSearched&) const { return absl::OkStatus(); }
  absl::Status Apply(Txn& txn, const v1::PersonResealed& event) const;
  absl::Status Apply(Txn& txn, const v1::PersonMerged& event) const;
  absl::Status Apply(Txn& txn, const v1::TransferChanged& event) const;
  absl::Status Apply(Txn& txn, const v1::QuotaChanged& event) const;
  absl::Status Apply(Txn& txn, const v1::StepRecorded& event, rows::CaseRow* row = nullptr) const;
  absl::Status Apply(Txn& txn, const v1::CaseEventRecorded& event) const;

  // Writes the record as it now is, with its due items; what it was goes into the history.
  absl::Status PutPerson(Txn& txn, const std::string& id, const rows::PersonRow* before,
                         rows::PersonRow& row) const;
  // The person as it is, now at these stages; also what cases know of them.
  absl::Status PutStages(Txn& txn, const std::string& id, const Stages& stages,
                         rows::PersonRow person) const;
  // What falls due about the membership.
  absl::StatusOr<Dues> DuesOf(const Reader& reader, const std::string& id,
                              const rows::PersonRow& row) const;
  // Where a step of a case takes over, or gives back, what falls due about the membership.
  absl::Status RefreshDues(Txn& txn, const std::string& id) const;

  const RuleSets& rule_sets_;
  const PersonalDataKeys& keys_;
  const rules::FactRules& fact_rules_;
  const DueIndex due_index_;
};

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_BOOKS_TABLES_H_
