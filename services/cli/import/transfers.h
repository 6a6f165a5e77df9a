// One row of 转接.csv: a transfer as far as the row says it went.
#ifndef ZHIBU_SERVICES_CLI_IMPORT_TRANSFERS_H_
#define ZHIBU_SERVICES_CLI_IMPORT_TRANSFERS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "services/cli/import/api.h"
#include "services/cli/import/reader.h"

namespace zhibu::cli {

struct SentTransfer {
  bool already_there = false;  // as far as the row says
  bool other = false;          // the books have another transfer with this id; nothing was sent
  int64_t revision = 0;        // of the last change; 0 where nothing was changed
};

// Brings the books to where the row is, from wherever they are: requests, lets every link agree on
// the day of the request, issues, receives. Sent again it has no second effect. `key`: see
// RequestIdOf. Errors: those of the calls; what went before stays.
absl::StatusOr<SentTransfer> SendTransfer(ImportApi& api, const std::string& key, const Row& row);

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_IMPORT_TRANSFERS_H_
