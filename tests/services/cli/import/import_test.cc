#include "services/cli/import/import.h"

#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/file.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/rpc/wire_status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "zhibu/feed/v1/feed.grpc.pb.h"
#include "zhibu/membership/v1/membership_service.grpc.pb.h"
#include "zhibu/registry/v1/registry_service.grpc.pb.h"

namespace zhibu::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Books that keep organisations and cases and remember request ids, and nothing more.
class FakeBooks : public registry::v1::RegistryService::Service {
 public:
  std::map<std::string, registry::v1::Organisation> organisations;
  std::map<std::string, int> calls;  // request id → how often
  int busy = 0;                      // so many calls are turned away first

  grpc::Status BatchCreateOrganisations(
      grpc::ServerContext*, const registry::v1::BatchCreateOrganisationsRequest* request,
      registry::v1::BatchCreateOrganisationsResponse* response) override {
    if (busy > 0) {
      --busy;
      return ToGrpcStatus(RetryLater(absl::StatusCode::kResourceExhausted, "QUEUE_FULL", "busy", 1),
                          "registry");
    }
    response->set_revision(7);
    if (calls[request->request_id()]++ > 0) return grpc::Status::OK;
    for (int i = 0; i < request->requests_size(); ++i) {
      const auto& row = request->requests(i);
      const std::string name = NameOf(kOrganisations, row.organisation_id());
      if (organisations.count(name) != 0) {
        calls.erase(request->request_id());
        return ToGrpcStatus(AlreadyExists(name, "ORGANISATION_EXISTS"), "registry");
      }
      if (row.organisation().title() == "坏") {
        calls.erase(request->request_id());
        return ToGrpcStatus(
            Refused(absl::StrCat("requests[", i, "].organisation.title"), "TITLE_BAD", "名称不好"),
            "registry");
      }
    }
    for (const auto& row : request->requests()) {
      registry::v1::Organisation organisation = row.organisation();
      organisation.set_name(NameOf(kOrganisations, row.organisation_id()));
      organisation.set_etag("1");
      organisations[organisation.name()] = organisation;
    }
    return grpc::Status::OK;
  }

  grpc::Status GetOrganisation(grpc::ServerContext*,
                               const registry::v1::GetOrganisationRequest* request,
                               registry::v1::GetOrganisationResponse* response) override {
    const auto it = organisations.find(request->name());
    if (it == organisations.end()) return ToGrpcStatus(NotFound(request->name()), "registry");
    *response->mutable_organisation() = it->second;
    return grpc::Status::OK;
  }
};

class FakeCases : public membership::v1::MembershipService::Service {
 public:
  std::map<std::string, std::vector<membership::v1::Step>> cases;

  grpc::Status BatchRecordSteps(grpc::ServerContext*,
                                const membership::v1::BatchRecordStepsRequest* request,
                                membership::v1::BatchRecordStepsResponse* response) override {
    for (const auto& one : request->cases()) {
      const size_t recorded = cases[one.name()].size();
      if (one.etag() != (recorded == 0 ? "" : absl::StrCat(recorded))) {
        return ToGrpcStatus(StaleEtag(one.name()), "membership");
      }
    }
    for (const auto& one : request->cases()) {
      for (const auto& step : one.steps()) cases[one.name()].push_back(step);
    }
    response->set_revision(3);
    return grpc::Status::OK;
  }

  grpc::Status GetCase(grpc::ServerContext*, const membership::v1::GetCaseRequest* request,
                       membership::v1::GetCaseResponse* response) override {
    const auto it = cases.find(request->name());
    if (it == cases.end()) return ToGrpcStatus(NotFound(request->name()), "membership");
    for (const auto& step : it->second) {
      *response->mutable_development_case()->add_steps()->mutable_step() = step;
    }
    response->mutable_development_case()->set_etag(absl::StrCat(it->second.size()));
    return grpc::Status::OK;
  }

