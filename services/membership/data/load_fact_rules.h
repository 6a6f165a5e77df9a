// From a file to what memberships and dues are judged by.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_DATA_LOAD_FACT_RULES_H_
#define ZHIBU_SERVICES_MEMBERSHIP_DATA_LOAD_FACT_RULES_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/membership/data/fact_rules.pb.h"

namespace zhibu::membership {

// INVALID_ARGUMENT with name and line for one that cannot be judged by: a kind or payer missing or
// twice, a period that is not 1 to 120 months, brackets that do not rise, an amount of more than
// kMaxDuesBaseFen, a rule that refuses on what was not seen.
absl::StatusOr<rules::FactRules> ParseFactRules(absl::string_view text, absl::string_view name);

// ParseFactRules of a file; NOT_FOUND where it cannot be read.
absl::StatusOr<rules::FactRules> LoadFactRules(const std::string& file);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_DATA_LOAD_FACT_RULES_H_
