// What is owed and what was studied, computed a second time from plain lists: by counting.
#include <algorithm>
#include <random>

#include "gmock/gmock.h"
#include "tests/services/activity/world.h"
#include "zhibu/type/v1/organisation_kind.pb.h"
#include "zhibu/type/v1/owed_item.pb.h"

namespace zhibu::activity {
namespace {

using absl::CivilDay;
using type::v1::ORGANISATION_KIND_BRANCH;
using type::v1::ORGANISATION_KIND_COMMITTEE;
using type::v1::ORGANISATION_KIND_PARTY_GROUP;

struct NaiveOrganisation {
  std::string id, parent;
  OrganisationKind kind;
  CivilDay from, to;
};
struct NaivePerson {
  std::string id, organisation;
  CivilDay probationary, full, ended;  // kNoEnd: never
};
struct NaiveActivity {
  std::string id, organisation, kind;
  CivilDay day;
  int hours;
  bool cancelled;
  std::vector<std::string> present;
};

class NaiveBooks {
 public:
  explicit NaiveBooks(int seed) : random_(seed) {
    organisations_.push_back(
        {"bureau", "", ORGANISATION_KIND_COMMITTEE, CivilDay(2020, 1, 1), kNoEnd});
    for (int i = 0; i < 6; ++i) {
      const bool always = Draw(2) == 0;
      const CivilDay from = always ? CivilDay(2020, 1, 1) : CivilDay(2025, 1, 1) + Draw(400);
      const CivilDay to = Draw(3) > 0 ? kNoEnd : from + 1 + Draw(500);
      organisations_.push_back(
          {absl::StrCat("b", i), "bureau", ORGANISATION_KIND_BRANCH, from, to});
    }
    organisations_.push_back(
        {"g", "b0", ORGANISATION_KIND_PARTY_GROUP, CivilDay(2025, 2, 1), kNoEnd});
    for (int i = 0; i < 50; ++i) {
      NaivePerson person;
      person.id = absl::StrCat("p", i);
      person.organisation = absl::StrCat("b", Draw(6));
      person.probationary = CivilDay(2023, 1, 1) + Draw(1400);
      person.full = Draw(5) == 0 ? kNoEnd : person.probationary + 365;
      person.ended = Draw(6) > 0 || person.full == kNoEnd ? kNoEnd : person.full + 1 + Draw(400);
      people_.push_back(person);
    }
    const char* kinds[] = {"branch-meeting", "committee-meeting", "party-class", "theme-day"};
    for (int i = 0; i < 300; ++i) {
      const NaiveOrganisation& organisation = organisations_[1 + Draw(7)];
      NaiveActivity activity;
      activity.id = absl::StrCat("a", i);
      activity.organisation = organisation.id;
      const bool group = organisation.kind == ORGANISATION_KIND_PARTY_GROUP;
      activity.kind = group ? "group-meeting" : kinds[Draw(4)];
      activity.day = CivilDay(2025, 1, 1) + Draw(690);
      if (activity.day < organisation.from || organisation.to <= activity.day) continue;
      activity.hours = activity.kind == "committee-meeting" ? 0 : Draw(5);
      activity.cancelled = Draw(5) == 0;
      for (const NaivePerson& person : people_) {
        if (person.organisation != (group ? organisation.parent : organisation.id)) continue;
        if (activity.day < CivilDay(2026, 3, 1) && !IsMember(person, activity.day)) continue;
        if (person.ended <= activity.day) continue;
        if (Draw(2) == 0) activity.present.push_back(person.id);
      }
      activities_.push_back(activity);
    }
  }

  int Draw(int n) { return static_cast<int>(random_() % n); }

  static bool IsMember(const NaivePerson& person, CivilDay day) {
    return person.probationary <= day && day < person.ended;
  }

  void WriteTo(World& world) const {
    for (const auto& o : organisations_) world.Organisation(o.id, o.kind, o.parent, o.from, o.to);
    for (const NaivePerson& person : people_) {
      Stages stages = {{person.probationary, Stage::STAGE_PROBATIONARY}};
      if (person.full != kNoEnd) stages.push_back({person.full, Stage::STAGE_FULL});
      if (person.ended != kNoEnd) stages.push_back({person.ended, Stage::STAGE_ENDED});
      world.Person(person.id, person.organisation, stages, CivilDay(2026, 3, 1));
    }
    world.Settle();
    v1::BatchCreateActivitiesRequest batch;
    batch.set_request_id("all");
    for (const NaiveActivity& activity : activities_) {
      auto& row = *batch.add_requests() =
          World::Row(activity.id, activity.organisation, activity.kind, activity.day);
      row.mutable_activity()->set_study_hours(activity.hours);
      for (const std::string& person : activity.present) World::Attend(row, person);
    }
    v1::BatchCreateActivitiesResponse response;
    const absl::Status status =
        Invoke(&v1::ActivityService::Stub::BatchCreateActivities, world.stub(), batch, &response);
    ASSERT_TRUE(status.ok()) << status;
    for (const NaiveActivity& activity : activities_) {
      if (!activity.cancelled) continue;
      ASSERT_TRUE(world.Cancel(activity.id, world.Get(activity.id)->etag()).ok());
    }
  }

