#include "services/registry/offices/posts.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "common/base/resource_name.h"
#include "services/registry/books/books.h"
#include "services/registry/books/convert.h"
#include "services/registry/books/subtree.h"
#include "services/registry/books/tables.h"
#include "services/registry/rules/dated.h"

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

// Whether the seat is in the caller's scope. Both failures look alike.
absl::StatusOr<bool> SeatVisible(Call& call, const Reader& reader, const std::string& seat) {
  if (IdOf(kOrganisations, seat)) return call.RequireScope(seat).ok();
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::InstitutionRow> institution,
                         FindInstitution(reader, IdOf(kInstitutions, seat).value_or("")));
  return institution && call.RequireScope(NameOf(kOrganisations, institution->keeper())).ok();
}

absl::StatusOr<rows::PostRow> RowOfEntry(const Reader& reader, const std::string& id) {
  ZHIBU_ASSIGN_OR_RETURN(std::optional<rows::PostRow> row, FindPost(reader, id));
  if (!row) return absl::DataLossError("an index names a post that is not there");
  return *std::move(row);
}

// Organisations and institutions of a subtree at which posts are held.
absl::StatusOr<std::vector<std::string>> SeatsWithin(const Reader& reader, const std::string& root,
                                                     type::v1::Line line, absl::CivilDay day) {
  std::vector<std::string> seats;
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<SubtreeNode> nodes,
                         ReadSubtree(reader, root, line, day));
  for (const SubtreeNode& node : nodes) seats.push_back(NameOf(kOrganisations, node.id));
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> kept, KeptBy(reader, nodes));
  for (const std::string& id : kept) seats.push_back(NameOf(kInstitutions, id));
  return seats;
}

// By id: the posts ever held in a subtree, and in the institutions kept there; with a holder (a
// person's id) those of him or her alone, anywhere where `root` is empty.
absl::StatusOr<std::vector<std::string>> PostsWithin(const Reader& reader, const std::string& root,
                                                     type::v1::Line line, absl::CivilDay day,
                                                     const std::string& holder) {
  std::vector<std::string> seats, ids;
  if (!root.empty()) {
    ZHIBU_ASSIGN_OR_RETURN(seats, SeatsWithin(reader, root, line, day));
  }
  if (!holder.empty()) {
    ZHIBU_ASSIGN_OR_RETURN(ids, PostsOfHolder(reader, holder));
    if (root.empty()) return ids;
    const std::set<std::string> within(seats.begin(), seats.end());
    std::vector<std::string> held;
    for (std::string& id : ids) {
      ZHIBU_ASSIGN_OR_RETURN(const rows::PostRow row, RowOfEntry(reader, id));
      if (within.contains(row.seat())) held.push_back(std::move(id));
    }
    return held;
  }
  for (const std::string& seat : seats) {
    ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> posts, AtSeat(reader, seat));
    ids.insert(ids.end(), posts.begin(), posts.end());
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

// Whether an election in these books filled it. One that was entered with an election's name (期初)
// was not filled by it, and is put right by itself.
absl::StatusOr<bool> IsElected(const Reader& reader, const rows::PostRow& post) {
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<v1::Election> election,
                         FindElection(reader, post.election()));
  return election && std::find(election->posts().begin(), election->posts().end(),
                               NameOf(kPosts, post.id())) != election->posts().end();
}

void RefuseElected(const rows::PostRow& post, const std::string& subject, Violations& refused) {
  AddViolation(refused, "POST_IS_ELECTED", subject,
               absl::StrCat("该职务由选举 ", post.election(),
                            " 产生，请更正或作废那次选举；这里只能更正是否专职、是否任命"));
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
  row.set_version(kFirstVersion);
  row.clear_corrections();
  row.clear_withdrawn();
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
  ZHIBU_RETURN_IF_ERROR(zhibu::RequireEtag(request.etag(), row->version(), request.name()));
  if (row->withdrawn()) return AlreadyWithdrawn(request.name());
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

absl::Status Posts::Correct(Call& call, const v1::CorrectPostRequest& request, Txn& txn,
                            v1::CorrectPostResponse* response) const {
  const v1::Post& given = request.post();
  Violations form = FormOfCorrection(
      request, given, kPosts, "post",
      {"seat", "kind", "holder", "full_time", "valid_from", "valid_to", "appointed"});
  if (!form.empty()) return Malformed(form);
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::PostRow> before,
                         FindPost(txn, *IdOf(kPosts, given.name())));
  if (!before) return NotFound(given.name());
  ZHIBU_ASSIGN_OR_RETURN(const bool visible, SeatVisible(call, txn, before->seat()));
  if (!visible) return NotFound(given.name());
  ZHIBU_RETURN_IF_ERROR(
      zhibu::RequireEtag(given.etag(), before->version(), given.name(), "post.etag"));
  if (before->withdrawn()) return AlreadyWithdrawn(given.name());

  Violations refused;
  ZHIBU_ASSIGN_OR_RETURN(const bool elected, IsElected(txn, *before));
  if (elected) {
    // What the election says is put right there; it would not stand here any longer.
    if (request.withdraw()) RefuseElected(*before, "post.name", refused);
    for (const std::string& path : request.update_mask().paths()) {
      if (path == "full_time" || path == "appointed") continue;
      RefuseElected(*before, absl::StrCat("post.", path), refused);
    }
    if (!refused.empty()) return Refused(refused);
  }
  v1::Post post = ToContract(*before);
  const type::v1::RecordedCorrection recorded = zhibu::Correct(
      call, request.correction(), request.update_mask(), request.withdraw(), "", given, &post);
  if (!request.withdraw()) {
    CheckForm(post, "post", form);
    if (!form.empty()) return Malformed(form);
  }
  if (!request.withdraw() && recorded.fields().empty()) return NothingToCorrect(given.name());
  rows::PostRow row = RowOf(post);
  row.set_withdrawn(request.withdraw());
  row.set_version(before->version() + 1);
  *row.add_corrections() = recorded;
  if (!request.withdraw()) {
    ZHIBU_ASSIGN_OR_RETURN(const Seat seat, SeatInScope(call, txn, row.seat()));
    JudgePost(row, seat, "post", refused);
    if (!refused.empty()) return Refused(refused);
  }
  ZHIBU_RETURN_IF_ERROR(books_.Store(txn, row));
  *response->mutable_post() = ToContract(row);
  return absl::OkStatus();
}

