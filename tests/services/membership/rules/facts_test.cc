
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/title.h"
#include "services/membership/rules/fact_judge.h"
#include "services/membership/rules/fact_kinds.h"
#include "services/membership/rules/membership_dues.h"
#include "services/membership/rules/person_kinds.h"
#include "services/membership/rules/standing.h"
#include "services/membership/rules/voting.h"
#include "tests/services/membership/history.h"
#include "zhibu/membership/v1/membership_service.pb.h"

namespace zhibu::membership {
namespace {

using absl::CivilDay;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = v1::MembershipFactKind;

const CivilDay kToday(2036, 11, 23);

void AddStage(rows::PersonRow& person, v1::Stage stage, CivilDay from) {
  rows::StageRow& row = *person.add_stages();
  row.set_stage(stage);
  row.set_from(DayNumber(from));
}

// A full member since 2020-02-29, kept by "branch".
rows::PersonRow Member() {
  rows::PersonRow person;
  person.set_organisation_id("branch");
  person.set_kind(v1::PERSON_KIND_TEACHER);
  person.set_registered_on(DayNumber(CivilDay(2019, 2, 28)));
  rows::AffiliationRow& kept = *person.add_affiliations();
  kept.set_organisation_id("branch");
  kept.set_from(person.registered_on());
  AddStage(person, v1::STAGE_PROBATIONARY, CivilDay(2019, 2, 28));
  AddStage(person, v1::STAGE_FULL, CivilDay(2020, 2, 29));
  return person;
}

rows::FactRow Fact(Kind kind, CivilDay day, const std::string& authority = "",
                   const std::string& article = "") {
  rows::FactRow fact;
  fact.set_kind(kind);
  fact.set_day(DayNumber(day));
  fact.set_authority_id(authority);
  fact.set_article(article);
  return fact;
}

// branch < general < school (committee under a township) < town (township committee).
Upward Above() {
  using namespace type::v1;  // NOLINT
  return {{"branch", ORGANISATION_KIND_BRANCH, COMMITTEE_LEVEL_UNSPECIFIED},
          {"general", ORGANISATION_KIND_GENERAL_BRANCH, COMMITTEE_LEVEL_UNSPECIFIED},
          {"school", ORGANISATION_KIND_COMMITTEE, COMMITTEE_LEVEL_UNSPECIFIED},
          {"town", ORGANISATION_KIND_COMMITTEE, COMMITTEE_LEVEL_TOWNSHIP},
          {"county", ORGANISATION_KIND_COMMITTEE, COMMITTEE_LEVEL_COUNTY}};
}

// Of the last judgement.
std::vector<std::string> g_warned;  // NOLINT: one test at a time

std::vector<Violation> Judge(const rows::PersonRow& person, const rows::FactRow& fact,
                             bool open_case = false, bool open_transfer = false) {
  FactContext context;
  context.person = &person;
  context.upward = Above();
  context.open_case = open_case;
  context.open_transfer = open_transfer;
  context.today = kToday;
  const FactJudgement judged = JudgeFact(ShippedFactRules(), context, fact);
  g_warned.clear();
  for (const Violation& warning : judged.warnings) g_warned.push_back(warning.reason);
  return judged.refused;
}

std::vector<std::string> Reasons(const rows::PersonRow& person, const rows::FactRow& fact) {
  std::vector<std::string> reasons;
  for (const Violation& violation : Judge(person, fact)) {
    reasons.push_back(violation.reason);
    EXPECT_GT(static_cast<unsigned char>(violation.message[0]), 0x7F) << violation.message;
  }
  return reasons;
}

void Happen(rows::PersonRow& person, const rows::FactRow& fact) {
  EXPECT_THAT(Reasons(person, fact), IsEmpty()) << TitleOf(static_cast<Kind>(fact.kind()));
  AddFact(fact, "branch", person);
}

v1::MembershipStatus On(const rows::PersonRow& person, CivilDay day) {
  return StatusOn(ShippedFactRules(), person, day);
}

TEST(StatusOn, CountsPartyAgeFromTheDayOfFullMembership) {
  const rows::PersonRow person = Member();
  const struct {
    CivilDay day;
    int years;
  } kCases[] = {{CivilDay(2019, 12, 31), 0}, {CivilDay(2020, 2, 29), 0}, {CivilDay(2021, 2, 27), 0},
                {CivilDay(2021, 2, 28), 1},  {CivilDay(2024, 2, 28), 3}, {CivilDay(2024, 2, 29), 4},
                {CivilDay(2030, 2, 28), 10}};
  for (const auto& one : kCases) {
    EXPECT_EQ(On(person, one.day).party_age_years(), one.years) << FormatDate(one.day);
  }
}

TEST(StatusOn, SaysWhoVotesAndWhoShouldAttend) {
  rows::PersonRow person = Member();
  EXPECT_FALSE(On(person, CivilDay(2019, 2, 27)).entitled_to_attend());
  EXPECT_TRUE(On(person, CivilDay(2019, 2, 28)).entitled_to_attend());
  EXPECT_FALSE(On(person, CivilDay(2020, 2, 28)).voting_rights());
  EXPECT_TRUE(On(person, CivilDay(2020, 2, 29)).voting_rights());
  Happen(person,
         Fact(v1::MEMBERSHIP_FACT_KIND_RIGHTS_SUSPENDED, CivilDay(2025, 1, 1), "", "第五条"));
  Happen(person, Fact(v1::MEMBERSHIP_FACT_KIND_EXCUSED, CivilDay(2025, 6, 1), "", "第五条"));
  Happen(person, Fact(v1::MEMBERSHIP_FACT_KIND_RIGHTS_RESTORED, CivilDay(2026, 1, 1)));
  Happen(person, Fact(v1::MEMBERSHIP_FACT_KIND_EXCUSE_ENDED, CivilDay(2027, 1, 1)));
  const struct {
    CivilDay day;
    bool votes, attends;
    int entitled;
  } kCases[] = {{CivilDay(2024, 12, 31), true, true, 1}, {CivilDay(2025, 1, 1), false, true, 0},
                {CivilDay(2025, 6, 1), false, false, 0}, {CivilDay(2025, 12, 31), false, false, 0},
                {CivilDay(2026, 1, 1), true, false, 0},  {CivilDay(2026, 12, 31), true, false, 0},
                {CivilDay(2027, 1, 1), true, true, 1}};
  for (const auto& one : kCases) {
    const v1::MembershipStatus status = On(person, one.day);
    EXPECT_EQ(status.voting_rights(), one.votes) << FormatDate(one.day);
    EXPECT_EQ(status.entitled_to_attend(), one.attends) << FormatDate(one.day);
    Electorate electorate;
    CountVoter(person, "branch", one.day, electorate);
    EXPECT_EQ(electorate.entitled, one.entitled) << FormatDate(one.day);
  }
}

TEST(StatusOn, FollowsAMemberOutOfContactToRemoval) {
  rows::PersonRow person = Member();
  const CivilDay lost(2027, 8, 31), may_stop(2028, 2, 29), may_remove(2030, 2, 28);
  Happen(person, Fact(v1::MEMBERSHIP_FACT_KIND_CONTACT_LOST, lost));
  EXPECT_FALSE(On(person, lost - 1).has_contact_lost_since());
  EXPECT_EQ(FromProto(On(person, lost).contact_lost_since()).value(), lost);
  EXPECT_FALSE(On(person, may_stop - 1).may_be_stopped());
  EXPECT_TRUE(On(person, may_stop).may_be_stopped());
  // One day too early, and on the day.
  const auto early =
      Judge(person, Fact(v1::MEMBERSHIP_FACT_KIND_STOPPED, may_stop - 1, "town", "第二十四条"));
  ASSERT_EQ(early.size(), 1u);
  EXPECT_EQ(early[0].reason, "CONTACT_LOST_TOO_SHORT");
  EXPECT_EQ(early[0].earliest, may_stop);
  EXPECT_EQ(early[0].citation.article(), "第二十四条");
  Happen(person, Fact(v1::MEMBERSHIP_FACT_KIND_STOPPED, may_stop, "town"));
  const v1::MembershipStatus stopped = On(person, may_stop);
  EXPECT_FALSE(stopped.voting_rights());
  EXPECT_FALSE(stopped.entitled_to_attend());
  EXPECT_FALSE(stopped.may_be_stopped());
  EXPECT_EQ(stopped.stopped_or_ended_by(), v1::MEMBERSHIP_FACT_KIND_STOPPED);
  EXPECT_EQ(On(person, CivilDay(2036, 1, 1)).party_age_years(), 8);  // up to the stop
  EXPECT_FALSE(On(person, may_remove - 1).may_be_removed());
  EXPECT_TRUE(On(person, may_remove).may_be_removed());
  const auto too_early =
      Judge(person, Fact(v1::MEMBERSHIP_FACT_KIND_REMOVED, may_remove - 1, "town", "第二十四条"));
  ASSERT_EQ(too_early.size(), 1u);
  EXPECT_EQ(too_early[0].reason, "STOPPED_TOO_SHORT");
  EXPECT_EQ(too_early[0].earliest, may_remove);
  Happen(person, Fact(v1::MEMBERSHIP_FACT_KIND_REMOVED, may_remove, "town", "第二十四条"));
  EXPECT_EQ(On(person, kToday).stopped_or_ended_by(), v1::MEMBERSHIP_FACT_KIND_REMOVED);
  EXPECT_EQ(person.stages(3).stage(), v1::STAGE_ENDED);
  EXPECT_THAT(Reasons(person, Fact(v1::MEMBERSHIP_FACT_KIND_RESTORED, kToday, "town")),
              ElementsAre("MEMBERSHIP_ENDED"));
}

TEST(StatusOn, KeepsNothingOfAnEarlierMembership) {
  rows::PersonRow person = Member();
  Happen(person,
         Fact(v1::MEMBERSHIP_FACT_KIND_RIGHTS_SUSPENDED, CivilDay(2025, 1, 1), "", "第五条"));
  Happen(person,
         Fact(v1::MEMBERSHIP_FACT_KIND_REMOVED, CivilDay(2025, 3, 1), "town", "第三十一条"));
  AddStage(person, v1::STAGE_APPLICANT, CivilDay(2026, 1, 1));
  AddStage(person, v1::STAGE_PROBATIONARY, CivilDay(2028, 1, 1));
  AddStage(person, v1::STAGE_FULL, CivilDay(2029, 1, 1));
  const v1::MembershipStatus status = On(person, CivilDay(2030, 1, 1));
  EXPECT_TRUE(status.voting_rights());
  EXPECT_EQ(status.party_age_years(), 1);
  EXPECT_EQ(status.stopped_or_ended_by(), v1::MEMBERSHIP_FACT_KIND_UNSPECIFIED);
}

TEST(JudgeFact, RestoresOnlyAStoppedMembershipToWhatItWas) {
  rows::PersonRow person = Member();
  EXPECT_THAT(Reasons(person, Fact(v1::MEMBERSHIP_FACT_KIND_RESTORED, kToday, "town")),
              ElementsAre("NOT_STOPPED"));
  Happen(person,
         Fact(v1::MEMBERSHIP_FACT_KIND_STOPPED, CivilDay(2030, 1, 1), "town", "第二十四条"));
  EXPECT_THAT(Reasons(person, Fact(v1::MEMBERSHIP_FACT_KIND_MOBILE_OUT, kToday)),
              ElementsAre("MEMBERSHIP_STOPPED"));
  EXPECT_THAT(Reasons(person, Fact(v1::MEMBERSHIP_FACT_KIND_REMOVED, kToday, "town", "第二十四条")),
              ElementsAre("NOT_OUT_OF_CONTACT"));
  Happen(person, Fact(v1::MEMBERSHIP_FACT_KIND_RESTORED, CivilDay(2031, 1, 1), "town"));
  const rows::StageRow& restored = person.stages(3);
  EXPECT_EQ(restored.stage(), v1::STAGE_FULL);
  EXPECT_TRUE(restored.restored());
  EXPECT_FALSE(restored.has_approved_on());
  EXPECT_TRUE(On(person, CivilDay(2031, 1, 1)).voting_rights());
  EXPECT_EQ(On(person, CivilDay(2031, 1, 1)).party_age_years(), 10);
}

TEST(JudgeFact, LetsTheApprovingCommitteeAndThoseAboveDecide) {
  const struct {
    const char* authority;
    bool competent;
  } kCases[] = {{"", false},    {"branch", false}, {"general", false},  {"school", false},
                {"town", true}, {"county", true},  {"elsewhere", false}};
  for (const auto kind : {v1::MEMBERSHIP_FACT_KIND_STOPPED, v1::MEMBERSHIP_FACT_KIND_REMOVED,
                          v1::MEMBERSHIP_FACT_KIND_EXPELLED, v1::MEMBERSHIP_FACT_KIND_RESIGNED}) {
    for (const auto& one : kCases) {
      const auto found =
          Judge(Member(), Fact(kind, CivilDay(2030, 1, 1), one.authority, "第三十一条"));
      ASSERT_EQ(found.empty(), one.competent) << one.authority;
      if (one.competent) continue;
      EXPECT_EQ(found[0].reason, "AUTHORITY_NOT_COMPETENT");
      EXPECT_THAT(found[0].message, HasSubstr("organisations/town"));
      EXPECT_EQ(found[0].citation.mark(), type::v1::MARK_CONFIRMED);
    }
  }
  EXPECT_THAT(Reasons(Member(), Fact(v1::MEMBERSHIP_FACT_KIND_MOBILE_OUT, kToday, "elsewhere")),
              ElementsAre("AUTHORITY_NOT_COMPETENT"));
  EXPECT_THAT(Reasons(Member(), Fact(v1::MEMBERSHIP_FACT_KIND_DECEASED, kToday)), IsEmpty());
}

TEST(JudgeFact, AsksForAnArticleWhereTheMembershipEnds) {
  for (const auto kind : {v1::MEMBERSHIP_FACT_KIND_REMOVED, v1::MEMBERSHIP_FACT_KIND_EXPELLED,
                          v1::MEMBERSHIP_FACT_KIND_RESIGNED}) {
    EXPECT_THAT(Reasons(Member(), Fact(kind, kToday, "town")), ElementsAre("ARTICLE_REQUIRED"));
  }
  EXPECT_THAT(Reasons(Member(), Fact(v1::MEMBERSHIP_FACT_KIND_STOPPED, kToday, "town")),
              ElementsAre("STOP_WITHOUT_GROUND"));
}

TEST(JudgeFact, TakesNobodyOutOfTheElectorateWithoutArticleOrDocument) {
  for (const auto kind :
       {v1::MEMBERSHIP_FACT_KIND_RIGHTS_SUSPENDED, v1::MEMBERSHIP_FACT_KIND_EXCUSED}) {
    rows::FactRow fact = Fact(kind, CivilDay(2030, 1, 1));
    const auto found = Judge(Member(), fact);
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].reason, "ARTICLE_OR_DOCUMENT_REQUIRED");
    // What is not confirmed is cited for no refusal.
    EXPECT_EQ(found[0].citation.article(),
              kind == v1::MEMBERSHIP_FACT_KIND_RIGHTS_SUSPENDED ? "第五条" : "");
    fact.set_document_number("校党〔2030〕1号");
    EXPECT_THAT(Reasons(Member(), fact), IsEmpty());
    EXPECT_THAT(Reasons(Member(), Fact(kind, CivilDay(2030, 1, 1), "", "第五条")), IsEmpty());
  }
}

