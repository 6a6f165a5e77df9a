// Finding persons by name, initials, ID number and outside ids, over the contract.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "common/store/feed.h"
#include "services/membership/persons/persons.h"
#include "tests/services/membership/world.h"
#include "zhibu/membership/v1/events.pb.h"
#include "zhibu/membership/v1/privacy_service.grpc.pb.h"

namespace zhibu::membership {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using Stub = v1::MembershipService::Stub;

constexpr char kScoped[] = "organisations/scoped";
constexpr char kScopedBranch[] = "organisations/scoped-branch";
constexpr char kName[] = "欧阳某某";
constexpr char kSystem[] = "province";

class PersonSearchTest : public ::testing::Test {
 protected:
  absl::Status Call(const v1::SearchPersonsRequest& request, v1::SearchPersonsResponse* response,
                    const std::string& token = kOwnerToken) {
    return Invoke(&Stub::SearchPersons, world_.stub(), request, response, token);
  }
  std::string ReasonOfCall(const v1::SearchPersonsRequest& request,
                           const std::string& token = kOwnerToken) {
    v1::SearchPersonsResponse response;
    const absl::Status status = Call(request, &response, token);
    EXPECT_FALSE(status.ok());
    EXPECT_THAT(response.persons(), IsEmpty());
    return ReasonOf(status);
  }
  // The names of all who are found, page by page.
  std::vector<std::string> Search(v1::SearchPersonsRequest request,
                                  const std::string& token = kOwnerToken) {
    std::vector<std::string> names;
    v1::SearchPersonsResponse response;
    int64_t revision = -1;
    do {
      request.set_page_token(response.next_page_token());
      response.Clear();
      const absl::Status status = Call(request, &response, token);
      EXPECT_TRUE(status.ok()) << status;
      if (revision == -1) revision = response.revision();
      EXPECT_EQ(response.revision(), revision);
      for (const auto& person : response.persons()) names.push_back(person.name());
    } while (!response.next_page_token().empty());
    return names;
  }
  static v1::SearchPersonsRequest ByName(const std::string& name, const std::string& root = "") {
    v1::SearchPersonsRequest request;
    request.set_display_name(name);
    request.set_root(root);
    return request;
  }
  static v1::SearchPersonsRequest ByInitials(const std::string& initials) {
    v1::SearchPersonsRequest request;
    request.set_initials(initials);
    return request;
  }
  static v1::SearchPersonsRequest ByExternalId(const std::string& id, absl::CivilDay day) {
    v1::SearchPersonsRequest request;
    request.set_system(kSystem);
    request.set_external_id(id);
    *request.mutable_as_of() = ToProto(day);
    return request;
  }
  v1::SearchPersonsRequest ByIdNumber(const std::string& number, const std::string& root = "") {
    v1::SearchPersonsRequest request;
    request.set_id_number(number);
    request.set_root(root);
    request.set_purpose(v1::REVEAL_PURPOSE_VERIFICATION);
    request.set_reference("核〔2036〕1号");
    request.set_request_id(world_.NextRequestId());
    return request;
  }
  // Answers the person's ID number.
  std::string Register(const std::string& id, const std::string& name,
                       const std::string& organisation = kBranch) {
    v1::CreatePersonRequest request = world_.PersonRequest(id, organisation);
    request.mutable_person()->set_display_name(name);
    const absl::Status status = world_.Create(request);
    EXPECT_TRUE(status.ok()) << status;
    return request.person().id_number();
  }
  absl::Status Update(const std::string& name, const std::string& field,
                      const v1::Person& changes) {
    v1::UpdatePersonRequest request;
    v1::UpdatePersonResponse response;
    *request.mutable_person() = changes;
    request.mutable_person()->set_name(name);
    request.mutable_person()->set_etag(world_.Person(name).etag());
    request.mutable_update_mask()->add_paths(field);
    request.set_reference("r");
    request.set_request_id(world_.NextRequestId());
    return Invoke(&Stub::UpdatePerson, world_.stub(), request, &response);
  }
  int64_t Head() { return JournalHead(*world_.server().store().TakeSnapshot())->revision(); }
  // The searches by ID number that the feed tells of, with their revisions.
  std::vector<std::pair<int64_t, v1::PersonSearched>> Searched() {
    std::vector<std::pair<int64_t, v1::PersonSearched>> all;
    const auto records = ReadJournal(*world_.server().store().TakeSnapshot(), 0, 1000000, 1 << 30);
    EXPECT_TRUE(records.ok());
    for (const auto& record : *records) {
      feed::v1::Content content;
      EXPECT_TRUE(content.ParseFromString(record.content()));
      for (const auto& event : content.events()) {
        v1::PersonSearched searched;
        if (event.UnpackTo(&searched)) all.emplace_back(record.revision(), searched);
      }
    }
    return all;
  }

