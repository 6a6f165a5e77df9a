#include "services/cli/import/import.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "services/cli/import/assemble.h"
#include "services/cli/import/cases.h"
#include "services/cli/import/facts.h"
#include "services/cli/import/folder.h"
#include "services/cli/import/messages.h"
#include "services/cli/import/outside.h"
#include "services/cli/import/quotas.h"
#include "services/cli/import/sending.h"
#include "services/cli/import/transfers.h"

namespace zhibu::cli {
namespace {

// Sends the files, each in its way, in the order in which they need each other.
class Importer {
 public:
  explicit Importer(Sending& sending) : sending_(sending), api_(sending.api()) {}

  absl::Status Run() {
    const ImportServices& services = api_.services();
    ZHIBU_RETURN_IF_ERROR(SendOrganisations());
    ZHIBU_RETURN_IF_ERROR(SendInstitutions());
    ZHIBU_RETURN_IF_ERROR(SendPosts());
    ZHIBU_RETURN_IF_ERROR(SendElections());
    ZHIBU_RETURN_IF_ERROR(SendFacilities());
    const int64_t registry = sending_.result().revisions["registry"];
    if (sending_.Has(FileKind::kPersons) || sending_.Has(FileKind::kQuotas) ||
        sending_.Has(FileKind::kSteps)) {
      ZHIBU_RETURN_IF_ERROR(api_.WaitUntilFollowed(services.membership, "registry", registry));
    }
    ZHIBU_RETURN_IF_ERROR(SendPersons());
    ZHIBU_RETURN_IF_ERROR(sending_.SendEach(FileKind::kQuotas, &SendQuota, [](const Row& row) {
      return NameOf(kOrganisations, row.Text(quota_columns::kTo));
    }));
    CaseSending cases(sending_);
    ZHIBU_RETURN_IF_ERROR(cases.SendUntilMoves());
    const int64_t membership = sending_.result().revisions["membership"];
    if (sending_.Has(FileKind::kActivities)) {
      ZHIBU_RETURN_IF_ERROR(api_.WaitUntilFollowed(services.activity, "registry", registry));
      ZHIBU_RETURN_IF_ERROR(api_.WaitUntilFollowed(services.activity, "membership", membership));
    }
    ZHIBU_RETURN_IF_ERROR(SendActivities());
    ZHIBU_RETURN_IF_ERROR(sending_.SendEach(
        FileKind::kTransfers, &SendTransfer,
        [](const Row& row) { return NameOf("transfers", row.Text(transfer_columns::kId)); }));
    ZHIBU_RETURN_IF_ERROR(cases.SendAfterMoves());
    ZHIBU_RETURN_IF_ERROR(sending_.SendEach(FileKind::kFacts, &SendFact, [](const Row& row) {
      return NameOf(kPersons, row.Text(fact_columns::kPerson));
    }));
    if (services.reporting != nullptr) {
      sending_.WaitsFor("reporting");
      for (const auto& [source, revision] : sending_.result().revisions) {
        ZHIBU_RETURN_IF_ERROR(api_.WaitUntilFollowed(services.reporting, source, revision));
      }
    }
    return absl::OkStatus();
  }

 private:
  absl::Status SendOrganisations() {
    auto all = AssembleOrganisations(sending_.folder());
    Gathered<registry::v1::CreateOrganisationRequest> gathered;
    const auto send = [&] {
      return sending_.SendRows<registry::v1::BatchCreateOrganisationsRequest>(
          "registry", FileKind::kOrganisations,
          &registry::v1::RegistryService::Stub::BatchCreateOrganisations, api_.registry(),
          gathered);
    };
    for (size_t i = 0; i < all.items.size(); ++i) {
      sending_.Progress(FileKind::kAffiliations, all.items[i].organisation().affiliations_size());
      gathered.Add(std::move(all.items[i]), std::move(all.origins[i]));
      if (sending_.IsFull(gathered.rows, gathered.bytes)) ZHIBU_RETURN_IF_ERROR(send());
    }
    return send();
  }

  absl::Status SendInstitutions() {
    auto all = AssembleInstitutions(sending_.folder());
    Gathered<registry::v1::CreateInstitutionRequest> gathered;
    const auto send = [&] {
      return sending_.SendRows<registry::v1::BatchCreateInstitutionsRequest>(
          "registry", FileKind::kInstitutions,
          &registry::v1::RegistryService::Stub::BatchCreateInstitutions, api_.registry(), gathered);
    };
    for (size_t i = 0; i < all.items.size(); ++i) {
      sending_.Progress(FileKind::kHeadCounts, all.items[i].institution().head_counts_size());
      sending_.Progress(FileKind::kCoverages, all.items[i].institution().coverages_size());
      gathered.Add(std::move(all.items[i]), std::move(all.origins[i]));
      if (sending_.IsFull(gathered.rows, gathered.bytes)) ZHIBU_RETURN_IF_ERROR(send());
    }
    return send();
  }

