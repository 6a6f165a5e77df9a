// From a file to what memberships and dues are judged by.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_LOAD_FACT_RULES_H_
#define ZHIBU_SERVICES_MEMBERSHIP_LOAD_FACT_RULES_H_

#include <string>

#include "absl/status/statusor.h"
#include "services/membership/fact_rules.pb.h"

namespace zhibu::membership {

// INVALID_ARGUMENT with file and line for one that cannot be judged by: a kind or payer missing or
// twice, a period below 1, brackets that do not rise, a rule that refuses on what was not seen.
absl::StatusOr<rules::FactRules> LoadFactRules(const std::string& file);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_LOAD_FACT_RULES_H_
