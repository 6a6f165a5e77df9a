// Who acts and who votes, from the books and the tree of the step's day; exceptions.
#include "services/membership/books/acting.h"

#include "common/store/feed.h"
#include "tests/services/membership/world.h"
#include "zhibu/membership/v1/case_event_service.grpc.pb.h"
#include "zhibu/membership/v1/rule_service.grpc.pb.h"
#include "zhibu/membership/v1/transfer_service.grpc.pb.h"
#include "zhibu/registry/v1/reorganisation.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"
#include "zhibu/registry/v1/events.pb.h"

namespace zhibu::membership {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kCase[] = "persons/li/cases/c";
const absl::CivilDay kStart(2020, 3, 31);
const absl::CivilDay kObject = AddMonths(kStart, 12);

class ActingTest : public ::testing::Test {
 protected:
  ActingTest() { EXPECT_TRUE(world_.CreatePerson("li").ok()); }

  // The branch, under each parent from its day on.
  void Reparent(const std::vector<std::pair<std::string, absl::CivilDay>>& parents) {
    registry::v1::OrganisationChanged event;
    auto& organisation = *event.mutable_organisation();
    organisation.set_name(kBranch);
    organisation.set_title("branch");
    organisation.set_kind(type::v1::ORGANISATION_KIND_BRANCH);
    *organisation.mutable_established_on() = ToProto(absl::CivilDay(2000, 1, 1));
    for (size_t i = 0; i < parents.size(); ++i) {
      auto& edge = *organisation.add_affiliations();
      edge.set_parent(NameOf(kOrganisations, parents[i].first));
      edge.set_line(type::v1::LINE_SUBORDINATION);
      *edge.mutable_valid_from() = ToProto(parents[i].second);
      if (i + 1 < parents.size()) *edge.mutable_valid_to() = ToProto(parents[i + 1].second);
    }
    world_.Emit(event);
    world_.Settle();
  }
  v1::Step Approval(absl::CivilDay day, const std::string& organisation) {
    v1::Step step = MakeStep(v1::STEP_KIND_ADMISSION_APPROVAL, day);
    step.set_organisation(organisation);
    return step;
  }
  absl::Status Try(const v1::Step& step, v1::RecordStepResponse* response = nullptr) {
    v1::RecordStepResponse ignored;
    v1::RecordStepRequest request = world_.StepRequest(kCase, step, world_.etag(kCase));
    request.set_validate_only(true);
    return world_.Record(request, response != nullptr ? response : &ignored);
  }
  int Disagreements() {
    auto stub = v1::RuleService::NewStub(world_.channel());
    v1::VerifyProofsResponse response;
    EXPECT_TRUE(
        Invoke(&v1::RuleService::Stub::VerifyProofs, *stub, v1::VerifyProofsRequest(), &response)
            .ok());
    EXPECT_GT(response.verified_steps(), 0);
    return response.disagreements_size();
  }
  std::vector<v1::ExceptedStep> Exceptions(const std::string& root, int page_size = 0,
                                           const std::string& token = kOwnerToken) {
    std::vector<v1::ExceptedStep> all;
    v1::ListExceptionsRequest request;
    v1::ListExceptionsResponse response;
    request.set_root(root);
    request.set_page_size(page_size);
    do {
      request.set_page_token(response.next_page_token());
      response.Clear();
      const absl::Status status =
          Invoke(&v1::MembershipService::Stub::ListExceptions, world_.stub(), request, &response,
                 token);
      EXPECT_TRUE(status.ok()) << status;
      all.insert(all.end(), response.exceptions().begin(), response.exceptions().end());
    } while (!response.next_page_token().empty());
    return all;
  }

