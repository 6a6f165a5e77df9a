#include "tests/services/membership/rules/judge_fixture.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::membership {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

INSTANTIATE_TEST_SUITE_P(BothTexts, JudgeTest, kBothTexts, VersionName);

TEST_P(JudgeTest, AcceptsALegalHistoryOnItsEarliestDays) {
  for (const v1::Step& step : LegalHistory(start_)) {
    SCOPED_TRACE(v1::StepKind_Name(KindOf(step)));
    ExpectAccepted(step);
    Record(step);
  }
  EXPECT_EQ(LastStage(stages_), v1::STAGE_FULL);
  EXPECT_TRUE(progress_.closed());
}

TEST_P(JudgeTest, RefusesAnApplicantOneDayBeforeTheEighteenthBirthday) {
  const v1::Step step = MakeStep(v1::STEP_KIND_APPLICATION, start_);
  facts_.birth = AddYears(start_, -18);
  ExpectAccepted(step);
  const Violation refusal = ExpectRefused(On(step, start_ - 1), "AGE_BELOW_MINIMUM", "D01");
  EXPECT_EQ(refusal.earliest, start_);
  EXPECT_EQ(refusal.citation.article(), "第五条");
  EXPECT_THAT(refusal.message, HasSubstr(FormatDate(start_)));
  EXPECT_THAT(refusal.message, Not(HasSubstr(FormatDate(*facts_.birth))));
}

TEST_P(JudgeTest, TakesTheLastDayOfFebruaryForTheBirthdayOfALeapDay) {
  facts_.birth = absl::CivilDay(2000, 2, 29);
  ExpectAccepted(MakeStep(v1::STEP_KIND_APPLICATION, absl::CivilDay(2018, 2, 28)));
}

TEST_P(JudgeTest, RefusesAnApplicantWhoseAgeNobodyKnows) {
  facts_.birth.reset();
  ExpectRefused(MakeStep(v1::STEP_KIND_APPLICATION, start_), "BIRTH_DATE_UNKNOWN", "D01");
}

TEST_P(JudgeTest, RefusesTheApplicationOfAMember) {
  rows::StageRow& stage = *stages_.Add();
  stage.set_from(DayNumber(start_ - 100));
  stage.set_stage(v1::STAGE_FULL);
  ExpectRefused(MakeStep(v1::STEP_KIND_APPLICATION, start_), "ALREADY_MEMBER", "D19");
  stage.set_stage(v1::STAGE_APPLICANT);
  facts_.other_case_open = true;
  ExpectRefused(MakeStep(v1::STEP_KIND_APPLICATION, start_), "CASE_ALREADY_OPEN", "D19");
}

TEST_P(JudgeTest, WarnsOfATalkAfterMoreThanAMonth) {
  const v1::Step talk = WalkTo(v1::STEP_KIND_TALK);
  ExpectAccepted(On(talk, AddMonths(start_, 1)));
  const Violation warning = ExpectWarned(On(talk, AddMonths(start_, 1) + 1), "TALK_LATE", "D02");
  EXPECT_THAT(warning.message, HasSubstr(FormatDate(AddMonths(start_, 1))));
}

TEST_P(JudgeTest, RefusesADevelopmentObjectBeforeTwelveMonths) {
  const v1::Step step = WalkTo(v1::STEP_KIND_OBJECT_DETERMINATION);
  ExpectAccepted(step);
  // As if inspected before, or the order of dates would refuse too.
  for (auto& done : *progress_.mutable_done()) {
    if (done.kind() == v1::STEP_KIND_CULTIVATION_INSPECTION) done.set_day(done.day() - 30);
  }
  const absl::CivilDay earliest = AddMonths(start_, 12);
  const Violation refusal =
      ExpectRefused(On(step, earliest - 1), "ACTIVIST_PERIOD_TOO_SHORT", "D03");
  EXPECT_EQ(refusal.earliest, earliest);
  EXPECT_EQ(refusal.citation.article(), "第十三条");
  EXPECT_EQ(refusal.subject, "step.date");
}

