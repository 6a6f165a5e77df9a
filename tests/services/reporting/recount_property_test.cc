// Random histories, applied in random interleavings of the three feeds: the incremental counters
// equal a naive recount of the final states, and do not depend on the way there.
#include <gtest/gtest.h>

#include <array>
#include <random>

#include "services/reporting/books/counters.h"
#include "tests/services/reporting/books.h"
#include "tests/services/reporting/facts.h"
#include "tests/services/reporting/recount.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::reporting {
namespace {

using google::protobuf::Any;
using Events = std::vector<Any>;

constexpr int kOrganisationCount = 8;
constexpr int kInstitutionCount = 6;
constexpr int kHolderCount = 4;
const char* const kActivityKinds[] = {"branch-meeting", "theme-day"};

// A history: three feeds, each in its order, and where it ends.
struct History {
  std::array<Events, 3> feeds;
  World world;
};

class Generator {
 public:
  explicit Generator(int seed) : random_(seed) {
    // Few days, so that much falls on the same one; some at the ends of months and years.
    for (const auto day : {CivilDay(2019, 12, 31), CivilDay(2020, 1, 1), CivilDay(2020, 2, 29)}) {
      days_.push_back(day);
    }
    for (int i = 0; i < 8; ++i) days_.push_back(CivilDay(2019, 6, 1) + Up(0, 600));
  }

  History Make() {
    History history;
    for (int i = 0; i < 60; ++i) history.feeds[0].push_back(RegistryEvent(history.world));
    for (int i = 0; i < 40; ++i) history.feeds[1].push_back(MembershipEvent(history.world));
    for (int i = 0; i < 25; ++i) history.feeds[2].push_back(ActivityEvent(history.world));
    return history;
  }

  const std::vector<CivilDay>& days() const { return days_; }
  int Up(int from, int to) { return std::uniform_int_distribution<int>(from, to)(random_); }
  bool Chance(int percent) { return Up(1, 100) <= percent; }

 private:
  CivilDay Day() { return days_[Up(0, static_cast<int>(days_.size()) - 1)]; }
  std::string Org() { return absl::StrCat("o", Up(0, kOrganisationCount - 1)); }
  std::string Inst() { return absl::StrCat("i", Up(0, kInstitutionCount - 1)); }

  Any RegistryEvent(World& world) {
    const int which = Up(0, 9);
    if (which < 4) return OrganisationEvent(world);
    if (which < 7) return InstitutionEvent(world);
    return PostEvent(world);
  }

  // Anything goes: parents that come later or never, moves, circles, lives that end.
  Any OrganisationEvent(World& world) {
    std::vector<reporting::Up> ups;
    for (int edges = Up(0, 3); edges > 0; --edges) {
      reporting::Up up;
      up.parent = Org();
      up.line = Chance(60) ? type::v1::LINE_SUBORDINATION : type::v1::LINE_TERRITORIAL;
      up.from = Day();
      if (Chance(50)) up.to = Day();
      if (up.to && *up.to < up.from) std::swap(*up.to, up.from);
      ups.push_back(up);
    }
    const CivilDay established = Chance(70) ? CivilDay(2000, 1, 1) : Day();
    std::optional<CivilDay> dissolved;
    if (Chance(20)) dissolved = std::max(Day(), established);
    const auto event = OrganisationFact(Org(), static_cast<type::v1::OrganisationKind>(Up(1, 8)),
                                        ups, established, dissolved);
    world.organisations[event.organisation().name()] = event.organisation();
    return Packed(event);
  }

  Any InstitutionEvent(World& world) {
    auto event = InstitutionFact(Inst(), static_cast<registry::v1::InstitutionKind>(Up(1, 11)),
                                 Org(), static_cast<registry::v1::Ownership>(Up(1, 2)));
    auto& institution = *event.mutable_institution();
    if (Chance(30)) *institution.mutable_opened_on() = ToProto(Day());
    if (Chance(20)) *institution.mutable_closed_on() = ToProto(Day());
    if (Chance(30)) {
      // Became what it is on some day.
      auto& before = *institution.add_kinds();
      before.set_kind(static_cast<registry::v1::InstitutionKind>(Up(1, 11)));
      before.set_ownership(static_cast<registry::v1::Ownership>(Up(1, 2)));
      *before.mutable_valid_from() = ToProto(kNoStart);
      *before.mutable_valid_to() = ToProto(Day());
      auto& since = *institution.add_kinds();
      since.set_kind(institution.kind());
      since.set_ownership(institution.ownership());
      *since.mutable_valid_from() = before.valid_to();
    }
    for (int n = Up(0, 3); n > 0; --n) {
      auto& heads = *institution.add_head_counts();
      *heads.mutable_counted_on() = ToProto(Day());
      if (Chance(70)) heads.set_staff(Up(0, 50));
      if (Chance(50)) heads.set_full_time_teachers(Up(0, 50));
      if (Chance(50)) heads.set_students(Up(0, 50));
      if (Chance(50)) heads.set_senior_students(Up(0, 50));
    }
    for (int n = Up(0, 2); n > 0; --n) {
      // The registry lets no two coverages begin on one day with the same rung, nor does this.
      Cover(event, Org(), static_cast<registry::v1::CoverageRung>(Chance(60) ? 1 : Up(2, 4)),
            Day());
      if (Chance(40)) {
        auto& last = *institution.mutable_coverages(institution.coverages_size() - 1);
        *last.mutable_valid_to() = ToProto(Day());
      }
    }
    world.institutions[institution.name()] = institution;
    return Packed(event);
  }

