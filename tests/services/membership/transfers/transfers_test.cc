// A transfer from request to receipt, and what is refused on the way.
#include "services/membership/transfers/transfers.h"

#include <future>
#include <random>

#include "common/base/copy_fields.h"
#include "common/store/commit_lane.h"
#include "common/store/feed.h"
#include "services/membership/books/due_index.h"
#include "services/membership/books/numbers.h"
#include "services/membership/books/transfer_tables.h"
#include "tests/services/membership/world.h"
#include "zhibu/membership/v1/events.pb.h"
#include "zhibu/membership/v1/transfer_service.grpc.pb.h"
#include "zhibu/registry/v1/events.pb.h"
#include "zhibu/registry/v1/reorganisation.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::membership {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Stub = v1::TransferService::Stub;

constexpr char kScoped[] = "organisations/scoped";
constexpr char kScopedBranch[] = "organisations/scoped-branch";
constexpr char kName[] = "transfers/t";
const absl::CivilDay kStart(2036, 9, 1);

class TransfersTest : public ::testing::Test {
 protected:
  absl::Status Start(const std::string& to, absl::CivilDay day = kStart,
                     const std::string& person = kOne, const std::string& id = "t") {
    v1::StartTransferRequest request;
    request.set_transfer_id(id);
    request.set_person(person);
    (to.empty() ? request.mutable_outside_title() : request.mutable_to_organisation())
        ->assign(to.empty() ? "外县某某中学党支部" : to);
    request.set_reason("工作调动");
    *request.mutable_date() = ToProto(day);
    request.set_person_etag(world_.Person(person).etag());
    request.set_request_id(world_.NextRequestId());
    v1::StartTransferResponse response;
    const absl::Status status = Invoke(&Stub::StartTransfer, *stub_, request, &response);
    if (status.ok()) transfer_ = response.transfer();
    return status;
  }
  // Fills in what all changes have, and keeps what is answered.
  template <typename Request, typename Response>
  absl::Status Do(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                  Request request, absl::CivilDay day, const std::string& token = kOwnerToken) {
    request.set_name(transfer_.name());
    request.set_etag(transfer_.etag());
    *request.mutable_date() = ToProto(day);
    request.set_request_id(world_.NextRequestId());
    Response response;
    const absl::Status status = Invoke(method, *stub_, request, &response, token);
    if (!status.ok()) return status;
    transfer_ = response.transfer();
    warnings_.clear();
    for (const auto& warning : response.warnings()) warnings_.push_back(warning.reason());
    return status;
  }
  absl::Status Approve(const std::string& by, absl::CivilDay day = kStart) {
    v1::ApproveTransferRequest request;
    request.set_organisation(by);
    return Do(&Stub::ApproveTransfer, request, day);
  }
  absl::Status Refuse(const std::string& by, const std::string& reason,
                      absl::CivilDay day = kStart) {
    v1::RefuseTransferRequest request;
    request.set_organisation(by);
    request.set_reason(reason);
    return Do(&Stub::RefuseTransfer, request, day);
  }
  absl::Status Issue(absl::CivilDay day = kStart, int days = 0,
                     const std::string& month = "2036-09") {
    v1::IssueLetterRequest request;
    request.set_validity_days(days);
    request.set_paid_until_month(month);
    return Do(&Stub::IssueLetter, request, day);
  }
  absl::Status Reissue(absl::CivilDay day) {
    v1::ReissueLetterRequest request;
    request.set_paid_until_month("2036-09");
    request.set_reason("遗失");
    return Do(&Stub::ReissueLetter, request, day);
  }
  absl::Status Receive(absl::CivilDay day, const std::string& receipt = "",
                       const std::string& token = kOwnerToken) {
    v1::ReceiveTransferRequest request;
    request.set_receipt_number(receipt);
    return Do(&Stub::ReceiveTransfer, request, day, token);
  }
  absl::Status Cancel(const std::string& token = kOwnerToken) {
    v1::CancelTransferRequest request;
    request.set_reason("本人不再调动");
    return Do(&Stub::CancelTransfer, request, kStart, token);
  }
  // Outside from kStart + 9 on.
  void Leave(const std::string& person = kOne) {
    ASSERT_TRUE(Start("", kStart, person, "away").ok());
    ASSERT_TRUE(Approve(kCounty).ok());
    ASSERT_TRUE(Issue().ok());
    ASSERT_TRUE(Receive(kStart + 9, "回执 12 号").ok());
  }
  v1::ReceiveFromOutsideRequest Back(absl::CivilDay day, const std::string& person = kOne,
                                     const std::string& to = kScopedBranch) {
    v1::ReceiveFromOutsideRequest request;
    request.set_transfer_id("back");
    request.set_person(person);
    request.set_to_organisation(to);
    request.set_outside_title("外县某某中学党支部");
    request.set_letter_number("〔2036〕第 7 号");
    request.set_paid_until_month("2036-09");
    request.set_reason("工作调回");
    *request.mutable_date() = ToProto(day);
    request.set_person_etag(world_.Person(person).etag());
    request.set_request_id(world_.NextRequestId());
    return request;
  }
  absl::Status ComeBack(const v1::ReceiveFromOutsideRequest& request,
                        const std::string& token = kOwnerToken) {
    v1::ReceiveFromOutsideResponse response;
    const absl::Status status =
        Invoke(&Stub::ReceiveFromOutside, *stub_, request, &response, token);
    if (status.ok()) transfer_ = response.transfer();
    return status;
  }
  void Issued() {
    ASSERT_TRUE(Start(kScopedBranch).ok());
    ASSERT_TRUE(Approve(kCounty).ok());
    ASSERT_TRUE(Approve(kScoped).ok());
    ASSERT_TRUE(Issue().ok());
  }
  std::vector<std::string> List(const std::string& root, v1::TransferDirection direction,
                                bool overdue = false, int page_size = 0) {
    v1::ListTransfersRequest request;
    v1::ListTransfersResponse response;
    request.set_root(root);
    request.set_direction(direction);
    request.set_only_overdue(overdue);
    request.set_page_size(page_size);
    std::vector<std::string> names;
    do {
      request.set_page_token(response.next_page_token());
      response.Clear();
      const absl::Status status = Invoke(&Stub::ListTransfers, *stub_, request, &response);
      EXPECT_TRUE(status.ok()) << status;
      for (const v1::Transfer& one : response.transfers()) names.push_back(one.name());
    } while (!response.next_page_token().empty());
    return names;
  }

