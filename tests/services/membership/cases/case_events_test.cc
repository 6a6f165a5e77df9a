// What happens to cases beside the steps, over the contract.
#include "services/membership/cases/case_events.h"

#include <filesystem>
#include <random>
#include <thread>

#include "common/store/rocks_store.h"
#include "google/rpc/error_details.pb.h"
#include "tests/services/membership/books/fold.h"
#include "tests/services/membership/world.h"
#include "zhibu/membership/v1/rule_service.grpc.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::membership {
namespace {

// Somebody who may vote in scoped-branch.
void MemberThere(World& world) {
  EXPECT_TRUE(world.CreateMember("there-one", "organisations/scoped-branch").ok());
  EXPECT_TRUE(world.CreateMember("there-two", "organisations/scoped-branch").ok());
}
// The step as it is held in scoped-branch, whose committee is scoped.
v1::Step There(v1::Step step) {
  if (step.organisation() == kCounty) step.set_organisation("organisations/scoped");
  return step;
}

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using Reasons = std::vector<std::string>;

constexpr char kCase[] = "persons/li/cases/c";
constexpr char kLi[] = "persons/li";
const absl::CivilDay kStart(2020, 1, 31);
const absl::CivilDay kFar(2199, 1, 1);

v1::CaseEvent Event(v1::CaseEventKind kind, absl::CivilDay day) {
  v1::CaseEvent event;
  event.set_kind(kind);
  *event.mutable_date() = ToProto(day);
  if (kind == v1::CASE_EVENT_KIND_RECEIVED) event.set_continuous(true);
  if (kind == v1::CASE_EVENT_KIND_NOT_RECOGNISED) {
    event.set_organisation("organisations/prefecture");
    event.set_document_number("组〔2020〕1号");
  }
  return event;
}
v1::CaseEvent Void(int sequence, absl::CivilDay day) {
  v1::CaseEvent event = Event(v1::CASE_EVENT_KIND_VOIDED, day);
  event.set_step_sequence(sequence);
  event.set_organisation(kCounty);
  event.set_reason("第二十三条");
  return event;
}
v1::CaseEvent Postpone(absl::CivilDay day, absl::CivilDay until) {
  v1::CaseEvent event = Event(v1::CASE_EVENT_KIND_POSTPONED, day);
  *event.mutable_until() = ToProto(until);
  return event;
}
v1::CaseEvent Receive(absl::CivilDay day, bool continuous) {
  v1::CaseEvent event = Event(v1::CASE_EVENT_KIND_RECEIVED, day);
  event.set_continuous(continuous);
  return event;
}

class CaseEventsTest : public ::testing::Test {
 public:
  CaseEventsTest() {
    EXPECT_TRUE(world_.CreatePerson("li").ok());
    registry::v1::OrganisationChanged event;
    auto& organisation = *event.mutable_organisation();
    organisation.set_name("organisations/prefecture");
    organisation.set_title("prefecture");
    organisation.set_kind(type::v1::ORGANISATION_KIND_COMMITTEE);
    *organisation.mutable_established_on() = ToProto(absl::CivilDay(2000, 1, 1));
    auto& kind = *organisation.add_kinds();
    kind.set_kind(type::v1::ORGANISATION_KIND_COMMITTEE);
    kind.set_level(type::v1::COMMITTEE_LEVEL_COUNTY);
    *kind.mutable_valid_from() = ToProto(absl::CivilDay(2000, 1, 1));
    world_.Emit(event);
    world_.Organisation("county", type::v1::ORGANISATION_KIND_COMMITTEE, "prefecture");
    // Of the same level, and above nobody.
    organisation.set_name("organisations/other-prefecture");
    world_.Emit(event);
    world_.Settle();
  }
  // Judges only.
  absl::Status Try(const v1::CaseEvent& event, const std::string& name = kCase) {
    v1::RecordCaseEventRequest request = world_.BesideRequest(name, event);
    request.set_validate_only(true);
    v1::RecordCaseEventResponse response;
    return Invoke(&v1::CaseEventService::Stub::RecordCaseEvent, *stub_, request, &response);
  }
  absl::Status TryStep(v1::StepKind kind, absl::CivilDay day) {
    v1::RecordStepRequest request =
        world_.StepRequest(kCase, MakeStep(kind, day), world_.etag(kCase));
    request.set_validate_only(true);
    v1::RecordStepResponse response;
    return world_.Record(request, &response);
  }
  void Walk(v1::StepKind kind, absl::CivilDay start = kStart) { world_.WalkTo(kCase, start, kind); }
  void Happens(const v1::CaseEvent& event, v1::CaseState state = v1::CASE_STATE_OPEN) {
    v1::RecordCaseEventResponse response;
    const absl::Status status = world_.Beside(kCase, event, &response);
    ASSERT_TRUE(status.ok()) << status;
    EXPECT_EQ(response.state(), state);
  }
  std::vector<v1::DueKind> DueKinds() {
    std::vector<v1::DueKind> kinds;
    for (const v1::DueItem& item : world_.Due(kFar)) kinds.push_back(item.kind());
    return kinds;
  }
  // Reasons of proofs that do not stand.
  Reasons Disagreements() {
    auto stub = v1::RuleService::NewStub(world_.channel());
    v1::VerifyProofsResponse response;
    EXPECT_TRUE(
        Invoke(&v1::RuleService::Stub::VerifyProofs, *stub, v1::VerifyProofsRequest(), &response)
            .ok());
    EXPECT_GT(response.verified_steps(), 0);
    Reasons reasons;
    for (const auto& one : response.disagreements()) {
      reasons.push_back(absl::StrCat(one.development_case(), " ", one.sequence(), one.reason()));
    }
    return reasons;
  }
  v1::ForecastCaseResponse Forecast() {
    auto stub = v1::RuleService::NewStub(world_.channel());
    v1::ForecastCaseRequest request;
    v1::ForecastCaseResponse response;
    request.set_name(kCase);
    EXPECT_TRUE(Invoke(&v1::RuleService::Stub::ForecastCase, *stub, request, &response).ok());
    return response;
  }
  void ExpectFolds() {
    const auto snapshot = world_.server().store().TakeSnapshot();
    EXPECT_EQ(Folded(world_, *snapshot) == Dump(*snapshot, kFirstTable), true);
  }

