#include "services/membership/rules/membership_dues.h"

#include "common/base/civil.h"
#include "services/membership/rules/affiliations.h"
#include "services/membership/rules/dues_quote.h"
#include "services/membership/rules/fact_kinds.h"
#include "services/membership/rules/progress.h"
#include "services/membership/rules/standing.h"
#include "zhibu/membership/v1/membership_service.pb.h"

namespace zhibu::membership {
namespace {

void AddDue(v1::DueKind kind, absl::CivilDay day, Dues& dues) {
  rows::DueRow& due = *dues.Add();
  due.set_kind(kind);
  due.set_day(DayNumber(day));
}

}  // namespace

Dues MembershipDues(const rules::FactRules& rules, const rows::PersonRow& person,
                    bool led_by_case) {
  Dues dues;
  if (!person.merged_into().empty() || HasLeft(person.affiliations())) return dues;
  const Standing standing = StandingOn(person, kNoEnd);
  const v1::Stage stage = LastStage(person.stages());
  const auto admitted = AdmittedElsewhere(person, person.stages());
  if (admitted && !led_by_case) {
    AddDue(v1::DUE_KIND_CONVERSION, ProbationEnd(ProgressOfOpeningBalance(*admitted)).value(),
           dues);
  }
  if (IsMember(stage)) {
    if (standing.correction_until) {
      AddDue(v1::DUE_KIND_CORRECTION, *standing.correction_until, dues);
    }
    if (standing.lost_since) {
      AddDue(v1::DUE_KIND_CONTACT_LOST,
             AddMonths(*standing.lost_since, rules.lost_contact_months()), dues);
    }
    if (standing.mobile_since) {
      AddDue(v1::DUE_KIND_MOBILE, AddMonths(*standing.mobile_since, rules.mobile_months()), dues);
    }
    // Where nothing is recorded, it is not known that anything is unpaid.
    if (const auto paid = ParseMonth(person.dues_paid_until())) {
      AddDue(v1::DUE_KIND_DUES_UNPAID, AddMonths(*paid, 1 + rules.dues_unpaid_months()), dues);
    }
  } else if (stage == v1::STAGE_STOPPED && standing.lost_since && standing.stopped_on) {
    AddDue(v1::DUE_KIND_STOPPED_TWO_YEARS,
           AddMonths(*standing.stopped_on, rules.self_withdrawal_months()), dues);
  }
  return dues;
}

type::v1::Citation CitationOfMembershipDue(const rules::FactRules& rules, int due_kind) {
  switch (due_kind) {
    case v1::DUE_KIND_CONVERSION:
      return rules.probation();
    case v1::DUE_KIND_CORRECTION:
      return RuleOf(rules, v1::MEMBERSHIP_FACT_KIND_CORRECTION_BEGUN)->citation();
    case v1::DUE_KIND_CONTACT_LOST:
    case v1::DUE_KIND_STOPPED_TWO_YEARS:
      return RuleOf(rules, v1::MEMBERSHIP_FACT_KIND_STOPPED)->citation();
    case v1::DUE_KIND_MOBILE:
      return rules.mobile();
    case v1::DUE_KIND_DUES_UNPAID:
      return rules.dues_unpaid();
    default:
      return {};
  }
}

}  // namespace zhibu::membership