  // A decision of the registry that everybody has followed.
  void MergeInto(const std::string& id, const std::string& ended, const std::string& successor,
                 absl::CivilDay effective) {
    registry::v1::Reorganised merge;
    merge.mutable_reorganisation()->set_name(NameOf(kReorganisations, id));
    *merge.mutable_reorganisation()->mutable_effective_on() = ToProto(effective);
    auto& goes = *merge.mutable_reorganisation()->add_successions();
    goes.set_from_organisation(ended);
    goes.set_to_organisation(successor);
    world_.Emit(merge);
    world_.Settle();
    v1::ListUnitTransfersRequest request;
    request.set_only_open(true);
    v1::ListUnitTransfersResponse response;
    do {
      ASSERT_TRUE(Invoke(&Stub::ListUnitTransfers, *stub_, request, &response).ok());
    } while (response.unit_transfers_size() > 0);
  }

  World world_;
  std::unique_ptr<Stub> stub_ = v1::TransferService::NewStub(world_.channel());
  v1::Transfer transfer_;
  std::vector<std::string> warnings_;
};

TEST_F(TransfersTest, MovesThePersonOnTheDayOfReceiptAndNotBefore) {
  ASSERT_TRUE(Start(kScopedBranch).ok());
  ASSERT_EQ(transfer_.links_size(), 2);
  EXPECT_EQ(transfer_.links(0).organisation(), kCounty);
  EXPECT_EQ(transfer_.links(1).organisation(), kScoped);
  EXPECT_TRUE(transfer_.links(1).receiving());
  ASSERT_TRUE(Approve(kCounty, kStart + 1).ok());
  EXPECT_EQ(transfer_.state(), v1::TRANSFER_STATE_REQUESTED);
  ASSERT_TRUE(Approve(kScoped, kStart + 2).ok());
  EXPECT_EQ(transfer_.state(), v1::TRANSFER_STATE_APPROVED);
  ASSERT_TRUE(Issue(kStart + 3).ok());
  EXPECT_EQ(transfer_.letters(0).serial(), 1);
  EXPECT_EQ(transfer_.letters(0).issuer(), kCounty);
  EXPECT_EQ(FromProto(transfer_.letters(0).valid_until()).value(), kStart + 13);
  EXPECT_EQ(world_.Person(kOne).organisation(), kBranch);
  ASSERT_TRUE(Receive(kStart + 5, "", kScopedToken).ok());
  EXPECT_EQ(transfer_.state(), v1::TRANSFER_STATE_RECEIVED);
  EXPECT_EQ(world_.Person(kOne, kStart + 4).organisation(), kBranch);
  EXPECT_EQ(world_.Person(kOne, kStart + 5).organisation(), kScopedBranch);
  EXPECT_EQ(world_.Person(kOne).affiliations(1).cause(), kName);
}

TEST_F(TransfersTest, RefusesToStartWithEveryReasonThatThereIs) {
  EXPECT_THAT(ReasonsOf(Start(kBranch, kToday + 1)),
              ElementsAre("DATE_IN_FUTURE", "SAME_ORGANISATION"));
  EXPECT_THAT(ReasonsOf(Start(kScopedBranch, absl::CivilDay(2013, 12, 31))),
              ElementsAre("DATE_BEFORE_LAST_MOVE"));
  EXPECT_THAT(ReasonsOf(Start("organisations/nowhere")),
              ElementsAre("ORGANISATION_NOT_THERE", "NO_COMPETENT_COMMITTEE"));
  ASSERT_TRUE(Start(kScopedBranch).ok());
  EXPECT_EQ(ReasonOf(Start(kScopedBranch)), "TRANSFER_EXISTS");
  EXPECT_THAT(ReasonsOf(Start(kScopedBranch, kStart, kOne, "u")),
              ElementsAre("TRANSFER_ALREADY_OPEN"));
}

