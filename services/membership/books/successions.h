// Who goes where when an organisation is merged, split or dissolved (整建制转移).
#ifndef ZHIBU_SERVICES_MEMBERSHIP_BOOKS_SUCCESSIONS_H_
#define ZHIBU_SERVICES_MEMBERSHIP_BOOKS_SUCCESSIONS_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "common/domain/shared_org_tree.h"
#include "common/store/store.h"
#include "common/store/txn.h"
#include "services/membership/books/rows.pb.h"
#include "services/membership/books/tables.h"
#include "services/membership/rules/affiliations.h"
#include "zhibu/registry/v1/events.pb.h"

namespace zhibu::membership {

// Puts down who has to be moved, when the registry's feed tells of a decision. A follower must not
// emit, so nobody is moved by it.
absl::Status NoteUnitTransfer(Txn& txn, const registry::v1::Reorganised& event);

// Moves the next persons of one decision, at most `limit`, each by a PersonChanged, and puts down
// how far it has come: in one commit, so that after a crash it goes on where it was.
absl::Status MoveNextPersons(Txn& txn, const Tables& tables, absl::string_view reorganisation_id,
                             int limit);

// Takes affiliations that were recorded after the decisions through all of these: who is registered
// or received under an organisation as of a day before it ended is its successor's from there on.
// Answers the last organisation, and whether it is one today.
struct Followed {
  std::string organisation_id;
  bool there = false;
};
absl::StatusOr<Followed> FollowUnits(const Reader& reader, const SharedOrgTree& tree,
                                     absl::string_view person_id, absl::CivilDay today,
                                     Affiliations& affiliations);

// How many are still to be moved by the decision, whose row is `row`.
absl::StatusOr<int64_t> StillToMove(const Reader& reader, absl::string_view reorganisation_id,
                                    rows::UnitTransferRow row);

// Whether a succession before the one at `at` is from the same organisation, whose persons were all
// looked at.
bool SeenBefore(const rows::UnitTransferRow& row, int at);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_BOOKS_SUCCESSIONS_H_
