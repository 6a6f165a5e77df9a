#include "services/membership/quota/quotas.h"

#include <algorithm>

#include "services/membership/books/quota_tables.h"
#include "services/membership/books/reading.h"
#include "tests/services/membership/world.h"
#include "zhibu/membership/v1/quota_service.grpc.pb.h"
#include "zhibu/registry/v1/events.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::membership {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kScoped[] = "organisations/scoped";
constexpr char kScopedBranch[] = "organisations/scoped-branch";

class QuotasTest : public ::testing::Test {
 protected:
  using Stub = v1::QuotaService::Stub;

  QuotasTest() : stub_(v1::QuotaService::NewStub(world_.channel())) {
    // Somebody has to vote.
    for (const char* id : {"scoped-one", "scoped-two"}) {
      EXPECT_TRUE(world_.CreateMember(id, kScopedBranch).ok());
    }
  }

  v1::GetQuotaResponse Get(const std::string& organisation, int year) {
    v1::GetQuotaRequest request;
    request.set_organisation(organisation);
    request.set_year(year);
    v1::GetQuotaResponse response;
    const absl::Status status = Invoke(&Stub::GetQuota, *stub_, request, &response);
    EXPECT_TRUE(status.ok() || absl::IsNotFound(status)) << status;
    return response;
  }
  std::string Remaining(const std::string& organisation, int year) {
    const v1::GetQuotaResponse response = Get(organisation, year);
    if (!response.has_quota()) return "none";
    const v1::Quota& quota = response.quota();
    EXPECT_EQ(quota.remaining(), quota.allocated() - quota.handed_down() - quota.used());
    return absl::StrCat(quota.allocated(), "-", quota.handed_down(), "-", quota.used());
  }
  v1::AllocateQuotaRequest Request(const std::string& from, const std::string& to, int year,
                                   int number) {
    v1::AllocateQuotaRequest request;
    request.set_year(year);
    request.mutable_entry()->set_from_organisation(from);
    request.mutable_entry()->set_to_organisation(to);
    request.mutable_entry()->set_number(number);
    request.mutable_entry()->set_document_number("组发〔2026〕3 号");
    request.set_etag(Get(to, year).quota().etag());
    if (!from.empty()) request.set_from_etag(Get(from, year).quota().etag());
    request.set_request_id(world_.NextRequestId());
    return request;
  }
  absl::Status Send(const v1::AllocateQuotaRequest& request,
                    const std::string& token = kOwnerToken) {
    return Invoke(&Stub::AllocateQuota, *stub_, request, &answer_, token);
  }
  absl::Status Allocate(const std::string& from, const std::string& to, int year, int number,
                        const std::string& token = kOwnerToken) {
    return Send(Request(from, to, year, number), token);
  }
  // The reasons of a refused allocation; nothing is changed by it.
  std::vector<std::string> Refused(const std::string& from, const std::string& to, int year,
                                   int number) {
    const std::string before = Remaining(to, year);
    const absl::Status status = Allocate(from, to, year, number);
    EXPECT_FALSE(status.ok());
    EXPECT_EQ(Remaining(to, year), before);
    std::vector<std::string> reasons;
    for (const auto& finding : FindingsOf(status)) reasons.push_back(finding.reason());
    return reasons;
  }
  // A new person of the organisation, whose admission is approved in 2026.
  void Admit(const std::string& id, const std::string& organisation, bool approved = true) {
    ASSERT_TRUE(world_.CreatePerson(id, organisation).ok());
    const std::string name = absl::StrCat("persons/", id, "/cases/c");
    world_.WalkTo(name, absl::CivilDay(2024, 12, 31), v1::STEP_KIND_ADMISSION_APPROVAL);
    v1::Step step = MakeStep(v1::STEP_KIND_ADMISSION_APPROVAL, absl::CivilDay(2026, 1, 1));
    step.mutable_admission_approval()->set_approved(approved);
    const absl::Status status = world_.Step(name, step);
    ASSERT_TRUE(status.ok()) << status;
  }

  World world_;
  std::unique_ptr<Stub> stub_;
  v1::AllocateQuotaResponse answer_;
};