TEST(JudgeFact, AsksThePeriodOfLostContactOnlyOfThatGround) {
  rows::PersonRow person = Member();
  const CivilDay lost(2030, 1, 1), stop(2030, 3, 1);
  Happen(person, Fact(v1::MEMBERSHIP_FACT_KIND_CONTACT_LOST, lost));
  const struct {
    const char* article;
    bool other_ground;
  } kCases[] = {{"", false},
                {"第二十四条", false},
                {"党员教育管理工作条例第二十四条", false},
                {"第二十四条（出国定居）", true},
                {"第二十四条第一款第一项", true}};
  for (const auto& one : kCases) {
    const auto reasons =
        Reasons(person, Fact(v1::MEMBERSHIP_FACT_KIND_STOPPED, stop, "town", one.article));
    if (one.other_ground) {
      EXPECT_THAT(reasons, IsEmpty()) << one.article;
    } else {
      EXPECT_THAT(reasons, ElementsAre("CONTACT_LOST_TOO_SHORT")) << one.article;
    }
  }
}

// In force since 2019-05-06.
TEST(JudgeFact, WarnsOfWhatATextAsksThatWasNotYetInForce) {
  rows::PersonRow person = Member();
  person.clear_stages();
  AddStage(person, v1::STAGE_PROBATIONARY, CivilDay(2010, 6, 1));
  AddStage(person, v1::STAGE_FULL, CivilDay(2011, 6, 1));
  const CivilDay in_force(2019, 5, 6);
  const struct {
    Kind kind;
    const char* reason;
  } kCases[] = {{v1::MEMBERSHIP_FACT_KIND_STOPPED, "STOP_WITHOUT_GROUND"},
                {v1::MEMBERSHIP_FACT_KIND_REMOVED, "ARTICLE_REQUIRED"},
                {v1::MEMBERSHIP_FACT_KIND_CORRECTION_BEGUN, "CORRECTION_OUT_OF_RANGE"}};
  for (const auto& one : kCases) {
    rows::FactRow fact = Fact(one.kind, in_force - 1, "town");
    if (one.kind == v1::MEMBERSHIP_FACT_KIND_CORRECTION_BEGUN) fact.set_until(fact.day() + 400);
    EXPECT_THAT(Reasons(person, fact), IsEmpty());
    EXPECT_THAT(g_warned, ElementsAre(one.reason));
    fact.set_day(DayNumber(in_force));
    EXPECT_THAT(Reasons(person, fact), ElementsAre(one.reason));
    EXPECT_THAT(g_warned, IsEmpty());
  }
  // Order and sense are asked on every day.
  EXPECT_THAT(Reasons(person, Fact(v1::MEMBERSHIP_FACT_KIND_RESTORED, in_force - 1, "town")),
              ElementsAre("NOT_STOPPED"));
  Happen(person, Fact(v1::MEMBERSHIP_FACT_KIND_CONTACT_LOST, CivilDay(2019, 1, 1)));
  EXPECT_THAT(Reasons(person, Fact(v1::MEMBERSHIP_FACT_KIND_STOPPED, in_force - 1, "town")),
              IsEmpty());
  EXPECT_THAT(g_warned, ElementsAre("CONTACT_LOST_TOO_SHORT"));
  EXPECT_THAT(Reasons(person, Fact(v1::MEMBERSHIP_FACT_KIND_STOPPED, in_force, "town")),
              ElementsAre("CONTACT_LOST_TOO_SHORT"));
}

