// Facts and dues of many persons in one commit.

#include "tests/services/membership/books/fold.h"
#include "tests/services/membership/world.h"

namespace zhibu::membership {
namespace {

using absl::CivilDay;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Stub = v1::MembershipFactService::Stub;

const CivilDay kLost(2030, 8, 31);

std::vector<std::string> Subjects(const absl::Status& status) {
  std::vector<std::string> subjects;
  for (const auto& finding : FindingsOf(status)) subjects.push_back(finding.subject());
  return subjects;
}

class BatchesTest : public ::testing::Test {
 protected:
  v1::BatchRecordMembershipFactsRequest Facts() {
    v1::BatchRecordMembershipFactsRequest request;
    request.set_request_id(world_.NextRequestId());
    return request;
  }
  void Add(v1::BatchRecordMembershipFactsRequest& batch, const std::string& person,
           v1::MembershipFactKind kind, CivilDay day, const std::string& authority = "") {
    v1::RecordMembershipFactRequest& row = *batch.add_requests();
    row.set_name(person);
    row.set_etag(world_.Person(person).etag());
    row.mutable_fact()->set_kind(kind);
    *row.mutable_fact()->mutable_date() = ToProto(day);
    row.mutable_fact()->set_authority(authority);
  }
  absl::Status Record(const v1::BatchRecordMembershipFactsRequest& request,
                      v1::BatchRecordMembershipFactsResponse* response = nullptr,
                      const std::string& token = kOwnerToken) {
    v1::BatchRecordMembershipFactsResponse ignored;
    auto stub = v1::MembershipFactService::NewStub(world_.channel());
    return Invoke(&Stub::BatchRecordMembershipFacts, *stub, request,
                  response != nullptr ? response : &ignored, token);
  }
  void AddMonth(v1::BatchRecordDuesPaidRequest& batch, const std::string& person,
                const std::string& month) {
    v1::RecordDuesPaidRequest& row = *batch.add_requests();
    row.set_name(person);
    row.set_etag(world_.Person(person).etag());
    row.set_paid_until_month(month);
  }
  absl::Status Pay(v1::BatchRecordDuesPaidRequest request,
                   v1::BatchRecordDuesPaidResponse* response = nullptr) {
    v1::BatchRecordDuesPaidResponse ignored;
    request.set_request_id(world_.NextRequestId());
    auto stub = v1::MembershipFactService::NewStub(world_.channel());
    return Invoke(&Stub::BatchRecordDuesPaid, *stub, request,
                  response != nullptr ? response : &ignored);
  }
  void ExpectFolds() {
    const auto snapshot = world_.server().store().TakeSnapshot();
    EXPECT_EQ(Folded(world_, *snapshot) == Dump(*snapshot, kFirstTable), true);
  }