  Any PostEvent(World& world) {
    const bool party = Chance(50);
    // Secretaries and heads often, since it takes the two in one hand to count.
    const int kind = party ? (Chance(60) ? 1 : Up(2, 7)) : (Chance(60) ? 8 : Up(9, 10));
    auto event = PostFact(absl::StrCat("t", Up(0, 15)),
                          party ? "organisations/" + Org() : "institutions/" + Inst(),
                          static_cast<registry::v1::PostKind>(kind),
                          absl::StrCat("h", Up(0, kHolderCount - 1)), Day());
    if (Chance(40)) *event.mutable_post()->mutable_valid_to() = ToProto(Day());
    event.mutable_post()->set_full_time(Chance(50));
    event.mutable_post()->set_withdrawn(Chance(15));
    world.posts[event.post().name()] = event.post();
    return Packed(event);
  }

  // Moved from place to place, without a gap; some have left the books in the end.
  void Affiliate(membership::v1::PersonChanged& event) {
    std::vector<CivilDay> moves;
    for (int n = Up(0, 4); n > 0; --n) moves.push_back(Day());
    std::sort(moves.begin(), moves.end());
    for (size_t i = 0; i < moves.size(); ++i) {
      const bool last = i + 1 == moves.size();
      auto& one = *event.add_affiliations();
      one.set_organisation(last ? event.organisation() : "organisations/" + Org());
      *one.mutable_valid_from() = ToProto(moves[i]);
      if (!last) *one.mutable_valid_to() = ToProto(moves[i + 1]);
      if (last && Chance(20)) *one.mutable_valid_to() = ToProto(std::max(Day(), moves[i]));
    }
  }

  Any MembershipEvent(World& world) {
    const std::string id = absl::StrCat("p", Up(0, 11));
    const std::string name = "persons/" + id;
    std::vector<CivilDay> dates;
    for (int n = Up(0, 5); n > 0; --n) dates.push_back(Day());
    std::sort(dates.begin(), dates.end());
    std::vector<membership::v1::StageChange> stages;
    for (const CivilDay date : dates) {
      At at{static_cast<membership::v1::Stage>(Up(1, 7)), date, {}};
      if (Chance(60)) at.approved = Day();
      stages.push_back(StageFact(at, Chance(50) ? Org() : ""));
      stages.back().set_restored(Chance(20));
    }
    auto known = world.persons.find(name);
    if (known != world.persons.end() && Chance(60)) {
      membership::v1::StepRecorded step;
      step.set_name(absl::StrCat(name, "/cases/c1"));
      *step.mutable_stages() = {stages.begin(), stages.end()};
      *known->second.mutable_stages() = step.stages();
      if (Chance(70)) return Packed(step);
      // What happens beside the steps may take stages back, and states them all as well.
      membership::v1::CaseEventRecorded beside;
      beside.set_name(step.name());
      *beside.mutable_stages() = step.stages();
      return Packed(beside);
    }
    if (known != world.persons.end() && Chance(15)) {
      membership::v1::PersonMerged merged;
      merged.set_kept("persons/p99");
      merged.set_dropped(name);
      world.persons.erase(known);
      return Packed(merged);
    }
    auto event = PersonFact(id, Org(), static_cast<membership::v1::PersonKind>(Up(1, 3)), {});
    *event.mutable_stages() = {stages.begin(), stages.end()};
    Affiliate(event);
    if (Chance(40)) {
      std::vector<CivilDay> changes;
      for (int n = Up(1, 3); n > 0; --n) changes.push_back(Day());
      std::sort(changes.begin(), changes.end());
      for (const CivilDay date : changes) {
        auto& change = *event.add_kinds();
        *change.mutable_valid_from() = ToProto(date);
        change.set_kind(static_cast<membership::v1::PersonKind>(Up(1, 3)));
      }
      event.set_kind(event.kinds().rbegin()->kind());
    }
    if (Chance(30)) event.mutable_opening_balance()->set_stage(membership::v1::STAGE_FULL);
    world.persons[name] = event;
    return Packed(event);
  }

  Any ActivityEvent(World& world) {
    const auto event = ActivityFact(absl::StrCat("a", Up(0, 14)), Org(), kActivityKinds[Up(0, 1)],
                                    Day(), Chance(20) ? "误录" : "");
    world.activities[event.activity().name()] = event.activity();
    return Packed(event);
  }

