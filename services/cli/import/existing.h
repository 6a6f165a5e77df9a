// What the books have already of a batch: asked only when a service refuses the batch.
#ifndef ZHIBU_SERVICES_CLI_IMPORT_EXISTING_H_
#define ZHIBU_SERVICES_CLI_IMPORT_EXISTING_H_

#include "absl/status/statusor.h"
#include "services/cli/import/api.h"

namespace zhibu::cli {

// The reason of a row that says something else than the books.
inline constexpr char kOtherContent[] = "EXISTS_WITH_OTHER_CONTENT";

enum class Presence {
  kAbsent,  // not there
  kSame,    // there, and says the same
  kOther,   // there, and says something else
};

absl::StatusOr<Presence> Find(ImportApi& api, const registry::v1::CreateOrganisationRequest& row);
absl::StatusOr<Presence> Find(ImportApi& api, const registry::v1::CreateInstitutionRequest& row);
absl::StatusOr<Presence> Find(ImportApi& api, const registry::v1::CreatePostRequest& row);
absl::StatusOr<Presence> Find(ImportApi& api, const registry::v1::RecordElectionRequest& row);
absl::StatusOr<Presence> Find(ImportApi& api, const registry::v1::CreateFacilityRequest& row);
// Names and numbers come back masked: of the ID number what is shown is compared.
absl::StatusOr<Presence> Find(ImportApi& api, const membership::v1::CreatePersonRequest& row);
absl::StatusOr<Presence> Find(ImportApi& api, const activity::v1::CreateActivityRequest& row);

// How many of the steps the books have, 0 where the case is not there, and its etag. nullopt: the
// two tell different stories.
struct RecordedCase {
  int steps = 0;
  std::string etag;
};
absl::StatusOr<std::optional<RecordedCase>> FindCase(ImportApi& api,
                                                     const membership::v1::CaseSteps& steps);

// Whether what `answered` says of a thing is what `asked` says; what only answers carry, and the
// order of dated lists, do not count.
bool SaysTheSame(registry::v1::Organisation asked, registry::v1::Organisation answered);
bool SaysTheSame(registry::v1::Institution asked, registry::v1::Institution answered);
bool SaysTheSame(registry::v1::Post asked, registry::v1::Post answered);
bool SaysTheSame(const membership::v1::CreatePersonRequest& asked,
                 const membership::v1::Person& answered);
bool SaysTheSame(activity::v1::Activity asked, activity::v1::Activity answered);

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_IMPORT_EXISTING_H_