TEST_P(JudgeTest, WarnsOfAHalfYearWithoutInspection) {
  const v1::Step step = WalkTo(v1::STEP_KIND_CULTIVATION_INSPECTION);
  ExpectAccepted(On(step, AddMonths(start_, 6)));
  ExpectWarned(On(step, AddMonths(start_, 6) + 1), "INSPECTION_LATE", "D04");
}

TEST_P(JudgeTest, RefusesNoneOrThreeContacts) {
  v1::Step step = WalkTo(v1::STEP_KIND_CONTACT_ASSIGNMENT);
  auto* contacts = step.mutable_contact_assignment()->mutable_contacts();
  ExpectAccepted(step);
  *contacts->Add() = kTwo;
  ExpectAccepted(step);
  *contacts->Add() = "persons/three";
  ExpectRefused(step, "CONTACT_COUNT_INVALID", "D05");
  contacts->DeleteSubrange(2, 1);
  *contacts->Mutable(1) = kOne;  // the same person twice
  ExpectRefused(step, "CONTACT_COUNT_INVALID", "D05");
  contacts->Clear();
  ExpectRefused(step, "CONTACT_COUNT_INVALID", "D05");
}

TEST_P(JudgeTest, RefusesContactsWhoAreNotFullMembersOrTheApplicant) {
  v1::Step step = WalkTo(v1::STEP_KIND_CONTACT_ASSIGNMENT);
  step.mutable_contact_assignment()->add_contacts(kTwo);
  facts_.named = {{true, v1::STAGE_FULL}, {true, v1::STAGE_PROBATIONARY}};
  const Violation refusal = ExpectOne(JudgeWith(step).refusals, "CONTACT_NOT_FULL_MEMBER", "D05");
  EXPECT_EQ(refusal.subject, "step.contact_assignment.contacts[1]");
  facts_.named = {{true, v1::STAGE_FULL}, {false, v1::STAGE_UNSPECIFIED}};
  ExpectOne(JudgeWith(step).refusals, "CONTACT_NOT_FULL_MEMBER", "D05");
  facts_.person = kTwo;
  ExpectRefused(step, "CONTACT_IS_APPLICANT", "D05");
}

TEST_P(JudgeTest, RefusesAnythingButTwoIntroducersWhoAreFullMembers) {
  v1::Step step = WalkTo(v1::STEP_KIND_INTRODUCER_DETERMINATION);
  ExpectAccepted(step);
  auto* introducers = step.mutable_introducer_determination()->mutable_introducers();
  *introducers->Mutable(1) = kOne;
  ExpectRefused(step, "INTRODUCER_COUNT_INVALID", "D06");
  introducers->DeleteSubrange(1, 1);
  ExpectRefused(step, "INTRODUCER_COUNT_INVALID", "D06");
  *introducers->Add() = kTwo;
  facts_.person = kTwo;
  ExpectRefused(step, "INTRODUCER_IS_APPLICANT", "D06");
  facts_.person = "persons/applicant";
  facts_.named = {{true, v1::STAGE_ENDED}, {true, v1::STAGE_FULL}};
  ExpectOne(JudgeWith(step).refusals, "INTRODUCER_NOT_FULL_MEMBER", "D06");
}

TEST_P(JudgeTest, RefusesExaminationWithoutAPassedReview) {
  v1::Step review = WalkTo(v1::STEP_KIND_POLITICAL_REVIEW);
  review.mutable_political_review()->set_passed(false);
  ExpectAccepted(review);  // that it was not passed is a fact to record
  Record(review);
  Record(MakeStep(v1::STEP_KIND_TRAINING, AddMonths(start_, 12)));
  const v1::Step examination = MakeStep(v1::STEP_KIND_BRANCH_EXAMINATION, AddMonths(start_, 12));
  ExpectRefused(examination, "POLITICAL_REVIEW_NOT_PASSED", "D07");
  review.mutable_political_review()->set_passed(true);
  ExpectAccepted(review);
  Record(review);
  ExpectAccepted(examination);
}