TEST_F(TransfersTest, NoCompetentCommitteeIsCitedWithItsArticle) {
  world_.Organisation("alone", type::v1::ORGANISATION_KIND_BRANCH, "");
  world_.Settle();
  const absl::Status status = Start("organisations/alone");
  const auto findings = FindingsOf(status);
  ASSERT_EQ(findings.size(), 1u) << status;
  EXPECT_EQ(findings[0].reason(), "NO_COMPETENT_COMMITTEE");
  EXPECT_EQ(findings[0].citation().article(), "第二十五条");
  EXPECT_EQ(findings[0].citation().mark(), type::v1::MARK_CONFIRMED);
}

TEST_F(TransfersTest, LinksAgreeInTheirOrder) {
  ASSERT_TRUE(Start(kScopedBranch).ok());
  EXPECT_THAT(ReasonsOf(Approve(kScoped)), ElementsAre("NOT_THE_NEXT_LINK"));
  EXPECT_THAT(ReasonsOf(Approve(kCounty, kStart - 1)), ElementsAre("DATE_BEFORE_EARLIER_STEP"));
  EXPECT_THAT(ReasonsOf(Issue()), ElementsAre("TRANSFER_STATE_DISALLOWS"));
  EXPECT_THAT(ReasonsOf(Receive(kStart)), ElementsAre("TRANSFER_STATE_DISALLOWS"));
  const std::string etag = transfer_.etag();
  ASSERT_TRUE(Approve(kCounty).ok());
  transfer_.set_etag(etag);
  EXPECT_EQ(Approve(kScoped).code(), absl::StatusCode::kAborted);
}

TEST_F(TransfersTest, NobodyRefusesWithoutAReason) {
  ASSERT_TRUE(Start(kScopedBranch).ok());
  const absl::Status status = Refuse(kCounty, "");
  EXPECT_THAT(ReasonsOf(status), ElementsAre("REFUSAL_WITHOUT_REASON"));
  EXPECT_EQ(FindingsOf(status)[0].citation().article(), "第二十五条");
  ASSERT_TRUE(Refuse(kCounty, "材料不齐").ok());
  EXPECT_EQ(transfer_.state(), v1::TRANSFER_STATE_REFUSED);
  EXPECT_EQ(world_.Person(kOne).organisation(), kBranch);
  EXPECT_TRUE(Start(kScopedBranch, kStart, kOne, "again").ok());
}

TEST_F(TransfersTest, TheReceivingOrganisationMayRefuseTheLetter) {
  Issued();
  EXPECT_THAT(ReasonsOf(Refuse(kCounty, "材料不齐")), ElementsAre("NOT_THE_NEXT_LINK"));
  EXPECT_TRUE(Refuse(kScopedBranch, "材料不齐").ok());
  EXPECT_THAT(List(kBranch, v1::TRANSFER_DIRECTION_OUT), ElementsAre(kName));
}

TEST_F(TransfersTest, ALetterOfMoreThanThreeMonthsIsWarnedOfFromThatDay) {
  ASSERT_TRUE(Start(kScopedBranch).ok());
  ASSERT_TRUE(Approve(kCounty).ok());
  ASSERT_TRUE(Approve(kScoped).ok());
  const int three_months = static_cast<int>(AddMonths(kStart, 3) - kStart);
  EXPECT_EQ(ReasonsOf(Issue(kStart, -1, "2036-13")).size(), 2u);
  ASSERT_TRUE(Issue(kStart, three_months).ok());
  EXPECT_THAT(warnings_, IsEmpty());
  ASSERT_TRUE(Reissue(kStart).ok());
  EXPECT_EQ(transfer_.letters(1).serial(), 2);
  EXPECT_TRUE(transfer_.letters(0).has_voided_on());
  ASSERT_TRUE(Start(kScopedBranch, kStart, kTwo, "u").ok());
  ASSERT_TRUE(Approve(kCounty).ok());
  ASSERT_TRUE(Approve(kScoped).ok());
  ASSERT_TRUE(Issue(kStart, three_months + 1).ok());
  EXPECT_EQ(transfer_.letters(0).serial(), 3);
  EXPECT_THAT(warnings_, ElementsAre("LETTER_VALID_TOO_LONG"));
}

TEST_F(TransfersTest, AnExpiredLetterIsOverdueDueAndReceivedWithAWarning) {
  Issued();  // valid until kStart + 10
  const absl::CivilDay last = kStart + 10;
  const auto due = world_.Due(kToday, 0, kBranch);
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(due[0].transfer(), kName);
  EXPECT_EQ(due[0].kind(), v1::DUE_KIND_TRANSFER_LETTER);
  EXPECT_EQ(FromProto(due[0].due_on()).value(), last);
  EXPECT_FALSE(due[0].citation().document().empty());
  world_.clock().SetToday(last);
  EXPECT_THAT(List(kBranch, v1::TRANSFER_DIRECTION_OUT, true), IsEmpty());
  world_.clock().SetToday(last + 1);
  EXPECT_THAT(List(kBranch, v1::TRANSFER_DIRECTION_OUT, true), ElementsAre(kName));
  EXPECT_THAT(List(kScopedBranch, v1::TRANSFER_DIRECTION_IN, true), ElementsAre(kName));
  ASSERT_TRUE(Receive(last + 1).ok());
  EXPECT_THAT(warnings_, ElementsAre("LETTER_EXPIRED"));
  EXPECT_THAT(world_.Due(kToday, 0, kCounty), IsEmpty());
  EXPECT_THAT(List(kCounty, v1::TRANSFER_DIRECTION_OUT, true), IsEmpty());
}

