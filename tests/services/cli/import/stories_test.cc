// Steps and what happens beside them go out in the order in which they happened.
#include "services/cli/import/stories.h"

#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/file.h"
#include "common/base/status.h"
#include "common/rpc/wire_status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/cli/import/import.h"
#include "zhibu/membership/v1/case_event_service.grpc.pb.h"
#include "zhibu/membership/v1/membership_service.grpc.pb.h"
#include "zhibu/membership/v1/transfer_service.grpc.pb.h"

namespace zhibu::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kSteps[] = "案件,步骤,日期\n";
constexpr char kEvents[] = "案件,情形,日期,依据条款,起始序号,在序号后\n";
constexpr char kThreeSteps[] = "p1/c1,1,2024-01-05\np1/c1,4,2024-03-01\np1/c1,6,2024-09-01\n";

// --- order --------------------------------------------------------------------------------------

std::vector<std::string> ErrorsOf(const std::string& events, const std::string& steps) {
  Folder folder;
  folder.files[static_cast<int>(FileKind::kSteps)] = kSteps + steps;
  folder.files[static_cast<int>(FileKind::kCaseEvents)] = kEvents + events;
  RowErrors errors;
  CheckFolder(folder, &errors);
  std::vector<std::string> out;
  for (const RowError& error : errors.list()) {
    out.push_back(absl::StrCat(error.file, ":", error.line, ":", error.column, ":", error.reason));
  }
  return out;
}

TEST(CheckFolder, RefusesEventsThatHaveNoPlaceAmongTheSteps) {
  EXPECT_THAT(ErrorsOf("p1/c1,暂停,2024-03-01,,,\np1/c1,恢复,2024-05-01,,,2\n", kThreeSteps),
              IsEmpty());
  EXPECT_THAT(ErrorsOf("p1/c1,暂停,2024-03-01,,,4\n", kThreeSteps),
              ElementsAre("发展情形.csv:2:在序号后:STEP_NOT_THERE"));
  EXPECT_THAT(ErrorsOf("p1/c1,暂停,2024-01-04,,,\n", kThreeSteps),
              ElementsAre("发展情形.csv:2:日期:EVENT_BEFORE_CASE"));
  EXPECT_THAT(ErrorsOf("p1/c1,暂停,2024-09-01,,,3\np1/c1,恢复,2024-09-01,,,2\n", kThreeSteps),
              ElementsAre("发展情形.csv:3:在序号后:EVENT_ORDER"));
  EXPECT_THAT(ErrorsOf("p1/c1,认定无效,2024-04-01,第十条,3,\n", kThreeSteps),
              ElementsAre("发展情形.csv:2:起始序号:STEP_NOT_THERE"));
  EXPECT_THAT(ErrorsOf("p2/c1,暂停,2024-04-01,,,1\n", kThreeSteps),
              ElementsAre("发展情形.csv:2:在序号后:STEP_NOT_THERE"));
  EXPECT_THAT(ErrorsOf("p2/c1,暂停,2024-04-01,,,\n", kThreeSteps), IsEmpty());
  // Where a step cannot be read, one error is enough.
  EXPECT_THAT(
      ErrorsOf("p1/c1,认定无效,2024-04-01,第十条,2,\n", "p1/c1,1,2024-01-05\np1/c1,4,2024-13-01\n"),
      ElementsAre("步骤.csv:3:日期:DATE_INVALID"));
}

std::string Told(const std::string& events, std::optional<absl::CivilDay> moved) {
  Folder folder;
  folder.files[static_cast<int>(FileKind::kCaseEvents)] = kEvents + events;
  membership::v1::CaseSteps steps;
  for (const absl::CivilDay day :
       {absl::CivilDay(2024, 1, 5), absl::CivilDay(2024, 3, 1), absl::CivilDay(2024, 9, 1)}) {
    *steps.add_steps()->mutable_date() = ToProto(day);
  }
  const CaseStory story = TellInOrder(steps, Origin(), ReadCaseEvents(folder)["p1/c1"], moved);
  std::string out;
  for (size_t i = 0; i <= story.parts.size(); ++i) {
    if (i == story.after_move) out += "|";
    if (i == story.parts.size()) break;
    const CaseStory::Part& part = story.parts[i];
    absl::StrAppend(
        &out, part.event ? absl::StrCat("e", *part.event) : absl::StrCat(part.from, "-", part.to),
        " ");
  }
  return out;
}

