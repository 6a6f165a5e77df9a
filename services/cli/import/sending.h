// What is alike however a file is sent: gathering rows into batches, a request id for each, a
// second try without what the books have already, errors led back to rows, how far it is.
#ifndef ZHIBU_SERVICES_CLI_IMPORT_SENDING_H_
#define ZHIBU_SERVICES_CLI_IMPORT_SENDING_H_

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/status.h"
#include "services/cli/import/api.h"
#include "services/cli/import/batch.h"
#include "services/cli/import/existing.h"
#include "services/cli/import/folder.h"
#include "services/cli/import/import.h"

namespace zhibu::cli {

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

// Whether a refusal may come from rows that are there already, or is about a row at all.
bool IsAboutRows(const absl::Status& status);

// One run through a checked folder.
class Sending {
 public:
  Sending(const ImportOptions& options, const Folder& folder, const ImportServices& services,
          const ImportProgressCallback& progress, RowErrors* errors, ImportResult* result)
      : options_(options),
        folder_(folder),
        api_(options, services),
        progress_(progress),
        errors_(errors),
        result_(result) {}

  const Folder& folder() const { return folder_; }
  ImportApi& api() { return api_; }
  RowErrors& errors() { return *errors_; }
  ImportResult& result() { return *result_; }
  bool Has(FileKind kind) const { return folder_.Find(kind) != nullptr; }

  void Progress(FileKind kind, int64_t rows);
  void WaitsFor(const std::string& service);
  void AlreadyThere(FileKind kind, int64_t rows) { ResultOf(kind).already_there += rows; }
  // Whether a batch of so much has to leave.
  bool IsFull(size_t rows, size_t bytes) const;

  // Reports the rows at fault and answers what ends the import.
  absl::Status Refuse(std::vector<RowError> errors);
  // The same of a status that IsAboutRows.
  absl::Status Refuse(const absl::Status& status, const std::vector<Origin>& origins) {
    return Refuse(RowErrorsOf(status, origins));
  }

  // One write; the answer's revision is remembered under `service`.
  template <typename BatchRequest, typename BatchResponse, typename Stub>
  absl::Status Write(const char* service,
                     grpc::Status (Stub::*method)(grpc::ClientContext*, const BatchRequest&,
                                                  BatchResponse*),
                     Stub& stub, BatchRequest& request, BatchResponse* response) {
    request.clear_request_id();
    request.set_request_id(RequestIdOf(api_.services().token, request));
    ZHIBU_RETURN_IF_ERROR(api_.Call(method, stub, request, response));
    NoteRevision(service, response->revision());
    return absl::OkStatus();
  }

  // Sends what was gathered, twice at most: the second time without what is there already.
  // `leave_out` takes that out and answers how many rows it was.
  template <typename Item>
  absl::Status SendTwice(FileKind kind, Gathered<Item>& gathered,
                         absl::FunctionRef<absl::Status()> attempt,
                         absl::FunctionRef<absl::StatusOr<int64_t>()> leave_out) {
    const int64_t rows = gathered.rows;
    absl::Status status = gathered.items.empty() ? absl::OkStatus() : attempt();
    if (!status.ok() && IsAboutRows(status)) {
      ZHIBU_ASSIGN_OR_RETURN(const int64_t there, leave_out());
      AlreadyThere(kind, there);
      if (there > 0) status = gathered.items.empty() ? absl::OkStatus() : attempt();
      if (!status.ok() && IsAboutRows(status)) return Refuse(status, gathered.origins);
    }
    ZHIBU_RETURN_IF_ERROR(status);
    gathered = Gathered<Item>();
    Progress(kind, rows);
    return absl::OkStatus();
  }

  // A batch of rows that the books have or have not, each by itself.
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
    return SendTwice(kind, gathered, attempt, [&] { return LeaveOut(&gathered); });
  }

  // Sends each row of a file by itself: it is judged by those before it, and there are few. `send`
  // answers the revision, 0 where the row's content was there; `name`: what the row is about.
  absl::Status SendEach(
      FileKind kind,
      absl::FunctionRef<absl::StatusOr<int64_t>(ImportApi&, const std::string&, const Row&)> send,
      absl::FunctionRef<std::string(const Row&)> name);
  // One of them.
  absl::Status SendOne(
      const Row& row,
      absl::FunctionRef<absl::StatusOr<int64_t>(ImportApi&, const std::string&, const Row&)> send,
      absl::FunctionRef<std::string(const Row&)> name);

 private:
  FileResult& ResultOf(FileKind kind);
  void NoteRevision(const char* service, int64_t revision);

  // Takes out the rows that the books have; answers how many.
  template <typename Item>
  absl::StatusOr<int64_t> LeaveOut(Gathered<Item>* gathered) {
    Gathered<Item> rest;
    std::vector<RowError> others;
    for (size_t i = 0; i < gathered->items.size(); ++i) {
      ZHIBU_ASSIGN_OR_RETURN(const Presence presence, Find(api_, gathered->items[i]));
      const Origin& origin = gathered->origins[i];
      if (presence == Presence::kOther) {
        others.push_back({SpecOf(origin.file).name, origin.line, "", kOtherContent,
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

  const ImportOptions& options_;
  const Folder& folder_;
  ImportApi api_;
  const ImportProgressCallback& progress_;
  RowErrors* const errors_;
  ImportResult* const result_;
  int64_t done_[kFileKinds] = {};
};

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_IMPORT_SENDING_H_
