// Between what is stored and what the contracts say.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_BOOKS_CONVERT_H_
#define ZHIBU_SERVICES_MEMBERSHIP_BOOKS_CONVERT_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "services/membership/books/personal_data.h"
#include "services/membership/books/rows.pb.h"
#include "services/membership/data/fact_rules.pb.h"
#include "services/membership/rules/affiliations.h"
#include "services/membership/rules/progress.h"
#include "services/membership/rules/rule_set.h"
#include "services/membership/rules/standing.h"
#include "zhibu/membership/v1/events.pb.h"
#include "zhibu/membership/v1/membership_service.pb.h"
#include "zhibu/membership/v1/person.pb.h"
#include "zhibu/membership/v1/rule_service.pb.h"

namespace zhibu::membership {

// The whole record as an event states it, to be changed and emitted.
v1::PersonChanged ChangeOf(absl::string_view person_id, const rows::PersonRow& row);

// The same of a person who was moved: the organisation is that of the last affiliation.
v1::PersonChanged MoveOf(absl::string_view person_id, const rows::PersonRow& moved);

using StageChanges = google::protobuf::RepeatedPtrField<v1::StageChange>;

// What was entered when the books were opened.
v1::OpeningBalance OpeningToProto(const rows::OpeningRow& row);

void StagesToEvent(const Stages& stages, StageChanges* changes);
void StagesFromEvent(const StageChanges& changes, Stages* stages);

using PersonAffiliations = google::protobuf::RepeatedPtrField<v1::PersonAffiliation>;

// Those that began on or before `last`, as they stand then.
void AffiliationsToEvent(const Affiliations& rows, absl::CivilDay last,
                         PersonAffiliations* affiliations);
// Of the whole event: one from before affiliations had dates has one, since registration.
void AffiliationsFromEvent(const v1::PersonChanged& event, Affiliations* rows);

using MembershipFacts = google::protobuf::RepeatedPtrField<v1::MembershipFact>;

// Those of on or before `last`.
void FactsToEvent(const Facts& rows, absl::CivilDay last, MembershipFacts* facts);
void FactsFromEvent(const MembershipFacts& facts, Facts* rows);
// Without a number, which no caller gives.
rows::FactRow FactFromProto(const v1::MembershipFact& fact);

// As of `day`, the ID number masked, without birth date. Errors: as PersonalDataKeys::Open.
absl::StatusOr<v1::Person> PersonOn(const PersonalDataKeys& keys,
                                    const rules::FactRules& fact_rules, absl::string_view person_id,
                                    const rows::PersonRow& row, absl::CivilDay day);

// A rule set in short, its rules only where they are asked for.
v1::RuleSetSummary SummaryOf(const RuleSet& set, bool with_rules);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_BOOKS_CONVERT_H_
