// What a sound row says, as a message of the contract.
#ifndef ZHIBU_SERVICES_CLI_IMPORT_MESSAGES_H_
#define ZHIBU_SERVICES_CLI_IMPORT_MESSAGES_H_

#include "services/cli/import/reader.h"
#include "zhibu/activity/v1/activity_service.pb.h"
#include "zhibu/membership/v1/membership_service.pb.h"
#include "zhibu/registry/v1/election_service.pb.h"
#include "zhibu/registry/v1/facility_service.pb.h"
#include "zhibu/registry/v1/registry_service.pb.h"

namespace zhibu::cli {

registry::v1::CreateOrganisationRequest OrganisationOf(const Row& row);  // without affiliations
registry::v1::Affiliation AffiliationOf(const Row& row);
registry::v1::CreateInstitutionRequest InstitutionOf(const Row& row);  // without dated lists
registry::v1::HeadCount HeadCountOf(const Row& row);
registry::v1::Coverage CoverageOf(const Row& row);
registry::v1::CreatePostRequest PostOf(const Row& row);
// An opening entry: its figures are not in the file.
registry::v1::RecordElectionRequest ElectionOf(const Row& row);
registry::v1::CreateFacilityRequest FacilityOf(const Row& row);
membership::v1::CreatePersonRequest PersonOf(const Row& row);
// "persons/{person}/cases/{case}".
std::string CaseNameOf(const Row& row);
membership::v1::Step StepOf(const Row& row);
activity::v1::CreateActivityRequest ActivityOf(const Row& row);

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_IMPORT_MESSAGES_H_
