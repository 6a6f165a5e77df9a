#include "services/membership/cases/cases.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/store/table.h"
#include "services/membership/books/acting.h"
#include "services/membership/books/convert.h"
#include "services/membership/books/quota_tables.h"
#include "services/membership/books/reading.h"
#include "services/membership/books/visible.h"
#include "services/membership/rules/affiliations.h"
#include "services/membership/rules/proof.h"
#include "services/membership/rules/quota.h"
#include "services/membership/rules/standing.h"

namespace zhibu::membership {
namespace {

constexpr int kMaxCases = 2000;
constexpr int kMaxSteps = 5000;
// What the judgement calls the step; a batch puts its own path there.
constexpr char kStep[] = "step";

// At `path`, which the judgement called the step.
void AppendStep(const std::string& path, std::vector<Violation> found, Violations& all) {
  for (Violation& violation : found) {
    violation.subject = absl::StrCat(path, violation.subject.substr(sizeof(kStep) - 1));
    all.Add(std::move(violation));
  }
}

// From the first step to the day, or to the end of a case that ended before.
void AddHoldings(const rows::PersonRow& person, const rows::CaseRow& row,
                 const v1::RecordedStep& first, absl::CivilDay day, v1::DevelopmentCase& answer) {
  const bool over = row.progress().closed() && row.progress().has_latest();
  const absl::CivilDay began = FromProto(first.step().date()).value_or(kNoStart);
  const absl::CivilDay last = over ? std::min(day, DayFromNumber(row.progress().latest())) : day;
  PersonAffiliations all;
  AffiliationsToEvent(person.affiliations(), last, &all);
  for (v1::PersonAffiliation& one : all) {
    if (one.has_valid_to() && FromProto(one.valid_to()).value_or(kNoEnd) <= began) continue;
    // Whoever kept the person when the books were opened led the case before.
    if (FromProto(one.valid_from()).value_or(kNoStart) < began || answer.holdings().empty()) {
      *one.mutable_valid_from() = ToProto(began);
    }
    answer.add_holdings()->Swap(&one);
  }
}

absl::Status CaseNameInvalid(absl::string_view field) {
  return Malformed(field, "CASE_NAME_INVALID", "发展档案名称须写作 persons/{person}/cases/{case}");
}

}  // namespace

absl::StatusOr<Cases::Open> Cases::OpenCase(Call& call, const std::string& name,
                                            const std::string& etag, v1::StepKind first,
                                            absl::string_view etag_field, Txn& txn) const {
  Open open;
  open.name = *ParseCaseName(name);
  ZHIBU_ASSIGN_OR_RETURN(std::optional<rows::CaseRow> row, FindCase(txn, open.name));
  open.exists = row.has_value();
  if (row) {
    open.row = *std::move(row);
  } else {
    ZHIBU_ASSIGN_OR_RETURN(open.person, FindPerson(txn, open.name.person_id));
    if (!open.person) return NotFound(NameOf(kPersons, open.name.person_id));
    open.row = NewCase(*open.person, first);
  }
  // Before anything is said of the person or the case; and the same is said to a stranger whether
  // either is there.
  if (!call.RequireScope(NameOf(kOrganisations, open.row.organisation_id())).ok()) {
    return NotFound(NameOf(kPersons, open.name.person_id));
  }
  if (!open.exists) {
    Violations refused;
    RequireKept(open.name.person_id, *open.person, refused);
    ZHIBU_RETURN_IF_ERROR(refused.RefusedUnlessEmpty());
    if (HasDied(*open.person)) {
      return Refused(NameOf(kPersons, open.name.person_id), "PERSON_DECEASED",
                     "此人已登记去世，不能再建发展档案");
    }
    if (!etag.empty()) return NotFound(name);
    return open;
  }
  // Where all was void, it begins with a new application.
  if (first == v1::STEP_KIND_APPLICATION && !open.row.progress().done().empty()) {
    return AlreadyExists(name, "CASE_EXISTS");
  }
  ZHIBU_RETURN_IF_ERROR(RequireEtag(etag, open.row.version(), name, etag_field));
  return open;
}

absl::Status Cases::GatherFacts(const RuleSet& set, const v1::Step& step, absl::CivilDay date,
                                Open& open, Txn& txn, CaseFacts& facts) const {
  const v1::StepKind kind = KindOf(step);
  const Needs& needs = set.NeedsOf(kind);
  facts.person = NameOf(kPersons, open.name.person_id);
  facts.progress = &open.row.progress();
  facts.stages = &open.row.stages();
  facts.calendar = &rule_sets_.calendar();
  if (kind == v1::STEP_KIND_APPLICATION || !open.exists) {
    ZHIBU_ASSIGN_OR_RETURN(facts.other_case_open,
                           HasOpenCase(txn, open.name.person_id, open.name.case_id));
  }
  if ((needs.birth || needs.holdings) && !open.person) {
    ZHIBU_ASSIGN_OR_RETURN(open.person, FindPerson(txn, open.name.person_id));
    if (!open.person) return absl::DataLossError("a case of nobody");
  }
  if (needs.holdings) {
    facts.uncounted = UncountedPeriods(open.person->affiliations(), open.row.progress(),
                                       set.data().case_events().continuity(), date);
  }
  if (needs.birth) {
    ZHIBU_ASSIGN_OR_RETURN(const rows::PersonalData data,
                           keys_.Open(facts.person, open.person->personal_data()));
    if (data.has_birth()) facts.birth = DayFromNumber(data.birth());
  }
  if (needs.persons) {
    const auto* persons = PersonsOf(step);
    for (int i = 0; persons != nullptr && i < persons->size(); ++i) {
      ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::PersonRow> row,
                             FindPerson(txn, IdOf(kPersons, persons->Get(i)).value_or("")));
      NamedPerson named;
      named.registered = row.has_value();
      if (row) {
        named.stage = StageOn(row->stages(), date);
        named.rights_suspended = StandingOn(*row, date).rights_suspended;
      }
      facts.named.push_back(named);
    }
  }
  ZHIBU_ASSIGN_OR_RETURN(const std::string branch, LeaderOn(open, date, txn));
  // Also where no rule asks: an approval uses it.
  if (kind == v1::STEP_KIND_ADMISSION_APPROVAL && !Failed(step)) {
    ZHIBU_ASSIGN_OR_RETURN(std::optional<NearestQuota> quota,
                           FindNearestQuota(tree_, txn, branch, date, date.year()));
    if (quota) {
      facts.quota_left = Remaining(quota->row);
      facts.quota_organisation = std::move(quota->organisation_id);
    }
  }
  return GatherBodies(needs, step, date, branch, tree_, txn, facts);
}

