// One row of 发展情形.csv.
#ifndef ZHIBU_SERVICES_CLI_IMPORT_CASE_EVENTS_H_
#define ZHIBU_SERVICES_CLI_IMPORT_CASE_EVENTS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "services/cli/import/api.h"
#include "services/cli/import/reader.h"

namespace zhibu::cli {

// Records the event unless the case has it already: of the same kind on the same day, and more of
// these than the `earlier` ones that the file has above it. The revision; 0 where it was there.
// `key`: see RequestIdOf. Errors: those of the calls.
absl::StatusOr<int64_t> SendCaseEvent(ImportApi& api, const std::string& key, const Row& row,
                                      int earlier);

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_IMPORT_CASE_EVENTS_H_
