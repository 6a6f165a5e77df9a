// A whole interchange folder: its files, and the check of everything in them before anything is
// sent.
#ifndef ZHIBU_SERVICES_CLI_IMPORT_FOLDER_H_
#define ZHIBU_SERVICES_CLI_IMPORT_FOLDER_H_

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/cli/import/columns.h"
#include "services/cli/import/reader.h"

namespace zhibu::cli {

// The files as they were when it was loaded: what is checked is what is sent.
struct Folder {
  std::array<std::optional<std::string>, kFileKinds> files;  // by FileKind; unset: not there

  const std::string* Find(FileKind kind) const {
    const std::optional<std::string>& file = files[static_cast<int>(kind)];
    return file ? &*file : nullptr;
  }
};

// NOT_FOUND: no such folder, or none of the files is in it. Other .csv files in it are added to
// `errors` (FILE_UNKNOWN): a file that is misnamed must not be left out silently.
absl::StatusOr<Folder> LoadFolder(const std::string& path, RowErrors* errors);

// Where a row names something.
struct Place {
  FileKind file;
  int64_t line;
  int column;
};

// What the check found out beside errors.
struct FolderFacts {
  std::array<int64_t, kFileKinds> rows = {};  // by FileKind
  // Resource names that rows refer to and that the folder does not define: they must be there
  // already. With every place that names them.
  std::map<std::string, std::vector<Place>> outside;
};

// Checks every row of every file: forms, what several fields say together, ids and numbers that
// must be there once, the order of steps within a file, references to rows that do not stand.
FolderFacts CheckFolder(const Folder& folder, RowErrors* errors);

// What several fields of one sound row say together.
void CheckRow(const Row& row, RowErrors* errors);

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_IMPORT_FOLDER_H_
