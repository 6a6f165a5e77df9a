// Checks hash chains: of stores on the disk, and of what services answer.

#ifndef ZHIBU_SERVICES_CLI_COMMANDS_UPKEEP_VERIFY_H_
#define ZHIBU_SERVICES_CLI_COMMANDS_UPKEEP_VERIFY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/cli/program/session.h"

namespace zhibu::cli {

// One journal and what was found.
struct JournalCheck {
  std::string journal;  // the store's folder, or the service's name
  // The last revision up to which everything is right; −1 where it could not be opened.
  int64_t verified = -1;
  int64_t damaged_revision = 0;  // 0 where nothing is damaged, or nothing could be read
  absl::Status status;           // DATA_LOSS where something is wrong
};

// Every store in `folder` or directly below it, without the right to write. INVALID_ARGUMENT where
// there is none.
absl::StatusOr<std::vector<JournalCheck>> VerifyFolder(const std::string& folder);

// The whole feed of every service. `timeout` is for each.
std::vector<JournalCheck> VerifyServices(Session& session, absl::Duration timeout);

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_COMMANDS_UPKEEP_VERIFY_H_
