#include "services/registry/books/ended_posts.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/domain/classes.h"
#include "common/store/keys.h"
#include "common/store/table.h"
#include "services/registry/books/tables.h"

namespace zhibu::registry {
namespace {

Key EndedKey(const v1::Election& election) {
  return Key(static_cast<uint8_t>(Table::kEndedPosts))
      .Text(IdOf(kElections, election.name()).value_or(""));
}

int32_t DayOf(const v1::Election& election) {
  return DayNumber(FromProto(election.held_on()).value_or(kNoStart));
}

// What makes an election, in bytes that are the same for the same.
std::string ContentOf(const v1::Election& election) {
  v1::Election content;
  content.set_kind(election.kind());
  *content.mutable_held_on() = election.held_on();
  *content.mutable_ballots() = election.ballots();
  // Who is elected follows from the rest.
  for (v1::Ballot& ballot : *content.mutable_ballots()) {
    for (v1::Candidate& candidate : *ballot.mutable_candidates()) candidate.clear_elected();
  }
  return content.SerializeAsString();
}

}  // namespace

absl::StatusOr<std::vector<PostBefore>> PostsWithout(const Reader& reader,
                                                     const std::string& organisation_id,
                                                     const v1::Election* election) {
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::OrganisationRow> organisation,
                         FindOrganisation(reader, organisation_id));
  if (!organisation) return absl::DataLossError("an election of an organisation that is not there");
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                         AtSeat(reader, NameOf(kOrganisations, organisation_id)));
  const bool for_term = election != nullptr && election->kind() == v1::ELECTION_KIND_TERM;
  const int32_t day = election == nullptr ? 0 : DayOf(*election);
  std::optional<rows::EndedPostsRow> ended;
  if (for_term) {
    ZHIBU_ASSIGN_OR_RETURN(ended, GetRow<rows::EndedPostsRow>(reader, EndedKey(*election)));
  }
  std::map<std::string, int32_t> ends;
  if (ended) {
    for (const rows::EndedPostRow& post : ended->posts()) ends[post.post()] = post.to();
  }
  std::set<std::string> own;
  if (election != nullptr) own.insert(election->posts().begin(), election->posts().end());
  std::vector<PostBefore> posts;
  for (const std::string& id : ids) {
    ZHIBU_ASSIGN_OR_RETURN(std::optional<rows::PostRow> row, FindPost(reader, id));
    if (!row) return absl::DataLossError("an index names a post that is not there");
    PostBefore& post = posts.emplace_back();
    post.row = *std::move(row);
    if (election == nullptr) continue;
    if (own.contains(NameOf(kPosts, id))) {
      posts.pop_back();
      continue;
    }
    if (!for_term || !IsCommitteePost(post.row.kind())) continue;
    // Of an election from before this was noted: what ended on its day, and had no other end.
    const bool by_it = ended ? ends.contains(id) : post.row.from() < day;
    if (by_it && post.row.to() == day) {
      post.row.set_to(ended ? std::min(ends[id], organisation->dissolved())
                            : organisation->dissolved());
    } else {
      post.since = post.row.to() > day || (ended && by_it);
    }
  }
  return posts;
}

bool EndedBy(const v1::Election& election, const PostBefore& post) {
  return election.kind() == v1::ELECTION_KIND_TERM && !election.withdrawn() && !post.since &&
         IsCommitteePost(post.row.kind()) && post.row.to() > DayOf(election);
}

bool SameElection(const v1::Election& one, const v1::Election& other) {
  return one.withdrawn() == other.withdrawn() && ContentOf(one) == ContentOf(other);
}

absl::Status NoteEndedPosts(Txn& txn, const v1::Election* before, const v1::Election& election) {
  if (before != nullptr && SameElection(*before, election)) return absl::OkStatus();
  const Key key = EndedKey(election);
  if (election.kind() != v1::ELECTION_KIND_TERM || election.withdrawn()) {
    txn.Delete(key);
    return absl::OkStatus();
  }
  if (before == nullptr && !election.posts().empty()) {
    // Journals from before this was noted state the posts first: which of them it ended is not
    // told.
    ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::PostRow> stated,
                           FindPost(txn, IdOf(kPosts, election.posts(0)).value_or("")));
    if (stated) return absl::OkStatus();
  }
  ZHIBU_ASSIGN_OR_RETURN(
      const std::vector<PostBefore> posts,
      PostsWithout(txn, IdOf(kOrganisations, election.organisation()).value_or(""), before));
  rows::EndedPostsRow ended;
  for (const PostBefore& post : posts) {
    if (!EndedBy(election, post) || post.row.from() >= DayOf(election)) continue;
    rows::EndedPostRow& one = *ended.add_posts();
    one.set_post(post.row.id());
    one.set_to(post.row.to());
  }
  PutRow(txn, key, ended);
  return absl::OkStatus();
}

}  // namespace zhibu::registry
