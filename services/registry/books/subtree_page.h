// A page over the organisations of a subtree, in tree order: for lists that look at each of them.
#ifndef ZHIBU_SERVICES_REGISTRY_BOOKS_SUBTREE_PAGE_H_
#define ZHIBU_SERVICES_REGISTRY_BOOKS_SUBTREE_PAGE_H_

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
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

// A page over the organisations of the request's subtree.
struct SubtreePage {
  absl::CivilDay day;
  Page page;
  std::shared_ptr<const std::vector<SubtreeNode>> nodes;
};
template <typename Request>
absl::StatusOr<SubtreePage> OpenSubtree(Pages& pages, const Call& call, const Request& request) {
  Violations form;
  if (!request.root().empty()) CheckName(kOrganisations, request.root(), "root", form);
  if (!form.empty()) return Malformed(form);
  SubtreePage opened;
  ZHIBU_ASSIGN_OR_RETURN(opened.day, call.AsOf(request));
  ZHIBU_ASSIGN_OR_RETURN(opened.page, pages.Open(request, call.caller()));
  ZHIBU_ASSIGN_OR_RETURN(opened.nodes, FoundOnce<SubtreeNode>(opened.page, [&] {
                           return ReadSubtree(*opened.page.snapshot,
                                              IdOf(kOrganisations, request.root()).value_or(""),
                                              request.line(), opened.day);
                         }));
  return opened;
}

// The row of an organisation that a subtree names.
inline absl::StatusOr<rows::OrganisationRow> RowOfNode(const Reader& reader,
                                                       const SubtreeNode& node) {
  ZHIBU_ASSIGN_OR_RETURN(std::optional<rows::OrganisationRow> row,
                         FindOrganisation(reader, node.id));
  if (!row) return absl::DataLossError("a subtree names an organisation that is not there");
  return *std::move(row);
}

// For lists of which an organisation may have several short rows, or none: calls `look(snapshot,
// row, day)` for at most a page of organisations, which it reads from the page's snapshot; fills
// revision and next_page_token.
template <typename Request, typename Response, typename Look>
absl::Status PageOverSubtree(Pages& pages, const Call& call, const Request& request,
                             Response* response, Look look) {
  ZHIBU_ASSIGN_OR_RETURN(const SubtreePage opened, OpenSubtree(pages, call, request));
  const Page& page = opened.page;
  response->set_revision(page.revision);
  size_t next = 0;
  if (!page.position.empty() && !absl::SimpleAtoi(page.position, &next)) {
    return absl::InternalError("a page's position is not ours");
  }
  const size_t end = std::min(opened.nodes->size(), next + static_cast<size_t>(page.size));
  for (; next < end; ++next) {
    ZHIBU_ASSIGN_OR_RETURN(const rows::OrganisationRow row,
                           RowOfNode(*page.snapshot, (*opened.nodes)[next]));
    ZHIBU_RETURN_IF_ERROR(look(*page.snapshot, row, opened.day));
  }
  if (end < opened.nodes->size()) {
    response->set_next_page_token(pages.NextToken(page, absl::StrCat(end)));
  }
  return absl::OkStatus();
}

}  // namespace zhibu::registry

#endif  // ZHIBU_SERVICES_REGISTRY_BOOKS_SUBTREE_PAGE_H_
