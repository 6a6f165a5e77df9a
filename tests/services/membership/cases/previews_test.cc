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

constexpr char kRules[] = ZHIBU_SOURCE_DIR "/services/membership/data/rulesets";

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
  *request.mutable_as_of() = ToProto(on);
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

// An overlay file in a folder of its own, which is gone with this.
class OverlayFolder {
 public:
  explicit OverlayFolder(const std::string& text)
      : path_((std::filesystem::path(::testing::TempDir()) / ("overlay-" + RandomId())).string()) {
    std::filesystem::create_directories(path_);
    EXPECT_TRUE(WriteFile(path_ + "/local.textproto", text).ok());
  }
  ~OverlayFolder() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  const std::string path_;
};

constexpr char kVerified[] =
    " citation { document: \"补充规定\" mark: MARK_SECONDARY verified_on: \"2026-06-05\" } ";

void StartAnew(World& world, const std::string& rule_sets, const std::string& overlays) {
  world.Stop();
  world.set_rule_sets_folder(rule_sets);
  world.set_overlays_folder(overlays);
  world.Start(nullptr);
  ASSERT_TRUE(world.CreateMember("contact-one", kBranch).ok());
  ASSERT_TRUE(world.CreateMember("contact-two", kBranch).ok());
}

// What a deployment made stricter stays so under a new text of the rules.
TEST(Preview, IsUnderTheOverlaysInForce) {
  const OverlayFolder overlay(
      absl::StrCat("id: \"local\" title: \"补充规定\" changes: \"cpc-2026\" replaces { reason: "
                   "\"ACTIVIST_PERIOD_TOO_SHORT\" months: 15 ",
                   kVerified, "}"));
  World world;
  StartAnew(world, kRules, overlay.path());
  const absl::CivilDay start(2030, 1, 31), on = AddMonths(start, 12);
  ASSERT_TRUE(world.CreatePerson("li").ok());
  world.WalkTo("persons/li/cases/c", start, v1::STEP_KIND_OBJECT_DETERMINATION);
  const auto with = [](const std::string& months) {
    return With(Shipped("cpc-2026"), "months: 12", "months: " + months);
  };
  // Both refuse until fifteen months are over, whatever the text that is tried says by itself.
  EXPECT_THAT(All(world, Shipped("cpc-2026"), on).changed(), IsEmpty());
  EXPECT_THAT(All(world, with("14"), on).changed(), IsEmpty());
  // A text that has become stricter than the overlay is not made weaker by it.
  v1::PreviewRuleSetRequest request;
  v1::PreviewRuleSetResponse response;
  request.set_rule_set(with("18"));
  const absl::Status weaker = Preview(world, request, &response);
  EXPECT_EQ(ReasonOf(weaker), "RULE_SET_UNSOUND");
  EXPECT_THAT(std::string(FindingsOf(weaker)[0].message()), HasSubstr("is not made weaker"));
  // A set of another id is not what the overlay changes: from its first day on it is as it says.
  const std::string next =
      With(With(Shipped("cpc-2026"), "id: \"cpc-2026\"", "id: \"cpc-2031\""),
           "effective_from: \"2026-05-18\"", "effective_from: \"" + FormatDate(on) + "\"");
  EXPECT_THAT(All(world, next, on - 1).changed(), IsEmpty());
  const v1::PreviewRuleSetResponse found = All(world, next, on);
  ASSERT_EQ(found.changed_size(), 1);
  EXPECT_EQ(found.changed(0).kind(), v1::STEP_KIND_OBJECT_DETERMINATION);
  EXPECT_THAT(List(found.changed(0).reasons_now()), ElementsAre("ACTIVIST_PERIOD_TOO_SHORT"));
  EXPECT_EQ(FromProto(found.changed(0).earliest_now()).value(), AddMonths(start, 15));
  EXPECT_THAT(List(found.changed(0).reasons_then()), IsEmpty());
}