TEST_F(TransfersTest, OneWhoGoesOutsideLeavesTheBooksWithTheReceipt) {
  ASSERT_TRUE(Start("").ok());
  ASSERT_TRUE(Approve(kCounty).ok());
  ASSERT_TRUE(Issue().ok());
  EXPECT_EQ(FromProto(transfer_.letters(0).valid_until()).value(), kStart + 30);
  EXPECT_THAT(ReasonsOf(Receive(kStart + 9)), ElementsAre("RECEIPT_REQUIRED"));
  ASSERT_TRUE(Receive(kStart + 9, "回执 12 号").ok());
  v1::ListPersonsRequest request;
  v1::ListPersonsResponse before, after;
  request.set_root(kBranch);
  *request.mutable_as_of() = ToProto(kStart + 8);
  const auto list = &v1::MembershipService::Stub::ListPersons;
  ASSERT_TRUE(Invoke(list, world_.stub(), request, &before).ok());
  *request.mutable_as_of() = ToProto(kStart + 9);
  ASSERT_TRUE(Invoke(list, world_.stub(), request, &after).ok());
  EXPECT_EQ(before.persons_size(), 2);
  EXPECT_EQ(after.persons_size(), 1);
  EXPECT_TRUE(world_.Person(kOne).affiliations(0).has_valid_to());
  EXPECT_THAT(ReasonsOf(Start(kScopedBranch, kStart + 9, kOne, "u")), ElementsAre("PERSON_LEFT"));
  EXPECT_EQ(ReasonOf(world_.Step("persons/contact-one/cases/c",
                                 MakeStep(v1::STEP_KIND_APPLICATION, kStart + 9))),
            "PERSON_LEFT");
}

TEST_F(TransfersTest, WhoLeftComesBackWithTheRecordThatWasThere) {
  Leave();
  const absl::CivilDay left = kStart + 9;
  EXPECT_THAT(ReasonsOf(ComeBack(Back(left))), ElementsAre("DATE_BEFORE_LAST_MOVE"));
  EXPECT_THAT(ReasonsOf(ComeBack(Back(kToday + 1))), ElementsAre("DATE_IN_FUTURE"));
  const v1::ReceiveFromOutsideRequest request = Back(left + 1);
  ASSERT_TRUE(ComeBack(request).ok());
  const v1::Transfer first = transfer_;
  EXPECT_EQ(first.state(), v1::TRANSFER_STATE_RECEIVED);
  EXPECT_EQ(first.from_organisation(), "");
  EXPECT_EQ(first.outside_letter_number(), "〔2036〕第 7 号");
  // Said again, it is the same.
  ASSERT_TRUE(ComeBack(request).ok());
  EXPECT_EQ(transfer_.SerializeAsString(), first.SerializeAsString());
  const v1::Person person = world_.Person(kOne);
  EXPECT_EQ(person.organisation(), kScopedBranch);
  EXPECT_EQ(person.stage(), v1::STAGE_FULL);
  EXPECT_EQ(person.status().dues_paid_until_month(), "2036-09");
  ASSERT_EQ(person.affiliations_size(), 2);
  EXPECT_EQ(FromProto(person.affiliations(0).valid_to()).value(), left);
  EXPECT_EQ(FromProto(person.affiliations(1).valid_from()).value(), left + 1);
  EXPECT_EQ(person.affiliations(1).cause(), "transfers/back");
  EXPECT_THAT(List(kScopedBranch, v1::TRANSFER_DIRECTION_IN), ElementsAre("transfers/back"));
  EXPECT_THAT(ReasonsOf(ComeBack(Back(left + 2))), ElementsAre("TRANSFER_EXISTS"));
  v1::ReceiveFromOutsideRequest again = Back(left + 2);
  again.set_transfer_id("again");
  EXPECT_THAT(ReasonsOf(ComeBack(again)), ElementsAre("PERSON_NOT_LEFT"));
  // Kept by nobody on the day between, and by one organisation on every other.
  for (const auto& [day, kept] : std::map<absl::CivilDay, std::string>{
           {left - 1, kBranch}, {left, ""}, {left + 1, kScopedBranch}}) {
    for (const char* organisation : {kBranch, kScopedBranch}) {
      v1::ListPersonsRequest list;
      v1::ListPersonsResponse listed;
      list.set_root(organisation);
      *list.mutable_as_of() = ToProto(day);
      ASSERT_TRUE(
          Invoke(&v1::MembershipService::Stub::ListPersons, world_.stub(), list, &listed).ok());
      const bool there = std::any_of(listed.persons().begin(), listed.persons().end(),
                                     [](const v1::Person& one) { return one.name() == kOne; });
      EXPECT_EQ(there, organisation == kept) << FormatDate(day);
    }
  }
  // Transfers go on from there.
  EXPECT_TRUE(Start(kBranch, left + 3, kOne, "next").ok());
}