  World world_;
};

TEST_F(ActingTest, TakesTheCompetentOrganisationAndKeepsItInTheProof) {
  world_.WalkTo(kCase, kStart, v1::STEP_KIND_ADMISSION_APPROVAL);
  v1::RecordStepResponse response;
  ASSERT_TRUE(world_.Step(kCase, Approval(kObject, ""), &response).ok());
  const v1::Proof& proof = response.recorded().proof();
  EXPECT_EQ(proof.acting_organisation(), kCounty);
  EXPECT_THAT(proof.competent(), ElementsAre(kCounty));
  EXPECT_EQ(proof.acting_kind(), type::v1::ORGANISATION_KIND_COMMITTEE);
  EXPECT_THAT(proof.deliberating(), IsEmpty());
  // Steps of the branch are the branch's; above the county nobody is in these books.
  const v1::DevelopmentCase recorded = world_.Case(kCase);
  EXPECT_EQ(recorded.steps(2).proof().acting_organisation(), kBranch);
  ASSERT_TRUE(
      world_.Step(kCase, MakeStep(v1::STEP_KIND_ADMISSION_FILING, kObject), &response).ok());
  EXPECT_EQ(response.recorded().proof().acting_organisation(), "");
  EXPECT_EQ(Disagreements(), 0);
}

TEST_F(ActingTest, RefusesWhoeverIsNotCompetent) {
  world_.WalkTo(kCase, kStart, v1::STEP_KIND_ADMISSION_APPROVAL);
  for (const char* other : {"work", "scoped", "general", "branch"}) {
    SCOPED_TRACE(other);
    const absl::Status status = Try(Approval(kObject, NameOf(kOrganisations, other)));
    ASSERT_THAT(ReasonsOf(status), ElementsAre("APPROVER_NOT_COMPETENT"));
    const auto finding = FindingsOf(status)[0];
    EXPECT_EQ(finding.code(), "D14");
    EXPECT_EQ(finding.citation().article(), "第二十三条");
    EXPECT_EQ(finding.subject(), "step.organisation");
    EXPECT_THAT(finding.message(), HasSubstr("organisations/county"));
  }
  EXPECT_THAT(ReasonsOf(Try(Approval(kObject, "organisations/nobody"))),
              ElementsAre("APPROVER_NOT_COMPETENT", "ORGANISATION_NOT_THERE"));
}

TEST_F(ActingTest, JudgesByTheTreeOfTheStepsDay) {
  world_.WalkTo(kCase, kStart, v1::STEP_KIND_ADMISSION_APPROVAL);
  const absl::CivilDay moved = kObject + 20;
  Reparent({{"county", absl::CivilDay(2000, 1, 1)}, {"scoped", moved}});
  EXPECT_TRUE(Try(Approval(moved - 1, kCounty)).ok());
  EXPECT_THAT(ReasonsOf(Try(Approval(moved - 1, "organisations/scoped"))),
              ElementsAre("APPROVER_NOT_COMPETENT"));
  EXPECT_THAT(ReasonsOf(Try(Approval(moved, kCounty))), ElementsAre("APPROVER_NOT_COMPETENT"));
  EXPECT_TRUE(Try(Approval(moved, "organisations/scoped")).ok());
  // What was judged stays so when the tree's past is corrected.
  ASSERT_TRUE(world_.Step(kCase, Approval(moved, "")).ok());
  Reparent({{"county", absl::CivilDay(2000, 1, 1)}});
  EXPECT_EQ(Disagreements(), 0);
}

TEST_F(ActingTest, WantsAGeneralBranchToDeliberate) {
  Reparent({{"general", absl::CivilDay(2000, 1, 1)}});
  world_.WalkTo(kCase, kStart, v1::STEP_KIND_ADMISSION_APPROVAL);
  v1::Step approval = Approval(kObject + 9, "");
  const absl::Status status = Try(approval);
  ASSERT_THAT(ReasonsOf(status), ElementsAre("DELIBERATION_MISSING"));
  EXPECT_THAT(FindingsOf(status)[0].message(), HasSubstr("organisations/general"));
  EXPECT_EQ(FindingsOf(status)[0].citation().article(), "第二十三条");
  v1::Deliberation& one = *approval.mutable_admission_approval()->add_deliberations();
  one.set_organisation("general");
  EXPECT_EQ(ReasonOf(Try(approval)), "DELIBERATION_INVALID");
  one.set_organisation("organisations/general");
  *one.mutable_date() = ToProto(kObject + 10);
  EXPECT_THAT(ReasonsOf(Try(approval)), ElementsAre("DELIBERATION_OUT_OF_TIME"));
  *one.mutable_date() = ToProto(kObject + 9);
  v1::RecordStepResponse response;
  ASSERT_TRUE(world_.Step(kCase, approval, &response).ok());
  EXPECT_THAT(response.recorded().proof().deliberating(), ElementsAre("organisations/general"));
  EXPECT_EQ(response.recorded().proof().acting_organisation(), kCounty);
  EXPECT_EQ(Disagreements(), 0);
}

TEST_F(ActingTest, SaysWhereNoCommitteeIsInTheBooks) {
  Reparent({{"county", absl::CivilDay(2000, 1, 1)}, {"general", kStart}});
  world_.Organisation("general", type::v1::ORGANISATION_KIND_GENERAL_BRANCH, "");
  world_.Settle();
  world_.WalkTo(kCase, kStart, v1::STEP_KIND_ACTIVIST_FILING);
  const absl::Status status = Try(MakeStep(v1::STEP_KIND_ACTIVIST_FILING, kStart));
  ASSERT_THAT(ReasonsOf(status), ElementsAre("NO_COMPETENT_COMMITTEE"));
  EXPECT_THAT(FindingsOf(status)[0].message(), HasSubstr("请先登记"));
}

TEST_F(ActingTest, CountsTheElectorateOfTheMeetingsDay) {
  world_.WalkTo(kCase, kStart, v1::STEP_KIND_ADMISSION_MEETING);
  v1::Step meeting = MakeStep(v1::STEP_KIND_ADMISSION_MEETING, kObject);
  v1::RecordStepResponse response;
  ASSERT_TRUE(Try(meeting, &response).ok());
  EXPECT_EQ(response.recorded().step().admission_meeting().vote().entitled(), 2);
  EXPECT_EQ(response.recorded().proof().electorate(), 2);
  EXPECT_FALSE(response.recorded().proof().electorate_provisional());
  // Not of another branch, not probationary, not full only later.
  ASSERT_TRUE(world_.CreateMember("elsewhere", "organisations/scoped-branch").ok());
  v1::CreatePersonRequest later = world_.MemberRequest("later", kBranch);
  *later.mutable_opening_balance()->mutable_full_member_on() = ToProto(kObject + 1);
  *later.mutable_opening_balance()->mutable_joined_on() = ToProto(kObject - 364);
  *later.mutable_person()->mutable_registered_on() = ToProto(kObject + 1);
  ASSERT_TRUE(world_.Create(later).ok());
  ASSERT_TRUE(Try(meeting, &response).ok());
  EXPECT_EQ(response.recorded().proof().electorate(), 2);
  *meeting.mutable_date() = ToProto(kObject + 1);
  ASSERT_TRUE(Try(meeting, &response).ok());
  EXPECT_EQ(response.recorded().proof().electorate(), 3);
  // What is said must be so.
  SetVote(meeting.mutable_admission_meeting()->mutable_vote(), 4, 3, 3);
  const absl::Status status = Try(meeting);
  ASSERT_THAT(ReasonsOf(status), ElementsAre("ELECTORATE_DIFFERS"));
  EXPECT_EQ(FindingsOf(status)[0].subject(), "step.admission_meeting.vote.entitled");
  EXPECT_THAT(FindingsOf(status)[0].message(), HasSubstr("为3人，填写的是4人"));
  // More were there than may vote.
  SetVote(meeting.mutable_admission_meeting()->mutable_vote(), 0, 4, 3);
  const absl::Status impossible = Try(meeting);
  ASSERT_THAT(ReasonsOf(impossible), ElementsAre("VOTE_COUNTS_IMPOSSIBLE"));
  EXPECT_THAT(FindingsOf(impossible)[0].message(), HasSubstr("应到会3人"));
  SetVote(meeting.mutable_admission_meeting()->mutable_vote(), 3, 2, 2);
  ASSERT_TRUE(world_.Step(kCase, meeting).ok());
  EXPECT_EQ(Disagreements(), 0);
}

TEST_F(ActingTest, OnlyWarnsWhereTheBooksBeganAfterTheMeeting) {
  v1::CreatePersonRequest later = world_.MemberRequest("later", kBranch);
  *later.mutable_person()->mutable_registered_on() = ToProto(kObject + 1);
  ASSERT_TRUE(world_.Create(later).ok());
  world_.WalkTo(kCase, kStart, v1::STEP_KIND_ADMISSION_MEETING);
  v1::Step meeting = MakeStep(v1::STEP_KIND_ADMISSION_MEETING, kObject);
  // Two were surely there: fewer cannot be right.
  SetVote(meeting.mutable_admission_meeting()->mutable_vote(), 1, 1, 1);
  EXPECT_THAT(ReasonsOf(Try(meeting)), ElementsAre("ELECTORATE_DIFFERS"));
  SetVote(meeting.mutable_admission_meeting()->mutable_vote(), 5, 4, 4);
  v1::RecordStepResponse response;
  ASSERT_TRUE(world_.Step(kCase, meeting, &response).ok());
  ASSERT_EQ(response.recorded().warnings_size(), 1);
  EXPECT_EQ(response.recorded().warnings(0).reason(), "ELECTORATE_NOT_CONFIRMED");
  EXPECT_EQ(response.recorded().step().admission_meeting().vote().entitled(), 5);
  EXPECT_EQ(response.recorded().proof().electorate(), 3);
  EXPECT_TRUE(response.recorded().proof().electorate_provisional());
  EXPECT_EQ(response.recorded().proof().electorate_registered_later(), 1);
  EXPECT_EQ(Disagreements(), 0);
}

TEST_F(ActingTest, RefusesAMeetingOfNobody) {
  ASSERT_TRUE(world_.CreatePerson("wang", "organisations/scoped-branch").ok());
  constexpr char kOther[] = "persons/wang/cases/c";
  for (const v1::Step& step : LegalHistory(kStart)) {
    if (KindOf(step) != v1::STEP_KIND_ADMISSION_MEETING) {
      ASSERT_TRUE(world_.Step(kOther, step).ok());
      continue;
    }
    EXPECT_THAT(ReasonsOf(world_.Step(kOther, step)),
                ElementsAre("VOTE_COUNTS_IMPOSSIBLE", "ELECTORATE_EMPTY"));
    break;
  }
}

class ExceptionTest : public ActingTest {
 protected:
  // To the examination, with a training that was too short.
  v1::Step Examination() {
    for (const v1::Step& step : LegalHistory(kStart)) {
      v1::Step one = step;
      if (step.has_training()) one.mutable_training()->set_days(2);
      if (step.has_branch_examination()) return one;
      EXPECT_TRUE(world_.Step(kCase, one).ok());
    }
    return {};
  }
  static void Grant(v1::Step& step, const std::string& authority) {
    step.mutable_exception()->set_authority(authority);
    step.mutable_exception()->set_document_number("县组〔2021〕9号");
    step.mutable_exception()->set_reason("个别特殊情况");
  }
};

TEST_F(ExceptionTest, IsAcceptedKeptAndListed) {
  v1::Step step = Examination();
  EXPECT_THAT(ReasonsOf(Try(step)), ElementsAre("TRAINING_TOO_SHORT"));
  Grant(step, kCounty);
  v1::RecordStepResponse response;
  ASSERT_TRUE(world_.Step(kCase, step, &response).ok());
  int excepted = 0;
  for (const v1::Condition& condition : response.recorded().proof().conditions()) {
    if (condition.verdict() != v1::VERDICT_EXCEPTED) continue;
    EXPECT_EQ(condition.reason(), "TRAINING_TOO_SHORT");
    ++excepted;
  }
  EXPECT_EQ(excepted, 1);
  ASSERT_EQ(response.recorded().warnings_size(), 1);
  EXPECT_EQ(response.recorded().warnings(0).reason(), "TRAINING_TOO_SHORT");
  const auto listed = Exceptions(kCounty);
  ASSERT_EQ(listed.size(), 1u);
  EXPECT_EQ(listed[0].development_case(), kCase);
  EXPECT_EQ(listed[0].recorded().sequence(), response.recorded().sequence());
  EXPECT_EQ(listed[0].recorded().step().exception().document_number(), "县组〔2021〕9号");
  EXPECT_EQ(Exceptions("").size(), 1u);
  EXPECT_THAT(Exceptions("organisations/scoped"), IsEmpty());
  EXPECT_EQ(Disagreements(), 0);
  // The meeting asks for it again; each is listed, in pages.
  for (const v1::StepKind kind : {v1::STEP_KIND_PRE_REVIEW, v1::STEP_KIND_ADMISSION_FORM}) {
    ASSERT_TRUE(world_.Step(kCase, MakeStep(kind, kObject)).ok());
  }
  v1::Step meeting = MakeStep(v1::STEP_KIND_ADMISSION_MEETING, kObject);
  EXPECT_THAT(ReasonsOf(Try(meeting)), ElementsAre("TRAINING_TOO_SHORT"));
  Grant(meeting, kCounty);
  ASSERT_TRUE(world_.Step(kCase, meeting).ok());
  EXPECT_EQ(Exceptions(kCounty, 1).size(), 2u);
}

TEST_F(ExceptionTest, GoesAlongWithTheCase) {
  v1::Step step = Examination();
  Grant(step, kCounty);
  ASSERT_TRUE(world_.Step(kCase, step).ok());
  auto stub = v1::TransferService::NewStub(world_.channel());
  registry::v1::Reorganised event;
  auto& decision = *event.mutable_reorganisation();
  decision.set_name("reorganisations/merged");
  *decision.mutable_effective_on() = ToProto(kObject + 30);
  registry::v1::Succession& one = *decision.add_successions();
  one.set_from_organisation(kBranch);
  one.set_to_organisation("organisations/scoped-branch");
  world_.Emit(event);
  world_.Settle();
  for (bool complete = false; !complete;) {
    v1::ListUnitTransfersResponse response;
    ASSERT_TRUE(Invoke(&v1::TransferService::Stub::ListUnitTransfers, *stub,
                       v1::ListUnitTransfersRequest(), &response)
                    .ok());
    complete = response.unit_transfers_size() == 1 && response.unit_transfers(0).complete();
  }
  EXPECT_EQ(Exceptions("organisations/scoped").size(), 1u);
  EXPECT_THAT(Exceptions(kBranch), IsEmpty());
  // What happened before the move is the branch's of then.
  world_.etag(kCase) = world_.Case(kCase).etag();
  v1::Step review = MakeStep(v1::STEP_KIND_PRE_REVIEW, kObject + 29);
  review.set_organisation("organisations/scoped");
  EXPECT_THAT(ReasonsOf(Try(review)), ElementsAre("SUPERIOR_NOT_COMPETENT"));
  *review.mutable_date() = ToProto(kObject + 30);
  EXPECT_TRUE(Try(review).ok());
}

TEST_F(ExceptionTest, IsRefusedWhereNothingNeedsIt) {
  v1::Step step = MakeStep(v1::STEP_KIND_APPLICATION, kStart);
  Grant(step, kCounty);
  EXPECT_THAT(ReasonsOf(world_.Step(kCase, step)), ElementsAre("EXCEPTION_NOT_NEEDED"));
  // An age that is too low allows none.
  v1::CreatePersonRequest young = world_.PersonRequest("young");
  young.mutable_person()->set_id_number(GeneratedIdNumber(absl::CivilDay(2010, 1, 15), 77));
  ASSERT_TRUE(world_.Create(young).ok());
  EXPECT_THAT(ReasonsOf(world_.Step("persons/young/cases/c", step)),
              ElementsAre("AGE_BELOW_MINIMUM", "EXCEPTION_NOT_NEEDED"));
}

TEST_F(ExceptionTest, IsGrantedByTheCommitteeOrAboveItOnly) {
  v1::Step step = Examination();
  for (const char* other : {"branch", "scoped", "work", "nobody"}) {
    Grant(step, NameOf(kOrganisations, other));
    const absl::Status status = Try(step);
    EXPECT_THAT(ReasonsOf(status), ElementsAre("EXCEPTION_AUTHORITY_NOT_COMPETENT")) << other;
  }
  Reparent({{"scoped", absl::CivilDay(2000, 1, 1)}});
  for (const char* may : {"scoped", "county"}) {
    Grant(step, NameOf(kOrganisations, may));
    EXPECT_TRUE(Try(step).ok()) << may;
  }
}

TEST_F(ExceptionTest, HasAForm) {
  v1::Step step = MakeStep(v1::STEP_KIND_APPLICATION, kStart);
  Grant(step, "county");
  EXPECT_EQ(ReasonOf(Try(step)), "ORGANISATION_NAME_INVALID");
  for (const std::string& text : {std::string(), std::string("a\nb"), std::string(201, 'x')}) {
    Grant(step, kCounty);
    step.mutable_exception()->set_reason(text);
    EXPECT_EQ(ReasonOf(Try(step)), "EXCEPTION_INVALID");
    Grant(step, kCounty);
    step.mutable_exception()->set_document_number(text);
    EXPECT_EQ(ReasonOf(Try(step)), "EXCEPTION_INVALID");
  }
}

}  // namespace
}  // namespace zhibu::membership
