#include "services/membership/books/tables.h"

#include <filesystem>
#include <vector>

#include "common/base/crypto.h"
#include "common/base/pinyin.h"
#include "common/store/table.h"
#include "services/membership/books/reading.h"
#include "tests/services/membership/books/fold.h"
#include "tests/services/membership/world.h"
#include "zhibu/membership/v1/case_event_service.grpc.pb.h"
#include "zhibu/membership/v1/privacy_service.grpc.pb.h"
#include "zhibu/membership/v1/quota_service.grpc.pb.h"

namespace zhibu::membership {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kCase[] = "persons/li/cases/c";
const absl::CivilDay kStart(2024, 10, 31);

v1::SearchPersonsRequest SearchByIdNumber(World& world, const std::string& number) {
  v1::SearchPersonsRequest search;
  search.set_id_number(number);
  search.set_purpose(v1::REVEAL_PURPOSE_VERIFICATION);
  search.set_reference("r");
  search.set_request_id(world.NextRequestId());
  return search;
}

// One record looked for by ID number, read in full, and merged into another; outside ids of both.
void HandlePersonalData(World& world) {
  auto stub = v1::PrivacyService::NewStub(world.channel());
  for (const char* id : {"twin-one", "twin-two"}) {
    v1::CreatePersonRequest request = world.PersonRequest(id);
    if (std::string(id) == "twin-one") {
      *request.mutable_person()->mutable_birth_date() = ToProto(absl::CivilDay(1990, 1, 15));
      request.mutable_person()->set_sex(v1::SEX_MALE);
      request.mutable_person()->clear_id_number();
    }
    auto& external = *request.mutable_person()->add_external_ids();
    external.set_system("province");
    external.set_id(id);
    *external.mutable_valid_from() = ToProto(absl::CivilDay(2020, 1, 1));
    ASSERT_TRUE(world.Create(request).ok());
  }
  v1::RevealPersonRequest reveal;
  v1::RevealPersonResponse revealed;
  reveal.set_name("persons/twin-two");
  reveal.set_purpose(v1::REVEAL_PURPOSE_VERIFICATION);
  reveal.set_reference("r");
  reveal.set_request_id(world.NextRequestId());
  ASSERT_TRUE(Invoke(&v1::PrivacyService::Stub::RevealPerson, *stub, reveal, &revealed).ok());
  ASSERT_EQ(revealed.id_number().size(), 18u);
  v1::SearchPersonsResponse found;
  ASSERT_TRUE(Invoke(&v1::MembershipService::Stub::SearchPersons, world.stub(),
                     SearchByIdNumber(world, revealed.id_number()), &found)
                  .ok());
  ASSERT_EQ(found.persons_size(), 1);
  v1::MergePersonsRequest merge;
  v1::MergePersonsResponse merged;
  merge.set_kept("persons/twin-one");
  merge.set_kept_etag("1");
  merge.set_dropped("persons/twin-two");
  merge.set_dropped_etag("1");
  merge.set_reference("r");
  merge.set_request_id(world.NextRequestId());
  ASSERT_TRUE(Invoke(&v1::PrivacyService::Stub::MergePersons, *stub, merge, &merged).ok());
}

// A quota, some of it handed down: the admissions of 2025 use it.
void GiveQuota(World& world) {
  auto stub = v1::QuotaService::NewStub(world.channel());
  v1::AllocateQuotaRequest request;
  v1::AllocateQuotaResponse response;
  request.set_year(2025);
  for (const char* from : {"", kCounty}) {
    request.mutable_entry()->set_from_organisation(from);
    request.mutable_entry()->set_to_organisation(*from == '\0' ? kCounty : kBranch);
    request.mutable_entry()->set_number(*from == '\0' ? 9 : 2);
    request.set_from_etag(response.quota().etag());
    request.set_request_id(world.NextRequestId());
    ASSERT_TRUE(Invoke(&v1::QuotaService::Stub::AllocateQuota, *stub, request, &response).ok());
  }
}

// A member out of contact, stopped and restored; one in correction who moves; one who has died with
// a case that ends by it; a kind, an ID number and dues that change.
void HandleFacts(World& world) {
  const absl::CivilDay lost(2030, 8, 31);
  ASSERT_TRUE(world.CreateMember("gao", kBranch).ok());
  ASSERT_TRUE(world.Fact("persons/gao", v1::MEMBERSHIP_FACT_KIND_CONTACT_LOST, lost).ok());
  ASSERT_TRUE(
      world.Fact("persons/gao", v1::MEMBERSHIP_FACT_KIND_STOPPED, AddMonths(lost, 6), kCounty)
          .ok());
  ASSERT_TRUE(
      world.Fact("persons/gao", v1::MEMBERSHIP_FACT_KIND_RESTORED, AddMonths(lost, 9), kCounty)
          .ok());
  ASSERT_TRUE(world.CreateMember("lin", kBranch).ok());
  ASSERT_TRUE(world
                  .Fact("persons/lin", v1::MEMBERSHIP_FACT_KIND_CORRECTION_BEGUN, lost, "", "",
                        AddMonths(lost, 12))
                  .ok());
  ASSERT_TRUE(world.CreatePerson("he").ok());
  world.WalkTo("persons/he/cases/c", kStart, v1::STEP_KIND_OBJECT_DETERMINATION);
  ASSERT_TRUE(world.Fact("persons/he", v1::MEMBERSHIP_FACT_KIND_DECEASED, lost).ok());
  v1::UpdatePersonRequest update;
  v1::UpdatePersonResponse updated;
  update.mutable_person()->set_name("persons/lin");
  update.mutable_person()->set_etag(world.Person("persons/lin").etag());
  update.mutable_person()->set_kind(v1::PERSON_KIND_RETIRED);
  update.mutable_person()->set_id_number(GeneratedIdNumber(absl::CivilDay(1975, 2, 3), 700));
  for (const char* path : {"kind", "id_number"}) update.mutable_update_mask()->add_paths(path);
  *update.mutable_kind_valid_from() = ToProto(absl::CivilDay(2035, 2, 3));
  update.set_reference("r");
  update.set_request_id(world.NextRequestId());
  ASSERT_TRUE(
      Invoke(&v1::MembershipService::Stub::UpdatePerson, world.stub(), update, &updated).ok());
  v1::RecordDuesPaidRequest pay;
  v1::RecordDuesPaidResponse paid;
  pay.set_name("persons/lin");
  pay.set_etag(updated.person().etag());
  pay.set_paid_until_month("2036-10");
  pay.set_request_id(world.NextRequestId());
  auto stub = v1::MembershipFactService::NewStub(world.channel());
  ASSERT_TRUE(Invoke(&v1::MembershipFactService::Stub::RecordDuesPaid, *stub, pay, &paid).ok());
}

// Cases at several places of the way: a member, somebody refused, somebody extended.
void MakeHistory(World& world) {
  GiveQuota(world);
  for (const char* id : {"li", "wang", "zhao"}) ASSERT_TRUE(world.CreatePerson(id).ok());
  world.WalkTo(kCase, kStart, v1::STEP_KIND_UNSPECIFIED);
  constexpr char kRefused[] = "persons/wang/cases/c";
  world.WalkTo(kRefused, kStart, v1::STEP_KIND_ADMISSION_APPROVAL);
  v1::Step approval = MakeStep(v1::STEP_KIND_ADMISSION_APPROVAL, AddMonths(kStart, 13));
  approval.mutable_admission_approval()->set_approved(false);
  ASSERT_TRUE(world.Step(kRefused, approval).ok());
  ASSERT_TRUE(world
                  .Step("persons/wang/cases/again",
                        MakeStep(v1::STEP_KIND_APPLICATION, AddMonths(kStart, 13)))
                  .ok());
  constexpr char kExtended[] = "persons/zhao/cases/c";
  world.WalkTo(kExtended, kStart, v1::STEP_KIND_CONVERSION_MEETING);
  v1::Step meeting = MakeStep(v1::STEP_KIND_CONVERSION_MEETING, AddMonths(kStart, 24));
  meeting.mutable_conversion_meeting()->set_outcome(v1::CONVERSION_OUTCOME_EXTENDED);
  meeting.mutable_conversion_meeting()->set_extension_months(6);
  ASSERT_TRUE(world.Step(kExtended, meeting).ok());
  ASSERT_TRUE(
      world.Step(kExtended, MakeStep(v1::STEP_KIND_CONVERSION_APPROVAL, AddMonths(kStart, 25)))
          .ok());
  // A step that stands by an exception.
  ASSERT_TRUE(world.CreatePerson("qian").ok());
  for (v1::Step step : LegalHistory(kStart)) {
    if (step.has_training()) step.mutable_training()->set_days(1);
    if (step.has_branch_examination()) {
      step.mutable_exception()->set_authority(kCounty);
      step.mutable_exception()->set_document_number("n");
      step.mutable_exception()->set_reason("r");
    }
    ASSERT_TRUE(world.Step("persons/qian/cases/c", step).ok());
    if (step.has_branch_examination()) break;
  }
  // One whose admission was void and is under way again; one that is paused.
  ASSERT_TRUE(world.CreatePerson("kong").ok());
  constexpr char kVoid[] = "persons/kong/cases/c", kPaused[] = "persons/wang/cases/again";
  world.WalkTo(kVoid, kStart, v1::STEP_KIND_CONVERSION_APPLICATION);
  v1::CaseEvent event;
  event.set_kind(v1::CASE_EVENT_KIND_VOIDED);
  event.set_organisation(kCounty);
  event.set_step_sequence(16);
  event.set_reason("第二十三条");
  *event.mutable_date() = ToProto(AddMonths(kStart, 20));
  ASSERT_TRUE(world.Beside(kVoid, event).ok());
  ASSERT_TRUE(
      world.Step(kVoid, MakeStep(v1::STEP_KIND_ADMISSION_MEETING, AddMonths(kStart, 21))).ok());
  event.Clear();
  event.set_kind(v1::CASE_EVENT_KIND_PAUSED);
  *event.mutable_date() = ToProto(AddMonths(kStart, 14));
  ASSERT_TRUE(world.Beside(kPaused, event).ok());
  HandlePersonalData(world);
  HandleFacts(world);
}

TEST(Tables, AreWhatTheFeedSays) {
  World world;
  MakeHistory(world);
  const auto snapshot = world.server().store().TakeSnapshot();
  const Rows expected = Dump(*snapshot, kFirstTable);
  EXPECT_GT(expected.size(), 90u);
  EXPECT_EQ(Folded(world, *snapshot) == expected, true);
}

// As the journal and the tables had them before facts had numbers.
TEST(Tables, NumberFactsOfBeforeByTheirPlace) {
  World world;
  const PersonalDataKeys keys(world.keys());
  const Tables tables(&ShippedRuleSets(), &keys, &ShippedFactRules());
  v1::PersonChanged event;
  event.set_name("persons/old");
  event.set_organisation(kBranch);
  *event.mutable_registered_on() = ToProto(kStart);
  *event.mutable_personal_data() = keys.Seal(event.name(), rows::PersonalData());
  for (int i = 0; i < 2; ++i) {
    v1::MembershipFact& fact = *event.add_facts();
    fact.set_kind(i == 0 ? v1::MEMBERSHIP_FACT_KIND_MOBILE_OUT
                         : v1::MEMBERSHIP_FACT_KIND_MOBILE_RETURNED);
    *fact.mutable_date() = ToProto(kStart + i);
  }
  google::protobuf::Any packed;
  packed.PackFrom(event);
  const auto snapshot = world.server().store().TakeSnapshot();
  Txn txn(*snapshot);
  txn.BeginJob(1000, absl::UnixEpoch());
  ASSERT_TRUE(tables.Apply(txn, packed).ok());
  auto row = FindPerson(txn, "old");
  ASSERT_TRUE(row.ok() && row->has_value());
  EXPECT_EQ((*row)->facts(1).sequence(), 2);
  EXPECT_EQ((*row)->last_fact_sequence(), 2);
  // A row that was never written since.
  rows::PersonRow old = **row;
  for (rows::FactRow& fact : *old.mutable_facts()) fact.clear_sequence();
  old.clear_last_fact_sequence();
  PutRow(txn, PersonKey("old"), old);
  row = FindPerson(txn, "old");
  ASSERT_TRUE(row.ok() && row->has_value());
  EXPECT_EQ((*row)->facts(0).sequence(), 1);
  EXPECT_EQ((*row)->facts(1).sequence(), 2);
  EXPECT_EQ((*row)->last_fact_sequence(), 2);
}

TEST(Tables, RefuseAnEventThatTheyDoNotKnow) {
  World world;
  const PersonalDataKeys keys(world.keys());
  const Tables tables(&ShippedRuleSets(), &keys, &ShippedFactRules());
  const auto snapshot = world.server().store().TakeSnapshot();
  Txn txn(*snapshot);
  google::protobuf::Any packed;
  packed.PackFrom(registry::v1::TermChanged());
  EXPECT_EQ(tables.Apply(txn, packed).code(), absl::StatusCode::kDataLoss);
}

TEST(Tables, HoldNothingThatNamesAPerson) {
  World world;
  MakeHistory(world);
  v1::CreatePersonRequest request = world.PersonRequest("secret");
  const std::string name = "欧阳某某某", number = request.person().id_number();
  request.mutable_person()->set_display_name(name);
  ASSERT_TRUE(world.Create(request).ok());
  request.set_person_id("other");
  request.set_request_id("refused");
  EXPECT_THAT(world.Create(request).ToString(), Not(HasSubstr(number)));
  const v1::SearchPersonsRequest search = SearchByIdNumber(world, number);
  v1::SearchPersonsResponse found;
  ASSERT_TRUE(
      Invoke(&v1::MembershipService::Stub::SearchPersons, world.stub(), search, &found).ok());
  ASSERT_EQ(found.persons_size(), 1);
  // Nor what anybody could compute who has no key, and so try out numbers and names.
  const std::string digest =
      Sha256({"/zhibu.membership.v1.MembershipService/SearchPersons", search.SerializeAsString()});
  const std::string initials = InitialsOf(name);
  ASSERT_EQ(initials, "oymmm");
  std::vector<std::string> hashes;
  for (const std::string& text : {number, name, initials}) {
    hashes.push_back(Sha256({text}).substr(0, 16));
    hashes.push_back(Sha256Hex(text).substr(0, 16));
  }
  // All there is: tables, journal (which is what the feed sends), and the answers that are kept to
  // be answered again.
  int rows = 0;
  for (const auto& [key, value] : Dump(*world.server().store().TakeSnapshot(), "")) {
    ++rows;
    for (const std::string& text : {key, value}) {
      EXPECT_EQ(text.find(number), std::string::npos);
      EXPECT_EQ(text.find(number.substr(6, 8)), std::string::npos);
      EXPECT_EQ(text.find(name), std::string::npos);
      EXPECT_EQ(text.find("某某"), std::string::npos);
      EXPECT_EQ(text.find(initials), std::string::npos);
      EXPECT_EQ(text.find(digest), std::string::npos);
      for (const std::string& hash : hashes) EXPECT_EQ(text.find(hash), std::string::npos);
    }
  }
  EXPECT_GT(rows, 100);
}

class RestartTest : public ::testing::Test {
 protected:
  RestartTest()
      : folder_(
            (std::filesystem::path(::testing::TempDir()) / ("membership-" + RandomId())).string()) {
  }
  ~RestartTest() override { std::filesystem::remove_all(folder_); }
  std::unique_ptr<Store> Open() {
    auto store = OpenRocksStore(folder_, "membership");
    EXPECT_TRUE(store.ok()) << store.status();
    return *std::move(store);
  }
  const std::string folder_;
};

TEST_F(RestartTest, GoesOnWhereItWas) {
  World world(Open());
  MakeHistory(world);
  ASSERT_TRUE(world.CreatePerson("sun").ok());
  const v1::RecordStepRequest request =
      world.StepRequest("persons/sun/cases/c", MakeStep(v1::STEP_KIND_APPLICATION, kStart), "");
  v1::RecordStepResponse first;
  ASSERT_TRUE(world.Record(request, &first).ok());
  const std::string before = world.Case(kCase).DebugString();
  const auto dues = world.Due(absl::CivilDay(2100, 1, 1));
  ASSERT_GT(dues.size(), 1u);

  world.Stop();
  world.Start(Open());
  EXPECT_EQ(world.Case(kCase).DebugString(), before);
  EXPECT_EQ(world.Person("persons/li").stage(), v1::STAGE_FULL);
  EXPECT_EQ(world.Due(absl::CivilDay(2100, 1, 1)).size(), dues.size());
  v1::RecordStepResponse again;
  ASSERT_TRUE(world.Record(request, &again).ok());
  EXPECT_EQ(again.SerializeAsString(), first.SerializeAsString());
  EXPECT_EQ(world.Case("persons/sun/cases/c").steps_size(), 1);
  // The organisations were known before the registry was asked again.
  EXPECT_TRUE(world.server().tree().Knows("scoped-branch"));
  // And it can be gone on with.
  world.etag("persons/sun/cases/c") = again.etag();
  EXPECT_TRUE(world.Step("persons/sun/cases/c", MakeStep(v1::STEP_KIND_TALK, kStart)).ok());
}

TEST_F(RestartTest, RefusesToStartWithAnotherKey) {
  {
    World world(Open());
    world.Stop();
  }
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
  options.keys = {std::string(32, 'x')};
  EXPECT_EQ(ReasonOf(BuildMembership(**server, options).status()), "KEY_OF_ANOTHER_STORE");
  options.rule_sets_folder = "/nonexistent";
  EXPECT_FALSE(BuildMembership(**server, options).ok());
}

}  // namespace
}  // namespace zhibu::membership
