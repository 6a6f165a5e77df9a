#include "services/membership/cases/cases.h"

#include <thread>

#include "tests/services/membership/world.h"
#include "zhibu/membership/v1/rule_service.grpc.pb.h"

namespace zhibu::membership {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Stub = v1::MembershipService::Stub;

constexpr char kCase[] = "persons/li/cases/first";
const absl::CivilDay kStart(2020, 3, 31);

class CasesTest : public ::testing::Test {
 protected:
  CasesTest() { EXPECT_TRUE(world_.CreatePerson("li").ok()); }

  World world_;
};

TEST_F(CasesTest, LeadsAPersonFromApplicationToArchive) {
  v1::RecordStepResponse response;
  int sequence = 0;
  for (const v1::Step& step : LegalHistory(kStart)) {
    SCOPED_TRACE(v1::StepKind_Name(KindOf(step)));
    const absl::Status status = world_.Step(kCase, step, &response);
    ASSERT_TRUE(status.ok()) << status;
    EXPECT_EQ(response.recorded().sequence(), ++sequence);
    EXPECT_EQ(response.recorded().kind(), KindOf(step));
    EXPECT_EQ(response.recorded().rule_set(), "cpc-2014");
    EXPECT_EQ(response.recorded().rule_set_sha256(), ShippedRuleSets().Find("cpc-2014")->sha256());
    EXPECT_THAT(response.recorded().warnings(), IsEmpty());
  }
  EXPECT_EQ(response.stage(), v1::STAGE_FULL);
  const absl::CivilDay object = AddMonths(kStart, 12), full = AddMonths(object, 12);
  const std::vector<std::pair<absl::CivilDay, v1::Stage>> expected = {
      {kStart - 1, v1::STAGE_REGISTERED}, {kStart, v1::STAGE_ACTIVIST},
      {object - 1, v1::STAGE_ACTIVIST},    {object, v1::STAGE_PROBATIONARY},
      {full - 1, v1::STAGE_PROBATIONARY},  {full, v1::STAGE_FULL}};
  for (const auto& [day, stage] : expected) {
    EXPECT_EQ(world_.Person("persons/li", day).stage(), stage) << FormatDate(day);
  }
  const v1::Person person = world_.Person("persons/li");
  EXPECT_EQ(FromProto(person.joined_on()).value(), object);
  EXPECT_EQ(FromProto(person.full_member_on()).value(), full);
}

TEST_F(CasesTest, AnswersACaseAsOfADate) {
  world_.WalkTo(kCase, kStart, v1::STEP_KIND_CONVERSION_APPLICATION);
  const v1::DevelopmentCase now = world_.Case(kCase);
  EXPECT_EQ(now.steps_size(), 22);
  EXPECT_EQ(now.stage(), v1::STAGE_PROBATIONARY);
  EXPECT_EQ(FromProto(now.probation_ends()).value(), AddMonths(AddMonths(kStart, 12), 12));
  EXPECT_THAT(now.next_steps(),
              ElementsAre(v1::STEP_KIND_ENROLMENT, v1::STEP_KIND_PROBATION_INSPECTION,
                          v1::STEP_KIND_CONVERSION_APPLICATION));
  EXPECT_EQ(now.organisation(), kBranch);
  const v1::DevelopmentCase then = world_.Case(kCase, AddMonths(kStart, 6));
  EXPECT_EQ(then.steps_size(), 6);
  EXPECT_EQ(then.stage(), v1::STAGE_ACTIVIST);
  EXPECT_FALSE(then.has_probation_ends());
  EXPECT_THAT(then.next_steps(),
              ElementsAre(v1::STEP_KIND_CONTACT_ASSIGNMENT, v1::STEP_KIND_CULTIVATION_INSPECTION,
                          v1::STEP_KIND_OBJECT_DETERMINATION));
}

TEST_F(CasesTest, JudgesByTheRuleSetOfTheStepsDay) {
  const absl::CivilDay change(2026, 5, 18);
  world_.WalkTo(kCase, AddMonths(change, -6), v1::STEP_KIND_CULTIVATION_INSPECTION);
  v1::RecordStepResponse response;
  ASSERT_TRUE(
      world_.Step(kCase, MakeStep(v1::STEP_KIND_CULTIVATION_INSPECTION, change - 1), &response)
          .ok());
  EXPECT_EQ(response.recorded().rule_set(), "cpc-2014");
  ASSERT_TRUE(
      world_.Step(kCase, MakeStep(v1::STEP_KIND_CULTIVATION_INSPECTION, change), &response).ok());
  EXPECT_EQ(response.recorded().rule_set(), "cpc-2026");
  EXPECT_NE(response.recorded().rule_set_sha256(), ShippedRuleSets().Find("cpc-2014")->sha256());
}

TEST_F(CasesTest, RefusesAStepOfBeforeTheFirstRuleSet) {
  const absl::Status status =
      world_.Step(kCase, MakeStep(v1::STEP_KIND_APPLICATION, absl::CivilDay(2014, 5, 27)));
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(ReasonsOf(status), ElementsAre("NO_RULE_SET_ON_DATE"));
  EXPECT_TRUE(
      world_.Step(kCase, MakeStep(v1::STEP_KIND_APPLICATION, absl::CivilDay(2014, 5, 28))).ok());
}

TEST_F(CasesTest, AnswersARefusalWithItsRule) {
  world_.WalkTo(kCase, kStart, v1::STEP_KIND_OBJECT_DETERMINATION);
  const absl::Status status =
      world_.Step(kCase, MakeStep(v1::STEP_KIND_OBJECT_DETERMINATION, AddMonths(kStart, 12) - 1));
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  const auto findings = FindingsOf(status);
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0].code(), "D03");
  EXPECT_EQ(findings[0].reason(), "ACTIVIST_PERIOD_TOO_SHORT");
  EXPECT_EQ(findings[0].subject(), "step.date");
  EXPECT_EQ(findings[0].citation().document(), "中国共产党发展党员工作细则（2014）");
  EXPECT_EQ(findings[0].citation().article(), "第十三条");
  EXPECT_EQ(findings[0].citation().mark(), type::v1::MARK_CONFIRMED);
  EXPECT_EQ(FromProto(findings[0].earliest()).value(), AddMonths(kStart, 12));
  EXPECT_THAT(findings[0].message(), HasSubstr("最早日期为 2021-03-31"));
  EXPECT_EQ(findings[1].reason(), "DATE_BEFORE_EARLIER_STEP");
  // The case is as it was.
  EXPECT_EQ(world_.Case(kCase).etag(), world_.etag(kCase));
}