absl::StatusOr<std::string> Cases::LeaderOn(Open& open, absl::CivilDay day, Txn& txn) const {
  const rows::CaseRow& row = open.row;
  if (row.has_led_since() && DayFromNumber(row.led_since()) <= day) return row.organisation_id();
  if (!open.person) {
    ZHIBU_ASSIGN_OR_RETURN(open.person, FindPerson(txn, open.name.person_id));
  }
  if (!open.person) return absl::DataLossError("a case of nobody");
  return membership::LeaderOn(*open.person, row, day);
}

absl::StatusOr<std::vector<Violation>> Cases::CheckOrganisations(const v1::Step& step,
                                                                 absl::CivilDay date, Open& open,
                                                                 Txn& txn) const {
  Violations refusals(kStep);
  refusals.Require(step.organisation().empty() ||
                       tree_.Knows(IdOf(kOrganisations, step.organisation()).value_or("")),
                   "ORGANISATION_NOT_THERE", "organisation", "该党组织尚未登记，请先登记党组织");
  if (step.has_exception()) {
    ZHIBU_ASSIGN_OR_RETURN(const std::string branch, LeaderOn(open, date, txn));
    ZHIBU_ASSIGN_OR_RETURN(
        const bool may, MayGrantException(step.exception().authority(), branch, date, tree_, txn));
    refusals.Require(
        may, "EXCEPTION_AUTHORITY_NOT_COMPETENT", "exception.authority",
        "例外须由该档案有审批权的上级党委或更高的党委批准；请填写在该日存在的这一级党委");
  }
  return std::move(refusals).Take();
}

