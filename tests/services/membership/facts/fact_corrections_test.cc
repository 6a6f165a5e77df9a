// Facts and dues that were recorded wrongly and are put right.

#include "tests/services/membership/books/fold.h"
#include "tests/services/membership/world.h"

namespace zhibu::membership {
namespace {

using absl::CivilDay;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Stub = v1::MembershipFactService::Stub;
using Kind = v1::MembershipFactKind;

constexpr char kMember[] = "persons/gao";
const CivilDay kLost(2030, 8, 31);
const CivilDay kFar(2199, 1, 1);

std::string Subject(const absl::Status& status, int i = 0) {
  return FindingsOf(status).at(i).subject();
}

class CorrectionsTest : public ::testing::Test {
 protected:
  CorrectionsTest() { EXPECT_TRUE(world_.CreateMember("gao", kBranch).ok()); }

  v1::CorrectMembershipFactRequest Correction(int sequence,
                                              std::initializer_list<const char*> paths,
                                              const std::string& person = kMember) {
    v1::CorrectMembershipFactRequest request;
    request.set_name(person);
    request.set_etag(world_.Person(person).etag());
    request.mutable_fact()->set_sequence(sequence);
    for (const char* path : paths) request.mutable_update_mask()->add_paths(path);
    request.set_withdraw(paths.size() == 0);
    request.mutable_correction()->set_reason("登记时看错了文件");
    request.mutable_correction()->set_authority(kCounty);
    request.mutable_correction()->set_document_number("更正〔2036〕1号");
    request.set_request_id(world_.NextRequestId());
    return request;
  }
  v1::CorrectMembershipFactRequest Dated(int sequence, CivilDay day,
                                         const std::string& person = kMember) {
    v1::CorrectMembershipFactRequest request = Correction(sequence, {"date"}, person);
    *request.mutable_fact()->mutable_date() = ToProto(day);
    return request;
  }
  absl::Status Correct(const v1::CorrectMembershipFactRequest& request,
                       v1::CorrectMembershipFactResponse* response = nullptr,
                       const std::string& token = kOwnerToken) {
    v1::CorrectMembershipFactResponse ignored;
    auto stub = v1::MembershipFactService::NewStub(world_.channel());
    return Invoke(&Stub::CorrectMembershipFact, *stub, request,
                  response != nullptr ? response : &ignored, token);
  }
  absl::Status Withdraw(int sequence, const std::string& person = kMember) {
    return Correct(Correction(sequence, {}, person));
  }
  absl::Status Pay(const std::string& month) {
    v1::RecordDuesPaidRequest request;
    v1::RecordDuesPaidResponse response;
    request.set_name(kMember);
    request.set_etag(world_.Person(kMember).etag());
    request.set_paid_until_month(month);
    request.set_request_id(world_.NextRequestId());
    auto stub = v1::MembershipFactService::NewStub(world_.channel());
    return Invoke(&Stub::RecordDuesPaid, *stub, request, &response);
  }
  // Withdrawn where `month` is empty.
  v1::CorrectDuesPaidRequest Dues(const std::string& month) {
    v1::CorrectDuesPaidRequest request;
    request.set_name(kMember);
    request.set_etag(world_.Person(kMember).etag());
    request.set_paid_until_month(month);
    request.set_withdraw(month.empty());
    request.mutable_correction()->set_reason("录入有误");
    request.set_request_id(world_.NextRequestId());
    return request;
  }
  absl::Status CorrectDues(const v1::CorrectDuesPaidRequest& request,
                           v1::CorrectDuesPaidResponse* response = nullptr) {
    v1::CorrectDuesPaidResponse ignored;
    auto stub = v1::MembershipFactService::NewStub(world_.channel());
    return Invoke(&Stub::CorrectDuesPaid, *stub, request,
                  response != nullptr ? response : &ignored);
  }
  void LoseAndStop() {
    ASSERT_TRUE(world_.Fact(kMember, v1::MEMBERSHIP_FACT_KIND_CONTACT_LOST, kLost).ok());
    ASSERT_TRUE(
        world_.Fact(kMember, v1::MEMBERSHIP_FACT_KIND_STOPPED, AddMonths(kLost, 6), kCounty).ok());
  }
  void ExpectFolds() {
    const auto snapshot = world_.server().store().TakeSnapshot();
    EXPECT_EQ(Folded(world_, *snapshot) == Dump(*snapshot, kFirstTable), true);
  }

