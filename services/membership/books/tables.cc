#include "services/membership/books/tables.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/status.h"
#include "common/store/dispatch.h"
#include "common/store/table.h"
#include "services/membership/books/convert.h"
#include "services/membership/books/exception_index.h"
#include "services/membership/books/external_index.h"
#include "services/membership/books/moved_cases.h"
#include "services/membership/books/numbers.h"
#include "services/membership/books/personal_index.h"
#include "services/membership/books/quota_tables.h"
#include "services/membership/books/reading.h"
#include "services/membership/books/transfer_tables.h"
#include "services/membership/rules/affiliations.h"
#include "services/membership/rules/dues.h"
#include "services/membership/rules/fact_judge.h"
#include "services/membership/rules/membership_dues.h"
#include "services/membership/rules/progress.h"
#include "services/membership/rules/standing.h"
#include "zhibu/membership/v1/events.pb.h"

namespace zhibu::membership {
namespace {

Key ByOrganisationKey(absl::string_view organisation_id, absl::string_view person_id) {
  return Key(kPersonsByOrganisation).Text(organisation_id).Text(person_id);
}

// Also found where they were once: a list of a past date reads no more than it answers.
void PutByOrganisation(Txn& txn, absl::string_view id, const Affiliations& affiliations) {
  for (const rows::AffiliationRow& row : affiliations) {
    txn.Put(ByOrganisationKey(row.organisation_id(), id), "");
  }
}
void DeleteByOrganisation(Txn& txn, absl::string_view id, const rows::PersonRow& row) {
  for (const rows::AffiliationRow& affiliation : row.affiliations()) {
    txn.Delete(ByOrganisationKey(affiliation.organisation_id(), id));
  }
}

int32_t Day(const google::type::Date& date) {
  return DayNumber(FromProto(date).value_or(kNoStart));
}

}  // namespace

absl::Status Tables::Apply(Txn& txn, const google::protobuf::Any& event) const {
  return DispatchOwn(
      event, [&](const v1::PersonChanged& changed) { return Apply(txn, changed); },
      [&](const v1::StepRecorded& recorded) { return Apply(txn, recorded); },
      [&](const v1::CaseEventRecorded& recorded) { return Apply(txn, recorded); },
      [&](const v1::PersonRevealed& revealed) { return Apply(txn, revealed); },
      [&](const v1::PersonSearched& searched) { return Apply(txn, searched); },
      [&](const v1::PersonResealed& resealed) { return Apply(txn, resealed); },
      [&](const v1::PersonMerged& merged) { return Apply(txn, merged); },
      [&](const v1::TransferChanged& changed) { return Apply(txn, changed); },
      [&](const v1::QuotaChanged& changed) { return Apply(txn, changed); });
}

absl::Status Tables::Apply(Txn& txn, const v1::PersonChanged& event) const {
  const std::optional<std::string> id = IdOf(kPersons, event.name());
  const std::optional<std::string> organisation = IdOf(kOrganisations, event.organisation());
  if (!id || !organisation) return absl::DataLossError("an event without a name");
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::PersonRow> before, FindPerson(txn, *id));
  if (before) DeleteByOrganisation(txn, *id, *before);
  // Most changes leave name, number and birth date as they were: nothing is opened then.
  const std::string& sealed = event.personal_data().ciphertext();
  if (!before || before->personal_data().ciphertext() != sealed) {
    if (before) {
      ZHIBU_ASSIGN_OR_RETURN(const rows::PersonalData old,
                             keys_.Open(event.name(), before->personal_data()));
      ZHIBU_RETURN_IF_ERROR(RemoveFromIndexes(txn, keys_, *id, old));
    }
    ZHIBU_ASSIGN_OR_RETURN(const rows::PersonalData data,
                           keys_.Open(event.name(), event.personal_data()));
    ZHIBU_RETURN_IF_ERROR(AddToIndexes(txn, keys_, *id, data));
  }
  rows::PersonRow row;
  row.set_version(before ? before->version() + 1 : 1);
  if (before) row.set_merged_into(before->merged_into());
  row.set_organisation_id(*organisation);
  row.set_sex(event.sex());
  row.set_kind(event.kind());
  row.set_nationality_code(event.nationality_code());
  row.set_institution(event.institution());
  row.set_registered_on(Day(event.registered_on()));
  if (event.has_opening_balance()) {
    rows::OpeningRow& opening = *row.mutable_opening();
    opening.set_stage(event.opening_balance().stage());
    opening.set_joined_on(Day(event.opening_balance().joined_on()));
    if (event.opening_balance().has_full_member_on()) {
      opening.set_full_member_on(Day(event.opening_balance().full_member_on()));
    }
    opening.set_extension_months(event.opening_balance().extension_months());
  }
  *row.mutable_personal_data() = event.personal_data();
  StagesFromEvent(event.stages(), row.mutable_stages());
  AffiliationsFromEvent(event, row.mutable_affiliations());
  FactsFromEvent(event.facts(), row.mutable_facts());
  *row.mutable_corrections() = event.corrections();
  row.set_last_fact_sequence(event.last_fact_sequence());
  NumberFacts(row);
  for (const v1::KindChange& change : event.kinds()) {
    rows::KindRow& kind = *row.add_kinds();
    kind.set_from(Day(change.valid_from()));
    kind.set_kind(change.kind());
  }
  row.set_dues_paid_until(event.dues_paid_until_month());
  row.set_identity_document(event.identity_document());
  *row.mutable_external_ids() = event.external_ids();
  if (before) DeleteExternalIds(txn, *id, before->external_ids());
  PutExternalIds(txn, *id, row.external_ids());
  ZHIBU_RETURN_IF_ERROR(PutPerson(txn, *id, before ? &*before : nullptr, row));
  PutByOrganisation(txn, *id, row.affiliations());
  if (!before) return absl::OkStatus();
  ZHIBU_ASSIGN_OR_RETURN(const bool reopened,
                         MoveCases(txn, due_index_, rule_sets_, *id, *before, row));
  return reopened ? RefreshDues(txn, *id) : absl::OkStatus();
}

