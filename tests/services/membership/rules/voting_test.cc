#include "services/membership/rules/voting.h"

#include <gtest/gtest.h>

#include "common/base/civil.h"
#include "services/membership/rules/standing.h"
#include "zhibu/membership/v1/person.pb.h"

namespace zhibu::membership {
namespace {

const absl::CivilDay kFull(2020, 3, 1);

rows::PersonRow Member(absl::CivilDay registered) {
  rows::PersonRow person;
  person.set_registered_on(DayNumber(registered));
  rows::AffiliationRow& affiliation = *person.add_affiliations();
  affiliation.set_from(DayNumber(registered));
  affiliation.set_organisation_id("branch");
  for (const auto& [stage, from] :
       {std::pair(v1::STAGE_PROBATIONARY, AddYears(kFull, -1)), {v1::STAGE_FULL, kFull}}) {
    rows::StageRow& row = *person.add_stages();
    row.set_from(DayNumber(from));
    row.set_stage(stage);
  }
  return person;
}

TEST(Voting, RightsBeginWithFullMembership) {
  const rows::PersonRow person = Member(absl::CivilDay(2014, 1, 1));
  EXPECT_FALSE(HasVotingRights(person, kFull - 1));
  EXPECT_TRUE(HasVotingRights(person, kFull));
  rows::PersonRow ended = person;
  rows::StageRow& row = *ended.add_stages();
  row.set_from(DayNumber(kFull + 10));
  row.set_stage(v1::STAGE_ENDED);
  EXPECT_TRUE(HasVotingRights(ended, kFull + 9));
  EXPECT_FALSE(HasVotingRights(ended, kFull + 10));
}

TEST(Voting, CountsWhomTheBranchKeptThatDay) {
  rows::PersonRow moved = Member(absl::CivilDay(2014, 1, 1));
  rows::AffiliationRow& later = *moved.add_affiliations();
  later.set_from(DayNumber(kFull + 5));
  later.set_organisation_id("other");
  const auto count = [&](const rows::PersonRow& person, absl::string_view branch,
                         absl::CivilDay day) {
    Electorate electorate;
    CountVoter(person, branch, day, electorate);
    return electorate.entitled;
  };
  EXPECT_EQ(count(moved, "branch", kFull - 1), 0);
  EXPECT_EQ(count(moved, "branch", kFull + 4), 1);
  EXPECT_EQ(count(moved, "branch", kFull + 5), 0);
  EXPECT_EQ(count(moved, "other", kFull + 5), 1);
}

TEST(Voting, IsProvisionalOverWhoeverWasRegisteredLater) {
  Electorate electorate;
  CountVoter(Member(kFull + 20), "branch", kFull + 20, electorate);
  EXPECT_FALSE(electorate.provisional());
  CountVoter(Member(kFull + 20), "branch", kFull + 19, electorate);
  EXPECT_EQ(electorate.entitled, 2);
  EXPECT_TRUE(electorate.provisional());
  EXPECT_EQ(electorate.certain(), 1);
}

TEST(Voting, RightsBeginWithTheApprovalWhereThatIsLater) {
  rows::PersonRow person = Member(absl::CivilDay(2014, 1, 1));
  person.mutable_stages(1)->set_approved_on(DayNumber(kFull + 40));
  EXPECT_FALSE(HasVotingRights(person, kFull + 39));
  EXPECT_TRUE(HasVotingRights(person, kFull + 40));
}

}  // namespace
}  // namespace zhibu::membership