TEST_F(CasesTest, RecordsAWarningWithTheStep) {
  ASSERT_TRUE(world_.Step(kCase, MakeStep(v1::STEP_KIND_APPLICATION, kStart)).ok());
  v1::RecordStepResponse response;
  ASSERT_TRUE(world_.Step(kCase, MakeStep(v1::STEP_KIND_TALK, kStart + 40), &response).ok());
  ASSERT_EQ(response.recorded().warnings_size(), 1);
  EXPECT_EQ(response.recorded().warnings(0).code(), "D02");
  EXPECT_EQ(response.recorded().warnings(0).citation().article(), "第七条");
  EXPECT_EQ(world_.Case(kCase).steps(1).warnings_size(), 1);
}

TEST_F(CasesTest, AsksTheBooksWhetherContactsAreFullMembersOnTheDay) {
  ASSERT_TRUE(world_.CreatePerson("outsider").ok());
  v1::CreatePersonRequest late = world_.MemberRequest("late", kBranch);
  *late.mutable_opening_balance()->mutable_full_member_on() = ToProto(kStart + 1);
  ASSERT_TRUE(world_.Create(late).ok());
  world_.WalkTo(kCase, kStart, v1::STEP_KIND_CONTACT_ASSIGNMENT);
  for (const char* contact : {"persons/outsider", "persons/late", "persons/nobody"}) {
    v1::Step step = MakeStep(v1::STEP_KIND_CONTACT_ASSIGNMENT, kStart);
    step.mutable_contact_assignment()->set_contacts(0, contact);
    EXPECT_THAT(ReasonsOf(world_.Step(kCase, step)), ElementsAre("CONTACT_NOT_FULL_MEMBER"));
  }
  v1::Step step = MakeStep(v1::STEP_KIND_CONTACT_ASSIGNMENT, kStart + 1);
  step.mutable_contact_assignment()->set_contacts(0, "persons/late");
  EXPECT_TRUE(world_.Step(kCase, step).ok());
}

