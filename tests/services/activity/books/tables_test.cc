// The tables follow from the feeds, and survive the process.
#include "services/activity/books/tables.h"

#include <filesystem>
#include <map>
#include <random>

#include "common/store/feed.h"
#include "gmock/gmock.h"
#include "services/activity/books/people.h"
#include "tests/services/activity/world.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::activity {
namespace {

using absl::CivilDay;
using type::v1::ORGANISATION_KIND_BRANCH;
using type::v1::ORGANISATION_KIND_COMMITTEE;

using Bytes = std::map<std::string, std::string>;

Bytes OwnTables(const Reader& reader) {
  Bytes bytes;
  EXPECT_TRUE(reader
                  .Scan("\x10", "\xff",
                        [&](absl::string_view key, absl::string_view value) {
                          bytes[std::string(key)] = std::string(value);
                          return true;
                        })
                  .ok());
  return bytes;
}

template <typename Visit>
void ForEvents(const Server& server, const Store& store, Visit visit) {
  const auto records = ReadJournal(*store.TakeSnapshot(), 0, 100'000, size_t{1} << 30);
  ASSERT_TRUE(records.ok()) << records.status();
  for (const feed::v1::Record& record : *records) {
    feed::v1::Content content;
    ASSERT_TRUE(content.ParseFromString(record.content()));
    for (const auto& event : content.events()) visit(event);
  }
}

// Folds the membership's feed and the service's own into empty tables.
Bytes Folded(World& world) {
  const auto store = OpenMemoryStore("fold");
  EXPECT_TRUE(store.ok());
  const auto empty = (*store)->TakeSnapshot();
  Txn txn(*empty);
  txn.BeginJob(1, absl::UnixEpoch());
  ForEvents(world.membership(), world.membership().store(),
            [&](const auto& event) { EXPECT_TRUE(ApplyMembershipEvent(txn, event).ok()); });
  ForEvents(world.activity(), world.activity().store(), [&](const auto& event) {
    v1::ActivityChanged changed;
    ASSERT_TRUE(event.UnpackTo(&changed));
    EXPECT_TRUE(Apply(txn, changed).ok());
  });
  EXPECT_TRUE((*store)->CommitSynced(txn.writes()).ok());
  return OwnTables(*(*store)->TakeSnapshot());
}

// Records, cancels, steps and moves, in an order drawn from `seed`.
void LiveABit(World& world, int seed) {
  std::mt19937 random(seed);
  auto draw = [&](int n) { return static_cast<int>(random() % n); };
  const std::string branches[] = {"b0", "b1", "b2"};
  world.Organisation("bureau", ORGANISATION_KIND_COMMITTEE);
  for (const std::string& branch : branches) {
    world.Organisation(branch, ORGANISATION_KIND_BRANCH, "bureau");
    world.FullMembers(branch, 4);
  }
  for (int i = 0; i < 8; ++i) {
    world.Person(absl::StrCat("walker", i), branches[draw(3)],
                 {{CivilDay(2024, 1, 1) + draw(300), Stage::STAGE_ACTIVIST}});
  }
  world.Settle();
  const char* kinds[] = {"branch-meeting", "party-class", "theme-day"};
  std::vector<std::string> standing;
  for (int i = 0; i < 120; ++i) {
    const int what = draw(10);
    if (what == 0) {
      world.Person(absl::StrCat("walker", draw(8)), branches[draw(3)],
                   {{CivilDay(2024, 1, 1), Stage::STAGE_ACTIVIST}});
      world.Settle();
    } else if (what == 1) {
      const std::string& branch = branches[draw(3)];
      world.Step(absl::StrCat("walker", draw(8)), branch,
                 {{CivilDay(2024, 1, 1), Stage::STAGE_ACTIVIST},
                  {CivilDay(2025, 1, 1) + draw(500), Stage::STAGE_PROBATIONARY}});
      world.Settle();
    } else if (what < 4 && !standing.empty()) {
      const int which = draw(static_cast<int>(standing.size()));
      ASSERT_TRUE(world.Cancel(standing[which], world.Get(standing[which])->etag()).ok());
      standing.erase(standing.begin() + which);
    } else {
      const std::string& branch = branches[draw(3)];
      auto row = World::Row(absl::StrCat("a", i), branch, kinds[draw(3)],
                            CivilDay(2025, 1, 1) + draw(600));
      row.mutable_activity()->set_study_hours(draw(5));
      for (int m = 1; m <= 4; ++m) {
        World::Attend(row, absl::StrCat(branch, "-m", m), static_cast<v1::Presence>(1 + draw(3)));
      }
      const absl::Status status = world.Create(row);
      ASSERT_TRUE(status.ok()) << status;
      standing.push_back(row.activity_id());
    }
  }
}

TEST(Tables, FollowFromTheFeedsByteForByte) {
  for (int seed = 1; seed <= 3; ++seed) {
    World world;
    LiveABit(world, seed);
    const Bytes stored = OwnTables(*world.activity().store().TakeSnapshot());
    std::map<int, int> rows;
    for (const auto& [key, value] : stored) ++rows[static_cast<unsigned char>(key[0])];
    // Every table has been written to, or the comparison would say little.
    for (int table = kPersonTable; table <= kStudyHoursTable; ++table) EXPECT_GT(rows[table], 0);
    EXPECT_EQ(Folded(world), stored) << "seed " << seed;
  }
}

TEST(People, WhoseMembershipIsStoppedTakeNoPartUntilItIsRestored) {
  World world;
  world.Organisation("b", ORGANISATION_KIND_BRANCH);
  world.Person("gao", "b",
               {{CivilDay(2015, 7, 1), Stage::STAGE_FULL},
                {CivilDay(2024, 1, 1), Stage::STAGE_STOPPED},
                {CivilDay(2025, 1, 1), Stage::STAGE_FULL}});
  world.Settle();
  const auto people = PeopleOf(*world.activity().store().TakeSnapshot(), "b");
  ASSERT_TRUE(people.ok());
  EXPECT_EQ(FullMembersOn(*people, CivilDay(2023, 12, 31)), 1);
  EXPECT_EQ(FullMembersOn(*people, CivilDay(2024, 1, 1)), 0);
  EXPECT_EQ(StandingOn(people->at("gao"), CivilDay(2024, 12, 31)), Standing::kEnded);
  EXPECT_EQ(FullMembersOn(*people, CivilDay(2025, 1, 1)), 1);
}

TEST(Tables, LeaveNothingBehindOfCancelledRecordsButTheRecords) {
  World world;
  world.Organisation("b", ORGANISATION_KIND_BRANCH);
  world.FullMembers("b", 1);
  world.Settle();
  auto row = World::Row("a", "b", "theme-day", CivilDay(2026, 1, 1));
  row.mutable_activity()->set_study_hours(4);
  World::Attend(row, "b-m1");
  ASSERT_TRUE(world.Create(row).ok());
  ASSERT_TRUE(world.Cancel("a", "1").ok());
  for (const auto& [key, value] : OwnTables(*world.activity().store().TakeSnapshot())) {
    const int table = static_cast<unsigned char>(key[0]);
    EXPECT_NE(table, kHeldTable);
    EXPECT_NE(table, kStudyHoursTable);
  }
}

TEST(Tables, SurviveTheProcessAndGoOnFollowing) {
  const std::string folder =
      absl::StrCat(::testing::TempDir(), "/activity-", absl::ToUnixNanos(absl::Now()));
  auto open = [&] {
    auto store = OpenRocksStore(folder, "activity");
    EXPECT_TRUE(store.ok()) << store.status();
    return *std::move(store);
  };
  {
    World world(open());
    world.Organisation("scoped", ORGANISATION_KIND_BRANCH);
    world.Organisation("group", type::v1::ORGANISATION_KIND_PARTY_GROUP, "scoped");
    world.FullMembers("scoped", 2);
    world.Settle();
    ASSERT_TRUE(world.Create(World::Row("a1", "group", "group-meeting", kToday)).ok());
    world.StopActivity();
    world.FullMembers("scoped", 3);
    world.StartActivity(open());
    // The tree is there again although the registry says nothing new: a group of the caller's
    // branch is in scope.
    EXPECT_TRUE(world.Get("a1", kScopedToken).ok());
    world.Settle();
    v1::CreateActivityResponse response;
    ASSERT_TRUE(world.Create(World::Row("a2", "scoped", "theme-day", kToday), &response).ok());
    EXPECT_EQ(response.activity().should_attend(), 3);
    EXPECT_EQ(response.revision(), 2);
  }
  std::filesystem::remove_all(folder);
}

// A stage that is taken back is taken back here too: nobody attends as what he or she never was.
TEST(Tables, FollowWhatHappensToACaseBesideItsSteps) {
  const auto store = OpenMemoryStore("t");
  const auto empty = (*store)->TakeSnapshot();
  Txn txn(*empty);
  txn.BeginJob(1, absl::UnixEpoch());
  google::protobuf::Any any;
  membership::v1::PersonChanged person;
  person.set_name("persons/p");
  person.set_organisation("organisations/b");
  *person.mutable_registered_on() = ToProto(absl::CivilDay(2020, 1, 1));
  any.PackFrom(person);
  ASSERT_TRUE(ApplyMembershipEvent(txn, any).ok());
  membership::v1::StepRecorded step;
  step.set_name("persons/p/cases/c");
  step.add_stages()->set_stage(membership::v1::STAGE_PROBATIONARY);
  *step.mutable_stages(0)->mutable_valid_from() = ToProto(absl::CivilDay(2021, 1, 1));
  any.PackFrom(step);
  ASSERT_TRUE(ApplyMembershipEvent(txn, any).ok());
  EXPECT_EQ(PeopleOf(txn, "b")->at("p").standings.size(), 1u);
  membership::v1::CaseEventRecorded beside;
  beside.set_name(step.name());
  any.PackFrom(beside);
  ASSERT_TRUE(ApplyMembershipEvent(txn, any).ok());
  EXPECT_TRUE(PeopleOf(txn, "b")->at("p").standings.empty());
}

TEST(Tables, RefuseEventsThatNoSoundSourceSends) {
  const auto store = OpenMemoryStore("t");
  const auto empty = (*store)->TakeSnapshot();
  Txn txn(*empty);
  txn.BeginJob(1, absl::UnixEpoch());
  EXPECT_EQ(Apply(txn, v1::ActivityChanged()).code(), absl::StatusCode::kDataLoss);
  google::protobuf::Any any;
  membership::v1::StepRecorded step;
  step.set_name("persons/nobody/cases/c1");
  any.PackFrom(step);
  EXPECT_EQ(ApplyMembershipEvent(txn, any).code(), absl::StatusCode::kDataLoss);
  membership::v1::CaseEventRecorded beside;
  beside.set_name("persons/nobody/cases/c1");
  any.PackFrom(beside);
  EXPECT_EQ(ApplyMembershipEvent(txn, any).code(), absl::StatusCode::kDataLoss);
  any.PackFrom(membership::v1::PersonChanged());
  EXPECT_EQ(ApplyMembershipEvent(txn, any).code(), absl::StatusCode::kDataLoss);
  any.PackFrom(registry::v1::PostChanged());
  EXPECT_TRUE(ApplyMembershipEvent(txn, any).ok());
  EXPECT_TRUE(txn.writes().empty());
}

}  // namespace
}  // namespace zhibu::activity