TEST(JudgeFact, LimitsCorrectionToAYear) {
  const CivilDay begin(2031, 2, 28);
  const struct {
    CivilDay until;
    bool fits;
  } kCases[] = {{begin, false},
                {begin + 1, true},
                {CivilDay(2032, 2, 28), true},
                {CivilDay(2032, 2, 29), false}};
  for (const auto& one : kCases) {
    rows::FactRow fact = Fact(v1::MEMBERSHIP_FACT_KIND_CORRECTION_BEGUN, begin);
    fact.set_until(DayNumber(one.until));
    const std::vector<std::string> reasons = Reasons(Member(), fact);
    if (one.fits) {
      EXPECT_THAT(reasons, IsEmpty());
    } else {
      EXPECT_THAT(reasons, ElementsAre("CORRECTION_OUT_OF_RANGE"));
    }
  }
}

TEST(JudgeFact, LetsBeginWhatIsNotAndEndWhatIs) {
  const std::pair<Kind, Kind> kPairs[] = {
      {v1::MEMBERSHIP_FACT_KIND_CORRECTION_BEGUN, v1::MEMBERSHIP_FACT_KIND_CORRECTION_ENDED},
      {v1::MEMBERSHIP_FACT_KIND_RIGHTS_SUSPENDED, v1::MEMBERSHIP_FACT_KIND_RIGHTS_RESTORED},
      {v1::MEMBERSHIP_FACT_KIND_CONTACT_LOST, v1::MEMBERSHIP_FACT_KIND_CONTACT_REGAINED},
      {v1::MEMBERSHIP_FACT_KIND_MOBILE_OUT, v1::MEMBERSHIP_FACT_KIND_MOBILE_RETURNED},
      {v1::MEMBERSHIP_FACT_KIND_EXCUSED, v1::MEMBERSHIP_FACT_KIND_EXCUSE_ENDED}};
  for (const auto& [begin, end] : kPairs) {
    rows::PersonRow person = Member();
    rows::FactRow begun = Fact(begin, CivilDay(2030, 1, 1), "", "第五条");
    if (begin == v1::MEMBERSHIP_FACT_KIND_CORRECTION_BEGUN) {
      begun.set_until(begun.day() + 30);
    }
    EXPECT_THAT(Reasons(person, Fact(end, CivilDay(2030, 1, 1))), ElementsAre("FACT_NOT_SO"));
    Happen(person, begun);
    EXPECT_THAT(Reasons(person, begun), ElementsAre("FACT_ALREADY_SO"));
    Happen(person, Fact(end, CivilDay(2030, 2, 1)));
    EXPECT_THAT(Reasons(person, begun), ElementsAre("DATE_BEFORE_EARLIER_FACT"));
  }
}

