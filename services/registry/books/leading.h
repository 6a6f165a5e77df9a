// Who leads an organisation, read from the books.
#ifndef ZHIBU_SERVICES_REGISTRY_BOOKS_LEADING_H_
#define ZHIBU_SERVICES_REGISTRY_BOOKS_LEADING_H_

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "common/store/store.h"
#include "services/registry/books/rows.pb.h"
#include "services/registry/rules/leadership.h"

namespace zhibu::registry {

// The posts of an organisation and of the heads of its own institutions, as of a day; members as of
// now.
absl::StatusOr<Leadership> ReadLeadership(const Reader& reader,
                                          const rows::OrganisationRow& organisation,
                                          absl::CivilDay day);

}  // namespace zhibu::registry

#endif  // ZHIBU_SERVICES_REGISTRY_BOOKS_LEADING_H_
