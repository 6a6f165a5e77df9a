// Forecasts and proofs, over the contract.
#include <filesystem>
#include <random>

#include "common/base/crypto.h"
#include "common/base/file.h"
#include "common/store/rocks_store.h"
#include "services/membership/rules/forecast.h"
#include "tests/services/membership/world.h"
#include "zhibu/membership/v1/rule_service.grpc.pb.h"

namespace zhibu::membership {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Stub = v1::RuleService::Stub;

constexpr char kCase[] = "persons/li/cases/c";

template <typename Method, typename Request, typename Response>
absl::Status Call(World& world, Method method, const Request& request, Response* response,
                  const std::string& token = kOwnerToken) {
  auto stub = v1::RuleService::NewStub(world.channel());
  return Invoke(method, *stub, request, response, token);
}

v1::ForecastCaseResponse ForecastOf(World& world, const std::string& name,
                                    std::map<v1::StepKind, absl::CivilDay> assumed = {}) {
  v1::ForecastCaseRequest request;
  v1::ForecastCaseResponse response;
  request.set_name(name);
  for (const auto& [kind, day] : assumed) {
    v1::AssumedStep& step = *request.add_assumed();
    step.set_kind(kind);
    *step.mutable_date() = ToProto(day);
  }
  const absl::Status status = Call(world, &Stub::ForecastCase, request, &response);
  EXPECT_TRUE(status.ok()) << status;
  return response;
}

// "case sequence reason" of every proof that does not stand, all pages; and how many were judged.
std::vector<std::string> Verified(World& world, int* steps, int page_size = 0) {
  std::vector<std::string> disagreements;
  v1::VerifyProofsRequest request;
  v1::VerifyProofsResponse response;
  request.set_page_size(page_size);
  *steps = 0;
  do {
    request.set_page_token(response.next_page_token());
    response.Clear();
    EXPECT_TRUE(Call(world, &Stub::VerifyProofs, request, &response).ok());
    *steps += response.verified_steps();
    for (const v1::Disagreement& one : response.disagreements()) {
      disagreements.push_back(absl::StrCat(one.sequence(), " ", one.reason()));
    }
  } while (!response.next_page_token().empty());
  return disagreements;
}

class ForecastProperty : public ::testing::TestWithParam<int> {};

// Carried out on its days a forecast is accepted; a day earlier whatever it says binds, refuses.
TEST_P(ForecastProperty, IsAcceptedOnItsDaysAndRefusedTheDayBefore) {
  std::mt19937 random(GetParam());
  World world;
  ASSERT_TRUE(world.CreatePerson("li").ok());
  // Under both texts, over month ends and leap days.
  const absl::CivilDay start = absl::CivilDay(2015, 1, 1) + static_cast<int>(random() % 6500);
  ASSERT_TRUE(world.Step(kCase, MakeStep(v1::STEP_KIND_APPLICATION, start)).ok());
  const v1::ForecastCaseResponse forecast = ForecastOf(world, kCase);
  EXPECT_THAT(forecast.blocked_by(), IsEmpty());
  ASSERT_EQ(forecast.steps_size(), 24);
  int bound = 0;
  for (const v1::ForecastStep& step : forecast.steps()) {
    const absl::CivilDay day = FromProto(step.earliest()).value();
    if (step.has_binding()) {
      const absl::Status early = world.Step(kCase, MakeStep(step.kind(), day - 1));
      EXPECT_THAT(ReasonsOf(early), ::testing::Contains(step.binding().reason()))
          << v1::StepKind_Name(step.kind()) << " on " << FormatDate(day - 1);
      ++bound;
    }
    const absl::Status status = world.Step(kCase, MakeStep(step.kind(), day));
    EXPECT_TRUE(status.ok()) << v1::StepKind_Name(step.kind()) << FormatDate(day) << status;
  }
  EXPECT_GE(bound, 2);  // a year as an activist, a year of probation
  EXPECT_THAT(ForecastOf(world, kCase).steps(), IsEmpty());
}
INSTANTIATE_TEST_SUITE_P(Seeds, ForecastProperty, ::testing::Range(1, 21));

TEST(Forecast, TakesTheDaysThatAreSaid) {
  World world;
  ASSERT_TRUE(world.CreatePerson("li").ok());
  ASSERT_TRUE(
      world.Step(kCase, MakeStep(v1::STEP_KIND_APPLICATION, absl::CivilDay(2024, 1, 31))).ok());
  const auto later = ForecastOf(
      world, kCase, {{v1::STEP_KIND_ACTIVIST_DETERMINATION, absl::CivilDay(2024, 2, 29)}});
  EXPECT_EQ(later.steps_size(), 24) << later.DebugString();
  std::map<v1::StepKind, std::string> days;
  for (const v1::ForecastStep& step : later.steps()) {
    days[step.kind()] = FormatDate(FromProto(step.earliest()).value());
    EXPECT_EQ(step.assumed(), step.kind() == v1::STEP_KIND_ACTIVIST_DETERMINATION);
  }
  EXPECT_EQ(days[v1::STEP_KIND_TALK], "2024-01-31");
  EXPECT_EQ(days[v1::STEP_KIND_OBJECT_DETERMINATION], "2025-02-28");
  EXPECT_EQ(days[v1::STEP_KIND_CONVERSION_MEETING], "2026-02-28");
  // A day that cannot be ends the forecast, and says why.
  const auto never =
      ForecastOf(world, kCase, {{v1::STEP_KIND_OBJECT_DETERMINATION, absl::CivilDay(2025, 1, 30)}});
  ASSERT_EQ(never.blocked_by_size(), 1);
  EXPECT_EQ(never.blocked_by(0).reason(), "ACTIVIST_PERIOD_TOO_SHORT");
  EXPECT_EQ(FromProto(never.blocked_by(0).earliest()).value(), absl::CivilDay(2025, 1, 31));
}

TEST(Forecast, RefusesWhatItCannotRead) {
  World world;
  ASSERT_TRUE(world.CreatePerson("li").ok());
  v1::ForecastCaseRequest request;
  v1::ForecastCaseResponse response;
  request.set_name("li");
  EXPECT_EQ(ReasonOf(Call(world, &Stub::ForecastCase, request, &response)), "CASE_NAME_INVALID");
  request.set_name(kCase);
  EXPECT_TRUE(absl::IsNotFound(Call(world, &Stub::ForecastCase, request, &response)));
  ASSERT_TRUE(world.Step(kCase, MakeStep(v1::STEP_KIND_APPLICATION, kToday)).ok());
  EXPECT_TRUE(absl::IsNotFound(Call(world, &Stub::ForecastCase, request, &response, kScopedToken)));
  request.add_assumed()->set_kind(v1::STEP_KIND_TALK);
  EXPECT_EQ(ReasonOf(Call(world, &Stub::ForecastCase, request, &response)), "ASSUMED_STEP_INVALID");
}

TEST(Proof, SaysWhatWasAskedAndWhatItWasAskedOf) {
  World world;
  ASSERT_TRUE(world.CreatePerson("li").ok());
  world.WalkTo(kCase, absl::CivilDay(2020, 1, 15), v1::STEP_KIND_OBJECT_DETERMINATION);
  const v1::DevelopmentCase recorded = world.Case(kCase);
  const v1::Proof& contacts = recorded.steps(4).proof();
  ASSERT_EQ(contacts.named_size(), 1);
  EXPECT_TRUE(contacts.named(0).registered());
  EXPECT_EQ(contacts.named(0).stage(), v1::STAGE_FULL);
  EXPECT_EQ(FromProto(contacts.judged_on()).value(), kToday);
  std::set<std::string> codes;
  for (const v1::Condition& condition : contacts.conditions()) {
    codes.insert(condition.code());
    EXPECT_EQ(condition.verdict(), v1::VERDICT_MET);
  }
  EXPECT_EQ(codes, (std::set<std::string>{"D05", "D14", "D19"}));
  // What was late is told by its condition as well.
  v1::RecordStepResponse late;
  ASSERT_TRUE(
      world.Step("persons/contact-one/cases/x", MakeStep(v1::STEP_KIND_TALK, kToday)).code() !=
      absl::StatusCode::kOk);
}

TEST(Proof, OfEveryRecordedStepStands) {
  World world;
  for (const char* id : {"li", "wang"}) ASSERT_TRUE(world.CreatePerson(id).ok());
  world.WalkTo(kCase, absl::CivilDay(2015, 8, 31), v1::STEP_KIND_UNSPECIFIED);
  // Refused at the end, and begun again on the same day.
  const absl::CivilDay start(2020, 2, 29);
  world.WalkTo("persons/wang/cases/c", start, v1::STEP_KIND_ADMISSION_APPROVAL);
  v1::Step approval = MakeStep(v1::STEP_KIND_ADMISSION_APPROVAL, AddMonths(start, 13));
  approval.mutable_admission_approval()->set_approved(false);
  ASSERT_TRUE(world.Step("persons/wang/cases/c", approval).ok());
  ASSERT_TRUE(world
                  .Step("persons/wang/cases/again",
                        MakeStep(v1::STEP_KIND_APPLICATION, AddMonths(start, 13)))
                  .ok());
  int steps = 0;
  for (int size : {0, 1, 2, 3}) {
    EXPECT_THAT(Verified(world, &steps, size), IsEmpty());
    EXPECT_GT(steps, 40);
  }
}

TEST(Proof, DoesNotStandWhereTheRulesChangedUnderIt) {
  const std::string folder =
      (std::filesystem::path(::testing::TempDir()) / ("proofs-" + RandomId())).string();
  std::filesystem::create_directories(folder);
  auto store = [&] {
    auto opened = OpenRocksStore(folder + "/store", "membership");
    EXPECT_TRUE(opened.ok()) << opened.status();
    return *std::move(opened);
  };
  {
    World world(store());
    ASSERT_TRUE(world.CreatePerson("li").ok());
    world.WalkTo(kCase, absl::CivilDay(2020, 1, 15), v1::STEP_KIND_CONTACT_ASSIGNMENT);
    world.Stop();
    const std::string shipped = ZHIBU_SOURCE_DIR "/services/membership/data/rulesets";
    std::filesystem::copy(shipped, folder + "/rules");
    const std::string path = folder + "/rules/cpc-2014.textproto";
    ASSERT_TRUE(WriteFile(path, ReadFile(path).value() + "\n# changed\n").ok());
    world.set_rule_sets_folder(folder + "/rules");
    world.Start(store());
    int steps = 0;
    const std::vector<std::string> disagreements = Verified(world, &steps);
    EXPECT_EQ(disagreements.size(), static_cast<size_t>(steps));
    EXPECT_GT(steps, 3);
    EXPECT_THAT(disagreements, Each(::testing::EndsWith("RULE_SET_CHANGED")));
    world.Stop();
  }
  std::filesystem::remove_all(folder);
}

// A restart after which working days of 2030 are known. Whether D09 refuses, as an overlay may say.
class CalendarLoadedLater : public ::testing::TestWithParam<bool> {
 protected:
  static constexpr absl::CivilDay kListed{2030, 3, 1};