  grpc::Status GetPerson(grpc::ServerContext*, const membership::v1::GetPersonRequest* request,
                         membership::v1::GetPersonResponse* response) override {
    if (request->name() != "persons/p1")
      return ToGrpcStatus(NotFound(request->name()), "membership");
    *response->mutable_person() = person;
    return grpc::Status::OK;
  }
  membership::v1::Person person;  // persons/p1
};

// Says that it has followed the registry a little further at each call.
class FakeFeed : public feed::v1::FeedService::Service {
 public:
  int64_t followed = 0;
  int64_t step = 1;

  grpc::Status GetHead(grpc::ServerContext*, const feed::v1::GetHeadRequest*,
                       feed::v1::GetHeadResponse* response) override {
    response->set_service("membership");
    (*response->mutable_followed())["registry"] = followed;
    followed += step;
    return grpc::Status::OK;
  }
};

class ImportFolderTest : public ::testing::Test {
 protected:
  ImportFolderTest() : folder_(absl::StrCat(::testing::TempDir(), "/import_test_", getpid())) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    grpc::ServerBuilder builder;
    builder.RegisterService(&books_);
    builder.RegisterService(&cases_);
    builder.RegisterService(&feed_);
    server_ = builder.BuildAndStart();
    services_.registry = services_.membership = services_.activity =
        server_->InProcessChannel(grpc::ChannelArguments());
  }
  ~ImportFolderTest() override {
    server_->Shutdown();
    std::filesystem::remove_all(folder_);
  }

  void WriteOrganisations(const std::vector<std::pair<std::string, std::string>>& rows) {
    std::string bytes = "编号,全称,类别,成立日期\n";
    for (const auto& [id, title] : rows)
      absl::StrAppend(&bytes, id, ",", title, ",党委,2000-01-01\n");
    ASSERT_TRUE(WriteFile(folder_ + "/党组织.csv", bytes).ok());
  }
  void WriteSteps(const std::string& rows) {
    ASSERT_TRUE(WriteFile(folder_ + "/步骤.csv", "案件,步骤,日期\n" + rows).ok());
  }
  absl::Status Import() { return ImportFolder(options_, folder_, services_, progress_, &result_); }

  const std::string folder_;
  FakeBooks books_;
  FakeCases cases_;
  FakeFeed feed_;
  std::unique_ptr<grpc::Server> server_;
  ImportServices services_;
  ImportOptions options_;
  ImportProgressCallback progress_;
  ImportResult result_;
};

TEST_F(ImportFolderTest, SendsNothingOfAFolderWithABadRow) {
  WriteOrganisations({{"a", "甲"}, {"B", "乙"}});
  EXPECT_TRUE(absl::IsInvalidArgument(Import()));
  ASSERT_THAT(result_.errors, SizeIs(1));
  EXPECT_EQ(result_.errors[0].line, 3);
  EXPECT_THAT(books_.organisations, IsEmpty());
}

TEST_F(ImportFolderTest, DoublesNothingWhenRepeated) {
  WriteOrganisations({{"a", "甲"}, {"b", "乙"}});
  std::vector<int64_t> done;
  progress_ = [&](const ImportProgress& progress) {
    EXPECT_EQ(progress.total, 2);
    done.push_back(progress.done);
  };
  options_.batch_rows = 1;
  EXPECT_TRUE(Import().ok());
  EXPECT_THAT(done, ElementsAre(1, 2, 2));
  EXPECT_TRUE(Import().ok());
  EXPECT_THAT(books_.organisations, SizeIs(2));
  // The same batches had the same ids, and nothing had to be compared.
  EXPECT_THAT(books_.calls, SizeIs(2));
  for (const auto& [id, times] : books_.calls) EXPECT_EQ(times, 2) << id;
  EXPECT_EQ(result_.files[0].already_there, 0);
  EXPECT_EQ(result_.revisions["registry"], 7);
}

