#include "services/membership/rules/dues.h"

#include <gtest/gtest.h>

#include "services/membership/rules/progress.h"
#include "tests/services/membership/history.h"

namespace zhibu::membership {
namespace {

// What no shipped text leaves open at the end may be left open by a deployment's own.
TEST(UpdateDues, ForgetsWhatIsStillOpenWhenACaseEnds) {
  const RuleSets& sets = ShippedRuleSets();
  const absl::CivilDay day(2028, 9, 1);
  Dues dues;
  rows::DueRow& oath = *dues.Add();
  oath.set_kind(v1::DUE_KIND_OATH);
  oath.set_day(DayNumber(day));
  oath.set_rule_set("cpc-2026");
  UpdateDues(sets, *sets.Find("cpc-2026"), MakeStep(v1::STEP_KIND_CONVERSION_APPROVAL, day), {},
             v1::STAGE_ENDED, dues);
  ASSERT_EQ(dues.size(), 1);
  EXPECT_EQ(dues[0].kind(), v1::DUE_KIND_ARCHIVE);
  EXPECT_EQ(DayFromNumber(dues[0].day()), AddMonths(day, 1));
}

}  // namespace
}  // namespace zhibu::membership
