#include "services/cli/generate/generate.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/domain/credit_code.h"
#include "common/domain/id_number.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/cli/import/folder.h"

namespace zhibu::cli {
namespace {

using ::testing::IsEmpty;

constexpr absl::CivilDay kToday(2026, 11, 23);

std::string FolderFor(const std::string& name) {
  return absl::StrCat(::testing::TempDir(), "/generate_test_", getpid(), "_", name);
}

Folder Generated(const std::string& name, GenerateOptions options) {
  GenerateSummary summary;
  const std::string path = FolderFor(name);
  EXPECT_TRUE(GenerateCounty(options, path, &summary).ok());
  RowErrors errors;
  const absl::StatusOr<Folder> folder = LoadFolder(path, &errors);
  EXPECT_TRUE(folder.ok());
  EXPECT_THAT(errors.list(), IsEmpty());
  std::filesystem::remove_all(path);
  return *folder;
}
Folder Generated(const std::string& name, CountyKind kind, absl::CivilDay today = kToday,
                 uint64_t seed = 1) {
  GenerateOptions options;
  options.kind = kind;
  options.today = today;
  options.seed = seed;
  return Generated(name, options);
}

std::vector<Row> RowsOf(const Folder& folder, FileKind kind) {
  RowErrors errors;
  std::vector<Row> rows;
  ReadRows(SpecOf(kind), *folder.Find(kind), &errors, [&](const Row& row) { rows.push_back(row); });
  return rows;
}

// The county counted from its rows alone, as of its day.
struct Count {
  std::map<std::string, std::string> parent, guide, kind;  // of organisations
  std::map<std::string, std::string> person_organisation;
  std::map<std::string, bool> student;
  std::set<std::string> old_teachers, admitted, activists;
  std::map<std::string, absl::CivilDay> approved;

  explicit Count(const Folder& folder) {
    for (const Row& row : RowsOf(folder, FileKind::kOrganisations)) {
      kind[row.Text(organisation_columns::kId)] = row.Text(organisation_columns::kKind);
    }
    for (const Row& row : RowsOf(folder, FileKind::kAffiliations)) {
      auto& line = row.Text(affiliation_columns::kLine) == "隶属" ? parent : guide;
      line[row.Text(affiliation_columns::kOrganisation)] = row.Text(affiliation_columns::kParent);
    }
    for (const Row& row : RowsOf(folder, FileKind::kPersons)) {
      const std::string& id = row.Text(person_columns::kId);
      person_organisation[id] = row.Text(person_columns::kOrganisation);
      student[id] = row.Text(person_columns::kKind) == "学生";
      if (row.Has(person_columns::kOpeningStage) &&
          row.Text(person_columns::kKind) == "在职教职工") {
        old_teachers.insert(id);
      }
    }
    for (const Row& row : RowsOf(folder, FileKind::kSteps)) {
      const std::string& name = row.Text(step_columns::kCase);
      const std::string id = name.substr(0, name.find('/'));
      const int64_t step = *row.Number(step_columns::kStep);
      if (step == 3) activists.insert(id);
      if (step == 17) {
        activists.erase(id);
        admitted.insert(id);
        approved[id] = *row.Date(step_columns::kDate);
      }
    }
  }

