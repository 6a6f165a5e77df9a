// The tables follow from the feeds, and survive the process.
#include "services/activity/books/tables.h"

#include <filesystem>
#include <map>
#include <random>

#include "common/base/crypto.h"
#include "common/store/feed.h"
#include "gmock/gmock.h"
#include "services/activity/books/mirror.h"
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
            [&](const auto& event) { EXPECT_TRUE(Persons().Apply(txn, event).ok()); });
  ForEvents(world.activity(), world.activity().store(), [&](const auto& event) {
    v1::ActivityChanged changed;
    ASSERT_TRUE(event.UnpackTo(&changed));
    EXPECT_TRUE(Apply(txn, changed).ok());
  });
  EXPECT_TRUE((*store)->CommitSynced(txn.writes()).ok());
  return OwnTables(*(*store)->TakeSnapshot());
}

// Records, corrects, cancels, steps and moves, in an order drawn from `seed`.
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
    } else if (what == 4 && !standing.empty()) {
      v1::Activity activity = *world.Get(standing[draw(static_cast<int>(standing.size()))]);
      *activity.mutable_date() = ToProto(CivilDay(2025, 1, 1) + draw(600));
      activity.set_study_hours(draw(5));
      if (!activity.attendances().empty()) activity.mutable_attendances()->RemoveLast();
      activity.set_guests(activity.guests() + 1);
      ASSERT_TRUE(world.Correct(activity, {"date", "study_hours", "attendances", "guests"}).ok());
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
    for (int table = kActivityTable; table <= kOrganisationPersonTable; ++table) {
      EXPECT_GT(rows[table], 0) << table;
    }
    EXPECT_EQ(Folded(world), stored) << "seed " << seed;
  }
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
  ASSERT_TRUE(world.Cancel("a", world.Get("a")->etag()).ok());
  for (const auto& [key, value] : OwnTables(*world.activity().store().TakeSnapshot())) {
    const int table = static_cast<unsigned char>(key[0]);
    EXPECT_NE(table, kHeldTable);
    EXPECT_NE(table, kStudyHoursTable);
  }
}

TEST(Tables, GiveBackEveryFieldOfARecord) {
  const auto store = OpenMemoryStore("t");
  const auto empty = (*store)->TakeSnapshot();
  Txn txn(*empty);
  txn.BeginJob(1, absl::UnixEpoch());
  v1::Activity activity;
  activity.set_name("activities/a");
  activity.set_organisation("organisations/b");
  activity.set_kind("theme-day");
  *activity.mutable_date() = ToProto(kToday);
  activity.set_topic("学习");
  activity.set_study_hours(2);
  activity.set_host("persons/p");
  activity.add_attendances()->set_person("persons/p");
  activity.mutable_attendances(0)->set_presence(v1::PRESENCE_PRESENT);
  activity.set_guests(3);
  activity.set_should_attend(5);
  activity.set_present(1);
  activity.set_cancelled_reason("重复登记");
  activity.set_etag("7");
  activity.add_corrections()->set_actor("clerk");
  activity.mutable_corrections(0)->add_fields()->set_path("topic");
  const auto* descriptor = v1::Activity::descriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const auto* field = descriptor->field(i);
    const auto* reflection = activity.GetReflection();
    EXPECT_TRUE(field->is_repeated() ? reflection->FieldSize(activity, field) > 0
                                     : reflection->HasField(activity, field))
        << field->name();
  }
  ASSERT_TRUE(StoreActivity(txn, activity).ok());
  EXPECT_EQ((*FindActivity(txn, "a"))->SerializeAsString(), activity.SerializeAsString());
  // And so does the event.
  v1::ActivityChanged changed;
  ASSERT_TRUE(txn.TakeEvents().at(0).UnpackTo(&changed));
  EXPECT_EQ(changed.activity().SerializeAsString(), activity.SerializeAsString());
}

TEST(Tables, SurviveTheProcessAndGoOnFollowing) {
  const std::string folder =
      (std::filesystem::path(::testing::TempDir()) / ("activity-" + RandomId())).string();
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

TEST(Tables, RefuseEventsThatNoSoundSourceSends) {
  const auto store = OpenMemoryStore("t");
  const auto empty = (*store)->TakeSnapshot();
  Txn txn(*empty);
  txn.BeginJob(1, absl::UnixEpoch());
  EXPECT_EQ(Apply(txn, v1::ActivityChanged()).code(), absl::StatusCode::kDataLoss);
  v1::ActivityChanged event;
  event.mutable_activity()->set_name("activities/a");
  event.mutable_activity()->set_organisation("organisations/b");
  *event.mutable_activity()->mutable_date() = ToProto(kToday);
  event.mutable_activity()->set_etag("first");
  EXPECT_EQ(Apply(txn, event).code(), absl::StatusCode::kDataLoss);
  EXPECT_TRUE(txn.writes().empty());
}

}  // namespace
}  // namespace zhibu::activity