  // A file whose rows are sent as they come.
  template <typename BatchRequest, typename Item, typename Stub, typename BatchResponse>
  absl::Status SendFile(const char* service, FileKind kind, const char* collection,
                        Item (*make)(const Row&), const std::string& (Item::*id)() const,
                        grpc::Status (Stub::*method)(grpc::ClientContext*, const BatchRequest&,
                                                     BatchResponse*),
                        Stub& stub) {
    Gathered<Item> gathered;
    absl::Status status;
    ReadChecked(sending_.folder(), kind, [&](const Row& row) {
      if (!status.ok()) return;
      Item item = make(row);
      Origin origin{NameOf(collection, (item.*id)()), kind, row.line, {}};
      gathered.Add(std::move(item), std::move(origin));
      if (sending_.IsFull(gathered.rows, gathered.bytes)) {
        status = sending_.SendRows<BatchRequest>(service, kind, method, stub, gathered);
      }
    });
    ZHIBU_RETURN_IF_ERROR(status);
    return sending_.SendRows<BatchRequest>(service, kind, method, stub, gathered);
  }

  absl::Status SendPosts() {
    return SendFile<registry::v1::BatchCreatePostsRequest>(
        "registry", FileKind::kPosts, kPosts, &PostOf, &registry::v1::CreatePostRequest::post_id,
        &registry::v1::RegistryService::Stub::BatchCreatePosts, api_.registry());
  }

  absl::Status SendElections() {
    return SendFile<registry::v1::BatchRecordElectionsRequest>(
        "registry", FileKind::kElections, kElections, &ElectionOf,
        &registry::v1::RecordElectionRequest::election_id,
        &registry::v1::ElectionService::Stub::BatchRecordElections, api_.elections());
  }

  absl::Status SendFacilities() {
    return SendFile<registry::v1::BatchCreateFacilitiesRequest>(
        "registry", FileKind::kFacilities, kFacilities, &FacilityOf,
        &registry::v1::CreateFacilityRequest::facility_id,
        &registry::v1::FacilityService::Stub::BatchCreateFacilities, api_.facilities());
  }

  absl::Status SendPersons() {
    return SendFile<membership::v1::BatchCreatePersonsRequest>(
        "membership", FileKind::kPersons, kPersons, &PersonOf,
        &membership::v1::CreatePersonRequest::person_id,
        &membership::v1::MembershipService::Stub::BatchCreatePersons, api_.membership());
  }

  absl::Status SendActivities() {
    return SendFile<activity::v1::BatchCreateActivitiesRequest>(
        "activity", FileKind::kActivities, kActivities, &ActivityOf,
        &activity::v1::CreateActivityRequest::activity_id,
        &activity::v1::ActivityService::Stub::BatchCreateActivities, api_.activity());
  }

  Sending& sending_;
  ImportApi& api_;
};

absl::Status Import(const ImportOptions& options, const std::string& path,
                    const ImportServices& services, const ImportProgressCallback& progress,
                    RowErrors* errors, ImportResult* result) {
  ZHIBU_ASSIGN_OR_RETURN(const Folder folder, LoadFolder(path, errors));
  const FolderFacts facts = CheckFolder(folder, errors);
  for (int i = 0; i < kFileKinds; ++i) {
    const auto kind = static_cast<FileKind>(i);
    if (folder.Find(kind) != nullptr) result->files.push_back({kind, facts.rows[i], 0});
  }
  Sending sending(options, folder, services, progress, errors, result);
  // Asked even beside other errors, so that a clerk sees all there is to correct at once.
  if (!options.check_only) ZHIBU_RETURN_IF_ERROR(CheckOutside(sending.api(), facts, *errors));
  if (errors->total() > 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("有", errors->total(), "处错误，没有导入任何内容；请改正后重新导入"));
  }
  return options.check_only ? absl::OkStatus() : Importer(sending).Run();
}

}  // namespace

absl::Status ImportFolder(const ImportOptions& options, const std::string& folder,
                          const ImportServices& services, const ImportProgressCallback& progress,
                          ImportResult* result) {
  *result = ImportResult();
  RowErrors errors(options.max_errors);
  absl::Status status = Import(options, folder, services, progress, &errors, result);
  result->errors = errors.list();
  result->total_errors = errors.total();
  return status;
}

}  // namespace zhibu::cli