absl::Status Posts::Get(Call& call, const v1::GetPostRequest& request, const Reader& reader,
                        v1::GetPostResponse* response) const {
  const std::optional<std::string> id = IdOf(kPosts, request.name());
  if (!id) return Malformed("name", "NAME_INVALID", "任职须写成 posts/{编号}");
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay asked, call.AsOf(request));
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::PostRow> post, FindPost(reader, *id));
  if (!post) return NotFound(request.name());
  ZHIBU_ASSIGN_OR_RETURN(const bool shown, SeatVisible(call, reader, post->seat()));
  if (!shown) return NotFound(request.name());
  *response->mutable_post() = ToContract(*post);
  // Nothing is held beside what never was.
  if (post->withdrawn()) return absl::OkStatus();
  const int32_t day = std::min(DayNumber(asked), post->to() - 1);
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> ids, PostsOfHolder(reader, post->holder()));
  for (const std::string& other : ids) {
    if (other == *id) continue;
    ZHIBU_ASSIGN_OR_RETURN(const rows::PostRow beside, RowOfEntry(reader, other));
    if (!PeriodOf(beside).Has(day)) continue;
    // What is held out of the caller's scope is not told.
    ZHIBU_ASSIGN_OR_RETURN(const bool told, SeatVisible(call, reader, beside.seat()));
    if (told) *response->add_held_beside() = ToContract(beside);
  }
  return absl::OkStatus();
}

absl::Status Posts::List(Call& call, const v1::ListPostsRequest& request, const Reader&,
                         v1::ListPostsResponse* response) const {
  Violations form;
  if (!request.root().empty()) CheckName(kOrganisations, request.root(), "root", form);
  if (!request.holder().empty()) CheckName(kPersons, request.holder(), "holder", form);
  if (!form.empty()) return Malformed(form);
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay as_of, call.AsOf(request));
  ZHIBU_ASSIGN_OR_RETURN(Page page, pages_.Open(request, call.caller()));
  const auto shown = [&](const rows::PostRow& row) -> absl::StatusOr<std::optional<v1::Post>> {
    const auto& kinds = request.kinds();
    if (row.withdrawn() || !PeriodOf(row).Has(DayNumber(as_of)) ||
        (!kinds.empty() && std::find(kinds.begin(), kinds.end(), row.kind()) == kinds.end())) {
      return std::nullopt;
    }
    return ToContract(row);
  };
  if (request.root().empty() && request.holder().empty()) {
    return FillPage(
        pages_, page, {Under(PostsKey())}, response, response->mutable_posts(),
        [&](absl::string_view, absl::string_view value) -> absl::StatusOr<std::optional<v1::Post>> {
          rows::PostRow row;
          if (!row.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
            return absl::DataLossError("a stored row cannot be read");
          }
          return shown(row);
        });
  }
  ZHIBU_ASSIGN_OR_RETURN(
      const auto ids, FoundOnce<std::string>(page, [&] {
        return PostsWithin(*page.snapshot, IdOf(kOrganisations, request.root()).value_or(""),
                           request.line(), as_of, IdOf(kPersons, request.holder()).value_or(""));
      }));
  return FillPage(pages_, page, *ids, response, response->mutable_posts(),
                  [&](const std::string& id) -> absl::StatusOr<std::optional<v1::Post>> {
                    ZHIBU_ASSIGN_OR_RETURN(const rows::PostRow row, RowOfEntry(*page.snapshot, id));
                    return shown(row);
                  });
}

}  // namespace zhibu::registry
