// Reading personal data in full, and sealing them anew (查阅留痕、换用新密钥).
#ifndef ZHIBU_SERVICES_MEMBERSHIP_PRIVACY_REVEALS_H_
#define ZHIBU_SERVICES_MEMBERSHIP_PRIVACY_REVEALS_H_

#include "absl/status/status.h"
#include "common/rpc/call.h"
#include "common/rpc/paging.h"
#include "common/store/store.h"
#include "common/store/txn.h"
#include "services/membership/books/tables.h"
#include "zhibu/membership/v1/privacy_service.pb.h"

namespace zhibu::membership {

// Thread-safe; what it is given must outlive it.
class Reveals {
 public:
  Reveals(const PersonalDataKeys* keys, const Tables* tables, Pages* pages)
      : keys_(*keys), tables_(*tables), pages_(*pages) {}

  // A write, although it answers data: nothing is answered before it is journaled who asked.
  absl::Status Reveal(Call& call, const v1::RevealPersonRequest& request, Txn& txn,
                      v1::RevealPersonResponse* response) const;
  absl::Status List(Call& call, const v1::ListRevealsRequest& request, const Reader& reader,
                    v1::ListRevealsResponse* response) const;
  absl::Status Reseal(Call& call, const v1::ResealPersonsRequest& request, Txn& txn,
                      v1::ResealPersonsResponse* response) const;

 private:
  const PersonalDataKeys& keys_;
  const Tables& tables_;
  Pages& pages_;
};

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_PRIVACY_REVEALS_H_
