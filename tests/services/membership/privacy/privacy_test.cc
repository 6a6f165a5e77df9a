// Reading in full, duplicate records and new keys, over the contract.
#include <filesystem>

#include "common/store/feed.h"
#include "common/store/rocks_store.h"
#include "services/membership/books/reading.h"
#include "services/membership/books/personal_data.h"
#include "tests/services/membership/world.h"
#include "zhibu/membership/v1/privacy_service.grpc.pb.h"
#include "zhibu/membership/v1/events.pb.h"

namespace zhibu::membership {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using Stub = v1::PrivacyService::Stub;

class PrivacyTest : public ::testing::Test {
 protected:
  PrivacyTest()
      : folder_(
            (std::filesystem::path(::testing::TempDir()) / ("privacy-" + RandomId())).string()) {}
  ~PrivacyTest() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<Store> Open() {
    auto store = OpenRocksStore(folder_, "membership");
    EXPECT_TRUE(store.ok()) << store.status();
    return *std::move(store);
  }
  template <typename Method, typename Request, typename Response>
  absl::Status Call(Method method, const Request& request, Response* response,
                    const std::string& token = kOwnerToken) {
    auto stub = v1::PrivacyService::NewStub(world_.channel());
    return Invoke(method, *stub, request, response, token);
  }
  v1::RevealPersonRequest RevealRequest(const std::string& name) {
    v1::RevealPersonRequest request;
    request.set_name(name);
    request.set_purpose(v1::REVEAL_PURPOSE_TRANSFER);
    request.set_reference("转接〔2036〕1号");
    request.set_request_id(world_.NextRequestId());
    return request;
  }
  std::vector<v1::Reveal> Reveals(const std::string& name, int page_size = 0) {
    std::vector<v1::Reveal> all;
    v1::ListRevealsRequest request;
    v1::ListRevealsResponse response;
    request.set_name(name);
    request.set_page_size(page_size);
    do {
      request.set_page_token(response.next_page_token());
      response.Clear();
      EXPECT_TRUE(Call(&Stub::ListReveals, request, &response).ok());
      all.insert(all.end(), response.reveals().begin(), response.reveals().end());
    } while (!response.next_page_token().empty());
    return all;
  }
  // Groups as "persons/a persons/b +2"; all are named alike in these tests, but for the birth date.
  std::vector<std::string> Groups(const std::string& root, int page_size = 0,
                                  const std::string& token = kOwnerToken) {
    std::vector<std::string> groups;
    v1::ListDuplicatesRequest request;
    v1::ListDuplicatesResponse response;
    request.set_root(root);
    request.set_page_size(page_size);
    do {
      request.set_page_token(response.next_page_token());
      response.Clear();
      const absl::Status status = Call(&Stub::ListDuplicates, request, &response, token);
      EXPECT_TRUE(status.ok()) << status;
      for (const auto& group : response.groups()) {
        std::string text;
        for (const auto& person : group.persons()) absl::StrAppend(&text, person.name(), " ");
        groups.push_back(absl::StrCat(text, "+", group.elsewhere()));
      }
    } while (!response.next_page_token().empty());
    return groups;
  }
  // Born on that day; without a number unless `with_number`.
  void Register(const std::string& id, const std::string& organisation, absl::CivilDay birth,
                bool with_number = false) {
    v1::CreatePersonRequest request = world_.PersonRequest(id, organisation);
    if (with_number) {
      request.mutable_person()->set_id_number(GeneratedIdNumber(birth, ++numbers_));
    } else {
      request.mutable_person()->clear_id_number();
      request.mutable_person()->set_sex(v1::SEX_FEMALE);
      *request.mutable_person()->mutable_birth_date() = ToProto(birth);
    }
    ASSERT_TRUE(world_.Create(request).ok());
  }
  absl::Status Merge(const std::string& kept, const std::string& dropped,
                     v1::MergePersonsResponse* response = nullptr,
                     const std::string& token = kOwnerToken) {
    v1::MergePersonsRequest request;
    request.set_kept("persons/" + kept);
    request.set_kept_etag(world_.Person(request.kept()).etag());
    request.set_dropped("persons/" + dropped);
    request.set_dropped_etag(world_.Person(request.dropped()).etag());
    request.set_reference("核〔2036〕2号");
    request.set_request_id(world_.NextRequestId());
    v1::MergePersonsResponse ignored;
    return Call(&Stub::MergePersons, request, response != nullptr ? response : &ignored, token);
  }
  // Calls until there is nothing left; answers how many each call sealed.
  std::vector<int> Reseal(int limit) {
    std::vector<int> counts;
    v1::ResealPersonsRequest request;
    v1::ResealPersonsResponse response;
    do {
      request.set_after(response.next());
      request.set_limit(limit);
      request.set_request_id(world_.NextRequestId());
      response.Clear();
      const absl::Status status = Call(&Stub::ResealPersons, request, &response);
      EXPECT_TRUE(status.ok()) << status;
      counts.push_back(response.resealed());
    } while (!response.next().empty());
    return counts;
  }