TEST(JudgeFact, TellsEverythingAtOnce) {
  rows::PersonRow person = Member();
  Happen(person, Fact(v1::MEMBERSHIP_FACT_KIND_CONTACT_LOST, CivilDay(2036, 10, 1)));
  std::vector<std::string> reasons;
  for (const Violation& violation :
       Judge(person, Fact(v1::MEMBERSHIP_FACT_KIND_STOPPED, kToday + 1, "branch"), true, true)) {
    reasons.push_back(violation.reason);
  }
  EXPECT_THAT(reasons,
              ElementsAre("DATE_IN_FUTURE", "CONTACT_LOST_TOO_SHORT", "AUTHORITY_NOT_COMPETENT",
                          "CASE_STILL_OPEN", "TRANSFER_ALREADY_OPEN"));
}

// A case of theirs opens with the first step that is recorded here; until then there is none.
TEST(JudgeFact, StopsNoProbationerWithOrWithoutACase) {
  rows::PersonRow person = Member();
  person.mutable_stages()->RemoveLast();
  const rows::FactRow stop =
      Fact(v1::MEMBERSHIP_FACT_KIND_STOPPED, CivilDay(2019, 12, 5), "town", "第二十四条");
  for (const bool open_case : {false, true}) {
    const auto found = Judge(person, stop, open_case);
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].reason, "CASE_STILL_OPEN");
  }
  AddStage(person, v1::STAGE_FULL, CivilDay(2020, 2, 29));
  Happen(person,
         Fact(v1::MEMBERSHIP_FACT_KIND_STOPPED, CivilDay(2020, 2, 29), "town", "第二十四条"));
  // Everything else happens to probationers as to others.
  rows::PersonRow other = Member();
  other.mutable_stages()->RemoveLast();
  Happen(other,
         Fact(v1::MEMBERSHIP_FACT_KIND_REMOVED, CivilDay(2019, 12, 5), "town", "第三十一条"));
}

