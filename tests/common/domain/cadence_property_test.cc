// The cadence rules against a second implementation that knows no periods: it walks the calendar a
// day at a time and looks at each day's date.

#include <random>
#include <set>
#include <string>
#include <vector>

#include "common/domain/cadence.h"
#include "gtest/gtest.h"

namespace zhibu {
namespace {

using absl::CivilDay;

const CivilDay kFirst(2024, 1, 1);  // three years, a leap year among them
const CivilDay kLast(2026, 12, 31);

struct Activity {
  std::string kind;
  CivilDay day;
};

// One word for the period a day lies in: two days share it if and only if they share the period.
std::string PeriodName(CadenceRule::Every every, CivilDay day) {
  const std::string year = std::to_string(day.year());
  if (every == CadenceRule::Every::kYear) return year;
  if (every == CadenceRule::Every::kMonth) return year + "-" + std::to_string(day.month());
  const char* const quarters[] = {"Q1", "Q1", "Q1", "Q2", "Q2", "Q2",
                                  "Q3", "Q3", "Q3", "Q4", "Q4", "Q4"};
  return year + quarters[day.month() - 1];
}

// "id first last times held missing state", for comparison as text.
std::string Line(const std::string& id, CivilDay first, CivilDay last, int times, int held,
                 int missing, const std::string& state) {
  return id + " " + FormatDate(first) + " " + FormatDate(last) + " " + std::to_string(times) + " " +
         std::to_string(held) + " " + std::to_string(missing) + " " + state;
}

std::vector<std::string> Naive(const Cadence& cadence, const OrganisationFacts& organisation,
                               const std::vector<Activity>& activities, CivilDay around,
                               CivilDay as_of) {
  std::vector<std::string> lines;
  for (const CadenceRule& rule : cadence.rules) {
    const std::set<std::string> kinds(rule.organisation_kinds.begin(),
                                      rule.organisation_kinds.end());
    if (!kinds.count(organisation.kind) || organisation.full_members < rule.min_full_members) {
      continue;
    }
    std::vector<CivilDay> days;
    int days_alive = 0;
    for (CivilDay day = kFirst; day <= kLast; ++day) {
      if (PeriodName(rule.every, day) != PeriodName(rule.every, around)) continue;
      days.push_back(day);
      if (organisation.established <= day && day < organisation.dissolved) ++days_alive;
    }
    if (days.front() < rule.effective_from) continue;
    if (days_alive == 0) continue;
    if (!rule.owed_for_part_periods && days_alive != static_cast<int>(days.size())) continue;
    int held = 0;
    for (const Activity& activity : activities) {
      if (activity.kind == rule.activity_kind &&
          PeriodName(rule.every, activity.day) == PeriodName(rule.every, around)) {
        ++held;
      }
    }
    const bool done = held >= rule.times;
    const std::string state = done ? "done" : as_of > days.back() ? "missing" : "owed";
    lines.push_back(Line(rule.id, days.front(), days.back(), rule.times, held,
                         done ? 0 : rule.times - held, state));
  }
  return lines;
}

std::vector<std::string> Lines(const std::vector<Owed>& list) {
  std::vector<std::string> lines;
  for (const Owed& o : list) {
    EXPECT_EQ(o.due + 1, o.to);
    const char* const states[] = {"done", "owed", "missing"};
    lines.push_back(Line(o.rule->id, o.from, o.due, o.times, o.held, o.missing,
                         states[static_cast<int>(o.state)]));
  }
  return lines;
}

TEST(CadenceProperty, AgreesWithAWalkThroughTheCalendar) {
  std::mt19937 random(20261123);
  const auto pick = [&](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  const auto any_day = [&] { return kFirst + pick(0, static_cast<int>(kLast - kFirst)); };
  const std::vector<std::string> organisation_kinds = {"BRANCH", "JOINT_BRANCH", "PARTY_GROUP"};
  const std::vector<std::string> activity_kinds = {"branch-meeting", "party-class", "theme-day"};
  int owed_lines = 0;
  int missing_lines = 0;
  for (int round = 0; round < 600; ++round) {
    SCOPED_TRACE(round);
    Cadence cadence;
    for (int r = pick(1, 5); r > 0; --r) {
      CadenceRule rule;
      rule.id = "rule-" + std::to_string(r);
      rule.activity_kind = activity_kinds[pick(0, 2)];
      for (const std::string& kind : organisation_kinds) {
        if (pick(0, 1)) rule.organisation_kinds.push_back(kind);
      }
      rule.every = static_cast<CadenceRule::Every>(pick(0, 2));
      rule.times = pick(1, 4);
      rule.min_full_members = pick(0, 3) ? 0 : 7;
      rule.owed_for_part_periods = pick(0, 1);
      if (pick(0, 3) == 0) rule.effective_from = any_day();
      cadence.rules.push_back(rule);
    }
    OrganisationFacts organisation;
    organisation.kind = organisation_kinds[pick(0, 2)];
    organisation.full_members = pick(5, 8);
    if (pick(0, 1)) organisation.established = any_day();
    if (pick(0, 2) == 0) organisation.dissolved = any_day();
    std::vector<Activity> activities;
    for (int a = pick(0, 120); a > 0; --a) {
      activities.push_back({activity_kinds[pick(0, 2)], any_day()});
    }
    const HeldCount held = [&](const std::string& kind, CivilDay from, CivilDay to) {
      int count = 0;
      for (const Activity& a : activities) count += a.kind == kind && from <= a.day && a.day < to;
      return count;
    };
    const CivilDay as_of = any_day();
    EXPECT_EQ(Lines(OwedOn(cadence, organisation, as_of, held)),
              Naive(cadence, organisation, activities, as_of, as_of));
    const CivilDay around = any_day();
    const auto in_month = OwedInMonth(cadence, organisation, absl::CivilMonth(around), as_of, held);
    EXPECT_EQ(Lines(in_month), Naive(cadence, organisation, activities, around, as_of));
    for (const Owed& o : in_month) {
      owed_lines += o.state == OwedState::kOwed;
      missing_lines += o.state == OwedState::kMissing;
    }
  }
  // Random cases that never reach a state would prove nothing about it.
  EXPECT_GT(owed_lines, 50);
  EXPECT_GT(missing_lines, 50);
}

}  // namespace
}  // namespace zhibu
