#include "services/registry/books/member_counts.h"

#include <gtest/gtest.h>

#include "common/base/civil.h"
#include "common/store/rocks_store.h"
#include "zhibu/membership/v1/events.pb.h"

namespace zhibu::registry {
namespace {

using membership::v1::Stage;

// What a step led to counts until something takes it back or ends the way.
TEST(MemberCounts, FollowWhatHappensToACaseBesideItsSteps) {
  const auto store = OpenMemoryStore("registry");
  ASSERT_TRUE(store.ok());
  const auto empty = (*store)->TakeSnapshot();
  Txn txn(*empty);
  const auto apply = [&](const google::protobuf::Message& event) {
    google::protobuf::Any any;
    any.PackFrom(event);
    ASSERT_TRUE(ApplyMembership(txn, any, [](absl::string_view) { return absl::OkStatus(); }).ok());
  };
  const auto of_case = [](auto event, std::vector<Stage> stages) {
    event.set_name("persons/p/cases/c");
    event.set_organisation("organisations/b");
    for (const Stage stage : stages) {
      *event.add_stages()->mutable_valid_from() = ToProto(absl::CivilDay(2024, 1, 31));
      event.mutable_stages()->rbegin()->set_stage(stage);
    }
    return event;
  };
  membership::v1::PersonChanged person;
  person.set_name("persons/p");
  person.set_organisation("organisations/b");
  apply(person);
  const auto expect = [&](int probationary, int open) {
    const auto counts = CountsOf(txn, "b");
    ASSERT_TRUE(counts.ok());
    EXPECT_EQ(counts->persons(), 1);
    EXPECT_EQ(counts->probationary_members(), probationary);
    EXPECT_EQ(counts->open_cases(), open);
  };
  using membership::v1::CaseEventRecorded;
  apply(of_case(membership::v1::StepRecorded(),
                {Stage::STAGE_DEVELOPMENT_OBJECT, Stage::STAGE_PROBATIONARY}));
  expect(1, 1);
  apply(of_case(CaseEventRecorded(), {Stage::STAGE_DEVELOPMENT_OBJECT}));
  expect(0, 1);
  apply(of_case(CaseEventRecorded(), {Stage::STAGE_DEVELOPMENT_OBJECT, Stage::STAGE_ENDED}));
  expect(0, 0);
}

}  // namespace
}  // namespace zhibu::registry