  World world_;
};

TEST_F(CorrectionsTest, FactsAreNumberedAndNoNumberIsUsedAgain) {
  LoseAndStop();
  v1::Person person = world_.Person(kMember);
  ASSERT_THAT(person.facts(), SizeIs(2));
  EXPECT_EQ(person.facts(0).sequence(), 1);
  EXPECT_EQ(person.facts(1).sequence(), 2);
  ASSERT_TRUE(Withdraw(2).ok());
  // What a caller gives as a number is not looked at.
  v1::RecordMembershipFactRequest request;
  request.set_name(kMember);
  request.set_etag(world_.Person(kMember).etag());
  request.set_request_id(world_.NextRequestId());
  request.mutable_fact()->set_kind(v1::MEMBERSHIP_FACT_KIND_CONTACT_REGAINED);
  *request.mutable_fact()->mutable_date() = ToProto(CivilDay(2031, 1, 1));
  request.mutable_fact()->set_sequence(9);
  ASSERT_TRUE(world_.Fact(request).ok());
  person = world_.Person(kMember);
  ASSERT_THAT(person.facts(), SizeIs(2));
  EXPECT_EQ(person.facts(1).sequence(), 3);
  ExpectFolds();
}

TEST_F(CorrectionsTest, AnEarlierDayMovesStageStatusAndDueItems) {
  LoseAndStop();
  const CivilDay lost = AddMonths(kLost, -12), stopped = AddMonths(lost, 6);
  // The stop before the loss of contact would stand without its ground.
  const absl::Status alone = Correct(Dated(2, stopped));
  EXPECT_EQ(alone.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(ReasonsOf(alone), ElementsAre("STOP_WITHOUT_GROUND"));
  EXPECT_EQ(Subject(alone), "facts/2.article");
  EXPECT_EQ(FindingsOf(alone)[0].citation().article(), "第二十四条");
  v1::CorrectMembershipFactResponse response;
  ASSERT_TRUE(Correct(Dated(1, lost), &response).ok());
  EXPECT_GT(response.revision(), 0);
  ASSERT_TRUE(Correct(Dated(2, stopped), &response).ok());
  const v1::Person person = world_.Person(kMember);
  EXPECT_EQ(person.DebugString(), response.person().DebugString());
  EXPECT_EQ(world_.Person(kMember, stopped).stage(), v1::STAGE_STOPPED);
  EXPECT_EQ(world_.Person(kMember, stopped - 1).stage(), v1::STAGE_FULL);
  ASSERT_THAT(person.corrections(), SizeIs(2));
  const type::v1::RecordedCorrection& made = person.corrections(1);
  EXPECT_EQ(made.subject(), "facts/2");
  EXPECT_EQ(made.correction().document_number(), "更正〔2036〕1号");
  EXPECT_EQ(FromProto(made.recorded_on()).value(), kToday);
  EXPECT_FALSE(made.actor().empty());
  EXPECT_FALSE(made.withdrawn());
  ASSERT_THAT(made.fields(), SizeIs(1));
  EXPECT_EQ(made.fields(0).path(), "date");
  EXPECT_THAT(made.fields(0).was(), ::testing::HasSubstr("2031"));
  const std::vector<v1::DueItem> due = world_.Due(kFar);
  ASSERT_THAT(due, SizeIs(1));
  EXPECT_EQ(due[0].kind(), v1::DUE_KIND_STOPPED_TWO_YEARS);
  EXPECT_EQ(FromProto(due[0].due_on()).value(), AddMonths(stopped, 24));
  ExpectFolds();
}

TEST_F(CorrectionsTest, AnotherKindMakesAnotherStage) {
  ASSERT_TRUE(world_
                  .Fact(kMember, v1::MEMBERSHIP_FACT_KIND_REMOVED, CivilDay(2030, 1, 1), kCounty,
                        "第三十一条")
                  .ok());
  ASSERT_EQ(world_.Person(kMember).stage(), v1::STAGE_ENDED);
  v1::CorrectMembershipFactRequest request = Correction(1, {"kind"});
  request.mutable_fact()->set_kind(v1::MEMBERSHIP_FACT_KIND_STOPPED);
  ASSERT_TRUE(Correct(request).ok());
  EXPECT_EQ(world_.Person(kMember).stage(), v1::STAGE_STOPPED);
  EXPECT_EQ(world_.Person(kMember).status().stopped_or_ended_by(),
            v1::MEMBERSHIP_FACT_KIND_STOPPED);
  EXPECT_TRUE(
      world_.Fact(kMember, v1::MEMBERSHIP_FACT_KIND_RESTORED, CivilDay(2031, 1, 1), kCounty).ok());
  EXPECT_EQ(world_.Person(kMember).corrections(0).fields(0).was(),
            "\"MEMBERSHIP_FACT_KIND_REMOVED\"");
}

TEST_F(CorrectionsTest, AWithdrawnFactVanishesAndStaysReadable) {
  LoseAndStop();
  const absl::Status ground = Withdraw(1);
  EXPECT_THAT(ReasonsOf(ground), ElementsAre("STOP_WITHOUT_GROUND"));
  EXPECT_EQ(Subject(ground), "facts/2.article");
  ASSERT_TRUE(Withdraw(2).ok());
  ASSERT_TRUE(Withdraw(1).ok());
  const v1::Person person = world_.Person(kMember);
  EXPECT_THAT(person.facts(), IsEmpty());
  EXPECT_EQ(person.stage(), v1::STAGE_FULL);
  EXPECT_EQ(world_.Person(kMember, AddMonths(kLost, 7)).stage(), v1::STAGE_FULL);
  ASSERT_THAT(person.corrections(), SizeIs(2));
  EXPECT_TRUE(person.corrections(0).withdrawn());
  std::vector<std::string> paths;
  for (const auto& field : person.corrections(0).fields()) paths.push_back(field.path());
  EXPECT_THAT(paths, ElementsAre("kind", "date", "authority"));
  EXPECT_THAT(world_.Due(kFar), IsEmpty());
  EXPECT_EQ(ReasonOf(Withdraw(1)), "FACT_NOT_THERE");
  ExpectFolds();
}

TEST_F(CorrectionsTest, RefusesWrongFormAndWritesNothing) {
  LoseAndStop();
  const std::string before = world_.Person(kMember).DebugString();
  v1::CorrectMembershipFactRequest request;
  request.set_name("gao");
  request.set_request_id("r");
  request.mutable_correction()->set_authority("county");
  request.mutable_correction()->set_document_number("a\nb");
  request.mutable_update_mask()->add_paths("sequence");
  EXPECT_THAT(ReasonsOf(Correct(request)),
              ElementsAre("CORRECTION_REASON_INVALID", "NAME_INVALID", "DOCUMENT_NUMBER_INVALID",
                          "UPDATE_MASK_INVALID", "ETAG_REQUIRED", "PERSON_NAME_INVALID"));
  request = Correction(2, {"date"});
  request.set_withdraw(true);
  EXPECT_THAT(ReasonsOf(Correct(request)), ElementsAre("WITHDRAWN_NEEDS_NO_FIELDS"));
  request = Correction(2, {});
  request.set_withdraw(false);
  EXPECT_THAT(ReasonsOf(Correct(request)), ElementsAre("UPDATE_MASK_INVALID"));
  // What it would be is no fact of sound form.
  request = Correction(2, {"kind", "date", "until", "authority", "article", "document_number"});
  *request.mutable_fact()->mutable_until() = ToProto(kToday);
  request.mutable_fact()->set_authority("county");
  request.mutable_fact()->set_article(std::string(101, 'a'));
  request.mutable_fact()->set_document_number("a\nb");
  const absl::Status form = Correct(request);
  EXPECT_EQ(form.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(ReasonsOf(form), ElementsAre("FACT_KIND_MISSING", "DATE_INVALID", "UNTIL_INVALID",
                                           "ORGANISATION_NAME_INVALID", "ARTICLE_INVALID",
                                           "DOCUMENT_NUMBER_INVALID"));
  request = Correction(3, {"article"});
  const absl::Status missing = Correct(request);
  EXPECT_EQ(missing.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(ReasonsOf(missing), ElementsAre("FACT_NOT_THERE"));
  EXPECT_THAT(ReasonsOf(Correct(Dated(1, kLost))), ElementsAre("NOTHING_TO_CORRECT"));
  EXPECT_THAT(ReasonsOf(Correct(Dated(2, kToday + 1))), ElementsAre("DATE_IN_FUTURE"));
  request = Dated(1, kLost - 1);
  request.set_etag("77");
  EXPECT_EQ(Correct(request).code(), absl::StatusCode::kAborted);
  request = Dated(1, kLost - 1);
  request.set_name("persons/nobody");
  EXPECT_EQ(Correct(request).code(), absl::StatusCode::kNotFound);
  request.set_name(kMember);
  EXPECT_EQ(Correct(request, nullptr, kScopedToken).code(), absl::StatusCode::kNotFound);
  request.set_validate_only(true);
  EXPECT_TRUE(Correct(request).ok());
  EXPECT_EQ(world_.Person(kMember).DebugString(), before);
}

TEST_F(CorrectionsTest, AllFactsAreJudgedAgainAndAllThatDoesNotStandIsAnswered) {
  LoseAndStop();
  ASSERT_TRUE(
      world_.Fact(kMember, v1::MEMBERSHIP_FACT_KIND_RESTORED, CivilDay(2031, 9, 1), kCounty).ok());
  ASSERT_TRUE(world_.Fact(kMember, v1::MEMBERSHIP_FACT_KIND_MOBILE_OUT, CivilDay(2032, 1, 1)).ok());
  // Without the stop there is nothing to restore.
  const absl::Status stop = Withdraw(2);
  EXPECT_THAT(ReasonsOf(stop), ElementsAre("NOT_STOPPED"));
  EXPECT_EQ(Subject(stop), "facts/3.kind");
  // A later loss of contact leaves too little time until the stop.
  const absl::Status late = Correct(Dated(1, AddMonths(kLost, 1)));
  EXPECT_THAT(ReasonsOf(late), ElementsAre("CONTACT_LOST_TOO_SHORT"));
  EXPECT_EQ(Subject(late), "facts/2.date");
  v1::CorrectMembershipFactRequest removed = Correction(2, {"kind", "article"});
  removed.mutable_fact()->set_kind(v1::MEMBERSHIP_FACT_KIND_EXPELLED);
  const absl::Status ended = Correct(removed);
  EXPECT_THAT(ReasonsOf(ended),
              ElementsAre("ARTICLE_REQUIRED", "MEMBERSHIP_ENDED", "MEMBERSHIP_ENDED"));
  EXPECT_EQ(Subject(ended, 0), "facts/2.article");
  EXPECT_EQ(Subject(ended, 1), "facts/3.kind");
}

TEST_F(CorrectionsTest, ACaseThatADeathClosedInErrorGoesOn) {
  ASSERT_TRUE(world_.CreatePerson("he").ok());
  constexpr char kHe[] = "persons/he", kCase[] = "persons/he/cases/c";
  world_.WalkTo(kCase, CivilDay(2024, 10, 31), v1::STEP_KIND_OBJECT_DETERMINATION);
  const v1::DevelopmentCase open = world_.Case(kCase);
  const std::vector<v1::DueItem> due = world_.Due(kFar);
  ASSERT_FALSE(due.empty());
  ASSERT_TRUE(world_.Fact(kHe, v1::MEMBERSHIP_FACT_KIND_DECEASED, kToday).ok());
  ASSERT_EQ(world_.Case(kCase).state(), v1::CASE_STATE_ENDED);
  // Another day, and the case stays closed by it.
  ASSERT_TRUE(Correct(Dated(1, kToday - 1, kHe)).ok());
  EXPECT_EQ(world_.Case(kCase).state(), v1::CASE_STATE_ENDED);
  EXPECT_EQ(world_.Case(kCase).stage(), v1::STAGE_ENDED);
  ExpectFolds();
  ASSERT_TRUE(Withdraw(1, kHe).ok());
  v1::DevelopmentCase again = world_.Case(kCase);
  again.set_etag(open.etag());
  EXPECT_EQ(again.DebugString(), open.DebugString());
  const std::vector<v1::DueItem> now = world_.Due(kFar);
  ASSERT_EQ(now.size(), due.size());
  for (size_t i = 0; i < due.size(); ++i) EXPECT_EQ(now[i].DebugString(), due[i].DebugString());
  ExpectFolds();
  world_.etag(kCase) = world_.Case(kCase).etag();
  for (const v1::Step& step : LegalHistory(CivilDay(2024, 10, 31))) {
    if (KindOf(step) != v1::STEP_KIND_OBJECT_DETERMINATION) continue;
    const absl::Status status = world_.Step(kCase, step);
    EXPECT_TRUE(status.ok()) << status;
  }
}

TEST_F(CorrectionsTest, TheProbationOfAnOpeningBalanceIsTheCasesAgain) {
  v1::CreatePersonRequest request = world_.PersonRequest("sun");
  request.mutable_opening_balance()->set_stage(v1::STAGE_PROBATIONARY);
  *request.mutable_opening_balance()->mutable_joined_on() = ToProto(CivilDay(2036, 1, 31));
  ASSERT_TRUE(world_.Create(request).ok());
  ASSERT_TRUE(
      world_.Step("persons/sun/cases/c", MakeStep(v1::STEP_KIND_ENROLMENT, CivilDay(2036, 2, 9)))
          .ok());
  const std::vector<v1::DueItem> due = world_.Due(kFar);
  ASSERT_FALSE(due.empty());
  ASSERT_TRUE(world_.Fact("persons/sun", v1::MEMBERSHIP_FACT_KIND_DECEASED, kToday).ok());
  ASSERT_THAT(world_.Due(kFar), IsEmpty());
  ASSERT_TRUE(Withdraw(1, "persons/sun").ok());
  const std::vector<v1::DueItem> now = world_.Due(kFar);
  ASSERT_EQ(now.size(), due.size());
  for (size_t i = 0; i < due.size(); ++i) EXPECT_EQ(now[i].DebugString(), due[i].DebugString());
  ExpectFolds();
}

TEST_F(CorrectionsTest, AnEndOnWhichANewCaseStandsKeepsItsKind) {
  ASSERT_TRUE(world_
                  .Fact(kMember, v1::MEMBERSHIP_FACT_KIND_REMOVED, CivilDay(2020, 1, 1), kCounty,
                        "第三十一条")
                  .ok());
  constexpr char kCase[] = "persons/gao/cases/again";
  ASSERT_TRUE(world_.Step(kCase, MakeStep(v1::STEP_KIND_APPLICATION, CivilDay(2030, 1, 1))).ok());
  EXPECT_THAT(ReasonsOf(Withdraw(1)), ElementsAre("LATER_CASE_STANDS"));
  EXPECT_THAT(ReasonsOf(Correct(Dated(1, CivilDay(2030, 1, 2)))),
              ElementsAre("NOT_A_MEMBER", "LATER_CASE_STANDS"));
  const absl::Status kind = [&] {
    v1::CorrectMembershipFactRequest request = Correction(1, {"kind"});
    request.mutable_fact()->set_kind(v1::MEMBERSHIP_FACT_KIND_MOBILE_OUT);
    return Correct(request);
  }();
  EXPECT_THAT(ReasonsOf(kind), ElementsAre("LATER_CASE_STANDS"));
  EXPECT_EQ(Subject(kind), "facts/1");
  // Its day may be another one, as long as the application comes after it.
  ASSERT_TRUE(Correct(Dated(1, CivilDay(2021, 1, 1))).ok());
  EXPECT_EQ(world_.Person(kMember, CivilDay(2020, 6, 1)).stage(), v1::STAGE_FULL);
  EXPECT_EQ(world_.Person(kMember, CivilDay(2022, 1, 1)).stage(), v1::STAGE_ENDED);
  EXPECT_EQ(world_.Person(kMember).stage(), v1::STAGE_APPLICANT);
  ExpectFolds();
}

TEST_F(CorrectionsTest, NobodyWasTransferredWhoseMembershipHadEnded) {
  ASSERT_TRUE(world_.Fact(kMember, v1::MEMBERSHIP_FACT_KIND_MOBILE_OUT, CivilDay(2029, 1, 1)).ok());
  world_.Transfer(kMember, CivilDay(2030, 5, 1));
  // What was before the transfer is judged by where the person was then.
  v1::CorrectMembershipFactRequest article = Correction(1, {"article", "authority"});
  article.mutable_fact()->set_article("第三十二条");
  article.mutable_fact()->set_authority(kBranch);
  ASSERT_TRUE(Correct(article).ok());
  ASSERT_TRUE(world_
                  .Fact(kMember, v1::MEMBERSHIP_FACT_KIND_EXPELLED, CivilDay(2031, 1, 1), kCounty,
                        "第四十条")
                  .ok());
  const absl::Status status = Correct(Dated(2, CivilDay(2030, 4, 30)));
  EXPECT_THAT(ReasonsOf(status), ElementsAre("DATE_BEFORE_EARLIER_FACT"));
  EXPECT_EQ(Subject(status), "facts/2.date");
  EXPECT_EQ(FromProto(FindingsOf(status)[0].earliest()).value(), CivilDay(2030, 5, 1));
  EXPECT_TRUE(Correct(Dated(2, CivilDay(2030, 5, 2))).ok());
  ExpectFolds();
}

TEST_F(CorrectionsTest, DuesArePutRightOrWithdrawn) {
  EXPECT_EQ(ReasonOf(CorrectDues(Dues("2036-05"))), "NOTHING_TO_CORRECT");
  EXPECT_EQ(ReasonOf(CorrectDues(Dues(""))), "NOTHING_TO_CORRECT");
  ASSERT_TRUE(Pay("2036-10").ok());
  EXPECT_EQ(ReasonOf(CorrectDues(Dues("2036-10"))), "NOTHING_TO_CORRECT");
  v1::CorrectDuesPaidRequest wrong = Dues("2036/05");
  wrong.clear_correction();
  wrong.clear_etag();
  EXPECT_THAT(ReasonsOf(CorrectDues(wrong)),
              ElementsAre("CORRECTION_REASON_INVALID", "MONTH_INVALID", "ETAG_REQUIRED"));
  wrong = Dues("2036-05");
  wrong.set_withdraw(true);
  EXPECT_THAT(ReasonsOf(CorrectDues(wrong)), ElementsAre("MONTH_INVALID"));
  EXPECT_EQ(ReasonOf(CorrectDues(Dues("2010-05"))), "DUES_BEFORE_MEMBERSHIP");
  EXPECT_EQ(world_.Person(kMember).status().dues_paid_until_month(), "2036-10");

  v1::CorrectDuesPaidResponse response;
  ASSERT_TRUE(CorrectDues(Dues("2036-05"), &response).ok());
  EXPECT_EQ(response.person().status().dues_paid_until_month(), "2036-05");
  ASSERT_THAT(response.person().corrections(), SizeIs(1));
  EXPECT_EQ(response.person().corrections(0).subject(), "dues");
  EXPECT_EQ(response.person().corrections(0).fields(0).was(), "\"2036-10\"");
  std::vector<v1::DueItem> due = world_.Due(kFar);
  ASSERT_THAT(due, SizeIs(1));
  EXPECT_EQ(due[0].kind(), v1::DUE_KIND_DUES_UNPAID);
  EXPECT_EQ(FromProto(due[0].due_on()).value(), CivilDay(2036, 12, 1));
  ASSERT_TRUE(CorrectDues(Dues(""), &response).ok());
  EXPECT_EQ(response.person().status().dues_paid_until_month(), "");
  EXPECT_TRUE(response.person().corrections(1).withdrawn());
  EXPECT_THAT(world_.Due(kFar), IsEmpty());
  EXPECT_TRUE(Pay("2036-03").ok());
  ExpectFolds();
}

}  // namespace
}  // namespace zhibu::membership