TEST_F(TransfersTest, WhoComesBackIsSeenAndReceivedWithinTheScope) {
  Leave();
  // Neither may a branch take a person whom it does not see, nor one receive for another.
  EXPECT_EQ(ComeBack(Back(kStart + 20), kScopedToken).code(), absl::StatusCode::kNotFound);
  v1::ReceiveFromOutsideRequest request = Back(kStart + 20);
  request.set_person_etag("99");
  EXPECT_EQ(ComeBack(request).code(), absl::StatusCode::kAborted);
  request = Back(kStart + 20);
  request.clear_paid_until_month();
  EXPECT_THAT(ReasonsOf(ComeBack(request)), ElementsAre("PAID_UNTIL_REQUIRED"));
  request = Back(kStart + 20, kOne, "organisations/nowhere");
  EXPECT_THAT(ReasonsOf(ComeBack(request)), ElementsAre("ORGANISATION_NOT_THERE"));
  request = v1::ReceiveFromOutsideRequest();
  request.set_request_id(world_.NextRequestId());
  EXPECT_EQ(ReasonsOf(ComeBack(request)).size(), 7u);
}

TEST_F(TransfersTest, WhoLeftAsAProbationerComesBackAsOneOrFull) {
  const absl::CivilDay joined(2035, 9, 20);
  for (const char* id : {"li", "wang"}) {
    v1::CreatePersonRequest create = world_.PersonRequest(id);
    create.mutable_opening_balance()->set_stage(v1::STAGE_PROBATIONARY);
    *create.mutable_opening_balance()->mutable_joined_on() = ToProto(joined);
    ASSERT_TRUE(world_.Create(create).ok());
  }
  Leave("persons/li");
  const absl::CivilDay end = AddMonths(joined, 12);
  v1::ReceiveFromOutsideRequest request = Back(end + 5, "persons/li");
  for (const absl::CivilDay wrong : {end - 1, end + 6}) {
    *request.mutable_full_member_on() = ToProto(wrong);
    EXPECT_THAT(ReasonsOf(ComeBack(request)), ElementsAre("FULL_MEMBER_DATE_INVALID"));
  }
  *request.mutable_full_member_on() = ToProto(end);
  ASSERT_TRUE(ComeBack(request).ok());
  EXPECT_EQ(world_.Person("persons/li", end - 1).stage(), v1::STAGE_PROBATIONARY);
  EXPECT_EQ(world_.Person("persons/li", end).stage(), v1::STAGE_FULL);
  EXPECT_TRUE(world_.Person("persons/li").status().voting_rights());
  // A full member has nothing to become.
  ASSERT_TRUE(Start("", kStart, kOne, "u").ok());
  ASSERT_TRUE(Approve(kCounty).ok());
  ASSERT_TRUE(Issue().ok());
  ASSERT_TRUE(Receive(kStart + 9, "回执 13 号").ok());
  v1::ReceiveFromOutsideRequest full = Back(end + 5);
  full.set_transfer_id("b");
  *full.mutable_full_member_on() = ToProto(end);
  EXPECT_THAT(ReasonsOf(ComeBack(full)), ElementsAre("FULL_MEMBER_DATE_INVALID"));
}

// The case that was open is closed by leaving; probation goes on in a new one.
TEST_F(TransfersTest, AProbationerOfTheseBooksGoesOnInANewCase) {
  ASSERT_TRUE(world_.CreatePerson("li").ok());
  world_.WalkTo("persons/li/cases/c", absl::CivilDay(2033, 1, 1), v1::STEP_KIND_ENROLMENT);
  const v1::Person before = world_.Person("persons/li");
  ASSERT_EQ(before.stage(), v1::STAGE_PROBATIONARY);
  Leave("persons/li");
  ASSERT_TRUE(ComeBack(Back(kStart + 20, "persons/li", kBranch)).ok());
  const absl::Status status =
      world_.Step("persons/li/cases/d", MakeStep(v1::STEP_KIND_ENROLMENT, kStart + 30));
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(world_.Person("persons/li").stage(), v1::STAGE_PROBATIONARY);
  EXPECT_EQ(world_.Person("persons/li").joined_on().SerializeAsString(),
            before.joined_on().SerializeAsString());
}

TEST_F(TransfersTest, NobodyComesBackWhoseMembershipEnded) {
  ASSERT_TRUE(
      world_.Fact(kOne, v1::MEMBERSHIP_FACT_KIND_REMOVED, kStart, kCounty, "第三十一条").ok());
  EXPECT_THAT(ReasonsOf(ComeBack(Back(kStart + 20))),
              ::testing::IsSupersetOf({"PERSON_NOT_LEFT", "MEMBERSHIP_ENDED"}));
}

TEST_F(TransfersTest, WhoIsNeitherSideSeesNothingAndOnlyTheSideConcernedActs) {
  ASSERT_TRUE(Start("organisations/general").ok());
  v1::GetTransferRequest get;
  v1::GetTransferResponse got;
  get.set_name(kName);
  EXPECT_EQ(Invoke(&Stub::GetTransfer, *stub_, get, &got, kScopedToken).code(),
            absl::StatusCode::kNotFound);
  ASSERT_TRUE(Cancel().ok());
  ASSERT_TRUE(Start(kScopedBranch, kStart, kOne, "u").ok());
  EXPECT_EQ(Cancel(kScopedToken).code(), absl::StatusCode::kNotFound);
  get.set_name("transfers/u");
  EXPECT_TRUE(Invoke(&Stub::GetTransfer, *stub_, get, &got, kScopedToken).ok());
}

