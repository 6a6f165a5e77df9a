#include "services/membership/case_events.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/status.h"
#include "common/rpc/organisation_mirror.h"
#include "services/membership/acting.h"
#include "services/membership/convert.h"
#include "services/membership/form.h"
#include "services/membership/rules/case_events.h"

namespace zhibu::membership {
namespace {

absl::StatusOr<ActingBody> ActingOn(const Reader& reader, const std::string& id,
                                    absl::CivilDay date) {
  ActingBody body;
  body.id = id;
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rpc::MirroredOrganisation> row,
                         OrganisationMirror::Find(reader, id));
  if (!row) return body;
  body.known = true;
  body.there = DayFromNumber(row->established()) <= date && date < DayFromNumber(row->dissolved());
  const rpc::MirroredKind kind = KindOn(*row, date);
  body.kind = static_cast<registry::v1::OrganisationKind>(kind.kind());
  body.level = static_cast<registry::v1::CommitteeLevel>(kind.level());
  return body;
}

// The person's stages without those to which the void steps led. What others put after them stays.
Stages StagesLeft(const Stages& now, const rows::CaseRow& row, const Story& before,
                  const Story& after) {
  const int led_to = before.stages().size() - row.stages_before();
  const int left = after.stages().size() - row.stages_before();
  Stages stages;
  for (int i = 0; i < now.size(); ++i) {
    const int of_case = i - row.stages_before();  // negative: from before it
    if (of_case < left || of_case >= led_to) *stages.Add() = now[i];
  }
  return stages;
}

}  // namespace

absl::Status CaseEvents::Record(Call& call, const v1::RecordCaseEventRequest& request, Txn& txn,
                                v1::RecordCaseEventResponse* response) const {
  const std::optional<CaseName> name = ParseCaseName(request.name());
  std::vector<Violation> wrong = CheckCaseEventForm(request.event());
  if (!name) {
    wrong.push_back(
        Because("CASE_NAME_INVALID", "name", "发展档案名称须写作 persons/{person}/cases/{case}"));
  }
  if (!wrong.empty()) return Malformed(wrong);
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::CaseRow> row, FindCase(txn, *name));
  if (!row || !call.RequireScope(NameOf(kOrganisations, row->organisation_id())).ok()) {
    return NotFound(request.name());
  }
  if (request.etag().empty()) {
    return Malformed("etag", "ETAG_REQUIRED", "请带上读取该发展档案时得到的 etag");
  }
  const std::string current = absl::StrCat(row->version());
  if (request.etag() != current) return StaleEtag(request.name(), current);

  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay date, FromProto(request.event().date()));
  const RuleSet* set = rule_sets_.For(row->progress(), v1::STEP_KIND_UNSPECIFIED, date);
  if (set == nullptr) {
    return Refused("event.date", "NO_RULE_SET_ON_DATE", "该日期没有可用的规则集");
  }
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::PersonRow> person,
                         FindPerson(txn, name->person_id));
  if (!person) return absl::DataLossError("a case of nobody");
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<v1::RecordedStep> steps, StepsOf(txn, *name));
  if (MakesVoid(request.event())) {
    ZHIBU_ASSIGN_OR_RETURN(const bool later, HasLaterCase(txn, *name, *row));
    if (later) {
      return Refused("event", "LATER_CASE_STANDS",
                     "此人之后另有发展档案，本档案的步骤不能再退回或认定无效");
    }
  }
  CaseEventFacts facts;
  facts.progress = &row->progress();
  facts.stages = &person->stages();
  facts.affiliations = &person->affiliations();
  facts.probationary_at_opening =
      person->has_opening() && person->opening().stage() == v1::STAGE_PROBATIONARY;
  facts.steps = &steps;
  const std::string leader = LeaderOn(*person, *row, date);
  ZHIBU_ASSIGN_OR_RETURN(facts.upward, UpwardOf(tree_, txn, leader, date));
  const std::string acting = IdOf(kOrganisations, request.event().organisation()).value_or(leader);
  ZHIBU_ASSIGN_OR_RETURN(facts.acting, ActingOn(txn, acting, date));
  const CaseEventJudgement judgement = JudgeCaseEvent(*set, facts, request.event(), call.today());
  if (!judgement.refusals.empty()) return Refused(judgement.refusals);

  v1::CaseEventRecorded event;
  event.set_name(request.name());
  event.set_organisation(NameOf(kOrganisations, row->organisation_id()));
  v1::RecordedCaseEvent& made = *event.mutable_recorded();
  made.set_sequence(row->progress().events() + 1);
  *made.mutable_event() = request.event();
  if (made.event().kind() == v1::CASE_EVENT_KIND_RETURNED) {
    made.mutable_event()->set_step_sequence(LastStanding(steps)->sequence());
  }
  made.set_rule_set(set->id());
  made.set_rule_set_sha256(set->sha256());
  for (const Violation& warning : judgement.warnings) *made.add_warnings() = ToFinding(warning);
  made.set_after_step(row->progress().steps());
  Stages stages = person->stages();
  if (MakesVoid(made.event())) {
    ZHIBU_ASSIGN_OR_RETURN(const std::vector<v1::RecordedCaseEvent> events,
                           CaseEventsOf(txn, *name));
    Story story = StoryOf(rule_sets_, *person, *row, steps);
    const auto add = [&](const auto& one) { story.Add(one); };
    ForEachInOrder(steps, events, add, add);
    Story after = story;
    after.Add(made);
    stages = StagesLeft(person->stages(), *row, story, after);
  } else {
    AdvanceStagesByEvent(made.event(), row->organisation_id(), stages);
  }
  StagesToEvent(stages, event.mutable_stages());
  ZHIBU_RETURN_IF_ERROR(tables_.Apply(txn, event));
  txn.Emit(event);
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::CaseRow> now, FindCase(txn, *name));
  response->set_state(StateOf(now->progress()));
  response->set_etag(absl::StrCat(now->version()));
  response->mutable_recorded()->Swap(&made);
  return absl::OkStatus();
}

}  // namespace zhibu::membership
