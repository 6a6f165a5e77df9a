// Persons move between organisations, and every service says the same of every date.
#include <google/protobuf/util/json_util.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "common/base/civil.h"
#include "common/rpc/client.h"
#include "tests/support/suite.h"
#include "tests/support/wait.h"
#include "zhibu/membership/v1/membership_service.grpc.pb.h"
#include "zhibu/membership/v1/transfer_service.grpc.pb.h"
#include "zhibu/registry/v1/registry_service.grpc.pb.h"
#include "zhibu/registry/v1/reorganisation_service.grpc.pb.h"
#include "zhibu/reporting/v1/reporting_service.grpc.pb.h"

namespace zhibu {
namespace {

// Two branches of the bureau; the first ends.
constexpr char kEnding[] = "dj-zb";
constexpr char kGoingOn[] = "hq-zb";

class MovingCounty : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(suite_.StartAll().ok());
    ASSERT_EQ(suite_.Zhibu({"generate", "r1", folder_.path() + "/example"}).code, 0);
    const RunResult imported = suite_.Zhibu({"import", folder_.path() + "/example"});
    ASSERT_EQ(imported.code, 0) << imported.output;
    ASSERT_TRUE(suite_.WaitAllFollowed().ok());
  }

  // Answers of the command line as a message.
  template <typename Response>
  Response Json(std::vector<std::string> words) {
    words.push_back("--json");
    const RunResult ran = suite_.Zhibu(words);
    EXPECT_EQ(ran.code, 0) << ran.output;
    Response response;
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(ran.output, &response).ok())
        << ran.output;
    return response;
  }
  std::vector<membership::v1::Person> KeptAt(const std::string& organisation, absl::CivilDay day) {
    const auto all = Json<membership::v1::ListPersonsResponse>(
        {"member", "list", organisation, "--as-of", FormatDate(day)});
    return {all.persons().begin(), all.persons().end()};
  }
  // Members by the membership service's list, one by one.
  int Members(const std::string& organisation, absl::CivilDay day) {
    int members = 0;
    for (const auto& person : KeptAt(organisation, day)) {
      members += person.stage() == membership::v1::STAGE_PROBATIONARY ||
                 person.stage() == membership::v1::STAGE_FULL;
    }
    return members;
  }
  // The same by the reporting service's counters.
  int64_t Reported(const std::string& organisation, absl::CivilDay day) {
    const auto survey = Json<reporting::v1::GetBasicSurveyResponse>(
        {"report", "basic", organisation, "--as-of", FormatDate(day)});
    for (const auto& section : survey.sections()) {
      for (const auto& figure : section.figures()) {
        if (figure.id() == "members") return figure.value();
      }
    }
    ADD_FAILURE() << "the survey has no figure of members";
    return -1;
  }
  void ExpectTheSameOfBoth(absl::CivilDay day) {
    for (const char* organisation : {kEnding, kGoingOn}) {
      EXPECT_EQ(Reported(organisation, day), Members(organisation, day))
          << organisation << " " << FormatDate(day);
    }
  }

  template <typename Stub, typename Request, typename Response>
  void Call(const std::string& service,
            grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
            const Request& request, Response* response) {
    Stub stub(suite_.channel(service));
    grpc::ClientContext context;
    PrepareContext(context, suite_.token());
    const grpc::Status status = (stub.*method)(&context, request, response);
    ASSERT_TRUE(status.ok()) << status.error_message();
  }

  // Ends kEnding on `day`.
  void Merge(absl::CivilDay day) {
    registry::v1::GetOrganisationRequest get;
    registry::v1::GetOrganisationResponse got;
    get.set_name(std::string("organisations/") + kEnding);
    Call("registry", &registry::v1::RegistryService::Stub::GetOrganisation, get, &got);
    registry::v1::MergeOrganisationsRequest request;
    registry::v1::MergeOrganisationsResponse response;
    request.set_reorganisation_id("merge");
    request.set_request_id("merge");
    request.mutable_decision()->set_authority("organisations/jyj-dw");
    request.mutable_decision()->set_document_number("青教党〔2026〕1 号");
    *request.mutable_decision()->mutable_effective_on() = ToProto(day);
    auto& merged = *request.add_merged();
    merged.set_organisation(get.name());
    merged.set_etag(got.organisation().etag());
    request.set_into(std::string("organisations/") + kGoingOn);
    Call("registry", &registry::v1::ReorganisationService::Stub::MergeOrganisations, request,
         &response);
  }
  void WaitUntilEverybodyMoved() {
    ASSERT_TRUE(suite_.WaitFollowed("membership", "registry").ok());
    const bool complete = WaitFor([&] {
      membership::v1::ListUnitTransfersRequest request;
      membership::v1::ListUnitTransfersResponse response;
      Call("membership", &membership::v1::TransferService::Stub::ListUnitTransfers, request,
           &response);
      if (HasFatalFailure()) return true;
      EXPECT_EQ(response.unit_transfers_size(), 1);
      return response.unit_transfers_size() != 1 || response.unit_transfers(0).complete();
    });
    ASSERT_TRUE(complete);
    if (HasFailure()) return;
    ASSERT_TRUE(suite_.WaitAllFollowed().ok());
  }
  void Run(const std::vector<std::string>& words) {
    const RunResult ran = suite_.Zhibu(words);
    ASSERT_EQ(ran.code, 0) << ran.output;
  }

  const absl::CivilDay today_ = ParseDate(kSuiteToday).value();
  TempFolder folder_;
  Suite suite_{ProgramFolder(), folder_.path() + "/suite"};
};

