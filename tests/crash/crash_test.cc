// Nothing acknowledged is lost: services under load are killed with SIGKILL at random moments.
//
// ZHIBU_CRASH_ROUNDS says how many kills (default 50). The moments come from ZHIBU_CRASH_SEED,
// which is printed: a number (default 1, so that every run of CI does the same), or "random" for a
// new one.
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/civil.h"
#include "common/base/mutex.h"
#include "common/rpc/client.h"
#include "common/rpc/wire_status.h"
#include "common/store/feed.h"
#include "tests/support/suite.h"
#include "zhibu/feed/v1/feed.grpc.pb.h"
#include "zhibu/membership/v1/membership_service.grpc.pb.h"
#include "zhibu/registry/v1/registry_service.grpc.pb.h"
#include "zhibu/reporting/v1/reporting_service.grpc.pb.h"

namespace zhibu {
namespace {

namespace m = membership::v1;
namespace r = registry::v1;

constexpr char kRoot[] = "organisations/crash";

int FromEnvironment(const char* name, int otherwise) {
  const char* text = std::getenv(name);
  int value = 0;
  return text != nullptr && absl::SimpleAtoi(text, &value) ? value : otherwise;
}

int Seed() {
  const char* text = std::getenv("ZHIBU_CRASH_SEED");
  if (text != nullptr && std::string(text) == "random") {
    return static_cast<int>(std::random_device{}());
  }
  return FromEnvironment("ZHIBU_CRASH_SEED", 1);
}

google::type::Date On(int year, int month, int day) {
  return ToProto(absl::CivilDay(year, month, day));
}

m::CreatePersonRequest MemberRequest(const std::string& id) {
  m::CreatePersonRequest request;
  request.set_person_id(id);
  request.set_request_id(id);
  m::Person& person = *request.mutable_person();
  person.set_organisation(kRoot);
  person.set_display_name("王小明");
  person.set_sex(m::SEX_FEMALE);
  *person.mutable_birth_date() = On(1980, 5, 6);
  person.set_nationality_code("01");
  person.set_kind(m::PERSON_KIND_TEACHER);
  *person.mutable_registered_on() = On(2020, 1, 1);
  request.mutable_opening_balance()->set_stage(m::STAGE_FULL);
  *request.mutable_opening_balance()->mutable_joined_on() = On(2010, 1, 1);
  *request.mutable_opening_balance()->mutable_full_member_on() = On(2011, 1, 1);
  return request;
}

// Clients that register members, each one after the other, until told to stop. What fails is sent
// again with the same request id until it is answered, as a client should.
class Clients {
 public:
  Clients(const Suite& suite, int count)
      : address_(suite.address("membership")), token_(suite.token()) {
    for (int i = 0; i < count; ++i) threads_.emplace_back([this, i] { Run(i); });
  }
  ~Clients() { Stop(); }

  void Stop() {
    stopping_ = true;
    for (std::thread& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
  }

  // Request id → revision, for everything that was acknowledged.
  std::map<std::string, int64_t> acknowledged() const {
    MutexLock lock(&mutex_);
    return acknowledged_;
  }
  int64_t unexpected() const { return unexpected_; }
  std::string first_unexpected() const {
    MutexLock lock(&mutex_);
    return first_unexpected_;
  }

 private:
  void Run(int client) {
    auto stub = m::MembershipService::NewStub(MakeChannel(address_));
    for (int64_t i = 0; !stopping_; ++i) {
      const m::CreatePersonRequest request = MemberRequest(absl::StrCat("p", client, "-", i));
      while (true) {
        grpc::ClientContext context;
        PrepareContext(context, token_, absl::Seconds(5));
        m::CreatePersonResponse response;
        const grpc::Status status = stub->CreatePerson(&context, request, &response);
        if (status.ok()) {
          MutexLock lock(&mutex_);
          acknowledged_[request.request_id()] = response.revision();
          break;
        }
        if (status.error_code() != grpc::StatusCode::UNAVAILABLE &&
            status.error_code() != grpc::StatusCode::DEADLINE_EXCEEDED &&
            status.error_code() != grpc::StatusCode::CANCELLED) {
          ++unexpected_;
          MutexLock lock(&mutex_);
          if (first_unexpected_.empty()) first_unexpected_ = status.error_message();
        }
        if (stopping_) return;
        absl::SleepFor(absl::Milliseconds(5));
      }
    }
  }

  const std::string address_, token_;
  std::atomic<bool> stopping_ = false;
  std::atomic<int64_t> unexpected_ = 0;
  mutable Mutex mutex_;
  std::map<std::string, int64_t> acknowledged_ ABSL_GUARDED_BY(mutex_);
  std::string first_unexpected_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_;
};

// Reads the feed from where it was left, checks every link, and keeps who wrote what.
class FeedChecker {
 public:
  FeedChecker() { last_.set_hash(NoHash()); }

