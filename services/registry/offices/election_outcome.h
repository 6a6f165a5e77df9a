// What an election does in the books: it ends posts, fills others and begins a term; and what it
// does in the place of what it was before it was put right.
#ifndef ZHIBU_SERVICES_REGISTRY_OFFICES_ELECTION_OUTCOME_H_
#define ZHIBU_SERVICES_REGISTRY_OFFICES_ELECTION_OUTCOME_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/rpc/call.h"
#include "common/store/store.h"
#include "common/store/txn.h"
#include "services/registry/books/books.h"
#include "services/registry/books/rows.pb.h"
#include "services/registry/rules/elections.h"
#include "services/registry/rules/forms.h"
#include "services/registry/rules/norms.h"
#include "zhibu/registry/v1/election.pb.h"
#include "zhibu/type/v1/correction.pb.h"

namespace zhibu::registry {

// The etag after this one; "1" after none.
std::string NextEtag(const std::string& etag);

// The election as it is stored, which another one replaces or which is withdrawn, and by which
// correction: it is written down on the posts that change.
struct Undone {
  const v1::Election& election;
  const Call& call;
  const type::v1::Correction& correction;
};

struct Outcome {
  std::vector<rows::PostRow> posts;  // those that change, their versions moved on
  std::optional<v1::Term> term;      // the one that is now the last, where it changes
};

// ELECTION_NOT_LAST, POST_ENDED_SINCE: what keeps the stored election from being undone.
absl::Status JudgeUndoing(const Reader& reader, const v1::Election& election,
                          const rows::OrganisationRow& organisation, Violations& out);

// What `election` does, which was judged by itself: nobody else knows who is `elected`. Sets its
// posts. PERIOD_INVALID, POSTPONED_TOO_LONG, POST_EXISTS and all that JudgePost says; the outcome
// is then not to be used. `undone` is null where the election is new, and can be undone where it is
// not.
absl::StatusOr<Outcome> JudgeOutcome(const Norms& norms, const Reader& reader,
                                     const rows::OrganisationRow& organisation,
                                     const std::vector<Elected>& elected, const Undone* undone,
                                     v1::Election& election, Violations& out);

// Stores the election and what it does.
absl::Status StoreOutcome(const Books& books, Txn& txn, const v1::Election& election,
                          const Outcome& outcome);

// Store what was judged: table and feed.
absl::Status StoreElection(Txn& txn, const v1::Election& election);
absl::Status StoreTerm(Txn& txn, const v1::Term& term);

}  // namespace zhibu::registry

#endif  // ZHIBU_SERVICES_REGISTRY_OFFICES_ELECTION_OUTCOME_H_
