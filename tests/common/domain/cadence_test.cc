#include "common/domain/cadence.h"

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace zhibu {
namespace {

using absl::CivilDay;
using absl::CivilMonth;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kRule[] = R"(
rules {
  id: "theme-day"
  title: "主题党日"
  activity_kind: "theme-day"
  organisation_kinds: "BRANCH"
  period: MONTH
  times: 2
  citation { document: "条例" mark: MARK_CONFIRMED }
})";

CadenceRule Every(CadenceRule::Every every) {
  CadenceRule rule;
  rule.every = every;
  return rule;
}

Cadence Shipped() {
  auto cadence = LoadCadence(ZHIBU_SOURCE_DIR "/common/domain/data/cadence.textproto");
  EXPECT_TRUE(cadence.ok()) << cadence.status();
  return *cadence;
}

OrganisationFacts Branch(int full_members) {
  return {"BRANCH", CivilDay(2020, 1, 1), kNoEnd, full_members};
}

const HeldCount kNothing = [](const std::string&, CivilDay, CivilDay) { return 0; };

std::vector<std::string> Kinds(const std::vector<Owed>& list) {
  std::vector<std::string> kinds;
  for (const Owed& owed : list) kinds.push_back(owed.rule->activity_kind);
  return kinds;
}

TEST(ParseCadence, ReadsEveryField) {
  const auto cadence = ParseCadence(R"(rules {
    id: "life" title: "组织生活会" activity_kind: "life-meeting"
    organisation_kinds: ["BRANCH", "PARTY_GROUP"] period: YEAR times: 3 min_full_members: 7
    owed_for_part_periods: true effective_from: "2018-10-28"
    citation { document: "条例" article: "第十七条" mark: MARK_SECONDARY } })",
                                    "test");
  ASSERT_TRUE(cadence.ok()) << cadence.status();
  ASSERT_EQ(cadence->rules.size(), 1u);
  const CadenceRule& rule = cadence->rules[0];
  EXPECT_EQ(rule.id, "life");
  EXPECT_EQ(rule.title, "组织生活会");
  EXPECT_EQ(rule.activity_kind, "life-meeting");
  EXPECT_THAT(rule.organisation_kinds, ElementsAre("BRANCH", "PARTY_GROUP"));
  EXPECT_EQ(rule.every, CadenceRule::Every::kYear);
  EXPECT_EQ(rule.times, 3);
  EXPECT_EQ(rule.min_full_members, 7);
  EXPECT_TRUE(rule.owed_for_part_periods);
  EXPECT_EQ(rule.effective_from, CivilDay(2018, 10, 28));
  EXPECT_EQ(CitationText(rule.citation), "《条例》第十七条");
  EXPECT_EQ(rule.citation.mark, 'S');
}

TEST(ParseCadence, NamesFileLineAndRuleOfAnError) {
  const std::string good = kRule;
  ASSERT_TRUE(ParseCadence(good, "c").ok()) << ParseCadence(good, "c").status();
  struct Case {
    const char* from;
    const char* to;
    const char* want;
  };
  const std::vector<Case> cases = {
      {"times: 2", "times: 0", "c:2: rule \"theme-day\": times is 0, not 1 to 31"},
      {"times: 2", "times: 32", "c:2: rule \"theme-day\": times is 32, not 1 to 31"},
      {"times: 2", "tims: 2", "c:8: "},
      {"times: 2", "times: 2 times: 3", "c:8: "},
      {"times: 2", "times: 2 min_full_members: -1", "min_full_members is negative"},
      {"times: 2", "times: 2 effective_from: '2018-10-32'", "effective_from: "},
      // The parser names the line on which it stops, past the word; the message names the field.
      {"MONTH", "WEEK", "c:8: Unknown enumeration value of \"WEEK\" for field \"period\""},
      {"period: MONTH", "", "period is not MONTH, QUARTER or YEAR"},
      {"\"BRANCH\"", "\"BRNCH\"", "there is no organisation kind BRNCH"},
      {"\"BRANCH\"", "[\"BRANCH\", \"BRANCH\"]", "organisation kind BRANCH stands twice"},
      {"organisation_kinds: \"BRANCH\"", "", "organisation_kinds is empty"},
      {"title: \"主题党日\"", "", "title is empty"},
      {"activity_kind: \"theme-day\"", "activity_kind: \"主题\"", "activity_kind is not"},
      {"id: \"theme-day\"", "id: \"Theme\"", "id is not"},
      {"mark: MARK_CONFIRMED", "", "citation.mark is not given"},
      {"document: \"条例\"", "", "citation.document is empty"},
  };
  for (const Case& c : cases) {
    const std::string bad = absl::StrReplaceAll(good, {{c.from, c.to}});
    ASSERT_NE(bad, good) << c.from;
    const auto cadence = ParseCadence(bad, "c");
    EXPECT_EQ(cadence.status().code(), absl::StatusCode::kInvalidArgument) << c.to;
    EXPECT_THAT(std::string(cadence.status().message()), HasSubstr(c.want)) << c.to;
  }
}

