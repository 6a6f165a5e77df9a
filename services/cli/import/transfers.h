// One row of 转接.csv: a transfer as far as the row says it went.
#ifndef ZHIBU_SERVICES_CLI_IMPORT_TRANSFERS_H_
#define ZHIBU_SERVICES_CLI_IMPORT_TRANSFERS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "services/cli/import/api.h"
#include "services/cli/import/reader.h"

namespace zhibu::cli {

// Brings the books to where the row is, from wherever they are: requests, lets every link agree on
// the day of the request, issues, receives. Sent again it has no second effect. The revision of the
// last change; 0 where the books were there already. `key`: see RequestIdOf. Errors:
// FAILED_PRECONDITION (EXISTS_WITH_OTHER_CONTENT) where the books have another transfer with this
// id; those of the calls, and what went before stays.
absl::StatusOr<int64_t> SendTransfer(ImportApi& api, const std::string& key, const Row& row);

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_IMPORT_TRANSFERS_H_