  const std::string folder_;
  World world_{Open()};
  int numbers_ = 300;
};

constexpr char kScopedBranch[] = "organisations/scoped-branch";
const absl::CivilDay kBirth(1985, 3, 4), kOtherBirth(1986, 3, 4);

TEST_F(PrivacyTest, RevealsForAPurposeAndRemembersWhoRead) {
  v1::CreatePersonRequest person = world_.PersonRequest("li");
  ASSERT_TRUE(world_.Create(person).ok());
  v1::RevealPersonResponse response;
  ASSERT_TRUE(Call(&Stub::RevealPerson, RevealRequest("persons/li"), &response).ok());
  EXPECT_EQ(response.display_name(), person.person().display_name());
  EXPECT_EQ(response.id_number(), person.person().id_number());
  EXPECT_EQ(FromProto(response.birth_date()).value(), absl::CivilDay(1990, 1, 15));
  const auto reveals = Reveals("persons/li");
  ASSERT_THAT(reveals, SizeIs(1));
  EXPECT_EQ(reveals[0].actor(), "owner");
  EXPECT_EQ(reveals[0].purpose(), v1::REVEAL_PURPOSE_TRANSFER);
  EXPECT_EQ(reveals[0].reference(), "转接〔2036〕1号");
  EXPECT_EQ(reveals[0].revision(), response.revision());
  EXPECT_GT(reveals[0].read_at().seconds(), 0);
  EXPECT_THAT(Reveals("persons/contact-one"), IsEmpty());
}

TEST_F(PrivacyTest, ListsReadingsNewestFirstInPages) {
  std::vector<int64_t> revisions;
  v1::RevealPersonResponse response;
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(Call(&Stub::RevealPerson, RevealRequest("persons/contact-one"), &response).ok());
    revisions.insert(revisions.begin(), response.revision());
  }
  for (int size : {0, 1, 2, 5}) {
    std::vector<int64_t> listed;
    for (const auto& reveal : Reveals("persons/contact-one", size)) {
      listed.push_back(reveal.revision());
    }
    EXPECT_EQ(listed, revisions);
  }
}

TEST_F(PrivacyTest, RevealsNothingWithoutPurposeReferenceScopeOrRole) {
  v1::RevealPersonResponse response;
  v1::RevealPersonRequest request = RevealRequest("persons/contact-one");
  request.clear_purpose();
  request.set_reference("第一行\n第二行");
  EXPECT_THAT(ReasonsOf(Call(&Stub::RevealPerson, request, &response)),
              ElementsAre("PURPOSE_REQUIRED", "REFERENCE_INVALID"));
  request = RevealRequest("persons/contact-one");
  request.set_reference(std::string(100, 'x') + "一");
  EXPECT_EQ(ReasonOf(Call(&Stub::RevealPerson, request, &response)), "REFERENCE_INVALID");
  request = RevealRequest("persons/contact-one");
  EXPECT_TRUE(absl::IsNotFound(Call(&Stub::RevealPerson, request, &response, kScopedToken)));
  EXPECT_TRUE(
      absl::IsPermissionDenied(Call(&Stub::RevealPerson, request, &response, kReaderToken)));
  v1::ListRevealsRequest list;
  v1::ListRevealsResponse listed;
  list.set_name("persons/contact-one");
  EXPECT_TRUE(absl::IsNotFound(Call(&Stub::ListReveals, list, &listed, kScopedToken)));
  EXPECT_EQ(response.ByteSizeLong(), 0u);
  EXPECT_THAT(Reveals("persons/contact-one"), IsEmpty());
}

TEST_F(PrivacyTest, ValidatingARevealAnswersAndRecordsNothing) {
  v1::RevealPersonRequest request = RevealRequest("persons/contact-one");
  request.set_validate_only(true);
  v1::RevealPersonResponse response;
  ASSERT_TRUE(Call(&Stub::RevealPerson, request, &response).ok());
  EXPECT_EQ(response.ByteSizeLong(), 0u);
  EXPECT_THAT(Reveals("persons/contact-one"), IsEmpty());
}

