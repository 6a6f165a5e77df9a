// The index of what falls due (到期事项): a row for each item, by organisation and day.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_BOOKS_DUE_INDEX_H_
#define ZHIBU_SERVICES_MEMBERSHIP_BOOKS_DUE_INDEX_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "common/base/mutex.h"
#include "common/base/resource_name.h"
#include "common/store/keys.h"
#include "common/store/txn.h"
#include "services/membership/books/rows.pb.h"
#include "services/membership/rules/dues.h"
#include "zhibu/membership/v1/membership_service.pb.h"

namespace zhibu::membership {

// Whose item it is: a membership's, a case's, or that of a letter under way.
struct DueSubject {
  // As in the key; never renumbered.
  enum Kind : uint8_t { kMembership = 1, kCase = 2, kTransfer = 3 };

  static DueSubject OfMembership(std::string person_id) {
    return {kMembership, std::move(person_id), ""};
  }
  static DueSubject OfCase(const CaseName& name) { return {kCase, name.person_id, name.case_id}; }
  static DueSubject OfTransfer(std::string person_id, std::string transfer_id) {
    return {kTransfer, std::move(person_id), std::move(transfer_id)};
  }

  Kind kind = kMembership;
  std::string person_id;
  std::string id;  // of the case or the transfer; empty for a membership
};

// A key of the index taken apart.
struct DueKeyParts {
  std::string organisation_id;
  absl::CivilDay day;
  DueSubject subject;
  v1::DueKind due_kind = v1::DUE_KIND_UNSPECIFIED;
};
Key DueKey(absl::string_view organisation_id, const DueSubject& subject, const rows::DueRow& due);
// nullopt for bytes that are no such key.
std::optional<DueKeyParts> ParseDueKey(absl::string_view key);

// The only writer of the index, and therefore the one who knows where each organisation's rows
// begin. That is kept in memory as a bound: a list merges many organisations by date, and without
// it would look into each of them to learn that nothing there is early enough for its page.
// Thread-safe; const, since the bounds are a memory of what the store says and begin empty.
class DueIndex {
 public:
  // What changed between the two lists of what the subject owes.
  void Replace(Txn& txn, absl::string_view organisation_id, const DueSubject& subject,
               const Dues& before, const Dues& after) const;

  // A day before which the organisation has nothing in a store at `revision`; kNoStart where that
  // is not known.
  absl::CivilDay NothingBefore(absl::string_view organisation_id, int64_t revision) const;
  // What a reader of the store at `revision` found.
  void FoundNothingBefore(absl::string_view organisation_id, absl::CivilDay day,
                          int64_t revision) const;

 private:
  // To be called before the rows are committed, so that no reader who sees them finds the bound
  // without them. Where the job is undone the bound is lower than it need be.
  void Lower(absl::string_view organisation_id, absl::CivilDay day, int64_t revision) const;

  struct Bound {
    absl::CivilDay day;
    int64_t from = 0;     // holds in a store at this revision or a later one
    int64_t written = 0;  // the last revision that put a row
    bool known = false;
  };

  mutable SharedMutex mutex_;
  mutable absl::flat_hash_map<std::string, Bound> bounds_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_BOOKS_DUE_INDEX_H_
