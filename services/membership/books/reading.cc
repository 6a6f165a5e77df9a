#include "services/membership/books/reading.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/status.h"
#include "common/store/table.h"
#include "services/membership/rules/affiliations.h"
#include "services/membership/rules/fact_judge.h"
#include "services/membership/rules/progress.h"
#include "services/membership/rules/standing.h"

namespace zhibu::membership {

Key PersonKey(absl::string_view person_id) { return Key(kPersonTable).Text(person_id); }
Key CaseKey(const CaseName& name) {
  return Key(kCaseTable).Text(name.person_id).Text(name.case_id);
}
Key StepsKey(const CaseName& name) {
  return Key(kStepTable).Text(name.person_id).Text(name.case_id);
}
Key CaseEventsKey(const CaseName& name) {
  return Key(kCaseEventTable).Text(name.person_id).Text(name.case_id);
}

std::string FullName(const CaseName& name) {
  return absl::StrCat(kPersons, "/", name.person_id, "/cases/", name.case_id);
}

absl::StatusOr<std::optional<rows::PersonRow>> FindPerson(const Reader& reader,
                                                          absl::string_view person_id) {
  ZHIBU_ASSIGN_OR_RETURN(std::optional<rows::PersonRow> row,
                         GetRow<rows::PersonRow>(reader, PersonKey(person_id)));
  if (row) NumberFacts(*row);
  return row;
}

absl::StatusOr<std::vector<std::string>> PersonsEverAt(const Reader& reader,
                                                       absl::string_view organisation_id) {
  std::vector<std::string> ids;
  const Key range = Key(kPersonsByOrganisation).Text(organisation_id);
  ZHIBU_RETURN_IF_ERROR(
      reader.Scan(range, range.End(), [&](absl::string_view key, absl::string_view) {
        KeyParts parts(key);
        parts.Text();
        ids.push_back(parts.Text().value_or(""));
        return true;
      }));
  return ids;
}

absl::StatusOr<std::optional<rows::PersonRow>> PersonAsKnownAt(const Reader& reader,
                                                               absl::string_view person_id,
                                                               const rows::PersonRow& now,
                                                               absl::Time known_at) {
  const int64_t micros = absl::ToUnixMicros(known_at);
  if (now.recorded_at() <= micros) return std::optional<rows::PersonRow>(now);
  // Newest first.
  const Key range = Key(kPersonHistory).Text(person_id);
  std::optional<rows::PersonRow> found;
  ZHIBU_RETURN_IF_ERROR(ScanRows<rows::PersonRow>(
      reader, range, range.End(), [&](absl::string_view, const rows::PersonRow& row) {
        if (row.recorded_at() <= micros) found = row;
        return !found.has_value();
      }));
  if (found) NumberFacts(*found);
  return found;
}

absl::StatusOr<std::optional<rows::CaseRow>> FindCase(const Reader& reader, const CaseName& name) {
  return GetRow<rows::CaseRow>(reader, CaseKey(name));
}

absl::StatusOr<bool> HasOpenCase(const Reader& reader, absl::string_view person_id,
                                 absl::string_view except) {
  const Key cases = Key(kCaseTable).Text(person_id);
  bool open = false;
  ZHIBU_RETURN_IF_ERROR(ScanRows<rows::CaseRow>(
      reader, cases, cases.End(), [&](absl::string_view key, const rows::CaseRow& row) {
        if (row.progress().closed() || row.progress().concluded()) return true;
        KeyParts parts(key);
        parts.Text();
        open = parts.Text().value_or("") != except;
        return !open;
      }));
  return open;
}

absl::StatusOr<bool> HasLaterCase(const Reader& reader, const CaseName& name,
                                  const rows::CaseRow& row) {
  const Key cases = Key(kCaseTable).Text(name.person_id);
  bool later = false;
  ZHIBU_RETURN_IF_ERROR(ScanRows<rows::CaseRow>(
      reader, cases, cases.End(), [&](absl::string_view, const rows::CaseRow& one) {
        later = one.stages_before() > row.stages_before() && !one.progress().done().empty();
        return !later;
      }));
  return later;
}

absl::StatusOr<std::vector<v1::RecordedStep>> StepsOf(const Reader& reader, const CaseName& name) {
  std::vector<v1::RecordedStep> steps;
  const Key range = StepsKey(name);
  ZHIBU_RETURN_IF_ERROR(ScanRows<rows::StepRow>(reader, range, range.End(),
                                                [&](absl::string_view, const rows::StepRow& row) {
                                                  steps.push_back(row.recorded());
                                                  return true;
                                                }));
  return steps;
}

absl::StatusOr<std::vector<v1::RecordedCaseEvent>> CaseEventsOf(const Reader& reader,
                                                                const CaseName& name) {
  std::vector<v1::RecordedCaseEvent> events;
  const Key range = CaseEventsKey(name);
  ZHIBU_RETURN_IF_ERROR(ScanRows<rows::CaseEventRow>(
      reader, range, range.End(), [&](absl::string_view, const rows::CaseEventRow& row) {
        events.push_back(row.recorded());
        return true;
      }));
  return events;
}

rows::CaseRow NewCase(const rows::PersonRow& person, v1::StepKind first) {
  rows::CaseRow row;
  row.set_organisation_id(person.organisation_id());
  row.set_led_since(DayNumber(LastMove(person.affiliations())));
  *row.mutable_stages() = person.stages();
  row.set_stages_before(person.stages_size());
  const auto admitted = AdmittedElsewhere(person, person.stages());
  if (admitted && first != v1::STEP_KIND_APPLICATION) {
    *row.mutable_progress() = ProgressOfOpeningBalance(*admitted);
  }
  return row;
}

Story StoryOf(const RuleSets& rule_sets, const rows::PersonRow& person, const rows::CaseRow& row,
              const std::vector<v1::RecordedStep>& steps) {
  Stages stages = person.stages();
  while (stages.size() > row.stages_before()) stages.RemoveLast();
  rows::Progress progress;
  const auto admitted = AdmittedElsewhere(person, stages);
  if (admitted && !steps.empty() && steps.front().kind() != v1::STEP_KIND_APPLICATION) {
    progress = ProgressOfOpeningBalance(*admitted);
  }
  return Story(&rule_sets, std::move(progress), std::move(stages), &person.affiliations());
}

}  // namespace zhibu::membership