TEST_F(PrivacyTest, FindsRecordsOfOneNameAndBirthDateAcrossBranches) {
  // The two contacts were born on one day and have one name.
  EXPECT_THAT(Groups(""), ElementsAre("persons/contact-one persons/contact-two +0"));
  Register("a", kBranch, kBirth);
  Register("b", kScopedBranch, kBirth);
  Register("c", kBranch, kOtherBirth);
  EXPECT_THAT(Groups(kCounty), UnorderedElementsAre("persons/contact-one persons/contact-two +0",
                                                    "persons/a persons/b +0"));
  EXPECT_THAT(Groups("organisations/scoped"), ElementsAre("persons/b +1"));
  EXPECT_THAT(Groups("organisations/scoped", 0, kScopedToken), ElementsAre("persons/b +1"));
  Register("d", kScopedBranch, kOtherBirth);
  for (int size : {1, 2, 3}) EXPECT_THAT(Groups(kCounty, size), SizeIs(3));
}

TEST_F(PrivacyTest, MergesARecordIntoAnotherWithATrace) {
  Register("kept", kBranch, kBirth);
  Register("dropped", kScopedBranch, kBirth, /*with_number=*/true);
  const std::string number = world_.Person("persons/dropped").id_number();
  v1::MergePersonsResponse response;
  ASSERT_TRUE(Merge("kept", "dropped", &response).ok());
  EXPECT_EQ(response.person().id_number(), number);
  EXPECT_EQ(response.person().DebugString(), world_.Person("persons/kept").DebugString());
  EXPECT_EQ(world_.Person("persons/dropped").merged_into(), "persons/kept");
  EXPECT_THAT(Groups("organisations/scoped"), IsEmpty());
  v1::ListPersonsRequest list;
  v1::ListPersonsResponse listed;
  list.set_root("organisations/scoped");
  ASSERT_TRUE(Invoke(&v1::MembershipService::Stub::ListPersons, world_.stub(), list, &listed).ok());
  EXPECT_THAT(listed.persons(), IsEmpty());
  // The number is now the kept record's, and nobody else's.
  v1::CreatePersonRequest again = world_.PersonRequest("again");
  again.mutable_person()->set_id_number(GeneratedIdNumber(kBirth, numbers_));
  EXPECT_EQ(ReasonOf(world_.Create(again)), "ID_NUMBER_TAKEN");
  // Nothing more happens to the dropped one.
  EXPECT_EQ(ReasonOf(Merge("kept", "dropped")), "ALREADY_MERGED");
  EXPECT_EQ(
      ReasonOf(world_.Step("persons/dropped/cases/c", MakeStep(v1::STEP_KIND_APPLICATION, kToday))),
      "ALREADY_MERGED");
  EXPECT_TRUE(
      world_.Step("persons/kept/cases/c", MakeStep(v1::STEP_KIND_APPLICATION, kToday)).ok());
}

TEST_F(PrivacyTest, RefusesToMergeWhatIsNotOnePerson) {
  Register("a", kBranch, kBirth);
  Register("b", kBranch, kOtherBirth);
  EXPECT_EQ(ReasonOf(Merge("a", "b")), "PERSONS_NOT_ALIKE");
  EXPECT_EQ(ReasonOf(Merge("a", "a")), "PERSONS_NOT_ALIKE");
  EXPECT_EQ(ReasonOf(Merge("contact-one", "contact-two")), "ID_NUMBERS_DIFFER");
  Register("member", kBranch, kBirth);
  ASSERT_TRUE(
      world_.Step("persons/member/cases/c", MakeStep(v1::STEP_KIND_APPLICATION, kToday)).ok());
  EXPECT_THAT(ReasonsOf(Merge("a", "member")),
              UnorderedElementsAre("DROPPED_HAS_OPEN_CASE", "DROPPED_IS_FURTHER"));
  EXPECT_TRUE(absl::IsNotFound(Merge("a", "b", nullptr, kScopedToken)));
  EXPECT_TRUE(Merge("member", "a").ok());
}

TEST_F(PrivacyTest, RefusesToMergeWithoutFreshEtags) {
  Register("a", kBranch, kBirth);
  Register("b", kBranch, kBirth);
  v1::MergePersonsRequest request;
  v1::MergePersonsResponse response;
  request.set_kept("persons/a");
  request.set_dropped("persons/b");
  request.set_request_id(world_.NextRequestId());
  EXPECT_EQ(ReasonOf(Call(&Stub::MergePersons, request, &response)), "REFERENCE_INVALID");
  request.set_reference("r");
  EXPECT_EQ(ReasonOf(Call(&Stub::MergePersons, request, &response)), "ETAG_REQUIRED");
  request.set_kept_etag("1");
  request.set_dropped_etag("7");
  EXPECT_EQ(Call(&Stub::MergePersons, request, &response).code(), absl::StatusCode::kAborted);
  request.set_dropped_etag("1");
  request.set_validate_only(true);
  EXPECT_TRUE(Call(&Stub::MergePersons, request, &response).ok());
  EXPECT_EQ(world_.Person("persons/b").merged_into(), "");
}

