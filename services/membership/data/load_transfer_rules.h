// Reads what transfers are judged by.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_DATA_LOAD_TRANSFER_RULES_H_
#define ZHIBU_SERVICES_MEMBERSHIP_DATA_LOAD_TRANSFER_RULES_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/membership/data/transfer_rules.pb.h"

namespace zhibu::membership {

// INVALID_ARGUMENT with name and line of a text that cannot be parsed, or saying what is unsound:
// days that are not 1 to 3660, months that are not 1 to 120, a severity that is not said, a
// citation without document or mark, REFUSE by a letter's rule that nobody verified.
absl::StatusOr<rules::TransferRules> ParseTransferRules(absl::string_view text,
                                                        absl::string_view name);

// ParseTransferRules of a file; NOT_FOUND where it cannot be read.
absl::StatusOr<rules::TransferRules> LoadTransferRules(const std::string& file);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_DATA_LOAD_TRANSFER_RULES_H_
