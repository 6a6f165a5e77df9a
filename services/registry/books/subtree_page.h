// A page over the organisations of a subtree, in tree order: for lists that look at each of them.
#ifndef ZHIBU_SERVICES_REGISTRY_BOOKS_SUBTREE_PAGE_H_
#define ZHIBU_SERVICES_REGISTRY_BOOKS_SUBTREE_PAGE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/rpc/call.h"
#include "common/rpc/paging.h"
#include "services/registry/books/request.h"
#include "services/registry/books/subtree.h"
#include "services/registry/books/tables.h"

namespace zhibu::registry {

// Where the page begins in what FoundOnce found; the snapshot is the same for every page of a
// query, and so is the order.
inline absl::StatusOr<size_t> PlaceOf(const Page& page) {
  size_t place = 0;
  if (!page.position.empty() && !absl::SimpleAtoi(page.position, &place)) {
    return absl::InternalError("a page's position is not ours");
  }
  return place;
}

// Calls `look(snapshot, row, day)` for at most a page of organisations, which it reads from the
// page's snapshot; fills revision and next_page_token.
template <typename Request, typename Response, typename Look>
absl::Status PageOverSubtree(Pages& pages, const Call& call, const Request& request,
                             Response* response, Look look) {
  Violations form;
  if (!request.root().empty()) CheckName(kOrganisations, request.root(), "root", form);
  if (!form.empty()) return Malformed(form);
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay day, ReadDay(request.as_of(), call.today()));
  ZHIBU_ASSIGN_OR_RETURN(Page page, pages.Open(request, call.caller()));
  response->set_revision(page.revision);
  ZHIBU_ASSIGN_OR_RETURN(const auto found, FoundOnce<SubtreeNode>(page, [&] {
                           return ReadSubtree(*page.snapshot,
                                              IdOf(kOrganisations, request.root()).value_or(""),
                                              request.line(), day);
                         }));
  const std::vector<SubtreeNode>& nodes = *found;
  ZHIBU_ASSIGN_OR_RETURN(size_t next, PlaceOf(page));
  const size_t end = std::min(nodes.size(), next + static_cast<size_t>(page.size));
  for (; next < end; ++next) {
    ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::OrganisationRow> row,
                           FindOrganisation(*page.snapshot, nodes[next].id));
    if (!row) return absl::DataLossError("a subtree names an organisation that is not there");
    ZHIBU_RETURN_IF_ERROR(look(*page.snapshot, *row, day));
  }
  if (end < nodes.size()) response->set_next_page_token(pages.NextToken(page, absl::StrCat(end)));
  return absl::OkStatus();
}

}  // namespace zhibu::registry

#endif  // ZHIBU_SERVICES_REGISTRY_BOOKS_SUBTREE_PAGE_H_
