#include "services/registry/offices/posts.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "common/base/resource_name.h"
#include "services/registry/books/books.h"
#include "services/registry/books/convert.h"
#include "services/registry/books/subtree.h"
#include "services/registry/books/tables.h"

namespace zhibu::registry {
namespace {

// The seat by its resource name, for a caller in whose scope it is: the organisation's own, or that
// of the institution's keeper. One that does not exist is in the scope of the whole suite only, so
// that a stranger cannot tell.
absl::StatusOr<Seat> SeatInScope(Call& call, const Reader& reader, const std::string& name) {
  Seat seat;
  if (const auto id = IdOf(kOrganisations, name)) {
    ZHIBU_RETURN_IF_ERROR(call.RequireScope(name));
    ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::OrganisationRow> row,
                           FindOrganisation(reader, *id));
    if (row) seat = {true, row->established(), row->dissolved(), {}};
  } else {
    ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::InstitutionRow> row,
                           FindInstitution(reader, IdOf(kInstitutions, name).value_or("")));
    if (!call.RequireScope(row ? NameOf(kOrganisations, row->keeper()) : "").ok()) {
      return NotFound(name);
    }
    if (row) seat = {true, row->opened(), row->closed(), {}};
  }
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> posts, AtSeat(reader, name));
  for (const std::string& id : posts) {
    ZHIBU_ASSIGN_OR_RETURN(std::optional<rows::PostRow> post, FindPost(reader, id));
    if (post) seat.posts.push_back(*std::move(post));
  }
  return seat;
}

// By id: the posts ever held in a subtree and in the institutions kept there.
absl::StatusOr<std::vector<std::string>> PostsWithin(const Reader& reader, const std::string& root,
                                                     type::v1::Line line, absl::CivilDay day) {
  std::vector<std::string> seats;
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<SubtreeNode> nodes,
                         ReadSubtree(reader, root, line, day));
  for (const SubtreeNode& node : nodes) seats.push_back(NameOf(kOrganisations, node.id));
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> kept, KeptBy(reader, nodes));
  for (const std::string& id : kept) seats.push_back(NameOf(kInstitutions, id));
  std::vector<std::string> ids;
  for (const std::string& seat : seats) {
    ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> posts, AtSeat(reader, seat));
    ids.insert(ids.end(), posts.begin(), posts.end());
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

}  // namespace

absl::StatusOr<std::string> Posts::Take(Call& call, Txn& txn, const v1::CreatePostRequest& request,
                                        const std::string& prefix, Verdict& verdict) const {
  const std::string& id = request.post_id();
  const std::string name = NameOf(kPosts, id);
  const std::string at = absl::StrCat(prefix, "post");
  Violations form, refused;
  CheckId(id, absl::StrCat(at, "_id"), form);
  CheckForm(request.post(), at, form);
  if (!form.empty()) {
    verdict.form.insert(verdict.form.end(), form.begin(), form.end());
    return name;
  }
  rows::PostRow row = RowOf(request.post());
  row.set_id(id);
  row.set_version(1);
  ZHIBU_ASSIGN_OR_RETURN(const Seat seat, SeatInScope(call, txn, row.seat()));
  JudgePost(row, seat, at, refused);
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::PostRow> old, FindPost(txn, id));
  if (old) {
    AddViolation(refused, "POST_EXISTS", absl::StrCat(at, "_id"),
                 absl::StrCat("任职 ", id, " 已经登记"));
  }
  if (!refused.empty()) {
    verdict.refused.insert(verdict.refused.end(), refused.begin(), refused.end());
    return name;
  }
  ZHIBU_RETURN_IF_ERROR(books_.Store(txn, row));
  return name;
}

absl::Status Posts::Create(Call& call, const v1::CreatePostRequest& request, Txn& txn,
                           v1::CreatePostResponse* response) const {
  Verdict verdict;
  ZHIBU_ASSIGN_OR_RETURN(const std::string name, Take(call, txn, request, "", verdict));
  ZHIBU_RETURN_IF_ERROR(OneRow(verdict, name, "POST_EXISTS"));
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::PostRow> row, FindPost(txn, request.post_id()));
  *response->mutable_post() = ToContract(*row);
  return absl::OkStatus();
}

