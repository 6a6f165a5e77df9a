#include "services/membership/rules/quota.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace zhibu::membership {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Reasons(const std::vector<Violation>& violations) {
  std::vector<std::string> reasons;
  for (const Violation& violation : violations) {
    EXPECT_FALSE(violation.message.empty());
    EXPECT_FALSE(violation.subject.empty());
    reasons.push_back(violation.reason);
  }
  return reasons;
}

v1::QuotaEntry Entry(const std::string& from, const std::string& to, int number) {
  v1::QuotaEntry entry;
  entry.set_from_organisation(from);
  entry.set_to_organisation(to);
  entry.set_number(number);
  return entry;
}

TEST(CheckAllocationForm, NamesEverythingAtFault) {
  const v1::QuotaEntry sound = Entry("organisations/a", "organisations/b", 1);
  for (int year : {2000, 2100}) EXPECT_THAT(CheckAllocationForm(year, sound), IsEmpty());
  for (int year : {0, 1999, 2101}) {
    EXPECT_THAT(Reasons(CheckAllocationForm(year, sound)), ElementsAre("YEAR_INVALID"));
  }
  for (int number : {1, -1, 100'000, -100'000}) {
    EXPECT_THAT(CheckAllocationForm(2026, Entry("", "organisations/b", number)), IsEmpty());
  }
  for (int number : {0, 100'001, -100'001}) {
    EXPECT_THAT(Reasons(CheckAllocationForm(2026, Entry("", "organisations/b", number))),
                ElementsAre("NUMBER_INVALID"));
  }
  v1::QuotaEntry document = sound;
  for (int i = 0; i < 100; ++i) document.mutable_document_number()->append("文");
  EXPECT_THAT(CheckAllocationForm(2026, document), IsEmpty());
  document.mutable_document_number()->append("号");
  EXPECT_THAT(Reasons(CheckAllocationForm(2026, document)), ElementsAre("DOCUMENT_NUMBER_INVALID"));
  document.set_document_number("a\nb");
  EXPECT_THAT(Reasons(CheckAllocationForm(2026, document)), ElementsAre("DOCUMENT_NUMBER_INVALID"));
  EXPECT_THAT(Reasons(CheckAllocationForm(1, Entry("county", "", 0))),
              ElementsAre("YEAR_INVALID", "ORGANISATION_NAME_INVALID", "ORGANISATION_NAME_INVALID",
                          "NUMBER_INVALID"));
}

TEST(CheckAllocation, RefusesWhatCannotBeGivenOrTakenBack) {
  struct Case {
    v1::QuotaEntry entry;
    std::function<void(AllocationFacts&)> change;
    std::vector<std::string> reasons;
  };
  const auto given = [](int number) {
    return Entry("organisations/county", "organisations/branch", number);
  };
  const auto outside = [](int number) { return Entry("", "organisations/branch", number); };
  const auto nothing = [](AllocationFacts&) {};
  const Case cases[] = {
      {given(6), nothing, {}},
      {given(7), nothing, {"QUOTA_NOT_LEFT"}},
      {given(1), [](auto& facts) { facts.above = false; }, {"NOT_ABOVE"}},
      {given(7),
       [](auto& facts) { facts.above = facts.receiver_there = false; },
       {"ORGANISATION_NOT_THERE", "NOT_ABOVE", "QUOTA_NOT_LEFT"}},
      {given(1), [](auto& facts) { facts.giver.Clear(); }, {"QUOTA_NOT_LEFT"}},
      // What is given hand to hand may pass a ledger in between.
      {given(1), [](auto& facts) { facts.ledger_above = true; }, {}},
      {outside(1000), [](auto& facts) { facts.giver.Clear(); }, {}},
      {outside(1), [](auto& facts) { facts.ledger_above = true; }, {"QUOTA_FROM_ABOVE"}},
      {outside(1), [](auto& facts) { facts.receiver_there = false; }, {"ORGANISATION_NOT_THERE"}},
      {given(-3), nothing, {}},
      {given(-4), nothing, {"QUOTA_NOT_LEFT"}},
      {given(-3), [](auto& facts) { facts.given_before = 2; }, {"QUOTA_NOT_GIVEN"}},
      {given(-4),
       [](auto& facts) { facts.given_before = 2; },
       {"QUOTA_NOT_GIVEN", "QUOTA_NOT_LEFT"}},
      // From one that has ended, and also where a ledger has come above since.
      {outside(-3),
       [](auto& facts) {
         facts.receiver_there = false;
         facts.ledger_above = true;
       },
       {}},
  };
  for (const Case& one : cases) {
    AllocationFacts facts;
    facts.receiver.set_allocated(9);
    facts.receiver.set_handed_down(4);
    facts.receiver.set_used(2);
    facts.giver.set_allocated(15);
    facts.giver.set_handed_down(9);
    facts.given_before = 9;
    one.change(facts);
    EXPECT_EQ(Reasons(CheckAllocation(one.entry, facts)), one.reasons)
        << one.entry.ShortDebugString();
  }
}

TEST(Remaining, IsNegativeWhereMoreWasApprovedThanGiven) {
  rows::QuotaRow row;
  row.set_allocated(5);
  row.set_handed_down(2);
  row.set_used(4);
  EXPECT_EQ(Remaining(row), -1);
}

}  // namespace
}  // namespace zhibu::membership