TEST(TellInOrder, PutsAnEventBeforeTheFirstStepOfALaterDay) {
  EXPECT_EQ(Told("", std::nullopt), "0-3 |");
  EXPECT_EQ(Told("p1/c1,暂停,2024-03-01,,,\np1/c1,恢复,2024-08-31,,,\n", std::nullopt),
            "0-2 e0 e1 2-3 |");
  EXPECT_EQ(Told("p1/c1,暂停,2024-03-01,,,1\np1/c1,恢复,2024-03-01,,,1\n", std::nullopt),
            "0-1 e0 e1 1-3 |");
  EXPECT_EQ(Told("p1/c1,暂停,2024-12-01,,,\n", std::nullopt), "0-3 e0 |");
}

TEST(TellInOrder, KeepsWhatComesAfterAMoveApart) {
  EXPECT_EQ(Told("", absl::CivilDay(2024, 3, 1)), "0-1 |1-3 ");
  EXPECT_EQ(Told("p1/c1,暂停,2024-03-01,,,\n", absl::CivilDay(2024, 3, 2)), "0-2 e0 |2-3 ");
  EXPECT_EQ(Told("p1/c1,暂停,2024-04-01,,,\n", absl::CivilDay(2024, 4, 1)), "0-2 |e0 2-3 ");
  EXPECT_EQ(Told("p1/c1,暂停,2024-04-01,,,\n", absl::CivilDay(2024, 1, 1)), "|0-2 e0 2-3 ");
  EXPECT_EQ(Told("p1/c1,暂停,2024-04-01,,,\n", absl::CivilDay(2025, 1, 1)), "0-2 e0 2-3 |");
}

// --- sending ------------------------------------------------------------------------------------

// Books that keep the story of each case, and the order of all that came in.
struct Books {
  std::map<std::string, membership::v1::DevelopmentCase> cases;
  std::vector<std::string> log;

  std::string EtagOf(const std::string& name) {
    const auto& one = cases[name];
    const int entries = one.steps_size() + one.events_size();
    return entries == 0 ? "" : absl::StrCat(entries);
  }
};

class FakeMembership final : public membership::v1::MembershipService::Service {
 public:
  explicit FakeMembership(Books& books) : books_(books) {}
  grpc::Status BatchRecordSteps(grpc::ServerContext*,
                                const membership::v1::BatchRecordStepsRequest* request,
                                membership::v1::BatchRecordStepsResponse* response) override {
    response->set_revision(3);
    // As the real one: the same request again has no second effect.
    if (!seen_.insert(request->request_id()).second) return grpc::Status::OK;
    for (const auto& one : request->cases()) {
      if (one.etag() != books_.EtagOf(one.name())) {
        seen_.erase(request->request_id());
        return ToGrpcStatus(StaleEtag(one.name()), "membership");
      }
      for (const auto& step : one.steps()) {
        if (!step.has_cultivation_inspection() || !refuse_inspections) continue;
        seen_.erase(request->request_id());
        return ToGrpcStatus(Refused("cases[0].steps[0].date", "SOME_REASON", "不行"), "membership");
      }
    }
    for (const auto& one : request->cases()) {
      for (const auto& step : one.steps()) {
        *books_.cases[one.name()].add_steps()->mutable_step() = step;
      }
      books_.log.push_back(absl::StrCat(one.name().substr(8, 2), " +", one.steps_size()));
    }
    return grpc::Status::OK;
  }
  grpc::Status GetCase(grpc::ServerContext*, const membership::v1::GetCaseRequest* request,
                       membership::v1::GetCaseResponse* response) override {
    if (books_.EtagOf(request->name()).empty()) {
      return ToGrpcStatus(NotFound(request->name()), "membership");
    }
    *response->mutable_development_case() = books_.cases[request->name()];
    response->mutable_development_case()->set_etag(books_.EtagOf(request->name()));
    return grpc::Status::OK;
  }
  grpc::Status GetPerson(grpc::ServerContext*, const membership::v1::GetPersonRequest*,
                         membership::v1::GetPersonResponse*) override {
    return grpc::Status::OK;
  }
  bool refuse_inspections = false;

 private:
  Books& books_;
  std::set<std::string> seen_;
};

class FakeCaseEvents final : public membership::v1::CaseEventService::Service {
 public:
  explicit FakeCaseEvents(Books& books) : books_(books) {}
  grpc::Status RecordCaseEvent(grpc::ServerContext*,
                               const membership::v1::RecordCaseEventRequest* request,
                               membership::v1::RecordCaseEventResponse* response) override {
    if (request->etag() != books_.EtagOf(request->name())) {
      return ToGrpcStatus(StaleEtag(request->name()), "membership");
    }
    *books_.cases[request->name()].add_events()->mutable_event() = request->event();
    books_.log.push_back(absl::StrCat(request->name().substr(8, 2), " event"));
    response->set_revision(4);
    return grpc::Status::OK;
  }