absl::StatusOr<Dues> Tables::DuesOf(const Reader& reader, const std::string& id,
                                    const rows::PersonRow& row) const {
  bool led_by_case = false;
  if (AdmittedElsewhere(row, row.stages())) {
    const Key cases = Key(kCaseTable).Text(id);
    ZHIBU_RETURN_IF_ERROR(ScanRows<rows::CaseRow>(
        reader, cases, cases.End(), [&](absl::string_view, const rows::CaseRow& one) {
          const auto& done = one.progress().done();
          led_by_case = !one.progress().closed() &&
                        std::any_of(done.begin(), done.end(), [](const rows::StepDone& step) {
                          return !step.before_books();
                        });
          return !led_by_case;
        }));
  }
  return MembershipDues(fact_rules_, row, led_by_case);
}

absl::Status Tables::RefreshDues(Txn& txn, const std::string& id) const {
  ZHIBU_ASSIGN_OR_RETURN(std::optional<rows::PersonRow> row, FindPerson(txn, id));
  if (!row) return absl::DataLossError("a case of nobody");
  ZHIBU_ASSIGN_OR_RETURN(Dues dues, DuesOf(txn, id, *row));
  due_index_.Replace(txn, row->organisation_id(), DueSubject::OfMembership(id), row->dues(), dues);
  row->mutable_dues()->Swap(&dues);
  PutRow(txn, PersonKey(id), *row);
  return absl::OkStatus();
}

absl::Status Tables::PutPerson(Txn& txn, const std::string& id, const rows::PersonRow* before,
                               rows::PersonRow& row) const {
  // What stood only within one commit was never known to anybody.
  if (before != nullptr && before->revision() != txn.revision()) {
    PutRow(txn, Key(kPersonHistory).Text(id).Number(-txn.revision()), *before);
  }
  row.set_revision(txn.revision());
  row.set_recorded_at(absl::ToUnixMicros(txn.now()));
  ZHIBU_ASSIGN_OR_RETURN(*row.mutable_dues(), DuesOf(txn, id, row));
  const DueSubject membership = DueSubject::OfMembership(id);
  if (before != nullptr && before->organisation_id() == row.organisation_id()) {
    due_index_.Replace(txn, row.organisation_id(), membership, before->dues(), row.dues());
  } else {
    if (before != nullptr) {
      due_index_.Replace(txn, before->organisation_id(), membership, before->dues(), Dues());
    }
    due_index_.Replace(txn, row.organisation_id(), membership, Dues(), row.dues());
  }
  PutRow(txn, PersonKey(id), row);
  return absl::OkStatus();
}

absl::Status Tables::PutStages(Txn& txn, const std::string& id, const Stages& stages,
                               rows::PersonRow person) const {
  const rows::PersonRow before = person;
  person.set_version(person.version() + 1);
  *person.mutable_stages() = stages;
  ZHIBU_RETURN_IF_ERROR(PutPerson(txn, id, &before, person));
  // A case that is decided but not yet in the archive goes on from what the person is by now.
  // Nobody sees these stages in it, so its version stays.
  std::vector<std::pair<std::string, rows::CaseRow>> others;
  const Key cases = Key(kCaseTable).Text(id);
  ZHIBU_RETURN_IF_ERROR(ScanRows<rows::CaseRow>(
      txn, cases, cases.End(), [&](absl::string_view key, const rows::CaseRow& one) {
        if (!one.progress().closed() && !SameStages(one.stages(), stages)) others.emplace_back(key, one);
        return true;
      }));
  for (auto& [key, one] : others) {
    KeyParts parts(key);
    parts.Text();
    *one.mutable_stages() = stages;
    PutRow(txn, CaseKey({id, parts.Text().value_or("")}), one);
  }
  return absl::OkStatus();
}

