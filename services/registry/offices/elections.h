// The bodies of the RPCs about elections and terms.
#ifndef ZHIBU_SERVICES_REGISTRY_OFFICES_ELECTIONS_H_
#define ZHIBU_SERVICES_REGISTRY_OFFICES_ELECTIONS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/rpc/call.h"
#include "common/rpc/paging.h"
#include "common/store/store.h"
#include "common/store/txn.h"
#include "services/registry/books/books.h"
#include "services/registry/books/request.h"
#include "services/registry/rules/norms.h"
#include "zhibu/registry/v1/election_service.pb.h"

namespace zhibu::registry {

// Thread-safe. What it is given must outlive it.
class Elections {
 public:
  Elections(const Norms* norms, const Books* books, Pages* pages)
      : norms_(*norms), books_(*books), pages_(*pages) {}

  absl::Status Record(Call& call, const v1::RecordElectionRequest& request, Txn& txn,
                      v1::RecordElectionResponse* response) const;
  absl::Status BatchRecord(Call& call, const v1::BatchRecordElectionsRequest& request, Txn& txn,
                           v1::BatchRecordElectionsResponse* response) const;
  absl::Status Decide(Call& call, const v1::DecideElectionRequest& request, Txn& txn,
                      v1::DecideElectionResponse* response) const;
  absl::Status Postpone(Call& call, const v1::PostponeElectionRequest& request, Txn& txn,
                        v1::PostponeElectionResponse* response) const;
  absl::Status Correct(Call& call, const v1::CorrectElectionRequest& request, Txn& txn,
                       v1::CorrectElectionResponse* response) const;
  absl::Status Get(Call& call, const v1::GetElectionRequest& request, const Reader& reader,
                   v1::GetElectionResponse* response) const;
  absl::Status GetTerm(Call& call, const v1::GetTermRequest& request, const Reader& reader,
                       v1::GetTermResponse* response) const;
  absl::Status List(Call& call, const v1::ListElectionsRequest& request, const Reader& reader,
                    v1::ListElectionsResponse* response) const;
  absl::Status ListDue(Call& call, const v1::ListElectionsDueRequest& request, const Reader& reader,
                       v1::ListElectionsDueResponse* response) const;

 private:
  // Judges one and, where nothing is wrong with it, stores it; else `verdict` says what.
  absl::StatusOr<v1::Election> Take(Call& call, Txn& txn, const v1::RecordElectionRequest& request,
                                    const std::string& prefix, Verdict& verdict) const;

  const Norms& norms_;
  const Books& books_;
  Pages& pages_;
};

}  // namespace zhibu::registry

#endif  // ZHIBU_SERVICES_REGISTRY_OFFICES_ELECTIONS_H_