TEST_F(PrivacyTest, SealsEverybodyAnewWithANewKey) {
  for (int i = 0; i < 5; ++i) Register(absl::StrCat("p", i), kBranch, kBirth, true);
  const v1::RevealPersonRequest reveal = RevealRequest("persons/p0");
  v1::RevealPersonResponse before, after;
  ASSERT_TRUE(Call(&Stub::RevealPerson, reveal, &before).ok());
  world_.Stop();
  world_.keys().insert(world_.keys().begin(), std::string(32, 'n'));
  world_.Start(Open());
  // The answer that the old key sealed is given again.
  ASSERT_TRUE(Call(&Stub::RevealPerson, reveal, &after).ok());
  EXPECT_EQ(after.SerializeAsString(), before.SerializeAsString());
  EXPECT_THAT(Reveals("persons/p0"), SizeIs(1));

  const std::string etag = world_.Person("persons/p0").etag();
  EXPECT_THAT(Reseal(3), ElementsAre(3, 3, 1));
  EXPECT_THAT(Reseal(3), ElementsAre(0));
  EXPECT_EQ(world_.Person("persons/p0").etag(), etag);
  const PersonalDataKeys newest({std::string(32, 'n')});
  for (const char* id : {"contact-one", "contact-two", "p0", "p4"}) {
    const auto row = FindPerson(*world_.server().store().TakeSnapshot(), id);
    ASSERT_TRUE(row.ok() && row->has_value());
    EXPECT_TRUE(newest.Open(NameOf(kPersons, id), (*row)->personal_data()).ok()) << id;
  }
  // Finding by name and number outlive the change, and so does uniqueness.
  for (const bool by_number : {false, true}) {
    v1::SearchPersonsRequest search;
    v1::SearchPersonsResponse found;
    if (by_number) {
      search.set_id_number(before.id_number());
      search.set_purpose(v1::REVEAL_PURPOSE_VERIFICATION);
      search.set_reference("r");
      search.set_request_id(world_.NextRequestId());
    } else {
      search.set_display_name(before.display_name());
    }
    ASSERT_TRUE(
        Invoke(&v1::MembershipService::Stub::SearchPersons, world_.stub(), search, &found).ok());
    EXPECT_THAT(found.persons(), SizeIs(by_number ? 1 : 7));
  }
  v1::CreatePersonRequest again = world_.PersonRequest("again");
  again.mutable_person()->set_id_number(before.id_number());
  EXPECT_EQ(ReasonOf(world_.Create(again)), "ID_NUMBER_TAKEN");
  world_.Stop();
  world_.Start(Open());
  EXPECT_THAT(Groups(kCounty), SizeIs(2));
}

TEST_F(PrivacyTest, RefusesToStartWithoutTheOldestKey) {
  world_.Stop();
  world_.keys().insert(world_.keys().begin(), std::string(32, 'n'));
  world_.Start(Open());
  Reseal(0);
  world_.Stop();
  FakeClock clock(kToday);
  ServerOptions of_server;
  of_server.service = "membership";
  auto server = Server::Create(std::move(of_server), Open(), &clock, MembershipContracts());
  ASSERT_TRUE(server.ok());
  MembershipOptions options;
  options.registry = MakeChannel("127.0.0.1:1");
  options.rule_sets_folder = ZHIBU_SOURCE_DIR "/services/membership/data/rulesets";
  options.transfer_rules_file =
      ZHIBU_SOURCE_DIR "/services/membership/data/transfer_rules/transfers.textproto";
  options.fact_rules_file = ZHIBU_SOURCE_DIR "/services/membership/data/fact_rules/facts.textproto";
  options.keys = {std::string(32, 'n')};
  EXPECT_EQ(ReasonOf(BuildMembership(**server, options).status()), "KEY_OF_ANOTHER_STORE");
}

TEST_F(PrivacyTest, RefusesABatchThatIsTooLarge) {
  v1::ResealPersonsRequest request;
  v1::ResealPersonsResponse response;
  request.set_request_id("r");
  request.set_limit(1001);
  EXPECT_EQ(ReasonOf(Call(&Stub::ResealPersons, request, &response)), "LIMIT_INVALID");
  request.set_limit(-1);
  EXPECT_EQ(ReasonOf(Call(&Stub::ResealPersons, request, &response)), "LIMIT_INVALID");
  // Of everybody's data, so not for who has a part of them.
  EXPECT_FALSE(Call(&Stub::ResealPersons, request, &response, kScopedToken).ok());
}

}  // namespace
}  // namespace zhibu::membership