absl::Status Tables::Apply(Txn& txn, const v1::PersonRevealed& event) const {
  const std::optional<std::string> id = IdOf(kPersons, event.name());
  if (!id) return absl::DataLossError("an event without a name");
  // Newest first.
  PutRow(txn, Key(kRevealTable).Text(*id).Number(-event.revision()), event);
  return absl::OkStatus();
}

absl::Status Tables::Apply(Txn& txn, const v1::PersonResealed& event) const {
  const std::string id = IdOf(kPersons, event.name()).value_or("");
  ZHIBU_ASSIGN_OR_RETURN(std::optional<rows::PersonRow> row, FindPerson(txn, id));
  if (!row) return absl::DataLossError("data of a person who is not there were sealed anew");
  // Nothing that anybody sees has changed, so the version stays.
  *row->mutable_personal_data() = event.personal_data();
  PutRow(txn, PersonKey(id), *row);
  return absl::OkStatus();
}

absl::Status Tables::Apply(Txn& txn, const v1::PersonMerged& event) const {
  const std::string id = IdOf(kPersons, event.dropped()).value_or("");
  ZHIBU_ASSIGN_OR_RETURN(std::optional<rows::PersonRow> row, FindPerson(txn, id));
  if (!row) return absl::DataLossError("a person who is not there was merged");
  ZHIBU_ASSIGN_OR_RETURN(const rows::PersonalData data,
                         keys_.Open(event.dropped(), row->personal_data()));
  ZHIBU_RETURN_IF_ERROR(RemoveFromIndexes(txn, keys_, id, data));
  DeleteExternalIds(txn, id, row->external_ids());
  DeleteByOrganisation(txn, id, *row);
  const rows::PersonRow before = *row;
  row->set_merged_into(IdOf(kPersons, event.kept()).value_or(""));
  row->set_version(row->version() + 1);
  ZHIBU_RETURN_IF_ERROR(PutPerson(txn, id, &before, *row));
  PutRow(txn, Key(kMergeTable).Text(id), event);
  return absl::OkStatus();
}

absl::Status Tables::Apply(Txn& txn, const v1::TransferChanged& event) const {
  return ApplyTransfer(txn, due_index_, event);
}

absl::Status Tables::Apply(Txn& txn, const v1::QuotaChanged& event) const {
  return ApplyQuota(txn, event);
}

absl::Status Tables::Apply(Txn& txn, const v1::StepRecorded& event, rows::CaseRow* given) const {
  const std::optional<CaseName> name = ParseCaseName(event.name());
  const RuleSet* set = rule_sets_.Find(event.recorded().rule_set());
  if (!name) return absl::DataLossError("an event without a name");
  if (set == nullptr) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the rule set that judged a step is not there: ", event.recorded().rule_set()));
  }
  rows::CaseRow found;
  if (given == nullptr) {
    ZHIBU_ASSIGN_OR_RETURN(std::optional<rows::CaseRow> row, FindCase(txn, *name));
    if (!row) {
      ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::PersonRow> person,
                             FindPerson(txn, name->person_id));
      if (!person) return absl::DataLossError("a step of a person who is not there");
      row = NewCase(*person, event.recorded().kind());
    }
    found = *std::move(row);
    given = &found;
  }
  rows::CaseRow& row = *given;
  const Stages stages_before = row.stages();
  const Dues dues_before = Indexed(row);
  row.set_version(row.version() + 1);
  Advance(event.recorded().step(), *row.mutable_progress());
  StagesFromEvent(event.stages(), row.mutable_stages());
  UpdateDues(rule_sets_, *set, event.recorded().step(), row.progress(), LastStage(row.stages()),
             *row.mutable_dues());
  // Other steps leave it as it is.
  if (event.recorded().kind() == v1::STEP_KIND_ACTIVIST_DETERMINATION) {
    ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::PersonRow> person,
                           FindPerson(txn, name->person_id));
    if (!person) return absl::DataLossError("a step of a person who is not there");
    HoldObjectPossible(rule_sets_, person->affiliations(), row.progress(), *row.mutable_dues());
  }
  due_index_.Replace(txn, row.organisation_id(), DueSubject::OfCase(*name), dues_before,
                     Indexed(row));
  if (IsExcepted(event.recorded())) {
    row.add_excepted(event.recorded().sequence());
    PutExceptions(txn, *name, row);
  }
  if (const auto quota = IdOf(kOrganisations, event.quota_organisation())) {
    const int32_t year = event.recorded().step().date().year();
    ZHIBU_RETURN_IF_ERROR(UseQuota(txn, *quota, year, row));
  }
  PutRow(txn, CaseKey(*name), row);
  rows::StepRow step;
  *step.mutable_recorded() = event.recorded();
  PutRow(txn, StepsKey(*name).Number(event.recorded().sequence()), step);
  if (AdmittedBeforeBooks(row.progress())) {
    ZHIBU_RETURN_IF_ERROR(RefreshDues(txn, name->person_id));
  }
  // Most steps leave the stage as it is, and the person's row alone.
  if (SameStages(stages_before, row.stages())) return absl::OkStatus();
  ZHIBU_ASSIGN_OR_RETURN(std::optional<rows::PersonRow> person, FindPerson(txn, name->person_id));
  if (!person) return absl::DataLossError("a step of a person who is not there");
  return PutStages(txn, name->person_id, row.stages(), *std::move(person));
}