TEST(JudgeFact, RefusesWhoIsNoMemberButTakesADeath) {
  rows::PersonRow person;
  AddStage(person, v1::STAGE_APPLICANT, CivilDay(2030, 1, 1));
  EXPECT_THAT(Reasons(person, Fact(v1::MEMBERSHIP_FACT_KIND_CONTACT_LOST, kToday)),
              ElementsAre("NOT_A_MEMBER"));
  Happen(person, Fact(v1::MEMBERSHIP_FACT_KIND_DECEASED, kToday));
  EXPECT_TRUE(HasDied(person));
  EXPECT_EQ(person.stages(1).stage(), v1::STAGE_ENDED);
}

TEST(MembershipDues, AreWhatTheFactsLeaveOpen) {
  rows::PersonRow person = Member();
  const auto dues = [&] {
    std::vector<std::pair<int, std::string>> all;
    for (const rows::DueRow& due : MembershipDues(ShippedFactRules(), person, false)) {
      all.emplace_back(due.kind(), FormatDate(DayFromNumber(due.day())));
      EXPECT_FALSE(CitationOfMembershipDue(ShippedFactRules(), due.kind()).article().empty());
    }
    return all;
  };
  EXPECT_THAT(dues(), IsEmpty());
  rows::FactRow correction = Fact(v1::MEMBERSHIP_FACT_KIND_CORRECTION_BEGUN, CivilDay(2030, 1, 1));
  correction.set_until(DayNumber(CivilDay(2030, 7, 1)));
  Happen(person, correction);
  Happen(person, Fact(v1::MEMBERSHIP_FACT_KIND_CONTACT_LOST, CivilDay(2030, 2, 1)));
  EXPECT_THAT(dues(), ElementsAre(std::pair(v1::DUE_KIND_CORRECTION, "2030-07-01"),
                                  std::pair(v1::DUE_KIND_CONTACT_LOST, "2030-08-01")));
  Happen(person, Fact(v1::MEMBERSHIP_FACT_KIND_CORRECTION_ENDED, CivilDay(2030, 3, 1)));
  Happen(person, Fact(v1::MEMBERSHIP_FACT_KIND_STOPPED, CivilDay(2030, 8, 1), "town"));
  EXPECT_THAT(dues(), ElementsAre(std::pair(v1::DUE_KIND_STOPPED_TWO_YEARS, "2032-08-01")));
  Happen(person, Fact(v1::MEMBERSHIP_FACT_KIND_RESTORED, CivilDay(2030, 9, 1), "town"));
  EXPECT_THAT(dues(), IsEmpty());
}