  World world_;
};

TEST_F(PersonSearchTest, FindsNamesakesMaskedAndById) {
  const std::string number = Register("b", kName);
  Register("a", kName, kScopedBranch);
  Register("other", "欧阳某");
  EXPECT_THAT(Search(ByName(kName)), ElementsAre("persons/a", "persons/b"));
  EXPECT_THAT(Search(ByName(kName, kCounty)), ElementsAre("persons/a", "persons/b"));
  EXPECT_THAT(Search(ByName("欧阳")), IsEmpty());
  v1::SearchPersonsResponse response;
  ASSERT_TRUE(Call(ByName(kName, kBranch), &response).ok());
  ASSERT_THAT(response.persons(), SizeIs(1));
  EXPECT_EQ(response.persons(0).DebugString(), world_.Person("persons/b").DebugString());
  EXPECT_THAT(response.ShortDebugString(), Not(HasSubstr(number)));
}

TEST_F(PersonSearchTest, ComparesNamesWithoutBlanksAndWithOneMiddleDot) {
  Register("a", "欧 某");
  Register("b", "阿某某·艾某某");
  Register("c", "阿某某•艾某某");
  EXPECT_THAT(Search(ByName("欧某")), ElementsAre("persons/a"));
  EXPECT_THAT(Search(ByName(" 欧某 ")), ElementsAre("persons/a"));
  EXPECT_THAT(Search(ByName("阿某某・艾某某")), ElementsAre("persons/b", "persons/c"));
}

TEST_F(PersonSearchTest, FindsByInitialsInAnyCase) {
  Register("a", kName);
  Register("b", "欧阳某木");
  EXPECT_THAT(Search(ByInitials("oymm")), ElementsAre("persons/a", "persons/b"));
  EXPECT_THAT(Search(ByInitials("OYMM")), ElementsAre("persons/a", "persons/b"));
  EXPECT_THAT(Search(ByInitials("oym")), IsEmpty());
  // Initials are no name, and the other way round.
  EXPECT_THAT(Search(ByName("oymm")), IsEmpty());
}

TEST_F(PersonSearchTest, FollowsTheRecordWhenItIsCalledOtherwise) {
  Register("a", kName);
  v1::Person changes;
  changes.set_display_name("司徒某");
  ASSERT_TRUE(Update("persons/a", "display_name", changes).ok());
  EXPECT_THAT(Search(ByName(kName)), IsEmpty());
  EXPECT_THAT(Search(ByInitials("oymm")), IsEmpty());
  EXPECT_THAT(Search(ByName("司徒某")), ElementsAre("persons/a"));
  EXPECT_THAT(Search(ByInitials("stm")), ElementsAre("persons/a"));
}

TEST_F(PersonSearchTest, FindsWhoHasAnOutsideIdOnTheDay) {
  const absl::CivilDay changed(2030, 1, 1);
  v1::Person first, second;
  auto& old = *first.add_external_ids();
  old.set_system(kSystem);
  old.set_id("Z-1");
  *old.mutable_valid_from() = ToProto(absl::CivilDay(2020, 1, 1));
  *old.mutable_valid_to() = ToProto(changed);
  *second.add_external_ids() = old;
  *second.mutable_external_ids(0)->mutable_valid_from() = ToProto(changed);
  second.mutable_external_ids(0)->clear_valid_to();
  ASSERT_TRUE(Update("persons/contact-one", "external_ids", first).ok());
  ASSERT_TRUE(Update("persons/contact-two", "external_ids", second).ok());
  EXPECT_THAT(Search(ByExternalId("Z-1", absl::CivilDay(2019, 12, 31))), IsEmpty());
  EXPECT_THAT(Search(ByExternalId("Z-1", changed - 1)), ElementsAre("persons/contact-one"));
  EXPECT_THAT(Search(ByExternalId("Z-1", changed)), ElementsAre("persons/contact-two"));
  EXPECT_THAT(Search(ByExternalId("Z-", changed)), IsEmpty());
  // No longer theirs.
  ASSERT_TRUE(Update("persons/contact-two", "external_ids", v1::Person()).ok());
  EXPECT_THAT(Search(ByExternalId("Z-1", changed)), IsEmpty());
}

TEST_F(PersonSearchTest, AnswersInPagesThatShowOneMoment) {
  std::vector<std::string> expected;
  for (int i = 0; i < 7; ++i) {
    Register(absl::StrCat("p", i), kName, i % 2 == 0 ? kBranch : kScopedBranch);
    expected.push_back(absl::StrCat("persons/p", i));
  }
  for (const int size : {0, 1, 2, 3, 7, 1000}) {
    v1::SearchPersonsRequest request = ByName(kName);
    request.set_page_size(size);
    EXPECT_EQ(Search(request), expected) << size;
    request.set_root(kScoped);
    EXPECT_THAT(Search(request), ElementsAre("persons/p1", "persons/p3", "persons/p5"));
  }
}

TEST_F(PersonSearchTest, FindsOnlyWhoIsKeptInTheSubtreeOnTheDay) {
  Register("a", kName);
  const absl::CivilDay moved(2036, 3, 1);
  world_.Transfer("persons/a", moved);
  const auto found = [&](const std::string& root, absl::CivilDay day,
                         const std::string& token = kOwnerToken) {
    v1::SearchPersonsRequest request = ByName(kName, root);
    *request.mutable_as_of() = ToProto(day);
    return Search(request, token).size();
  };
  EXPECT_EQ(found(kBranch, moved - 1), 1u);
  EXPECT_EQ(found(kBranch, moved), 0u);
  EXPECT_EQ(found(kScoped, moved - 1), 0u);
  EXPECT_EQ(found(kScoped, moved), 1u);
  EXPECT_EQ(found(kScoped, moved, kScopedToken), 1u);
  EXPECT_EQ(found(kCounty, moved), 1u);
  // Before the books had the person.
  EXPECT_EQ(found(kCounty, absl::CivilDay(2013, 12, 31)), 0u);
}

TEST_F(PersonSearchTest, ShowsACallerOnlyWhatIsInScope) {
  Register("inside", kName, kScopedBranch);
  Register("outside", kName);
  EXPECT_THAT(Search(ByName(kName, kScoped), kScopedToken), ElementsAre("persons/inside"));
  for (const char* root : {"", kCounty, kBranch}) {
    v1::SearchPersonsResponse response;
    EXPECT_TRUE(absl::IsNotFound(Call(ByName(kName, root), &response, kScopedToken))) << root;
  }
  v1::SearchPersonsResponse response;
  EXPECT_TRUE(absl::IsNotFound(Call(ByName(kName, "organisations/nowhere"), &response)));
}

TEST_F(PersonSearchTest, DoesNotFindARecordThatWasMerged) {
  const std::string number = Register("dropped", kName);
  v1::CreatePersonRequest kept = world_.PersonRequest("kept");
  kept.mutable_person()->set_display_name(kName);
  kept.mutable_person()->clear_id_number();
  // That of the number, which it will get: the seventeenth digit says.
  kept.mutable_person()->set_sex((number[16] - '0') % 2 == 1 ? v1::SEX_MALE : v1::SEX_FEMALE);
  *kept.mutable_person()->mutable_birth_date() = ToProto(absl::CivilDay(1990, 1, 15));
  ASSERT_TRUE(world_.Create(kept).ok());
  v1::Person known;
  auto& external = *known.add_external_ids();
  external.set_system(kSystem);
  external.set_id("Z-1");
  *external.mutable_valid_from() = ToProto(absl::CivilDay(2020, 1, 1));
  ASSERT_TRUE(Update("persons/dropped", "external_ids", known).ok());
  v1::MergePersonsRequest merge;
  v1::MergePersonsResponse merged;
  merge.set_kept("persons/kept");
  merge.set_kept_etag(world_.Person("persons/kept").etag());
  merge.set_dropped("persons/dropped");
  merge.set_dropped_etag(world_.Person("persons/dropped").etag());
  merge.set_reference("r");
  merge.set_request_id(world_.NextRequestId());
  auto privacy = v1::PrivacyService::NewStub(world_.channel());
  ASSERT_TRUE(Invoke(&v1::PrivacyService::Stub::MergePersons, *privacy, merge, &merged).ok());
  EXPECT_THAT(Search(ByName(kName)), ElementsAre("persons/kept"));
  EXPECT_THAT(Search(ByInitials("oymm")), ElementsAre("persons/kept"));
  EXPECT_THAT(Search(ByIdNumber(number)), ElementsAre("persons/kept"));
  EXPECT_THAT(Search(ByExternalId("Z-1", kToday)), IsEmpty());
  // So the id is free for the record that is kept.
  const absl::Status updated = Update("persons/kept", "external_ids", known);
  EXPECT_TRUE(updated.ok()) << updated;
  EXPECT_THAT(Search(ByExternalId("Z-1", kToday)), ElementsAre("persons/kept"));
}

TEST_F(PersonSearchTest, RefusesWhatIsNoQuery) {
  v1::SearchPersonsRequest request;
  EXPECT_EQ(ReasonOfCall(request), "QUERY_REQUIRED");
  request = ByName(kName);
  request.set_initials("oymm");
  EXPECT_EQ(ReasonOfCall(request), "QUERY_NOT_ONE");
  request = ByIdNumber(GeneratedIdNumber(absl::CivilDay(1990, 1, 15), 900));
  request.set_display_name(kName);
  EXPECT_EQ(ReasonOfCall(request), "QUERY_NOT_ONE");
  request.clear_display_name();
  request.set_external_id("1");
  EXPECT_EQ(ReasonOfCall(request), "QUERY_NOT_ONE");
  EXPECT_EQ(ReasonOfCall(ByName("  ")), "DISPLAY_NAME_INVALID");
  EXPECT_EQ(ReasonOfCall(ByName(std::string(51, 'x'))), "DISPLAY_NAME_INVALID");
  EXPECT_EQ(ReasonOfCall(ByInitials("oy1")), "INITIALS_INVALID");
  EXPECT_EQ(ReasonOfCall(ByInitials("欧阳")), "INITIALS_INVALID");
  EXPECT_EQ(ReasonOfCall(ByInitials(std::string(21, 'x'))), "INITIALS_INVALID");
  request = ByExternalId("1", kToday);
  request.clear_system();
  EXPECT_EQ(ReasonOfCall(request), "EXTERNAL_ID_INVALID");
  EXPECT_EQ(ReasonOfCall(ByExternalId("", kToday)), "EXTERNAL_ID_INVALID");
  EXPECT_EQ(ReasonOfCall(ByExternalId("一", kToday)), "EXTERNAL_ID_INVALID");
  request = ByName(kName);
  request.mutable_as_of()->set_year(2030);
  EXPECT_EQ(ReasonOfCall(request), "DATE_INVALID");
  request = ByName(kName);
  request.set_page_size(-1);
  EXPECT_EQ(ReasonOfCall(request), "PAGE_SIZE_INVALID");
  EXPECT_THAT(Searched(), IsEmpty());
}

TEST_F(PersonSearchTest, JournalsASearchByIdNumberWhetherOrNotItFindsAnybody) {
  const std::string number = Register("a", kName);
  const v1::SearchPersonsRequest request = ByIdNumber(absl::AsciiStrToLower(number));
  v1::SearchPersonsResponse response, again;
  ASSERT_TRUE(Call(request, &response).ok());
  ASSERT_THAT(response.persons(), SizeIs(1));
  EXPECT_EQ(response.persons(0).DebugString(), world_.Person("persons/a").DebugString());
  EXPECT_EQ(response.next_page_token(), "");
  // Nobody has this one.
  EXPECT_THAT(Search(ByIdNumber(GeneratedIdNumber(absl::CivilDay(1990, 1, 15), 900))), IsEmpty());
  const auto searched = Searched();
  ASSERT_THAT(searched, SizeIs(2));
  EXPECT_EQ(searched[0].first, response.revision());
  EXPECT_EQ(searched[0].second.found(), "persons/a");
  EXPECT_EQ(searched[0].second.actor(), "owner");
  EXPECT_EQ(searched[0].second.purpose(), v1::REVEAL_PURPOSE_VERIFICATION);
  EXPECT_EQ(searched[0].second.reference(), "核〔2036〕1号");
  EXPECT_GT(searched[0].second.searched_at().seconds(), 0);
  EXPECT_EQ(searched[1].second.found(), "");
  // Asked again, it is the same reading.
  ASSERT_TRUE(Call(request, &again).ok());
  EXPECT_EQ(again.SerializeAsString(), response.SerializeAsString());
  EXPECT_THAT(Searched(), SizeIs(2));
  v1::SearchPersonsRequest other = request;
  other.set_reference("核〔2036〕2号");
  EXPECT_EQ(ReasonOfCall(other), "REQUEST_ID_REUSED");
}

TEST_F(PersonSearchTest, DoesNotTellSomebodyOutOfScopeFromNobody) {
  const std::string number = Register("outside", kName),
                    inside = Register("in", "某", kScopedBranch);
  EXPECT_THAT(Search(ByIdNumber(number, kScoped), kScopedToken), IsEmpty());
  EXPECT_THAT(Search(ByIdNumber(inside, kScoped), kScopedToken), ElementsAre("persons/in"));
  EXPECT_THAT(Search(ByIdNumber(number, kScoped)), IsEmpty());
  const auto searched = Searched();
  ASSERT_THAT(searched, SizeIs(3));
  EXPECT_EQ(searched[0].second.found(), "");
  EXPECT_EQ(searched[0].second.actor(), "scoped");
  EXPECT_EQ(searched[1].second.found(), "persons/in");
}

TEST_F(PersonSearchTest, RefusesASearchByIdNumberWithoutRolePurposeOrRequestId) {
  const std::string number = Register("a", kName);
  const int64_t before = Head();
  v1::SearchPersonsRequest request = ByIdNumber(number);
  v1::SearchPersonsResponse response;
  const absl::Status reader = Call(request, &response, kReaderToken);
  EXPECT_TRUE(absl::IsPermissionDenied(reader));
  EXPECT_EQ(ReasonOf(reader), "ROLE_NOT_ALLOWED");
  // By name a reader may.
  EXPECT_THAT(Search(ByName(kName), kReaderToken), ElementsAre("persons/a"));
  request.clear_purpose();
  request.clear_reference();
  EXPECT_THAT(ReasonsOf(Call(request, &response)),
              ElementsAre("PURPOSE_REQUIRED", "REFERENCE_INVALID"));
  request = ByIdNumber(number);
  request.clear_request_id();
  EXPECT_EQ(ReasonOfCall(request), "REQUEST_ID_INVALID");
  request = ByIdNumber(number);
  request.set_page_token("x");
  EXPECT_EQ(ReasonOfCall(request), "PAGE_TOKEN_INVALID");
  std::string mistyped = number;
  mistyped[17] = mistyped[17] == '1' ? '2' : '1';
  const absl::Status invalid = Call(ByIdNumber(mistyped), &response);
  EXPECT_EQ(ReasonOf(invalid), "ID_NUMBER_INVALID");
  EXPECT_THAT(invalid.ToString(), Not(HasSubstr(mistyped)));
  EXPECT_EQ(Head(), before);
}

}  // namespace
}  // namespace zhibu::membership
