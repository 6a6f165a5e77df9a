#include "services/membership/rules/fact_replay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/membership/rules/progress.h"
#include "tests/services/membership/history.h"

namespace zhibu::membership {
namespace {

using absl::CivilDay;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = v1::MembershipFactKind;

const CivilDay kToday(2036, 11, 23);

rows::StageRow& AddStage(rows::PersonRow& person, v1::Stage stage, CivilDay from) {
  rows::StageRow& row = *person.add_stages();
  row.set_stage(stage);
  row.set_from(DayNumber(from));
  return row;
}

void AddKept(rows::PersonRow& person, const std::string& organisation, CivilDay from,
             const std::string& cause = "") {
  rows::AffiliationRow& row = *person.add_affiliations();
  row.set_organisation_id(organisation);
  row.set_from(DayNumber(from));
  row.set_cause(cause);
}

// Admitted and converted by steps; nothing came with an opening balance.
rows::PersonRow Member() {
  rows::PersonRow person;
  AddKept(person, "branch", CivilDay(2018, 1, 1));
  AddStage(person, v1::STAGE_APPLICANT, CivilDay(2018, 1, 1));
  AddStage(person, v1::STAGE_PROBATIONARY, CivilDay(2020, 1, 31))
      .set_approved_on(DayNumber(CivilDay(2020, 3, 1)));
  AddStage(person, v1::STAGE_FULL, CivilDay(2021, 1, 31))
      .set_approved_on(DayNumber(CivilDay(2021, 4, 1)));
  return person;
}

rows::FactRow Fact(Kind kind, CivilDay day, const std::string& article = "第二十四条第二款") {
  rows::FactRow fact;
  fact.set_kind(kind);
  fact.set_day(DayNumber(day));
  fact.set_authority_id("county");
  fact.set_article(article);
  return fact;
}

absl::StatusOr<Upward> Above(const std::string& organisation, CivilDay) {
  using namespace type::v1;  // NOLINT
  return Upward{{organisation, ORGANISATION_KIND_BRANCH, COMMITTEE_LEVEL_UNSPECIFIED},
                {"county", ORGANISATION_KIND_COMMITTEE, COMMITTEE_LEVEL_COUNTY}};
}

FactReplay Replay(const rows::PersonRow& person, const Facts& facts, int corrected = 1,
                  bool open_case = false, bool open_transfer = false) {
  ReplayContext context{Above};
  context.open_case = open_case;
  context.open_transfer = open_transfer;
  context.today = kToday;
  auto replay = ReplayFacts(ShippedFactRules(), person, facts, corrected, context);
  EXPECT_TRUE(replay.ok()) << replay.status();
  return *std::move(replay);
}

std::vector<std::string> Refused(const FactReplay& replay) {
  std::vector<std::string> refused;
  for (const Violation& violation : replay.refused) {
    refused.push_back(absl::StrCat(violation.subject, " ", violation.reason));
  }
  return refused;
}

TEST(FactReplay, OfWhatIsRecordedChangesNothing) {
  rows::PersonRow person = Member();
  AddFact(Fact(v1::MEMBERSHIP_FACT_KIND_MOBILE_OUT, CivilDay(2021, 2, 1)), "branch", person);
  AddFact(Fact(v1::MEMBERSHIP_FACT_KIND_STOPPED, CivilDay(2022, 1, 1)), "branch", person);
  AddFact(Fact(v1::MEMBERSHIP_FACT_KIND_RESTORED, CivilDay(2023, 1, 1)), "branch", person);
  AddFact(Fact(v1::MEMBERSHIP_FACT_KIND_REMOVED, CivilDay(2024, 1, 1)), "branch", person);
  // Another way after the end, and another end.
  AddStage(person, v1::STAGE_APPLICANT, CivilDay(2025, 1, 1));
  AddStage(person, v1::STAGE_ENDED, CivilDay(2026, 1, 1));
  AddStage(person, v1::STAGE_APPLICANT, CivilDay(2026, 1, 1));
  AddFact(Fact(v1::MEMBERSHIP_FACT_KIND_DECEASED, CivilDay(2026, 1, 1)), "branch", person);
  const FactReplay replay = Replay(person, person.facts());
  EXPECT_THAT(Refused(replay), IsEmpty());
  EXPECT_EQ(replay.person.DebugString(), person.DebugString());
}

TEST(FactReplay, JudgesByTheStageOfTheDayAndNotOfToday) {
  rows::PersonRow person = Member();
  AddFact(Fact(v1::MEMBERSHIP_FACT_KIND_MOBILE_OUT, CivilDay(2022, 1, 1)), "branch", person);
  Facts facts = person.facts();
  // Of a probationer; later by steps a full member.
  facts[0].set_day(DayNumber(CivilDay(2020, 6, 1)));
  EXPECT_THAT(Refused(Replay(person, facts)), IsEmpty());
  facts[0].set_day(DayNumber(CivilDay(2020, 1, 30)));
  EXPECT_THAT(Refused(Replay(person, facts)), ElementsAre("facts/1.kind NOT_A_MEMBER"));
  facts[0] = Fact(v1::MEMBERSHIP_FACT_KIND_STOPPED, CivilDay(2020, 6, 1));
  facts[0].set_sequence(1);
  EXPECT_THAT(Refused(Replay(person, facts)),
              ElementsAre("facts/1.kind CASE_STILL_OPEN", "facts/1 LATER_CASE_STANDS"));
}

TEST(FactReplay, JudgesInTheOrderOfDaysThenOfNumbers) {
  rows::PersonRow person = Member();
  AddFact(Fact(v1::MEMBERSHIP_FACT_KIND_MOBILE_OUT, CivilDay(2022, 1, 1)), "branch", person);
  AddFact(Fact(v1::MEMBERSHIP_FACT_KIND_CONTACT_LOST, CivilDay(2023, 1, 1)), "branch", person);
  Facts facts = person.facts();
  facts[1].set_day(DayNumber(CivilDay(2021, 6, 1)));
  const FactReplay replay = Replay(person, facts, 2);
  EXPECT_THAT(Refused(replay), IsEmpty());
  EXPECT_EQ(replay.person.facts(0).sequence(), 2);
  EXPECT_EQ(replay.person.facts(1).sequence(), 1);
  EXPECT_EQ(replay.person.last_fact_sequence(), 2);
}

TEST(FactReplay, AsksOfWhatIsOpenOnlyWhereTheMembershipIsNewlyOver) {
  rows::PersonRow person = Member();
  AddFact(Fact(v1::MEMBERSHIP_FACT_KIND_MOBILE_OUT, CivilDay(2022, 1, 1)), "branch", person);
  Facts facts = person.facts();
  facts[0].set_kind(v1::MEMBERSHIP_FACT_KIND_STOPPED);
  EXPECT_THAT(Refused(Replay(person, facts, 1, true, true)),
              ElementsAre("facts/1.kind CASE_STILL_OPEN", "facts/1.kind TRANSFER_ALREADY_OPEN"));
  rows::PersonRow stopped = Member();
  AddFact(Fact(v1::MEMBERSHIP_FACT_KIND_STOPPED, CivilDay(2022, 1, 1)), "branch", stopped);
  facts = stopped.facts();
  facts[0].set_day(DayNumber(CivilDay(2022, 2, 1)));
  EXPECT_THAT(Refused(Replay(stopped, facts, 1, true, true)), IsEmpty());
}

TEST(FactReplay, KnowsWhereThePersonWasKept) {
  rows::PersonRow person = Member();
  AddFact(Fact(v1::MEMBERSHIP_FACT_KIND_EXPELLED, CivilDay(2030, 1, 1)), "school", person);
  person.mutable_affiliations(0)->set_to(DayNumber(CivilDay(2024, 1, 1)));
  AddKept(person, "school", CivilDay(2026, 1, 1), "transfers/back");
  Facts facts = person.facts();
  // Outside the books, and before the transfers of somebody who had been expelled by then.
  facts[0].set_day(DayNumber(CivilDay(2025, 1, 1)));
  EXPECT_THAT(Refused(Replay(person, facts)),
              ElementsAre("facts/1 PERSON_LEFT", "facts/1.date DATE_BEFORE_EARLIER_FACT"));
  facts[0].set_day(DayNumber(CivilDay(2023, 1, 1)));
  EXPECT_THAT(Refused(Replay(person, facts)), ElementsAre("facts/1.date DATE_BEFORE_EARLIER_FACT",
                                                          "facts/1.date DATE_BEFORE_EARLIER_FACT"));
  facts[0].set_day(DayNumber(CivilDay(2026, 1, 2)));
  const FactReplay replay = Replay(person, facts);
  EXPECT_THAT(Refused(replay), IsEmpty());
  EXPECT_EQ(replay.person.stages().rbegin()->organisation_id(), "school");
  EXPECT_EQ(replay.person.affiliations_size(), 2);
}

}  // namespace
}  // namespace zhibu::membership
