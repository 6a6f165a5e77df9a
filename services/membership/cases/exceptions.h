// The body of ListExceptions.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_CASES_EXCEPTIONS_H_
#define ZHIBU_SERVICES_MEMBERSHIP_CASES_EXCEPTIONS_H_

#include "absl/status/status.h"
#include "common/domain/shared_org_tree.h"
#include "common/rpc/call.h"
#include "common/rpc/paging.h"
#include "common/store/store.h"
#include "zhibu/membership/v1/membership_service.pb.h"

namespace zhibu::membership {

// Thread-safe; what it is given must outlive it.
class Exceptions {
 public:
  Exceptions(const SharedOrgTree* tree, Pages* pages) : tree_(*tree), pages_(*pages) {}

  absl::Status List(Call& call, const v1::ListExceptionsRequest& request, const Reader& reader,
                    v1::ListExceptionsResponse* response) const;

 private:
  const SharedOrgTree& tree_;
  Pages& pages_;
};

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_CASES_EXCEPTIONS_H_