TEST(MembershipDues, TellWhoIsAwayForLongAndWhoDoesNotPay) {
  rows::PersonRow person = Member();
  const auto dues = [&] {
    std::vector<std::pair<int, std::string>> all;
    for (const rows::DueRow& due : MembershipDues(ShippedFactRules(), person, false)) {
      all.emplace_back(due.kind(), FormatDate(DayFromNumber(due.day())));
      const auto citation = CitationOfMembershipDue(ShippedFactRules(), due.kind());
      EXPECT_FALSE(citation.article().empty());
      EXPECT_EQ(citation.mark(), type::v1::MARK_CONFIRMED);
    }
    return all;
  };
  // Six calendar months, clamped.
  Happen(person, Fact(v1::MEMBERSHIP_FACT_KIND_MOBILE_OUT, CivilDay(2030, 8, 31)));
  EXPECT_THAT(dues(), ElementsAre(std::pair(v1::DUE_KIND_MOBILE, "2031-02-28")));
  Happen(person, Fact(v1::MEMBERSHIP_FACT_KIND_MOBILE_RETURNED, CivilDay(2031, 2, 27)));
  EXPECT_THAT(dues(), IsEmpty());
  // June to November: all of November is over on the first of December.
  person.set_dues_paid_until("2030-05");
  EXPECT_THAT(dues(), ElementsAre(std::pair(v1::DUE_KIND_DUES_UNPAID, "2030-12-01")));
  person.set_dues_paid_until("2030-12");
  EXPECT_THAT(dues(), ElementsAre(std::pair(v1::DUE_KIND_DUES_UNPAID, "2031-07-01")));
  // Nothing is owed of who is no member, is stopped or has left.
  rows::PersonRow stopped = person;
  AddFact(Fact(v1::MEMBERSHIP_FACT_KIND_STOPPED, CivilDay(2031, 3, 1), "town", "第二十四条"),
          "branch", stopped);
  EXPECT_TRUE(MembershipDues(ShippedFactRules(), stopped, false).empty());
  person.mutable_affiliations(0)->set_to(DayNumber(CivilDay(2031, 3, 1)));
  EXPECT_THAT(dues(), IsEmpty());
}