TEST_F(QuotasTest, IsGivenFromOutsideAndHandedDown) {
  ASSERT_TRUE(Allocate("", kCounty, 2026, 10).ok());
  EXPECT_FALSE(answer_.has_from_quota());
  ASSERT_TRUE(Allocate(kCounty, kScoped, 2026, 6).ok());
  EXPECT_EQ(answer_.quota().organisation(), kScoped);
  EXPECT_EQ(answer_.quota().remaining(), 6);
  EXPECT_EQ(answer_.from_quota().organisation(), kCounty);
  EXPECT_EQ(answer_.from_quota().remaining(), 4);
  EXPECT_GT(answer_.revision(), 0);
  // Past the committee in between, too; and some of it back.
  ASSERT_TRUE(Allocate(kCounty, kScopedBranch, 2026, 3).ok());
  ASSERT_TRUE(Allocate(kCounty, kScopedBranch, 2026, -2).ok());
  ASSERT_TRUE(Allocate(kScoped, kScopedBranch, 2026, 5).ok());
  ASSERT_TRUE(Allocate("", kCounty, 2027, 1).ok());
  EXPECT_EQ(Remaining(kCounty, 2026), "10-7-0");
  EXPECT_EQ(Remaining(kScoped, 2026), "6-5-0");
  EXPECT_EQ(Remaining(kScopedBranch, 2026), "6-0-0");
  EXPECT_EQ(Remaining(kCounty, 2027), "1-0-0");
  EXPECT_EQ(Remaining(kScoped, 2027), "none");
  const v1::GetQuotaResponse county = Get(kCounty, 2026);
  ASSERT_EQ(county.entries_size(), 4);
  EXPECT_EQ(county.entries(0).from_organisation(), "");
  EXPECT_EQ(county.entries(0).document_number(), "组发〔2026〕3 号");
  EXPECT_EQ(county.entries(3).to_organisation(), kScopedBranch);
  EXPECT_EQ(county.entries(3).number(), -2);
}

TEST_F(QuotasTest, RefusesWhatIsNotThereToGive) {
  EXPECT_THAT(Refused(kCounty, kBranch, 2026, 1), ElementsAre("QUOTA_NOT_LEFT"));
  ASSERT_TRUE(Allocate("", kCounty, 2026, 10).ok());
  EXPECT_THAT(Refused(kCounty, kBranch, 2026, 11), ElementsAre("QUOTA_NOT_LEFT"));
  EXPECT_THAT(Refused(kCounty, kBranch, 2027, 1), ElementsAre("QUOTA_NOT_LEFT"));
  EXPECT_THAT(Refused("", kCounty, 2026, -11), ElementsAre("QUOTA_NOT_GIVEN", "QUOTA_NOT_LEFT"));
  EXPECT_THAT(Refused("", kBranch, 2026, 1), ElementsAre("QUOTA_FROM_ABOVE"));
  ASSERT_TRUE(Allocate(kCounty, kScoped, 2026, 10).ok());
  EXPECT_THAT(Refused("", kCounty, 2026, -1), ElementsAre("QUOTA_NOT_LEFT"));
  EXPECT_THAT(Refused(kScoped, kBranch, 2026, 1), ElementsAre("NOT_ABOVE"));
  EXPECT_THAT(Refused(kScoped, kCounty, 2026, 1), ElementsAre("NOT_ABOVE"));
  EXPECT_THAT(Refused(kScoped, kScoped, 2026, 1), ElementsAre("NOT_ABOVE"));
  EXPECT_THAT(Refused("", "organisations/nobody", 2026, 1), ElementsAre("ORGANISATION_NOT_THERE"));
  EXPECT_THAT(Refused("", kCounty, 1999, 0), ElementsAre("YEAR_INVALID", "NUMBER_INVALID"));
}

TEST_F(QuotasTest, FollowsWhoIsAboveToday) {
  ASSERT_TRUE(Allocate("", kCounty, 2026, 10).ok());
  ASSERT_TRUE(Allocate(kCounty, kBranch, 2026, 2).ok());
  registry::v1::OrganisationChanged moved;
  auto& organisation = *moved.mutable_organisation();
  organisation.set_name(kBranch);
  organisation.set_title("branch");
  organisation.set_kind(type::v1::ORGANISATION_KIND_BRANCH);
  *organisation.mutable_established_on() = ToProto(absl::CivilDay(2000, 1, 1));
  world_.Emit(moved);
  world_.Settle();
  EXPECT_THAT(Refused(kCounty, kBranch, 2026, 1), ElementsAre("NOT_ABOVE"));
  EXPECT_TRUE(Allocate("", kBranch, 2026, 1).ok());
  // One that has ended may still give back, to whom it was subordinate on its last day.
  auto& edge = *organisation.add_affiliations();
  edge.set_parent(kCounty);
  edge.set_line(type::v1::LINE_SUBORDINATION);
  *edge.mutable_valid_from() = ToProto(absl::CivilDay(2000, 1, 1));
  *organisation.mutable_dissolved_on() = ToProto(kToday);
  world_.Emit(moved);
  world_.Settle();
  EXPECT_THAT(Refused(kCounty, kBranch, 2026, 1), ElementsAre("ORGANISATION_NOT_THERE"));
  EXPECT_TRUE(Allocate(kCounty, kBranch, 2026, -2).ok());
  EXPECT_EQ(Remaining(kCounty, 2026), "10-0-0");
}

