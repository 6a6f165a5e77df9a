#include "services/membership/rules/steps.h"

#include <string>

#include "common/base/civil.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace zhibu::membership {
namespace {

v1::Step StepOf(const std::string& detail) {
  v1::Step step;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(detail, &step)) << detail;
  *step.mutable_date() = ToProto(absl::CivilDay(2024, 5, 6));
  return step;
}

// What a writer left out, as JSON writers leave out `false`, is asked for and never taken for "no".
TEST(StepForm, AsksForEveryDecision) {
  const struct {
    const char *unsaid, *said, *field;
  } cases[] = {
      {"political_review {}", "political_review { passed: false }", "political_review.passed"},
      {"training { days: 3 }", "training { days: 3 passed: false }", "training.passed"},
      {"branch_examination {}", "branch_examination { passed: false }",
       "branch_examination.passed"},
      {"pre_review {}", "pre_review { passed: false }", "pre_review.passed"},
      {"admission_approval {}", "admission_approval { approved: false }",
       "admission_approval.approved"},
      {"conversion_approval {}", "conversion_approval { approved: false }",
       "conversion_approval.approved"},
      {"activist_determination {}", "activist_determination { recommended_by_members: false }",
       "activist_determination.recommended_by_members"},
      {"activist_determination {}",
       "activist_determination { recommended_by_mass_organisation: true }",
       "activist_determination.recommended_by_members"},
  };
  for (const auto& one : cases) {
    const std::vector<Violation> wrong = CheckStepForm(StepOf(one.unsaid), "step");
    ASSERT_EQ(wrong.size(), 1u) << one.unsaid;
    EXPECT_EQ(wrong[0].reason, "DECISION_REQUIRED");
    EXPECT_EQ(wrong[0].subject, std::string("step.") + one.field);
    EXPECT_THAT(CheckStepForm(StepOf(one.said), "step"), testing::IsEmpty()) << one.said;
  }
}

}  // namespace
}  // namespace zhibu::membership