TEST_P(JudgeTest, AsksForThreeDaysOrTwentyFourHoursOfTraining) {
  v1::Step training = WalkTo(v1::STEP_KIND_TRAINING);
  const v1::Step examination = MakeStep(v1::STEP_KIND_BRANCH_EXAMINATION, AddMonths(start_, 12));
  training.mutable_training()->set_days(2);
  training.mutable_training()->set_class_hours(23);
  Record(training);
  ExpectRefused(examination, "TRAINING_TOO_SHORT", "D08");
  training.mutable_training()->set_class_hours(24);
  ExpectAccepted(training);  // made up for
  Record(training);
  ExpectAccepted(examination);
}

TEST_P(JudgeTest, WarnsOfFailedTrainingOnlyByTheNewText) {
  v1::Step training = WalkTo(v1::STEP_KIND_TRAINING);
  training.mutable_training()->set_passed(false);
  Record(training);
  const Judgement judgement =
      Propose(MakeStep(v1::STEP_KIND_BRANCH_EXAMINATION, AddMonths(start_, 12)));
  EXPECT_THAT(judgement.refusals, IsEmpty());
  EXPECT_EQ(judgement.warnings.empty(), set_.id() == "cpc-2014");
}

TEST_P(JudgeTest, RefusesWhatNeedsAPassedPreReview) {
  v1::Step pre_review = WalkTo(v1::STEP_KIND_PRE_REVIEW);
  pre_review.mutable_pre_review()->set_passed(false);
  Record(pre_review);
  ExpectRefused(MakeStep(v1::STEP_KIND_ADMISSION_FORM, AddMonths(start_, 12)),
                "PRE_REVIEW_NOT_PASSED", "D10");
  EXPECT_THAT(Next(), ElementsAre(v1::STEP_KIND_PRE_REVIEW));
}

TEST_P(JudgeTest, RefusesAPreReviewOfWhomTheBranchDidNotFindFit) {
  v1::Step examination = WalkTo(v1::STEP_KIND_BRANCH_EXAMINATION);
  examination.mutable_branch_examination()->set_passed(false);
  Record(examination);
  ExpectRefused(MakeStep(v1::STEP_KIND_PRE_REVIEW, AddMonths(start_, 12)),
                "BRANCH_EXAMINATION_NOT_PASSED", "D10");
}

TEST_P(JudgeTest, WarnsOfALateMeetingOnlyByTheNewText) {
  v1::Step meeting = WalkTo(v1::STEP_KIND_ADMISSION_MEETING);
  const absl::CivilDay due = AddMonths(AddMonths(start_, 12), 1);
  ExpectAccepted(On(meeting, due));
  if (set_.id() == "cpc-2014") {
    ExpectAccepted(On(meeting, due + 1));
  } else {
    ExpectWarned(On(meeting, due + 1), "ADMISSION_MEETING_LATE", "D10");
  }
}

TEST_P(JudgeTest, CountsQuorumAndMajorityAgainstThoseEntitled) {
  v1::Step step = WalkTo(v1::STEP_KIND_ADMISSION_MEETING);
  v1::Vote& vote = *step.mutable_admission_meeting()->mutable_vote();
  SetVote(&vote, 16, 9, 9);
  ExpectAccepted(step);
  SetVote(&vote, 16, 9, 8);
  vote.set_against(1);
  const Violation refusal = ExpectRefused(step, "MAJORITY_NOT_REACHED", "D12");
  EXPECT_EQ(refusal.citation.article(), set_.id() == "cpc-2014" ? "" : "第二十条");
  EXPECT_THAT(refusal.message, HasSubstr("至少须9人"));
  vote.Clear();
  SetVote(&vote, 16, 8, 8);
  EXPECT_THAT(Reasons(Propose(step).refusals),
              ElementsAre("QUORUM_NOT_REACHED", "MAJORITY_NOT_REACHED"));
  // Opinions in writing count as votes and not for the quorum.
  SetVote(&vote, 16, 8, 9);
  vote.set_written_opinions(1);
  ExpectRefused(step, "QUORUM_NOT_REACHED", "D12");
  SetVote(&vote, 17, 9, 9);
  vote.set_written_opinions(0);
  ExpectAccepted(step);
  SetVote(&vote, 17, 9, 8);
  ExpectRefused(step, "MAJORITY_NOT_REACHED", "D12");
}

