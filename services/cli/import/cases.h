// 步骤.csv: development steps, sent by case.
#ifndef ZHIBU_SERVICES_CLI_IMPORT_CASES_H_
#define ZHIBU_SERVICES_CLI_IMPORT_CASES_H_

#include "absl/status/status.h"
#include "services/cli/import/sending.h"

namespace zhibu::cli {

absl::Status SendSteps(Sending& sending);

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_IMPORT_CASES_H_
