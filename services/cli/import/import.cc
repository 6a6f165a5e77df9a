#include "services/cli/import/import.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "services/cli/import/api.h"
#include "services/cli/import/assemble.h"
#include "services/cli/import/batch.h"
#include "services/cli/import/case_events.h"
#include "services/cli/import/existing.h"
#include "services/cli/import/facts.h"
#include "services/cli/import/folder.h"
#include "services/cli/import/messages.h"
#include "services/cli/import/quotas.h"
#include "services/cli/import/transfers.h"

namespace zhibu::cli {
namespace {

// A batch leaves when it has so many bytes: servers take 8 MiB.
constexpr size_t kMaxBatchBytes = 2 << 20;

// Rows gathered for one call: Item is CreateXRequest or CaseSteps.
template <typename Item>
struct Gathered {
  std::vector<Item> items;
  std::vector<Origin> origins;
  int64_t rows = 0;  // of the file; a case has several
  size_t bytes = 0;

  void Add(Item item, Origin origin, int64_t item_rows = 1) {
    bytes += item.ByteSizeLong();
    rows += item_rows;
    items.push_back(std::move(item));
    origins.push_back(std::move(origin));
  }
};

// Whether a refusal may come from rows that are there already.
bool IsAboutRows(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kNotFound:
      return true;
    default:
      return false;
  }
}

class Importer {
 public:
  Importer(const ImportOptions& options, const Folder& folder, const FolderFacts& facts,
           const ImportServices& services, const ImportProgressCallback& progress,
           RowErrors* errors, ImportResult* result)
      : options_(options),
        folder_(folder),
        facts_(facts),
        api_(options, services),
        progress_(progress),
        errors_(errors),
        result_(result) {}

  // What rows refer to outside the folder must be in the books.
  absl::Status CheckOutside() {
    for (const auto& [name, places] : facts_.outside) {
      ZHIBU_ASSIGN_OR_RETURN(const bool there, IsThere(name));
      if (there) continue;
      for (const Place& place : places) {
        const FileSpec& spec = SpecOf(place.file);
        errors_->Add({spec.name, place.line, spec.columns[place.column].header,
                      "REFERENCE_NOT_THERE", "文件夹和系统中都没有这个编号"});
      }
    }
    return absl::OkStatus();
  }

  absl::Status Run() {
    const ImportServices& services = api_.services();
    ZHIBU_RETURN_IF_ERROR(SendOrganisations());
    ZHIBU_RETURN_IF_ERROR(SendInstitutions());
    ZHIBU_RETURN_IF_ERROR(SendPosts());
    ZHIBU_RETURN_IF_ERROR(SendElections());
    ZHIBU_RETURN_IF_ERROR(SendFacilities());
    const int64_t registry = result_->revisions["registry"];
    if (Has(FileKind::kPersons) || Has(FileKind::kQuotas) || Has(FileKind::kSteps)) {
      ZHIBU_RETURN_IF_ERROR(api_.WaitUntilFollowed(services.membership, "registry", registry));
    }
    ZHIBU_RETURN_IF_ERROR(SendPersons());
    ZHIBU_RETURN_IF_ERROR(SendQuotas());
    ZHIBU_RETURN_IF_ERROR(SendSteps());
    const int64_t membership = result_->revisions["membership"];
    if (Has(FileKind::kActivities)) {
      ZHIBU_RETURN_IF_ERROR(api_.WaitUntilFollowed(services.activity, "registry", registry));
      ZHIBU_RETURN_IF_ERROR(api_.WaitUntilFollowed(services.activity, "membership", membership));
    }
    ZHIBU_RETURN_IF_ERROR(SendActivities());
    ZHIBU_RETURN_IF_ERROR(SendTransfers());
    ZHIBU_RETURN_IF_ERROR(SendCaseEvents());
    ZHIBU_RETURN_IF_ERROR(SendFacts());
    if (services.reporting != nullptr) {
      if (progress_) progress_({"", 0, 0, "reporting"});
      for (const auto& [source, revision] : result_->revisions) {
        ZHIBU_RETURN_IF_ERROR(api_.WaitUntilFollowed(services.reporting, source, revision));
      }
    }
    return absl::OkStatus();
  }