TEST_P(JudgeTest, RefusesABallotThatCannotBe) {
  v1::Step step = WalkTo(v1::STEP_KIND_ADMISSION_MEETING);
  v1::Vote& vote = *step.mutable_admission_meeting()->mutable_vote();
  const auto impossible = [&](int entitled, int present, int written, int in_favour, int against,
                              int abstained) {
    SetVote(&vote, entitled, present, in_favour);
    vote.set_written_opinions(written);
    vote.set_against(against);
    vote.set_abstained(abstained);
    EXPECT_THAT(Reasons(Propose(step).refusals), ElementsAre("VOTE_COUNTS_IMPOSSIBLE"));
  };
  impossible(16, 17, 0, 16, 0, 0);
  impossible(16, 15, 2, 16, 0, 0);
  impossible(16, 10, 1, 11, 1, 0);
  impossible(16, 10, 0, 10, 0, 1);
  impossible(16, 10, 0, 11, -1, 0);
  impossible(16, 2147483647, 2147483647, 9, 0, 0);
}

TEST_P(JudgeTest, WarnsOfApprovalAfterMoreThanThreeMonths) {
  const v1::Step step = WalkTo(v1::STEP_KIND_ADMISSION_APPROVAL);
  const absl::CivilDay due = AddMonths(AddMonths(start_, 12), 3);
  ExpectAccepted(On(step, due));
  ExpectWarned(On(step, due + 1), "APPROVAL_LATE", "D13");
  Record(step);
  const v1::Step conversion = MakeStep(v1::STEP_KIND_CONVERSION_MEETING, AddMonths(start_, 24));
  Record(conversion);
  ExpectWarned(MakeStep(v1::STEP_KIND_CONVERSION_APPROVAL, AddMonths(AddMonths(start_, 24), 3) + 1),
               "CONVERSION_APPROVAL_LATE", "D13");
}

TEST_P(JudgeTest, LetsOnlyCommitteesApprove) {
  v1::Step step = WalkTo(v1::STEP_KIND_ADMISSION_APPROVAL);
  step.set_organisation(kCounty);
  using type::v1::OrganisationKind;
  for (int kind = 0; kind <= 8; ++kind) {
    upward_[1].kind = static_cast<OrganisationKind>(kind);
    if (kind == type::v1::ORGANISATION_KIND_COMMITTEE ||
        kind == type::v1::ORGANISATION_KIND_WORK_COMMITTEE) {
      ExpectAccepted(step);
    } else {
      step.mutable_admission_approval()->clear_deliberations();
      if (kind == type::v1::ORGANISATION_KIND_GENERAL_BRANCH) {
        v1::Deliberation& deliberation = *step.mutable_admission_approval()->add_deliberations();
        deliberation.set_organisation(kCounty);
        *deliberation.mutable_date() = step.date();
      }
      ExpectRefused(step, "APPROVER_NOT_COMPETENT", "D14");
    }
  }
  upward_.resize(1);
  step.mutable_admission_approval()->clear_deliberations();
  ExpectRefused(step, "NO_COMPETENT_COMMITTEE", "D14");
}

TEST_P(JudgeTest, WarnsOfALateOathOnlyByTheNewText) {
  const v1::Step step = WalkTo(v1::STEP_KIND_OATH);
  const absl::CivilDay due = AddMonths(AddMonths(start_, 12), 1);
  ExpectAccepted(On(step, due));
  if (set_.id() == "cpc-2014") {
    ExpectAccepted(On(step, due + 1));
  } else {
    ExpectWarned(On(step, due + 1), "OATH_LATE", "D15");
  }
}

