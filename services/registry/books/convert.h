// Between the contract's messages and the stored rows. Both ways lose nothing, so that an event
// states a row completely.
#ifndef ZHIBU_SERVICES_REGISTRY_BOOKS_CONVERT_H_
#define ZHIBU_SERVICES_REGISTRY_BOOKS_CONVERT_H_

#include "absl/time/civil_time.h"
#include "services/registry/books/rows.pb.h"
#include "zhibu/registry/v1/events.pb.h"
#include "zhibu/registry/v1/institution.pb.h"
#include "zhibu/registry/v1/organisation.pb.h"
#include "zhibu/registry/v1/post.pb.h"

namespace zhibu::registry {

// The rows of messages whose form was checked: a date or name that cannot be read becomes an open
// end or an empty id. An etag that is not a number is version 0. The dated lists keep their order.
rows::OrganisationRow RowOf(const v1::Organisation& organisation);
rows::InstitutionRow RowOf(const v1::Institution& institution);
rows::PostRow RowOf(const v1::Post& post);
rows::OrganisationRow RowOf(const v1::OrganisationRecord& record);
rows::InstitutionRow RowOf(const v1::InstitutionRecord& record);
rows::PostRow RowOf(const v1::PostRecord& record);

// The whole resource; an organisation without the fields that are computed for a date.
v1::Organisation ToContract(const rows::OrganisationRow& row);
v1::Institution ToContract(const rows::InstitutionRow& row);
v1::Post ToContract(const rows::PostRow& row);
// The same as an event states it.
v1::OrganisationRecord ToRecord(const rows::OrganisationRow& row);
v1::InstitutionRecord ToRecord(const rows::InstitutionRow& row);
v1::PostRecord ToRecord(const rows::PostRow& row);

// With its parents on `day`; an institution with what it was called and was on a day of its life.
v1::Organisation AsOf(const rows::OrganisationRow& row, absl::CivilDay day);
v1::Institution AsOf(const rows::InstitutionRow& row, absl::CivilDay day);

// Puts the dated lists oldest first, as the contract answers them.
void SortDated(rows::OrganisationRow& row);
void SortDated(rows::InstitutionRow& row);

}  // namespace zhibu::registry

#endif  // ZHIBU_SERVICES_REGISTRY_BOOKS_CONVERT_H_
