// What the membership service keeps, and how an event changes it.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_TABLES_H_
#define ZHIBU_SERVICES_MEMBERSHIP_TABLES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/resource_name.h"
#include "common/store/keys.h"
#include "common/store/store.h"
#include "common/store/txn.h"
#include "services/membership/due_index.h"
#include "services/membership/fact_rules.pb.h"
#include "services/membership/personal_data.h"
#include "services/membership/rows.pb.h"
#include "services/membership/rules/rule_set.h"
#include "services/membership/rules/story.h"
#include "zhibu/membership/v1/events.pb.h"
#include "zhibu/membership/v1/privacy_events.pb.h"
#include "zhibu/membership/v1/quota.pb.h"
#include "zhibu/membership/v1/transfer.pb.h"

namespace zhibu::membership {

// Numbers are never used again for something else.
enum Table : uint8_t {
  kPersonTable = 0x10,            // person → PersonRow
  kPersonsByOrganisation = 0x11,  // organisation, person → nothing
  kIdNumbers = 0x12,              // keyed hash of an ID number → IdNumberRow
  kCaseTable = 0x13,              // person, case → CaseRow
  kStepTable = 0x14,              // person, case, sequence → StepRow
  kDueTable = 0x15,               // organisation, day, person, case, kind → DueRow
  kCaseEventTable = 0x16,         // person, case, sequence → CaseEventRow
  kExceptionTable = 0x17,         // organisation, person, case, sequence → nothing
  kPersonHistory = 0x18,  // person, negative revision that changed it → PersonRow before it
  kQuotaTable = 0x1A,     // organisation, year → QuotaRow
  kQuotaEntries = 0x1B,   // organisation, year, sequence → QuotaEntry
  // A work list from the registry's feed, not of the own one: the only table that folding the own
  // feed does not make.
  kUnitTransferTable = 0x22,  // reorganisation → UnitTransferRow
  kTransferTable = 0x23,      // transfer → TransferRow
  kTransferIndex = 0x24,      // organisation, direction, state, day, transfer → nothing;
                              // issuer, 3, year, negative serial, transfer → nothing
  kTransfersOfPerson = 0x25,  // person, transfer → nothing
  kAlikeTable = 0x32,         // keyed hash of name and birth date → AlikeRow
  kDuplicateTable = 0x33,     // the same hash, where it has several persons → nothing
  kRevealTable = 0x34,        // person, negative revision → PersonRevealed
  kMergeTable = 0x35,         // person that ended → PersonMerged
};

Key PersonKey(absl::string_view person_id);
Key CaseKey(const CaseName& name);
Key StepsKey(const CaseName& name);          // the beginning of all its steps
std::string FullName(const CaseName& name);  // "persons/{person}/cases/{case}"

absl::StatusOr<std::optional<rows::PersonRow>> FindPerson(const Reader& reader,
                                                          absl::string_view person_id);
// Whom the organisation keeps or once kept, by id.
absl::StatusOr<std::vector<std::string>> PersonsEverAt(const Reader& reader,
                                                       absl::string_view organisation_id);

// The record as it stood when everything recorded up to `known_at` was known: the one in 0x10 or an
// older one from the history. nullopt where the person was not known yet.
absl::StatusOr<std::optional<rows::PersonRow>> PersonAsKnownAt(const Reader& reader,
                                                               absl::string_view person_id,
                                                               const rows::PersonRow& now,
                                                               absl::Time known_at);

absl::StatusOr<std::optional<rows::CaseRow>> FindCase(const Reader& reader, const CaseName& name);

// Whether the person has a case, other than `except`, in which steps towards membership can still
// be recorded.
absl::StatusOr<bool> HasOpenCase(const Reader& reader, absl::string_view person_id,
                                 absl::string_view except = "");

// Whether another case of the person began after something in this one, and stands.
absl::StatusOr<bool> HasLaterCase(const Reader& reader, const CaseName& name,
                                  const rows::CaseRow& row);

// The case's steps, void ones included, and what happened beside them, each in order.
absl::StatusOr<std::vector<v1::RecordedStep>> StepsOf(const Reader& reader, const CaseName& name);
absl::StatusOr<std::vector<v1::RecordedCaseEvent>> CaseEventsOf(const Reader& reader,
                                                                const CaseName& name);

// The case before its first step. Whoever opens it with a step of probation was admitted before the
// books were opened.
rows::CaseRow NewCase(const rows::PersonRow& person, v1::StepKind first);

// The story of a case before anything was recorded in it; `steps`: those that were recorded then.
// `person` and `rule_sets` must outlive it.
Story StoryOf(const RuleSets& rule_sets, const rows::PersonRow& person, const rows::CaseRow& row,
              const std::vector<v1::RecordedStep>& steps);

// Writes events into the tables: the only writer, so that the feed alone can rebuild them. Owns
// what is remembered of the index of due items; thread-safe.
class Tables {
 public:
  // All must outlive it.
  Tables(const RuleSets* rule_sets, const PersonalDataKeys* keys,
         const rules::FactRules* fact_rules)
      : rule_sets_(*rule_sets), keys_(*keys), fact_rules_(*fact_rules) {}

  // Any event of events.proto. DATA_LOSS for one that no sound service emits.
  absl::Status Apply(Txn& txn, const google::protobuf::Any& event) const;
  absl::Status Apply(Txn& txn, const v1::PersonChanged& event) const;
  absl::Status Apply(Txn& txn, const v1::PersonRevealed& event) const;
  absl::Status Apply(Txn& txn, const v1::PersonResealed& event) const;
  absl::Status Apply(Txn& txn, const v1::PersonMerged& event) const;
  absl::Status Apply(Txn& txn, const v1::TransferChanged& event) const;
  absl::Status Apply(Txn& txn, const v1::QuotaChanged& event) const;
  // `row`: the case as it is, where the caller has it already; it is changed.
  absl::Status Apply(Txn& txn, const v1::StepRecorded& event, rows::CaseRow* row = nullptr) const;
  absl::Status Apply(Txn& txn, const v1::CaseEventRecorded& event) const;

  const DueIndex& due_index() const { return due_index_; }

 private:
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

#endif  // ZHIBU_SERVICES_MEMBERSHIP_TABLES_H_