TEST_F(CasesTest, TakesAConvertedPersonAsIntroducer) {
  world_.WalkTo(kCase, kStart, v1::STEP_KIND_ARCHIVE);
  ASSERT_TRUE(world_.CreatePerson("wang").ok());
  constexpr char kSecond[] = "persons/wang/cases/c";
  const absl::CivilDay start = AddMonths(kStart, 12);
  world_.WalkTo(kSecond, start, v1::STEP_KIND_INTRODUCER_DETERMINATION);
  v1::Step step = MakeStep(v1::STEP_KIND_INTRODUCER_DETERMINATION, AddMonths(start, 12));
  step.mutable_introducer_determination()->set_introducers(0, "persons/li");
  EXPECT_TRUE(world_.Step(kSecond, step).ok());
}

TEST_F(CasesTest, RefusesAnApplicantWithoutBirthDateAndTheFuture) {
  v1::CreatePersonRequest request = world_.PersonRequest("unknown");
  request.mutable_person()->clear_id_number();
  request.mutable_person()->set_sex(v1::SEX_MALE);
  ASSERT_TRUE(world_.Create(request).ok());
  EXPECT_THAT(ReasonsOf(world_.Step("persons/unknown/cases/c",
                                    MakeStep(v1::STEP_KIND_APPLICATION, kToday + 1))),
              ElementsAre("DATE_IN_FUTURE", "BIRTH_DATE_UNKNOWN"));
}

TEST_F(CasesTest, RefusesMalformedSteps) {
  v1::Step step;
  step.set_organisation("branch");
  const absl::Status status = world_.Step(kCase, step);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(ReasonsOf(status),
              ElementsAre("DATE_INVALID", "ORGANISATION_NAME_INVALID", "STEP_MISSING"));
  EXPECT_THAT(ReasonsOf(world_.Step("persons/li", MakeStep(v1::STEP_KIND_APPLICATION, kStart))),
              ElementsAre("CASE_NAME_INVALID"));
  EXPECT_EQ(
      world_.Step("persons/nobody/cases/c", MakeStep(v1::STEP_KIND_APPLICATION, kStart)).code(),
      absl::StatusCode::kNotFound);
}

