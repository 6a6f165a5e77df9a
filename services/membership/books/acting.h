// Who acts and who votes: what judging needs of the organisation tree and of a branch's persons.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_BOOKS_ACTING_H_
#define ZHIBU_SERVICES_MEMBERSHIP_BOOKS_ACTING_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "common/domain/shared_org_tree.h"
#include "common/store/store.h"
#include "services/membership/rules/judge.h"
#include "services/membership/rules/transfer_chain.h"

namespace zhibu::membership {

// The organisation, and whatever is above it by subordination, as of the day.
absl::StatusOr<Upward> UpwardOf(const SharedOrgTree& tree, const Reader& reader,
                                const std::string& organisation_id, absl::CivilDay day);

// What led the case on the day: who kept the person then.
std::string LeaderOn(const rows::PersonRow& person, const rows::CaseRow& row, absl::CivilDay day);

// Those with voting rights in the branch on the day. Reads the persons that it keeps or once kept;
// opens nothing that is sealed.
absl::StatusOr<Electorate> ElectorateOf(const Reader& reader, absl::string_view branch_id,
                                        absl::CivilDay day);

// Fills in who is competent, who deliberates and who votes, as far as `needs` asks or the step's
// vote does not say. `branch_id`: what leads the case on the day.
absl::Status GatherBodies(const Needs& needs, const v1::Step& step, absl::CivilDay day,
                          const std::string& branch_id, const SharedOrgTree& tree,
                          const Reader& reader, CaseFacts& facts);

// Whether the organisation may grant an exception to a case of the branch: its approving committee,
// or one above that.
absl::StatusOr<bool> MayGrantException(const std::string& authority, const std::string& branch_id,
                                       absl::CivilDay day, const SharedOrgTree& tree,
                                       const Reader& reader);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_BOOKS_ACTING_H_
