#include "services/membership/rules/conditions.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "google/protobuf/descriptor.h"

namespace zhibu::membership {
namespace {

TEST(Conditions, HaveOneRowForEachCaseOfTheOneof) {
  const auto& oneof = *rules::Rule::descriptor()->FindOneofByName("condition");
  for (int i = 0; i < oneof.field_count(); ++i) {
    SCOPED_TRACE(oneof.field(i)->name());
    const auto condition = static_cast<rules::Rule::ConditionCase>(oneof.field(i)->number());
    const ConditionForm* form = FormOf(condition);
    ASSERT_NE(form, nullptr);
    EXPECT_EQ(form->condition, condition);
    // The order alone is asked by Judge itself.
    EXPECT_EQ(form->find_unmet == nullptr, condition == rules::Rule::kOrder);
  }
  EXPECT_EQ(FormOf(rules::Rule::CONDITION_NOT_SET), nullptr);

  std::map<rules::Rule::ConditionCase, int> rows;
  for (const auto& group :
       {TimeConditions(), PersonConditions(), BodyConditions(), CourseConditions()}) {
    for (const ConditionForm& row : group) ++rows[row.condition];
  }
  for (const auto& [condition, count] : rows) EXPECT_EQ(count, 1) << condition;
  EXPECT_EQ(rows.size(), static_cast<size_t>(oneof.field_count()));
}

TEST(Conditions, NeedOnlyWhatTheyAskFor) {
  rules::Rule held, plain;
  held.mutable_months_since()->set_only_held(true);
  plain.mutable_months_since();
  Needs needs;
  FormOf(rules::Rule::kMonthsSince)->add_needs(plain, needs);
  EXPECT_FALSE(needs.holdings);
  FormOf(rules::Rule::kMonthsSince)->add_needs(held, needs);
  EXPECT_TRUE(needs.holdings);
  EXPECT_FALSE(needs.birth);
}

}  // namespace
}  // namespace zhibu::membership
