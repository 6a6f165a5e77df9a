// What rows refer to outside the folder.
#ifndef ZHIBU_SERVICES_CLI_IMPORT_OUTSIDE_H_
#define ZHIBU_SERVICES_CLI_IMPORT_OUTSIDE_H_

#include "absl/status/status.h"
#include "services/cli/import/api.h"
#include "services/cli/import/folder.h"

namespace zhibu::cli {

// Each must be in the books; whatever is not is an error of every row that refers to it.
absl::Status CheckOutside(ImportApi& api, const FolderFacts& facts, RowErrors& errors);

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_IMPORT_OUTSIDE_H_