TEST_F(CasesTest, LetsOneOfTwoClientsWinOneEtag) {
  world_.WalkTo(kCase, kStart, v1::STEP_KIND_CULTIVATION_INSPECTION);
  const v1::Step step = MakeStep(v1::STEP_KIND_CULTIVATION_INSPECTION, AddMonths(kStart, 6));
  const v1::RecordStepRequest requests[2] = {world_.StepRequest(kCase, step, world_.etag(kCase)),
                                             world_.StepRequest(kCase, step, world_.etag(kCase))};
  absl::Status statuses[2];
  v1::RecordStepResponse responses[2];
  std::thread clients[2];
  for (int i = 0; i < 2; ++i) {
    clients[i] = std::thread([&, i] { statuses[i] = world_.Record(requests[i], &responses[i]); });
  }
  for (auto& client : clients) client.join();
  EXPECT_NE(statuses[0].ok(), statuses[1].ok());
  const absl::Status& lost = statuses[0].ok() ? statuses[1] : statuses[0];
  EXPECT_EQ(lost.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(ReasonOf(lost), "ETAG_STALE");
  EXPECT_EQ(world_.Case(kCase).steps_size(), 6);
}

TEST_F(CasesTest, RequiresAnEtagOfAnOpenCase) {
  ASSERT_TRUE(world_.Step(kCase, MakeStep(v1::STEP_KIND_APPLICATION, kStart)).ok());
  v1::RecordStepResponse response;
  const absl::Status status =
      world_.Record(world_.StepRequest(kCase, MakeStep(v1::STEP_KIND_TALK, kStart), ""), &response);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(ReasonsOf(status), ElementsAre("ETAG_REQUIRED"));
  const absl::Status again = world_.Record(
      world_.StepRequest(kCase, MakeStep(v1::STEP_KIND_APPLICATION, kStart), ""), &response);
  EXPECT_EQ(again.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(ReasonsOf(world_.Step("persons/li/cases/second",
                                    MakeStep(v1::STEP_KIND_APPLICATION, kStart))),
              ElementsAre("CASE_ALREADY_OPEN"));
}

TEST_F(CasesTest, JudgesOnlyWhereAskedTo) {
  v1::RecordStepRequest request =
      world_.StepRequest(kCase, MakeStep(v1::STEP_KIND_APPLICATION, kStart), "");
  request.set_validate_only(true);
  v1::RecordStepResponse response;
  ASSERT_TRUE(world_.Record(request, &response).ok());
  EXPECT_EQ(response.recorded().kind(), v1::STEP_KIND_APPLICATION);
  v1::GetCaseRequest get;
  v1::GetCaseResponse answer;
  get.set_name(kCase);
  EXPECT_EQ(Invoke(&Stub::GetCase, world_.stub(), get, &answer).code(),
            absl::StatusCode::kNotFound);
}

TEST_F(CasesTest, AnswersTheSameRequestOnce) {
  const v1::RecordStepRequest request =
      world_.StepRequest(kCase, MakeStep(v1::STEP_KIND_APPLICATION, kStart), "");
  v1::RecordStepResponse first, second;
  ASSERT_TRUE(world_.Record(request, &first).ok());
  ASSERT_TRUE(world_.Record(request, &second).ok());
  EXPECT_EQ(first.SerializeAsString(), second.SerializeAsString());
  EXPECT_EQ(world_.Case(kCase).steps_size(), 1);
}

TEST_F(CasesTest, KeepsCallersToTheirScope) {
  ASSERT_TRUE(world_.CreatePerson("inside", "organisations/scoped-branch").ok());
  v1::RecordStepResponse response;
  const v1::Step application = MakeStep(v1::STEP_KIND_APPLICATION, kStart);
  EXPECT_EQ(
      world_.Record(world_.StepRequest(kCase, application, ""), &response, kScopedToken).code(),
      absl::StatusCode::kNotFound);
  EXPECT_TRUE(world_
                  .Record(world_.StepRequest("persons/inside/cases/c", application, ""), &response,
                          kScopedToken)
                  .ok());
  EXPECT_EQ(
      world_.Record(world_.StepRequest(kCase, application, ""), &response, kReaderToken).code(),
      absl::StatusCode::kPermissionDenied);
}

TEST_F(CasesTest, ConvertsWhoWasProbationaryWhenTheBooksWereOpened) {
  v1::CreatePersonRequest request = world_.PersonRequest("prob");
  request.mutable_opening_balance()->set_stage(v1::STAGE_PROBATIONARY);
  *request.mutable_opening_balance()->mutable_joined_on() = ToProto(kStart);
  ASSERT_TRUE(world_.Create(request).ok());
  constexpr char kName[] = "persons/prob/cases/conversion";
  EXPECT_THAT(ReasonsOf(world_.Step(kName, MakeStep(v1::STEP_KIND_TALK, kStart))),
              ElementsAre("STEP_ALREADY_RECORDED"));
  const absl::CivilDay end = AddMonths(kStart, 12);
  for (int kind = 19; kind <= 22; ++kind) {
    ASSERT_TRUE(world_.Step(kName, MakeStep(static_cast<v1::StepKind>(kind), end - 9)).ok());
  }
  EXPECT_THAT(ReasonsOf(world_.Step(kName, MakeStep(v1::STEP_KIND_CONVERSION_MEETING, end - 1))),
              ElementsAre("PROBATION_NOT_ENDED"));
  for (int kind = 23; kind <= 25; ++kind) {
    ASSERT_TRUE(world_.Step(kName, MakeStep(static_cast<v1::StepKind>(kind), end)).ok());
  }
  EXPECT_EQ(world_.Person("persons/prob").stage(), v1::STAGE_FULL);
  EXPECT_EQ(FromProto(world_.Case(kName).probation_ends()).value(), end);
}

TEST_F(CasesTest, OpensNoSecondCaseBesideAnOpenOne) {
  v1::CreatePersonRequest request = world_.PersonRequest("prob");
  request.mutable_opening_balance()->set_stage(v1::STAGE_PROBATIONARY);
  *request.mutable_opening_balance()->mutable_joined_on() = ToProto(kStart);
  ASSERT_TRUE(world_.Create(request).ok());
  const v1::Step enrolment = MakeStep(v1::STEP_KIND_ENROLMENT, kStart + 9);
  ASSERT_TRUE(world_.Step("persons/prob/cases/c1", enrolment).ok());
  // It would not know of what happens in the first: of an extension, for one.
  EXPECT_THAT(ReasonsOf(world_.Step("persons/prob/cases/c2", enrolment)),
              ElementsAre("CASE_ALREADY_OPEN"));
}

TEST_F(CasesTest, CountsAnExtensionFromBeforeTheBooks) {
  v1::CreatePersonRequest request = world_.PersonRequest("prob");
  v1::OpeningBalance& opening = *request.mutable_opening_balance();
  opening.set_stage(v1::STAGE_PROBATIONARY);
  *opening.mutable_joined_on() = ToProto(kStart);
  for (const int wrong : {-1, 5, 13}) {
    opening.set_extension_months(wrong);
    EXPECT_THAT(ReasonsOf(world_.Create(request)),
                ElementsAre("OPENING_BALANCE_EXTENSION_INVALID"));
  }
  opening.set_extension_months(6);
  ASSERT_TRUE(world_.Create(request).ok());
  constexpr char kName[] = "persons/prob/cases/c";
  const absl::CivilDay end = AddMonths(kStart, 18);
  for (int kind = 19; kind <= 22; ++kind) {
    ASSERT_TRUE(world_.Step(kName, MakeStep(static_cast<v1::StepKind>(kind), end - 9)).ok());
  }
  v1::Step meeting = MakeStep(v1::STEP_KIND_CONVERSION_MEETING, end - 1);
  EXPECT_THAT(ReasonsOf(world_.Step(kName, meeting)), ElementsAre("PROBATION_NOT_ENDED"));
  *meeting.mutable_date() = ToProto(end);
  v1::Step again = meeting;
  again.mutable_conversion_meeting()->set_outcome(v1::CONVERSION_OUTCOME_EXTENDED);
  again.mutable_conversion_meeting()->set_extension_months(6);
  EXPECT_THAT(ReasonsOf(world_.Step(kName, again)), ElementsAre("EXTENSION_USED_UP"));
  EXPECT_TRUE(world_.Step(kName, meeting).ok());
}

// Of a cancelled admission the archive is still to come when the person applies again.
TEST_F(CasesTest, AnOlderCaseTakesNothingBack) {
  world_.WalkTo(kCase, kStart, v1::STEP_KIND_CONVERSION_MEETING);
  const absl::CivilDay end = AddMonths(kStart, 24);
  v1::Step cancelled = MakeStep(v1::STEP_KIND_CONVERSION_MEETING, end);
  cancelled.mutable_conversion_meeting()->set_outcome(v1::CONVERSION_OUTCOME_CANCELLED);
  ASSERT_TRUE(world_.Step(kCase, cancelled).ok());
  ASSERT_TRUE(world_.Step(kCase, MakeStep(v1::STEP_KIND_CONVERSION_APPROVAL, end)).ok());
  ASSERT_EQ(world_.Person("persons/li").stage(), v1::STAGE_ENDED);
  constexpr char kAgain[] = "persons/li/cases/again";
  ASSERT_TRUE(world_.Step(kAgain, MakeStep(v1::STEP_KIND_APPLICATION, end + 1)).ok());
  v1::RecordStepResponse response;
  ASSERT_TRUE(world_.Step(kCase, MakeStep(v1::STEP_KIND_ARCHIVE, end + 2), &response).ok());
  EXPECT_EQ(response.stage(), v1::STAGE_APPLICANT);
  EXPECT_EQ(world_.Person("persons/li").stage(), v1::STAGE_APPLICANT);
  // Nor is the cancellation void beside a case that rests on it.
  v1::CaseEvent voided;
  voided.set_kind(v1::CASE_EVENT_KIND_VOIDED);
  *voided.mutable_date() = ToProto(end + 3);
  voided.set_reason("第三十三条");
  voided.set_step_sequence(world_.Case(kCase).steps_size() - 1);
  EXPECT_THAT(ReasonsOf(world_.Beside(kCase, voided)), ElementsAre("LATER_CASE_STANDS"));
}

TEST_F(CasesTest, RecordsABatchWholeOrNotAtAll) {
  ASSERT_TRUE(world_.CreatePerson("wang").ok());
  v1::BatchRecordStepsRequest batch;
  batch.set_request_id("batch");
  for (const char* name : {kCase, "persons/wang/cases/c"}) {
    v1::CaseSteps& steps = *batch.add_cases();
    steps.set_name(name);
    for (const v1::Step& step : LegalHistory(kStart)) *steps.add_steps() = step;
  }
  v1::Step& bad = *batch.mutable_cases(1)->mutable_steps(7);
  ASSERT_EQ(KindOf(bad), v1::STEP_KIND_OBJECT_DETERMINATION);
  *bad.mutable_date() = ToProto(AddMonths(kStart, 12) - 1);
  v1::BatchRecordStepsResponse response;
  const absl::Status status = Invoke(&Stub::BatchRecordSteps, world_.stub(), batch, &response);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(FindingsOf(status).at(0).subject(), "cases[1].steps[7].date");
  EXPECT_EQ(world_.Person("persons/li").stage(), v1::STAGE_REGISTERED);

  *bad.mutable_date() = ToProto(AddMonths(kStart, 12));
  batch.set_request_id("batch-2");
  ASSERT_TRUE(Invoke(&Stub::BatchRecordSteps, world_.stub(), batch, &response).ok());
  EXPECT_THAT(response.etags(), ElementsAre("26", "26"));
  EXPECT_EQ(response.warned_steps(), 0);
  EXPECT_EQ(world_.Person("persons/wang").stage(), v1::STAGE_FULL);
  EXPECT_EQ(world_.Case(kCase).steps_size(), 26);
}

TEST_F(CasesTest, ListsTheRuleSets) {
  auto stub = v1::RuleService::NewStub(world_.channel());
  v1::ListRuleSetsRequest request;
  v1::ListRuleSetsResponse response;
  ASSERT_TRUE(Invoke(&v1::RuleService::Stub::ListRuleSets, *stub, request, &response).ok());
  ASSERT_EQ(response.rule_sets_size(), 2);
  EXPECT_EQ(response.rule_sets(0).id(), "cpc-2014");
  EXPECT_EQ(FromProto(response.rule_sets(0).effective_to()).value(), absl::CivilDay(2026, 5, 18));
  EXPECT_EQ(response.rule_sets(1).id(), "cpc-2026");
  EXPECT_FALSE(response.rule_sets(1).has_effective_to());
  EXPECT_EQ(response.rule_sets(1).sha256().size(), 64u);
  EXPECT_EQ(response.next_page_token(), "");
  // One on a page.
  v1::ListRuleSetsResponse page;
  request.set_page_size(1);
  for (int i = 0; i < 2; ++i) {
    request.set_page_token(page.next_page_token());
    page.Clear();
    ASSERT_TRUE(Invoke(&v1::RuleService::Stub::ListRuleSets, *stub, request, &page).ok());
    ASSERT_EQ(page.rule_sets_size(), 1);
    EXPECT_EQ(page.rule_sets(0).id(), response.rule_sets(i).id());
    EXPECT_EQ(page.next_page_token().empty(), i == 1);
  }
}

}  // namespace
}  // namespace zhibu::membership
