#include "services/membership/books/convert.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/domain/id_number.h"
#include "services/membership/rules/person_kinds.h"
#include "services/membership/rules/standing.h"

namespace zhibu::membership {
namespace {

bool SameDate(const google::type::Date& a, const google::type::Date& b) {
  return a.year() == b.year() && a.month() == b.month() && a.day() == b.day();
}

}  // namespace

void StagesToEvent(const Stages& stages, StageChanges* changes) {
  changes->Clear();
  for (const rows::StageRow& row : stages) {
    v1::StageChange& change = *changes->Add();
    *change.mutable_valid_from() = ToProto(DayFromNumber(row.from()));
    change.set_stage(static_cast<v1::Stage>(row.stage()));
    change.set_organisation(NameOf(kOrganisations, row.organisation_id()));
    if (row.has_approved_on()) {
      *change.mutable_approved_on() = ToProto(DayFromNumber(row.approved_on()));
    }
    change.set_restored(row.restored());
  }
}

void StagesFromEvent(const StageChanges& changes, Stages* stages) {
  stages->Clear();
  for (const v1::StageChange& change : changes) {
    rows::StageRow& row = *stages->Add();
    row.set_from(DayNumber(FromProto(change.valid_from()).value_or(kNoStart)));
    row.set_stage(change.stage());
    row.set_organisation_id(IdOf(kOrganisations, change.organisation()).value_or(""));
    if (change.has_approved_on()) {
      row.set_approved_on(DayNumber(FromProto(change.approved_on()).value_or(kNoStart)));
    }
    row.set_restored(change.restored());
  }
}

void AffiliationsToEvent(const Affiliations& rows, absl::CivilDay last,
                         PersonAffiliations* affiliations) {
  affiliations->Clear();
  const auto end = [&](v1::PersonAffiliation& one, int32_t to) {
    if (DayFromNumber(to) <= last) *one.mutable_valid_to() = ToProto(DayFromNumber(to));
  };
  for (const rows::AffiliationRow& row : rows) {
    if (DayFromNumber(row.from()) > last) break;
    v1::PersonAffiliation& one = *affiliations->Add();
    one.set_organisation(NameOf(kOrganisations, row.organisation_id()));
    *one.mutable_valid_from() = ToProto(DayFromNumber(row.from()));
    one.set_cause(row.cause());
    if (row.has_to()) end(one, row.to());
    if (affiliations->size() == 1) continue;
    v1::PersonAffiliation& before = *affiliations->Mutable(affiliations->size() - 2);
    if (!before.has_valid_to()) end(before, row.from());
  }
}

void AffiliationsFromEvent(const v1::PersonChanged& event, Affiliations* rows) {
  rows->Clear();
  for (int i = 0; i < event.affiliations_size(); ++i) {
    const v1::PersonAffiliation& one = event.affiliations(i);
    rows::AffiliationRow& row = *rows->Add();
    row.set_from(DayNumber(FromProto(one.valid_from()).value_or(kNoStart)));
    row.set_organisation_id(IdOf(kOrganisations, one.organisation()).value_or(""));
    row.set_cause(one.cause());
    // Where the next begins as this ends, the one day says it.
    const bool followed = i + 1 < event.affiliations_size() &&
                          SameDate(event.affiliations(i + 1).valid_from(), one.valid_to());
    if (one.has_valid_to() && !followed) {
      row.set_to(DayNumber(FromProto(one.valid_to()).value_or(kNoStart)));
    }
  }
  if (!rows->empty()) return;
  rows::AffiliationRow& first = *rows->Add();
  first.set_from(DayNumber(FromProto(event.registered_on()).value_or(kNoStart)));
  first.set_organisation_id(IdOf(kOrganisations, event.organisation()).value_or(""));
}

void FactsToEvent(const Facts& rows, absl::CivilDay last, MembershipFacts* facts) {
  facts->Clear();
  for (const rows::FactRow& row : rows) {
    if (DayFromNumber(row.day()) > last) continue;
    v1::MembershipFact& fact = *facts->Add();
    fact.set_kind(static_cast<v1::MembershipFactKind>(row.kind()));
    *fact.mutable_date() = ToProto(DayFromNumber(row.day()));
    if (row.has_until()) *fact.mutable_until() = ToProto(DayFromNumber(row.until()));
    if (!row.authority_id().empty()) {
      fact.set_authority(NameOf(kOrganisations, row.authority_id()));
    }
    fact.set_article(row.article());
    fact.set_document_number(row.document_number());
    fact.set_sequence(row.sequence());
  }
}

rows::FactRow FactFromProto(const v1::MembershipFact& fact) {
  rows::FactRow row;
  row.set_kind(fact.kind());
  row.set_day(DayNumber(FromProto(fact.date()).value_or(kNoStart)));
  if (fact.has_until()) row.set_until(DayNumber(FromProto(fact.until()).value_or(kNoStart)));
  row.set_authority_id(IdOf(kOrganisations, fact.authority()).value_or(""));
  row.set_article(fact.article());
  row.set_document_number(fact.document_number());
  return row;
}

void FactsFromEvent(const MembershipFacts& facts, Facts* rows) {
  rows->Clear();
  for (const v1::MembershipFact& fact : facts) {
    rows::FactRow& row = *rows->Add();
    row = FactFromProto(fact);
    row.set_sequence(fact.sequence());
  }
}

v1::OpeningBalance OpeningToProto(const rows::OpeningRow& row) {
  v1::OpeningBalance opening;
  opening.set_stage(static_cast<v1::Stage>(row.stage()));
  *opening.mutable_joined_on() = ToProto(DayFromNumber(row.joined_on()));
  if (row.has_full_member_on()) {
    *opening.mutable_full_member_on() = ToProto(DayFromNumber(row.full_member_on()));
  }
  opening.set_extension_months(row.extension_months());
  return opening;
}

v1::PersonChanged ChangeOf(absl::string_view person_id, const rows::PersonRow& row) {
  v1::PersonChanged event;
  event.set_name(NameOf(kPersons, person_id));
  event.set_organisation(NameOf(kOrganisations, row.organisation_id()));
  event.set_sex(static_cast<v1::Sex>(row.sex()));
  event.set_nationality_code(row.nationality_code());
  event.set_kind(static_cast<v1::PersonKind>(row.kind()));
  event.set_institution(row.institution());
  *event.mutable_registered_on() = ToProto(DayFromNumber(row.registered_on()));
  if (row.has_opening()) {
    *event.mutable_opening_balance() = OpeningToProto(row.opening());
  }
  *event.mutable_personal_data() = row.personal_data();
  StagesToEvent(row.stages(), event.mutable_stages());
  AffiliationsToEvent(row.affiliations(), kNoEnd, event.mutable_affiliations());
  FactsToEvent(row.facts(), kNoEnd, event.mutable_facts());
  for (const rows::KindRow& kind : row.kinds()) {
    v1::KindChange& change = *event.add_kinds();
    *change.mutable_valid_from() = ToProto(DayFromNumber(kind.from()));
    change.set_kind(static_cast<v1::PersonKind>(kind.kind()));
  }
  event.set_dues_paid_until_month(row.dues_paid_until());
  event.set_identity_document(row.identity_document());
  *event.mutable_external_ids() = row.external_ids();
  *event.mutable_corrections() = row.corrections();
  event.set_last_fact_sequence(row.last_fact_sequence());
  return event;
}

v1::PersonChanged MoveOf(absl::string_view person_id, const rows::PersonRow& moved) {
  v1::PersonChanged event = ChangeOf(person_id, moved);
  event.set_organisation(event.affiliations(event.affiliations_size() - 1).organisation());
  return event;
}

absl::StatusOr<v1::Person> PersonOn(const PersonalDataKeys& keys,
                                    const rules::FactRules& fact_rules, absl::string_view person_id,
                                    const rows::PersonRow& row, absl::CivilDay day) {
  v1::Person person;
  person.set_name(NameOf(kPersons, person_id));
  ZHIBU_ASSIGN_OR_RETURN(const rows::PersonalData data,
                         keys.Open(person.name(), row.personal_data()));
  const std::string kept_by = KeptBy(row.affiliations(), day);
  // Who left the books is shown where the person was last.
  person.set_organisation(
      NameOf(kOrganisations, kept_by.empty() ? row.organisation_id() : kept_by));
  person.set_display_name(data.display_name());
  if (!data.id_number().empty()) person.set_id_number(MaskIdNumber(data.id_number()));
  person.set_sex(static_cast<v1::Sex>(row.sex()));
  person.set_nationality_code(row.nationality_code());
  person.set_kind(PersonKindOn(row, day));
  person.set_institution(row.institution());
  person.set_identity_document(row.identity_document());
  person.set_stage(SaidStage(StageOn(row.stages(), day)));
  for (const rows::StageRow& stage : row.stages()) {
    const absl::CivilDay from = DayFromNumber(stage.from());
    if (from > day) break;
    if (stage.restored()) continue;  // neither joined nor became full then
    if (stage.stage() == v1::STAGE_PROBATIONARY) *person.mutable_joined_on() = ToProto(from);
    if (stage.stage() == v1::STAGE_FULL) *person.mutable_full_member_on() = ToProto(from);
  }
  person.set_opening_balance(row.has_opening());
  *person.mutable_registered_on() = ToProto(DayFromNumber(row.registered_on()));
  AffiliationsToEvent(row.affiliations(), day, person.mutable_affiliations());
  *person.mutable_status() = StatusOn(fact_rules, row, day);
  FactsToEvent(row.facts(), day, person.mutable_facts());
  *person.mutable_external_ids() = row.external_ids();
  *person.mutable_corrections() = row.corrections();
  if (!row.merged_into().empty()) person.set_merged_into(NameOf(kPersons, row.merged_into()));
  person.set_etag(absl::StrCat(row.version()));
  return person;
}

v1::RuleSetSummary SummaryOf(const RuleSet& set, bool with_rules) {
  v1::RuleSetSummary summary;
  summary.set_id(set.id());
  summary.set_title(set.data().title());
  *summary.mutable_effective_from() = ToProto(set.from());
  if (set.to() != kNoEnd) *summary.mutable_effective_to() = ToProto(set.to());
  summary.set_sha256(set.sha256());
  for (const OverlayFile& overlay : set.overlays()) summary.add_overlays(overlay.id);
  if (!with_rules) return summary;
  for (const rules::Rule& rule : set.data().rules()) {
    v1::RuleSummary& shown = *summary.add_rules();
    shown.set_code(rule.code());
    shown.set_reason(rule.reason());
    shown.set_effect(rule.severity() == rules::REFUSE ? v1::RULE_EFFECT_REFUSES
                     : rule.severity() == rules::WARN ? v1::RULE_EFFECT_WARNS
                                                      : v1::RULE_EFFECT_OFF);
    for (const int step : rule.steps()) shown.add_steps(static_cast<v1::StepKind>(step));
    shown.set_message(WordingOf(rule));
    *shown.mutable_citation() = rule.citation();
    shown.set_overlay(rule.overlay());
  }
  return summary;
}

}  // namespace zhibu::membership
