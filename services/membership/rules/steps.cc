#include "services/membership/rules/steps.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/text.h"

namespace zhibu::membership {
namespace {

// The details' field numbers are the kinds' numbers and ten.
constexpr int kFirstDetail = 10;
constexpr size_t kMaxReferenceBytes = 300;
constexpr int kMaxPersons = 10;

class Form {
 public:
  explicit Form(absl::string_view subject) : subject_(subject) {}

  void Require(bool met, absl::string_view field, absl::string_view reason,
               absl::string_view message) {
    if (met) return;
    Violation violation;
    violation.reason = std::string(reason);
    violation.subject = field.empty() ? std::string(subject_) : absl::StrCat(subject_, ".", field);
    violation.message = std::string(message);
    violations_.push_back(std::move(violation));
  }
  std::vector<Violation> Take() { return std::move(violations_); }

 private:
  const absl::string_view subject_;
  std::vector<Violation> violations_;
};

bool WithinRange(int value, int low, int high) { return value >= low && value <= high; }

void CheckPersons(const google::protobuf::RepeatedPtrField<std::string>& persons,
                  absl::string_view field, Form& form) {
  form.Require(persons.size() <= kMaxPersons, field, "TOO_MANY_PERSONS",
               absl::StrCat("最多填写", kMaxPersons, "人"));
  for (int i = 0; i < persons.size(); ++i) {
    form.Require(IdOf(kPersons, persons[i]).has_value(), absl::StrCat(field, "[", i, "]"),
                 "PERSON_NAME_INVALID", "人员名称须写作 persons/{person}");
  }
}

void CheckDeliberations(const google::protobuf::RepeatedPtrField<v1::Deliberation>& deliberations,
                        absl::string_view detail, Form& form) {
  constexpr int kMostDeliberations = 10;
  const std::string field = absl::StrCat(detail, ".deliberations");
  form.Require(deliberations.size() <= kMostDeliberations, field, "DELIBERATION_INVALID",
               "审议最多填写 10 项");
  for (int i = 0; i < deliberations.size(); ++i) {
    form.Require(IdOf(kOrganisations, deliberations[i].organisation()).has_value() &&
                     FromProto(deliberations[i].date()).ok(),
                 absl::StrCat(field, "[", i, "]"), "DELIBERATION_INVALID",
                 "审议须写明党组织（organisations/{organisation}）和完整的日期");
  }
}

// A decision that is not said is no decision: it is never taken for "no".
void RequireDecision(bool said, absl::string_view field, Form& form) {
  form.Require(said, field, "DECISION_REQUIRED",
               "请写明结论，填 true（合格、批准）或 false（不合格、不批准）：没有填写不等于“否”");
}

void CheckDetail(const v1::Step& step, Form& form) {
  switch (step.detail_case()) {
    case v1::Step::kActivistDetermination: {
      const v1::ActivistDetermination& detail = step.activist_determination();
      form.Require(
          detail.has_recommended_by_members() || detail.has_recommended_by_mass_organisation(),
          "activist_determination.recommended_by_members", "DECISION_REQUIRED",
          "请写明由谁推荐：党员推荐（recommended_by_members）、群团推优"
          "（recommended_by_mass_organisation），至少填写一项");
      break;
    }
    case v1::Step::kPoliticalReview:
      RequireDecision(step.political_review().has_passed(), "political_review.passed", form);
      break;
    case v1::Step::kBranchExamination:
      RequireDecision(step.branch_examination().has_passed(), "branch_examination.passed", form);
      break;
    case v1::Step::kTalk:
      form.Require(step.talk().talker().empty() || IdOf(kPersons, step.talk().talker()),
                   "talk.talker", "PERSON_NAME_INVALID", "人员名称须写作 persons/{person}");
      break;
    case v1::Step::kContactAssignment:
      CheckPersons(step.contact_assignment().contacts(), "contact_assignment.contacts", form);
      break;
    case v1::Step::kIntroducerDetermination:
      CheckPersons(step.introducer_determination().introducers(),
                   "introducer_determination.introducers", form);
      break;
    case v1::Step::kObjectDetermination: {
      const v1::ObjectDetermination& detail = step.object_determination();
      if (!detail.has_notice_from() && !detail.has_notice_until()) break;
      const auto from = FromProto(detail.notice_from());
      const auto to = FromProto(detail.notice_until());
      form.Require(from.ok() && to.ok() && *from <= *to, "object_determination.notice_until",
                   "NOTICE_DATES_INVALID", "公示的起止日期须完整，且开始不晚于结束");
      break;
    }
    case v1::Step::kTraining:
      RequireDecision(step.training().has_passed(), "training.passed", form);
      form.Require(WithinRange(step.training().days(), 0, 60), "training.days",
                   "TRAINING_DAYS_INVALID", "培训天数须在 0–60 之间");
      form.Require(WithinRange(step.training().class_hours(), 0, 480), "training.class_hours",
                   "CLASS_HOURS_INVALID", "培训学时须在 0–480 之间");
      break;
    case v1::Step::kPreReview:
      RequireDecision(step.pre_review().has_passed(), "pre_review.passed", form);
      form.Require(
          !step.pre_review().has_leaving_on() || FromProto(step.pre_review().leaving_on()).ok(),
          "pre_review.leaving_on", "LEAVING_DATE_INVALID", "预计离开单位的日期须完整");
      break;
    case v1::Step::kAdmissionForm:
      form.Require(step.admission_form().serial_number().size() <= 64,
                   "admission_form.serial_number", "SERIAL_NUMBER_TOO_LONG",
                   "志愿书编号最长 64 个字符");
      break;
    case v1::Step::kEnrolment:
      form.Require(step.enrolment().party_group().empty() ||
                       IdOf(kOrganisations, step.enrolment().party_group()),
                   "enrolment.party_group", "ORGANISATION_NAME_INVALID",
                   "党小组名称须写作 organisations/{organisation}");
      break;
    case v1::Step::kAdmissionApproval:
      RequireDecision(step.admission_approval().has_approved(), "admission_approval.approved",
                      form);
      CheckDeliberations(step.admission_approval().deliberations(), "admission_approval", form);
      break;
    case v1::Step::kConversionApproval:
      RequireDecision(step.conversion_approval().has_approved(), "conversion_approval.approved",
                      form);
      CheckDeliberations(step.conversion_approval().deliberations(), "conversion_approval", form);
      break;
    case v1::Step::kConversionMeeting: {
      const v1::ConversionMeeting& detail = step.conversion_meeting();
      const bool extended = detail.outcome() == v1::CONVERSION_OUTCOME_EXTENDED;
      form.Require(detail.outcome() != v1::CONVERSION_OUTCOME_UNSPECIFIED,
                   "conversion_meeting.outcome", "OUTCOME_MISSING",
                   "请填写转正决议：按期转正、延长预备期或取消预备党员资格");
      form.Require(extended || detail.extension_months() == 0,
                   "conversion_meeting.extension_months", "EXTENSION_MONTHS_NOT_ALLOWED",
                   "只有延长预备期时才填写延长月数");
      break;
    }
    default:
      break;
  }
}

}  // namespace

v1::StepKind KindOf(const v1::Step& step) {
  if (step.detail_case() == v1::Step::DETAIL_NOT_SET) return v1::STEP_KIND_UNSPECIFIED;
  return static_cast<v1::StepKind>(step.detail_case() - kFirstDetail);
}

bool Failed(const v1::Step& step) {
  switch (step.detail_case()) {
    case v1::Step::kPoliticalReview:
      return !step.political_review().passed();
    case v1::Step::kTraining:
      return !step.training().passed();
    case v1::Step::kBranchExamination:
      return !step.branch_examination().passed();
    case v1::Step::kPreReview:
      return !step.pre_review().passed();
    case v1::Step::kAdmissionApproval:
      return !step.admission_approval().approved();
    case v1::Step::kConversionApproval:
      return !step.conversion_approval().approved();
    default:
      return false;
  }
}

const v1::Vote* VoteOf(const v1::Step& step) {
  if (step.has_admission_meeting()) return &step.admission_meeting().vote();
  if (step.has_conversion_meeting()) return &step.conversion_meeting().vote();
  return nullptr;
}

v1::Vote* MutableVoteOf(v1::Step& step) { return const_cast<v1::Vote*>(VoteOf(step)); }

const google::protobuf::RepeatedPtrField<std::string>* PersonsOf(const v1::Step& step) {
  if (step.has_contact_assignment()) return &step.contact_assignment().contacts();
  if (step.has_introducer_determination()) return &step.introducer_determination().introducers();
  return nullptr;
}

namespace {

// Each proof is an activity or a paper, and a hash is a hash.
void CheckEvidence(const v1::Step& step, Form& form) {
  constexpr int kMostEvidence = 10;
  form.Require(step.evidence_size() <= kMostEvidence, "evidence", "EVIDENCE_INVALID",
               "佐证最多 10 项");
  for (int i = 0; i < step.evidence_size(); ++i) {
    const v1::Evidence& evidence = step.evidence(i);
    const bool hash = evidence.sha256().empty() ||
                      (evidence.sha256().size() == 64 &&
                       std::all_of(evidence.sha256().begin(), evidence.sha256().end(), [](char c) {
                         return absl::ascii_isdigit(c) || (c >= 'a' && c <= 'f');
                       }));
    const bool activity = IdOf(kActivities, evidence.activity()).has_value();
    form.Require(hash && evidence.reference().size() <= kMaxReferenceBytes &&
                     (evidence.activity().empty() ? !evidence.reference().empty() : activity),
                 absl::StrCat("evidence[", i, "]"), "EVIDENCE_INVALID",
                 "佐证须写明活动（activities/…）或材料索引，散列值须为 64 位小写十六进制数");
  }
}

void CheckException(const v1::Step& step, Form& form) {
  if (!step.has_exception()) return;
  const v1::ExceptionGrant& grant = step.exception();
  form.Require(IdOf(kOrganisations, grant.authority()).has_value(), "exception.authority",
               "ORGANISATION_NAME_INVALID", "批准例外的党组织须写作 organisations/{organisation}");
  form.Require(IsLine(grant.document_number(), 1, 100), "exception.document_number",
               "EXCEPTION_INVALID", "例外批准须写明文号，1–100 个字符");
  form.Require(IsLine(grant.reason(), 1, 200), "exception.reason", "EXCEPTION_INVALID",
               "例外批准须写明理由，1–200 个字符，不写健康和家庭情况");
}

}  // namespace

std::vector<Violation> CheckStepForm(const v1::Step& step, absl::string_view subject) {
  Form form(subject);
  const auto day = FromProto(step.date());
  form.Require(day.ok() && *day != kNoEnd, "date", "DATE_INVALID",
               "请填写完整的发生日期（年、月、日）");
  form.Require(step.organisation().empty() || IdOf(kOrganisations, step.organisation()),
               "organisation", "ORGANISATION_NAME_INVALID",
               "党组织名称须写作 organisations/{organisation}");
  form.Require(step.reference().size() <= kMaxReferenceBytes, "reference", "REFERENCE_TOO_LONG",
               "材料索引最长 300 字节");
  form.Require(step.detail_case() != v1::Step::DETAIL_NOT_SET, "", "STEP_MISSING",
               "请填写是哪一个步骤");
  form.Require(step.actor().empty() || IdOf(kPersons, step.actor()), "actor", "PERSON_NAME_INVALID",
               "经办人须写作 persons/{person}");
  CheckEvidence(step, form);
  CheckException(step, form);
  CheckDetail(step, form);
  return form.Take();
}

}  // namespace zhibu::membership