TEST_P(JudgeTest, RefusesConversionBeforeProbationEnds) {
  const v1::Step application = WalkTo(v1::STEP_KIND_CONVERSION_APPLICATION);
  Record(On(application, AddMonths(start_, 24) - 20));
  const v1::Step meeting = MakeStep(v1::STEP_KIND_CONVERSION_MEETING, AddMonths(start_, 24));
  ExpectAccepted(meeting);
  const absl::CivilDay end = AddMonths(AddMonths(start_, 12), 12);
  const Violation refusal = ExpectRefused(On(meeting, end - 1), "PROBATION_NOT_ENDED", "D16");
  EXPECT_EQ(refusal.earliest, end);
}

TEST_P(JudgeTest, ExtendsProbationOnceBySixToTwelveMonths) {
  v1::Step meeting = WalkTo(v1::STEP_KIND_CONVERSION_MEETING);
  v1::ConversionMeeting& detail = *meeting.mutable_conversion_meeting();
  detail.set_outcome(v1::CONVERSION_OUTCOME_EXTENDED);
  for (int months : {0, 5, 13}) {
    detail.set_extension_months(months);
    ExpectRefused(meeting, "EXTENSION_OUT_OF_RANGE", "D17");
  }
  detail.set_extension_months(12);
  ExpectAccepted(meeting);
  detail.set_extension_months(6);
  ExpectAccepted(meeting);
  Record(meeting);
  const absl::CivilDay first_end = AddMonths(AddMonths(start_, 12), 12);
  Record(MakeStep(v1::STEP_KIND_CONVERSION_APPROVAL, first_end + 40));
  const absl::CivilDay end = AddMonths(first_end, 6);
  EXPECT_EQ(ProbationEnd(progress_), end);
  EXPECT_EQ(LastStage(stages_), v1::STAGE_PROBATIONARY);
  EXPECT_THAT(Next(),
              ElementsAre(v1::STEP_KIND_PROBATION_INSPECTION, v1::STEP_KIND_CONVERSION_APPLICATION,
                          v1::STEP_KIND_CONVERSION_MEETING));
  ExpectRefused(On(meeting, end), "EXTENSION_USED_UP", "D17");
  v1::Step second = MakeStep(v1::STEP_KIND_CONVERSION_MEETING, end);
  EXPECT_EQ(ExpectRefused(On(second, end - 1), "PROBATION_NOT_ENDED", "D16").earliest, end);
  ExpectAccepted(second);
  Record(second);
  Record(MakeStep(v1::STEP_KIND_CONVERSION_APPROVAL, end + 10));
  EXPECT_EQ(StageOn(stages_, end - 1), v1::STAGE_PROBATIONARY);
  EXPECT_EQ(StageOn(stages_, end), v1::STAGE_FULL);
}

TEST_P(JudgeTest, HoldsAnUnapprovedConversionAgain) {
  const v1::Step meeting = WalkTo(v1::STEP_KIND_CONVERSION_MEETING);
  Record(meeting);
  const absl::CivilDay day = AddMonths(start_, 24);
  v1::Step approval = MakeStep(v1::STEP_KIND_CONVERSION_APPROVAL, day + 30);
  approval.mutable_conversion_approval()->set_approved(false);
  ExpectAccepted(approval);
  Record(approval);
  EXPECT_EQ(LastStage(stages_), v1::STAGE_PROBATIONARY);
  EXPECT_EQ(ExpectRefused(On(meeting, day + 29), "DATE_BEFORE_EARLIER_STEP", "D19").earliest,
            day + 30);
  ExpectAccepted(On(meeting, day + 30));
}

TEST_P(JudgeTest, TakesNoApplicationOnceConversionWasApproved) {
  const v1::Step meeting = WalkTo(v1::STEP_KIND_CONVERSION_MEETING);
  Record(meeting);
  const absl::CivilDay day = AddMonths(start_, 24);
  v1::Step approval = MakeStep(v1::STEP_KIND_CONVERSION_APPROVAL, day);
  approval.mutable_conversion_approval()->set_approved(false);
  Record(approval);
  // On the application that there was.
  Record(meeting);
  Record(MakeStep(v1::STEP_KIND_CONVERSION_APPROVAL, day));
  EXPECT_THAT(Next(), ElementsAre(v1::STEP_KIND_ARCHIVE));
  ExpectRefused(MakeStep(v1::STEP_KIND_CONVERSION_APPLICATION, day), "STEP_ALREADY_RECORDED",
                "D19");
}

