// PreviewRuleSet and transitions, over the contract.
#include <filesystem>

#include "common/base/crypto.h"
#include "common/base/file.h"
#include "tests/services/membership/world.h"
#include "zhibu/membership/v1/rule_service.grpc.pb.h"

namespace zhibu::membership {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Stub = v1::RuleService::Stub;

constexpr char kRules[] = ZHIBU_SOURCE_DIR "/services/membership/rulesets";

std::string Shipped(const std::string& id) {
  return ReadFile(absl::StrCat(kRules, "/", id, ".textproto")).value();
}
std::string With(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

absl::Status Preview(World& world, const v1::PreviewRuleSetRequest& request,
                     v1::PreviewRuleSetResponse* response, const std::string& token = kOwnerToken) {
  auto stub = v1::RuleService::NewStub(world.channel());
  return Invoke(&Stub::PreviewRuleSet, *stub, request, response, token);
}

// Every page put together.
v1::PreviewRuleSetResponse All(World& world, const std::string& rule_set, absl::CivilDay on,
                               int page_size = 0) {
  v1::PreviewRuleSetRequest request;
  v1::PreviewRuleSetResponse page, all;
  request.set_rule_set(rule_set);
  request.set_page_size(page_size);
  *request.mutable_on() = ToProto(on);
  do {
    request.set_page_token(page.next_page_token());
    page.Clear();
    const absl::Status status = Preview(world, request, &page);
    EXPECT_TRUE(status.ok()) << status;
    all.set_cases(all.cases() + page.cases());
    all.mutable_changed()->MergeFrom(page.changed());
  } while (!page.next_page_token().empty() && !::testing::Test::HasFailure());
  return all;
}

std::vector<std::string> List(const google::protobuf::RepeatedPtrField<std::string>& list) {
  return {list.begin(), list.end()};
}

TEST(Preview, ListsTheOpenCasesWhoseNextStepWouldBeDecidedOtherwise) {
  World world;
  const absl::CivilDay start(2030, 1, 31);
  for (const char* id : {"li", "wang", "zhao"}) ASSERT_TRUE(world.CreatePerson(id).ok());
  world.WalkTo("persons/li/cases/c", start, v1::STEP_KIND_OBJECT_DETERMINATION);
  world.WalkTo("persons/wang/cases/c", start, v1::STEP_KIND_TALK);
  world.WalkTo("persons/zhao/cases/c", start, v1::STEP_KIND_UNSPECIFIED);  // closed
  const absl::CivilDay on = AddMonths(start, 12);
  // The set in force changes nothing.
  EXPECT_THAT(All(world, Shipped("cpc-2026"), on).changed(), IsEmpty());
  EXPECT_EQ(All(world, Shipped("cpc-2026"), on).cases(), 2);
  const std::string longer = With(Shipped("cpc-2026"), "months: 12", "months: 18");
  for (int size : {0, 1, 2}) {
    const v1::PreviewRuleSetResponse found = All(world, longer, on, size);
    EXPECT_EQ(found.cases(), 2);
    ASSERT_EQ(found.changed_size(), 1);
    const v1::ChangedVerdict& changed = found.changed(0);
    EXPECT_EQ(changed.development_case(), "persons/li/cases/c");
    EXPECT_EQ(changed.kind(), v1::STEP_KIND_OBJECT_DETERMINATION);
    EXPECT_THAT(List(changed.reasons_now()), IsEmpty());
    EXPECT_FALSE(changed.has_earliest_now());
    EXPECT_THAT(List(changed.reasons_then()), ElementsAre("ACTIVIST_PERIOD_TOO_SHORT"));
    EXPECT_EQ(FromProto(changed.earliest_then()).value(), AddMonths(start, 18));
  }
  // Another month and it is no different.
  EXPECT_THAT(All(world, longer, AddMonths(start, 18)).changed(), IsEmpty());
}

TEST(Preview, PutsANewSetIntoItsDays) {
  World world;
  const absl::CivilDay start(2030, 1, 31), on = AddMonths(start, 12);
  ASSERT_TRUE(world.CreatePerson("li").ok());
  world.WalkTo("persons/li/cases/c", start, v1::STEP_KIND_OBJECT_DETERMINATION);
  std::string next = With(Shipped("cpc-2026"), "months: 12", "months: 18");
  next = With(next, "id: \"cpc-2026\"", "id: \"cpc-2031\"");
  const auto from = [&](absl::CivilDay day) {
    return With(next, "effective_from: \"2026-05-18\"",
                "effective_from: \"" + FormatDate(day) + "\"");
  };
  EXPECT_THAT(All(world, from(on), on).changed(), ::testing::SizeIs(1));
  EXPECT_THAT(All(world, from(on + 1), on).changed(), IsEmpty());
  // What was begun before is left to the set before.
  EXPECT_THAT(All(world, from(on) + "\ntransition: BY_CASE_DATE\n", on).changed(), IsEmpty());
  EXPECT_THAT(All(world, from(on) + "\ntransition: BY_STAGE_DATE\n", on).changed(),
              ::testing::SizeIs(1));
}

TEST(Preview, RefusesAnUnsoundSetWithTheLine) {
  World world;
  v1::PreviewRuleSetRequest request;
  v1::PreviewRuleSetResponse response;
  EXPECT_EQ(ReasonOf(Preview(world, request, &response)), "RULE_SET_UNSOUND");
  request.set_rule_set(With(Shipped("cpc-2026"), "severity: REFUSE", "severe: REFUSE"));
  absl::Status refused = Preview(world, request, &response);
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(refused), "RULE_SET_UNSOUND");
  EXPECT_THAT(std::string(FindingsOf(refused)[0].message()), HasSubstr("rule_set:"));
  request.set_rule_set(std::string(262145, ' '));
  EXPECT_EQ(ReasonOf(Preview(world, request, &response)), "RULE_SET_UNSOUND");
  request.set_rule_set(Shipped("cpc-2026"));
  request.mutable_on()->set_year(2026);
  EXPECT_EQ(ReasonOf(Preview(world, request, &response)), "DATE_INVALID");
  request.clear_on();
  request.set_root("organisations/nowhere");
  EXPECT_FALSE(Preview(world, request, &response).ok());
}

TEST(Transition, LeavesACaseThatBeganBeforeToTheSetBefore) {
  const std::string folder =
      (std::filesystem::path(::testing::TempDir()) / ("transition-" + RandomId())).string();
  std::filesystem::copy(kRules, folder);
  const absl::CivilDay changed(2026, 5, 18);
  World world;
  const auto judges = [&](const std::string& transition, absl::CivilDay start) {
    EXPECT_TRUE(WriteFile(folder + "/cpc-2026.textproto",
                          Shipped("cpc-2026") + "\ntransition: " + transition + "\n")
                    .ok());
    world.Stop();
    world.set_rule_sets_folder(folder);
    world.Start(nullptr);
    world.etag("persons/li/cases/c").clear();
    EXPECT_TRUE(world.CreatePerson("li").ok());
    v1::RecordStepResponse response;
    EXPECT_TRUE(world.Step("persons/li/cases/c", MakeStep(v1::STEP_KIND_APPLICATION, start)).ok());
    EXPECT_TRUE(
        world.Step("persons/li/cases/c", MakeStep(v1::STEP_KIND_TALK, changed), &response).ok());
    return response.recorded().rule_set();
  };
  EXPECT_EQ(judges("BY_STEP_DATE", changed - 1), "cpc-2026");
  EXPECT_EQ(judges("BY_CASE_DATE", changed - 1), "cpc-2014");
  EXPECT_EQ(judges("BY_CASE_DATE", changed), "cpc-2026");
  EXPECT_EQ(judges("BY_STAGE_DATE", changed - 1), "cpc-2014");
  std::filesystem::remove_all(folder);
}

// Step 7 of a year whose working days are not known is kept so, and stands when judged again.
TEST(CalendarProvisional, IsInTheProofAndStandsWhenJudgedAgain) {
  World world;
  ASSERT_TRUE(world.CreatePerson("li").ok());
  world.WalkTo("persons/li/cases/c", absl::CivilDay(2030, 1, 31), v1::STEP_KIND_OBJECT_FILING);
  ASSERT_TRUE(world.CreatePerson("wang").ok());
  world.WalkTo("persons/wang/cases/c", absl::CivilDay(2025, 6, 20), v1::STEP_KIND_OBJECT_FILING);
  const auto provisional = [&](const std::string& name) {
    const v1::DevelopmentCase recorded = world.Case(name);
    for (const v1::RecordedStep& step : recorded.steps()) {
      if (step.kind() == v1::STEP_KIND_OBJECT_DETERMINATION) {
        return step.proof().calendar_provisional();
      }
    }
    ADD_FAILURE() << "no step 7";
    return false;
  };
  EXPECT_TRUE(provisional("persons/li/cases/c"));
  EXPECT_FALSE(provisional("persons/wang/cases/c"));
  v1::VerifyProofsResponse verified;
  auto stub = v1::RuleService::NewStub(world.channel());
  ASSERT_TRUE(Invoke(&Stub::VerifyProofs, *stub, v1::VerifyProofsRequest(), &verified).ok());
  EXPECT_THAT(verified.disagreements(), IsEmpty());
  EXPECT_GT(verified.verified_steps(), 10);
}

}  // namespace
}  // namespace zhibu::membership
