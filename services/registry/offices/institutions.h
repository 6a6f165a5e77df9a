// The bodies of the RPCs about institutions.
#ifndef ZHIBU_SERVICES_REGISTRY_OFFICES_INSTITUTIONS_H_
#define ZHIBU_SERVICES_REGISTRY_OFFICES_INSTITUTIONS_H_

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
class Institutions {
 public:
  Institutions(const Books* books, Pages* pages) : books_(*books), pages_(pages) {}

  absl::Status Create(Call& call, const v1::CreateInstitutionRequest& request, Txn& txn,
                      v1::CreateInstitutionResponse* response) const;
  absl::Status BatchCreate(Call& call, const v1::BatchCreateInstitutionsRequest& request, Txn& txn,
                           v1::BatchCreateInstitutionsResponse* response) const;
  absl::Status Update(Call& call, const v1::UpdateInstitutionRequest& request, Txn& txn,
                      v1::UpdateInstitutionResponse* response) const;
  absl::Status Get(Call& call, const v1::GetInstitutionRequest& request, const Reader& reader,
                   v1::GetInstitutionResponse* response) const;
  absl::Status BatchGet(Call& call, const v1::BatchGetInstitutionsRequest& request,
                        const Reader& reader, v1::BatchGetInstitutionsResponse* response) const;
  absl::Status Find(Call& call, const v1::FindInstitutionRequest& request, const Reader& reader,
                    v1::FindInstitutionResponse* response) const;
  absl::Status List(Call& call, const v1::ListInstitutionsRequest& request, const Reader& reader,
                    v1::ListInstitutionsResponse* response) const;

 private:
  // Judges one row to be registered and, where nothing is wrong with it, stores it; else `verdict`
  // says what. Answers its name.
  absl::StatusOr<std::string> Take(Call& call, Txn& txn,
                                   const v1::CreateInstitutionRequest& request,
                                   const std::string& prefix, Verdict& verdict) const;

  const Books& books_;
  Pages* const pages_;
};

}  // namespace zhibu::registry

#endif  // ZHIBU_SERVICES_REGISTRY_OFFICES_INSTITUTIONS_H_