TEST_P(JudgeTest, EndsACancelledProbation) {
  v1::Step meeting = WalkTo(v1::STEP_KIND_CONVERSION_MEETING);
  meeting.mutable_conversion_meeting()->set_outcome(v1::CONVERSION_OUTCOME_CANCELLED);
  ExpectAccepted(meeting);
  Record(meeting);
  const absl::CivilDay day = AddMonths(start_, 24);
  Record(MakeStep(v1::STEP_KIND_CONVERSION_APPROVAL, day + 1));
  EXPECT_EQ(StageOn(stages_, day), v1::STAGE_PROBATIONARY);
  EXPECT_EQ(StageOn(stages_, day + 1), v1::STAGE_ENDED);
  EXPECT_THAT(Next(), ElementsAre(v1::STEP_KIND_ARCHIVE));
}

TEST_P(JudgeTest, EndsACaseWhoseAdmissionWasNotApproved) {
  v1::Step approval = WalkTo(v1::STEP_KIND_ADMISSION_APPROVAL);
  approval.mutable_admission_approval()->set_approved(false);
  ExpectAccepted(approval);
  Record(approval);
  EXPECT_EQ(LastStage(stages_), v1::STAGE_ENDED);
  ExpectRefused(MakeStep(v1::STEP_KIND_OATH, AddMonths(start_, 13)), "CASE_CLOSED", "D19");
  EXPECT_THAT(Next(), IsEmpty());
}

TEST_P(JudgeTest, RefusesEveryStepWithoutTheStepsBeforeIt) {
  for (int kind = 2; kind <= kStepKinds; ++kind) {
    SCOPED_TRACE(kind);
    const Judgement judgement = Propose(MakeStep(static_cast<v1::StepKind>(kind), start_));
    ASSERT_FALSE(judgement.refusals.empty());
    EXPECT_EQ(judgement.refusals.front().reason, "EARLIER_STEP_MISSING");
    EXPECT_EQ(judgement.refusals.front().citation.article(), "第十六条");
  }
}

TEST_P(JudgeTest, RefusesEachStepOnTheDayBeforeTheOneBeforeIt) {
  for (const v1::Step& step : LegalHistory(start_)) {
    const v1::StepKind kind = KindOf(step);
    SCOPED_TRACE(v1::StepKind_Name(kind));
    std::optional<absl::CivilDay> before;
    for (int after : set_.PlaceOf(kind).after()) {
      const auto day = DayOf(progress_, static_cast<v1::StepKind>(after));
      if (!before || *day > *before) before = day;
    }
    if (before) {
      const Judgement judgement = Propose(On(step, *before - 1));
      bool found = false;
      for (const Violation& refusal : judgement.refusals) {
        if (refusal.reason != "DATE_BEFORE_EARLIER_STEP") continue;
        found = true;
        EXPECT_EQ(refusal.code, "D19");
        EXPECT_GE(*refusal.earliest, *before);
      }
      EXPECT_TRUE(found);
    }
    Record(step);
  }
}

TEST_P(JudgeTest, RefusesAStepTwice) {
  WalkTo(v1::STEP_KIND_PRE_REVIEW);
  for (v1::StepKind kind :
       {v1::STEP_KIND_TALK, v1::STEP_KIND_ACTIVIST_DETERMINATION, v1::STEP_KIND_OBJECT_FILING}) {
    EXPECT_THAT(Reasons(Propose(MakeStep(kind, AddMonths(start_, 12))).refusals),
                ElementsAre("STEP_ALREADY_RECORDED"));
  }
  EXPECT_THAT(
      Reasons(
          Propose(MakeStep(v1::STEP_KIND_CULTIVATION_INSPECTION, AddMonths(start_, 12))).refusals),
      ElementsAre("STEP_NO_LONGER_POSSIBLE"));
}

