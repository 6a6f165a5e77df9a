// Random legal histories: each step is accepted on its earliest day, and refused on the day before.

#include <algorithm>
#include <random>

#include "tests/services/membership/world.h"

namespace zhibu::membership {
namespace {

using Stub = v1::MembershipService::Stub;

class HistoryPropertyTest : public ::testing::TestWithParam<int> {};

// The last of `days`.
absl::CivilDay Last(std::initializer_list<absl::CivilDay> days) {
  return *std::max_element(days.begin(), days.end());
}

TEST_P(HistoryPropertyTest, EarliestDaysAreAcceptedAndTheDaysBeforeRefused) {
  std::mt19937 random(GetParam());
  World world;
  const auto wait = [&] { return static_cast<int>(random() % 4 == 0 ? 0 : random() % 70); };
  // The 18th birthday, so that the application too has an earliest day; around the change of texts.
  const absl::CivilDay of_age = absl::CivilDay(2022, 1, 1) + static_cast<int>(random() % 2200);
  v1::CreatePersonRequest person = world.PersonRequest("li");
  person.mutable_person()->set_id_number(GeneratedIdNumber(AddYears(of_age, -18), 33));
  ASSERT_TRUE(world.Create(person).ok());
  const std::string name = "persons/li/cases/c";

  std::string etag;
  v1::RecordStepResponse response;
  const auto judge = [&](v1::StepKind kind, absl::CivilDay day, int extension, bool only) {
    v1::Step step = MakeStep(kind, day);
    if (extension > 0) {
      step.mutable_conversion_meeting()->set_outcome(v1::CONVERSION_OUTCOME_EXTENDED);
      step.mutable_conversion_meeting()->set_extension_months(extension);
    }
    v1::RecordStepRequest request = world.StepRequest(name, step, etag);
    request.set_validate_only(only);
    return world.Record(request, &response);
  };
  // Records the step on `earliest` or some days later; answers its day.
  const auto record = [&](v1::StepKind kind, absl::CivilDay earliest, int extension = 0) {
    SCOPED_TRACE(absl::StrCat(v1::StepKind_Name(kind), " earliest ", FormatDate(earliest)));
    const absl::Status early = judge(kind, earliest - 1, extension, true);
    EXPECT_EQ(early.code(), absl::StatusCode::kFailedPrecondition) << early;
    bool says_when = false;
    for (const auto& finding : FindingsOf(early)) {
      says_when |= finding.has_earliest() && FromProto(finding.earliest()).value() == earliest;
    }
    EXPECT_TRUE(says_when) << early;
    const absl::Status in_time = judge(kind, earliest, extension, true);
    EXPECT_TRUE(in_time.ok()) << in_time;
    const absl::CivilDay day = earliest + wait();
    const absl::Status recorded = judge(kind, day, extension, false);
    EXPECT_TRUE(recorded.ok()) << recorded;
    etag = response.etag();
    return day;
  };

  absl::CivilDay day = record(v1::STEP_KIND_APPLICATION, of_age);
  day = record(v1::STEP_KIND_TALK, day);
  const absl::CivilDay activist = day = record(v1::STEP_KIND_ACTIVIST_DETERMINATION, day);
  day = record(v1::STEP_KIND_ACTIVIST_FILING, day);
  day = record(v1::STEP_KIND_CONTACT_ASSIGNMENT, day);
  for (int i = 1 + static_cast<int>(random() % 4); i > 0; --i) {
    day = record(v1::STEP_KIND_CULTIVATION_INSPECTION, day);
  }
  day = record(v1::STEP_KIND_OBJECT_DETERMINATION, Last({day, AddMonths(activist, 12)}));
  day = record(v1::STEP_KIND_OBJECT_FILING, day);
  std::vector<v1::StepKind> parallel = {v1::STEP_KIND_INTRODUCER_DETERMINATION,
                                        v1::STEP_KIND_POLITICAL_REVIEW, v1::STEP_KIND_TRAINING};
  std::shuffle(parallel.begin(), parallel.end(), random);
  const absl::CivilDay filed = day;
  for (v1::StepKind kind : parallel) day = Last({day, record(kind, filed)});
  for (int kind = v1::STEP_KIND_BRANCH_EXAMINATION; kind < v1::STEP_KIND_ADMISSION_MEETING;
       ++kind) {
    day = record(static_cast<v1::StepKind>(kind), day);
  }
  const absl::CivilDay meeting = day = record(v1::STEP_KIND_ADMISSION_MEETING, day);
  day = record(v1::STEP_KIND_SUPERIOR_TALK, day);
  const absl::CivilDay approved = record(v1::STEP_KIND_ADMISSION_APPROVAL, day);
  const absl::CivilDay filing = record(v1::STEP_KIND_ADMISSION_FILING, approved);
  const absl::CivilDay enrolled = record(v1::STEP_KIND_ENROLMENT, approved);
  const absl::CivilDay oath = record(v1::STEP_KIND_OATH, approved);
  const absl::CivilDay inspected = record(v1::STEP_KIND_PROBATION_INSPECTION, enrolled);
  day = record(v1::STEP_KIND_CONVERSION_APPLICATION, Last({oath, inspected}));
  absl::CivilDay end = AddMonths(meeting, 12);
  if (random() % 2 == 0) {
    const int extension = 6 + static_cast<int>(random() % 7);
    day = record(v1::STEP_KIND_CONVERSION_MEETING, Last({day, end}), extension);
    day = record(v1::STEP_KIND_CONVERSION_APPROVAL, day);
    end = AddMonths(end, extension);
  }
  day = record(v1::STEP_KIND_CONVERSION_MEETING, Last({day, end}));
  day = record(v1::STEP_KIND_CONVERSION_APPROVAL, day);
  record(v1::STEP_KIND_ARCHIVE, Last({day, filing}));

  EXPECT_EQ(world.Person("persons/li", end).stage(), v1::STAGE_FULL);
  EXPECT_EQ(world.Person("persons/li", end - 1).stage(), v1::STAGE_PROBATIONARY);
  EXPECT_EQ(FromProto(world.Person("persons/li").joined_on()).value(), meeting);
  EXPECT_TRUE(world.Due(absl::CivilDay(2199, 1, 1)).empty());
  // Every date in between has one stage, and none goes back.
  int last = 0;
  for (absl::CivilDay on = of_age - 1; on <= end + 1; on += 17) {
    const v1::Stage said = world.Person("persons/li", on).stage();
    const int stage = said == v1::STAGE_REGISTERED ? 0 : static_cast<int>(said);
    EXPECT_GE(stage, last);
    last = stage;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, HistoryPropertyTest, ::testing::Range(1, 41));

}  // namespace
}  // namespace zhibu::membership