  World world_;
  std::unique_ptr<v1::CaseEventService::Stub> stub_ =
      v1::CaseEventService::NewStub(world_.channel());
};

struct State {
  const char* name;
  void (*reach)(CaseEventsTest& test);
  std::map<v1::CaseEventKind, Reasons> refused;
};

std::map<v1::CaseEventKind, Reasons> AllFor(const std::string& reason) {
  std::map<v1::CaseEventKind, Reasons> refused;
  for (int kind = 1; kind < v1::CaseEventKind_ARRAYSIZE; ++kind) {
    refused[static_cast<v1::CaseEventKind>(kind)] = {reason};
  }
  return refused;
}

const State kStates[] = {
    {"Activist",
     [](CaseEventsTest& test) { test.Walk(v1::STEP_KIND_CULTIVATION_INSPECTION); },
     {{v1::CASE_EVENT_KIND_RESUMED, {"CASE_NOT_PAUSED"}},
      {v1::CASE_EVENT_KIND_RECEIVED, {"NOT_TRANSFERRED_IN"}},
      {v1::CASE_EVENT_KIND_POSTPONED, {"NOT_PROBATIONARY"}},
      {v1::CASE_EVENT_KIND_NOT_RECOGNISED, {"NOT_PROBATIONARY"}}}},
    {"Paused",
     [](CaseEventsTest& test) {
       test.Walk(v1::STEP_KIND_CULTIVATION_INSPECTION);
       test.Happens(Event(v1::CASE_EVENT_KIND_PAUSED, kStart), v1::CASE_STATE_PAUSED);
     },
     {{v1::CASE_EVENT_KIND_RETURNED, {"CASE_PAUSED"}},
      {v1::CASE_EVENT_KIND_PAUSED, {"ALREADY_PAUSED"}},
      {v1::CASE_EVENT_KIND_RECEIVED, {"NOT_TRANSFERRED_IN"}},
      {v1::CASE_EVENT_KIND_POSTPONED, {"CASE_PAUSED", "NOT_PROBATIONARY"}},
      {v1::CASE_EVENT_KIND_NOT_RECOGNISED, {"NOT_PROBATIONARY"}}}},
    {"MovedActivist",
     [](CaseEventsTest& test) {
       test.Walk(v1::STEP_KIND_CULTIVATION_INSPECTION);
       test.world_.Transfer(kLi, kStart + 30);
     },
     {{v1::CASE_EVENT_KIND_RESUMED, {"CASE_NOT_PAUSED"}},
      {v1::CASE_EVENT_KIND_POSTPONED, {"NOT_PROBATIONARY"}},
      {v1::CASE_EVENT_KIND_NOT_RECOGNISED, {"NOT_PROBATIONARY"}}}},
    {"ReceivedActivist",
     [](CaseEventsTest& test) {
       test.Walk(v1::STEP_KIND_CULTIVATION_INSPECTION);
       test.world_.Transfer(kLi, kStart + 30);
       test.Happens(Receive(kStart + 40, true));
     },
     {{v1::CASE_EVENT_KIND_RESUMED, {"CASE_NOT_PAUSED"}},
      {v1::CASE_EVENT_KIND_RECEIVED, {"ALREADY_RECEIVED"}},
      {v1::CASE_EVENT_KIND_POSTPONED, {"NOT_PROBATIONARY"}},
      {v1::CASE_EVENT_KIND_NOT_RECOGNISED, {"NOT_PROBATIONARY"}}}},
    // Discussed by the meeting and not yet approved.
    {"DevelopmentObject",
     [](CaseEventsTest& test) { test.Walk(v1::STEP_KIND_ADMISSION_APPROVAL); },
     {{v1::CASE_EVENT_KIND_RESUMED, {"CASE_NOT_PAUSED"}},
      {v1::CASE_EVENT_KIND_RECEIVED, {"NOT_TRANSFERRED_IN"}},
      {v1::CASE_EVENT_KIND_POSTPONED, {"NOT_PROBATIONARY"}},
      {v1::CASE_EVENT_KIND_NOT_RECOGNISED, {"NOT_PROBATIONARY"}}}},
    {"Probationer",
     [](CaseEventsTest& test) { test.Walk(v1::STEP_KIND_CONVERSION_APPLICATION); },
     {{v1::CASE_EVENT_KIND_REFUSED, {"ALREADY_ADMITTED"}},
      {v1::CASE_EVENT_KIND_WITHDRAWN, {"ALREADY_ADMITTED"}},
      {v1::CASE_EVENT_KIND_RESUMED, {"CASE_NOT_PAUSED"}},
      {v1::CASE_EVENT_KIND_RECEIVED, {"CULTIVATION_OVER", "NOT_TRANSFERRED_IN"}},
      {v1::CASE_EVENT_KIND_POSTPONED, {"NOT_TRANSFERRED_IN"}},
      {v1::CASE_EVENT_KIND_NOT_RECOGNISED, {"NOT_TRANSFERRED_IN"}}}},
    {"MovedProbationer",
     [](CaseEventsTest& test) {
       test.Walk(v1::STEP_KIND_CONVERSION_APPLICATION);
       test.world_.Transfer(kLi, AddMonths(kStart, 20));
     },
     {{v1::CASE_EVENT_KIND_REFUSED, {"ALREADY_ADMITTED"}},
      {v1::CASE_EVENT_KIND_WITHDRAWN, {"ALREADY_ADMITTED"}},
      {v1::CASE_EVENT_KIND_RESUMED, {"CASE_NOT_PAUSED"}},
      {v1::CASE_EVENT_KIND_RECEIVED, {"CULTIVATION_OVER"}}}},
    // Who moved before the admission did not come as a probationer.
    {"ProbationerWhoMovedBefore",
     [](CaseEventsTest& test) {
       test.Walk(v1::STEP_KIND_CULTIVATION_INSPECTION);
       test.world_.Transfer(kLi, kStart + 30);
       test.Happens(Receive(kStart + 30, true));
       MemberThere(test.world_);
       for (const v1::Step& step : LegalHistory(kStart)) {
         if (KindOf(step) < v1::STEP_KIND_CULTIVATION_INSPECTION) continue;
         if (KindOf(step) == v1::STEP_KIND_CONVERSION_APPLICATION) return;
         ASSERT_TRUE(test.world_.Step(kCase, There(step)).ok());
       }
     },
     {{v1::CASE_EVENT_KIND_REFUSED, {"ALREADY_ADMITTED"}},
      {v1::CASE_EVENT_KIND_WITHDRAWN, {"ALREADY_ADMITTED"}},
      {v1::CASE_EVENT_KIND_RESUMED, {"CASE_NOT_PAUSED"}},
      {v1::CASE_EVENT_KIND_RECEIVED, {"CULTIVATION_OVER", "ALREADY_RECEIVED"}},
      {v1::CASE_EVENT_KIND_POSTPONED, {"NOT_TRANSFERRED_IN"}},
      {v1::CASE_EVENT_KIND_NOT_RECOGNISED, {"NOT_TRANSFERRED_IN"}}}},
    {"DiscussedProbationer",
     [](CaseEventsTest& test) {
       test.Walk(v1::STEP_KIND_CONVERSION_APPROVAL);
       test.world_.Transfer(kLi, AddMonths(kStart, 25));
     },
     {{v1::CASE_EVENT_KIND_REFUSED, {"ALREADY_ADMITTED"}},
      {v1::CASE_EVENT_KIND_WITHDRAWN, {"ALREADY_ADMITTED"}},
      {v1::CASE_EVENT_KIND_RESUMED, {"CASE_NOT_PAUSED"}},
      {v1::CASE_EVENT_KIND_RECEIVED, {"CULTIVATION_OVER"}},
      {v1::CASE_EVENT_KIND_POSTPONED, {"ALREADY_DISCUSSED"}}}},
    {"FullMemberBeforeArchiving",
     [](CaseEventsTest& test) { test.Walk(v1::STEP_KIND_ARCHIVE); },
     {{v1::CASE_EVENT_KIND_RETURNED, {"STEP_NOT_RETURNABLE"}},
      {v1::CASE_EVENT_KIND_REFUSED, {"ALREADY_ADMITTED"}},
      {v1::CASE_EVENT_KIND_WITHDRAWN, {"ALREADY_ADMITTED"}},
      {v1::CASE_EVENT_KIND_PAUSED, {"CASE_CONCLUDED"}},
      {v1::CASE_EVENT_KIND_RESUMED, {"CASE_NOT_PAUSED"}},
      {v1::CASE_EVENT_KIND_RECEIVED, {"CULTIVATION_OVER", "NOT_TRANSFERRED_IN"}},
      {v1::CASE_EVENT_KIND_POSTPONED, {"NOT_PROBATIONARY", "ALREADY_DISCUSSED"}},
      {v1::CASE_EVENT_KIND_NOT_RECOGNISED, {"NOT_PROBATIONARY"}}}},
    {"AllVoid",
     [](CaseEventsTest& test) {
       test.Walk(v1::STEP_KIND_CULTIVATION_INSPECTION);
       test.Happens(Void(1, kStart));
     },
     {{v1::CASE_EVENT_KIND_RETURNED, {"NOTHING_TO_RETURN"}},
      {v1::CASE_EVENT_KIND_RESUMED, {"CASE_NOT_PAUSED"}},
      {v1::CASE_EVENT_KIND_VOIDED, {"STEP_ALREADY_VOID"}},
      {v1::CASE_EVENT_KIND_RECEIVED, {"NOT_TRANSFERRED_IN"}},
      {v1::CASE_EVENT_KIND_POSTPONED, {"NOT_PROBATIONARY"}},
      {v1::CASE_EVENT_KIND_NOT_RECOGNISED, {"NOT_PROBATIONARY"}}}},
    {"Archived", [](CaseEventsTest& test) { test.Walk(v1::STEP_KIND_UNSPECIFIED); },
     AllFor("CASE_CLOSED")},
    {"Withdrawn",
     [](CaseEventsTest& test) {
       test.Walk(v1::STEP_KIND_CULTIVATION_INSPECTION);
       test.Happens(Event(v1::CASE_EVENT_KIND_WITHDRAWN, kStart + 1), v1::CASE_STATE_ENDED);
     },
     AllFor("CASE_CLOSED")},
};

class CaseEventStateTest : public CaseEventsTest, public ::testing::WithParamInterface<State> {};

// Every kind in every state: what refuses it, all of it.
TEST_P(CaseEventStateTest, RefusesEachKindForEachReason) {
  GetParam().reach(*this);
  const std::string before = world_.Case(kCase).DebugString();
  const absl::CivilDay later = AddMonths(kStart, 30);
  for (int number = 1; number < v1::CaseEventKind_ARRAYSIZE; ++number) {
    const auto kind = static_cast<v1::CaseEventKind>(number);
    SCOPED_TRACE(v1::CaseEventKind_Name(kind));
    v1::CaseEvent event = Event(kind, later);
    if (kind == v1::CASE_EVENT_KIND_VOIDED) event = Void(1, later);
    if (kind == v1::CASE_EVENT_KIND_POSTPONED) event = Postpone(later, later);
    const auto refused = GetParam().refused.find(kind);
    const absl::Status status = Try(event);
    if (refused == GetParam().refused.end()) {
      EXPECT_TRUE(status.ok()) << status;
    } else {
      EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
      EXPECT_EQ(ReasonsOf(status), refused->second);
    }
  }
  EXPECT_EQ(world_.Case(kCase).DebugString(), before);
}
INSTANTIATE_TEST_SUITE_P(States, CaseEventStateTest, ::testing::ValuesIn(kStates),
                         [](const auto& info) { return std::string(info.param.name); });

TEST_F(CaseEventsTest, AreNotOfTheFutureNorBeforeWhatWasRecorded) {
  Walk(v1::STEP_KIND_CULTIVATION_INSPECTION);
  EXPECT_THAT(ReasonsOf(Try(Event(v1::CASE_EVENT_KIND_PAUSED, kToday + 1))),
              ElementsAre("DATE_IN_FUTURE"));
  const absl::Status early = Try(Event(v1::CASE_EVENT_KIND_PAUSED, kStart - 1));
  EXPECT_THAT(ReasonsOf(early), ElementsAre("DATE_BEFORE_EARLIER_STEP"));
  EXPECT_EQ(FindingsOf(early)[0].code(), "D19");
  EXPECT_EQ(FromProto(FindingsOf(early)[0].earliest()).value(), kStart);
  Happens(Event(v1::CASE_EVENT_KIND_PAUSED, kStart + 5), v1::CASE_STATE_PAUSED);
  EXPECT_THAT(ReasonsOf(Try(Event(v1::CASE_EVENT_KIND_RESUMED, kStart + 4))),
              ElementsAre("DATE_BEFORE_EARLIER_STEP"));
  v1::CaseEvent nowhere = Event(v1::CASE_EVENT_KIND_RESUMED, kStart + 5);
  nowhere.set_organisation("organisations/nowhere");
  EXPECT_THAT(ReasonsOf(Try(nowhere)), ElementsAre("ORGANISATION_NOT_THERE"));
}

TEST_F(CaseEventsTest, HaveAForm) {
  Walk(v1::STEP_KIND_TALK);
  v1::CaseEvent event;
  event.set_organisation("branch");
  event.set_continuous(true);
  event.set_step_sequence(1);
  event.set_document_number(std::string(101, 'x'));
  event.set_reason(std::string(201, 'x'));
  *event.mutable_until() = ToProto(kStart);
  event.set_recorded_in_error(true);
  const absl::Status status = Try(event);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(
      ReasonsOf(status),
      ElementsAre("DATE_INVALID", "CASE_EVENT_KIND_MISSING", "ORGANISATION_NAME_INVALID",
                  "DOCUMENT_NUMBER_INVALID", "REASON_INVALID", "STEP_SEQUENCE_INVALID",
                  "CONTINUOUS_NOT_ALLOWED", "RECORDED_IN_ERROR_NOT_ALLOWED", "UNTIL_INVALID"));
  event = Void(0, kStart);
  event.clear_reason();
  EXPECT_THAT(ReasonsOf(Try(event)), ElementsAre("STEP_SEQUENCE_INVALID", "BASIS_MISSING"));
  EXPECT_THAT(ReasonsOf(Try(Void(9, kStart))), ElementsAre("STEP_NOT_THERE"));
  EXPECT_THAT(ReasonsOf(Try(Event(v1::CASE_EVENT_KIND_POSTPONED, kStart))),
              ElementsAre("UNTIL_INVALID"));
  EXPECT_THAT(ReasonsOf(Try(Event(v1::CASE_EVENT_KIND_PAUSED, kStart), kLi)),
              ElementsAre("CASE_NAME_INVALID"));
  EXPECT_TRUE(
      absl::IsNotFound(Try(Event(v1::CASE_EVENT_KIND_PAUSED, kStart), "persons/li/cases/x")));
  world_.etag(kCase).clear();
  EXPECT_THAT(ReasonsOf(Try(Event(v1::CASE_EVENT_KIND_PAUSED, kStart))),
              ElementsAre("ETAG_REQUIRED"));
}

// A day that was mistyped: the true one is recorded, held only to the steps that stand.
TEST_F(CaseEventsTest, CorrectADayThatWasWrittenWrongly) {
  Walk(v1::STEP_KIND_POLITICAL_REVIEW);
  const absl::CivilDay object = AddMonths(kStart, 12), wrong = object + 40;
  ASSERT_TRUE(world_.Step(kCase, MakeStep(v1::STEP_KIND_POLITICAL_REVIEW, wrong)).ok());
  const int sequence = world_.Case(kCase).steps_size();
  v1::CaseEvent correction = Void(sequence, wrong - 1);
  correction.set_recorded_in_error(true);
  correction.clear_organisation();
  correction.set_reason("日期录错");
  // It is written after what it corrects.
  EXPECT_THAT(ReasonsOf(Try(correction)), ElementsAre("DATE_BEFORE_EARLIER_STEP"));
  *correction.mutable_date() = ToProto(wrong + 100);
  Happens(correction);
  const v1::DevelopmentCase now = world_.Case(kCase);
  EXPECT_EQ(now.steps(sequence - 1).voided_by(), 1);
  EXPECT_TRUE(now.events(0).event().recorded_in_error());
  // Step 8, of that day, stands.
  const absl::Status early = TryStep(v1::STEP_KIND_POLITICAL_REVIEW, object - 1);
  EXPECT_THAT(ReasonsOf(early), ElementsAre("DATE_BEFORE_EARLIER_STEP"));
  EXPECT_EQ(FromProto(FindingsOf(early)[0].earliest()).value(), object);
  EXPECT_EQ(FromProto(Forecast().steps(0).earliest()).value(), object);
  ASSERT_TRUE(world_.Step(kCase, MakeStep(v1::STEP_KIND_POLITICAL_REVIEW, object)).ok());
  // Neither the wrong day nor that of the correction is one on which something happened.
  Happens(Event(v1::CASE_EVENT_KIND_PAUSED, object + 1), v1::CASE_STATE_PAUSED);
  Happens(Event(v1::CASE_EVENT_KIND_RESUMED, object + 1));
  EXPECT_THAT(Disagreements(), IsEmpty());
  ExpectFolds();
}

// What happens to a case is decided by its branch or above it, on the day.
TEST_F(CaseEventsTest, AreDecidedInTheCasesChain) {
  Walk(v1::STEP_KIND_CULTIVATION_INSPECTION);
  world_.Transfer(kLi, kStart + 30);
  const auto by = [&](const char* who, absl::CivilDay day) {
    v1::CaseEvent event = Event(v1::CASE_EVENT_KIND_PAUSED, day);
    event.set_organisation(who);
    return ReasonsOf(Try(event));
  };
  EXPECT_THAT(by(kCounty, kStart + 29), IsEmpty());
  EXPECT_THAT(by(kBranch, kStart + 29), IsEmpty());
  EXPECT_THAT(by("organisations/scoped", kStart + 29), ElementsAre("BODY_OUTSIDE_CHAIN"));
  EXPECT_THAT(by(kBranch, kStart + 30), ElementsAre("BODY_OUTSIDE_CHAIN"));
  EXPECT_THAT(by("organisations/scoped", kStart + 30), IsEmpty());
  EXPECT_THAT(by("organisations/general", kStart + 30), ElementsAre("BODY_OUTSIDE_CHAIN"));
  v1::CaseEvent event = Event(v1::CASE_EVENT_KIND_PAUSED, kStart + 30);
  event.set_organisation("organisations/general");
  EXPECT_EQ(FindingsOf(Try(event))[0].code(), "D14");
}

// Whoever may not approve may not take an approval back, nor what only a committee does.
TEST_F(CaseEventsTest, AreNotVoidedByABranchThatMayNotApprove) {
  Walk(v1::STEP_KIND_CONVERSION_APPLICATION);
  const absl::CivilDay day = AddMonths(kStart, 20);
  const v1::DevelopmentCase now = world_.Case(kCase);
  for (const auto& step : now.steps()) {
    SCOPED_TRACE(v1::StepKind_Name(step.kind()));
    v1::CaseEvent event = Void(step.sequence(), day);
    EXPECT_TRUE(Try(event).ok());
    event.set_organisation("organisations/prefecture");
    EXPECT_TRUE(Try(event).ok());
    for (const char* branch : {"", kBranch}) {
      event.set_organisation(branch);
      event.set_recorded_in_error(true);
      EXPECT_TRUE(Try(event).ok());
      event.set_recorded_in_error(false);
      const absl::Status status = Try(event);
      // The approval, and its filing one level up.
      if (step.kind() > v1::STEP_KIND_ADMISSION_FILING) {
        EXPECT_TRUE(status.ok()) << status;
        continue;
      }
      EXPECT_THAT(ReasonsOf(status), ElementsAre("VOIDER_NOT_COMPETENT"));
      EXPECT_EQ(FindingsOf(status)[0].code(), "D14");
      EXPECT_EQ(FindingsOf(status)[0].citation().article(), "第二十三条");
    }
  }
}

TEST_F(CaseEventsTest, AreVoidedByTheBranchWhereItActed) {
  Walk(v1::STEP_KIND_ADMISSION_MEETING);
  const std::set<v1::StepKind> of_superior = {v1::STEP_KIND_ACTIVIST_FILING,
                                              v1::STEP_KIND_OBJECT_FILING, v1::STEP_KIND_TRAINING,
                                              v1::STEP_KIND_PRE_REVIEW};
  const v1::DevelopmentCase now = world_.Case(kCase);
  for (const auto& step : now.steps()) {
    v1::CaseEvent event = Void(step.sequence(), AddMonths(kStart, 12));
    event.clear_organisation();
    EXPECT_EQ(Try(event).ok(), of_superior.count(step.kind()) == 0)
        << v1::StepKind_Name(step.kind());
  }
}

// A correction does not take back what was returned or found invalid: that keeps its day.
TEST_F(CaseEventsTest, CorrectNothingThatWasReturnedToADayBeforeIt) {
  Walk(v1::STEP_KIND_INTRODUCER_DETERMINATION);
  const absl::CivilDay returned = AddMonths(kStart, 12) + 10;
  Happens(Event(v1::CASE_EVENT_KIND_RETURNED, returned));
  ASSERT_TRUE(world_.Step(kCase, MakeStep(v1::STEP_KIND_OBJECT_FILING, returned + 5)).ok());
  v1::CaseEvent correction = Void(world_.Case(kCase).steps_size(), returned + 50);
  correction.set_recorded_in_error(true);
  Happens(correction);
  EXPECT_THAT(ReasonsOf(TryStep(v1::STEP_KIND_OBJECT_FILING, returned - 1)),
              ElementsAre("DATE_BEFORE_EARLIER_STEP"));
  EXPECT_TRUE(TryStep(v1::STEP_KIND_OBJECT_FILING, returned).ok());
}

// Who goes on elsewhere is given contacts there, by the branch that took the case on (§1.5).
TEST_F(CaseEventsTest, GiveContactsAnewAfterATransfer) {
  Walk(v1::STEP_KIND_CULTIVATION_INSPECTION);
  MemberThere(world_);
  world_.Transfer(kLi, kStart + 30);
  Happens(Receive(kStart + 40, true));
  v1::Step contacts = MakeStep(v1::STEP_KIND_CONTACT_ASSIGNMENT, kStart + 40);
  contacts.set_organisation(kBranch);
  EXPECT_THAT(ReasonsOf(world_.Step(kCase, contacts)), ElementsAre("BRANCH_NOT_COMPETENT"));
  contacts.set_organisation("organisations/scoped-branch");
  contacts.mutable_contact_assignment()->clear_contacts();
  contacts.mutable_contact_assignment()->add_contacts("persons/there-one");
  ASSERT_TRUE(world_.Step(kCase, contacts).ok());
  EXPECT_THAT(DueKinds(), Contains(v1::DUE_KIND_OBJECT_POSSIBLE));
  EXPECT_THAT(Disagreements(), IsEmpty());
  ExpectFolds();
}

// An admission that is void takes probation back from its date; what was void stays to be seen.
TEST_F(CaseEventsTest, VoidAStepWithAllAfterItAndDoThemAgain) {
  Walk(v1::STEP_KIND_CONVERSION_APPLICATION);
  const absl::CivilDay object = AddMonths(kStart, 12), decided = AddMonths(kStart, 20);
  ASSERT_EQ(world_.Person(kLi, object).stage(), v1::STAGE_PROBATIONARY);
  const v1::DevelopmentCase before = world_.Case(kCase);
  int meeting = 0;
  for (const auto& step : before.steps()) {
    if (step.kind() == v1::STEP_KIND_ADMISSION_MEETING) meeting = step.sequence();
  }
  Happens(Void(meeting, decided));
  v1::DevelopmentCase now = world_.Case(kCase);
  ASSERT_EQ(now.steps_size(), before.steps_size());
  for (const auto& step : now.steps()) {
    EXPECT_EQ(step.voided_by(), step.sequence() >= meeting ? 1 : 0);
    EXPECT_EQ(step.step().SerializeAsString(),
              before.steps(step.sequence() - 1).step().SerializeAsString());
  }
  ASSERT_EQ(now.events_size(), 1);
  EXPECT_EQ(now.events(0).after_step(), before.steps_size());
  EXPECT_EQ(now.events(0).rule_set(), "cpc-2014");
  EXPECT_FALSE(now.has_probation_ends());
  EXPECT_THAT(now.next_steps(), ElementsAre(v1::STEP_KIND_ADMISSION_MEETING));
  for (absl::CivilDay day = object; day < kToday; day += 97) {
    EXPECT_EQ(world_.Person(kLi, day).stage(), v1::STAGE_DEVELOPMENT_OBJECT);
    EXPECT_EQ(world_.Case(kCase, day).stage(), v1::STAGE_DEVELOPMENT_OBJECT);
  }
  EXPECT_THAT(DueKinds(), Not(Contains(v1::DUE_KIND_CONVERSION)));
  EXPECT_THAT(Disagreements(), IsEmpty());
  ExpectFolds();

  // Again, from the decision on.
  EXPECT_THAT(ReasonsOf(TryStep(v1::STEP_KIND_ADMISSION_MEETING, decided - 1)),
              ElementsAre("DATE_BEFORE_EARLIER_STEP"));
  for (int kind = v1::STEP_KIND_ADMISSION_MEETING; kind <= v1::STEP_KIND_OATH; ++kind) {
    ASSERT_TRUE(world_.Step(kCase, MakeStep(static_cast<v1::StepKind>(kind), decided)).ok());
  }
  now = world_.Case(kCase);
  EXPECT_EQ(now.steps_size(), before.steps_size() + 6);
  EXPECT_EQ(now.steps(before.steps_size()).sequence(), before.steps_size() + 1);
  EXPECT_EQ(FromProto(now.probation_ends()).value(), AddMonths(decided, 12));
  EXPECT_EQ(world_.Person(kLi, decided - 1).stage(), v1::STAGE_DEVELOPMENT_OBJECT);
  EXPECT_EQ(world_.Person(kLi, decided).stage(), v1::STAGE_PROBATIONARY);
  EXPECT_THAT(DueKinds(), Contains(v1::DUE_KIND_CONVERSION));
  // As of a day before, the case is as it is known now: what was void does not count.
  const v1::DevelopmentCase then = world_.Case(kCase, object);
  EXPECT_THAT(then.events(), IsEmpty());
  EXPECT_THAT(then.next_steps(), ElementsAre(v1::STEP_KIND_ADMISSION_MEETING));
  EXPECT_THAT(Disagreements(), IsEmpty());
  ExpectFolds();
}

TEST_F(CaseEventsTest, ReturnTheLastStepToBeHeldAgain) {
  Walk(v1::STEP_KIND_OBJECT_FILING);
  const absl::CivilDay returned = AddMonths(kStart, 13);
  Happens(Event(v1::CASE_EVENT_KIND_RETURNED, returned));
  const v1::DevelopmentCase now = world_.Case(kCase);
  EXPECT_EQ(now.events(0).event().step_sequence(), now.steps_size());
  EXPECT_EQ(now.steps().rbegin()->voided_by(), 1);
  EXPECT_THAT(now.next_steps(), Contains(v1::STEP_KIND_OBJECT_DETERMINATION));
  EXPECT_THAT(ReasonsOf(TryStep(v1::STEP_KIND_OBJECT_FILING, returned)),
              ElementsAre("EARLIER_STEP_MISSING"));
  ASSERT_TRUE(world_.Step(kCase, MakeStep(v1::STEP_KIND_OBJECT_DETERMINATION, returned)).ok());
  ASSERT_TRUE(world_.Step(kCase, MakeStep(v1::STEP_KIND_OBJECT_FILING, returned)).ok());
  EXPECT_EQ(world_.Person(kLi, returned).stage(), v1::STAGE_DEVELOPMENT_OBJECT);
  EXPECT_THAT(Disagreements(), IsEmpty());
  ExpectFolds();
}

TEST_F(CaseEventsTest, LetACaseOfWhichAllIsVoidBeginAgain) {
  Walk(v1::STEP_KIND_TALK);
  Happens(Void(1, kStart + 3));
  EXPECT_EQ(world_.Person(kLi).stage(), v1::STAGE_REGISTERED);
  EXPECT_THAT(ReasonsOf(world_.Step("persons/li/cases/other",
                                    MakeStep(v1::STEP_KIND_APPLICATION, kStart + 3))),
              ElementsAre("CASE_ALREADY_OPEN"));
  ASSERT_TRUE(world_.Step(kCase, MakeStep(v1::STEP_KIND_APPLICATION, kStart + 3)).ok());
  EXPECT_EQ(world_.Person(kLi, kStart + 2).stage(), v1::STAGE_REGISTERED);
  EXPECT_EQ(world_.Person(kLi, kStart + 3).stage(), v1::STAGE_APPLICANT);
  EXPECT_THAT(Disagreements(), IsEmpty());
  ExpectFolds();
}

TEST_F(CaseEventsTest, PauseACaseThatThenOwesNothing) {
  Walk(v1::STEP_KIND_CULTIVATION_INSPECTION);
  const std::vector<v1::DueKind> owed = DueKinds();
  ASSERT_THAT(owed, Contains(v1::DUE_KIND_INSPECTION));
  Happens(Event(v1::CASE_EVENT_KIND_PAUSED, kStart + 9), v1::CASE_STATE_PAUSED);
  EXPECT_THAT(DueKinds(), IsEmpty());
  EXPECT_THAT(ReasonsOf(TryStep(v1::STEP_KIND_CULTIVATION_INSPECTION, kStart + 9)),
              ElementsAre("CASE_PAUSED"));
  EXPECT_THAT(world_.Case(kCase).next_steps(), IsEmpty());
  EXPECT_EQ(world_.Case(kCase, kStart + 8).state(), v1::CASE_STATE_OPEN);
  EXPECT_EQ(world_.Person(kLi).stage(), v1::STAGE_ACTIVIST);
  ASSERT_EQ(Forecast().blocked_by_size(), 1);
  EXPECT_EQ(Forecast().blocked_by(0).reason(), "CASE_PAUSED");
  EXPECT_THAT(Forecast().steps(), IsEmpty());
  // Still nothing, wherever the person goes.
  world_.Transfer(kLi, kStart + 10);
  EXPECT_THAT(DueKinds(), Not(Contains(v1::DUE_KIND_INSPECTION)));
  Happens(Event(v1::CASE_EVENT_KIND_RESUMED, kStart + 30));
  EXPECT_EQ(DueKinds(), owed);
  EXPECT_THAT(ReasonsOf(TryStep(v1::STEP_KIND_CULTIVATION_INSPECTION, kStart + 29)),
              ElementsAre("DATE_BEFORE_EARLIER_STEP"));
  ASSERT_TRUE(world_.Step(kCase, MakeStep(v1::STEP_KIND_CULTIVATION_INSPECTION, kStart + 30)).ok());
  EXPECT_EQ(world_.Case(kCase, kStart + 20).state(), v1::CASE_STATE_PAUSED);
  EXPECT_THAT(Disagreements(), IsEmpty());
  ExpectFolds();
}

// A slip of the pen ("not approved") costs nobody two years.
TEST_F(CaseEventsTest, ReopenACaseThatTheCorrectedStepClosed) {
  Walk(v1::STEP_KIND_ADMISSION_APPROVAL);
  const v1::DevelopmentCase before = world_.Case(kCase);
  const absl::CivilDay day = FromProto(before.steps().rbegin()->step().date()).value() + 1;
  v1::Step approval = MakeStep(v1::STEP_KIND_ADMISSION_APPROVAL, day);
  approval.mutable_admission_approval()->set_approved(false);
  ASSERT_TRUE(world_.Step(kCase, approval).ok());
  EXPECT_EQ(world_.Case(kCase).state(), v1::CASE_STATE_ENDED);
  EXPECT_EQ(world_.Person(kLi).stage(), v1::STAGE_ENDED);

  v1::CaseEvent correction = Void(before.steps_size() + 1, day + 10);
  // What was found invalid is another matter: that case stays closed.
  EXPECT_THAT(ReasonsOf(Try(correction)), ElementsAre("CASE_CLOSED"));
  correction.set_recorded_in_error(true);
  Happens(correction);
  EXPECT_EQ(world_.Person(kLi).stage(), before.stage());

  approval.mutable_admission_approval()->set_approved(true);
  EXPECT_TRUE(world_.Step(kCase, approval).ok());
  EXPECT_EQ(world_.Person(kLi).stage(), v1::STAGE_PROBATIONARY);
  EXPECT_THAT(Disagreements(), IsEmpty());
  ExpectFolds();
}

TEST_F(CaseEventsTest, ReopenAnArchivedCaseByTheSameCorrection) {
  Walk(v1::STEP_KIND_UNSPECIFIED);
  const v1::DevelopmentCase before = world_.Case(kCase);
  ASSERT_EQ(before.state(), v1::CASE_STATE_COMPLETED);
  const absl::CivilDay day = FromProto(before.steps().rbegin()->step().date()).value();
  v1::CaseEvent correction = Void(before.steps_size(), day + 10);
  correction.set_recorded_in_error(true);
  Happens(correction);
  EXPECT_TRUE(world_.Step(kCase, MakeStep(v1::STEP_KIND_ARCHIVE, day)).ok());
  EXPECT_EQ(world_.Case(kCase).state(), v1::CASE_STATE_COMPLETED);
  ExpectFolds();
}

TEST_F(CaseEventsTest, DoNotReopenWhatAnEventEnded) {
  Walk(v1::STEP_KIND_CULTIVATION_INSPECTION);
  Happens(Event(v1::CASE_EVENT_KIND_WITHDRAWN, kStart + 1), v1::CASE_STATE_ENDED);
  v1::CaseEvent correction = Void(1, kStart + 10);
  correction.set_recorded_in_error(true);
  EXPECT_THAT(ReasonsOf(Try(correction)), ElementsAre("CASE_CLOSED"));
}

TEST_F(CaseEventsTest, AskWhetherTimeCounts) {
  v1::CaseEvent event = Receive(kStart, true);
  event.clear_continuous();
  EXPECT_THAT(ReasonsOf(Try(event)), ElementsAre("DECISION_REQUIRED"));
}

TEST_F(CaseEventsTest, EndACaseAfterWhichThePersonMayApplyAgain) {
  for (const auto kind : {v1::CASE_EVENT_KIND_REFUSED, v1::CASE_EVENT_KIND_WITHDRAWN}) {
    const std::string name = absl::StrCat("persons/li/cases/c", static_cast<int>(kind));
    const absl::CivilDay start = kStart + 400 * kind;
    world_.WalkTo(name, start, v1::STEP_KIND_CULTIVATION_INSPECTION);
    v1::RecordCaseEventResponse response;
    ASSERT_TRUE(world_.Beside(name, Event(kind, start + 50), &response).ok());
    EXPECT_EQ(response.state(), v1::CASE_STATE_ENDED);
    EXPECT_EQ(world_.Person(kLi, start + 49).stage(), v1::STAGE_ACTIVIST);
    EXPECT_EQ(world_.Person(kLi, start + 50).stage(), v1::STAGE_ENDED);
    EXPECT_THAT(DueKinds(), IsEmpty());
    EXPECT_THAT(
        ReasonsOf(world_.Step(name, MakeStep(v1::STEP_KIND_CULTIVATION_INSPECTION, start + 50))),
        Contains("CASE_CLOSED"));
  }
  EXPECT_THAT(Disagreements(), IsEmpty());
  ExpectFolds();
}

TEST_F(CaseEventsTest, AreNotRecognisedByACountyOrAnOutsideBody) {
  Walk(v1::STEP_KIND_CONVERSION_APPLICATION);
  const absl::CivilDay day = AddMonths(kStart, 20);
  world_.Transfer(kLi, day);
  v1::CaseEvent event = Event(v1::CASE_EVENT_KIND_NOT_RECOGNISED, day + 1);
  for (const char* base : {"", kCounty, "organisations/scoped"}) {
    event.set_organisation(base);
    const absl::Status status = Try(event);
    EXPECT_THAT(ReasonsOf(status), ElementsAre("NON_RECOGNITION_NOT_COMPETENT")) << base;
    EXPECT_EQ(FindingsOf(status)[0].citation().article(), "第三十五条");
    EXPECT_EQ(FindingsOf(status)[0].code(), "");
  }
  event.set_organisation("organisations/other-prefecture");
  EXPECT_THAT(ReasonsOf(Try(event)), ElementsAre("BODY_OUTSIDE_CHAIN"));
  event.set_organisation("organisations/outside");
  EXPECT_TRUE(Try(event).ok());
  event.clear_document_number();
  event.set_reason("第三十五条");
  EXPECT_THAT(ReasonsOf(Try(event)), ElementsAre("DOCUMENT_NUMBER_REQUIRED"));
  event.set_organisation("organisations/prefecture");
  Happens(event, v1::CASE_STATE_ENDED);
  EXPECT_EQ(world_.Person(kLi, day).stage(), v1::STAGE_PROBATIONARY);
  EXPECT_EQ(world_.Person(kLi, day + 1).stage(), v1::STAGE_ENDED);
  ExpectFolds();
}

// Under each text, with a start at the end of a month.
struct Text {
  const char* set;
  absl::CivilDay start;
};
class CaseEventTextTest : public CaseEventsTest, public ::testing::WithParamInterface<Text> {};

TEST_P(CaseEventTextTest, PostponeByAtMostSixMonthsAndKeepTheOriginalDay) {
  const absl::CivilDay start = GetParam().start;
  Walk(v1::STEP_KIND_CONVERSION_MEETING, start);
  const absl::CivilDay end = AddMonths(AddMonths(start, 12), 12), limit = AddMonths(end, 6);
  MemberThere(world_);
  world_.Transfer(kLi, end);
  const absl::Status late = Try(Postpone(end, limit + 1));
  EXPECT_THAT(ReasonsOf(late), ElementsAre("POSTPONEMENT_TOO_LONG"));
  EXPECT_EQ(FindingsOf(late)[0].code(), "D18");
  EXPECT_THAT(ReasonsOf(Try(Postpone(end, end))), ElementsAre("POSTPONEMENT_UNTIL_INVALID"));
  EXPECT_TRUE(Try(Postpone(end, end + 1)).ok());
  v1::RecordCaseEventResponse response;
  ASSERT_TRUE(world_.Beside(kCase, Postpone(end, limit), &response).ok());
  EXPECT_EQ(response.recorded().rule_set(), GetParam().set);
  const std::vector<v1::DueItem> due = world_.Due(kFar);
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(due[0].kind(), v1::DUE_KIND_POSTPONEMENT);
  EXPECT_EQ(FromProto(due[0].due_on()).value(), limit);
  EXPECT_FALSE(due[0].citation().document().empty());
  EXPECT_EQ(FromProto(Forecast().steps(0).earliest()).value(), end);
  ASSERT_TRUE(world_.Step(kCase, There(MakeStep(v1::STEP_KIND_CONVERSION_MEETING, limit))).ok());
  EXPECT_THAT(DueKinds(), ElementsAre(v1::DUE_KIND_APPROVAL));
  ASSERT_TRUE(world_.Step(kCase, There(MakeStep(v1::STEP_KIND_CONVERSION_APPROVAL, limit))).ok());
  EXPECT_EQ(FromProto(world_.Person(kLi).full_member_on()).value(), end);
  EXPECT_THAT(Disagreements(), IsEmpty());
  ExpectFolds();
}

TEST_P(CaseEventTextTest, CountHoldingPeriodsTogetherForD03) {
  const absl::CivilDay start = GetParam().start, moved = start + 100, full = AddMonths(start, 12);
  Walk(v1::STEP_KIND_CULTIVATION_INSPECTION, start);
  world_.Transfer(kLi, moved);
  ASSERT_TRUE(world_.Step(kCase, MakeStep(v1::STEP_KIND_CULTIVATION_INSPECTION, moved + 60)).ok());
  const auto determine = [&](absl::CivilDay day) {
    return ReasonsOf(TryStep(v1::STEP_KIND_OBJECT_DETERMINATION, day));
  };
  const auto possible = [&] {
    for (const v1::DueItem& item : world_.Due(kFar)) {
      if (item.kind() == v1::DUE_KIND_OBJECT_POSSIBLE) return FromProto(item.due_on()).value();
    }
    return kNoEnd;
  };
  // Until the receiving branch says something, nothing counts that came after.
  EXPECT_THAT(determine(full + 500), ElementsAre("CULTIVATION_NOT_CONFIRMED"));
  EXPECT_THAT(Forecast().blocked_by(), ::testing::SizeIs(1));
  EXPECT_EQ(Forecast().blocked_by(0).code(), "D03");
  // It did not count until the branch took the case on, 80 days later.
  ASSERT_TRUE(world_.Beside(kCase, Receive(moved + 80, false)).ok());
  EXPECT_THAT(determine(full + 79), ElementsAre("ACTIVIST_PERIOD_TOO_SHORT"));
  EXPECT_THAT(determine(full + 80), IsEmpty());
  EXPECT_EQ(possible(), full + 80);
  const auto forecast = Forecast();
  ASSERT_GT(forecast.steps_size(), 0);
  EXPECT_EQ(forecast.steps(0).kind(), v1::STEP_KIND_OBJECT_DETERMINATION);
  EXPECT_EQ(FromProto(forecast.steps(0).earliest()).value(), full + 80);
  ASSERT_TRUE(world_.Step(kCase, MakeStep(v1::STEP_KIND_OBJECT_DETERMINATION, full + 80)).ok());
  const v1::DevelopmentCase now = world_.Case(kCase);
  ASSERT_EQ(now.steps().rbegin()->proof().uncounted_size(), 1);
  EXPECT_EQ(FromProto(now.steps().rbegin()->proof().uncounted(0).valid_to()).value(), moved + 80);
  ASSERT_EQ(now.holdings_size(), 2);
  EXPECT_EQ(FromProto(now.holdings(0).valid_from()).value(), start);
  EXPECT_EQ(FromProto(now.holdings(0).valid_to()).value(), moved);
  EXPECT_EQ(now.holdings(1).organisation(), "organisations/scoped-branch");
  EXPECT_FALSE(now.holdings(1).has_valid_to());
  EXPECT_THAT(Disagreements(), IsEmpty());
  ExpectFolds();
}

// A branch that sent the person on without a word held nothing, and the due item says so too.
TEST_P(CaseEventTextTest, PutOffWhatIsPossibleByTheDaysOfASilentBranch) {
  const absl::CivilDay start = GetParam().start, full = AddMonths(start, 12);
  Walk(v1::STEP_KIND_CULTIVATION_INSPECTION, start);
  const auto possible = [&] {
    for (const v1::DueItem& item : world_.Due(kFar)) {
      if (item.kind() == v1::DUE_KIND_OBJECT_POSSIBLE) return FromProto(item.due_on()).value();
    }
    return kNoEnd;
  };
  world_.Transfer(kLi, start + 40);
  EXPECT_EQ(possible(), full);
  world_.Transfer(kLi, start + 99, "back", kBranch);
  EXPECT_EQ(possible(), full + 59);
  ASSERT_TRUE(world_.Beside(kCase, Receive(start + 100, true)).ok());
  EXPECT_EQ(possible(), full + 59);
  ASSERT_TRUE(world_.Step(kCase, MakeStep(v1::STEP_KIND_CULTIVATION_INSPECTION, start + 100)).ok());
  EXPECT_THAT(ReasonsOf(TryStep(v1::STEP_KIND_OBJECT_DETERMINATION, full + 58)),
              ElementsAre("ACTIVIST_PERIOD_TOO_SHORT"));
  EXPECT_TRUE(TryStep(v1::STEP_KIND_OBJECT_DETERMINATION, full + 59).ok());
  EXPECT_THAT(Disagreements(), IsEmpty());
  ExpectFolds();
}

TEST_P(CaseEventTextTest, CountTheTimeBetweenWhereTheReceiverSaysSo) {
  const absl::CivilDay start = GetParam().start, full = AddMonths(start, 12);
  Walk(v1::STEP_KIND_CULTIVATION_INSPECTION, start);
  world_.Transfer(kLi, start + 100);
  ASSERT_TRUE(world_.Beside(kCase, Receive(start + 180, true)).ok());
  ASSERT_TRUE(world_.Step(kCase, MakeStep(v1::STEP_KIND_CULTIVATION_INSPECTION, start + 180)).ok());
  EXPECT_THAT(ReasonsOf(TryStep(v1::STEP_KIND_OBJECT_DETERMINATION, full - 1)),
              ElementsAre("ACTIVIST_PERIOD_TOO_SHORT"));
  EXPECT_TRUE(TryStep(v1::STEP_KIND_OBJECT_DETERMINATION, full).ok());
}
INSTANTIATE_TEST_SUITE_P(Texts, CaseEventTextTest,
                         ::testing::Values(Text{"cpc-2014", absl::CivilDay(2020, 1, 31)},
                                           Text{"cpc-2014", absl::CivilDay(2019, 2, 28)},
                                           Text{"cpc-2026", absl::CivilDay(2027, 8, 31)},
                                           Text{"cpc-2026", absl::CivilDay(2028, 2, 29)}));

// An answer is remembered, over a restart too; another body under its id is not taken.
TEST(CaseEvents, HaveOneEffectForOneRequestId) {
  const std::string folder =
      (std::filesystem::path(::testing::TempDir()) / ("events-" + RandomId())).string();
  const auto open = [&] {
    auto store = OpenRocksStore(folder, "membership");
    EXPECT_TRUE(store.ok()) << store.status();
    return *std::move(store);
  };
  {
    World world(open());
    ASSERT_TRUE(world.CreatePerson("li").ok());
    world.WalkTo(kCase, kStart, v1::STEP_KIND_CULTIVATION_INSPECTION);
    v1::RecordCaseEventRequest request =
        world.BesideRequest(kCase, Event(v1::CASE_EVENT_KIND_PAUSED, kStart + 1));
    const v1::RecordStepRequest step_request = world.StepRequest(
        kCase, MakeStep(v1::STEP_KIND_CULTIVATION_INSPECTION, kStart), world.etag(kCase));
    v1::RecordStepResponse stepped, stepped_again;
    ASSERT_TRUE(world.Record(step_request, &stepped).ok());
    request.set_etag(stepped.etag());
    const auto record = [&](v1::RecordCaseEventResponse* response) {
      auto stub = v1::CaseEventService::NewStub(world.channel());
      return Invoke(&v1::CaseEventService::Stub::RecordCaseEvent, *stub, request, response);
    };
    v1::RecordCaseEventResponse first, second, third;
    ASSERT_TRUE(record(&first).ok());
    ASSERT_TRUE(record(&second).ok());
    EXPECT_EQ(first.SerializeAsString(), second.SerializeAsString());
    world.Stop();
    world.Start(open());
    ASSERT_TRUE(record(&third).ok());
    EXPECT_EQ(first.SerializeAsString(), third.SerializeAsString());
    ASSERT_TRUE(world.Record(step_request, &stepped_again).ok());
    EXPECT_EQ(stepped.SerializeAsString(), stepped_again.SerializeAsString());
    EXPECT_EQ(world.Case(kCase).events_size(), 1);
    EXPECT_EQ(world.Case(kCase).steps_size(), 6);
    request.mutable_event()->set_reason("另一份");
    const absl::Status other = record(&third);
    EXPECT_EQ(ReasonOf(other), "REQUEST_ID_REUSED") << other;
    v1::RecordStepRequest other_step = step_request;
    other_step.mutable_step()->set_reference("另一份");
    EXPECT_EQ(ReasonOf(world.Record(other_step, &stepped_again)), "REQUEST_ID_REUSED");
    EXPECT_EQ(world.Case(kCase).events_size(), 1);
    world.Stop();
  }
  std::filesystem::remove_all(folder);
}

// One clerk records a step while another pauses the case.
TEST_F(CaseEventsTest, LetOneOfTwoClerksWin) {
  Walk(v1::STEP_KIND_CULTIVATION_INSPECTION);
  for (int round = 0; round < 10; ++round) {
    const absl::CivilDay day = kStart + round;
    const v1::RecordStepRequest step = world_.StepRequest(
        kCase, MakeStep(v1::STEP_KIND_CULTIVATION_INSPECTION, day), world_.etag(kCase));
    const v1::RecordCaseEventRequest beside =
        world_.BesideRequest(kCase, Event(v1::CASE_EVENT_KIND_PAUSED, day));
    absl::Status stepped, paused;
    v1::RecordStepResponse of_step;
    v1::RecordCaseEventResponse of_event;
    std::thread one([&] { stepped = world_.Record(step, &of_step); });
    std::thread two([&] {
      paused = Invoke(&v1::CaseEventService::Stub::RecordCaseEvent, *stub_, beside, &of_event);
    });
    one.join();
    two.join();
    ASSERT_NE(stepped.ok(), paused.ok());
    const absl::Status& lost = stepped.ok() ? paused : stepped;
    EXPECT_EQ(lost.code(), absl::StatusCode::kAborted);
    EXPECT_EQ(ReasonOf(lost), "ETAG_STALE");
    const std::string current = stepped.ok() ? of_step.etag() : of_event.etag();
    google::rpc::ErrorInfo info;
    ASSERT_TRUE(ToRpcStatus(lost, "membership").details(0).UnpackTo(&info));
    // The present etag is read, not handed out: whoever lost looks before writing again.
    EXPECT_EQ(info.metadata().count("etag"), 0u);
    world_.etag(kCase) = current;
    if (paused.ok()) Happens(Event(v1::CASE_EVENT_KIND_RESUMED, day));
  }
}

// The person's record changes with the stage, whatever changed it.
TEST_F(CaseEventsTest, KeepWhatWasKnownBeforeAndSettleWhatMembershipOwes) {
  Walk(v1::STEP_KIND_CONVERSION_APPLICATION);
  const absl::CivilDay day = AddMonths(kStart, 16);
  ASSERT_TRUE(world_.Fact(kLi, v1::MEMBERSHIP_FACT_KIND_CONTACT_LOST, day).ok());
  world_.etag(kCase) = world_.Case(kCase).etag();
  EXPECT_THAT(DueKinds(), Contains(v1::DUE_KIND_CONTACT_LOST));
  const absl::Time before = world_.clock().Now();
  world_.clock().Advance(absl::Seconds(10));
  Happens(Void(1, AddMonths(kStart, 30)));
  EXPECT_THAT(DueKinds(), Not(Contains(v1::DUE_KIND_CONTACT_LOST)));
  EXPECT_EQ(world_.Person(kLi).stage(), v1::STAGE_REGISTERED);
  v1::GetPersonRequest request;
  v1::GetPersonResponse response;
  request.set_name(kLi);
  request.mutable_known_at()->set_seconds(absl::ToUnixSeconds(before));
  ASSERT_TRUE(
      Invoke(&v1::MembershipService::Stub::GetPerson, world_.stub(), request, &response).ok());
  EXPECT_EQ(response.person().stage(), v1::STAGE_PROBATIONARY);
  ExpectFolds();
}

// Whatever happens in whatever order: the feed alone makes the same rows, every proof stands, and a
// refused call leaves no trace.
class CaseEventProperty : public CaseEventsTest, public ::testing::WithParamInterface<int> {};

TEST_P(CaseEventProperty, RandomStoriesFoldToTheSameRows) {
  std::mt19937 random(GetParam());
  absl::CivilDay day = absl::CivilDay(2016, 1, 1) + static_cast<int>(random() % 5000);
  const auto any = [&](int n) { return static_cast<int>(random() % n); };
  int accepted = 0, moves = 0, cases = 1;
  std::string name = "persons/li/cases/c1";
  ASSERT_TRUE(world_.Step(name, MakeStep(v1::STEP_KIND_APPLICATION, day)).ok());
  for (int i = 0; i < 90; ++i) {
    const v1::DevelopmentCase now = world_.Case(name);
    ASSERT_EQ(now.etag(), world_.etag(name));
    if (now.state() == v1::CASE_STATE_ENDED && any(3) == 0) {
      name = absl::StrCat("persons/li/cases/c", ++cases);
      ASSERT_TRUE(world_.Step(name, MakeStep(v1::STEP_KIND_APPLICATION, day)).ok());
      ++accepted;
      continue;
    }
    if (moves == 0 && now.state() != v1::CASE_STATE_ENDED && any(25) == 0) {
      world_.Transfer(kLi, day);
      ++moves;
      continue;
    }
    day += any(50);
    if (any(7) != 0) {
      const auto kind = now.next_steps().empty() || any(10) == 0
                            ? static_cast<v1::StepKind>(1 + any(kStepKinds))
                            : static_cast<v1::StepKind>(now.next_steps(any(now.next_steps_size())));
      v1::Step step = MakeStep(kind, day);
      if (step.has_conversion_meeting() && any(3) == 0) {
        step.mutable_conversion_meeting()->set_outcome(v1::CONVERSION_OUTCOME_EXTENDED);
        step.mutable_conversion_meeting()->set_extension_months(6);
      } else if (step.has_conversion_meeting() && any(4) == 0) {
        step.mutable_conversion_meeting()->set_outcome(v1::CONVERSION_OUTCOME_CANCELLED);
      } else if (step.has_admission_approval() && any(8) == 0) {
        step.mutable_admission_approval()->set_approved(false);
      }
      accepted += world_.Step(name, step).ok();
      continue;
    }
    // What ends the case is rarer.
    auto kind = static_cast<v1::CaseEventKind>(1 + any(9));
    if ((kind == v1::CASE_EVENT_KIND_REFUSED || kind == v1::CASE_EVENT_KIND_WITHDRAWN) &&
        any(4) != 0) {
      kind = v1::CASE_EVENT_KIND_RESUMED;
    }
    if (now.state() == v1::CASE_STATE_PAUSED) kind = v1::CASE_EVENT_KIND_RESUMED;
    v1::CaseEvent event = Event(kind, day);
    if (kind == v1::CASE_EVENT_KIND_VOIDED) {
      event = Void(1 + any(now.steps_size()), day);
      event.set_recorded_in_error(any(2) == 0);
    }
    if (kind == v1::CASE_EVENT_KIND_POSTPONED) event = Postpone(day, day + 1 + any(100));
    if (kind == v1::CASE_EVENT_KIND_RECEIVED) event = Receive(day, any(2) == 0);
    accepted += world_.Beside(name, event).ok();
  }
  EXPECT_GT(accepted, 10);
  ExpectFolds();
  EXPECT_THAT(Disagreements(), IsEmpty());
  EXPECT_EQ(world_.Person(kLi).stage(), world_.Case(name).stage());
}
INSTANTIATE_TEST_SUITE_P(Seeds, CaseEventProperty, ::testing::Range(1, 41));

class CaseEventBatchTest : public CaseEventsTest {
 protected:
  CaseEventBatchTest() {
    EXPECT_TRUE(world_.CreatePerson("wang").ok());
    for (const char* name : {kCase, kOther}) {
      world_.WalkTo(name, kStart, v1::STEP_KIND_CULTIVATION_INSPECTION);
    }
  }
  void Add(const std::string& name, const v1::CaseEvent& event) {
    *batch_.add_requests() = world_.BesideRequest(name, event);
  }
  absl::Status Record(v1::BatchRecordCaseEventsResponse* response = nullptr,
                      const std::string& token = kOwnerToken) {
    v1::BatchRecordCaseEventsResponse ignored;
    batch_.set_request_id(world_.NextRequestId());
    return Invoke(&v1::CaseEventService::Stub::BatchRecordCaseEvents, *stub_, batch_,
                  response != nullptr ? response : &ignored, token);
  }
  Reasons Subjects(const absl::Status& status) {
    Reasons subjects;
    for (const auto& finding : FindingsOf(status)) subjects.push_back(finding.subject());
    return subjects;
  }
  static constexpr char kOther[] = "persons/wang/cases/c";
  const absl::CivilDay day_ = kStart + 100;
  v1::BatchRecordCaseEventsRequest batch_;
};

TEST_F(CaseEventBatchTest, EventsOfManyCasesAreOneCommit) {
  Add(kCase, Event(v1::CASE_EVENT_KIND_PAUSED, day_));
  Add(kOther, Event(v1::CASE_EVENT_KIND_WITHDRAWN, day_));
  // A row's own is not looked at.
  batch_.mutable_requests(0)->set_validate_only(true);
  v1::BatchRecordCaseEventsResponse response;
  const absl::Status status = Record(&response);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_GT(response.revision(), 0);
  EXPECT_EQ(world_.Case(kCase).state(), v1::CASE_STATE_PAUSED);
  EXPECT_EQ(world_.Case(kOther).state(), v1::CASE_STATE_ENDED);
  ASSERT_EQ(response.recorded_size(), 2);
  EXPECT_EQ(response.recorded(0).DebugString(), world_.Case(kCase).events(0).DebugString());
  EXPECT_EQ(response.recorded(1).event().kind(), v1::CASE_EVENT_KIND_WITHDRAWN);
  EXPECT_THAT(response.etags(),
              ElementsAre(world_.Case(kCase).etag(), world_.Case(kOther).etag()));
  ExpectFolds();
}

TEST_F(CaseEventBatchTest, AllRowsAtFaultAreNamedAndNothingIsWritten) {
  Add(kCase, Event(v1::CASE_EVENT_KIND_PAUSED, day_));
  Add(kOther, Event(v1::CASE_EVENT_KIND_RESUMED, day_));
  absl::Status status = Record();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(ReasonsOf(status), ElementsAre("CASE_NOT_PAUSED"));
  EXPECT_THAT(Subjects(status), ElementsAre(::testing::StartsWith("requests[1].event")));
  Add(kCase, Event(v1::CASE_EVENT_KIND_WITHDRAWN, day_));
  Add("persons/li", Event(v1::CASE_EVENT_KIND_WITHDRAWN, day_));
  batch_.mutable_requests(3)->mutable_event()->clear_date();
  status = Record();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(ReasonsOf(status), ElementsAre("CASE_TWICE", "DATE_INVALID", "CASE_NAME_INVALID",
                                             "ETAG_REQUIRED", "CASE_NOT_PAUSED"));
  EXPECT_THAT(Subjects(status),
              ElementsAre("requests[2].name", "requests[3].event.date", "requests[3].name",
                          "requests[3].etag", ::testing::StartsWith("requests[1].event")));
  EXPECT_EQ(world_.Case(kCase).state(), v1::CASE_STATE_OPEN);
}

TEST_F(CaseEventBatchTest, SizeEtagAndScopeAreAsked) {
  EXPECT_EQ(ReasonOf(Record()), "BATCH_SIZE_INVALID");
  for (int i = 0; i < 2001; ++i) batch_.add_requests();
  EXPECT_EQ(ReasonOf(Record()), "BATCH_SIZE_INVALID");
  batch_.clear_requests();
  Add(kCase, Event(v1::CASE_EVENT_KIND_PAUSED, day_));
  Add(kOther, Event(v1::CASE_EVENT_KIND_PAUSED, day_));
  batch_.mutable_requests(1)->set_etag("77");
  absl::Status status = Record();
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_THAT(Subjects(status), ElementsAre("requests[1].etag"));
  batch_.mutable_requests(1)->set_name("persons/wang/cases/none");
  status = Record();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(Subjects(status), ElementsAre("requests[1].name"));
  EXPECT_EQ(Record(nullptr, kScopedToken).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(world_.Case(kCase).state(), v1::CASE_STATE_OPEN);
}

}  // namespace
}  // namespace zhibu::membership
