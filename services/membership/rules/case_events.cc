#include "services/membership/rules/case_events.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/text.h"
#include "services/membership/rules/bodies.h"
#include "services/membership/rules/holdings.h"
#include "services/membership/rules/steps.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::membership {
namespace {

constexpr char kEvent[] = "event";

std::string FieldOf(absl::string_view field) {
  return field.empty() ? std::string(kEvent) : absl::StrCat(kEvent, ".", field);
}

Violation Plain(absl::string_view reason, absl::string_view field, absl::string_view message) {
  Violation violation;
  violation.reason = std::string(reason);
  violation.subject = FieldOf(field);
  violation.message = std::string(message);
  return violation;
}

Violation Cited(Violation violation, absl::string_view code, const type::v1::Citation& citation) {
  violation.code = std::string(code);
  violation.citation = citation;
  return violation;
}

// The rule on who acts for a step; null where the set asks nothing of that.
const rules::Rule* ActingRule(const RuleSet& set, v1::StepKind kind) {
  for (const rules::Rule* rule : set.RulesOf(kind)) {
    if (rule->has_acting_body()) return rule;
  }
  return nullptr;
}

// Whether the step is only a committee's above the branch (备案、培训、预审、审批).
bool IsOfSuperior(const RuleSet& set, v1::StepKind kind) {
  const rules::Rule* rule = ActingRule(set, kind);
  if (rule == nullptr || rule->severity() != rules::REFUSE) return false;
  const auto role = rule->acting_body().role();
  return role == rules::ActingBody::APPROVING || role == rules::ActingBody::NEXT_APPROVING ||
         role == rules::ActingBody::APPROVING_OR_ABOVE;
}

bool IsApproval(v1::StepKind kind) {
  return kind == v1::STEP_KIND_ADMISSION_APPROVAL || kind == v1::STEP_KIND_CONVERSION_APPROVAL;
}

// What is asked of one event, each condition by itself.
class EventJudge {
 public:
  EventJudge(const RuleSet& set, const CaseEventFacts& facts, const v1::CaseEvent& event,
             absl::CivilDay today)
      : set_(set),
        rules_(set.data().case_events()),
        facts_(facts),
        progress_(*facts.progress),
        event_(event),
        date_(FromProto(event.date()).value_or(kNoStart)),
        today_(today),
        stage_(LastStage(*facts.stages)) {}

  CaseEventJudgement Take() && {
    Always();
    if (!progress_.closed() || Reopens()) OfKind();
    return std::move(judgement_);
  }

 private:
  void Refuse(bool refused, Violation violation) {
    if (refused) judgement_.refusals.push_back(std::move(violation));
  }
  Violation OfOrder(Violation violation) const {
    return Cited(std::move(violation), set_.order().code(), set_.order().citation());
  }
  // As the rule that a step would be judged by says it.
  static Violation ByRule(const rules::Rule* rule, Violation violation) {
    return rule == nullptr ? violation
                           : Cited(std::move(violation), rule->code(), rule->citation());
  }
  bool in_chain() const {
    return std::any_of(facts_.upward.begin(), facts_.upward.end(),
                       [&](const ChainNode& node) { return node.id == facts_.acting.id; });
  }
  // Whether the event takes back, as written wrongly, the very step that closed the case: an admission
  // that was not approved, or the archive. What ended it otherwise (an event, leaving the books) is
  // not undone by voiding a step.
  bool Reopens() const {
    if (event_.kind() != v1::CASE_EVENT_KIND_VOIDED || !event_.recorded_in_error()) return false;
    const v1::RecordedStep* last = LastStanding(*facts_.steps);
    if (last == nullptr || event_.step_sequence() > last->sequence()) return false;
    if (!facts_.kept_where_led || facts_.ended_by_event) return false;
    return last->kind() == v1::STEP_KIND_ARCHIVE ||
           (last->kind() == v1::STEP_KIND_ADMISSION_APPROVAL && Failed(last->step()));
  }
  bool admitted() const {
    return stage_ == v1::STAGE_PROBATIONARY || stage_ == v1::STAGE_FULL ||
           stage_ == v1::STAGE_STOPPED || progress_.concluded();
  }

