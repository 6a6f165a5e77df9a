#include "services/membership/facts/fact_book.h"

#include <filesystem>

#include "common/store/feed.h"
#include "tests/services/membership/world.h"
#include "zhibu/membership/v1/privacy_service.grpc.pb.h"
#include "zhibu/membership/v1/rule_service.grpc.pb.h"
#include "zhibu/membership/v1/transfer_service.grpc.pb.h"
#include "zhibu/registry/v1/events.pb.h"

namespace zhibu::membership {
namespace {

using absl::CivilDay;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kMember[] = "persons/gao";
const CivilDay kLost(2030, 8, 31);

class FactsTest : public ::testing::Test {
 protected:
  FactsTest() { EXPECT_TRUE(world_.CreateMember("gao", kBranch).ok()); }

  absl::Status Stop() {
    const absl::Status lost = world_.Fact(kMember, v1::MEMBERSHIP_FACT_KIND_CONTACT_LOST, kLost);
    if (!lost.ok()) return lost;
    return world_.Fact(kMember, v1::MEMBERSHIP_FACT_KIND_STOPPED, AddMonths(kLost, 6), kCounty);
  }
  absl::Status Pay(const std::string& month, v1::RecordDuesPaidResponse* response = nullptr) {
    v1::RecordDuesPaidResponse ignored;
    v1::RecordDuesPaidRequest request;
    request.set_name(kMember);
    request.set_etag(world_.Person(kMember).etag());
    request.set_paid_until_month(month);
    request.set_request_id(world_.NextRequestId());
    return Invoke(&v1::MembershipFactService::Stub::RecordDuesPaid, *stub(), request,
                  response != nullptr ? response : &ignored);
  }
  std::unique_ptr<v1::MembershipFactService::Stub> stub() {
    return v1::MembershipFactService::NewStub(world_.channel());
  }
  absl::Status Update(v1::UpdatePersonRequest request, v1::Person* person = nullptr) {
    v1::UpdatePersonResponse response;
    if (request.person().name().empty()) request.mutable_person()->set_name(kMember);
    if (request.person().etag().empty()) {
      request.mutable_person()->set_etag(world_.Person(request.person().name()).etag());
    }
    request.set_reference("更正单 1 号");
    request.set_request_id(world_.NextRequestId());
    const absl::Status status =
        Invoke(&v1::MembershipService::Stub::UpdatePerson, world_.stub(), request, &response);
    if (person != nullptr) *person = response.person();
    return status;
  }
  static v1::UpdatePersonRequest Change(std::initializer_list<const char*> paths) {
    v1::UpdatePersonRequest request;
    for (const char* path : paths) request.mutable_update_mask()->add_paths(path);
    return request;
  }
  absl::StatusOr<v1::Person> Known(absl::Time known_at, CivilDay as_of = kToday) {
    v1::GetPersonRequest request;
    v1::GetPersonResponse response;
    request.set_name(kMember);
    *request.mutable_as_of() = ToProto(as_of);
    request.mutable_known_at()->set_seconds(absl::ToUnixSeconds(known_at));
    const absl::Status status =
        Invoke(&v1::MembershipService::Stub::GetPerson, world_.stub(), request, &response);
    if (!status.ok()) return status;
    return response.person();
  }
  absl::Time Tick() {
    const absl::Time before = world_.clock().Now();
    world_.clock().Advance(absl::Seconds(10));
    return before;
  }