 private:
  bool Has(FileKind kind) const { return folder_.Find(kind) != nullptr; }

  absl::StatusOr<bool> IsThere(const std::string& name) {
    absl::Status status;
    if (absl::StartsWith(name, kOrganisations)) {
      registry::v1::GetOrganisationRequest request;
      request.set_name(name);
      registry::v1::GetOrganisationResponse response;
      status = api_.Call(&registry::v1::RegistryService::Stub::GetOrganisation, api_.registry(),
                         request, &response);
    } else if (absl::StartsWith(name, kInstitutions)) {
      registry::v1::GetInstitutionRequest request;
      request.set_name(name);
      registry::v1::GetInstitutionResponse response;
      status = api_.Call(&registry::v1::RegistryService::Stub::GetInstitution, api_.registry(),
                         request, &response);
    } else {
      membership::v1::GetPersonRequest request;
      request.set_name(name);
      membership::v1::GetPersonResponse response;
      status = api_.Call(&membership::v1::MembershipService::Stub::GetPerson, api_.membership(),
                         request, &response);
    }
    if (absl::IsNotFound(status)) return false;
    if (!status.ok()) return status;
    return true;
  }

  FileResult& ResultOf(FileKind kind) {
    for (FileResult& file : result_->files) {
      if (file.kind == kind) return file;
    }
    return result_->files.emplace_back(FileResult{kind});
  }

  void Progress(FileKind kind, int64_t rows) {
    if (!Has(kind)) return;
    int64_t& done = done_[static_cast<int>(kind)];
    done += rows;
    if (progress_) progress_({SpecOf(kind).name, done, ResultOf(kind).rows, ""});
  }

  bool IsFull(size_t rows, size_t bytes) const {
    return rows >= static_cast<size_t>(options_.batch_rows) || bytes >= kMaxBatchBytes;
  }

  absl::Status Refuse(std::vector<RowError> errors) {
    const std::string first = errors[0].file;
    for (RowError& error : errors) errors_->Add(std::move(error));
    return absl::FailedPreconditionError(absl::StrCat(
        "“", first,
        "”中有一批没有被接受，该批没有写入任何内容；改正后重新导入即可，已导入的不会重复"));
  }

  // Sends BatchRequest; the answer's revision is remembered under `service`.
  template <typename BatchRequest, typename BatchResponse, typename Stub>
  absl::Status Write(const char* service,
                     grpc::Status (Stub::*method)(grpc::ClientContext*, const BatchRequest&,
                                                  BatchResponse*),
                     Stub& stub, BatchRequest& request, BatchResponse* response) {
    request.clear_request_id();
    request.set_request_id(RequestIdOf(api_.services().token, request));
    ZHIBU_RETURN_IF_ERROR(api_.Call(method, stub, request, response));
    int64_t& revision = result_->revisions[service];
    revision = std::max(revision, response->revision());
    return absl::OkStatus();
  }

  // Sends what was gathered, twice at most: the second time without what is there already.
  template <typename BatchRequest, typename BatchResponse, typename Stub, typename Item>
  absl::Status SendRows(const char* service, FileKind kind,
                        grpc::Status (Stub::*method)(grpc::ClientContext*, const BatchRequest&,
                                                     BatchResponse*),
                        Stub& stub, Gathered<Item>& gathered) {
    const auto attempt = [&] {
      BatchRequest request;
      for (const Item& item : gathered.items) *request.add_requests() = item;
      BatchResponse response;
      return Write(service, method, stub, request, &response);
    };
    const int64_t rows = gathered.rows;
    absl::Status status = gathered.items.empty() ? absl::OkStatus() : attempt();
    if (!status.ok() && IsAboutRows(status)) {
      ZHIBU_ASSIGN_OR_RETURN(const int64_t there, LeaveOut(&gathered));
      ResultOf(kind).already_there += there;
      if (there > 0) status = gathered.items.empty() ? absl::OkStatus() : attempt();
      if (!status.ok() && IsAboutRows(status)) {
        return Refuse(RowErrorsOf(status, gathered.origins));
      }
    }
    ZHIBU_RETURN_IF_ERROR(status);
    gathered = Gathered<Item>();
    Progress(kind, rows);
    return absl::OkStatus();
  }