TEST(SetKindFrom, DatesWhatSomebodyIsToTheSchool) {
  rows::PersonRow person = Member();
  EXPECT_TRUE(SetKindFrom(CivilDay(2030, 6, 1), v1::PERSON_KIND_RETIRED, person));
  EXPECT_EQ(PersonKindOn(person, CivilDay(2030, 5, 31)), v1::PERSON_KIND_TEACHER);
  EXPECT_EQ(PersonKindOn(person, CivilDay(2030, 6, 1)), v1::PERSON_KIND_RETIRED);
  EXPECT_EQ(PersonKindOn(person, CivilDay(2000, 1, 1)), v1::PERSON_KIND_TEACHER);
  EXPECT_EQ(LastKindChange(person), CivilDay(2030, 6, 1));
  EXPECT_FALSE(SetKindFrom(CivilDay(2030, 5, 31), v1::PERSON_KIND_STUDENT, person));
  EXPECT_EQ(person.kind(), v1::PERSON_KIND_RETIRED);
  // Said wrongly: corrected on the same day.
  EXPECT_TRUE(SetKindFrom(CivilDay(2030, 6, 1), v1::PERSON_KIND_TEACHER, person));
  EXPECT_TRUE(person.kinds().empty());
  EXPECT_EQ(PersonKindOn(person, kToday), v1::PERSON_KIND_TEACHER);
  // What never was otherwise.
  EXPECT_TRUE(SetKindFrom(CivilDay(2019, 2, 28), v1::PERSON_KIND_STUDENT, person));
  EXPECT_TRUE(person.kinds().empty());
  EXPECT_EQ(PersonKindOn(person, CivilDay(2019, 2, 28)), v1::PERSON_KIND_STUDENT);
}

}  // namespace
}  // namespace zhibu::membership
