// Writes an interchange folder row by row.
#ifndef ZHIBU_SERVICES_CLI_GENERATE_WRITER_H_
#define ZHIBU_SERVICES_CLI_GENERATE_WRITER_H_

#include <array>
#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/cli/import/columns.h"

namespace zhibu::cli {

// One thread. Failures to write are kept and told by Close.
class FolderWriter {
 public:
  // UNAVAILABLE where the folder or a file cannot be made.
  static absl::StatusOr<std::unique_ptr<FolderWriter>> Create(const std::string& folder);

  // An empty row of the file, to be filled by the columns' places.
  static std::vector<std::string> NewRow(FileKind kind);
  void Add(FileKind kind, const std::vector<std::string>& fields);
  int64_t rows(FileKind kind) const { return rows_[static_cast<int>(kind)]; }

  // UNAVAILABLE where anything could not be written (a full disk).
  absl::Status Close();

 private:
  FolderWriter() = default;

  std::string folder_;
  std::array<std::ofstream, kFileKinds> files_;
  std::array<int64_t, kFileKinds> rows_ = {};
  std::string line_;
};

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_GENERATE_WRITER_H_
