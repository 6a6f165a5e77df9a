// What falls due about a membership, apart from any case. Pure.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_RULES_MEMBERSHIP_DUES_H_
#define ZHIBU_SERVICES_MEMBERSHIP_RULES_MEMBERSHIP_DUES_H_

#include "services/membership/books/rows.pb.h"
#include "services/membership/data/fact_rules.pb.h"
#include "services/membership/rules/dues.h"
#include "zhibu/type/v1/citation.pb.h"

namespace zhibu::membership {

// What falls due about the membership, by the facts as they stand: nothing of somebody who left,
// whose record was merged or who is no member. `led_by_case`: the end of a probation that
// began elsewhere is a case's item by now.
Dues MembershipDues(const rules::FactRules& rules, const rows::PersonRow& person, bool led_by_case);

// Why: the citation for a due item of a membership; default for other kinds.
type::v1::Citation CitationOfMembershipDue(const rules::FactRules& rules, int due_kind);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_RULES_MEMBERSHIP_DUES_H_