  World world_;
};

TEST_F(FactsTest, StopsAndRestoresAMembership) {
  ASSERT_TRUE(Stop().ok());
  const CivilDay stop = AddMonths(kLost, 6);
  EXPECT_EQ(world_.Person(kMember, stop - 1).stage(), v1::STAGE_FULL);
  EXPECT_TRUE(world_.Person(kMember, stop - 1).status().voting_rights());
  const v1::Person stopped = world_.Person(kMember, stop);
  EXPECT_EQ(stopped.stage(), v1::STAGE_STOPPED);
  EXPECT_FALSE(stopped.status().voting_rights());
  EXPECT_THAT(stopped.facts(), SizeIs(2));
  EXPECT_EQ(stopped.facts(1).authority(), kCounty);
  EXPECT_THAT(world_.Person(kMember, stop - 1).facts(), SizeIs(1));
  // Dues, transfers and applications wait for the restoration.
  EXPECT_EQ(ReasonOf(Pay("2036-10")), "NOT_A_MEMBER");
  EXPECT_THAT(ReasonsOf(world_.Step("persons/gao/cases/c",
                                    MakeStep(v1::STEP_KIND_APPLICATION, CivilDay(2031, 5, 1)))),
              ElementsAre("ALREADY_MEMBER"));
  ASSERT_TRUE(
      world_.Fact(kMember, v1::MEMBERSHIP_FACT_KIND_RESTORED, CivilDay(2031, 9, 1), kCounty).ok());
  const v1::Person restored = world_.Person(kMember);
  EXPECT_EQ(restored.stage(), v1::STAGE_FULL);
  EXPECT_TRUE(restored.status().voting_rights());
  EXPECT_FALSE(restored.status().has_contact_lost_since());
  EXPECT_EQ(FromProto(restored.full_member_on()).value(), CivilDay(2011, 6, 1));
  EXPECT_EQ(restored.status().party_age_years(), 25);
}

TEST_F(FactsTest, RefusesWithCitationAndEarliestDayAndWritesNothing) {
  ASSERT_TRUE(world_.Fact(kMember, v1::MEMBERSHIP_FACT_KIND_CONTACT_LOST, kLost).ok());
  const std::string before = world_.Person(kMember).DebugString();
  const absl::Status status =
      world_.Fact(kMember, v1::MEMBERSHIP_FACT_KIND_STOPPED, AddMonths(kLost, 6) - 1, kBranch);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(ReasonsOf(status), ElementsAre("CONTACT_LOST_TOO_SHORT", "AUTHORITY_NOT_COMPETENT"));
  EXPECT_EQ(FromProto(FindingsOf(status)[0].earliest()).value(), AddMonths(kLost, 6));
  EXPECT_EQ(FindingsOf(status)[0].citation().article(), "第二十四条");
  EXPECT_EQ(world_.Person(kMember).DebugString(), before);
}

TEST_F(FactsTest, RefusesWrongFormAndStaleEtags) {
  v1::RecordMembershipFactRequest request;
  request.set_name(kMember);
  request.set_request_id("r");
  request.mutable_fact()->set_authority("county");
  *request.mutable_fact()->mutable_until() = ToProto(kToday);
  request.mutable_fact()->set_article(std::string(101, 'a'));
  request.mutable_fact()->set_document_number("a\nb");
  EXPECT_THAT(
      ReasonsOf(world_.Fact(request)),
      ElementsAre("FACT_KIND_MISSING", "DATE_INVALID", "UNTIL_INVALID", "ORGANISATION_NAME_INVALID",
                  "ARTICLE_INVALID", "DOCUMENT_NUMBER_INVALID", "ETAG_REQUIRED"));
  request.clear_fact();
  request.mutable_fact()->set_kind(v1::MEMBERSHIP_FACT_KIND_MOBILE_OUT);
  *request.mutable_fact()->mutable_date() = ToProto(kToday);
  request.set_etag("7");
  EXPECT_EQ(world_.Fact(request).code(), absl::StatusCode::kAborted);
  request.set_etag("1");
  request.set_name("persons/nobody");
  EXPECT_EQ(world_.Fact(request).code(), absl::StatusCode::kNotFound);
  request.set_name(kMember);
  request.set_validate_only(true);
  EXPECT_TRUE(world_.Fact(request).ok());
  EXPECT_THAT(world_.Person(kMember).facts(), IsEmpty());
}

TEST_F(FactsTest, DeathEndsACaseAndItsDueItems) {
  ASSERT_TRUE(world_.CreatePerson("he").ok());
  world_.WalkTo("persons/he/cases/c", CivilDay(2024, 10, 31), v1::STEP_KIND_OBJECT_DETERMINATION);
  ASSERT_THAT(world_.Due(CivilDay(2100, 1, 1)), Not(IsEmpty()));
  ASSERT_TRUE(world_.Fact("persons/he", v1::MEMBERSHIP_FACT_KIND_DECEASED, kToday).ok());
  EXPECT_THAT(world_.Due(CivilDay(2100, 1, 1)), IsEmpty());
  EXPECT_EQ(world_.Person("persons/he").stage(), v1::STAGE_ENDED);
  world_.etag("persons/he/cases/c") = world_.Case("persons/he/cases/c").etag();
  EXPECT_THAT(ReasonsOf(world_.Step("persons/he/cases/c",
                                    MakeStep(v1::STEP_KIND_OBJECT_DETERMINATION, kToday))),
              ElementsAre("CASE_CLOSED"));
  EXPECT_EQ(
      ReasonOf(world_.Step("persons/he/cases/d", MakeStep(v1::STEP_KIND_APPLICATION, kToday))),
      "PERSON_DECEASED");
}

TEST_F(FactsTest, AnOpenCaseHasToEndBeforeTheMembershipStops) {
  ASSERT_TRUE(world_.CreatePerson("li").ok());
  world_.WalkTo("persons/li/cases/c", CivilDay(2034, 10, 31), v1::STEP_KIND_CONVERSION_APPLICATION);
  ASSERT_EQ(world_.Person("persons/li").stage(), v1::STAGE_PROBATIONARY);
  EXPECT_THAT(ReasonsOf(world_.Fact("persons/li", v1::MEMBERSHIP_FACT_KIND_STOPPED, kToday, kCounty,
                                    "第二十四条")),
              ElementsAre("CASE_STILL_OPEN"));
}

TEST_F(FactsTest, AStepAfterTheConversionLeavesAStoppedMembershipStopped) {
  ASSERT_TRUE(world_.CreatePerson("li").ok());
  constexpr char kCase[] = "persons/li/cases/c";
  world_.WalkTo(kCase, CivilDay(2024, 10, 31), v1::STEP_KIND_ARCHIVE);
  ASSERT_EQ(world_.Person("persons/li").stage(), v1::STAGE_FULL);
  ASSERT_TRUE(world_
                  .Fact("persons/li", v1::MEMBERSHIP_FACT_KIND_STOPPED, CivilDay(2030, 1, 1),
                        kCounty, "第二十四条")
                  .ok());
  world_.etag(kCase) = world_.Case(kCase).etag();
  ASSERT_TRUE(world_.Step(kCase, MakeStep(v1::STEP_KIND_ARCHIVE, CivilDay(2030, 2, 1))).ok());
  EXPECT_EQ(world_.Person("persons/li").stage(), v1::STAGE_STOPPED);
  // And what followers are told.
  const auto snapshot = world_.server().store().TakeSnapshot();
  const auto records = ReadJournal(*snapshot, 0, 100000, 1 << 30);
  feed::v1::Content content;
  ASSERT_TRUE(content.ParseFromString(records->back().content()));
  v1::StepRecorded step;
  ASSERT_TRUE(content.events(0).UnpackTo(&step));
  EXPECT_EQ(step.stages().rbegin()->stage(), v1::STAGE_STOPPED);
}

TEST_F(FactsTest, ATransferHasToEndFirstAndWhoHasLeftIsRefused) {
  using Transfers = v1::TransferService::Stub;
  auto stub = v1::TransferService::NewStub(world_.channel());
  v1::StartTransferRequest start;
  v1::StartTransferResponse started;
  start.set_transfer_id("t");
  start.set_person(kMember);
  start.set_person_etag("1");
  start.set_outside_title("外县某支部");
  start.set_reason("工作调动");
  start.set_request_id(world_.NextRequestId());
  const auto day = ToProto(CivilDay(2036, 1, 1));
  *start.mutable_date() = day;
  ASSERT_TRUE(Invoke(&Transfers::StartTransfer, *stub, start, &started).ok());
  EXPECT_THAT(ReasonsOf(world_.Fact(kMember, v1::MEMBERSHIP_FACT_KIND_DECEASED, kToday)),
              ElementsAre("TRANSFER_ALREADY_OPEN"));
  v1::Transfer transfer = started.transfer();
  const auto next = [&](auto method, auto request, auto response) {
    request.set_name(transfer.name());
    request.set_etag(transfer.etag());
    request.set_request_id(world_.NextRequestId());
    *request.mutable_date() = day;
    const absl::Status status = Invoke(method, *stub, request, &response);
    EXPECT_TRUE(status.ok()) << status;
    transfer = response.transfer();
  };
  v1::ApproveTransferRequest approve;
  approve.set_organisation(kCounty);
  next(&Transfers::ApproveTransfer, approve, v1::ApproveTransferResponse());
  v1::IssueLetterRequest issue;
  issue.set_paid_until_month("2036-01");
  next(&Transfers::IssueLetter, issue, v1::IssueLetterResponse());
  v1::ReceiveTransferRequest receive;
  receive.set_receipt_number("回执 1 号");
  next(&Transfers::ReceiveTransfer, receive, v1::ReceiveTransferResponse());
  EXPECT_THAT(ReasonsOf(world_.Fact(kMember, v1::MEMBERSHIP_FACT_KIND_DECEASED, kToday)),
              ElementsAre("PERSON_LEFT"));
  EXPECT_EQ(ReasonOf(Pay("2036-10")), "PERSON_LEFT");
  EXPECT_EQ(ReasonOf(Update(Change({"display_name"}))), "PERSON_LEFT");
}

TEST_F(FactsTest, WhatFallsDueMovesAlongAndIsSettled) {
  ASSERT_TRUE(world_.Fact(kMember, v1::MEMBERSHIP_FACT_KIND_CONTACT_LOST, kLost).ok());
  std::vector<v1::DueItem> due = world_.Due(CivilDay(2100, 1, 1));
  ASSERT_THAT(due, SizeIs(1));
  EXPECT_EQ(due[0].kind(), v1::DUE_KIND_CONTACT_LOST);
  EXPECT_EQ(due[0].person(), kMember);
  EXPECT_EQ(due[0].development_case(), "");
  EXPECT_EQ(due[0].organisation(), kBranch);
  EXPECT_EQ(FromProto(due[0].due_on()).value(), AddMonths(kLost, 6));
  EXPECT_EQ(due[0].citation().article(), "第二十四条");
  registry::v1::Reorganised merge;
  merge.mutable_reorganisation()->set_name("reorganisations/m");
  *merge.mutable_reorganisation()->mutable_effective_on() = ToProto(CivilDay(2035, 1, 1));
  auto& succession = *merge.mutable_reorganisation()->add_successions();
  succession.set_from_organisation(kBranch);
  succession.set_to_organisation("organisations/scoped-branch");
  world_.Emit(merge);
  world_.Settle();
  ASSERT_TRUE(WaitFor([&] { return world_.Person(kMember).organisation() != kBranch; }));
  due = world_.Due(CivilDay(2100, 1, 1));
  ASSERT_THAT(due, SizeIs(1));
  EXPECT_EQ(due[0].organisation(), "organisations/scoped-branch");
  ASSERT_TRUE(
      world_.Fact(kMember, v1::MEMBERSHIP_FACT_KIND_STOPPED, CivilDay(2036, 1, 1), kCounty).ok());
  due = world_.Due(CivilDay(2100, 1, 1));
  ASSERT_THAT(due, SizeIs(1));
  EXPECT_EQ(due[0].kind(), v1::DUE_KIND_STOPPED_TWO_YEARS);
  EXPECT_EQ(FromProto(due[0].due_on()).value(), CivilDay(2038, 1, 1));
  ASSERT_TRUE(
      world_.Fact(kMember, v1::MEMBERSHIP_FACT_KIND_RESTORED, CivilDay(2036, 2, 1), kCounty).ok());
  EXPECT_THAT(world_.Due(CivilDay(2100, 1, 1)), IsEmpty());
}

TEST_F(FactsTest, AContactWhoseRightsAreSuspendedIsRefused) {
  ASSERT_TRUE(world_.CreatePerson("li").ok());
  constexpr char kCase[] = "persons/li/cases/c";
  world_.WalkTo(kCase, CivilDay(2024, 10, 31), v1::STEP_KIND_CONTACT_ASSIGNMENT);
  ASSERT_TRUE(world_
                  .Fact(kOne, v1::MEMBERSHIP_FACT_KIND_STOPPED, CivilDay(2024, 10, 31), kCounty,
                        "第二十四条")
                  .ok());
  v1::Step step = MakeStep(v1::STEP_KIND_CONTACT_ASSIGNMENT, CivilDay(2025, 2, 1));
  EXPECT_THAT(ReasonsOf(world_.Step(kCase, step)), ElementsAre("CONTACT_NOT_FULL_MEMBER"));
}

TEST_F(FactsTest, RecordsUntilWhenDuesArePaid) {
  EXPECT_EQ(ReasonOf(Pay("2036/10")), "MONTH_INVALID");
  EXPECT_EQ(ReasonOf(Pay("2010-05")), "DUES_BEFORE_MEMBERSHIP");
  v1::RecordDuesPaidResponse response;
  ASSERT_TRUE(Pay("2036-10", &response).ok());
  EXPECT_EQ(response.person().status().dues_paid_until_month(), "2036-10");
  EXPECT_EQ(ReasonOf(Pay("2036-09")), "DUES_GO_BACKWARDS");
  EXPECT_TRUE(Pay("2036-12").ok());
}

TEST_F(FactsTest, QuotesDues) {
  v1::QuoteDuesRequest request;
  v1::QuoteDuesResponse response;
  const auto quote = [&] {
    return Invoke(&v1::MembershipFactService::Stub::QuoteDues, *stub(), request, &response);
  };
  request.set_base_fen(-1);
  EXPECT_THAT(ReasonsOf(quote()), ElementsAre("DUES_PAYER_MISSING", "DUES_BASE_INVALID"));
  request.set_payer(v1::DUES_PAYER_WAGE_EARNER);
  request.set_base_fen(300000);
  ASSERT_TRUE(quote().ok());
  EXPECT_EQ(response.amount_fen(), 1500);
  *request.mutable_month() = ToProto(CivilDay(2008, 3, 31));
  EXPECT_EQ(ReasonOf(quote()), "NO_DUES_RATE_ON_DATE");
  *request.mutable_month() = ToProto(CivilDay(2008, 4, 1));
  EXPECT_TRUE(quote().ok());
}

TEST_F(FactsTest, CorrectsABirthDateAgainstTheIdNumberByADocument) {
  v1::UpdatePersonRequest request = Change({"birth_date"});
  *request.mutable_person()->mutable_birth_date() = ToProto(CivilDay(1990, 1, 16));
  EXPECT_EQ(ReasonOf(Update(request)), "BIRTH_DATE_DISAGREES_WITH_ID_NUMBER");
  request.mutable_update_mask()->add_paths("identity_document");
  request.mutable_person()->set_identity_document("教人审〔2036〕3号");
  v1::Person person;
  ASSERT_TRUE(Update(request, &person).ok());
  EXPECT_EQ(person.identity_document(), "教人审〔2036〕3号");
  // It stays with other changes, and goes with a number that says both.
  v1::UpdatePersonRequest name = Change({"display_name"});
  name.mutable_person()->set_display_name("某某某");
  ASSERT_TRUE(Update(name, &person).ok());
  EXPECT_EQ(person.identity_document(), "教人审〔2036〕3号");
  v1::UpdatePersonRequest number = Change({"id_number"});
  number.mutable_person()->set_id_number(GeneratedIdNumber(CivilDay(1990, 1, 16), 803));
  ASSERT_TRUE(Update(number, &person).ok());
  EXPECT_EQ(person.identity_document(), "");
}

TEST_F(FactsTest, CorrectsAnIdNumberWithItsIndexes) {
  const std::string old_number = world_.Person(kMember).id_number();
  v1::UpdatePersonRequest request = Change({"id_number"});
  const std::string number = GeneratedIdNumber(CivilDay(1980, 2, 29), 801);
  request.mutable_person()->set_id_number(number);
  v1::Person person;
  ASSERT_TRUE(Update(request, &person).ok());
  EXPECT_EQ(person.id_number().substr(14), number.substr(14));
  EXPECT_EQ(person.sex(), v1::SEX_MALE);
  EXPECT_EQ(person.display_name(), "某某");
  // Nobody else can have the new one, and the old one is free.
  v1::CreatePersonRequest other = world_.PersonRequest("other");
  const std::string free = other.person().id_number();
  other.mutable_person()->set_id_number(number);
  EXPECT_EQ(ReasonOf(world_.Create(other)), "ID_NUMBER_TAKEN");
  other.mutable_person()->set_id_number(free);
  other.set_request_id(world_.NextRequestId());
  ASSERT_TRUE(world_.Create(other).ok());
  request.mutable_person()->set_id_number(free);
  const absl::Status taken = Update(request);
  EXPECT_THAT(ReasonsOf(taken), ElementsAre("ID_NUMBER_TAKEN"));
  EXPECT_THAT(taken.ToString(), Not(HasSubstr(free)));
  // What contradicts the number, what is none, and what began too young by it.
  request = Change({"sex"});
  request.mutable_person()->set_sex(v1::SEX_FEMALE);
  EXPECT_EQ(ReasonOf(Update(request)), "SEX_DISAGREES_WITH_ID_NUMBER");
  request = Change({"id_number"});
  request.mutable_person()->set_id_number("123");
  EXPECT_EQ(ReasonOf(Update(request)), "ID_NUMBER_INVALID");
  request.mutable_person()->set_id_number(GeneratedIdNumber(CivilDay(1992, 6, 2), 802));
  EXPECT_EQ(ReasonOf(Update(request)), "AGE_BELOW_MINIMUM");
  EXPECT_EQ(world_.Person(kMember).etag(), person.etag());
}

TEST_F(FactsTest, ACorrectedBirthDateMakesTheProofsFallThatRestOnIt) {
  ASSERT_TRUE(world_.CreatePerson("li").ok());
  const CivilDay applied(2024, 10, 31);
  world_.WalkTo("persons/li/cases/c", applied, v1::STEP_KIND_ACTIVIST_DETERMINATION);
  const auto fallen = [&] {
    v1::VerifyProofsRequest request;
    v1::VerifyProofsResponse response;
    auto stub = v1::RuleService::NewStub(world_.channel());
    EXPECT_TRUE(Invoke(&v1::RuleService::Stub::VerifyProofs, *stub, request, &response).ok());
    EXPECT_EQ(response.verified_steps(), 2);
    return response.disagreements_size();
  };
  EXPECT_EQ(fallen(), 0);
  v1::UpdatePersonRequest request = Change({"id_number"});
  request.mutable_person()->set_name("persons/li");
  // 18 on the day of the application, and a day too young.
  request.mutable_person()->set_id_number(GeneratedIdNumber(CivilDay(2006, 10, 31), 811));
  ASSERT_TRUE(Update(request).ok());
  EXPECT_EQ(fallen(), 0);
  request.mutable_person()->clear_etag();
  request.mutable_person()->set_id_number(GeneratedIdNumber(CivilDay(2006, 11, 1), 812));
  ASSERT_TRUE(Update(request).ok());
  EXPECT_EQ(fallen(), 1);
}

TEST_F(FactsTest, TheFreedIdNumberCanBeAnothers) {
  const v1::CreatePersonRequest first = world_.PersonRequest("first");
  ASSERT_TRUE(world_.Create(first).ok());
  v1::UpdatePersonRequest request = Change({"id_number"});
  request.mutable_person()->set_name("persons/first");
  request.mutable_person()->set_id_number(GeneratedIdNumber(CivilDay(1980, 2, 29), 803));
  ASSERT_TRUE(Update(request).ok());
  v1::CreatePersonRequest second = world_.PersonRequest("second");
  second.mutable_person()->set_id_number(first.person().id_number());
  EXPECT_TRUE(world_.Create(second).ok());
}

TEST_F(FactsTest, ChangesNothingButWhatTheMaskNames) {
  v1::UpdatePersonRequest request = Change({"institution", "nationality_code", "display_name"});
  request.mutable_person()->set_institution("institutions/school");
  request.mutable_person()->set_nationality_code("11");
  request.mutable_person()->set_display_name("某某某");
  request.mutable_person()->set_kind(v1::PERSON_KIND_STUDENT);
  const v1::Person before = world_.Person(kMember);
  v1::Person person;
  ASSERT_TRUE(Update(request, &person).ok());
  EXPECT_EQ(person.institution(), "institutions/school");
  EXPECT_EQ(person.nationality_code(), "11");
  EXPECT_EQ(person.display_name(), "某某某");
  EXPECT_EQ(person.kind(), v1::PERSON_KIND_TEACHER);
  EXPECT_EQ(person.id_number(), before.id_number());
  EXPECT_EQ(person.sex(), before.sex());
  EXPECT_EQ(ReasonOf(Update(Change({}))), "UPDATE_MASK_INVALID");
  EXPECT_EQ(ReasonOf(Update(Change({"organisation"}))), "UPDATE_MASK_INVALID");
  request.mutable_person()->set_etag(before.etag());
  EXPECT_EQ(Update(request).code(), absl::StatusCode::kAborted);
}

TEST_F(FactsTest, DatesAKindAndAnswersThatOfTheDay) {
  v1::UpdatePersonRequest request = Change({"kind"});
  request.mutable_person()->set_kind(v1::PERSON_KIND_RETIRED);
  *request.mutable_kind_valid_from() = ToProto(kToday + 1);
  EXPECT_EQ(ReasonOf(Update(request)), "DATE_IN_FUTURE");
  *request.mutable_kind_valid_from() = ToProto(CivilDay(2036, 3, 1));
  ASSERT_TRUE(Update(request).ok());
  EXPECT_EQ(world_.Person(kMember).kind(), v1::PERSON_KIND_RETIRED);
  EXPECT_EQ(world_.Person(kMember, CivilDay(2036, 2, 29)).kind(), v1::PERSON_KIND_TEACHER);
  *request.mutable_kind_valid_from() = ToProto(CivilDay(2036, 2, 1));
  const absl::Status earlier = Update(request);
  EXPECT_THAT(ReasonsOf(earlier), ElementsAre("KIND_CHANGED_LATER"));
  EXPECT_EQ(FromProto(FindingsOf(earlier)[0].earliest()).value(), CivilDay(2036, 3, 1));
  request = Change({"institution"});
  *request.mutable_kind_valid_from() = ToProto(kToday);
  EXPECT_EQ(ReasonOf(Update(request)), "KIND_FROM_INVALID");
}

TEST_F(FactsTest, AnswersWhatWasKnownThen) {
  const absl::Time registered = Tick();
  ASSERT_TRUE(Stop().ok());
  const absl::Time stopped = Tick();
  v1::UpdatePersonRequest request = Change({"display_name"});
  request.mutable_person()->set_display_name("新名");
  ASSERT_TRUE(Update(request).ok());
  const absl::Time renamed = Tick();
  const CivilDay stop = AddMonths(kLost, 6);
  // The same day, as it was known at three times.
  EXPECT_EQ(Known(registered, stop)->stage(), v1::STAGE_FULL);
  EXPECT_EQ(Known(registered, stop)->display_name(), "某某");
  EXPECT_EQ(Known(stopped, stop)->stage(), v1::STAGE_STOPPED);
  EXPECT_EQ(Known(stopped, stop)->display_name(), "某某");
  EXPECT_EQ(Known(renamed, stop)->display_name(), "新名");
  EXPECT_EQ(Known(renamed, stop - 1)->stage(), v1::STAGE_FULL);
  EXPECT_EQ(Known(registered - absl::Hours(1)).status().code(), absl::StatusCode::kNotFound);
}

TEST(FactsHistory, StaysReadableUnderANewKey) {
  const std::string folder =
      (std::filesystem::path(::testing::TempDir()) / ("facts-" + RandomId())).string();
  const auto open = [&] {
    auto store = OpenRocksStore(folder, "membership");
    EXPECT_TRUE(store.ok()) << store.status();
    return *std::move(store);
  };
  {
    World world(open());
    const auto named_at = [&](absl::Time known_at) {
      v1::GetPersonRequest request;
      v1::GetPersonResponse response;
      request.set_name(kOne);
      request.mutable_known_at()->set_seconds(absl::ToUnixSeconds(known_at));
      EXPECT_TRUE(
          Invoke(&v1::MembershipService::Stub::GetPerson, world.stub(), request, &response).ok());
      return response.person().display_name();
    };
    const absl::Time registered = world.clock().Now();
    world.clock().Advance(absl::Seconds(10));
    v1::UpdatePersonRequest update;
    v1::UpdatePersonResponse updated;
    update.mutable_person()->set_name(kOne);
    update.mutable_person()->set_etag("1");
    update.mutable_person()->set_display_name("新名");
    update.mutable_update_mask()->add_paths("display_name");
    update.set_reference("r");
    update.set_request_id(world.NextRequestId());
    ASSERT_TRUE(
        Invoke(&v1::MembershipService::Stub::UpdatePerson, world.stub(), update, &updated).ok());
    world.Stop();
    world.keys().insert(world.keys().begin(), std::string(32, 'n'));
    world.Start(open());
    auto privacy = v1::PrivacyService::NewStub(world.channel());
    v1::ResealPersonsRequest reseal;
    v1::ResealPersonsResponse resealed;
    reseal.set_request_id(world.NextRequestId());
    ASSERT_TRUE(Invoke(&v1::PrivacyService::Stub::ResealPersons, *privacy, reseal, &resealed).ok());
    EXPECT_EQ(resealed.resealed(), 2);
    EXPECT_EQ(named_at(registered), "某某");
    EXPECT_EQ(named_at(world.clock().Now()), "新名");
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace zhibu::membership