TEST_P(JudgeTest, AssignsContactsAgainUntilThePersonIsADevelopmentObject) {
  const v1::Step object = WalkTo(v1::STEP_KIND_OBJECT_DETERMINATION);
  const absl::CivilDay day = AddMonths(start_, 12);
  v1::Step again = MakeStep(v1::STEP_KIND_CONTACT_ASSIGNMENT, day);
  ExpectAccepted(again);
  EXPECT_EQ(ExpectRefused(On(again, start_ - 1), "DATE_BEFORE_EARLIER_STEP", "D19").earliest,
            start_);
  ExpectRefused(
      [&] {
        v1::Step of_nobody = again;
        of_nobody.mutable_contact_assignment()->clear_contacts();
        return of_nobody;
      }(),
      "CONTACT_COUNT_INVALID", "D05");
  Record(again);
  // It is no new cultivation.
  ExpectAccepted(object);
  Record(object);
  ExpectRefused(On(again, day), "STEP_NO_LONGER_POSSIBLE", "D19");
}

TEST_P(JudgeTest, EnrolsAProbationerAgainUntilTheApplicationToBecomeFull) {
  const v1::Step application = WalkTo(v1::STEP_KIND_CONVERSION_APPLICATION);
  const v1::Step again = MakeStep(v1::STEP_KIND_ENROLMENT, AddMonths(start_, 20));
  ExpectAccepted(again);
  Record(again);
  ExpectAccepted(application);
  Record(application);
  ExpectRefused(On(again, AddMonths(start_, 24)), "STEP_NO_LONGER_POSSIBLE", "D19");
}

TEST_P(JudgeTest, RefusesTheFuture) {
  const v1::Step step = MakeStep(v1::STEP_KIND_APPLICATION, start_);
  const ProposedStep today{&step, start_, start_, "step"};
  EXPECT_THAT(Judge(set_, facts_, today).refusals, IsEmpty());
  const ProposedStep tomorrow{&step, start_, start_ - 1, "step"};
  EXPECT_THAT(Reasons(Judge(set_, facts_, tomorrow).refusals), ElementsAre("DATE_IN_FUTURE"));
}

TEST_P(JudgeTest, TellsEveryUnmetConditionAtOnce) {
  v1::Step step = WalkTo(v1::STEP_KIND_CONVERSION_MEETING);
  SetVote(step.mutable_conversion_meeting()->mutable_vote(), 16, 8, 8);
  step.mutable_conversion_meeting()->set_outcome(v1::CONVERSION_OUTCOME_EXTENDED);
  EXPECT_THAT(Reasons(Propose(On(step, AddMonths(start_, 23))).refusals),
              ElementsAre("QUORUM_NOT_REACHED", "MAJORITY_NOT_REACHED", "PROBATION_NOT_ENDED",
                          "EXTENSION_OUT_OF_RANGE", "DATE_BEFORE_EARLIER_STEP"));
}

TEST_P(JudgeTest, ShowsTheStepsThatMayFollow) {
  EXPECT_THAT(Next(), ElementsAre(v1::STEP_KIND_APPLICATION));
  WalkTo(v1::STEP_KIND_CULTIVATION_INSPECTION);
  // Contacts are lost.
  EXPECT_THAT(Next(),
              ElementsAre(v1::STEP_KIND_CONTACT_ASSIGNMENT, v1::STEP_KIND_CULTIVATION_INSPECTION));
  Record(MakeStep(v1::STEP_KIND_CULTIVATION_INSPECTION, AddMonths(start_, 6)));
  EXPECT_THAT(Next(),
              ElementsAre(v1::STEP_KIND_CONTACT_ASSIGNMENT, v1::STEP_KIND_CULTIVATION_INSPECTION,
                          v1::STEP_KIND_OBJECT_DETERMINATION));
}

}  // namespace
}  // namespace zhibu::membership
