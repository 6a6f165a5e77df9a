// What falls due in a case (到期事项), kept up to date by every step.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_RULES_DUES_H_
#define ZHIBU_SERVICES_MEMBERSHIP_RULES_DUES_H_

#include "services/membership/books/rows.pb.h"
#include "services/membership/rules/affiliations.h"
#include "services/membership/rules/rule_set.h"
#include "zhibu/membership/v1/development_case.pb.h"
#include "zhibu/membership/v1/membership_service.pb.h"

namespace zhibu::membership {

using Dues = google::protobuf::RepeatedPtrField<rows::DueRow>;

// Settles and sets what `step`, judged by `set`, settles and sets. `after` and `stage`: the case
// after the step. What another rule set set is settled as that one says.
void UpdateDues(const RuleSets& sets, const RuleSet& set, const v1::Step& step,
                const rows::Progress& after, v1::Stage stage, Dues& dues);

// Since when somebody can be a development object: days that did not count as cultivation come on
// top, as for the step itself (holdings.h). What waits for a receiving organisation's word does not
// put it off yet.
void HoldObjectPossible(const RuleSets& sets, const Affiliations& affiliations,
                        const rows::Progress& after, Dues& dues);

// Takes what is of this kind out of `dues`.
void RemoveDue(v1::DueKind kind, Dues& dues);

// Why: the citation of the rule set for this kind; default where it knows none.
type::v1::Citation CitationOf(const RuleSets& sets, const rows::DueRow& due);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_RULES_DUES_H_