TEST_F(QuotasTest, IsChangedOnlyByWhoHasSeenIt) {
  v1::AllocateQuotaRequest first = Request("", kCounty, 2026, 10);
  ASSERT_TRUE(Send(first).ok());
  // The same request has one effect.
  ASSERT_TRUE(Send(first).ok());
  EXPECT_EQ(Remaining(kCounty, 2026), "10-0-0");
  v1::AllocateQuotaRequest late = Request("", kCounty, 2026, 1);
  ASSERT_TRUE(Allocate("", kCounty, 2026, 1).ok());
  EXPECT_EQ(Send(late).code(), absl::StatusCode::kAborted);
  late = Request("", kCounty, 2026, 1);
  late.clear_etag();
  EXPECT_EQ(Send(late).code(), absl::StatusCode::kInvalidArgument);
  late = Request(kCounty, kBranch, 2026, 1);
  late.clear_from_etag();
  EXPECT_EQ(Send(late).code(), absl::StatusCode::kInvalidArgument);
  late = Request(kCounty, kBranch, 2026, 1);
  late.set_etag("1");
  EXPECT_EQ(Send(late).code(), absl::StatusCode::kAborted);
  late = Request(kCounty, kBranch, 2026, 1);
  late.set_validate_only(true);
  EXPECT_TRUE(Send(late).ok());
  EXPECT_EQ(Remaining(kCounty, 2026), "11-0-0");
}

TEST_F(QuotasTest, IsGivenOnlyByWhoMayActForTheGiver) {
  ASSERT_TRUE(Allocate("", kCounty, 2026, 10).ok());
  EXPECT_TRUE(absl::IsNotFound(Allocate(kCounty, kScoped, 2026, 1, kScopedToken)));
  ASSERT_TRUE(Allocate(kCounty, kScoped, 2026, 4).ok());
  EXPECT_TRUE(Allocate(kScoped, kScopedBranch, 2026, 1, kScopedToken).ok());
  EXPECT_EQ(Allocate("", kCounty, 2026, 1, kReaderToken).code(),
            absl::StatusCode::kPermissionDenied);
  v1::GetQuotaRequest request;
  request.set_organisation(kCounty);
  request.set_year(2026);
  v1::GetQuotaResponse response;
  EXPECT_FALSE(Invoke(&Stub::GetQuota, *stub_, request, &response, kScopedToken).ok());
}

TEST_F(QuotasTest, ListsTheLedgersOfASubtreeInPages) {
  ASSERT_TRUE(Allocate("", kCounty, 2026, 10).ok());
  ASSERT_TRUE(Allocate("", kCounty, 2027, 10).ok());
  for (const char* to : {kBranch, kScoped, kScopedBranch}) {
    ASSERT_TRUE(Allocate(kCounty, to, 2026, 2).ok());
  }
  const auto list = [&](const std::string& root, int year, int size) {
    std::vector<std::string> names;
    v1::ListQuotasRequest request;
    v1::ListQuotasResponse response;
    request.set_root(root);
    request.set_year(year);
    request.set_page_size(size);
    do {
      request.set_page_token(response.next_page_token());
      response.Clear();
      EXPECT_TRUE(Invoke(&Stub::ListQuotas, *stub_, request, &response).ok());
      for (const v1::Quota& quota : response.quotas()) names.push_back(quota.organisation());
    } while (!response.next_page_token().empty());
    return names;
  };
  for (int size : {1, 2, 4, 0}) {
    EXPECT_THAT(list(kCounty, 2026, size), ElementsAre(kBranch, kCounty, kScoped, kScopedBranch));
    EXPECT_THAT(list("", 2026, size), ElementsAre(kBranch, kCounty, kScoped, kScopedBranch));
  }
  EXPECT_THAT(list(kScoped, 2026, 1), ElementsAre(kScoped, kScopedBranch));
  EXPECT_THAT(list(kCounty, 2027, 0), ElementsAre(kCounty));
  EXPECT_THAT(list(kCounty, 2028, 0), IsEmpty());
}

