// The bodies of the RPCs about posts.
#ifndef ZHIBU_SERVICES_REGISTRY_OFFICES_POSTS_H_
#define ZHIBU_SERVICES_REGISTRY_OFFICES_POSTS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/rpc/call.h"
#include "common/rpc/paging.h"
#include "common/store/store.h"
#include "common/store/txn.h"
#include "services/registry/books/books.h"
#include "services/registry/books/request.h"
#include "services/registry/books/rows.pb.h"
#include "zhibu/registry/v1/registry_service.pb.h"

namespace zhibu::registry {

// Thread-safe. `pages` must outlive it.
class Posts {
 public:
  Posts(const Books* books, Pages* pages) : books_(*books), pages_(*pages) {}

  absl::Status Create(Call& call, const v1::CreatePostRequest& request, Txn& txn,
                      v1::CreatePostResponse* response) const;
  absl::Status BatchCreate(Call& call, const v1::BatchCreatePostsRequest& request, Txn& txn,
                           v1::BatchCreatePostsResponse* response) const;
  absl::Status End(Call& call, const v1::EndPostRequest& request, Txn& txn,
                   v1::EndPostResponse* response) const;
  absl::Status Correct(Call& call, const v1::CorrectPostRequest& request, Txn& txn,
                       v1::CorrectPostResponse* response) const;
  absl::Status Get(Call& call, const v1::GetPostRequest& request, const Reader& reader,
                   v1::GetPostResponse* response) const;
  absl::Status List(Call& call, const v1::ListPostsRequest& request, const Reader& reader,
                    v1::ListPostsResponse* response) const;

 private:
  // Judges one row to be recorded and, where nothing is wrong with it, stores it; else `verdict`
  // says what. Answers its name.
  absl::StatusOr<std::string> Take(Call& call, Txn& txn, const v1::CreatePostRequest& request,
                                   const std::string& prefix, Verdict& verdict) const;

  const Books& books_;
  Pages& pages_;
};

}  // namespace zhibu::registry

#endif  // ZHIBU_SERVICES_REGISTRY_OFFICES_POSTS_H_