  World world_;
};

TEST_F(BatchesTest, FactsOfOnePersonStandInTheirOrder) {
  v1::BatchRecordMembershipFactsRequest request = Facts();
  Add(request, kOne, v1::MEMBERSHIP_FACT_KIND_CONTACT_LOST, kLost);
  Add(request, kTwo, v1::MEMBERSHIP_FACT_KIND_MOBILE_OUT, kLost);
  Add(request, kOne, v1::MEMBERSHIP_FACT_KIND_STOPPED, AddMonths(kLost, 6), kCounty);
  Add(request, kOne, v1::MEMBERSHIP_FACT_KIND_RESTORED, AddMonths(kLost, 9), kCounty);
  // Only the first row's counts.
  request.mutable_requests(2)->set_etag("77");
  request.mutable_requests(3)->clear_etag();
  // A row's own are not looked at.
  request.mutable_requests(1)->set_validate_only(true);
  v1::BatchRecordMembershipFactsResponse response;
  request.set_validate_only(true);
  ASSERT_TRUE(Record(request, &response).ok());
  EXPECT_THAT(world_.Person(kOne).facts(), IsEmpty());
  request.set_validate_only(false);
  const absl::Status status = Record(request, &response);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_GT(response.revision(), 0);
  const v1::Person one = world_.Person(kOne), two = world_.Person(kTwo);
  EXPECT_THAT(response.etags(), ElementsAre(one.etag(), two.etag(), one.etag(), one.etag()));
  ASSERT_THAT(one.facts(), SizeIs(3));
  EXPECT_EQ(one.facts(2).sequence(), 3);
  EXPECT_EQ(one.stage(), v1::STAGE_FULL);
  EXPECT_EQ(world_.Person(kOne, AddMonths(kLost, 7)).stage(), v1::STAGE_STOPPED);
  EXPECT_TRUE(two.status().mobile());
  ExpectFolds();
}

TEST_F(BatchesTest, WarningsNameTheirRow) {
  v1::BatchRecordMembershipFactsRequest request = Facts();
  Add(request, kOne, v1::MEMBERSHIP_FACT_KIND_MOBILE_OUT, kLost);
  // Before the regulation was in force.
  Add(request, kTwo, v1::MEMBERSHIP_FACT_KIND_STOPPED, CivilDay(2015, 1, 1), kCounty);
  v1::BatchRecordMembershipFactsResponse response;
  ASSERT_TRUE(Record(request, &response).ok());
  ASSERT_THAT(response.warnings(), SizeIs(1));
  EXPECT_EQ(response.warnings(0).reason(), "STOP_WITHOUT_GROUND");
  EXPECT_EQ(response.warnings(0).subject(), "requests[1].fact.article");
}

TEST_F(BatchesTest, AllRowsAtFaultAreNamedAndNothingIsWritten) {
  v1::BatchRecordMembershipFactsRequest request = Facts();
  Add(request, kOne, v1::MEMBERSHIP_FACT_KIND_MOBILE_OUT, kLost);
  Add(request, kTwo, v1::MEMBERSHIP_FACT_KIND_RESTORED, kLost, kCounty);
  // After a refused row of the same person nothing more is said of that person.
  Add(request, kTwo, v1::MEMBERSHIP_FACT_KIND_RESTORED, kLost, kCounty);
  Add(request, kOne, v1::MEMBERSHIP_FACT_KIND_MOBILE_OUT, kLost + 1);
  absl::Status status = Record(request);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(ReasonsOf(status), ElementsAre("NOT_STOPPED", "FACT_ALREADY_SO"));
  EXPECT_THAT(Subjects(status), ElementsAre("requests[1].fact.kind", "requests[3].fact.kind"));
  // With rows of wrong form all are told together.
  request.mutable_requests(0)->mutable_fact()->clear_date();
  request.mutable_requests(0)->clear_etag();
  request.add_requests()->set_name("gao");
  status = Record(request);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(ReasonsOf(status),
              ElementsAre("DATE_INVALID", "ETAG_REQUIRED", "FACT_KIND_MISSING", "DATE_INVALID",
                          "PERSON_NAME_INVALID", "ETAG_REQUIRED", "NOT_STOPPED"));
  EXPECT_THAT(Subjects(status),
              ElementsAre("requests[0].fact.date", "requests[0].etag", "requests[4].fact.kind",
                          "requests[4].fact.date", "requests[4].name", "requests[4].etag",
                          "requests[1].fact.kind"));
  EXPECT_THAT(world_.Person(kOne).facts(), IsEmpty());
  EXPECT_THAT(world_.Person(kTwo).facts(), IsEmpty());
}

TEST_F(BatchesTest, SizeEtagAndScopeAreAsked) {
  v1::BatchRecordMembershipFactsRequest request = Facts();
  EXPECT_EQ(ReasonOf(Record(request)), "BATCH_SIZE_INVALID");
  for (int i = 0; i < 2001; ++i) request.add_requests();
  EXPECT_EQ(ReasonOf(Record(request)), "BATCH_SIZE_INVALID");
  request = Facts();
  Add(request, kOne, v1::MEMBERSHIP_FACT_KIND_MOBILE_OUT, kLost);
  Add(request, kTwo, v1::MEMBERSHIP_FACT_KIND_MOBILE_OUT, kLost);
  request.mutable_requests(1)->set_etag("77");
  absl::Status status = Record(request);
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_THAT(Subjects(status), ElementsAre("requests[1].etag"));
  request.mutable_requests(1)->set_name("persons/nobody");
  status = Record(request);
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(Subjects(status), ElementsAre("requests[1].name"));
  EXPECT_EQ(Record(request, nullptr, kScopedToken).code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(world_.Person(kOne).facts(), IsEmpty());
}

TEST_F(BatchesTest, DuesOfManyAreOneCommit) {
  v1::BatchRecordDuesPaidRequest request;
  EXPECT_EQ(ReasonOf(Pay(request)), "BATCH_SIZE_INVALID");
  AddMonth(request, kOne, "2036-10");
  AddMonth(request, kTwo, "2036-11");
  v1::BatchRecordDuesPaidResponse response;
  ASSERT_TRUE(Pay(request, &response).ok());
  EXPECT_GT(response.revision(), 0);
  EXPECT_EQ(world_.Person(kOne).status().dues_paid_until_month(), "2036-10");
  EXPECT_EQ(world_.Person(kTwo).status().dues_paid_until_month(), "2036-11");
  EXPECT_THAT(response.etags(),
              ElementsAre(world_.Person(kOne).etag(), world_.Person(kTwo).etag()));
  ExpectFolds();
}

TEST_F(BatchesTest, DuesAtFaultAreNamedAndNothingIsWritten) {
  v1::BatchRecordDuesPaidRequest request;
  AddMonth(request, kOne, "2036-10");
  AddMonth(request, kTwo, "2010-05");
  absl::Status status = Pay(request);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(ReasonsOf(status), ElementsAre("DUES_BEFORE_MEMBERSHIP"));
  EXPECT_THAT(Subjects(status), ElementsAre("requests[1].paid_until_month"));
  AddMonth(request, kOne, "2036-11");
  request.add_requests()->set_paid_until_month("2036/11");
  status = Pay(request);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(ReasonsOf(status), ElementsAre("PERSON_TWICE", "MONTH_INVALID", "PERSON_NAME_INVALID",
                                             "ETAG_REQUIRED", "DUES_BEFORE_MEMBERSHIP"));
  EXPECT_THAT(Subjects(status),
              ElementsAre("requests[2].name", "requests[3].paid_until_month", "requests[3].name",
                          "requests[3].etag", "requests[1].paid_until_month"));
  EXPECT_EQ(world_.Person(kOne).status().dues_paid_until_month(), "");
}

}  // namespace
}  // namespace zhibu::membership
