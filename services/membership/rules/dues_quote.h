// What dues (党费) come to. Pure.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_RULES_DUES_QUOTE_H_
#define ZHIBU_SERVICES_MEMBERSHIP_RULES_DUES_QUOTE_H_

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "common/base/status.h"
#include "services/membership/books/rows.pb.h"
#include "services/membership/data/fact_rules.pb.h"
#include "zhibu/membership/v1/membership_fact_service.pb.h"

namespace zhibu::membership {

// The largest base of a month, in hundredths of a yuan.
inline constexpr int64_t kMaxDuesBaseFen = 100'000'000;

// The amount on a base within 0 to kMaxDuesBaseFen: all of it at the rate of the first bracket
// whose upper limit, inclusive, it does not exceed; half a fen is rounded up. The base is not
// looked at where the amount is fixed. `payer`: one that a sound file has.
v1::QuoteDuesResponse QuoteOf(const rules::FactRules& rules, v1::DuesPayer payer, int64_t base_fen);

// Adds DUES_BEFORE_MEMBERSHIP: dues are paid from the month of the admission on.
void RequireDuesOfMembership(const rows::PersonRow& person, absl::CivilDay month,
                             absl::CivilDay today, Violations& refused);

// What recording that dues are paid until the end of `month` has against it: only a member pays,
// not before membership began, and what was paid stays paid.
std::vector<Violation> JudgeDuesPaid(const rows::PersonRow& person, absl::CivilDay month,
                                     absl::CivilDay today);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_RULES_DUES_QUOTE_H_