TEST_F(TransfersTest, AreListedInPagesThatMissNone) {
  for (int i = 0; i < 5; ++i) {
    const std::string id = absl::StrCat("m", i);
    ASSERT_TRUE(world_.CreateMember(id, kBranch).ok());
    ASSERT_TRUE(Start(i % 2 == 0 ? kScopedBranch : "organisations/general", kStart + i,
                      NameOf(kPersons, id), id)
                    .ok());
  }
  const auto all = List(kCounty, v1::TRANSFER_DIRECTION_OUT);
  EXPECT_EQ(all.size(), 5u);
  EXPECT_EQ(List(kCounty, v1::TRANSFER_DIRECTION_OUT, false, 2), all);
  EXPECT_EQ(List(kScopedBranch, v1::TRANSFER_DIRECTION_IN, false, 1).size(), 3u);
}

TEST_F(TransfersTest, ATransferUnderWayGoesOnFromTheSuccessor) {
  Issued();
  MergeInto("merge", kBranch, "organisations/general", kStart + 1);
  v1::GetTransferRequest get;
  v1::GetTransferResponse got;
  get.set_name(kName);
  ASSERT_TRUE(Invoke(&Stub::GetTransfer, *stub_, get, &got).ok());
  EXPECT_EQ(got.transfer().from_organisation(), "organisations/general");
  transfer_ = got.transfer();
  ASSERT_TRUE(Receive(kStart + 2).ok());
  EXPECT_EQ(world_.Person(kOne, kStart).organisation(), kBranch);
  EXPECT_EQ(world_.Person(kOne, kStart + 1).organisation(), "organisations/general");
  EXPECT_EQ(world_.Person(kOne, kStart + 2).organisation(), kScopedBranch);
}

// A to B is open and A is merged into B: the person is there already.
TEST_F(TransfersTest, ATransferIntoTheSuccessorIsOverAndIsSeenToBe) {
  Issued();
  MergeInto("merge", kBranch, kScopedBranch, kStart + 1);
  v1::GetTransferRequest get;
  v1::GetTransferResponse got;
  get.set_name(kName);
  ASSERT_TRUE(Invoke(&Stub::GetTransfer, *stub_, get, &got).ok());
  transfer_ = got.transfer();
  EXPECT_EQ(transfer_.state(), v1::TRANSFER_STATE_OVERTAKEN);
  EXPECT_EQ(FromProto(transfer_.ended_on()).value(), kStart + 1);
  EXPECT_THAT(transfer_.ended_reason(), ::testing::HasSubstr("reorganisations/merge"));
  EXPECT_EQ(transfer_.from_organisation(), kBranch);
  EXPECT_EQ(transfer_.links_size(), 2);
  EXPECT_EQ(transfer_.letters_size(), 1);
  EXPECT_THAT(List(kScopedBranch, v1::TRANSFER_DIRECTION_IN), ElementsAre(kName));
  EXPECT_THAT(List(kBranch, v1::TRANSFER_DIRECTION_OUT), ElementsAre(kName));
  EXPECT_THAT(world_.Due(kToday, 0, kCounty), IsEmpty());
  EXPECT_THAT(ReasonsOf(Receive(kStart + 2)), ::testing::Contains("TRANSFER_STATE_DISALLOWS"));
  const v1::Person person = world_.Person(kOne);
  ASSERT_EQ(person.affiliations_size(), 2);
  EXPECT_EQ(person.affiliations(1).cause(), "reorganisations/merge");
  // Nothing is under way any more.
  EXPECT_TRUE(Start("organisations/general", kStart + 2, kOne, "next").ok());
}

TEST_F(TransfersTest, NobodyIsSentWhoseMembershipHasEndedSince) {
  const absl::CivilDay removed(2036, 10, 1);
  ASSERT_TRUE(
      world_.Fact(kOne, v1::MEMBERSHIP_FACT_KIND_REMOVED, removed, kCounty, "第三十一条").ok());
  for (const absl::CivilDay day : {removed - 1, removed}) {
    EXPECT_THAT(ReasonsOf(Start(kScopedBranch, day)), ElementsAre("MEMBERSHIP_ENDED"));
  }
  ASSERT_TRUE(
      world_.Fact(kTwo, v1::MEMBERSHIP_FACT_KIND_STOPPED, removed, kCounty, "第二十四条").ok());
  EXPECT_THAT(ReasonsOf(Start(kScopedBranch, removed - 1, kTwo, "u")),
              ElementsAre("MEMBERSHIP_STOPPED"));
  ASSERT_TRUE(world_.Fact(kTwo, v1::MEMBERSHIP_FACT_KIND_RESTORED, removed + 9, kCounty).ok());
  EXPECT_THAT(ReasonsOf(Start(kScopedBranch, removed + 8, kTwo, "u")),
              ElementsAre("MEMBERSHIP_STOPPED"));
  EXPECT_TRUE(Start(kScopedBranch, removed + 9, kTwo, "u").ok());
}