  bool Under(std::string organisation, const std::string& root) const {
    while (true) {
      if (organisation == root) return true;
      const auto guided = guide.find(organisation);
      if (guided != guide.end() && guided->second == root) return true;
      const auto above = parent.find(organisation);
      if (above == parent.end()) return false;
      organisation = above->second;
    }
  }
  int In(const std::set<std::string>& people, const std::string& root, bool students) const {
    int count = 0;
    for (const std::string& id : people) {
      count += student.at(id) == students && Under(person_organisation.at(id), root);
    }
    return count;
  }
  int Children(const std::map<std::string, std::string>& line, const std::string& root) const {
    int count = 0;
    for (const auto& [child, above] : line) count += above == root;
    return count;
  }
};

// Of one case: its steps with their days, and its events in the order of the file.
struct Story {
  std::vector<std::pair<int64_t, absl::CivilDay>> steps;
  std::vector<Row> events;
};
std::map<std::string, Story> StoriesOf(const Folder& folder) {
  std::map<std::string, Story> stories;
  for (const Row& row : RowsOf(folder, FileKind::kCaseEvents)) {
    stories[row.Text(case_event_columns::kCase)].events.push_back(row);
  }
  for (const Row& row : RowsOf(folder, FileKind::kSteps)) {
    const auto story = stories.find(row.Text(step_columns::kCase));
    if (story == stories.end()) continue;
    story->second.steps.emplace_back(*row.Number(step_columns::kStep),
                                     *row.Date(step_columns::kDate));
  }
  return stories;
}

TEST(GenerateCounty, WritesTheSameBytesForTheSameSeed) {
  const Folder one = Generated("a", CountyKind::kR1);
  const Folder same = Generated("b", CountyKind::kR1);
  const Folder other = Generated("c", CountyKind::kR1, kToday, 2);
  EXPECT_EQ(one.files, same.files);
  EXPECT_NE(*one.Find(FileKind::kPersons), *other.Find(FileKind::kPersons));
}

// Also on days at the ends of months, and where February has 29 days.
TEST(GenerateCounty, HasTheFiguresOfR1WhateverTheDayAndSeed) {
  uint64_t seed = 1;
  for (const absl::CivilDay today : {kToday, absl::CivilDay(2028, 2, 29),
                                     absl::CivilDay(2027, 3, 31), absl::CivilDay(2025, 1, 1)}) {
    const Folder folder = Generated("r1", CountyKind::kR1, today, seed++);
    const Count count(folder);
    EXPECT_EQ(count.Children(count.parent, "jyj-dw"), 13);
    EXPECT_EQ(count.Children(count.guide, "jyj-dw"), 79);
    EXPECT_EQ(
        count.In(count.old_teachers, "jyj-dw", false) + count.In(count.admitted, "jyj-dw", false),
        1994);
    EXPECT_EQ(count.In(count.activists, "jyj-dw", false), 192);
    EXPECT_EQ(count.In(count.activists, "jyj-dw", true), 122);
    EXPECT_EQ(count.In(count.admitted, "jyj-dw", false), 39);
    EXPECT_EQ(count.In(count.admitted, "jyj-dw", true), 4);
    for (const auto& [id, day] : count.approved) {
      EXPECT_GT(day, AddMonths(today, -24));
      EXPECT_LT(day, today);
    }
    // The county committee's own level adds nobody.
    EXPECT_EQ(count.In(count.old_teachers, "xw", false),
              count.In(count.old_teachers, "jyj-dw", false));
  }
}

TEST(GenerateCounty, HasTheFiguresOfR2) {
  const Folder folder = Generated("r2", CountyKind::kR2);
  const Count count(folder);
  std::map<std::string, int> kinds, coverage;
  std::map<std::string, std::string> rung, own, secretary;
  std::map<std::string, int> units;
  for (const Row& row : RowsOf(folder, FileKind::kCoverages)) {
    const std::string& unit = row.Text(coverage_columns::kInstitution);
    rung[unit] = row.Text(coverage_columns::kRung);
    if (rung[unit] == "单独组建") own[unit] = row.Text(coverage_columns::kOrganisation);
    if (rung[unit] == "联合组建") ++units[row.Text(coverage_columns::kOrganisation)];
  }
  for (const Row& row : RowsOf(folder, FileKind::kInstitutions)) {
    const std::string kind = absl::StrCat(row.Text(institution_columns::kOwnership),
                                          row.Text(institution_columns::kKind));
    ++kinds[kind];
    const bool point = absl::StrContains(kind, "教学点");
    ++coverage[absl::StrCat(point ? "点" : "校", rung[row.Text(institution_columns::kId)])];
  }
  EXPECT_EQ(kinds, (std::map<std::string, int>{{"公办小学", 65},
                                               {"公办初中", 17},
                                               {"公办特殊教育学校", 1},
                                               {"公办高中", 3},
                                               {"民办九年一贯制学校", 2},
                                               {"民办高中", 2},
                                               {"公办教学点", 60}}));
  EXPECT_EQ(coverage["校单独组建"] + coverage["校联合组建"] + coverage["校挂靠"], 90);
  EXPECT_EQ(coverage["点联合组建"] + coverage["点挂靠"], 28);
  EXPECT_EQ(coverage["点党建指导员"], 32);
  for (const auto& [organisation, number] : units) EXPECT_LE(number, 5) << organisation;

  std::set<std::string> leaders, party;
  std::map<std::string, std::string> heads;  // school → holder
  int full_time_clerks = 0;
  for (const Row& row : RowsOf(folder, FileKind::kPosts)) {
    const std::string& holder = row.Text(post_columns::kHolder);
    const std::string& seat = row.Text(post_columns::kSeat);
    const std::string& kind = row.Text(post_columns::kKind);
    full_time_clerks += kind == "党务干事" && row.Text(post_columns::kFullTime) == "是";
    if (kind == "校长" || kind == "副校长" || kind == "其他班子成员") {
      EXPECT_TRUE(leaders.insert(holder).second) << "one leading post each";
      if (kind == "校长") heads[seat] = holder;
      continue;
    }
    party.insert(holder);
    if (kind == "书记") secretary[seat] = holder;
    EXPECT_EQ(count.person_organisation.count(holder), 1u) << "party posts are held by members";
  }
  int with_party_posts = 0;
  for (const std::string& leader : leaders) with_party_posts += party.count(leader);
  int one_person = 0;
  for (const auto& [school, organisation] : own) {
    one_person += heads.at(school) == secretary.at(organisation);
  }
  int branches = 0;
  for (const auto& [id, kind] : count.kind) branches += kind == "党支部" || kind == "党总支";
  EXPECT_EQ(branches, 29);
  EXPECT_EQ(one_person, 24);
  EXPECT_EQ(leaders.size(), 533u);
  EXPECT_EQ(with_party_posts, 161);
  EXPECT_EQ(full_time_clerks, 0);
  EXPECT_EQ(count.In(count.admitted, "jyj-dw", false), 42);
  for (const auto& [id, day] : count.approved) EXPECT_GT(day, AddMonths(kToday, -36));
}

// The days on which nothing may fall apart: ends of months, February of 29 days.
TEST(GenerateCounty, TellsWhatElseMayHappenToACase) {
  uint64_t seed = 1;
  for (const absl::CivilDay today : {kToday, absl::CivilDay(2028, 2, 29),
                                     absl::CivilDay(2027, 3, 31), absl::CivilDay(2025, 1, 1)}) {
    for (const CountyKind kind : {CountyKind::kR1, CountyKind::kR2}) {
      const Folder folder = Generated("stories", kind, today, seed++);
      std::map<std::string, int> kinds;
      for (const auto& [name, story] : StoriesOf(folder)) {
        const Row& event = story.events[0];
        const absl::CivilDay day = *event.Date(case_event_columns::kDate);
        const std::string what = event.Text(case_event_columns::kKind);
        const auto first = std::find_if(story.steps.begin(), story.steps.end(),
                                        [](const auto& step) { return step.first == 17; });
        const bool admitted = first != story.steps.end();
        const bool resumed = what == "暂停" && admitted;
        ASSERT_EQ(story.events.size(), resumed ? 2u : 1u);
        if (resumed) {
          // Nothing is recorded in between, and everything after it.
          EXPECT_EQ(story.events[1].Text(case_event_columns::kKind), "恢复");
          const absl::CivilDay again = *story.events[1].Date(case_event_columns::kDate);
          EXPECT_GT(again, day);
          for (const auto& [step, date] : story.steps) {
            EXPECT_TRUE(step <= 10 ? date < day : date > again) << step;
          }
        }
        ++kinds[absl::StrCat(what, admitted ? "接收" : "")];
        if (what == "认定无效" && admitted) {
          // The approval is void before anything rests on it, and given again within its time.
          EXPECT_EQ(*event.Number(case_event_columns::kFromStep), first - story.steps.begin() + 1);
          ASSERT_GT(story.steps.end() - first, 2);
          EXPECT_EQ(first[1].first, 17);
          EXPECT_LT(first->second, day);
          EXPECT_LE(day, first[1].second);
          EXPECT_LE(first[1].second, AddMonths(first[-2].second, 3));
        }
        if (what == "推迟讨论") {
          EXPECT_EQ(story.steps.back().first, 21);
          const std::string person = name.substr(0, name.find('/'));
          absl::CivilDay moved = kNoStart;
          for (const Row& row : RowsOf(folder, FileKind::kTransfers)) {
            if (row.Text(transfer_columns::kPerson) != person) continue;
            moved = *row.Date(transfer_columns::kReceived);
          }
          EXPECT_GT(moved, first->second);
          const absl::CivilDay until = *event.Date(case_event_columns::kUntil);
          const absl::CivilDay ends = AddYears(first[-2].second, 1);
          EXPECT_GT(until, std::max(ends, day));
          EXPECT_LE(until, AddMonths(ends, 6));
        }
      }
      EXPECT_EQ(kinds, (std::map<std::string, int>{{"暂停", 1},
                                                   {"暂停接收", 1},
                                                   {"认定无效", 1},
                                                   {"认定无效接收", 1},
                                                   {"推迟讨论接收", 1}}));
      int exceptions = 0;
      for (const Row& row : RowsOf(folder, FileKind::kSteps)) {
        if (!row.Has(step_columns::kExceptionBy)) continue;
        ++exceptions;
        EXPECT_EQ(row.Text(step_columns::kExceptionBy), row.Text(step_columns::kOrganisation));
        // Within the three months in which a rule of either text asks for an exception.
        EXPECT_LE(*row.Date(step_columns::kLeavingOn),
                  AddMonths(*row.Date(step_columns::kDate), 3));
      }
      EXPECT_EQ(exceptions, 1);
    }
  }
}

TEST(GenerateCounty, GivesOnlyNumbersThatCanBeNobodys) {
  for (const CountyKind kind : {CountyKind::kR1, CountyKind::kR2}) {
    const Folder folder = Generated("numbers", kind);
    std::set<std::string> seen;
    for (const Row& row : RowsOf(folder, FileKind::kPersons)) {
      const absl::StatusOr<IdNumber> id = ParseIdNumber(row.Text(person_columns::kIdNumber));
      ASSERT_TRUE(id.ok());
      EXPECT_TRUE(id->region >= "990000" && id->region <= "990099");
      EXPECT_TRUE(seen.insert(id->number).second);
      EXPECT_EQ(row.Text(person_columns::kSex), id->sex == Sex::kMale ? "男" : "女");
    }
    for (const Row& row : RowsOf(folder, FileKind::kInstitutions)) {
      if (!row.Has(institution_columns::kCreditCode)) continue;
      const absl::StatusOr<CreditCode> code =
          ParseCreditCode(row.Text(institution_columns::kCreditCode));
      ASSERT_TRUE(code.ok());
      EXPECT_TRUE(code->region >= "990000" && code->region <= "990099");
    }
  }
}

TEST(GenerateCounty, PassesTheImportersCheckAndRefersToNothingElse) {
  GenerateOptions county;
  county.kind = CountyKind::kCounty;
  county.today = kToday;
  county.members = 400;
  GenerateOptions province = county;
  province.kind = CountyKind::kProvince;
  province.activity_months = 1;
  for (const Folder& folder :
       {Generated("check1", CountyKind::kR1), Generated("check2", CountyKind::kR2),
        Generated("check3", county), Generated("check4", province)}) {
    RowErrors errors;
    const FolderFacts facts = CheckFolder(folder, &errors);
    EXPECT_THAT(errors.list(), IsEmpty());
    EXPECT_THAT(facts.outside, IsEmpty());
  }
}

TEST(GenerateCounty, LetsNobodySkipWhatTheRulesAskFor) {
  const Folder folder = Generated("rules", CountyKind::kR1);
  std::map<std::string, absl::CivilDay> birth;
  std::map<std::string, std::string> branch_of;
  std::map<std::string, int64_t> members;  // of a branch, whenever they joined
  const Count count(folder);
  for (const std::string& id : count.admitted) ++members[count.person_organisation.at(id)];
  for (const Row& row : RowsOf(folder, FileKind::kPersons)) {
    branch_of[row.Text(person_columns::kId)] = row.Text(person_columns::kOrganisation);
    if (row.Has(person_columns::kOpeningStage)) ++members[row.Text(person_columns::kOrganisation)];
    birth[row.Text(person_columns::kId)] =
        ParseIdNumber(row.Text(person_columns::kIdNumber))->birth;
  }
  std::map<std::string, std::map<int64_t, absl::CivilDay>> cases;
  std::map<std::string, absl::CivilDay> last;
  for (const Row& row : RowsOf(folder, FileKind::kSteps)) {
    const std::string& name = row.Text(step_columns::kCase);
    const int64_t step = *row.Number(step_columns::kStep);
    const absl::CivilDay date = *row.Date(step_columns::kDate);
    EXPECT_LT(date, kToday);
    if (last.count(name) != 0) {
      EXPECT_GE(date, last[name]) << name;
    }
    last[name] = date;
    cases[name][step] = date;
    if (step == 1) {
      EXPECT_GE(date, AddYears(birth.at(name.substr(0, name.find('/'))), 18));
    }
    if (step == 2) {
      EXPECT_LE(date, AddMonths(cases[name][1], 1));
    }
    if (step == 7) {
      EXPECT_GE(date, AddMonths(cases[name][3], 12));
    }
    if (step == 15) {
      EXPECT_LE(date, AddMonths(cases[name][13], 1));
    }
    if (step == 17) {
      EXPECT_LE(date, AddMonths(cases[name][15], 3));
    }
    if (step == 20) {
      EXPECT_LE(date, AddMonths(cases[name][17], 1));
    }
    if (step == 23) {
      EXPECT_GE(date, AddYears(cases[name][15], 1));
    }
    if (step == 15 || step == 23) {
      // Who is entitled is counted by whoever imports it: never more than have ever been members.
      EXPECT_FALSE(row.Has(step_columns::kEntitled));
      const int64_t most = members[branch_of.at(name.substr(0, name.find('/')))];
      EXPECT_GT(2 * *row.Number(step_columns::kPresent), most) << name;
      EXPECT_GT(2 * *row.Number(step_columns::kInFavour), most) << name;
    }
  }
}

TEST(GenerateCounty, MakesAsManyMembersAsAskedFor) {
  GenerateOptions options;
  options.kind = CountyKind::kProvince;
  options.today = kToday;
  options.members = 1000;
  options.activity_months = 0;
  const Folder folder = Generated("province", options);
  const Count count(folder);
  EXPECT_EQ(count.old_teachers.size() + count.admitted.size(), 1000u);
  // Province, city, county, bureau, school district, branch.
  int depth = 1;
  for (std::string at = count.person_organisation.begin()->second; at != "sw"; ++depth) {
    at = count.parent.at(at);
  }
  EXPECT_EQ(depth, 6);
}

TEST(GenerateCounty, RefusesWhatCannotBe) {
  GenerateSummary summary;
  GenerateOptions options;
  options.today = kToday;
  options.members = 0;
  EXPECT_TRUE(absl::IsInvalidArgument(GenerateCounty(options, FolderFor("no"), &summary)));
  options.members = 10;
  options.today = absl::CivilDay(2019, 1, 1);
  EXPECT_TRUE(absl::IsInvalidArgument(GenerateCounty(options, FolderFor("no"), &summary)));
  CountyKind kind;
  EXPECT_TRUE(absl::IsInvalidArgument(ParseCountyKind("r3", &kind)));
}

}  // namespace
}  // namespace zhibu::cli
