// Reads what transfers are judged by.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_LOAD_TRANSFER_RULES_H_
#define ZHIBU_SERVICES_MEMBERSHIP_LOAD_TRANSFER_RULES_H_

#include <string>

#include "absl/status/statusor.h"
#include "services/membership/transfer_rules.pb.h"

namespace zhibu::membership {

// INVALID_ARGUMENT with file and line of a text that cannot be parsed, or saying what is unsound:
// days or months that are not positive, a severity that is not said, a citation without document or
// mark, REFUSE by a letter's rule that nobody verified.
absl::StatusOr<rules::TransferRules> LoadTransferRules(const std::string& file);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_LOAD_TRANSFER_RULES_H_
