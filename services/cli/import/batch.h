// What is sent at once, and the way back from a server's finding to the row it is about.
#ifndef ZHIBU_SERVICES_CLI_IMPORT_BATCH_H_
#define ZHIBU_SERVICES_CLI_IMPORT_BATCH_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "services/cli/import/columns.h"
#include "services/cli/import/reader.h"
#include "zhibu/type/v1/finding.pb.h"

namespace zhibu::cli {

// One element of a batch (a row, or a case with its rows) and where it stands in the folder.
struct Origin {
  std::string name;  // its resource name
  FileKind file;
  int64_t line = 0;
  // Parts of it that stand on lines of their own: "organisation.affiliations[1]", "steps[5]".
  struct Part {
    std::string path;
    FileKind file;
    int64_t line;
  };
  std::vector<Part> parts;
};

// The row and column that a finding is about, by its subject: a path into the batch
// ("requests[3].person.id_number", "cases[2].steps[5].vote.present") or a resource name. Where it
// leads to no row the file of the batch stays, with line 0.
RowError RowErrorOf(const type::v1::Finding& finding, const std::vector<Origin>& origins);

// Everything that a refusal says about the rows of a batch; never empty.
std::vector<RowError> RowErrorsOf(const absl::Status& refusal, const std::vector<Origin>& origins);

// The same batch has the same id, so that sending it again has one effect. Keyed, because the id
// stands in the journal and a batch may hold one person's data only.
std::string RequestIdOf(absl::string_view key, const google::protobuf::Message& batch);

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_IMPORT_BATCH_H_