 private:
  Books& books_;
};

// Has every transfer, received.
class FakeTransfers final : public membership::v1::TransferService::Service {
 public:
  explicit FakeTransfers(Books& books) : books_(books) {}
  grpc::Status GetTransfer(grpc::ServerContext*, const membership::v1::GetTransferRequest* request,
                           membership::v1::GetTransferResponse* response) override {
    books_.log.push_back("transfer");
    auto& transfer = *response->mutable_transfer();
    transfer.set_name(request->name());
    transfer.set_person("persons/p1");
    transfer.set_outside_title("外县支部");
    transfer.set_reason("调动");
    *transfer.mutable_started_on() = ToProto(absl::CivilDay(2024, 5, 1));
    transfer.set_state(membership::v1::TRANSFER_STATE_RECEIVED);
    return grpc::Status::OK;
  }

 private:
  Books& books_;
};

class ImportStoriesTest : public ::testing::Test {
 protected:
  ImportStoriesTest()
      : folder_(absl::StrCat(::testing::TempDir(), "/import_stories_test_", getpid())) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    grpc::ServerBuilder builder;
    builder.RegisterService(&membership_);
    builder.RegisterService(&events_);
    builder.RegisterService(&transfers_);
    server_ = builder.BuildAndStart();
    services_.registry = services_.membership = services_.activity =
        server_->InProcessChannel(grpc::ChannelArguments());
  }
  ~ImportStoriesTest() override {
    server_->Shutdown();
    std::filesystem::remove_all(folder_);
  }
  void Write(const std::string& file, const std::string& bytes) {
    ASSERT_TRUE(WriteFile(absl::StrCat(folder_, "/", file), bytes).ok());
  }
  absl::Status Import() { return ImportFolder(ImportOptions(), folder_, services_, {}, &result_); }

  const std::string folder_;
  Books books_;
  FakeMembership membership_{books_};
  FakeCaseEvents events_{books_};
  FakeTransfers transfers_{books_};
  std::unique_ptr<grpc::Server> server_;
  ImportServices services_;
  ImportResult result_;
};

constexpr char kTwoCases[] =
    "p1/c1,1,2024-01-05\np1/c1,4,2024-03-01\np1/c1,6,2024-09-01\n"
    "p2/c1,1,2024-01-05\np2/c1,4,2024-03-01\n";
constexpr char kPause[] = "p1/c1,暂停,2024-04-01,,,\np1/c1,恢复,2024-06-01,,,\n";

TEST_F(ImportStoriesTest, SendsStepsEventsAndStepsOfACaseInTurn) {
  Write("步骤.csv", absl::StrCat(kSteps, kTwoCases));
  Write("发展情形.csv", absl::StrCat(kEvents, kPause));
  EXPECT_TRUE(Import().ok());
  // Whatever begins a case goes out with all others.
  EXPECT_THAT(books_.log, ElementsAre("p1 +2", "p2 +2", "p1 event", "p1 event", "p1 +1"));
  EXPECT_THAT(books_.cases["persons/p1/cases/c1"].steps(), SizeIs(3));
}

TEST_F(ImportStoriesTest, DoublesNothingWhenRepeatedOrGoneOnWith) {
  Write("步骤.csv", absl::StrCat(kSteps, kTwoCases));
  Write("发展情形.csv", absl::StrCat(kEvents, kPause));
  ASSERT_TRUE(Import().ok());
  books_.log.clear();
  EXPECT_TRUE(Import().ok());
  EXPECT_THAT(books_.log, IsEmpty());
  // A case more, and a step more behind the events.
  Write("步骤.csv",
        absl::StrCat(kSteps, "p3/c1,1,2024-01-05\n", kThreeSteps, "p1/c1,6,2025-03-01\n"));
  EXPECT_TRUE(Import().ok());
  EXPECT_THAT(books_.log, ElementsAre("p3 +1", "p1 +1"));
  EXPECT_THAT(books_.cases["persons/p1/cases/c1"].steps(), SizeIs(4));
}

TEST_F(ImportStoriesTest, TellsTwoOfAKindOnOneDayApart) {
  Write("步骤.csv", absl::StrCat(kSteps, "p1/c1,1,2024-01-05\np1/c1,4,2024-03-01\n",
                                 "p1/c1,4,2024-03-01\np1/c1,4,2024-03-02\n"));
  Write("发展情形.csv",
        absl::StrCat(kEvents, "p1/c1,退回,2024-03-01,,,2\np1/c1,退回,2024-03-01,,,\n"));
  EXPECT_TRUE(Import().ok());
  const std::vector<std::string> told = {"p1 +2", "p1 event", "p1 +1", "p1 event", "p1 +1"};
  EXPECT_EQ(books_.log, told);
  EXPECT_TRUE(Import().ok());
  EXPECT_EQ(books_.log, told);
}

