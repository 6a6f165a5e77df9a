#include "services/membership/cases/proofs.h"

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "common/base/civil.h"
#include "common/base/status.h"
#include "common/store/table.h"
#include "services/membership/books/convert.h"
#include "services/membership/books/person_pages.h"
#include "services/membership/books/reading.h"
#include "services/membership/rules/forecast.h"
#include "services/membership/rules/proof.h"

namespace zhibu::membership {
absl::Status Proofs::Forecast(Call& call, const v1::ForecastCaseRequest& request,
                              const Reader& reader, v1::ForecastCaseResponse* response) const {
  const std::optional<CaseName> name = ParseCaseName(request.name());
  if (!name) {
    return Malformed("name", "CASE_NAME_INVALID",
                     "发展档案名称须写作 persons/{person}/cases/{case}");
  }
  std::map<v1::StepKind, absl::CivilDay> assumed;
  for (const v1::AssumedStep& step : request.assumed()) {
    const auto day = FromProto(step.date());
    if (!day.ok() || step.kind() == v1::STEP_KIND_UNSPECIFIED ||
        !assumed.emplace(step.kind(), *day).second) {
      return Malformed("assumed", "ASSUMED_STEP_INVALID",
                       "假定的步骤须写明是哪一步和完整的日期，每个步骤只写一次");
    }
  }
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::CaseRow> row, FindCase(reader, *name));
  if (!row || !call.RequireScope(NameOf(kOrganisations, row->organisation_id())).ok()) {
    return NotFound(request.name());
  }
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::PersonRow> person,
                         FindPerson(reader, name->person_id));
  if (!person) return absl::DataLossError("a case of nobody");
  ZHIBU_ASSIGN_OR_RETURN(const rows::PersonalData data,
                         keys_.Open(NameOf(kPersons, name->person_id), person->personal_data()));
  std::optional<absl::CivilDay> birth;
  if (data.has_birth()) birth = DayFromNumber(data.birth());
  const rows::Progress& progress = row->progress();
  const absl::CivilDay last =
      progress.has_latest() ? DayFromNumber(progress.latest()) : call.today();
  const membership::Forecast forecast = ForecastCase(rule_sets_, progress, row->stages(),
                                                     person->affiliations(), birth, assumed, last);
  for (const ForecastDay& day : forecast.days) {
    v1::ForecastStep& step = *response->add_steps();
    step.set_kind(day.kind);
    *step.mutable_earliest() = ToProto(day.earliest);
    step.set_assumed(day.assumed);
    if (day.binding) *step.mutable_binding() = ToFinding(*day.binding);
  }
  for (const Violation& violation : forecast.blocked_by) {
    *response->add_blocked_by() = ToFinding(violation);
  }
  return absl::OkStatus();
}

absl::Status Proofs::VerifyPerson(const Reader& reader, const std::string& person_id,
                                  v1::VerifyProofsResponse* response) const {
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::PersonRow> person,
                         FindPerson(reader, person_id));
  if (!person) return absl::DataLossError("an index names nobody");
  ZHIBU_ASSIGN_OR_RETURN(const rows::PersonalData data,
                         keys_.Open(NameOf(kPersons, person_id), person->personal_data()));
  std::vector<CaseName> cases;
  const Key range = Key(kCaseTable).Text(person_id);
  ZHIBU_RETURN_IF_ERROR(
      reader.Scan(range, range.End(), [&](absl::string_view key, absl::string_view) {
        KeyParts parts(key);
        parts.Text();
        cases.push_back({person_id, parts.Text().value_or("")});
        return true;
      }));
  for (const CaseName& name : cases) {
    ZHIBU_ASSIGN_OR_RETURN(const std::vector<v1::RecordedStep> steps, StepsOf(reader, name));
    if (steps.empty()) continue;
    ZHIBU_ASSIGN_OR_RETURN(const std::vector<v1::RecordedCaseEvent> events,
                           CaseEventsOf(reader, name));
    ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::CaseRow> row, FindCase(reader, name));
    if (!row) return absl::DataLossError("steps of a case that is not there");
    Story story = StoryOf(rule_sets_, *person, *row, steps);
    // Each against the case as it then was, void steps too: they stood when the next was judged.
    const auto verify = [&](const v1::RecordedStep& step) {
      CaseFacts facts;
      facts.person = NameOf(kPersons, person_id);
      facts.progress = &story.progress();
      facts.stages = &story.stages();
      facts.calendar = &rule_sets_.calendar();
      if (data.has_birth()) facts.birth = DayFromNumber(data.birth());
      FactsFrom(step.proof(), facts);
      const std::string reason = Disagreement(rule_sets_.Find(step.rule_set()), facts, step);
      response->set_verified_steps(response->verified_steps() + 1);
      if (!reason.empty()) {
        v1::Disagreement& found = *response->add_disagreements();
        found.set_development_case(FullName(name));
        found.set_sequence(step.sequence());
        found.set_reason(reason);
      }
      story.Add(step);
    };
    ForEachInOrder(steps, events, verify,
                   [&](const v1::RecordedCaseEvent& event) { story.Add(event); });
  }
  return absl::OkStatus();
}

absl::Status Proofs::Verify(Call& call, const v1::VerifyProofsRequest& request, const Reader&,
                            v1::VerifyProofsResponse* response) const {
  ZHIBU_ASSIGN_OR_RETURN(const Page page, pages_.Open(request, call.caller()));
  response->set_revision(page.revision);
  ZHIBU_ASSIGN_OR_RETURN(const PersonsPage persons,
                         PersonsOf(tree_, page, request.root(), request.line(), call.today()));
  for (const std::string& id : persons.ids) {
    ZHIBU_RETURN_IF_ERROR(VerifyPerson(*page.snapshot, id, response));
  }
  if (persons.more) response->set_next_page_token(pages_.NextToken(page, persons.last));
  return absl::OkStatus();
}

}  // namespace zhibu::membership
