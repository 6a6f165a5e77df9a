// zhibu status and zhibu verify against real servers that serve nothing but their feed, and against
// stores on the disk.
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/services/cli/commands_fixture.h"
#include "tests/support/test_server.h"
#include "tests/support/wait.h"
#include "zhibu/registry/v1/events.pb.h"

namespace zhibu::cli {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;

const char* const kServices[] = {"registry", "membership", "activity", "reporting"};

// A journal of `length` records.
WriteSet Journal(int length) {
  WriteSet writes;
  feed::v1::Record head;
  head.set_hash(NoHash());
  for (int64_t revision = 1; revision <= length; ++revision) {
    feed::v1::Content content;
    content.set_revision(revision);
    content.set_actor("somebody");
    head = ChainRecord(head, content);
    writes[JournalKey(revision)] = head.SerializeAsString();
  }
  writes[HeadKey()] = std::to_string(length);
  return writes;
}

// Somebody changed who wrote record `revision`, without the chain.
WriteSet Tampering(int64_t revision) {
  feed::v1::Record record;
  EXPECT_TRUE(record.ParseFromString(*Journal(static_cast<int>(revision))[JournalKey(revision)]));
  feed::v1::Content content;
  EXPECT_TRUE(content.ParseFromString(record.content()));
  content.set_actor("nobody");
  record.set_content(content.SerializeAsString());
  return {{JournalKey(revision), record.SerializeAsString()}};
}

class Care : public ::testing::Test {
 protected:
  Care() {
    EXPECT_TRUE(WriteFile(folder_.path("token"), kOwnerToken).ok());
    terminal_.environment["ZHIBU_TOKEN_FILE"] = folder_.path("token");
    for (const char* service : kServices) stores_[service] = *OpenMemoryStore(service);
  }

  void Start() {
    for (const char* service : kServices) {
      servers_.push_back(std::make_unique<TestServer>(
          service, &clock_, std::vector<const google::protobuf::ServiceDescriptor*>{},
          [](Server&) { return std::vector<std::unique_ptr<grpc::Service>>(); },
          std::move(stores_[service]), "127.0.0.1:0"));
      terminal_.environment[absl::StrCat("ZHIBU_", absl::AsciiStrToUpper(service))] =
          absl::StrCat("127.0.0.1:", servers_.back()->server().port());
    }
  }

  FakeClock clock_{kToday};
  TempFolder folder_;
  Terminal terminal_;
  std::map<std::string, std::unique_ptr<Store>> stores_;
  std::vector<std::unique_ptr<TestServer>> servers_;
};

TEST_F(Care, StatusShowsRevisionsAndEndsWithZeroWhenAllServe) {
  ASSERT_TRUE(stores_["membership"]->CommitSynced(Journal(7)).ok());
  Start();
  const Ran ran = terminal_.Run({"status"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, ContainsRegex("登记服务 +127.0.0.1:[0-9]+ +是 +是 +0 +0.1.0"));
  EXPECT_THAT(ran.out, ContainsRegex("党员服务 +127.0.0.1:[0-9]+ +是 +是 +7 +0.1.0"));
  EXPECT_LE(WidestLine(ran.out), 80);
  const Ran json = terminal_.Run({"status", "--json"});
  EXPECT_EQ(json.code, 0);
  EXPECT_THAT(json.out, AllOf(HasSubstr(R"("revision": 7)"), HasSubstr(R"("ready": true)")));
}

TEST_F(Care, StatusNeedsNoTokenForHealth) {
  Start();
  terminal_.environment.erase("ZHIBU_TOKEN_FILE");
  const Ran ran = terminal_.Run({"status", "--token-file", folder_.path("nothing")});
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.out, HasSubstr("的修订号看不到"));
}

// A disk on which nothing more can be written.
class FullStore : public Store {
 public:
  explicit FullStore(std::unique_ptr<Store> store) : store_(std::move(store)) {}
  std::unique_ptr<Snapshot> TakeSnapshot(ReadTier tier) const override {
    return store_->TakeSnapshot(tier);
  }
  absl::Status CommitSynced(const WriteSet&) override {
    return absl::UnavailableError("no space left");
  }

