// Imports an interchange folder through the public API.
//
// Everything is read and checked before anything is sent; a folder with a bad row imports nothing.
// Then batches go out in the order of FileKind; what happened to one case goes out in the order in
// which it happened (cases.h). A batch that a service refuses is stored by it as a
// whole or not at all; its rows at fault are reported and the import stops. What went before stays,
// and the corrected folder is simply imported again:
//  - a batch sent again unchanged has the same request id and has no second effect;
//  - where batches come out differently (rows were added, another caller), a refused batch is
//    compared with the books row by row: rows that are there with the same content are left out,
//    a case's steps that are recorded already likewise, and the rest is sent (transfers, which go
//    out one by one, are brought from where they are to where the row is); a row that is there
//    with other content is an error (EXISTS_WITH_OTHER_CONTENT).
#ifndef ZHIBU_SERVICES_CLI_IMPORT_IMPORT_H_
#define ZHIBU_SERVICES_CLI_IMPORT_IMPORT_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "grpcpp/channel.h"
#include "services/cli/import/columns.h"
#include "services/cli/import/reader.h"

namespace zhibu::cli {

struct ImportServices {
  std::shared_ptr<grpc::Channel> registry;
  std::shared_ptr<grpc::Channel> membership;
  std::shared_ptr<grpc::Channel> activity;
  // If set, the import ends when reports show everything that was imported.
  std::shared_ptr<grpc::Channel> reporting;
  std::string token;  // of an administrator for the whole suite
};

struct ImportOptions {
  int batch_rows = 500;                               // 1–2000
  size_t max_errors = 1000;                           // more are counted, not listed
  bool check_only = false;                            // read and check, send nothing
  absl::Duration call_timeout = absl::Seconds(30);    // of one attempt
  absl::Duration retry_for = absl::Seconds(60);       // waits, in all, for a busy or absent service
  absl::Duration follow_timeout = absl::Seconds(60);  // without a follower's getting any further
};

// How far it is: `done` of `total` rows of a file, while it is being sent; at the end, with no
// file, the service that has still to hear of it all.
struct ImportProgress {
  std::string file;
  int64_t done = 0;
  int64_t total = 0;
  std::string waiting_for;
};
using ImportProgressCallback = std::function<void(const ImportProgress&)>;

struct FileResult {
  FileKind kind;
  int64_t rows = 0;           // in the file
  int64_t already_there = 0;  // left out since the books had them; not those of a batch sent again
};

struct ImportResult {
  std::vector<FileResult> files;  // those in the folder, in order
  std::vector<RowError> errors;   // what is wrong, in the order found
  size_t total_errors = 0;        // also those beyond max_errors
  int64_t warned_steps = 0;       // accepted with a warning, in this run
  // service → revision: as `at_least` it makes a read see everything imported.
  std::map<std::string, int64_t> revisions;
};

// Errors: NOT_FOUND (no such folder), INVALID_ARGUMENT (bad rows, nothing was sent),
// FAILED_PRECONDITION (a batch was refused), both with `result->errors`; DEADLINE_EXCEEDED (a
// service did not hear of another's changes in time); or a call's own failure. `progress` may be
// null and is called from this thread.
absl::Status ImportFolder(const ImportOptions& options, const std::string& folder,
                          const ImportServices& services, const ImportProgressCallback& progress,
                          ImportResult* result);

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_IMPORT_IMPORT_H_