// The wrong step, that it was wrong, and the step again, of an earlier day.
TEST_F(ImportStoriesTest, SendsACorrectionAsOne) {
  Write("步骤.csv",
        absl::StrCat(kSteps, "p1/c1,1,2024-01-05\np1/c1,4,2024-05-01\n", "p1/c1,4,2024-03-01\n"));
  Write("发展情形.csv",
        "案件,情形,日期,依据条款,起始序号,在序号后,误录\n"
        "p1/c1,认定无效,2024-06-01,日期录错,2,2,是\n");
  EXPECT_TRUE(Import().ok());
  EXPECT_THAT(books_.log, ElementsAre("p1 +2", "p1 event", "p1 +1"));
  const auto& events = books_.cases["persons/p1/cases/c1"].events();
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_TRUE(events[0].event().recorded_in_error());
}

TEST_F(ImportStoriesTest, GoesOnWhereItBrokeOff) {
  membership_.refuse_inspections = true;
  Write("步骤.csv", absl::StrCat(kSteps, kTwoCases));
  Write("发展情形.csv", absl::StrCat(kEvents, kPause));
  EXPECT_TRUE(absl::IsFailedPrecondition(Import()));
  ASSERT_THAT(result_.errors, SizeIs(1));
  EXPECT_EQ(result_.errors[0].file, "步骤.csv");
  EXPECT_EQ(result_.errors[0].line, 4);
  EXPECT_EQ(result_.errors[0].column, "日期");
  books_.log.clear();
  membership_.refuse_inspections = false;
  EXPECT_TRUE(Import().ok());
  EXPECT_THAT(books_.log, ElementsAre("p1 +1"));
}

TEST_F(ImportStoriesTest, TellsAStoryThatTheBooksHaveOtherwise) {
  Write("步骤.csv", absl::StrCat(kSteps, kTwoCases));
  Write("发展情形.csv", absl::StrCat(kEvents, kPause));
  ASSERT_TRUE(Import().ok());
  auto& last = *books_.cases["persons/p1/cases/c1"].mutable_steps(2)->mutable_step();
  last.set_reference("另一份材料");
  EXPECT_TRUE(absl::IsFailedPrecondition(Import()));
  ASSERT_THAT(result_.errors, SizeIs(1));
  EXPECT_EQ(result_.errors[0].reason, "EXISTS_WITH_OTHER_CONTENT");
  EXPECT_EQ(result_.errors[0].line, 2);
}

TEST_F(ImportStoriesTest, SendsWhatComesAfterAMoveAfterTheTransfers) {
  Write("步骤.csv", absl::StrCat(kSteps, kTwoCases));
  Write("发展情形.csv", absl::StrCat(kEvents, "p1/c1,退回,2024-04-01,,,\n"));
  Write("转接.csv",
        "编号,人员,库外党组织,事由,发起日期,开具日期,党费交至,接收日期\n"
        "t1,p1,外县支部,调动,2024-05-01,2024-05-02,2024-05,2024-05-03\n");
  EXPECT_TRUE(Import().ok());
  EXPECT_THAT(books_.log, ElementsAre("p1 +2", "p2 +2", "p1 event", "transfer", "p1 +1"));
}

TEST_F(ImportStoriesTest, SendsEventsOfCasesThatTheBooksHave) {
  Write("步骤.csv", absl::StrCat(kSteps, kTwoCases));
  ASSERT_TRUE(Import().ok());
  std::filesystem::remove(folder_ + "/步骤.csv");
  books_.log.clear();
  Write("发展情形.csv", absl::StrCat(kEvents, "p2/c1,暂停,2024-04-01,,,\n"));
  EXPECT_TRUE(Import().ok());
  EXPECT_THAT(books_.log, ElementsAre("p2 event"));
  // Of one that they have not, the row is named.
  Write("发展情形.csv", absl::StrCat(kEvents, "p9/c1,暂停,2024-04-01,,,\n"));
  EXPECT_TRUE(absl::IsFailedPrecondition(Import()));
  ASSERT_THAT(result_.errors, SizeIs(1));
  EXPECT_EQ(result_.errors[0].line, 2);
}

}  // namespace
}  // namespace zhibu::cli