absl::StatusOr<std::vector<Violation>> Cases::RecordOne(Call& call, const v1::Step& proposed,
                                                        Open& open, Txn& txn,
                                                        v1::RecordedStep* recorded) const {
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay date, FromProto(proposed.date()));
  const RuleSet* set = rule_sets_.For(open.row.progress(), KindOf(proposed), date);
  if (set == nullptr) {
    Violations refused(kStep);
    refused.Add("NO_RULE_SET_ON_DATE", "date",
                "该日期没有可用的规则集；更早的历史请以期初建档登记");
    return std::move(refused).Take();
  }
  CaseFacts facts;
  ZHIBU_RETURN_IF_ERROR(GatherFacts(*set, proposed, date, open, txn, facts));
  const std::string leading = NameOf(kOrganisations, open.row.organisation_id());
  ZHIBU_RETURN_IF_ERROR(RequireActsFor(
      call, tree_,
      facts.acting_organisation.empty() ? proposed.organisation() : facts.acting_organisation,
      leading));
  if (proposed.has_exception()) {
    ZHIBU_RETURN_IF_ERROR(RequireActsFor(call, tree_, proposed.exception().authority(), leading));
  }
  v1::Step step = proposed;
  v1::Vote* vote = MutableVoteOf(step);
  if (vote != nullptr && vote->entitled() == 0 && facts.electorate) {
    vote->set_entitled(facts.electorate->entitled);
  }
  Judgement judgement = Judge(*set, facts, {&step, date, call.today(), kStep});
  ZHIBU_ASSIGN_OR_RETURN(std::vector<Violation> wrong, CheckOrganisations(step, date, open, txn));
  std::move(wrong.begin(), wrong.end(), std::back_inserter(judgement.refusals));
  if (!judgement.refusals.empty()) return std::move(judgement.refusals);

  v1::StepRecorded event;
  event.set_name(FullName(open.name));
  event.set_organisation(NameOf(kOrganisations, open.row.organisation_id()));
  v1::RecordedStep& made = *event.mutable_recorded();
  made.set_sequence(open.row.progress().steps() + 1);
  made.set_kind(KindOf(step));
  *made.mutable_step() = step;
  made.set_rule_set(set->id());
  made.set_rule_set_sha256(set->sha256());
  for (const Violation& warning : judgement.warnings) *made.add_warnings() = ToFinding(warning);
  *made.mutable_proof() = ProofOf(facts, judgement, call.today());
  Stages stages = open.row.stages();
  AdvanceStages(open.row.progress(), step, open.row.organisation_id(), stages);
  StagesToEvent(stages, event.mutable_stages());
  if (facts.quota_left) {
    event.set_quota_organisation(NameOf(kOrganisations, facts.quota_organisation));
  }
  ZHIBU_RETURN_IF_ERROR(tables_.Record(txn, event, &open.row));
  open.exists = true;
  // What was read of the person is no longer so where the stage changed.
  open.person.reset();
  recorded->Swap(event.mutable_recorded());
  return std::vector<Violation>();
}

absl::Status Cases::Record(Call& call, const v1::RecordStepRequest& request, Txn& txn,
                           v1::RecordStepResponse* response) const {
  if (!ParseCaseName(request.name())) return CaseNameInvalid("name");
  const std::vector<Violation> wrong = CheckStepForm(request.step(), kStep);
  if (!wrong.empty()) return Malformed(wrong);
  ZHIBU_ASSIGN_OR_RETURN(Open open, OpenCase(call, request.name(), request.etag(),
                                             KindOf(request.step()), "etag", txn));
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<Violation> refusals,
                         RecordOne(call, request.step(), open, txn, response->mutable_recorded()));
  if (!refusals.empty()) return Refused(refusals);
  response->set_stage(SaidStage(StageOn(open.row.stages(), call.today())));
  response->set_etag(absl::StrCat(open.row.version()));
  return absl::OkStatus();
}