TEST_F(MovingCounty, BringsTransfersThatStandWhereTheFileSays) {
  const auto out = Json<membership::v1::ListTransfersResponse>({"transfer", "list", "jyj-dw"});
  std::map<membership::v1::TransferState, int> states;
  for (const auto& one : out.transfers()) ++states[one.state()];
  // One of them moved during probation: the discussion of that one was postponed.
  EXPECT_EQ(states[membership::v1::TRANSFER_STATE_RECEIVED], 2);
  EXPECT_EQ(states[membership::v1::TRANSFER_STATE_ISSUED], 2);
  EXPECT_EQ(states[membership::v1::TRANSFER_STATE_REQUESTED], 1);
  const auto overdue =
      Json<membership::v1::ListTransfersResponse>({"transfer", "list", "jyj-dw", "--overdue"});
  EXPECT_EQ(overdue.transfers_size(), 1);
  const RunResult due = suite_.Zhibu({"due", "jyj-dw"});
  EXPECT_NE(due.output.find("介绍信到期未回执"), std::string::npos) << due.output;
}

TEST_F(MovingCounty, CountsEverybodyWhereTheyWereOnEachDate) {
  const int64_t all = Reported("jyj-dw", today_);
  const auto ending = KeptAt(kEnding, today_);
  ASSERT_GT(ending.size(), 2u);
  const int members = Members(kEnding, today_) + Members(kGoingOn, today_);

  // One goes by transfer ten days ago, the others with the merger five days ago.
  const std::string person = ending[0].name(), started = FormatDate(today_ - 12);
  const std::string received = FormatDate(today_ - 10);
  Run({"transfer", "start", person, "--into", kGoingOn, "--reason", "工作调动", "--id", "zj",
       "--date", started});
  Run({"transfer", "approve", "zj", "jyj-dw", "--date", started});
  Run({"transfer", "issue", "zj", "--paid-until", "2026-10", "--date", started});
  Run({"transfer", "receive", "zj", "--date", received});
  Merge(today_ - 5);
  ASSERT_NO_FATAL_FAILURE(WaitUntilEverybodyMoved());

  for (const int ago : {13, 11, 10, 9, 6, 5, 4, 0}) ExpectTheSameOfBoth(today_ - ago);
  EXPECT_EQ(KeptAt(kEnding, today_ - 11).size(), ending.size());
  EXPECT_EQ(KeptAt(kEnding, today_ - 10).size(), ending.size() - 1);
  EXPECT_EQ(KeptAt(kEnding, today_ - 6).size(), ending.size() - 1);
  EXPECT_TRUE(KeptAt(kEnding, today_ - 5).empty());
  EXPECT_EQ(Members(kGoingOn, today_), members);
  // Nothing is lost or doubled in the whole county.
  for (const int ago : {11, 10, 5, 0}) EXPECT_EQ(Reported("jyj-dw", today_ - ago), all) << ago;

  // The registry hears of it: nobody is left at what ended.
  registry::v1::GetReorganisationRequest request;
  registry::v1::GetReorganisationResponse response;
  request.set_name("reorganisations/merge");
  Call("registry", &registry::v1::ReorganisationService::Stub::GetReorganisation, request,
       &response);
  EXPECT_EQ(response.persons_left(), 0);
  EXPECT_EQ(response.reorganisation().effects().persons(), static_cast<int>(ending.size()) - 1);
}

}  // namespace
}  // namespace zhibu