// Cancellation of a probationer is a step of the case, which asks nothing of letters under way.
TEST_F(TransfersTest, NobodyIsReceivedWhoseCaseEndedWhileTheLetterWasOut) {
  ASSERT_TRUE(world_.CreatePerson("li").ok());
  world_.WalkTo("persons/li/cases/c", absl::CivilDay(2033, 1, 1),
                v1::STEP_KIND_CULTIVATION_INSPECTION);
  ASSERT_TRUE(Start(kScopedBranch, kStart, "persons/li").ok());
  ASSERT_TRUE(Approve(kCounty).ok());
  ASSERT_TRUE(Approve(kScoped).ok());
  ASSERT_TRUE(Issue().ok());
  v1::CaseEvent event;
  *event.mutable_date() = ToProto(kStart + 2);
  event.set_kind(v1::CASE_EVENT_KIND_WITHDRAWN);
  const absl::Status status = world_.Beside("persons/li/cases/c", event);
  ASSERT_TRUE(status.ok()) << status;
  for (const int after : {1, 2}) {
    EXPECT_THAT(ReasonsOf(Receive(kStart + after)), ElementsAre("MEMBERSHIP_ENDED"));
  }
  EXPECT_EQ(world_.Person("persons/li").organisation(), kBranch);
  EXPECT_TRUE(Do(
                  &Stub::CancelTransfer,
                  [] {
                    v1::CancelTransferRequest request;
                    request.set_reason("发展过程已终止");
                    return request;
                  }(),
                  kStart + 2)
                  .ok());
}

TEST_F(TransfersTest, WhoIsReceivedAsOfADayBeforeTheEndGoesOnWithTheSuccessor) {
  Issued();
  MergeInto("merge", kScopedBranch, "organisations/general", kStart + 5);
  world_.Organisation("scoped-branch", type::v1::ORGANISATION_KIND_BRANCH, "scoped",
                      kStart + 5);
  world_.Settle();
  EXPECT_THAT(ReasonsOf(Receive(kStart + 5)), ElementsAre("ORGANISATION_NOT_THERE"));
  ASSERT_TRUE(Receive(kStart + 4).ok());
  EXPECT_EQ(world_.Person(kOne, kStart + 4).organisation(), kScopedBranch);
  EXPECT_EQ(world_.Person(kOne, kStart + 5).organisation(), "organisations/general");
}

// The tables are what the own feed says; 0x22 is the registry's.
TEST_F(TransfersTest, TheFeedRebuildsThem) {
  ASSERT_TRUE(world_.CreateMember("wang", kBranch).ok());
  Leave("persons/wang");
  ASSERT_TRUE(ComeBack(Back(kStart + 20, "persons/wang")).ok());
  Issued();
  ASSERT_TRUE(Reissue(kStart + 1).ok());
  ASSERT_TRUE(Receive(kStart + 2).ok());
  ASSERT_TRUE(Start("", kStart, kTwo, "u").ok());
  ASSERT_TRUE(Approve(kCounty).ok());
  ASSERT_TRUE(Issue().ok());
  const auto snapshot = world_.server().store().TakeSnapshot();
  const auto records = ReadJournal(*snapshot, 0, 100000, 1 << 30);
  ASSERT_TRUE(records.ok());
  const auto store = OpenMemoryStore("membership");
  const auto empty = (*store)->TakeSnapshot();
  Txn txn(*empty);
  const PersonalDataKeys keys(world_.keys());
  const Tables tables(&ShippedRuleSets(), &keys, &ShippedFactRules());
  for (const auto& record : *records) {
    feed::v1::Content content;
    ASSERT_TRUE(content.ParseFromString(record.content()));
    txn.BeginJob(record.revision(), RecordedAt(content));
    for (const auto& event : content.events()) ASSERT_TRUE(tables.Apply(txn, event).ok());
  }
  std::map<std::string, std::string> folded, stored;
  const auto into = [](std::map<std::string, std::string>& rows) {
    return [&rows](absl::string_view key, absl::string_view value) {
      rows[std::string(key)] = std::string(value);
      return true;
    };
  };
  ASSERT_TRUE(txn.Scan("\x10", "\xFF", into(folded)).ok());
  ASSERT_TRUE(snapshot->Scan("\x10", "\xFF", into(stored)).ok());
  EXPECT_TRUE(folded == stored);
  EXPECT_GT(stored.size(), 12u);
}

// Random walks of some persons among the organisations, with mergers of these between, held against
// a plain list of days.
class TransferPropertyTest : public TransfersTest, public ::testing::WithParamInterface<int> {};

