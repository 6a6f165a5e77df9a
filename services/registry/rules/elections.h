// Whether an election's figures are possible, who is elected, and what the norms say to it. Pure.
#ifndef ZHIBU_SERVICES_REGISTRY_RULES_ELECTIONS_H_
#define ZHIBU_SERVICES_REGISTRY_RULES_ELECTIONS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "services/registry/rules/forms.h"
#include "services/registry/rules/norms.h"
#include "zhibu/registry/v1/election.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::registry {

// Everything wrong with the form.
void CheckForm(const v1::Election& election, absl::string_view at, Violations& out);

// Everything wrong with the form of the superior's decision.
void CheckForm(const v1::ElectionDecision& decision, absl::string_view at, Violations& out);
// PERIOD_INVALID: not between the election and `today`; APPROVAL_REQUIRED: who is elected secretary
// or deputy in `election`, which was judged, is approved.
void JudgeDecision(const v1::ElectionDecision& decision, const v1::Election& election,
                   absl::CivilDay today, absl::string_view at, Violations& out);

// POSTPONED_TOO_LONG, where the norm says how far a term may be put off or brought forward.
void JudgePostponement(const norms::Term& norm, const v1::Term& term,
                       const v1::Postponement& postponement, absl::string_view at, Violations& out);

// Somebody who was elected, with the highest post that he or she was elected to.
struct Elected {
  std::string person;  // "persons/{person}"
  v1::PostKind post;
};

struct ElectionVerdict {
  Violations refusals, warnings;
  std::vector<Elected> elected;  // by post, then in the order of the ballots
};

// Marks `elected` in the candidates of `election`, whose form is sound. A norm with mark C refuses,
// another warns. `kind`: of the organisation on that day.
ElectionVerdict JudgeElection(const Norms& norms, type::v1::OrganisationKind kind,
                              absl::CivilDay day, v1::Election& election);

}  // namespace zhibu::registry

#endif  // ZHIBU_SERVICES_REGISTRY_RULES_ELECTIONS_H_