  void Always() {
    Refuse(date_ > today_, Plain("DATE_IN_FUTURE", "date", "发生日期晚于今天；请在发生之后再记录"));
    Refuse(progress_.closed() && !Reopens(),
           OfOrder(Plain("CASE_CLOSED", "", "该发展档案已经结束，不能再记录其他情形")));
    if (progress_.has_latest() && date_ < DayFromNumber(progress_.latest())) {
      const absl::CivilDay latest = DayFromNumber(progress_.latest());
      Violation early = OfOrder(Plain("DATE_BEFORE_EARLIER_STEP", "date",
                                      absl::StrCat("发生日期早于已记录的步骤或情形，最早日期为 ",
                                                   FormatDate(latest), "；不得倒填日期")));
      early.earliest = latest;
      Refuse(true, std::move(early));
    }
    if (event_.organisation().empty()) return;
    const bool outside_may = event_.kind() == v1::CASE_EVENT_KIND_NOT_RECOGNISED;
    Refuse(facts_.acting.known ? !facts_.acting.there : !outside_may,
           Plain("ORGANISATION_NOT_THERE", "organisation",
                 "作出决定的党组织在该日没有登记，请填写当日存在的党组织"));
    Refuse(facts_.acting.known && facts_.acting.there && !in_chain(),
           ByRule(ActingRule(set_, v1::STEP_KIND_TALK),
                  Plain("BODY_OUTSIDE_CHAIN", "organisation",
                        "应由领导该档案的党支部或它的上级党组织作出决定，请核对党组织和日期")));
  }

  void OfKind() {
    switch (event_.kind()) {
      case v1::CASE_EVENT_KIND_RETURNED:
        NotPaused();
        return Returned();
      case v1::CASE_EVENT_KIND_REFUSED:
      case v1::CASE_EVENT_KIND_WITHDRAWN:
        return Refuse(admitted(),
                      Plain("ALREADY_ADMITTED", "kind",
                            "已接收为预备党员的，不能再作未通过或撤回申请处理；取消预备党员资格请"
                            "记录第 23、24 步"));
      case v1::CASE_EVENT_KIND_PAUSED:
        Refuse(progress_.paused(), Plain("ALREADY_PAUSED", "kind", "该发展档案已经暂停"));
        return Refuse(progress_.concluded(), Plain("CASE_CONCLUDED", "kind",
                                                   "转正或取消资格已经审批，只剩归档，不需要暂停"));
      case v1::CASE_EVENT_KIND_RESUMED:
        return Refuse(!progress_.paused(),
                      Plain("CASE_NOT_PAUSED", "kind", "该发展档案没有暂停，不需要恢复"));
      case v1::CASE_EVENT_KIND_VOIDED:
        return Voided();
      case v1::CASE_EVENT_KIND_RECEIVED:
        return Received();
      case v1::CASE_EVENT_KIND_POSTPONED:
        NotPaused();
        return Postponed();
      case v1::CASE_EVENT_KIND_NOT_RECOGNISED:
        return NotRecognised();
      default:
        return;
    }
  }

  void NotPaused() {
    Refuse(progress_.paused(), Plain("CASE_PAUSED", "kind", "该发展档案已暂停，请先记录恢复"));
  }

  void Returned() {
    const v1::RecordedStep* last = LastStanding(*facts_.steps);
    if (last == nullptr) {
      return Refuse(true, Plain("NOTHING_TO_RETURN", "kind", "没有有效的步骤可以退回"));
    }
    Refuse(last->kind() == v1::STEP_KIND_ADMISSION_APPROVAL ||
               last->kind() == v1::STEP_KIND_CONVERSION_APPROVAL,
           Plain("STEP_NOT_RETURNABLE", "kind",
                 "审批已经作出决定，不能退回；决定有误的，请记录认定无效，重新履行"));
  }

  void Voided() {
    const auto& steps = *facts_.steps;
    const auto found = std::find_if(steps.begin(), steps.end(), [&](const v1::RecordedStep& step) {
      return step.sequence() == event_.step_sequence();
    });
    if (found == steps.end()) {
      return Refuse(true, Plain("STEP_NOT_THERE", "step_sequence",
                                "该发展档案没有这个序号的步骤，请核对已办步骤的序号"));
    }
    Refuse(found->voided_by() != 0,
           Plain("STEP_ALREADY_VOID", "step_sequence", "这个步骤已经无效，请填写有效的步骤"));
    // Whoever keeps the case corrects its own book.
    if (found->voided_by() != 0 || event_.recorded_in_error() || !in_chain()) return;
    const bool of_superior = IsOfSuperior(set_, found->kind());
    const bool approved = std::any_of(found, steps.end(), [](const v1::RecordedStep& step) {
      return step.voided_by() == 0 && IsApproval(step.kind());
    });
    if (of_superior || approved) VoidedByWhoMayApprove();
  }