  std::mt19937 random_;
  std::vector<CivilDay> days_;
};

// Applies the feeds in an interleaving of its own, in transactions of several events, some of which
// fail at their end and are tried again.
void Feed(Books& books, const History& history, int seed) {
  std::mt19937 random(seed);
  const auto up = [&](int to) { return std::uniform_int_distribution<int>(0, to)(random); };
  std::array<size_t, 3> next = {};
  while (true) {
    std::vector<int> open;
    for (int i = 0; i < 3; ++i) {
      if (next[i] < history.feeds[i].size()) open.push_back(i);
    }
    if (open.empty()) return;
    const int feed = open[up(static_cast<int>(open.size()) - 1)];
    const Events& all = history.feeds[feed];
    const size_t count = std::min<size_t>(1 + up(4), all.size() - next[feed]);
    const Events events(all.begin() + next[feed], all.begin() + next[feed] + count);
    if (up(5) == 0) books.ApplyInVain(events);
    ASSERT_TRUE(books.Apply(events).ok());
    next[feed] += count;
  }
}

std::vector<std::string> AllMeasures() {
  std::vector<std::string> all = FixedMeasures();
  for (const char* kind : kActivityKinds) all.push_back(absl::StrCat("activities.", kind));
  return all;
}

// How much there was to compare, so that an empty world cannot pass for a right one.
int64_t ExpectEqualsRecount(const Rows& rows, const World& world,
                            const std::vector<CivilDay>& dates) {
  const RowsReader reader(rows);
  const Recount recount(world);
  const std::pair<Of, std::optional<type::v1::Line>> lines[] = {
      {Of::kItself, std::nullopt},
      {Of::kSubordination, type::v1::LINE_SUBORDINATION},
      {Of::kTerritorial, type::v1::LINE_TERRITORIAL},
      {Of::kEither, type::v1::LINE_EITHER}};
  const std::vector<std::string> measures = AllMeasures();
  int64_t not_zero = 0;
  for (int o = 0; o < kOrganisationCount; ++o) {
    const std::string organisation = absl::StrCat("o", o);
    const Counts counts = Counts::Read(reader, organisation, dates).value();
    const Counts own = Counts::ReadOwn(reader, organisation, dates).value();
    for (const auto& [of, line] : lines) {
      for (const CivilDay date : dates) {
        const std::map<std::string, int64_t> expected = recount.On(organisation, line, date);
        for (const auto& [measure, amount] : expected) {
          EXPECT_TRUE(IsMeasure(measure)) << measure;
        }
        for (const std::string& measure : measures) {
          const auto it = expected.find(measure);
          const int64_t amount = it == expected.end() ? 0 : it->second;
          EXPECT_EQ(counts.On(of, measure, date), amount)
              << organisation << " line " << static_cast<int>(of) << " " << measure << " on "
              << FormatDate(date);
          if (of == Of::kItself) EXPECT_EQ(own.On(of, measure, date), amount);
          if (amount != 0) ++not_zero;
        }
        if (testing::Test::HasFailure()) return not_zero;
      }
    }
  }
  return not_zero;
}

TEST(Counters, EqualANaiveRecountWhateverTheInterleaving) {
  int64_t compared = 0;
  for (int seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    Generator generator(seed);
    const History history = generator.Make();
    Books books;
    Feed(books, history, seed);
    const Rows rows = books.AllRows();
    std::vector<CivilDay> dates = {CivilDay(2019, 1, 1), CivilDay(2030, 1, 1)};
    for (int i = 0; i < 3; ++i) {
      const CivilDay day = generator.days()[generator.Up(0, 9)];
      dates.push_back(day - generator.Up(0, 1));
    }
    compared += ExpectEqualsRecount(rows, history.world, dates);
    if (HasFailure()) return;
    for (int other = 1; other <= 2; ++other) {
      Books again;
      Feed(again, history, seed * 1000 + other);
      ASSERT_TRUE(rows == again.AllRows()) << "another interleaving made other rows";
    }
  }
  EXPECT_GT(compared, 5000);
}

TEST(Counters, DoNotRememberTheWayOfAnEntityToItsState) {
  for (int seed = 21; seed <= 24; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    const History history = Generator(seed).Make();
    Books books;
    Feed(books, history, seed);
    Books straight;
    for (const auto& [name, organisation] : history.world.organisations) {
      registry::v1::OrganisationChanged event;
      *event.mutable_organisation() = organisation;
      straight.Apply(event);
    }
    for (const auto& [name, activity] : history.world.activities) {
      activity::v1::ActivityChanged event;
      *event.mutable_activity() = activity;
      straight.Apply(event);
    }
    for (const auto& [name, person] : history.world.persons) straight.Apply(person);
    for (const auto& [name, post] : history.world.posts) {
      registry::v1::PostChanged event;
      *event.mutable_post() = post;
      straight.Apply(event);
    }
    for (const auto& [name, institution] : history.world.institutions) {
      registry::v1::InstitutionChanged event;
      *event.mutable_institution() = institution;
      straight.Apply(event);
    }
    Rows there = books.AllRows();
    Rows here = straight.AllRows();
    // How often the tree changed is the one thing that differs.
    there.erase(TreeKey().bytes());
    here.erase(TreeKey().bytes());
    ASSERT_TRUE(there == here);
  }
}

}  // namespace
}  // namespace zhibu::reporting
