#include "services/membership/cases/case_events.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/status.h"
#include "common/rpc/organisation_mirror.h"
#include "services/membership/books/acting.h"
#include "services/membership/books/convert.h"
#include "services/membership/books/reading.h"
#include "services/membership/books/visible.h"

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
  body.kind = static_cast<type::v1::OrganisationKind>(kind.kind());
  body.level = static_cast<type::v1::CommitteeLevel>(kind.level());
  return body;
}

constexpr int kMaxRows = 2000;

void CheckForm(const v1::RecordCaseEventRequest& request, Violations& wrong) {
  wrong.Append(CheckCaseEventForm(request.event()));
  wrong.Require(ParseCaseName(request.name()).has_value(), "CASE_NAME_INVALID", "name",
                "发展档案名称须写作 persons/{person}/cases/{case}");
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

absl::StatusOr<CaseEvents::Open> CaseEvents::OpenCase(Call& call,
                                                      const v1::RecordCaseEventRequest& request,
                                                      const std::string& prefix, Txn& txn) const {
  const CaseName name = *ParseCaseName(request.name());
  ZHIBU_ASSIGN_OR_RETURN(std::optional<rows::CaseRow> row, FindCase(txn, name));
  if (!row || !call.RequireScope(NameOf(kOrganisations, row->organisation_id())).ok()) {
    return NotFound(request.name(), prefix.empty() ? "" : absl::StrCat(prefix, "name"));
  }
  ZHIBU_RETURN_IF_ERROR(
      RequireEtag(request.etag(), row->version(), request.name(), absl::StrCat(prefix, "etag")));

  Open open{name, *std::move(row)};
  ZHIBU_ASSIGN_OR_RETURN(open.date, FromProto(request.event().date()));
  open.set = rule_sets_.For(open.row.progress(), v1::STEP_KIND_UNSPECIFIED, open.date);
  ZHIBU_ASSIGN_OR_RETURN(std::optional<rows::PersonRow> person, FindPerson(txn, name.person_id));
  if (!person) return absl::DataLossError("a case of nobody");
  open.person = *std::move(person);
  ZHIBU_ASSIGN_OR_RETURN(open.steps, StepsOf(txn, name));
  return open;
}

absl::StatusOr<CaseEventJudgement> CaseEvents::Judge(Call& call, const Open& open,
                                                     const v1::CaseEvent& event,
                                                     const Reader& reader) const {
  CaseEventJudgement alone;
  if (open.set == nullptr) {
    alone.refusals.push_back(
        zhibu::Unmet("NO_RULE_SET_ON_DATE", "event.date", "该日期没有可用的规则集"));
    return alone;
  }
  if (MakesVoid(event)) {
    ZHIBU_ASSIGN_OR_RETURN(const bool later, HasLaterCase(reader, open.name, open.row));
    if (later) {
      alone.refusals.push_back(zhibu::Unmet(
          "LATER_CASE_STANDS", "event", "此人之后另有发展档案，本档案的步骤不能再退回或认定无效"));
      return alone;
    }
  }
  CaseEventFacts facts;
  facts.progress = &open.row.progress();
  facts.stages = &open.person.stages();
  facts.affiliations = &open.person.affiliations();
  facts.probationary_at_opening =
      open.person.has_opening() && open.person.opening().stage() == v1::STAGE_PROBATIONARY;
  facts.steps = &open.steps;
  facts.kept_where_led = open.person.organisation_id() == open.row.organisation_id() &&
                         !HasLeft(open.person.affiliations());
  if (open.row.progress().closed()) {
    ZHIBU_ASSIGN_OR_RETURN(const std::vector<v1::RecordedCaseEvent> events,
                           CaseEventsOf(reader, open.name));
    facts.ended_by_event = std::any_of(events.begin(), events.end(), [](const auto& one) {
      return one.event().kind() == v1::CASE_EVENT_KIND_REFUSED ||
             one.event().kind() == v1::CASE_EVENT_KIND_WITHDRAWN ||
             one.event().kind() == v1::CASE_EVENT_KIND_NOT_RECOGNISED;
    });
  }
  const std::string leader = LeaderOn(open.person, open.row, open.date);
  ZHIBU_ASSIGN_OR_RETURN(facts.upward, UpwardOf(tree_, reader, leader, open.date));
  const std::string acting = IdOf(kOrganisations, event.organisation()).value_or(leader);
  ZHIBU_RETURN_IF_ERROR(RequireActsFor(call, tree_, event.organisation(),
                                       NameOf(kOrganisations, open.row.organisation_id())));
  ZHIBU_ASSIGN_OR_RETURN(facts.acting, ActingOn(reader, acting, open.date));
  return JudgeCaseEvent(*open.set, facts, event, call.today());
}

absl::StatusOr<Stages> CaseEvents::Fold(const Open& open, const v1::RecordedCaseEvent& made,
                                        const Reader& reader) const {
  Stages stages = open.person.stages();
  if (!MakesVoid(made.event())) {
    AdvanceStagesByEvent(made.event(), open.row.organisation_id(), stages);
    return stages;
  }
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<v1::RecordedCaseEvent> events,
                         CaseEventsOf(reader, open.name));
  Story story = StoryOf(rule_sets_, open.person, open.row, open.steps);
  const auto add = [&](const auto& one) { story.Add(one); };
  ForEachInOrder(open.steps, events, add, add);
  Story after = story;
  after.Add(made);
  return StagesLeft(stages, open.row, story, after);
}