TEST(Preview, CountsTimeBetweenBranchesAsTheNewSetDoes) {
  World world;
  const absl::CivilDay start(2030, 1, 31), on = AddMonths(start, 12);
  ASSERT_TRUE(world.CreatePerson("li").ok());
  world.WalkTo("persons/li/cases/c", start, v1::STEP_KIND_OBJECT_DETERMINATION);
  // The receiving branch has said nothing yet.
  world.Transfer("persons/li", start + 100);
  const v1::PreviewRuleSetResponse found =
      All(world, With(Shipped("cpc-2026"), "unconfirmed_counts: false", "unconfirmed_counts: true"),
          on);
  ASSERT_EQ(found.changed_size(), 1);
  EXPECT_EQ(found.changed(0).kind(), v1::STEP_KIND_OBJECT_DETERMINATION);
  EXPECT_THAT(List(found.changed(0).reasons_now()), ElementsAre("CULTIVATION_NOT_CONFIRMED"));
  EXPECT_THAT(List(found.changed(0).reasons_then()), IsEmpty());
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
  request.mutable_as_of()->set_year(2026);
  EXPECT_EQ(ReasonOf(Preview(world, request, &response)), "DATE_INVALID");
  request.clear_as_of();
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

// The text of 2026 with a transition and, by an overlay, with rules of its own: a training that was
// not passed bars the examination, and contacts are assigned two months after the activist.
class TransitionOfACase : public ::testing::Test {
 protected:
  static constexpr absl::CivilDay kChanged{2026, 5, 18};

  TransitionOfACase()
      : overlay_(absl::StrCat(
            "id: \"local\" title: \"补充规定\" changes: \"cpc-2026\" rules { code: \"L01\" reason: "
            "\"CONTACTS_TOO_EARLY\" steps: STEP_KIND_CONTACT_ASSIGNMENT severity: REFUSE message: "
            "\"最早日期为 {earliest}\" months_since { since: STEP_KIND_ACTIVIST_DETERMINATION "
            "months: 2 } ",
            kVerified, "} replaces { reason: \"TRAINING_NOT_PASSED\" severity: REFUSE ", kVerified,
            "} replaces { reason: \"ACTIVIST_PERIOD_TOO_SHORT\" months: 18 ", kVerified, "}")),
        folder_(
            (std::filesystem::path(::testing::TempDir()) / ("transition-" + RandomId())).string()) {
    std::filesystem::copy(kRules, folder_);
  }
  ~TransitionOfACase() override { std::filesystem::remove_all(folder_); }

  void StartWith(const std::string& transition) {
    ASSERT_TRUE(WriteFile(folder_ + "/cpc-2026.textproto",
                          Shipped("cpc-2026") + "\ntransition: " + transition + "\n")
                    .ok());
    StartAnew(world_, folder_, overlay_.path());
    world_.etag(kCase).clear();
    ASSERT_TRUE(world_.CreatePerson("li").ok());
  }
  std::vector<int> NextOn(absl::CivilDay day) {
    const v1::DevelopmentCase answer = world_.Case(kCase, day);
    return {answer.next_steps().begin(), answer.next_steps().end()};
  }
  // The earliest day of every step that is left.
  std::map<v1::StepKind, absl::CivilDay> ForecastDays() {
    v1::ForecastCaseRequest request;
    v1::ForecastCaseResponse response;
    request.set_name(kCase);
    auto stub = v1::RuleService::NewStub(world_.channel());
    const absl::Status status = Invoke(&Stub::ForecastCase, *stub, request, &response);
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_THAT(response.blocked_by(), IsEmpty());
    std::map<v1::StepKind, absl::CivilDay> days;
    for (const v1::ForecastStep& step : response.steps()) {
      days.emplace(step.kind(), FromProto(step.earliest()).value());
    }
    return days;
  }

  static constexpr char kCase[] = "persons/li/cases/c";
  const OverlayFolder overlay_;
  const std::string folder_;
  World world_;
};

// The training ended the third stage under the text before; the examination begins the fourth.
TEST_F(TransitionOfACase, NextStepsAreThoseThatWouldBeRecorded) {
  const auto next = [&](const std::string& transition) {
    StartWith(transition);
    world_.WalkTo(kCase, AddMonths(kChanged - 1, -12), v1::STEP_KIND_TRAINING);
    v1::Step training = MakeStep(v1::STEP_KIND_TRAINING, kChanged - 1);
    training.mutable_training()->set_passed(false);
    EXPECT_TRUE(world_.Step(kCase, training).ok());
    const std::vector<int> steps = NextOn(kChanged);
    const absl::Status examined =
        world_.Step(kCase, MakeStep(v1::STEP_KIND_BRANCH_EXAMINATION, kChanged));
    const bool listed =
        std::count(steps.begin(), steps.end(), v1::STEP_KIND_BRANCH_EXAMINATION) > 0;
    EXPECT_EQ(examined.ok(), listed) << transition << " " << examined;
    return steps;
  };
  EXPECT_THAT(next("BY_STEP_DATE"), ElementsAre(v1::STEP_KIND_TRAINING));
  EXPECT_THAT(next("BY_CASE_DATE"),
              ElementsAre(v1::STEP_KIND_TRAINING, v1::STEP_KIND_BRANCH_EXAMINATION));
  EXPECT_THAT(next("BY_STAGE_DATE"), ElementsAre(v1::STEP_KIND_TRAINING));
}

TEST_F(TransitionOfACase, AForecastIsByTheSetThatWillJudgeEachStep) {
  const absl::CivilDay activist = kChanged - 1, filed = kChanged + 2;
  const auto days = [&](const std::string& transition) {
    StartWith(transition);
    world_.WalkTo(kCase, activist, v1::STEP_KIND_ACTIVIST_FILING);
    EXPECT_TRUE(world_.Step(kCase, MakeStep(v1::STEP_KIND_ACTIVIST_FILING, filed)).ok());
    EXPECT_THAT(NextOn(filed), ElementsAre(v1::STEP_KIND_CONTACT_ASSIGNMENT));
    const auto forecast = ForecastDays();
    const absl::CivilDay contacts = forecast.at(v1::STEP_KIND_CONTACT_ASSIGNMENT);
    EXPECT_TRUE(world_.Step(kCase, MakeStep(v1::STEP_KIND_CONTACT_ASSIGNMENT, contacts)).ok());
    const absl::CivilDay object = forecast.at(v1::STEP_KIND_OBJECT_DETERMINATION);
    EXPECT_TRUE(world_.Step(kCase, MakeStep(v1::STEP_KIND_CULTIVATION_INSPECTION, contacts)).ok());
    EXPECT_EQ(
        ReasonOf(world_.Step(kCase, MakeStep(v1::STEP_KIND_OBJECT_DETERMINATION, object - 1))),
        "ACTIVIST_PERIOD_TOO_SHORT");
    EXPECT_TRUE(world_.Step(kCase, MakeStep(v1::STEP_KIND_OBJECT_DETERMINATION, object)).ok());
    return std::pair(contacts, object);
  };
  const absl::CivilDay two_months = AddMonths(activist, 2);
  EXPECT_EQ(days("BY_STEP_DATE"), std::pair(two_months, AddMonths(activist, 18)));
  EXPECT_EQ(days("BY_CASE_DATE"), std::pair(filed, AddMonths(activist, 12)));
  // Cultivation was begun under the text before; with step 7 another stage begins.
  EXPECT_EQ(days("BY_STAGE_DATE"), std::pair(filed, AddMonths(activist, 18)));
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