  // Takes out the rows that the books have; answers how many.
  template <typename Item>
  absl::StatusOr<int64_t> LeaveOut(Gathered<Item>* gathered) {
    Gathered<Item> rest;
    std::vector<RowError> others;
    for (size_t i = 0; i < gathered->items.size(); ++i) {
      ZHIBU_ASSIGN_OR_RETURN(const Presence presence, Find(api_, gathered->items[i]));
      const Origin& origin = gathered->origins[i];
      if (presence == Presence::kOther) {
        others.push_back({SpecOf(origin.file).name, origin.line, "", "EXISTS_WITH_OTHER_CONTENT",
                          "系统中已有此编号，内容不同；请核对，或换一个编号"});
      } else if (presence == Presence::kAbsent) {
        rest.Add(std::move(gathered->items[i]), origin);
      }
    }
    if (!others.empty()) return Refuse(std::move(others));
    const int64_t left_out = static_cast<int64_t>(gathered->items.size() - rest.items.size());
    *gathered = std::move(rest);
    return left_out;
  }

  absl::Status SendOrganisations() {
    auto all = AssembleOrganisations(folder_);
    Gathered<registry::v1::CreateOrganisationRequest> gathered;
    const auto send = [&] {
      return SendRows<registry::v1::BatchCreateOrganisationsRequest>(
          "registry", FileKind::kOrganisations,
          &registry::v1::RegistryService::Stub::BatchCreateOrganisations, api_.registry(),
          gathered);
    };
    for (size_t i = 0; i < all.items.size(); ++i) {
      Progress(FileKind::kAffiliations, all.items[i].organisation().affiliations_size());
      gathered.Add(std::move(all.items[i]), std::move(all.origins[i]));
      if (IsFull(gathered.rows, gathered.bytes)) ZHIBU_RETURN_IF_ERROR(send());
    }
    return send();
  }

