// The person whom a request names, as far as the caller sees that person.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_BOOKS_VISIBLE_H_
#define ZHIBU_SERVICES_MEMBERSHIP_BOOKS_VISIBLE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "common/base/status.h"
#include "common/domain/shared_org_tree.h"
#include "common/rpc/call.h"
#include "common/store/store.h"
#include "services/membership/books/rows.pb.h"

namespace zhibu::membership {

// Adds ALREADY_MERGED or PERSON_LEFT for who is kept by another record or nowhere in these books.
void RequireKept(absl::string_view person_id, const rows::PersonRow& person,
                 std::vector<Violation>& refused);
void RequireKept(absl::string_view person_id, const rows::PersonRow& person, Violations& refused);

struct VisiblePerson {
  std::string id;
  rows::PersonRow row;
};

// The person whom a request names. INVALID_ARGUMENT where the name is not one
// ("PERSON_NAME_INVALID") or `wrong`, what was found before, is not empty; NOT_FOUND for one out of
// the caller's scope. Who keeps the person sees all; with `day`, who kept the person on that day
// sees what was so then.
absl::StatusOr<VisiblePerson> FindVisiblePerson(Call& call, const Reader& reader,
                                                const std::string& name, absl::string_view field,
                                                std::vector<Violation> wrong,
                                                std::optional<absl::CivilDay> day = {});

// PERMISSION_DENIED "ACTS_FOR_ANOTHER_ORGANISATION" unless `organisation`, who decided what is
// recorded, is empty, is `keeper`, is not in these books, or lies in the scope of a caller who may
// approve: a branch's clerk does not sign for the committee above.
absl::Status RequireActsFor(Call& call, const SharedOrgTree& tree, const std::string& organisation,
                            const std::string& keeper);

// ABORTED "ETAG_STALE" where it is another one.
absl::Status CheckEtag(const VisiblePerson& person, absl::string_view etag);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_BOOKS_VISIBLE_H_