 private:
  const std::unique_ptr<Store> store_;
};

TEST_F(Care, StatusTellsAServiceThatIsNotReadyFromOneThatIsAway) {
  stores_["activity"] = std::make_unique<FullStore>(std::move(stores_["activity"]));
  Start();
  std::promise<void> refused;
  CommitLane::Job job;
  job.decide = [](Txn& txn) {
    txn.Emit(registry::v1::OrganisationChanged());
    return absl::OkStatus();
  };
  job.done = [&](const absl::Status&, int64_t) { refused.set_value(); };
  ASSERT_TRUE(servers_[2]->server().lane().Submit(std::move(job)));
  ASSERT_TRUE(WaitFor(refused.get_future()));
  const Ran failed = terminal_.Run({"status"});
  EXPECT_EQ(failed.code, 1);
  EXPECT_THAT(failed.out, ContainsRegex("活动服务 +127.0.0.1:[0-9]+ +否 +是"));

  const Ran away = terminal_.Run({"status", "--activity", "127.0.0.1:1"});
  EXPECT_EQ(away.code, 3);
  EXPECT_THAT(away.out, HasSubstr("连不上"));
}

TEST_F(Care, VerifiesTheFeedOfEveryService) {
  ASSERT_TRUE(stores_["registry"]->CommitSynced(Journal(1500)).ok());
  Start();
  const Ran ran = terminal_.Run({"verify"});
  EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
  EXPECT_THAT(ran.out, ContainsRegex("registry +1500  完好"));
  EXPECT_THAT(ran.out, ContainsRegex("reporting +0  完好"));
}

TEST_F(Care, FindsTheDamagedRevisionInAFeed) {
  ASSERT_TRUE(stores_["activity"]->CommitSynced(Journal(9)).ok());
  ASSERT_TRUE(stores_["activity"]->CommitSynced(Tampering(4)).ok());
  Start();
  const Ran ran = terminal_.Run({"verify"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.out, ContainsRegex("activity +3  .*第 4 号修订"));
  const Ran json = terminal_.Run({"verify", "--json"});
  EXPECT_EQ(json.code, 1);
  EXPECT_THAT(json.out, HasSubstr(R"("damagedRevision": 4)"));
}

TEST_F(Care, VerifyNeedsTheServices) {
  Start();
  EXPECT_EQ(terminal_.Run({"verify", "--reporting", "127.0.0.1:1"}).code, 3);
  EXPECT_TRUE(WriteFile(folder_.path("token"), kReaderToken).ok());
  EXPECT_EQ(terminal_.Run({"verify"}).code, 4);
}

// Makes a store at `path` and leaves it closed.
void MakeStore(const std::string& path, const std::string& service,
               const std::vector<WriteSet>& writes) {
  std::filesystem::create_directories(path);
  auto store = OpenRocksStore(path, service);
  ASSERT_TRUE(store.ok()) << store.status();
  for (const WriteSet& write : writes) ASSERT_TRUE((*store)->CommitSynced(write).ok());
}

TEST_F(Care, VerifiesStoresOnTheDisk) {
  MakeStore(folder_.path("registry"), "registry", {Journal(20)});
  MakeStore(folder_.path("membership"), "membership", {Journal(30)});
  const Ran ran = terminal_.Run({"verify", "--data", folder_.path()});
  EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
  const Ran json = terminal_.Run({"verify", "--data", folder_.path(), "--json"});
  EXPECT_THAT(json.out, AllOf(HasSubstr(R"("verified": 20)"), HasSubstr(R"("verified": 30)")));
  EXPECT_EQ(terminal_.Run({"verify", "--data", folder_.path("registry")}).code, 0);
}

TEST_F(Care, NamesTheDamagedRevisionOfAStoreOnTheDisk) {
  MakeStore(folder_.path("registry"), "registry", {Journal(20), Tampering(11)});
  MakeStore(folder_.path("membership"), "membership",
            {Journal(5), {{JournalKey(5), std::nullopt}}});
  const Ran ran = terminal_.Run({"verify", "--data", folder_.path()});
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.out, HasSubstr("第 11 号修订"));
  EXPECT_THAT(ran.out, HasSubstr("第 5 号修订"));
}

TEST_F(Care, SeesAByteThatFlippedInAStoresFile) {
  std::vector<WriteSet> writes;
  for (int revision = 1; revision <= 50; ++revision) {
    WriteSet all = Journal(revision);
    writes.push_back(
        {{JournalKey(revision), all[JournalKey(revision)]}, {HeadKey(), std::to_string(revision)}});
  }
  MakeStore(folder_.path("registry"), "registry", writes);
  std::string log;
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path("registry"))) {
    if (entry.path().extension() == ".log") log = entry.path().string();
  }
  ASSERT_FALSE(log.empty());
  std::string bytes = *ReadFile(log);
  ASSERT_GT(bytes.size(), 5000u);
  bytes[bytes.size() / 2] ^= 1;
  ASSERT_TRUE(WriteFile(log, bytes).ok());
  const Ran ran = terminal_.Run({"verify", "--data", folder_.path(), "--json"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.out, ContainsRegex("第 2[0-9] 号修订"));
}

TEST_F(Care, SeesAStoreWithoutItsCurrentFile) {
  MakeStore(folder_.path("registry"), "registry", {Journal(3)});
  std::filesystem::remove(folder_.path("registry/CURRENT"));
  const Ran ran = terminal_.Run({"verify", "--data", folder_.path()});
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.out, HasSubstr("CURRENT"));
}

TEST_F(Care, SeesAStoreInAnotherServicesFolder) {
  MakeStore(folder_.path("registry"), "membership", {Journal(3)});
  EXPECT_EQ(terminal_.Run({"verify", "--data", folder_.path()}).code, 1);
}

TEST_F(Care, VerifyNeedsAFolderWithStores) {
  EXPECT_EQ(terminal_.Run({"verify", "--data", folder_.path()}).code, 2);
  EXPECT_EQ(terminal_.Run({"verify", "--data", folder_.path("nothing")}).code, 2);
}

}  // namespace
}  // namespace zhibu::cli