absl::Status Cases::BatchRecord(Call& call, const v1::BatchRecordStepsRequest& request, Txn& txn,
                                v1::BatchRecordStepsResponse* response) const {
  int steps = 0;
  for (const v1::CaseSteps& one : request.cases()) steps += one.steps_size();
  if (request.cases().empty() || request.cases_size() > kMaxCases || steps > kMaxSteps) {
    return Malformed("cases", "BATCH_SIZE_INVALID", "一批须有 1–2000 份档案，最多 5000 个步骤");
  }
  Violations malformed, refused;
  v1::RecordedStep recorded;
  for (int i = 0; i < request.cases_size(); ++i) {
    const v1::CaseSteps& one = request.cases(i);
    const std::string path = absl::StrCat("cases[", i, "]");
    if (!ParseCaseName(one.name())) {
      malformed.Add("CASE_NAME_INVALID", absl::StrCat(path, ".name"),
                    "发展档案名称须写作 persons/{person}/cases/{case}");
      continue;
    }
    if (one.steps().empty()) {
      malformed.Add("STEPS_MISSING", absl::StrCat(path, ".steps"), "请至少填写一个步骤");
      continue;
    }
    const size_t wrong_before = malformed.size();
    for (int j = 0; j < one.steps_size(); ++j) {
      malformed.Append(CheckStepForm(one.steps(j), absl::StrCat(path, ".steps[", j, "]")));
    }
    if (malformed.size() > wrong_before) continue;
    ZHIBU_ASSIGN_OR_RETURN(Open open, OpenCase(call, one.name(), one.etag(), KindOf(one.steps(0)),
                                               absl::StrCat(path, ".etag"), txn));
    for (int j = 0; j < one.steps_size(); ++j) {
      recorded.Clear();
      ZHIBU_ASSIGN_OR_RETURN(std::vector<Violation> refusals,
                             RecordOne(call, one.steps(j), open, txn, &recorded));
      if (!refusals.empty()) {
        // The steps after a refused one would be refused for want of it.
        AppendStep(absl::StrCat(path, ".steps[", j, "]"), std::move(refusals), refused);
        break;
      }
      if (recorded.warnings_size() > 0) response->set_warned_steps(response->warned_steps() + 1);
    }
    response->add_etags(absl::StrCat(open.row.version()));
  }
  if (malformed.empty()) return refused.RefusedUnlessEmpty();
  malformed.Append(refused.list());
  return Malformed(malformed);
}

absl::Status Cases::Get(Call& call, const v1::GetCaseRequest& request, const Reader& reader,
                        v1::GetCaseResponse* response) const {
  const std::optional<CaseName> name = ParseCaseName(request.name());
  if (!name) return CaseNameInvalid("name");
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay day, call.AsOf(request));
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::CaseRow> row, FindCase(reader, *name));
  if (!row) return NotFound(request.name());
  if (!call.RequireScope(NameOf(kOrganisations, row->organisation_id())).ok()) {
    return NotFound(request.name());
  }
  v1::DevelopmentCase& answer = *response->mutable_development_case();
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::PersonRow> person,
                         FindPerson(reader, name->person_id));
  if (!person) return absl::DataLossError("a case of nobody");
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<v1::RecordedStep> steps, StepsOf(reader, *name));
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<v1::RecordedCaseEvent> events,
                         CaseEventsOf(reader, *name));
  Story story = StoryOf(rule_sets_, *person, *row, steps);
  ForEachInOrder(
      steps, events,
      [&](const v1::RecordedStep& step) {
        if (FromProto(step.step().date()).value_or(kNoEnd) > day) return;
        *answer.add_steps() = step;
        // By what is known today: what turned out void never counted.
        if (step.voided_by() == 0) story.Add(step);
      },
      [&](const v1::RecordedCaseEvent& event) {
        if (FromProto(event.event().date()).value_or(kNoEnd) > day) return;
        *answer.add_events() = event;
        story.Add(event);
      });
  if (answer.steps().empty()) return NotFound(request.name());
  rows::Progress progress = story.progress();
  AddHoldings(*person, *row, answer.steps(0), day, answer);
  answer.set_name(request.name());
  // What was not over yet was led where the person was kept that day.
  const std::string kept_by = KeptBy(person->affiliations(), day);
  const bool moved = !kept_by.empty() && day < LastMove(person->affiliations());
  answer.set_organisation(NameOf(kOrganisations, moved ? kept_by : row->organisation_id()));
  // Whoever left the books took it along; and it ends with the membership, where no step ended it.
  const bool ended = row->progress().closed() && StageOn(row->stages(), day) == v1::STAGE_ENDED;
  if (kept_by.empty() || (ended && !progress.ended())) progress.set_closed(true);
  answer.set_state(StateOf(progress));
  answer.set_stage(SaidStage(StageOn(row->stages(), day)));
  for (v1::StepKind kind : NextSteps(rule_sets_, progress, day)) answer.add_next_steps(kind);
  if (const auto end = ProbationEnd(progress)) *answer.mutable_probation_ends() = ToProto(*end);
  answer.set_etag(absl::StrCat(row->version()));
  return absl::OkStatus();
}

}  // namespace zhibu::membership