  absl::Status SendInstitutions() {
    auto all = AssembleInstitutions(folder_);
    Gathered<registry::v1::CreateInstitutionRequest> gathered;
    const auto send = [&] {
      return SendRows<registry::v1::BatchCreateInstitutionsRequest>(
          "registry", FileKind::kInstitutions,
          &registry::v1::RegistryService::Stub::BatchCreateInstitutions, api_.registry(), gathered);
    };
    for (size_t i = 0; i < all.items.size(); ++i) {
      Progress(FileKind::kHeadCounts, all.items[i].institution().head_counts_size());
      Progress(FileKind::kCoverages, all.items[i].institution().coverages_size());
      gathered.Add(std::move(all.items[i]), std::move(all.origins[i]));
      if (IsFull(gathered.rows, gathered.bytes)) ZHIBU_RETURN_IF_ERROR(send());
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
    ReadChecked(folder_, kind, [&](const Row& row) {
      if (!status.ok()) return;
      Item item = make(row);
      Origin origin{NameOf(collection, (item.*id)()), kind, row.line, {}};
      gathered.Add(std::move(item), std::move(origin));
      if (IsFull(gathered.rows, gathered.bytes)) {
        status = SendRows<BatchRequest>(service, kind, method, stub, gathered);
      }
    });
    ZHIBU_RETURN_IF_ERROR(status);
    return SendRows<BatchRequest>(service, kind, method, stub, gathered);
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

  // One by one, from the top down as they stand: each needs what the one before has given.
  absl::Status SendQuotas() {
    absl::Status status;
    ReadChecked(folder_, FileKind::kQuotas, [&](const Row& row) {
      if (status.ok()) status = SendOneQuota(row);
    });
    return status;
  }
  absl::Status SendOneQuota(const Row& row) {
    const Origin origin{
        NameOf(kOrganisations, row.Text(quota_columns::kTo)), FileKind::kQuotas, row.line, {}};
    const absl::StatusOr<SentQuota> sent = SendQuota(api_, api_.services().token, row);
    if (!sent.ok() && IsAboutRows(sent.status())) {
      return Refuse(RowErrorsOf(sent.status(), {origin}));
    }
    ZHIBU_RETURN_IF_ERROR(sent.status());
    if (sent->already_there) ++ResultOf(FileKind::kQuotas).already_there;
    int64_t& revision = result_->revisions["membership"];
    revision = std::max(revision, sent->revision);
    Progress(FileKind::kQuotas, 1);
    return absl::OkStatus();
  }

  // One by one: each is a chain of changes, and there are few.
  absl::Status SendTransfers() {
    absl::Status status;
    ReadChecked(folder_, FileKind::kTransfers, [&](const Row& row) {
      if (status.ok()) status = SendOne(row);
    });
    return status;
  }
  absl::Status SendOne(const Row& row) {
    const Origin origin{
        NameOf("transfers", row.Text(transfer_columns::kId)), FileKind::kTransfers, row.line, {}};
    const absl::StatusOr<SentTransfer> sent = SendTransfer(api_, api_.services().token, row);
    if (!sent.ok() && IsAboutRows(sent.status())) {
      return Refuse(RowErrorsOf(sent.status(), {origin}));
    }
    ZHIBU_RETURN_IF_ERROR(sent.status());
    if (sent->other) {
      return Refuse({{SpecOf(origin.file).name, origin.line, "", "EXISTS_WITH_OTHER_CONTENT",
                      "系统中已有此编号，内容不同；请核对，或换一个编号"}});
    }
    if (sent->already_there) ++ResultOf(FileKind::kTransfers).already_there;
    int64_t& revision = result_->revisions["membership"];
    revision = std::max(revision, sent->revision);
    Progress(FileKind::kTransfers, 1);
    return absl::OkStatus();
  }

  // One by one: each is judged by those before it, and there are few. `send` answers the revision,
  // 0 where the row's content was there; `name`: what the row is about.
  template <typename Send, typename Name>
  absl::Status SendEach(FileKind kind, Send send, Name name) {
    absl::Status status;
    ReadChecked(folder_, kind, [&](const Row& row) {
      if (!status.ok()) return;
      const absl::StatusOr<int64_t> revision = send(api_, api_.services().token, row);
      if (!revision.ok() && IsAboutRows(revision.status())) {
        status = Refuse(RowErrorsOf(revision.status(), {Origin{name(row), kind, row.line, {}}}));
        return;
      }
      status = revision.status();
      if (!status.ok()) return;
      if (*revision == 0) ++ResultOf(kind).already_there;
      int64_t& newest = result_->revisions["membership"];
      newest = std::max(newest, *revision);
      Progress(kind, 1);
    });
    return status;
  }
  absl::Status SendCaseEvents() {
    return SendEach(FileKind::kCaseEvents, &SendCaseEvent, &CaseNameOf);
  }
  absl::Status SendFacts() {
    return SendEach(FileKind::kFacts, &SendFact, [](const Row& row) {
      return NameOf(kPersons, row.Text(fact_columns::kPerson));
    });
  }

  absl::Status SendSteps() {
    Gathered<membership::v1::CaseSteps> gathered;
    membership::v1::CaseSteps open;
    Origin origin;
    absl::Status status;
    const auto close = [&] {
      if (open.steps_size() == 0) return;
      const int64_t rows = open.steps_size();
      gathered.Add(std::move(open), std::move(origin), rows);
      open = membership::v1::CaseSteps();
    };
    ReadChecked(folder_, FileKind::kSteps, [&](const Row& row) {
      if (!status.ok()) return;
      const std::string name = CaseNameOf(row);
      if (name != open.name()) {
        close();
        if (IsFull(gathered.rows, gathered.bytes)) status = SendCases(gathered);
        open.set_name(name);
        origin = {name, FileKind::kSteps, row.line, {}};
      }
      origin.parts.push_back(
          {absl::StrCat("steps[", open.steps_size(), "]"), FileKind::kSteps, row.line});
      *open.add_steps() = StepOf(row);
    });
    ZHIBU_RETURN_IF_ERROR(status);
    close();
    return SendCases(gathered);
  }

  absl::Status SendCases(Gathered<membership::v1::CaseSteps>& gathered) {
    const auto attempt = [&] {
      membership::v1::BatchRecordStepsRequest request;
      for (const membership::v1::CaseSteps& item : gathered.items) *request.add_cases() = item;
      membership::v1::BatchRecordStepsResponse response;
      const absl::Status status =
          Write("membership", &membership::v1::MembershipService::Stub::BatchRecordSteps,
                api_.membership(), request, &response);
      if (status.ok()) result_->warned_steps += response.warned_steps();
      return status;
    };
    const int64_t rows = gathered.rows;
    absl::Status status = gathered.items.empty() ? absl::OkStatus() : attempt();
    if (!status.ok() && IsAboutRows(status)) {
      ZHIBU_ASSIGN_OR_RETURN(const int64_t there, LeaveOutRecorded(&gathered));
      ResultOf(FileKind::kSteps).already_there += there;
      if (there > 0) status = gathered.items.empty() ? absl::OkStatus() : attempt();
      if (!status.ok() && IsAboutRows(status)) {
        return Refuse(RowErrorsOf(status, gathered.origins));
      }
    }
    ZHIBU_RETURN_IF_ERROR(status);
    gathered = Gathered<membership::v1::CaseSteps>();
    Progress(FileKind::kSteps, rows);
    return absl::OkStatus();
  }

  // Takes out the steps that are recorded; answers how many.
  absl::StatusOr<int64_t> LeaveOutRecorded(Gathered<membership::v1::CaseSteps>* gathered) {
    Gathered<membership::v1::CaseSteps> rest;
    std::vector<RowError> others;
    int64_t left_out = 0;
    for (size_t i = 0; i < gathered->items.size(); ++i) {
      membership::v1::CaseSteps& item = gathered->items[i];
      Origin& origin = gathered->origins[i];
      ZHIBU_ASSIGN_OR_RETURN(const std::optional<RecordedCase> recorded, FindCase(api_, item));
      if (!recorded) {
        others.push_back({SpecOf(origin.file).name, origin.line, "案件",
                          "EXISTS_WITH_OTHER_CONTENT",
                          "系统中此案件已登记的步骤与文件不同，请核对"});
        continue;
      }
      left_out += recorded->steps;
      if (recorded->steps == item.steps_size()) continue;
      if (recorded->steps > 0) {
        item.mutable_steps()->DeleteSubrange(0, recorded->steps);
        item.set_etag(recorded->etag);
        origin.parts.erase(origin.parts.begin(), origin.parts.begin() + recorded->steps);
        for (size_t k = 0; k < origin.parts.size(); ++k) {
          origin.parts[k].path = absl::StrCat("steps[", k, "]");
        }
      }
      const int64_t rows = item.steps_size();
      rest.Add(std::move(item), std::move(origin), rows);
    }
    if (!others.empty()) return Refuse(std::move(others));
    *gathered = std::move(rest);
    return left_out;
  }

  const ImportOptions& options_;
  const Folder& folder_;
  const FolderFacts& facts_;
  ImportApi api_;
  const ImportProgressCallback& progress_;
  RowErrors* const errors_;
  ImportResult* const result_;
  int64_t done_[kFileKinds] = {};
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
  Importer importer(options, folder, facts, services, progress, errors, result);
  // Asked even beside other errors, so that a clerk sees all there is to correct at once.
  if (!options.check_only) ZHIBU_RETURN_IF_ERROR(importer.CheckOutside());
  if (errors->total() > 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("有", errors->total(), "处错误，没有导入任何内容；请改正后重新导入"));
  }
  return options.check_only ? absl::OkStatus() : importer.Run();
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
