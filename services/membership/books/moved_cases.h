// What becomes of a person's cases where the person's record changes.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_BOOKS_MOVED_CASES_H_
#define ZHIBU_SERVICES_MEMBERSHIP_BOOKS_MOVED_CASES_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/store/txn.h"
#include "services/membership/books/due_index.h"
#include "services/membership/books/rows.pb.h"
#include "services/membership/rules/dues.h"
#include "services/membership/rules/progress.h"
#include "services/membership/rules/rule_set.h"

namespace zhibu::membership {

// What a case has in the index of due items.
Dues Indexed(const rows::CaseRow& row);

bool SameStages(const Stages& a, const Stages& b);

// What is not closed goes along with the person: case and due items lie where the person is kept,
// and the stages are the person's. With one who leaves the books, or whose membership ends, it
// ends. Where it turned out that the membership had not ended, what ended with it goes on: answers
// whether any did.
absl::StatusOr<bool> MoveCases(Txn& txn, const DueIndex& due_index, const RuleSets& rule_sets,
                               const std::string& id, const rows::PersonRow& before,
                               const rows::PersonRow& row);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_BOOKS_MOVED_CASES_H_
