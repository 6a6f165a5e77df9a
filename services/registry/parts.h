// What all services of this program share.
#ifndef ZHIBU_SERVICES_REGISTRY_PARTS_H_
#define ZHIBU_SERVICES_REGISTRY_PARTS_H_

#include <utility>

#include "common/domain/shared_org_tree.h"
#include "services/registry/books/books.h"
#include "services/registry/rules/norms.h"

namespace zhibu::registry {

// Immutable but for what the books store; held by each service, so that it lives as long as the
// last of them.
struct Parts {
  // `tree` must outlive it.
  Parts(SharedOrgTree* tree, norms::Norms data) : norms(std::move(data)), books(tree, &norms) {}
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  const Norms norms;
  const Books books;
};

}  // namespace zhibu::registry

#endif  // ZHIBU_SERVICES_REGISTRY_PARTS_H_
