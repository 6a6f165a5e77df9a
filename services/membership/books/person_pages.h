// Persons of a subtree in pages, for what is judged person by person.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_BOOKS_PERSON_PAGES_H_
#define ZHIBU_SERVICES_MEMBERSHIP_BOOKS_PERSON_PAGES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/domain/shared_org_tree.h"
#include "common/rpc/paging.h"

namespace zhibu::membership {

struct PersonsPage {
  std::vector<std::string> ids;
  bool more = false;
  std::string last;  // where the next page begins after, for Pages::NextToken
};

// Who is kept by an organisation of the subtree now, as many as `page` takes, by organisation and
// id. Errors: as OrganisationsOf.
absl::StatusOr<PersonsPage> PersonsOf(const SharedOrgTree& tree, const Page& page,
                                      absl::string_view root, type::v1::Line line,
                                      absl::CivilDay day);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_BOOKS_PERSON_PAGES_H_