TEST_F(ImportFolderTest, LeavesOutRowsThatTheBooksHaveWhenBatchesDiffer) {
  WriteOrganisations({{"a", "甲"}, {"b", "乙"}});
  ASSERT_TRUE(Import().ok());
  WriteOrganisations({{"c", "丙"}, {"a", "甲"}, {"b", "乙"}});
  EXPECT_TRUE(Import().ok());
  EXPECT_THAT(books_.organisations, SizeIs(3));
  EXPECT_EQ(result_.files[0].already_there, 2);
}

TEST_F(ImportFolderTest, TellsRowsThatTheBooksHaveWithOtherContent) {
  WriteOrganisations({{"a", "甲"}, {"b", "乙"}});
  ASSERT_TRUE(Import().ok());
  WriteOrganisations({{"c", "丙"}, {"a", "甲"}, {"b", "改"}});
  EXPECT_TRUE(absl::IsFailedPrecondition(Import()));
  ASSERT_THAT(result_.errors, SizeIs(1));
  EXPECT_EQ(result_.errors[0].line, 4);
  EXPECT_EQ(result_.errors[0].reason, "EXISTS_WITH_OTHER_CONTENT");
  EXPECT_EQ(books_.organisations.count("organisations/c"), 0u);
}

TEST_F(ImportFolderTest, StopsAtARefusedBatchAndNamesTheRow) {
  options_.batch_rows = 2;
  WriteOrganisations({{"a", "甲"}, {"b", "乙"}, {"c", "丙"}, {"d", "坏"}, {"e", "戊"}});
  EXPECT_TRUE(absl::IsFailedPrecondition(Import()));
  ASSERT_THAT(result_.errors, SizeIs(1));
  EXPECT_EQ(result_.errors[0].file, "党组织.csv");
  EXPECT_EQ(result_.errors[0].line, 5);
  EXPECT_EQ(result_.errors[0].column, "全称");
  EXPECT_EQ(result_.errors[0].reason, "TITLE_BAD");
  EXPECT_THAT(books_.organisations, SizeIs(2));
  WriteOrganisations({{"a", "甲"}, {"b", "乙"}, {"c", "丙"}, {"d", "丁"}, {"e", "戊"}});
  EXPECT_TRUE(Import().ok());
  EXPECT_THAT(books_.organisations, SizeIs(5));
}

TEST_F(ImportFolderTest, WaitsForABusyService) {
  books_.busy = 3;
  WriteOrganisations({{"a", "甲"}});
  EXPECT_TRUE(Import().ok());
  EXPECT_EQ(books_.busy, 0);
}

TEST_F(ImportFolderTest, GivesUpOnAServiceThatStaysBusy) {
  books_.busy = 1000;
  options_.retry_for = absl::Milliseconds(100);
  WriteOrganisations({{"a", "甲"}});
  EXPECT_TRUE(absl::IsResourceExhausted(Import()));
}

TEST_F(ImportFolderTest, RecordsOnlyTheStepsThatACaseDoesNotHave) {
  WriteSteps("p1/c1,1,2024-01-05\n");
  ASSERT_TRUE(Import().ok());
  WriteSteps("p1/c1,1,2024-01-05\np1/c1,4,2024-09-01\np1/c1,6,2025-01-01\n");
  EXPECT_TRUE(Import().ok());
  EXPECT_THAT(cases_.cases["persons/p1/cases/c1"], SizeIs(3));
  EXPECT_EQ(result_.files[0].already_there, 1);
  EXPECT_TRUE(Import().ok());
  EXPECT_THAT(cases_.cases["persons/p1/cases/c1"], SizeIs(3));
}

TEST_F(ImportFolderTest, TellsACaseWithOtherSteps) {
  WriteSteps("p1/c1,1,2024-01-05\n");
  ASSERT_TRUE(Import().ok());
  WriteSteps("p1/c1,1,2024-01-06\np1/c1,4,2024-09-01\n");
  EXPECT_TRUE(absl::IsFailedPrecondition(Import()));
  ASSERT_THAT(result_.errors, SizeIs(1));
  EXPECT_EQ(result_.errors[0].column, "案件");
}