  CalendarLoadedLater()
      : folder_(
            (std::filesystem::path(::testing::TempDir()) / ("calendar-" + RandomId())).string()) {
    std::filesystem::create_directories(folder_ + "/overlays");
    std::filesystem::copy(ZHIBU_SOURCE_DIR "/services/membership/data/calendars",
                          folder_ + "/calendars");
    if (GetParam()) {
      EXPECT_TRUE(WriteFile(folder_ + "/overlays/local.textproto",
                            "id: \"local\" title: \"补充规定\" changes: \"cpc-2026\" replaces { "
                            "reason: \"NOTICE_TOO_SHORT\" severity: REFUSE citation { document: "
                            "\"补充规定\" mark: MARK_SECONDARY verified_on: \"2026-06-05\" } }")
                      .ok());
    }
    world_.Stop();
    world_.set_overlays_folder(folder_ + "/overlays");
    world_.set_calendars_folder(folder_ + "/calendars");
    world_.Start(OpenStore());
    EXPECT_TRUE(world_.CreateMember("contact-one", kBranch).ok());
    EXPECT_TRUE(world_.CreateMember("contact-two", kBranch).ok());
  }
  ~CalendarLoadedLater() override {
    world_.Stop();
    std::filesystem::remove_all(folder_);
  }