TEST(ParseCadence, RefusesAnEmptyCatalogueAndOneIdTwice) {
  EXPECT_EQ(ParseCadence("", "c").status().message(), "c: there is no rule");
  EXPECT_EQ(ParseCadence(std::string(kRule) + kRule, "c").status().message(),
            "c:11: rule \"theme-day\": an earlier rule has this id");
}

TEST(LoadCadence, SaysWhichFileIsMissing) {
  const auto cadence = LoadCadence("nowhere/cadence.textproto");
  EXPECT_EQ(cadence.status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(cadence.status().message(), "没有这个文件：nowhere/cadence.textproto");
}

TEST(PeriodOf, HoldsTheCalendarPeriodAroundTheDay) {
  struct Case {
    CadenceRule::Every every;
    CivilDay day, from, to;
  };
  const auto month = CadenceRule::Every::kMonth;
  const auto quarter = CadenceRule::Every::kQuarter;
  const auto year = CadenceRule::Every::kYear;
  const std::vector<Case> cases = {
      {month, CivilDay(2026, 11, 1), CivilDay(2026, 11, 1), CivilDay(2026, 12, 1)},
      {month, CivilDay(2026, 11, 30), CivilDay(2026, 11, 1), CivilDay(2026, 12, 1)},
      {month, CivilDay(2026, 12, 31), CivilDay(2026, 12, 1), CivilDay(2027, 1, 1)},
      {month, CivilDay(2024, 2, 29), CivilDay(2024, 2, 1), CivilDay(2024, 3, 1)},
      {quarter, CivilDay(2026, 1, 1), CivilDay(2026, 1, 1), CivilDay(2026, 4, 1)},
      {quarter, CivilDay(2026, 3, 31), CivilDay(2026, 1, 1), CivilDay(2026, 4, 1)},
      {quarter, CivilDay(2026, 4, 1), CivilDay(2026, 4, 1), CivilDay(2026, 7, 1)},
      {quarter, CivilDay(2026, 8, 15), CivilDay(2026, 7, 1), CivilDay(2026, 10, 1)},
      {quarter, CivilDay(2026, 12, 31), CivilDay(2026, 10, 1), CivilDay(2027, 1, 1)},
      {year, CivilDay(2026, 1, 1), CivilDay(2026, 1, 1), CivilDay(2027, 1, 1)},
      {year, CivilDay(2026, 12, 31), CivilDay(2026, 1, 1), CivilDay(2027, 1, 1)},
  };
  for (const Case& c : cases) {
    const Period period = PeriodOf(Every(c.every), c.day);
    EXPECT_EQ(period.from, c.from) << FormatDate(c.day);
    EXPECT_EQ(period.to, c.to) << FormatDate(c.day);
  }
}

TEST(OwedOn, AsksOfEachKindWhatTheShippedRulesSay) {
  const Cadence cadence = Shipped();
  const CivilDay day(2026, 11, 23);
  const auto kinds = [&](const OrganisationFacts& facts) {
    return Kinds(OwedOn(cadence, facts, day, kNothing));
  };
  EXPECT_THAT(kinds(Branch(6)), ElementsAre("branch-meeting", "party-class", "theme-day"));
  EXPECT_THAT(kinds(Branch(7)),
              ElementsAre("branch-meeting", "committee-meeting", "party-class", "theme-day"));
  EXPECT_THAT(kinds({"PARTY_GROUP", kNoStart, kNoEnd, 3}), ElementsAre("group-meeting"));
  EXPECT_THAT(kinds({"JOINT_BRANCH", kNoStart, kNoEnd, 3}),
              ElementsAre("branch-meeting", "party-class", "theme-day"));
  for (const char* kind :
       {"TEMPORARY_BRANCH", "COMMITTEE", "WORK_COMMITTEE", "GENERAL_BRANCH", ""}) {
    EXPECT_THAT(kinds({kind, kNoStart, kNoEnd, 60}), IsEmpty()) << kind;
  }
}

TEST(OwedOn, AsksNothingOfPeriodsThatBeganBeforeTheRule) {
  const Cadence cadence = Shipped();  // in force from 2018-10-28
  const OrganisationFacts old = {"BRANCH", CivilDay(2010, 1, 1), kNoEnd, 5};
  EXPECT_THAT(OwedOn(cadence, old, CivilDay(2018, 10, 31), kNothing), IsEmpty());
  EXPECT_THAT(Kinds(OwedOn(cadence, old, CivilDay(2018, 11, 1), kNothing)),
              ElementsAre("theme-day"));
  EXPECT_THAT(Kinds(OwedOn(cadence, old, CivilDay(2019, 1, 1), kNothing)),
              ElementsAre("branch-meeting", "party-class", "theme-day"));
}

TEST(OwedOn, AsksForThePeriodThatContainsTheDay) {
  const Cadence cadence = *ParseCadence(kRule, "c");
  std::vector<std::string> asked;
  const auto owed = OwedOn(cadence, Branch(3), CivilDay(2026, 11, 30),
                           [&](const std::string& kind, CivilDay from, CivilDay to) {
                             asked.push_back(kind + " " + FormatDate(from) + " " + FormatDate(to));
                             return 1;
                           });
  EXPECT_THAT(asked, ElementsAre("theme-day 2026-11-01 2026-12-01"));
  ASSERT_EQ(owed.size(), 1u);
  EXPECT_EQ(owed[0].rule, &cadence.rules[0]);
  EXPECT_EQ(owed[0].from, CivilDay(2026, 11, 1));
  EXPECT_EQ(owed[0].to, CivilDay(2026, 12, 1));
  EXPECT_EQ(owed[0].due, CivilDay(2026, 11, 30));
  EXPECT_EQ(owed[0].times, 2);
  EXPECT_EQ(owed[0].held, 1);
  EXPECT_EQ(owed[0].missing, 1);
  EXPECT_EQ(owed[0].state, OwedState::kOwed);
}

TEST(OwedInMonth, TurnsFromOwedToMissingWhenThePeriodIsOver) {
  struct Case {
    int held;
    CivilDay as_of;
    OwedState want;
    int missing;
  };
  const std::vector<Case> cases = {
      {0, CivilDay(2026, 10, 31), OwedState::kOwed, 2},  // has not begun
      {0, CivilDay(2026, 11, 1), OwedState::kOwed, 2},
      {1, CivilDay(2026, 11, 30), OwedState::kOwed, 1},
      {1, CivilDay(2026, 12, 1), OwedState::kMissing, 1},
      {2, CivilDay(2026, 11, 1), OwedState::kDone, 0},
      {2, CivilDay(2026, 12, 1), OwedState::kDone, 0},
      {5, CivilDay(2026, 12, 1), OwedState::kDone, 0},
  };
  const Cadence cadence = *ParseCadence(kRule, "c");
  for (const Case& c : cases) {
    const auto owed = OwedInMonth(cadence, Branch(3), CivilMonth(2026, 11), c.as_of,
                                  [&](const std::string&, CivilDay, CivilDay) { return c.held; });
    ASSERT_EQ(owed.size(), 1u);
    EXPECT_EQ(owed[0].state, c.want) << c.held << " held, on " << FormatDate(c.as_of);
    EXPECT_EQ(owed[0].missing, c.missing);
    EXPECT_EQ(owed[0].held, c.held);
  }
}

TEST(OwedInMonth, HoldsQuartersThatRunThroughTheMonth) {
  const Cadence cadence = Shipped();
  const auto owed =
      OwedInMonth(cadence, Branch(3), CivilMonth(2026, 8), CivilDay(2026, 9, 5), kNothing);
  std::map<std::string, OwedState> states;
  for (const Owed& o : owed) states[o.rule->activity_kind] = o.state;
  EXPECT_EQ(states, (std::map<std::string, OwedState>{{"branch-meeting", OwedState::kOwed},
                                                      {"party-class", OwedState::kOwed},
                                                      {"theme-day", OwedState::kMissing}}));
}

TEST(OwedOn, AsksNothingOfAnOrganisationThatWasThereInPartOnly) {
  struct Case {
    CivilDay established, dissolved;
    bool whole, part;
  };
  const std::vector<Case> cases = {
      {CivilDay(2026, 11, 1), CivilDay(2026, 12, 1), true, true},   // exactly the month
      {CivilDay(2026, 11, 2), kNoEnd, false, true},                 // a day late
      {CivilDay(2026, 11, 30), kNoEnd, false, true},                // only its last day
      {CivilDay(2026, 12, 1), kNoEnd, false, false},                // after it
      {kNoStart, CivilDay(2026, 11, 30), false, true},              // a day short
      {kNoStart, CivilDay(2026, 11, 2), false, true},               // only its first day
      {kNoStart, CivilDay(2026, 11, 1), false, false},              // before it
      {CivilDay(2026, 11, 5), CivilDay(2026, 11, 5), false, false}  // never
  };
  Cadence whole = *ParseCadence(kRule, "c");
  Cadence part = whole;
  part.rules[0].owed_for_part_periods = true;
  for (const Case& c : cases) {
    const OrganisationFacts facts = {"BRANCH", c.established, c.dissolved, 3};
    EXPECT_EQ(OwedOn(whole, facts, CivilDay(2026, 11, 15), kNothing).size(), c.whole ? 1u : 0u)
        << FormatDate(c.established) << " to " << FormatDate(c.dissolved);
    EXPECT_EQ(OwedOn(part, facts, CivilDay(2026, 11, 15), kNothing).size(), c.part ? 1u : 0u)
        << FormatDate(c.established) << " to " << FormatDate(c.dissolved);
  }
}

}  // namespace
}  // namespace zhibu