// Importing the folder of before again must not bring back what was put right.
TEST_F(ImportFolderTest, TellsAFactThatWasPutRightSince) {
  const auto write = [&](const std::string& day) {
    ASSERT_TRUE(
        WriteFile(folder_ + "/党籍变动.csv", "人员,类别,日期\np1,失去联系," + day + "\n").ok());
  };
  auto& fact = *cases_.person.add_facts();
  fact.set_sequence(1);
  fact.set_kind(membership::v1::MEMBERSHIP_FACT_KIND_CONTACT_LOST);
  *fact.mutable_date() = ToProto(absl::CivilDay(2026, 5, 3));
  for (const int day : {1, 2}) {  // corrected twice
    auto& correction = *cases_.person.add_corrections();
    correction.set_subject("facts/1");
    correction.add_fields()->set_path("date");
    correction.mutable_fields(0)->set_was(
        absl::StrCat("{\"year\":2026,\"month\":5,\"day\":", day, "}"));
  }
  for (const char* before : {"2026-05-01", "2026-05-02"}) {
    write(before);
    EXPECT_TRUE(absl::IsFailedPrecondition(Import()));
    ASSERT_THAT(result_.errors, SizeIs(1));
    EXPECT_EQ(result_.errors[0].line, 2);
    EXPECT_EQ(result_.errors[0].reason, "EXISTS_WITH_OTHER_CONTENT");
  }
  write("2026-05-03");
  EXPECT_TRUE(Import().ok());
  EXPECT_EQ(result_.files[0].already_there, 1);

  cases_.person.clear_facts();
  auto& withdrawn = *cases_.person.add_corrections();
  withdrawn.set_subject("facts/1");
  withdrawn.set_withdrawn(true);
  withdrawn.add_fields()->set_path("kind");
  withdrawn.mutable_fields(0)->set_was("\"MEMBERSHIP_FACT_KIND_CONTACT_LOST\"");
  withdrawn.add_fields()->set_path("date");
  withdrawn.mutable_fields(1)->set_was(R"({"year":2026,"month":5,"day":3})");
  EXPECT_TRUE(absl::IsFailedPrecondition(Import()));
}

TEST_F(ImportFolderTest, AsksTheBooksForWhatTheFolderDoesNotDefine) {
  WriteSteps("p2/c1,1,2024-01-05\n");
  EXPECT_TRUE(absl::IsInvalidArgument(Import()));
  ASSERT_THAT(result_.errors, SizeIs(1));
  EXPECT_EQ(result_.errors[0].reason, "REFERENCE_NOT_THERE");
  EXPECT_EQ(result_.errors[0].column, "案件");
}

TEST_F(ImportFolderTest, WaitsUntilMembershipHasHeardOfTheOrganisations) {
  WriteOrganisations({{"a", "甲"}});
  WriteSteps("p1/c1,1,2024-01-05\n");
  EXPECT_TRUE(Import().ok());
  EXPECT_GT(feed_.followed, 7);
}

TEST_F(ImportFolderTest, EndsWhereMembershipNeverHears) {
  feed_.step = 0;
  options_.follow_timeout = absl::Milliseconds(20);
  WriteOrganisations({{"a", "甲"}});
  WriteSteps("p1/c1,1,2024-01-05\n");
  EXPECT_TRUE(absl::IsDeadlineExceeded(Import()));
  EXPECT_THAT(cases_.cases, IsEmpty());
}

TEST_F(ImportFolderTest, ChecksWithoutAnyService) {
  WriteOrganisations({{"a", "甲"}});
  options_.check_only = true;
  services_ = ImportServices();
  EXPECT_TRUE(Import().ok());
  EXPECT_THAT(books_.organisations, IsEmpty());
}

}  // namespace
}  // namespace zhibu::cli