  std::unique_ptr<Store> OpenStore() {
    auto opened = OpenRocksStore(folder_ + "/store", "membership");
    EXPECT_TRUE(opened.ok()) << opened.status();
    return *std::move(opened);
  }
  // A case of this person whose public notice was on these days.
  v1::RecordedStep Listed(const std::string& person, absl::CivilDay from, absl::CivilDay to) {
    EXPECT_TRUE(world_.CreatePerson(person).ok());
    const std::string name = absl::StrCat("persons/", person, "/cases/c");
    world_.WalkTo(name, AddMonths(kListed, -12), v1::STEP_KIND_OBJECT_DETERMINATION);
    v1::Step step = MakeStep(v1::STEP_KIND_OBJECT_DETERMINATION, kListed);
    *step.mutable_object_determination()->mutable_notice_from() = ToProto(from);
    *step.mutable_object_determination()->mutable_notice_until() = ToProto(to);
    v1::RecordStepResponse response;
    const absl::Status status = world_.Step(name, step, &response);
    EXPECT_TRUE(status.ok()) << status;
    return response.recorded();
  }
  std::map<std::string, std::string> Disagreements() {
    v1::VerifyProofsResponse verified;
    EXPECT_TRUE(Call(world_, &Stub::VerifyProofs, v1::VerifyProofsRequest(), &verified).ok());
    EXPECT_GT(verified.verified_steps(), 10);
    std::map<std::string, std::string> reasons;
    for (const v1::Disagreement& one : verified.disagreements()) {
      reasons[one.development_case()] = one.reason();
      EXPECT_EQ(one.sequence(), step_) << one.development_case();
    }
    return reasons;
  }