TEST_P(TransferPropertyTest, EverybodyIsKeptByExactlyOneOrganisationOnEveryDay) {
  std::mt19937 random(GetParam());
  const std::vector<std::string> organisations = {kBranch, "organisations/general", kScopedBranch,
                                                  "organisations/work"};
  constexpr int kPeople = 3, kDays = 60;
  const absl::CivilDay first = kToday - kDays;
  std::map<std::string, std::vector<std::string>> kept;
  std::map<std::string, absl::CivilDay> free_from;
  for (int i = 0; i < kPeople; ++i) {
    const std::string name = absl::StrCat("persons/m", i);
    ASSERT_TRUE(world_.CreateMember(absl::StrCat("m", i), kBranch).ok());
    kept[name].assign(kDays + 1, kBranch);
    free_from[name] = first;
  }
  for (int step = 0; step < 15; ++step) {
    if (random() % 5 == 0) {
      // A merger, effective any day, also before transfers that are recorded already.
      const std::string& ended = organisations[random() % organisations.size()];
      const std::string& successor = organisations[random() % organisations.size()];
      const int effective = static_cast<int>(random() % (kDays + 1));
      if (ended == successor) continue;
      MergeInto(absl::StrCat("merge-", step), ended, successor, first + effective);
      for (auto& [person, days] : kept) {
        for (int i = effective; i <= kDays; ++i) {
          if (days[i] != ended) continue;
          days[i] = successor;
          free_from[person] = std::max(free_from[person], first + effective);
        }
      }
      continue;
    }
    const std::string person = absl::StrCat("persons/m", random() % kPeople);
    absl::CivilDay day = free_from[person] + static_cast<int>(random() % 8);
    if (day > kToday) continue;
    const std::string to = organisations[random() % organisations.size()];
    const std::string now = world_.Person(person).organisation();
    const absl::Status started = Start(to, day, person, absl::StrCat("t", step));
    ASSERT_EQ(started.ok(), to != now) << started;
    if (!started.ok()) continue;
    const int cancels_at = static_cast<int>(random() % 8);
    int acts = 0;
    bool ended = false;
    while (!ended && transfer_.state() == v1::TRANSFER_STATE_REQUESTED) {
      const v1::Transfer before = transfer_;
      for (const v1::TransferLink& link : before.links()) {
        if (link.has_approved_on() || ended) continue;
        ended = acts++ == cancels_at;
        if (ended) {
          ASSERT_TRUE(Refuse(link.organisation(), "材料不齐", day).ok());
        } else {
          ASSERT_TRUE(Approve(link.organisation(), day).ok());
        }
      }
    }
    if (ended) continue;
    ASSERT_TRUE(Issue(day).ok());
    day = std::min(kToday, day + static_cast<int>(random() % 14));
    ASSERT_TRUE(Receive(day).ok());
    free_from[person] = day;
    for (int i = static_cast<int>(day - first); i <= kDays; ++i) kept[person][i] = to;
  }
  for (int i = 0; i <= kDays; i += 3) {
    std::map<std::string, std::string> found;
    for (const std::string& organisation : organisations) {
      v1::ListPersonsRequest request;
      v1::ListPersonsResponse response;
      request.set_root(organisation);
      *request.mutable_as_of() = ToProto(first + i);
      ASSERT_TRUE(
          Invoke(&v1::MembershipService::Stub::ListPersons, world_.stub(), request, &response)
              .ok());
      for (const v1::Person& person : response.persons()) {
        EXPECT_TRUE(found.emplace(person.name(), organisation).second);
      }
    }
    for (const auto& [person, days] : kept) EXPECT_EQ(found[person], days[i]) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, TransferPropertyTest, ::testing::Range(1, 9));

// No sound service writes one, so the books would be damaged: said, and not followed.
TEST_F(TransfersTest, DoesNotApproveARequestWithoutALinkThatIsOpen) {
  v1::TransferChanged damaged;
  v1::TransferRecord& transfer = *damaged.mutable_transfer();
  transfer.set_name(kName);
  transfer.set_person(kOne);
  transfer.set_from_organisation(kScopedBranch);
  transfer.set_state(v1::TRANSFER_STATE_REQUESTED);
  *transfer.mutable_started_on() = ToProto(kStart);
  std::promise<absl::Status> applied;
  CommitLane::Job job;
  job.actor = "test";
  const DueIndex due_index;
  job.decide = [&](Txn& txn) { return ApplyTransfer(txn, due_index, damaged); };
  job.done = [&](const absl::Status& status, int64_t) { applied.set_value(status); };
  ASSERT_TRUE(world_.server().lane().Submit(std::move(job)));
  std::future<absl::Status> done = applied.get_future();
  ASSERT_TRUE(WaitFor(done));
  ASSERT_TRUE(done.get().ok());
  transfer_ = Copied<v1::Transfer>(transfer);
  transfer_.set_etag("1");
  EXPECT_EQ(Approve(kCounty).code(), absl::StatusCode::kDataLoss);
}

TEST_F(TransfersTest, AreListedOfOnePerson) {
  Issued();
  v1::ListTransfersRequest request;
  v1::ListTransfersResponse response;
  request.set_direction(v1::TRANSFER_DIRECTION_OUT);
  request.set_person("persons/nobody-else");
  ASSERT_TRUE(Invoke(&Stub::ListTransfers, *stub_, request, &response).ok());
  EXPECT_EQ(response.transfers_size(), 0);
  request.clear_person();
  ASSERT_TRUE(Invoke(&Stub::ListTransfers, *stub_, request, &response).ok());
  ASSERT_EQ(response.transfers_size(), 1);
  request.set_person(response.transfers(0).person());
  ASSERT_TRUE(Invoke(&Stub::ListTransfers, *stub_, request, &response).ok());
  EXPECT_EQ(response.transfers_size(), 1);
}

}  // namespace
}  // namespace zhibu::membership
