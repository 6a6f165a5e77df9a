// One row of 名额.csv: a quota that was given.
#ifndef ZHIBU_SERVICES_CLI_IMPORT_QUOTAS_H_
#define ZHIBU_SERVICES_CLI_IMPORT_QUOTAS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "services/cli/import/api.h"
#include "services/cli/import/reader.h"

namespace zhibu::cli {

// Gives the number, unless the receiver's ledger has the same entry: what is to be given twice
// differs in its document. From the top down as they stand: each needs what the one before has
// given. The revision; 0 where it was there. `key`: see RequestIdOf. Errors: those of the calls.
absl::StatusOr<int64_t> SendQuota(ImportApi& api, const std::string& key, const Row& row);

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_IMPORT_QUOTAS_H_
