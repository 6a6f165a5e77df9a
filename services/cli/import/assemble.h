// Organisations and institutions are made of rows of several files; this puts them together.
#ifndef ZHIBU_SERVICES_CLI_IMPORT_ASSEMBLE_H_
#define ZHIBU_SERVICES_CLI_IMPORT_ASSEMBLE_H_

#include <vector>

#include "absl/functional/function_ref.h"
#include "services/cli/import/batch.h"
#include "services/cli/import/folder.h"
#include "zhibu/registry/v1/registry_service.pb.h"

namespace zhibu::cli {

// In the order in which to send them: parents first, otherwise as they stand in the file. Those in
// a circle stay as they are; the registry names it.
template <typename Item>
struct Assembled {
  std::vector<Item> items;
  std::vector<Origin> origins;
};

// Of a folder that was checked and found good.
Assembled<registry::v1::CreateOrganisationRequest> AssembleOrganisations(const Folder& folder);
Assembled<registry::v1::CreateInstitutionRequest> AssembleInstitutions(const Folder& folder);

// Every row of a file of such a folder; none where the folder does not have the file.
void ReadChecked(const Folder& folder, FileKind kind, absl::FunctionRef<void(const Row&)> visit);

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_IMPORT_ASSEMBLE_H_