  // Whoever may not approve may not take an approval back.
  void VoidedByWhoMayApprove() {
    rules::ActingBody may;
    may.set_role(rules::ActingBody::APPROVING_OR_ABOVE);
    const std::vector<std::string> competent = CompetentBodies(may, facts_.upward);
    const std::string acting = NameOf(kOrganisations, facts_.acting.id);
    if (std::find(competent.begin(), competent.end(), acting) != competent.end()) return;
    Refuse(true, ByRule(ActingRule(set_, v1::STEP_KIND_ADMISSION_APPROVAL),
                        Plain("VOIDER_NOT_COMPETENT", "organisation",
                              absl::StrCat("由上级党委办理或审批的步骤，须由有审批权的党委或它的上"
                                           "级党委认定无效：",
                                           competent.empty() ? "本登记簿中没有，请先登记"
                                                             : absl::StrJoin(competent, "、"),
                                           "；只是录错了的，请注明误录更正"))));
  }

  void Received() {
    const rules::Continuity& rule = rules_.continuity();
    Refuse(admitted(), Cited(Plain("CULTIVATION_OVER", "kind",
                                   "已接收为预备党员，培养教育阶段已经结束，不需要接续培养"),
                             "D03", rule.citation()));
    const absl::CivilDay began =
        facts_.steps->empty() ? kNoStart
                              : FromProto(facts_.steps->front().step().date()).value_or(kNoStart);
    const auto came = TransferredInOn(*facts_.affiliations, began, date_);
    if (!came) {
      Violation none =
          Cited(Plain("NOT_TRANSFERRED_IN", "kind",
                      "该人员在培养期间没有转入，不需要接续培养；转接组织关系后再记录"),
                "D03", rule.citation());
      none.earliest = TransferredInOn(*facts_.affiliations, began, kNoEnd);
      return Refuse(true, std::move(none));
    }
    Refuse(progress_.received_size() > 0 &&
               DayFromNumber(progress_.received().rbegin()->day()) >= *came,
           Plain("ALREADY_RECEIVED", "kind", "这次转入已经登记过接续培养"));
  }

  // Both are for whoever came as a probationer.
  void ProbationerWhoCame(const type::v1::Citation& citation, absl::string_view code) {
    if (stage_ != v1::STAGE_PROBATIONARY) {
      return Refuse(true, Cited(Plain("NOT_PROBATIONARY", "kind", "只适用于预备期内的预备党员"),
                                code, citation));
    }
    const auto admitted_on = DayOf(progress_, v1::STEP_KIND_ADMISSION_MEETING);
    if (TransferredInOn(*facts_.affiliations, admitted_on.value_or(kNoStart), date_)) return;
    Violation none = Plain("NOT_TRANSFERRED_IN", "kind", "只适用于在预备期内转入的预备党员");
    if (!facts_.probationary_at_opening) {
      return Refuse(true, Cited(std::move(none), code, citation));
    }
    none.reason = "TRANSFER_NOT_RECORDED";
    none.message = "期初建档的预备党员，本库没有其转入记录，请核对确为转入";
    judgement_.warnings.push_back(Cited(std::move(none), code, citation));
  }

  void Postponed() {
    const rules::Postponement& rule = rules_.postponement();
    ProbationerWhoCame(rule.citation(), "D18");
    const auto end = ProbationEnd(progress_);
    const auto until = FromProto(event_.until());
    if (!end || !until.ok()) return;
    Refuse(FindDone(progress_, v1::STEP_KIND_CONVERSION_MEETING) != nullptr,
           Plain("ALREADY_DISCUSSED", "kind", "支部大会已经讨论转正，不能再推迟讨论"));
    Refuse(*until <= *end || *until < date_,
           Plain("POSTPONEMENT_UNTIL_INVALID", "until",
                 absl::StrCat("推迟到的日期须晚于预备期满日 ", FormatDate(*end),
                              "，且不早于作出决定的日期")));
    const absl::CivilDay limit = AddMonths(*end, rule.at_most_months());
    Refuse(*until > limit, Cited(Plain("POSTPONEMENT_TOO_LONG", "until",
                                       absl::StrCat("推迟讨论最长不超过", rule.at_most_months(),
                                                    "个月，最迟到 ", FormatDate(limit))),
                                 "D18", rule.citation()));
  }