  // The shipped rules, written down once more.
  std::vector<std::string> Owed(const NaiveOrganisation& organisation, CivilDay day) const {
    std::vector<std::string> lines;
    auto ask = [&](const std::string& kind, int months) {
      CivilDay from(day.year(), day.month(), 1);
      while ((from.month() - 1) % months != 0) from = CivilDay(from.year(), from.month() - 1, 1);
      const CivilDay to = CivilDay(from.year(), from.month() + months, 1);
      if (from < organisation.from || organisation.to < to) return;
      const auto held =
          std::count_if(activities_.begin(), activities_.end(), [&](const NaiveActivity& a) {
            return !a.cancelled && a.organisation == organisation.id && a.kind == kind &&
                   from <= a.day && a.day < to;
          });
      lines.push_back(absl::StrCat(kind, " ", FormatDate(from), " ", FormatDate(to - 1), " ", held,
                                   "/1 ",
                                   held > 0       ? "DONE"
                                   : to <= kToday ? "MISSING"
                                                  : "OWED"));
    };
    if (organisation.kind == ORGANISATION_KIND_BRANCH) {
      const auto full = std::count_if(people_.begin(), people_.end(), [&](const NaivePerson& p) {
        return p.organisation == organisation.id && p.full <= day && day < p.ended;
      });
      ask("branch-meeting", 3);
      if (full >= 7) ask("committee-meeting", 1);
      ask("party-class", 3);
      ask("theme-day", 1);
    } else if (organisation.kind == ORGANISATION_KIND_PARTY_GROUP) {
      ask("group-meeting", 1);
    }
    return lines;
  }

  std::vector<std::string> StudyHours(const NaiveOrganisation& organisation, int year) const {
    const std::string keeper =
        organisation.kind == ORGANISATION_KIND_PARTY_GROUP ? organisation.parent : organisation.id;
    std::vector<std::string> lines;
    for (const NaivePerson& person : people_) {
      if (person.organisation != keeper) continue;
      bool member = false;
      for (CivilDay day(year, 1, 1); day.year() == year && !member; ++day) {
        member = IsMember(person, day);
      }
      if (!member) continue;
      int hours = 0;
      for (const NaiveActivity& activity : activities_) {
        if (activity.cancelled || activity.day.year() != year) continue;
        if (!IsMember(person, activity.day)) continue;
        hours += activity.hours * static_cast<int>(std::count(activity.present.begin(),
                                                              activity.present.end(), person.id));
      }
      lines.push_back(absl::StrCat("persons/", person.id, " ", hours, "/32"));
    }
    std::sort(lines.begin(), lines.end());
    return lines;
  }

  const std::vector<NaiveOrganisation>& organisations() const { return organisations_; }

 private:
  std::mt19937 random_;
  std::vector<NaiveOrganisation> organisations_;
  std::vector<NaivePerson> people_;
  std::vector<NaiveActivity> activities_;
};

std::vector<std::string> Lines(const v1::ListOwedResponse& response) {
  std::vector<std::string> lines;
  for (const type::v1::OwedItem& item : response.items()) {
    lines.push_back(absl::StrCat(item.kind(), " ", FormatDate(*FromProto(item.period_from())), " ",
                                 FormatDate(*FromProto(item.due_on())), " ", item.held(), "/",
                                 item.owed(), " ",
                                 type::v1::OwedState_Name(item.state()).substr(11)));
  }
  return lines;
}

TEST(OwedAndStudyHours, AreWhatPlainCountingGives) {
  int done = 0, owed = 0, committees = 0;
  for (int seed = 1; seed <= 4; ++seed) {
    World world;
    NaiveBooks books(seed);
    books.WriteTo(world);
    for (const NaiveOrganisation& organisation : books.organisations()) {
      for (int i = 0; i < 40; ++i) {
        const CivilDay day = CivilDay(2025, 1, 1) + books.Draw(720);
        const auto answer = world.Owed(organisation.id, day);
        ASSERT_TRUE(answer.ok()) << answer.status();
        const auto expected = books.Owed(organisation, day);
        ASSERT_EQ(Lines(*answer), expected)
            << "seed " << seed << ", " << organisation.id << " on " << FormatDate(day);
        for (const std::string& line : expected) {
          ++(line.ends_with("DONE") ? done : owed);
          committees += line.starts_with("committee");
        }
      }
      for (int year : {2025, 2026}) {
        EXPECT_EQ(*world.StudyHours(organisation.id, year), books.StudyHours(organisation, year))
            << "seed " << seed << ", " << organisation.id << " in " << year;
      }
    }
  }
  // The rare cases have arisen.
  EXPECT_GT(done, 100);
  EXPECT_GT(owed, 100);
  EXPECT_GT(committees, 20);
}

}  // namespace
}  // namespace zhibu::activity