TEST_F(QuotasTest, IsUsedByApprovalsOfTheNearestLedger) {
  Admit("before-there-was-any", kBranch);
  ASSERT_TRUE(Allocate("", kCounty, 2026, 10).ok());
  ASSERT_TRUE(Allocate("", kCounty, 2025, 10).ok());
  ASSERT_TRUE(Allocate(kCounty, kScoped, 2026, 1).ok());
  Admit("of-county", kBranch);
  Admit("of-scoped", kScopedBranch);
  Admit("refused", kBranch, /*approved=*/false);
  EXPECT_EQ(Remaining(kCounty, 2026), "10-1-1");
  EXPECT_EQ(Remaining(kScoped, 2026), "1-0-1");
  EXPECT_EQ(Remaining(kCounty, 2025), "10-0-0");
  // The proof says what was left before.
  const auto quota_left = [&](const std::string& id) -> std::optional<int> {
    const v1::DevelopmentCase found = world_.Case(absl::StrCat("persons/", id, "/cases/c"));
    const v1::Proof& proof = found.steps().rbegin()->proof();
    if (!proof.has_quota_left()) return std::nullopt;
    return proof.quota_left();
  };
  EXPECT_EQ(quota_left("before-there-was-any"), std::nullopt);
  EXPECT_EQ(quota_left("of-county"), 9);
  EXPECT_EQ(quota_left("of-scoped"), 1);
  EXPECT_EQ(quota_left("refused"), std::nullopt);
}

TEST_F(QuotasTest, IsGivenBackByWhatMakesAnApprovalVoid) {
  ASSERT_TRUE(Allocate("", kCounty, 2026, 10).ok());
  Admit("li", kBranch);
  const auto snapshot = world_.server().store().TakeSnapshot();
  Txn txn(*snapshot);
  auto row = FindCase(txn, {"li", "c"});
  ASSERT_TRUE(row.ok() && row->has_value());
  for (int i = 0; i < 2; ++i) {  // once only
    ASSERT_TRUE(GiveBackQuota(txn, **row).ok());
    EXPECT_EQ(FindQuota(txn, "county", 2026).value()->used(), 0);
  }
  EXPECT_TRUE((*row)->quota_organisation_id().empty());
}

TEST_F(QuotasTest, ForecastsWhatOpenCasesWillUse) {
  ASSERT_TRUE(Allocate("", kCounty, 2036, 10).ok());
  ASSERT_TRUE(Allocate("", kCounty, 2037, 10).ok());
  ASSERT_TRUE(Allocate(kCounty, kScoped, 2037, 1).ok());
  const auto walk = [&](const std::string& id, const std::string& organisation,
                        absl::CivilDay start, v1::StepKind before) {
    ASSERT_TRUE(world_.CreatePerson(id, organisation).ok());
    world_.WalkTo(absl::StrCat("persons/", id, "/cases/c"), start, before);
  };
  const absl::CivilDay lately(2036, 6, 30), a_year_ago(2035, 11, 1);
  walk("next-year", kBranch, lately, v1::STEP_KIND_CULTIVATION_INSPECTION);
  walk("under-scoped", kScopedBranch, lately, v1::STEP_KIND_CULTIVATION_INSPECTION);
  walk("this-year", kBranch, a_year_ago, v1::STEP_KIND_ADMISSION_MEETING);
  walk("approved", kBranch, a_year_ago, v1::STEP_KIND_ADMISSION_FILING);
  const auto forecast = [&](const std::string& organisation, int year) {
    return Get(organisation, year).quota().forecast_use();
  };
  EXPECT_EQ(forecast(kCounty, 2036), 1);
  EXPECT_EQ(Remaining(kCounty, 2036), "10-0-1");
  EXPECT_EQ(forecast(kCounty, 2037), 1);
  EXPECT_EQ(forecast(kScoped, 2037), 1);
}

TEST_F(QuotasTest, GiveBackWhatAnAdmissionUsedThatIsVoid) {
  ASSERT_TRUE(Allocate("", kCounty, 2026, 5).ok());
  Admit("void", kBranch);
  ASSERT_EQ(Remaining(kCounty, 2026), "5-0-1");
  v1::CaseEvent event;
  event.set_kind(v1::CASE_EVENT_KIND_VOIDED);
  event.set_organisation(kCounty);
  event.set_reason("第二十三条");
  *event.mutable_date() = ToProto(absl::CivilDay(2026, 3, 1));
  event.set_step_sequence(world_.Case("persons/void/cases/c").steps_size());
  ASSERT_TRUE(world_.Beside("persons/void/cases/c", event).ok());
  EXPECT_EQ(Remaining(kCounty, 2026), "5-0-0");
  ASSERT_TRUE(world_
                  .Step("persons/void/cases/c",
                        MakeStep(v1::STEP_KIND_ADMISSION_APPROVAL, absl::CivilDay(2026, 3, 1)))
                  .ok());
  EXPECT_EQ(Remaining(kCounty, 2026), "5-0-1");
}

}  // namespace
}  // namespace zhibu::membership