  void NotRecognised() {
    const rules::NonRecognition& rule = rules_.non_recognition();
    ProbationerWhoCame(rule.citation(), "");
    // An organisation outside these books is not known here; its document says who it is.
    const bool inside = event_.organisation().empty() || facts_.acting.known;
    const bool committee = facts_.acting.kind == type::v1::ORGANISATION_KIND_COMMITTEE ||
                           facts_.acting.kind == type::v1::ORGANISATION_KIND_WORK_COMMITTEE;
    const auto& levels = rule.levels();
    const bool level = std::find(levels.begin(), levels.end(), facts_.acting.level) != levels.end();
    Refuse(inside && !(committee && level),
           Cited(Plain("NON_RECOGNITION_NOT_COMPETENT", "organisation",
                       "不予承认须由县级以上党委组织部门决定；请填写县级以上的党委或党工委，本库"
                       "以外的请填写其编号和文号"),
                 "", rule.citation()));
    Refuse(!inside && event_.document_number().empty(),
           Cited(Plain("DOCUMENT_NUMBER_REQUIRED", "document_number",
                       "由本库以外的组织决定的，请填写文号"),
                 "", rule.citation()));
  }

  const RuleSet& set_;
  const rules::CaseEventRules& rules_;
  const CaseEventFacts& facts_;
  const rows::Progress& progress_;
  const v1::CaseEvent& event_;
  const absl::CivilDay date_, today_;
  const v1::Stage stage_;
  CaseEventJudgement judgement_;
};

}  // namespace

std::vector<Violation> CheckCaseEventForm(const v1::CaseEvent& event) {
  std::vector<Violation> wrong;
  const auto require = [&](bool met, absl::string_view reason, absl::string_view field,
                           absl::string_view message) {
    if (!met) wrong.push_back(Plain(reason, field, message));
  };
  const auto day = FromProto(event.date());
  require(day.ok() && *day != kNoEnd, "DATE_INVALID", "date", "请填写完整的发生日期（年、月、日）");
  require(
      event.kind() != v1::CASE_EVENT_KIND_UNSPECIFIED && v1::CaseEventKind_IsValid(event.kind()),
      "CASE_EVENT_KIND_MISSING", "kind", "请填写是哪一种情形");
  require(event.organisation().empty() || IdOf(kOrganisations, event.organisation()),
          "ORGANISATION_NAME_INVALID", "organisation",
          "党组织名称须写作 organisations/{organisation}");
  require(IsLine(event.document_number(), 0, 100), "DOCUMENT_NUMBER_INVALID", "document_number",
          "文号最长 100 个字符");
  require(IsLine(event.reason(), 0, 200), "REASON_INVALID", "reason",
          "理由请填写依据的条款，最长 200 个字符");
  const bool voided = event.kind() == v1::CASE_EVENT_KIND_VOIDED;
  require(voided ? event.step_sequence() > 0 : event.step_sequence() == 0, "STEP_SEQUENCE_INVALID",
          "step_sequence", "认定无效须填写第一个无效步骤的序号，其他情形不填");
  require(event.kind() != v1::CASE_EVENT_KIND_RECEIVED || event.has_continuous(),
          "DECISION_REQUIRED", "continuous",
          "请写明转入到接续之间的时间是否连续计算，填 true 或 false：没有填写不等于“否”");
  require(!event.continuous() || event.kind() == v1::CASE_EVENT_KIND_RECEIVED,
          "CONTINUOUS_NOT_ALLOWED", "continuous", "只有接续培养可以填写是否连续计算");
  require(!event.recorded_in_error() || voided, "RECORDED_IN_ERROR_NOT_ALLOWED",
          "recorded_in_error", "只有认定无效可以注明是误录更正");
  const bool postponed = event.kind() == v1::CASE_EVENT_KIND_POSTPONED;
  require(postponed ? FromProto(event.until()).ok() : !event.has_until(), "UNTIL_INVALID", "until",
          "推迟讨论须填写推迟到的日期，其他情形不填");
  require(!(voided || event.kind() == v1::CASE_EVENT_KIND_NOT_RECOGNISED) ||
              !event.document_number().empty() || !event.reason().empty(),
          "BASIS_MISSING", "reason", "认定无效和不予承认须填写文号或依据的条款");
  return wrong;
}

const v1::RecordedStep* LastStanding(const std::vector<v1::RecordedStep>& steps) {
  const auto last = std::find_if(steps.rbegin(), steps.rend(), [](const v1::RecordedStep& step) {
    return step.voided_by() == 0;
  });
  return last == steps.rend() ? nullptr : &*last;
}

CaseEventJudgement JudgeCaseEvent(const RuleSet& set, const CaseEventFacts& facts,
                                  const v1::CaseEvent& event, absl::CivilDay today) {
  return EventJudge(set, facts, event, today).Take();
}

}  // namespace zhibu::membership
