// What happens to a case beside its steps, as typed and shown on a terminal of 80 columns.
#include <grpcpp/grpcpp.h>

#include <filesystem>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/status.h"
#include "common/rpc/wire_status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/services/cli/commands_fixture.h"
#include "tests/services/cli/fake_server.h"
#include "zhibu/membership/v1/case_event_service.grpc.pb.h"
#include "zhibu/membership/v1/membership_service.grpc.pb.h"

namespace zhibu::cli {
namespace {

using ::testing::HasSubstr;

// A case of which the second step is void.
class FakeMembership final : public membership::v1::MembershipService::Service {
  grpc::Status GetCase(grpc::ServerContext*, const membership::v1::GetCaseRequest* request,
                       membership::v1::GetCaseResponse* response) override {
    auto& found = *response->mutable_development_case();
    found.set_name(request->name());
    found.set_organisation("organisations/qinglan-county-first-senior-middle-school-branch");
    found.set_stage(membership::v1::STAGE_APPLICANT);
    found.set_state(membership::v1::CASE_STATE_PAUSED);
    found.set_etag("5");
    for (int sequence : {1, 2}) {
      auto& step = *found.add_steps();
      step.set_sequence(sequence);
      step.set_kind(static_cast<membership::v1::StepKind>(sequence));
      *step.mutable_step()->mutable_date() = ToProto(absl::CivilDay(2026, 6, sequence));
      step.set_rule_set("cpc-2026");
      if (sequence == 2) step.set_voided_by(1);
      if (sequence == 1) {
        auto& grant = *step.mutable_step()->mutable_exception();
        grant.set_authority("organisations/jyj-dw");
        grant.set_document_number("组批〔2026〕9号");
        grant.set_reason("表现突出");
      }
    }
    auto& voided = *found.add_events();
    voided.set_sequence(1);
    voided.mutable_event()->set_kind(membership::v1::CASE_EVENT_KIND_VOIDED);
    *voided.mutable_event()->mutable_date() = ToProto(absl::CivilDay(2026, 7, 1));
    voided.mutable_event()->set_step_sequence(2);
    voided.mutable_event()->set_reason("第二十三条");
    return grpc::Status::OK;
  }
  grpc::Status GetPerson(grpc::ServerContext*, const membership::v1::GetPersonRequest*,
                         membership::v1::GetPersonResponse*) override {
    return grpc::Status::OK;
  }
};

class FakeCaseEvents final : public membership::v1::CaseEventService::Service {
 public:
  grpc::Status RecordCaseEvent(grpc::ServerContext*,
                               const membership::v1::RecordCaseEventRequest* request,
                               membership::v1::RecordCaseEventResponse* response) override {
    got = *request;
    if (request->event().kind() == membership::v1::CASE_EVENT_KIND_RETURNED) {
      return ToGrpcStatus(Refused("event.kind", "CASE_PAUSED", "该发展档案已暂停，请先记录恢复"),
                          "membership");
    }
    *response->mutable_recorded()->mutable_event() = request->event();
    response->mutable_recorded()->set_sequence(1);
    response->set_state(membership::v1::CASE_STATE_OPEN);
    response->set_revision(17);
    return grpc::Status::OK;
  }
  membership::v1::RecordCaseEventRequest got;
};

class CaseEventCommandsTest : public ::testing::Test {
 protected:
  TempFolder folder_;
  FakeMembership membership_;
  FakeCaseEvents events_;
  Terminal terminal_;
  FakeServer server_{{&membership_, &events_}, folder_, terminal_};
};

TEST_F(CaseEventCommandsTest, RecordWhatWasSaidWithTheCasesEtag) {
  const Ran ran = terminal_.Run({"member", "event", "p1/c1", "--event", "voided", "--from-step",
                                 "16", "--date", "2026-11-20", "--reason", "第二十三条"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(events_.got.name(), "persons/p1/cases/c1");
  EXPECT_EQ(events_.got.etag(), "5");
  EXPECT_NE(events_.got.request_id(), "");
  EXPECT_EQ(events_.got.event().kind(), membership::v1::CASE_EVENT_KIND_VOIDED);
  EXPECT_EQ(events_.got.event().step_sequence(), 16);
  EXPECT_EQ(events_.got.event().reason(), "第二十三条");
  EXPECT_EQ(FromProto(events_.got.event().date()).value(), absl::CivilDay(2026, 11, 20));
  EXPECT_THAT(ran.out, HasSubstr("已记录：认定无效"));
  EXPECT_THAT(ran.out, HasSubstr("修订号：17"));
}

TEST_F(CaseEventCommandsTest, CorrectWhatWasWrittenWrongly) {
  const Ran ran =
      terminal_.Run({"member", "event", "p1/c1", "--event", "voided", "--from-step", "7", "--date",
                     "2026-11-20", "--recorded-in-error", "--reason", "日期录错"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_TRUE(events_.got.event().recorded_in_error());
  EXPECT_THAT(ran.out, HasSubstr("已记录：认定无效（误录更正），2026-11-20"));
}

TEST_F(CaseEventCommandsTest, SayWhichStepsAreVoid) {
  const std::vector<std::string> words = {"member", "event",      "p1/c1",    "--event",   "voided",
                                          "--date", "2026-11-20", "--reason", "第二十三条"};
  std::vector<std::string> from = words;
  from.insert(from.end(), {"--from-step", "1"});
  EXPECT_THAT(terminal_.Run(from).out, HasSubstr("无效：序号 2 党组织派人谈话\n"));
  // Step 2 is void already: only step 1 would become so.
  from.push_back("--validate-only");
  EXPECT_THAT(terminal_.Run(from).out, HasSubstr("将无效：序号 1 递交入党申请书\n"));
}

TEST_F(CaseEventCommandsTest, SayWhetherTheTimeBetweenCounts) {
  const std::vector<std::string> words = {"member",   "event",  "p1/c1",     "--event",
                                          "received", "--date", "2026-11-20"};
  EXPECT_EQ(terminal_.Run(words).code, 2);
  std::vector<std::string> both = words;
  both.insert(both.end(), {"--continuous", "--interrupted"});
  EXPECT_EQ(terminal_.Run(both).code, 2);
  for (const bool continuous : {false, true}) {
    std::vector<std::string> one = words;
    one.push_back(continuous ? "--continuous" : "--interrupted");
    EXPECT_EQ(terminal_.Run(one).code, 0);
    EXPECT_EQ(events_.got.event().continuous(), continuous);
  }
}

TEST_F(CaseEventCommandsTest, AskForTheKindAndTheDate) {
  EXPECT_NE(terminal_.Run({"member", "event", "p1/c1", "--date", "2026-11-20"}).code, 0);
  EXPECT_NE(terminal_.Run({"member", "event", "p1/c1", "--event", "paused"}).code, 0);
  EXPECT_EQ(events_.got.name(), "");
}

TEST_F(CaseEventCommandsTest, ShowStateEventsAndVoidSteps) {
  const Ran ran = terminal_.Run({"member", "steps", "p1/c1"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  for (const char* part : {"暂停", "认定无效", "2026-07-01", "自序号 2 起", "第二十三条", "  无效",
                           "  例外", "例外批准：jyj-dw，组批〔2026〕9号，表现突出"}) {
    EXPECT_THAT(ran.out, HasSubstr(part));
  }
  EXPECT_LE(WidestLine(ran.out), 80);
}

TEST_F(CaseEventCommandsTest, NameTheRowThatAnImportWasRefusedFor) {
  std::filesystem::create_directories(folder_.path("in"));
  ASSERT_TRUE(
      WriteFile(folder_.path("in/发展情形.csv"), "案件,情形,日期\np1/c1,退回,2026-11-20\n").ok());
  const Ran ran = terminal_.Run({"import", folder_.path("in")});
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.out, HasSubstr("发展情形.csv   2  情形  该发展档案已暂停"));
  EXPECT_THAT(ran.err, HasSubstr("错误：“发展情形.csv”"));
}

}  // namespace
}  // namespace zhibu::cli
