// The posts of an organisation as if one of its elections had not been held: what recording it has
// ended, and what correcting it opens again.
#ifndef ZHIBU_SERVICES_REGISTRY_BOOKS_ENDED_POSTS_H_
#define ZHIBU_SERVICES_REGISTRY_BOOKS_ENDED_POSTS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/store/store.h"
#include "common/store/txn.h"
#include "services/registry/books/rows.pb.h"
#include "zhibu/registry/v1/election.pb.h"

namespace zhibu::registry {

struct PostBefore {
  rows::PostRow row;
  // It was recorded, or given its end, after the election: another one recorded in that one's place
  // would not have ended it.
  bool since = false;
};

// The posts at the seat of the organisation, by id, as they would stand without `election`: its own
// are not among them, those that it ended have the end that they had. `election` is the stored one,
// or null where there is none yet.
absl::StatusOr<std::vector<PostBefore>> PostsWithout(const Reader& reader,
                                                     const std::string& organisation_id,
                                                     const v1::Election* election);

// Whether `election` ends the post, or cannot be held as long as the post begins later: a new term
// ends the posts of the committee before.
bool EndedBy(const v1::Election& election, const PostBefore& post);

// Whether the two are the same but for who decided what about them.
bool SameElection(const v1::Election& one, const v1::Election& other);

// Notes which posts `election` ends, from the tables as they are before it ends them; `before` is
// the row in whose place it comes, or null.
absl::Status NoteEndedPosts(Txn& txn, const v1::Election* before, const v1::Election& election);

}  // namespace zhibu::registry

#endif  // ZHIBU_SERVICES_REGISTRY_BOOKS_ENDED_POSTS_H_