  const std::string folder_;
  World world_;
  int step_ = 0;  // the sequence of step 7
};

TEST_P(CalendarLoadedLater, JudgesProvisionalProofsAgain) {
  // A month, and the Monday to Friday before the step.
  const v1::RecordedStep ample =
      Listed("li", absl::CivilDay(2030, 1, 28), absl::CivilDay(2030, 2, 27));
  const v1::RecordedStep exact =
      Listed("wang", absl::CivilDay(2030, 2, 18), absl::CivilDay(2030, 2, 22));
  step_ = exact.sequence();
  for (const v1::RecordedStep& step : {ample, exact}) {
    EXPECT_TRUE(step.proof().calendar_provisional());
    EXPECT_THAT(step.warnings(), IsEmpty());
  }
  if (!GetParam()) {
    // Saturday to Thursday: four days, unless the Saturday is worked.
    const v1::RecordedStep brief =
        Listed("zhao", absl::CivilDay(2030, 2, 9), absl::CivilDay(2030, 2, 14));
    EXPECT_TRUE(brief.proof().calendar_provisional());
    ASSERT_EQ(brief.warnings_size(), 1);
    EXPECT_EQ(brief.warnings(0).reason(), "NOTICE_TOO_SHORT");
    // Three days, whatever is worked.
    Listed("qian", absl::CivilDay(2030, 2, 11), absl::CivilDay(2030, 2, 13));
  }
  EXPECT_THAT(Disagreements(), IsEmpty());

  world_.Stop();
  ASSERT_TRUE(WriteFile(folder_ + "/calendars/2030.textproto",
                        "year: 2030 holidays { name: \"假日\" from: \"2030-02-20\" } working: "
                        "\"2030-02-09\" citation { document: \"通知\" mark: MARK_SECONDARY }")
                  .ok());
  world_.Start(OpenStore());
  std::map<std::string, std::string> fallen = {
      {"persons/wang/cases/c", GetParam() ? "NOW_REFUSED" : "CONDITIONS_DIFFER"}};
  // A warning that was not due either.
  if (!GetParam()) fallen["persons/zhao/cases/c"] = "CONDITIONS_DIFFER";
  EXPECT_EQ(Disagreements(), fallen);
  // What was recorded stays as it was, with what was known then.
  const v1::DevelopmentCase recorded = world_.Case("persons/wang/cases/c");
  const v1::RecordedStep& step = recorded.steps(step_ - 1);
  EXPECT_EQ(step.SerializeAsString(), exact.SerializeAsString());
  // What is recorded from now on is not provisional.
  const v1::RecordedStep known =
      Listed("sun", absl::CivilDay(2030, 2, 18), absl::CivilDay(2030, 2, 25));
  EXPECT_FALSE(known.proof().calendar_provisional());
  EXPECT_EQ(Disagreements(), fallen);
}

INSTANTIATE_TEST_SUITE_P(Notice, CalendarLoadedLater, ::testing::Bool(),
                         [](const auto& info) { return info.param ? "Refuses" : "Warns"; });

TEST(Evidence, IsAnActivityOrAPaper) {
  World world;
  ASSERT_TRUE(world.CreatePerson("li").ok());
  v1::Step step = MakeStep(v1::STEP_KIND_APPLICATION, kToday);
  step.set_actor(kOne);
  v1::Evidence& evidence = *step.add_evidence();
  EXPECT_EQ(ReasonOf(world.Step(kCase, step)), "EVIDENCE_INVALID");
  evidence.set_activity("meeting");
  EXPECT_EQ(ReasonOf(world.Step(kCase, step)), "EVIDENCE_INVALID");
  evidence.set_activity("activities/meeting");
  evidence.set_sha256("ABC");
  EXPECT_EQ(ReasonOf(world.Step(kCase, step)), "EVIDENCE_INVALID");
  evidence.set_sha256(std::string(64, 'a'));
  step.set_actor("contact-one");
  EXPECT_EQ(ReasonOf(world.Step(kCase, step)), "PERSON_NAME_INVALID");
  step.set_actor(kOne);
  for (int i = 0; i < 10; ++i) *step.add_evidence() = step.evidence(0);
  EXPECT_EQ(ReasonOf(world.Step(kCase, step)), "EVIDENCE_INVALID");
  step.mutable_evidence()->RemoveLast();
  ASSERT_TRUE(world.Step(kCase, step).ok());
  EXPECT_EQ(world.Case(kCase).steps(0).step().evidence_size(), 10);
}

}  // namespace
}  // namespace zhibu::membership