absl::StatusOr<std::vector<Violation>> CaseEvents::RecordOne(
    Call& call, const v1::RecordCaseEventRequest& request, const std::string& prefix, Txn& txn,
    v1::RecordCaseEventResponse* response) const {
  ZHIBU_ASSIGN_OR_RETURN(const Open open, OpenCase(call, request, prefix, txn));
  ZHIBU_ASSIGN_OR_RETURN(const CaseEventJudgement judgement,
                         Judge(call, open, request.event(), txn));
  if (!judgement.refusals.empty()) return judgement.refusals;
  v1::CaseEventRecorded event;
  event.set_name(request.name());
  event.set_organisation(NameOf(kOrganisations, open.row.organisation_id()));
  v1::RecordedCaseEvent& made = *event.mutable_recorded();
  made.set_sequence(open.row.progress().events() + 1);
  *made.mutable_event() = request.event();
  if (made.event().kind() == v1::CASE_EVENT_KIND_RETURNED) {
    made.mutable_event()->set_step_sequence(LastStanding(open.steps)->sequence());
  }
  made.set_rule_set(open.set->id());
  made.set_rule_set_sha256(open.set->sha256());
  for (const Violation& warning : judgement.warnings) *made.add_warnings() = ToFinding(warning);
  made.set_after_step(open.row.progress().steps());
  ZHIBU_ASSIGN_OR_RETURN(const Stages stages, Fold(open, made, txn));
  StagesToEvent(stages, event.mutable_stages());
  ZHIBU_RETURN_IF_ERROR(tables_.Record(txn, event));
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::CaseRow> now, FindCase(txn, open.name));
  response->set_state(StateOf(now->progress()));
  response->set_etag(absl::StrCat(now->version()));
  response->mutable_recorded()->Swap(&made);
  return std::vector<Violation>();
}

absl::Status CaseEvents::Record(Call& call, const v1::RecordCaseEventRequest& request, Txn& txn,
                                v1::RecordCaseEventResponse* response) const {
  Violations wrong;
  CheckForm(request, wrong);
  ZHIBU_RETURN_IF_ERROR(wrong.MalformedUnlessEmpty());
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<Violation> refused,
                         RecordOne(call, request, "", txn, response));
  return refused.empty() ? absl::OkStatus() : Refused(refused);
}

absl::Status CaseEvents::BatchRecord(Call& call, const v1::BatchRecordCaseEventsRequest& request,
                                     Txn& txn, v1::BatchRecordCaseEventsResponse* response) const {
  if (request.requests().empty() || request.requests_size() > kMaxRows) {
    return Malformed("requests", "BATCH_SIZE_INVALID", "一批须有 1–2000 行");
  }
  Violations malformed, refused;
  std::set<std::string> seen;
  v1::RecordCaseEventResponse recorded;
  for (int i = 0; i < request.requests_size(); ++i) {
    const v1::RecordCaseEventRequest& row = request.requests(i);
    const std::string path = absl::StrCat("requests[", i, "]");
    Violations wrong;
    CheckForm(row, wrong);
    RequireEtagGiven(row.etag(), wrong);
    wrong.Require(seen.insert(row.name()).second, "CASE_TWICE", "name",
                  "同一份发展档案在一批中只能有一行，请分批登记");
    if (!wrong.empty()) {
      malformed.AppendAt(path, std::move(wrong).Take());
      continue;
    }
    recorded.Clear();
    ZHIBU_ASSIGN_OR_RETURN(std::vector<Violation> found,
                           RecordOne(call, row, absl::StrCat(path, "."), txn, &recorded));
    refused.AppendAt(path, std::move(found));
    response->add_recorded()->Swap(recorded.mutable_recorded());
    response->add_etags(recorded.etag());
  }
  if (malformed.empty()) return refused.RefusedUnlessEmpty();
  malformed.Append(refused.list());
  return Malformed(malformed);
}

}  // namespace zhibu::membership