absl::Status Posts::BatchCreate(Call& call, const v1::BatchCreatePostsRequest& request, Txn& txn,
                                v1::BatchCreatePostsResponse* response) const {
  return TakeBatch(request, response,
                   [&](const v1::CreatePostRequest& row, const std::string& prefix,
                       Verdict& verdict) { return Take(call, txn, row, prefix, verdict); });
}

absl::Status Posts::End(Call& call, const v1::EndPostRequest& request, Txn& txn,
                        v1::EndPostResponse* response) const {
  Verdict verdict;
  const std::optional<std::string> id = IdOf(kPosts, request.name());
  if (!id) AddViolation(verdict.form, "NAME_INVALID", "name", "任职须写成 posts/{编号}");
  RequireEtag(request.etag(), "etag", verdict.form);
  CheckDate(request.valid_to(), true, "valid_to", verdict.form);
  ZHIBU_RETURN_IF_ERROR(verdict.status());
  ZHIBU_ASSIGN_OR_RETURN(std::optional<rows::PostRow> row, FindPost(txn, *id));
  if (!row) return NotFound(request.name());
  const absl::StatusOr<Seat> seat = SeatInScope(call, txn, row->seat());
  if (absl::IsNotFound(seat.status())) return NotFound(request.name());
  ZHIBU_RETURN_IF_ERROR(seat.status());
  ZHIBU_RETURN_IF_ERROR(CheckEtag(request.name(), request.etag(), row->version()));
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay valid_to, FromProto(request.valid_to()));
  row->set_to(DayNumber(valid_to));
  row->set_version(row->version() + 1);
  // A later end than before may run into a successor: it is judged like a new post.
  Violations refused;
  JudgePost(*row, *seat, "", refused);
  for (Violation& violation : refused) {
    violation.subject = "valid_to";
    verdict.refused.push_back(violation);
  }
  ZHIBU_RETURN_IF_ERROR(verdict.status());
  ZHIBU_RETURN_IF_ERROR(books_.Store(txn, *row));
  *response->mutable_post() = ToContract(*row);
  return absl::OkStatus();
}

absl::Status Posts::List(Call& call, const v1::ListPostsRequest& request, const Reader&,
                         v1::ListPostsResponse* response) const {
  const std::optional<std::string> root = IdOf(kOrganisations, request.root());
  if (!root && !request.root().empty()) {
    return Malformed("root", "NAME_INVALID", "党组织须写成 organisations/{编号}");
  }
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay as_of, ReadDay(request.as_of(), call.today()));
  const int32_t day = DayNumber(as_of);
  ZHIBU_ASSIGN_OR_RETURN(Page page, pages_->Open(request, call.caller()));
  response->set_revision(page.revision);

  // False once the page is full and something is left for the next one.
  std::string last = page.position;
  const auto take = [&](const rows::PostRow& row) {
    const auto& kinds = request.kinds();
    if (day < row.from() || day >= row.to() ||
        (!kinds.empty() && std::find(kinds.begin(), kinds.end(), row.kind()) == kinds.end())) {
      return true;
    }
    if (response->posts_size() == page.size) {
      response->set_next_page_token(pages_->NextToken(page, last));
      return false;
    }
    *response->add_posts() = ToContract(row);
    last = row.id();
    return true;
  };
  if (!root) return ScanPosts(*page.snapshot, page.position, take);
  ZHIBU_ASSIGN_OR_RETURN(const auto ids, FoundOnce<std::string>(page, [&] {
                           return PostsWithin(*page.snapshot, *root, request.line(), as_of);
                         }));
  for (auto it = std::upper_bound(ids->begin(), ids->end(), page.position); it != ids->end();
       ++it) {
    ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::PostRow> row, FindPost(*page.snapshot, *it));
    if (!row) return absl::DataLossError("an index names a post that is not there");
    if (!take(*row)) break;
  }
  return absl::OkStatus();
}

}  // namespace zhibu::registry
