// The bodies of the RPCs about who leads and what is vacant.
#ifndef ZHIBU_SERVICES_REGISTRY_OFFICES_LEADERSHIP_H_
#define ZHIBU_SERVICES_REGISTRY_OFFICES_LEADERSHIP_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/rpc/call.h"
#include "common/rpc/paging.h"
#include "common/store/store.h"
#include "services/registry/rules/norms.h"
#include "zhibu/registry/v1/leadership_service.pb.h"

namespace zhibu::registry {

// Thread-safe. `norms` and `pages` must outlive it.
class LeadershipLists {
 public:
  LeadershipLists(const Norms* norms, Pages* pages) : norms_(*norms), pages_(*pages) {}

  absl::Status Matrix(Call& call, const v1::ListPostMatrixRequest& request, const Reader& reader,
                      v1::ListPostMatrixResponse* response) const;
  absl::Status Vacancies(Call& call, const v1::ListVacanciesRequest& request, const Reader& reader,
                         v1::ListVacanciesResponse* response) const;

 private:
  const Norms& norms_;
  Pages& pages_;
};

}  // namespace zhibu::registry

#endif  // ZHIBU_SERVICES_REGISTRY_OFFICES_LEADERSHIP_H_
