// Persons follow their organisations: all of them, once, also across crashes.
#include "services/membership/transfers/unit_transfers.h"

#include <algorithm>
#include <limits>

#include "common/store/feed.h"
#include "tests/services/membership/world.h"
#include "tests/support/map_store.h"
#include "zhibu/membership/v1/transfer_service.grpc.pb.h"
#include "zhibu/registry/v1/events.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::membership {
namespace {

using ::testing::ElementsAre;
using Stub = v1::TransferService::Stub;

const absl::CivilDay kEffective(2030, 7, 1);
constexpr char kGeneral[] = "organisations/general";
constexpr char kScopedBranch[] = "organisations/scoped-branch";

// Lives on where the service that used it is gone.
class SharedStore : public Store {
 public:
  explicit SharedStore(std::shared_ptr<MapStore> store) : store_(std::move(store)) {}
  std::unique_ptr<Snapshot> TakeSnapshot(ReadTier tier) const override {
    return store_->TakeSnapshot(tier);
  }
  absl::Status CommitSynced(const WriteSet& writes) override {
    return store_->CommitSynced(writes);
  }

 private:
  const std::shared_ptr<MapStore> store_;
};

struct Goes {
  std::string from, to;
  std::vector<std::string> persons;
};

registry::v1::Reorganised Decision(const std::string& id, const std::vector<Goes>& successions) {
  registry::v1::Reorganised event;
  registry::v1::ReorganisationRecord& decision = *event.mutable_reorganisation();
  decision.set_name(NameOf(kReorganisations, id));
  *decision.mutable_effective_on() = ToProto(kEffective);
  for (const Goes& goes : successions) {
    registry::v1::Succession& one = *decision.add_successions();
    one.set_from_organisation(goes.from);
    one.set_to_organisation(goes.to);
    for (const std::string& person : goes.persons) one.add_persons(person);
  }
  return event;
}

std::vector<v1::UnitTransfer> ListAll(World& world, const std::string& root = "",
                                      const std::string& token = kOwnerToken) {
  auto stub = v1::TransferService::NewStub(world.channel());
  v1::ListUnitTransfersRequest request;
  v1::ListUnitTransfersResponse response;
  request.set_root(root);
  const absl::Status status = Invoke(&Stub::ListUnitTransfers, *stub, request, &response, token);
  EXPECT_TRUE(status.ok()) << status;
  return {response.unit_transfers().begin(), response.unit_transfers().end()};
}

// Waits until everybody has been moved, or the store has failed.
void WaitForTheWorker(World& world) {
  EXPECT_TRUE(WaitFor([&] {
    if (world.server().failed()) return true;
    const auto all = ListAll(world);
    return std::all_of(all.begin(), all.end(), [](const auto& one) { return one.complete(); });
  }));
}

void CarryOut(World& world, const registry::v1::Reorganised& decision) {
  world.Emit(decision);
  world.Settle();
  WaitForTheWorker(world);
}

std::vector<std::string> KeptAt(World& world, const std::string& root, absl::CivilDay day) {
  v1::ListPersonsRequest request;
  v1::ListPersonsResponse response;
  request.set_root(root);
  *request.mutable_as_of() = ToProto(day);
  EXPECT_TRUE(
      Invoke(&v1::MembershipService::Stub::ListPersons, world.stub(), request, &response).ok());
  std::vector<std::string> ids;
  for (const v1::Person& person : response.persons()) {
    EXPECT_EQ(person.organisation(), root);
    ids.push_back(*IdOf(kPersons, person.name()));
  }
  return ids;
}

TEST(UnitTransfer, MovesEverybodyOfTheEndedOrganisationOnTheDay) {
  World world;
  CarryOut(world, Decision("merge", {{kBranch, kGeneral, {}}}));
  EXPECT_THAT(KeptAt(world, kBranch, kEffective - 1), ElementsAre("contact-one", "contact-two"));
  EXPECT_THAT(KeptAt(world, kBranch, kEffective), ElementsAre());
  EXPECT_THAT(KeptAt(world, kGeneral, kEffective - 1), ElementsAre());
  EXPECT_THAT(KeptAt(world, kGeneral, kEffective), ElementsAre("contact-one", "contact-two"));
  const v1::Person person = world.Person(kOne);
  ASSERT_EQ(person.affiliations_size(), 2);
  EXPECT_EQ(person.affiliations(1).cause(), "reorganisations/merge");
  EXPECT_EQ(person.affiliations(0).valid_to().SerializeAsString(),
            person.affiliations(1).valid_from().SerializeAsString());
  const auto listed = ListAll(world);
  ASSERT_EQ(listed.size(), 1u);
  EXPECT_EQ(listed[0].done(), 2);
  EXPECT_EQ(listed[0].remaining(), 0);
}

TEST(UnitTransfer, OpenCasesAndWhatFallsDueGoAlong) {
  World world;
  ASSERT_TRUE(world.CreatePerson("li").ok());
  world.WalkTo("persons/li/cases/c", absl::CivilDay(2029, 1, 1),
               v1::STEP_KIND_CULTIVATION_INSPECTION);
  const auto before = world.Due(absl::CivilDay(2100, 1, 1));
  ASSERT_FALSE(before.empty());
  CarryOut(world, Decision("merge", {{kBranch, kGeneral, {}}}));
  EXPECT_TRUE(world.Due(absl::CivilDay(2100, 1, 1), 0, kBranch).empty());
  EXPECT_EQ(world.Due(absl::CivilDay(2100, 1, 1), 0, kGeneral).size(), before.size());
  EXPECT_EQ(world.Case("persons/li/cases/c").organisation(), kGeneral);
  EXPECT_EQ(world.Case("persons/li/cases/c", kEffective - 1).organisation(), kBranch);
}

TEST(UnitTransfer, ASplitSendsTheNamedToTheirPartAndTheOthersToTheRest) {
  World world;
  CarryOut(world, Decision("split", {{kBranch, kScopedBranch, {kTwo}}, {kBranch, kGeneral, {}}}));
  EXPECT_THAT(KeptAt(world, kGeneral, kEffective), ElementsAre("contact-one"));
  EXPECT_THAT(KeptAt(world, kScopedBranch, kEffective), ElementsAre("contact-two"));
}

TEST(UnitTransfer, WhoIsNotNamedStaysWhereTheOrganisationGoesOn) {
  World world;
  CarryOut(world, Decision("split", {{kBranch, kScopedBranch, {kTwo}}}));
  EXPECT_THAT(KeptAt(world, kBranch, kEffective), ElementsAre("contact-one"));
  EXPECT_THAT(KeptAt(world, kScopedBranch, kEffective), ElementsAre("contact-two"));
}

// Registered afterwards, on a day before it ended: as if the record had been there all along.
TEST(UnitTransfer, WhoIsRegisteredAfterwardsFollowsTheOrganisationThatEnded) {
  World world;
  CarryOut(world, Decision("merge", {{kBranch, kGeneral, {}}}));
  world.Organisation("branch", type::v1::ORGANISATION_KIND_BRANCH, "county", kEffective);
  world.Settle();
  const auto registered = [&](const std::string& id, absl::CivilDay day) {
    v1::CreatePersonRequest request = world.MemberRequest(id, kBranch);
    *request.mutable_person()->mutable_registered_on() = ToProto(day);
    return world.Create(request);
  };
  EXPECT_TRUE(registered("early", absl::CivilDay(2019, 9, 1)).ok());
  EXPECT_TRUE(registered("last", kEffective - 1).ok());
  EXPECT_THAT(ReasonsOf(registered("late", kEffective)), ElementsAre("ORGANISATION_NOT_THERE"));
  EXPECT_THAT(KeptAt(world, kBranch, kEffective - 1),
              ElementsAre("contact-one", "contact-two", "early", "last"));
  EXPECT_THAT(KeptAt(world, kGeneral, kToday),
              ElementsAre("contact-one", "contact-two", "early", "last"));
  const v1::Person person = world.Person("persons/last");
  ASSERT_EQ(person.affiliations_size(), 2);
  EXPECT_EQ(person.affiliations(1).cause(), "reorganisations/merge");
}

TEST(UnitTransfer, WhoIsRegisteredAfterwardsFollowsFromSuccessorToSuccessor) {
  World world;
  CarryOut(world, Decision("a", {{kGeneral, kScopedBranch, {}}}));
  CarryOut(world, Decision("b", {{kBranch, kGeneral, {}}}));
  world.Organisation("branch", type::v1::ORGANISATION_KIND_BRANCH, "county", kEffective);
  world.Organisation("general", type::v1::ORGANISATION_KIND_GENERAL_BRANCH, "county",
                     kEffective);
  world.Settle();
  ASSERT_TRUE(world.CreateMember("li", kBranch).ok());
  EXPECT_EQ(world.Person("persons/li").organisation(), kScopedBranch);
  EXPECT_EQ(world.Person("persons/li", kEffective - 1).organisation(), kBranch);
}

TEST(UnitTransfer, NobodyIsRegisteredWhereNothingFollowsOrAnotherKeepsTheBooks) {
  World world;
  // Named persons alone went on; nobody else has a successor.
  CarryOut(world, Decision("end", {{kScopedBranch, kGeneral, {kTwo}}}));
  world.Organisation("scoped-branch", type::v1::ORGANISATION_KIND_BRANCH, "scoped", kEffective);
  world.Settle();
  const absl::Status status = world.CreateMember("li", kScopedBranch);
  EXPECT_THAT(ReasonsOf(status), ElementsAre("ORGANISATION_ENDED"));
  EXPECT_THAT(FindingsOf(status)[0].message(), ::testing::HasSubstr("2030-06-30"));
  CarryOut(world, Decision("late", {{kScopedBranch, kGeneral, {}}}));
  v1::CreatePersonRequest request = world.MemberRequest("li", kScopedBranch);
  const absl::Status scoped = world.Create(request, nullptr, kScopedToken);
  EXPECT_THAT(ReasonsOf(scoped), ElementsAre("ORGANISATION_ENDED"));
  EXPECT_THAT(FindingsOf(scoped)[0].message(), ::testing::HasSubstr(kGeneral));
  EXPECT_TRUE(world.Create(world.MemberRequest("li", kScopedBranch)).ok());
}

TEST(UnitTransfer, IsListedForOldAndNewPlaceAndNobodyElse) {
  World world;
  CarryOut(world, Decision("merge", {{kBranch, kGeneral, {}}}));
  EXPECT_EQ(ListAll(world, kBranch).size(), 1u);
  EXPECT_EQ(ListAll(world, kGeneral).size(), 1u);
  EXPECT_EQ(ListAll(world, kCounty).size(), 1u);
  EXPECT_TRUE(ListAll(world, "organisations/scoped", kScopedToken).empty());
}

TEST(UnitTransfer, IsReadByItsDecision) {
  World world;
  CarryOut(world, Decision("merge", {{kBranch, kGeneral, {}}}));
  auto stub = v1::TransferService::NewStub(world.channel());
  const auto get = [&](const std::string& name, v1::GetUnitTransferResponse* response,
                       const std::string& token = kOwnerToken) {
    v1::GetUnitTransferRequest request;
    request.set_reorganisation(name);
    return Invoke(&Stub::GetUnitTransfer, *stub, request, response, token);
  };
  v1::GetUnitTransferResponse response;
  ASSERT_TRUE(get("reorganisations/merge", &response).ok());
  EXPECT_EQ(response.unit_transfer().DebugString(), ListAll(world)[0].DebugString());
  EXPECT_EQ(response.unit_transfer().reorganisation(), "reorganisations/merge");
  EXPECT_TRUE(response.unit_transfer().complete());
  EXPECT_EQ(ReasonOf(get("merge", &response)), "REORGANISATION_NAME_INVALID");
  EXPECT_EQ(get("reorganisations/none", &response).code(), absl::StatusCode::kNotFound);
  // Nothing of it is in the scope of this account.
  EXPECT_EQ(get("reorganisations/merge", &response, kScopedToken).code(),
            absl::StatusCode::kNotFound);
  CarryOut(world, Decision("in", {{kGeneral, kScopedBranch, {}}}));
  EXPECT_TRUE(get("reorganisations/in", &response, kScopedToken).ok());
}

// By person: every change that the journal holds beyond the registration.
std::map<std::string, int> MovesInTheJournal(World& world) {
  std::map<std::string, int> moves;
  const auto snapshot = world.server().store().TakeSnapshot();
  const auto records = ReadJournal(*snapshot, 0, 100000, 1 << 30);
  EXPECT_TRUE(records.ok());
  for (const auto& record : *records) {
    feed::v1::Content content;
    EXPECT_TRUE(content.ParseFromString(record.content()));
    for (const auto& event : content.events()) {
      v1::PersonChanged changed;
      if (event.UnpackTo(&changed) && changed.affiliations_size() > 1) ++moves[changed.name()];
    }
  }
  return moves;
}

// The parameter: commits until the store fails. One notes the decision, four move two each.
class CrashedUnitTransferTest : public ::testing::TestWithParam<int> {};

TEST_P(CrashedUnitTransferTest, IsCompletedAfterTheRestartAndNobodyMovesTwice) {
  auto store = std::make_shared<MapStore>();
  World world(std::make_unique<SharedStore>(store));
  world.Stop();
  world.set_unit_transfer_batch(2);
  world.Start(std::make_unique<SharedStore>(store));
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(world.CreateMember(absl::StrCat("m", i), kBranch).ok());
  }
  store->FailAfter(GetParam(), absl::UnavailableError("power is gone"));
  world.Emit(Decision("merge", {{kBranch, kGeneral, {}}}));
  if (GetParam() > 0) {
    world.Settle();
    WaitForTheWorker(world);
  }
  world.Stop();
  store->FailAfter(std::numeric_limits<int>::max() / 2, absl::OkStatus());
  world.Start(std::make_unique<SharedStore>(store));
  WaitForTheWorker(world);

  EXPECT_EQ(KeptAt(world, kGeneral, kEffective).size(), 7u);
  EXPECT_EQ(KeptAt(world, kBranch, kEffective - 1).size(), 7u);
  EXPECT_TRUE(KeptAt(world, kBranch, kEffective).empty());
  const auto moves = MovesInTheJournal(world);
  EXPECT_EQ(moves.size(), 7u);
  for (const auto& [name, times] : moves) EXPECT_EQ(times, 1) << name;
  const auto listed = ListAll(world);
  ASSERT_EQ(listed.size(), 1u);
  EXPECT_EQ(listed[0].done(), 7);
}

INSTANTIATE_TEST_SUITE_P(Commits, CrashedUnitTransferTest, ::testing::Range(0, 7));

}  // namespace
}  // namespace zhibu::membership