absl::Status Tables::Apply(Txn& txn, const v1::CaseEventRecorded& event) const {
  const std::optional<CaseName> name = ParseCaseName(event.name());
  if (!name) return absl::DataLossError("an event without a name");
  ZHIBU_ASSIGN_OR_RETURN(std::optional<rows::CaseRow> row, FindCase(txn, *name));
  ZHIBU_ASSIGN_OR_RETURN(std::optional<rows::PersonRow> person, FindPerson(txn, name->person_id));
  if (!row || !person) return absl::DataLossError("something happened to a case that is not there");
  const v1::RecordedCaseEvent& recorded = event.recorded();
  const Dues dues_before = Indexed(*row);
  row->set_version(row->version() + 1);
  StagesFromEvent(event.stages(), row->mutable_stages());
  if (MakesVoid(recorded.event())) {
    ZHIBU_ASSIGN_OR_RETURN(std::vector<v1::RecordedStep> steps, StepsOf(txn, *name));
    ZHIBU_ASSIGN_OR_RETURN(const std::vector<v1::RecordedCaseEvent> events,
                           CaseEventsOf(txn, *name));
    Story story = StoryOf(rule_sets_, *person, *row, steps);
    const auto add = [&](const auto& one) { story.Add(one); };
    ForEachInOrder(steps, events, add, add);
    story.Add(recorded);
    *row->mutable_progress() = story.progress();
    *row->mutable_dues() = story.dues();
    // The approval was void, so it used nothing.
    if (FindDone(row->progress(), v1::STEP_KIND_ADMISSION_APPROVAL) == nullptr) {
      ZHIBU_RETURN_IF_ERROR(GiveBackQuota(txn, *row));
    }
    DeleteExceptions(txn, *name, *row);
    auto& excepted = *row->mutable_excepted();
    excepted.erase(std::remove_if(excepted.begin(), excepted.end(),
                                  [&](int32_t sequence) {
                                    return sequence >= recorded.event().step_sequence();
                                  }),
                   excepted.end());
    PutExceptions(txn, *name, *row);
    for (v1::RecordedStep& step : steps) {
      if (step.sequence() < recorded.event().step_sequence() || step.voided_by() != 0) continue;
      step.set_voided_by(recorded.sequence());
      rows::StepRow now;
      *now.mutable_recorded() = step;
      PutRow(txn, StepsKey(*name).Number(step.sequence()), now);
    }
  } else {
    AdvanceByEvent(recorded.event(), *row->mutable_progress());
    UpdateDuesByEvent(recorded.event(), recorded.rule_set(), row->progress(),
                      LastStage(row->stages()), *row->mutable_dues());
    HoldObjectPossible(rule_sets_, person->affiliations(), row->progress(), *row->mutable_dues());
  }
  due_index_.Replace(txn, row->organisation_id(), DueSubject::OfCase(*name), dues_before,
                     Indexed(*row));
  PutRow(txn, CaseKey(*name), *row);
  rows::CaseEventRow made;
  *made.mutable_recorded() = recorded;
  PutRow(txn, CaseEventsKey(*name).Number(recorded.sequence()), made);
  if (!SameStages(person->stages(), row->stages())) {
    return PutStages(txn, name->person_id, row->stages(), *std::move(person));
  }
  return AdmittedBeforeBooks(row->progress()) ? RefreshDues(txn, name->person_id)
                                              : absl::OkStatus();
}

}  // namespace zhibu::membership
