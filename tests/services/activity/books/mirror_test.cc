// Who belongs where, as the feeds tell.
#include "services/activity/books/mirror.h"

#include "gmock/gmock.h"
#include "tests/services/activity/world.h"
#include "zhibu/membership/v1/reveal.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::activity {
namespace {

using absl::CivilDay;
using ::testing::IsEmpty;
using type::v1::ORGANISATION_KIND_BRANCH;

TEST(Mirror, LetsThoseWhoseMembershipIsStoppedTakeNoPartUntilItIsRestored) {
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

TEST(Mirror, SeesAPersonFromEveryOrganisationThatEverKeptHimOrHer) {
  World world;
  world.Mover("mover", {{"a", CivilDay(2024, 1, 1)}, {"b", CivilDay(2025, 3, 1)}},
              {{CivilDay(2015, 7, 1), Stage::STAGE_FULL}});
  world.Settle();
  const auto snapshot = world.activity().store().TakeSnapshot();
  const People before = *PeopleOf(*snapshot, "a"), after = *PeopleOf(*snapshot, "b");
  EXPECT_EQ(MembersOn(before, CivilDay(2020, 1, 1)), 1);
  EXPECT_EQ(MembersOn(before, CivilDay(2025, 2, 28)), 1);
  EXPECT_EQ(MembersOn(before, CivilDay(2025, 3, 1)), 0);
  EXPECT_EQ(MembersOn(after, CivilDay(2020, 1, 1)), 0);
  EXPECT_EQ(MembersOn(after, CivilDay(2025, 2, 28)), 0);
  EXPECT_EQ(MembersOn(after, CivilDay(2025, 3, 1)), 1);
  EXPECT_THAT(*PeopleOf(*snapshot, "c"), IsEmpty());
}

// A stage that is taken back is taken back here too: nobody attends as what he or she never was.
TEST(Mirror, FollowWhatHappensToACaseBesideItsSteps) {
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
  ASSERT_TRUE(Persons().Apply(txn, any).ok());
  membership::v1::StepRecorded step;
  step.set_name("persons/p/cases/c");
  step.add_stages()->set_stage(membership::v1::STAGE_PROBATIONARY);
  *step.mutable_stages(0)->mutable_valid_from() = ToProto(absl::CivilDay(2021, 1, 1));
  any.PackFrom(step);
  ASSERT_TRUE(Persons().Apply(txn, any).ok());
  EXPECT_EQ(PeopleOf(txn, "b")->at("p").standings.size(), 1u);
  membership::v1::CaseEventRecorded beside;
  beside.set_name(step.name());
  any.PackFrom(beside);
  ASSERT_TRUE(Persons().Apply(txn, any).ok());
  EXPECT_TRUE(PeopleOf(txn, "b")->at("p").standings.empty());
}

}  // namespace
}  // namespace zhibu::activity