  void ReadOn(Suite& suite) {
    auto stub = feed::v1::FeedService::NewStub(suite.channel("membership"));
    grpc::ClientContext context;
    PrepareContext(context, suite.token());
    context.set_wait_for_ready(true);  // a service that was down is not tried at once
    feed::v1::WatchRequest request;
    request.set_after_revision(last_.revision());
    request.set_stop_at_head(true);
    auto reader = stub->Watch(&context, request);
    feed::v1::WatchResponse response;
    while (reader->Read(&response)) {
      for (const auto& record : response.records()) {
        ASSERT_TRUE(CheckLink(last_, record).ok()) << CheckLink(last_, record);
        feed::v1::Content content;
        ASSERT_TRUE(content.ParseFromString(record.content()));
        ASSERT_TRUE(written_.emplace(content.request_id(), record.revision()).second)
            << content.request_id() << " was written twice";
        last_ = record;
      }
    }
    const grpc::Status status = reader->Finish();
    ASSERT_TRUE(status.ok()) << status.error_message();
  }

  // Request id → revision.
  const std::map<std::string, int64_t>& written() const { return written_; }

 private:
  feed::v1::Record last_;
  std::map<std::string, int64_t> written_;
};

// The survey with the revisions it shows, as text.
std::string Survey(const std::string& address, const std::string& token) {
  auto stub = reporting::v1::ReportingService::NewStub(MakeChannel(address));
  reporting::v1::GetBasicSurveyRequest request;
  request.set_root(kRoot);
  *request.mutable_as_of() = On(2026, 1, 1);
  reporting::v1::GetBasicSurveyResponse response;
  grpc::ClientContext context;
  PrepareContext(context, token);
  context.set_wait_for_ready(true);  // a service that was down is not tried at once
  const grpc::Status status = stub->GetBasicSurvey(&context, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  response.clear_revisions();
  return response.DebugString();
}

int CountPersons(Suite& suite) {
  auto stub = m::MembershipService::NewStub(suite.channel("membership"));
  m::ListPersonsRequest request;
  request.set_root(kRoot);
  request.set_page_size(1000);
  int count = 0;
  do {
    grpc::ClientContext context;
    PrepareContext(context, suite.token());
    context.set_wait_for_ready(true);  // a service that was down is not tried at once
    m::ListPersonsResponse response;
    const grpc::Status status = stub->ListPersons(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    if (!status.ok()) return -1;
    count += response.persons_size();
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return count;
}

TEST(Crash, LosesNothingAcknowledgedAndFollowersConverge) {
  const int rounds = FromEnvironment("ZHIBU_CRASH_ROUNDS", 50);
  const int seed = Seed();
  std::printf("%d rounds, ZHIBU_CRASH_SEED=%d\n", rounds, seed);
  std::mt19937 random(seed);
  const TempFolder folder;
  Suite suite(ProgramFolder(), folder.path() + "/suite");
  ASSERT_TRUE(suite.StartAll().ok());
  {
    auto registry = r::RegistryService::NewStub(suite.channel("registry"));
    r::CreateOrganisationRequest request;
    request.set_organisation_id("crash");
    request.set_request_id("root");
    request.mutable_organisation()->set_title("测试学校党支部");
    request.mutable_organisation()->set_kind(type::v1::ORGANISATION_KIND_BRANCH);
    *request.mutable_organisation()->mutable_established_on() = On(2000, 1, 1);
    grpc::ClientContext context;
    PrepareContext(context, suite.token());
    context.set_wait_for_ready(true);  // a service that was down is not tried at once
    r::CreateOrganisationResponse response;
    const grpc::Status status = registry->CreateOrganisation(&context, request, &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
  }
  ASSERT_TRUE(suite.WaitAllFollowed().ok());

  Clients clients(suite, 8);
  FeedChecker feed;
  for (int round = 0; round < rounds; ++round) {
    absl::SleepFor(absl::Milliseconds(20 + random() % 200));
    // Mostly the service that is written to; its followers and its source must stand it too.
    const int dice = static_cast<int>(random() % 10);
    const std::string victim = dice < 6   ? "membership"
                               : dice < 8 ? "reporting"
                               : dice < 9 ? "activity"
                                          : "registry";
    ASSERT_EQ(suite.Stop(victim, SIGKILL), 128 + SIGKILL);
    const auto acknowledged = clients.acknowledged();
    ASSERT_TRUE(suite.Start(victim).ok()) << victim << " in round " << round;
    ASSERT_NO_FATAL_FAILURE(feed.ReadOn(suite)) << "after round " << round;
    for (const auto& [request_id, revision] : acknowledged) {
      auto it = feed.written().find(request_id);
      ASSERT_NE(it, feed.written().end()) << request_id << " was acknowledged and is gone";
      ASSERT_EQ(it->second, revision);
    }
  }
  clients.Stop();
  EXPECT_EQ(clients.unexpected(), 0) << clients.first_unexpected();

  // Nothing half-written: as many persons as records, and the chain from the first to the last.
  ASSERT_NO_FATAL_FAILURE(feed.ReadOn(suite));
  EXPECT_GT(feed.written().size(), 0u);
  EXPECT_EQ(CountPersons(suite), static_cast<int>(feed.written().size()));

  // The followers that were killed show what one shows that begins anew.
  ASSERT_TRUE(suite.WaitAllFollowed().ok());
  const std::string survived = Survey(suite.address("reporting"), suite.token());
  suite.Stop("reporting", SIGKILL);
  std::error_code error;
  std::filesystem::rename(suite.data() + "/reporting", suite.data() + "/reporting-killed", error);
  ASSERT_FALSE(error);
  ASSERT_TRUE(suite.Start("reporting").ok());
  ASSERT_TRUE(suite.WaitAllFollowed().ok());
  EXPECT_EQ(Survey(suite.address("reporting"), suite.token()), survived);
  EXPECT_NE(survived.find("value: " + std::to_string(feed.written().size())), std::string::npos)
      << "the survey does not show the members";
}

TEST(Crash, AFlippedByteInTheStoreIsNamedByVerify) {
  const TempFolder folder;
  Suite suite(ProgramFolder(), folder.path() + "/suite");
  ASSERT_TRUE(suite.Start("registry").ok());
  auto registry = r::RegistryService::NewStub(suite.channel("registry"));
  for (int i = 0; i < 300; ++i) {
    r::CreateOrganisationRequest request;
    request.set_organisation_id(absl::StrCat("o", i));
    request.set_request_id(absl::StrCat("o", i));
    request.mutable_organisation()->set_title("测试学校党支部");
    request.mutable_organisation()->set_kind(type::v1::ORGANISATION_KIND_BRANCH);
    *request.mutable_organisation()->mutable_established_on() = On(2000, 1, 1);
    grpc::ClientContext context;
    PrepareContext(context, suite.token());
    context.set_wait_for_ready(true);  // a service that was down is not tried at once
    r::CreateOrganisationResponse response;
    ASSERT_TRUE(registry->CreateOrganisation(&context, request, &response).ok());
  }
  suite.Stop("registry", SIGKILL);
  EXPECT_EQ(suite.Zhibu({"verify", "--data", suite.data()}).code, 0);

  // The largest file of the store holds the records: its log, since nothing was flushed yet.
  std::filesystem::path largest;
  for (const auto& entry : std::filesystem::directory_iterator(suite.data() + "/registry")) {
    if (entry.is_regular_file() && (largest.empty() || entry.file_size() > file_size(largest))) {
      largest = entry.path();
    }
  }
  std::fstream file(largest, std::ios::in | std::ios::out | std::ios::binary);
  const auto middle = static_cast<std::streamoff>(file_size(largest) / 2);
  file.seekg(middle);
  const char byte = static_cast<char>(file.get());
  file.seekp(middle);
  file.put(static_cast<char>(byte ^ 0x10));
  file.close();

  const RunResult verified = suite.Zhibu({"verify", "--data", suite.data()});
  EXPECT_EQ(verified.code, 1) << verified.output;
  EXPECT_NE(verified.output.find("registry"), std::string::npos) << verified.output;
  // Names a revision: "第 N 号修订".
  EXPECT_NE(verified.output.find("号修订"), std::string::npos) << verified.output;
  // And the service does not start on less than it acknowledged.
  EXPECT_FALSE(suite.Start("registry").ok());
}

}  // namespace
}  // namespace zhibu
