#include "services/membership/cases/due_list.h"

#include <algorithm>
#include <map>
#include <random>
#include <tuple>

#include "absl/strings/str_split.h"
#include "common/store/keys.h"
#include "services/membership/books/due_index.h"
#include "services/membership/books/numbers.h"
#include "services/membership/books/reading.h"
#include "services/membership/books/transfer_tables.h"
#include "tests/services/membership/world.h"
#include "zhibu/membership/v1/events.pb.h"

namespace zhibu::membership {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kCase[] = "persons/li/cases/c";
// Late enough for the text of 2026, which knows more that falls due.
const absl::CivilDay kStart(2026, 8, 31);
const absl::CivilDay kObject = AddMonths(kStart, 12);
const absl::CivilDay kFull = AddMonths(kObject, 12);

using Due = std::pair<v1::DueKind, absl::CivilDay>;

class DueListTest : public ::testing::Test {
 protected:
  DueListTest() { EXPECT_TRUE(world_.CreatePerson("li").ok()); }
  std::vector<Due> All() {
    std::vector<Due> dues;
    for (const v1::DueItem& item : world_.Due(absl::CivilDay(2100, 1, 1))) {
      EXPECT_EQ(item.development_case(), kCase);
      EXPECT_EQ(item.organisation(), kBranch);
      EXPECT_FALSE(item.citation().document().empty());
      dues.emplace_back(item.kind(), FromProto(item.due_on()).value());
    }
    return dues;
  }
  void Walk(v1::StepKind before) { world_.WalkTo(kCase, kStart, before); }
  void Step(v1::StepKind kind, absl::CivilDay day) {
    const absl::Status status = world_.Step(kCase, MakeStep(kind, day));
    ASSERT_TRUE(status.ok()) << status;
  }
  World world_;
};

TEST_F(DueListTest, FollowsACaseFromTheTalkToTheArchive) {
  EXPECT_THAT(All(), IsEmpty());
  Step(v1::STEP_KIND_APPLICATION, kStart);
  EXPECT_THAT(All(), ElementsAre(Due(v1::DUE_KIND_TALK, AddMonths(kStart, 1))));
  Step(v1::STEP_KIND_TALK, kStart);
  EXPECT_THAT(All(), IsEmpty());
  Step(v1::STEP_KIND_ACTIVIST_DETERMINATION, kStart);
  EXPECT_THAT(All(), ElementsAre(Due(v1::DUE_KIND_INSPECTION, AddMonths(kStart, 6)),
                                 Due(v1::DUE_KIND_OBJECT_POSSIBLE, kObject)));
  Step(v1::STEP_KIND_ACTIVIST_FILING, kStart);
  Step(v1::STEP_KIND_CONTACT_ASSIGNMENT, kStart);
  Step(v1::STEP_KIND_CULTIVATION_INSPECTION, AddMonths(kStart, 6));
  EXPECT_THAT(All(), ElementsAre(Due(v1::DUE_KIND_INSPECTION, kObject),
                                 Due(v1::DUE_KIND_OBJECT_POSSIBLE, kObject)));
  // Early in the third half-year: the fourth is next.
  Step(v1::STEP_KIND_CULTIVATION_INSPECTION, kObject + 1);
  EXPECT_THAT(All(), ElementsAre(Due(v1::DUE_KIND_OBJECT_POSSIBLE, kObject),
                                 Due(v1::DUE_KIND_INSPECTION, AddMonths(kStart, 24))));
}

TEST_F(DueListTest, KnowsTheEndOfAProbationThatBeganBeforeTheBooks) {
  v1::CreatePersonRequest request = world_.PersonRequest("prob");
  request.mutable_opening_balance()->set_stage(v1::STAGE_PROBATIONARY);
  *request.mutable_opening_balance()->mutable_joined_on() = ToProto(kStart);
  ASSERT_TRUE(world_.Create(request).ok());
  constexpr char kProb[] = "persons/prob/cases/c";
  // The one item, whose it is, and when.
  const auto the_one = [&](bool of_case) {
    const std::vector<v1::DueItem> due = world_.Due(absl::CivilDay(2100, 1, 1));
    ASSERT_EQ(due.size(), 1u);
    EXPECT_EQ(due[0].kind(), v1::DUE_KIND_CONVERSION);
    EXPECT_EQ(due[0].development_case(), of_case ? kProb : "");
    EXPECT_EQ(due[0].person(), of_case ? "" : "persons/prob");
    EXPECT_EQ(FromProto(due[0].due_on()).value(), AddMonths(kStart, 12));
    EXPECT_EQ(due[0].citation().article(), of_case ? "第三十一条" : "第三十二条");
  };
  the_one(false);
  ASSERT_TRUE(world_.Step(kProb, MakeStep(v1::STEP_KIND_ENROLMENT, kStart + 9)).ok());
  the_one(true);
  v1::CaseEvent voided;
  voided.set_kind(v1::CASE_EVENT_KIND_VOIDED);
  *voided.mutable_date() = ToProto(kStart + 10);
  voided.set_reason("第二十八条");
  voided.set_step_sequence(1);
  ASSERT_TRUE(world_.Beside(kProb, voided).ok());
  the_one(false);
  const absl::CivilDay end = AddMonths(kStart, 12);
  for (int kind = 19; kind <= 22; ++kind) {
    ASSERT_TRUE(world_.Step(kProb, MakeStep(static_cast<v1::StepKind>(kind), end)).ok());
    the_one(true);
  }
  ASSERT_TRUE(world_.Step(kProb, MakeStep(v1::STEP_KIND_CONVERSION_MEETING, end)).ok());
  const std::vector<v1::DueItem> due = world_.Due(absl::CivilDay(2100, 1, 1));
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(due[0].kind(), v1::DUE_KIND_APPROVAL);
}

TEST_F(DueListTest, FollowsAdmissionAndProbation) {
  Walk(v1::STEP_KIND_PRE_REVIEW);
  EXPECT_THAT(All(), IsEmpty());
  Step(v1::STEP_KIND_PRE_REVIEW, kObject);
  EXPECT_THAT(All(), ElementsAre(Due(v1::DUE_KIND_ADMISSION_MEETING, AddMonths(kObject, 1))));
  Step(v1::STEP_KIND_ADMISSION_FORM, kObject);
  Step(v1::STEP_KIND_ADMISSION_MEETING, kObject);
  EXPECT_THAT(All(), ElementsAre(Due(v1::DUE_KIND_APPROVAL, AddMonths(kObject, 3))));
  Step(v1::STEP_KIND_SUPERIOR_TALK, kObject);
  Step(v1::STEP_KIND_ADMISSION_APPROVAL, kObject + 9);
  EXPECT_THAT(All(), ElementsAre(Due(v1::DUE_KIND_OATH, AddMonths(kObject + 9, 1)),
                                 Due(v1::DUE_KIND_CONVERSION, kFull)));
  Step(v1::STEP_KIND_ADMISSION_FILING, kObject + 9);
  Step(v1::STEP_KIND_ENROLMENT, kObject + 9);
  Step(v1::STEP_KIND_OATH, kObject + 9);
  EXPECT_THAT(All(), ElementsAre(Due(v1::DUE_KIND_CONVERSION, kFull)));
  Step(v1::STEP_KIND_PROBATION_INSPECTION, kObject + 99);
  Step(v1::STEP_KIND_CONVERSION_APPLICATION, kFull);
  v1::Step meeting = MakeStep(v1::STEP_KIND_CONVERSION_MEETING, kFull);
  meeting.mutable_conversion_meeting()->set_outcome(v1::CONVERSION_OUTCOME_EXTENDED);
  meeting.mutable_conversion_meeting()->set_extension_months(7);
  ASSERT_TRUE(world_.Step(kCase, meeting).ok());
  EXPECT_THAT(All(), ElementsAre(Due(v1::DUE_KIND_APPROVAL, AddMonths(kFull, 3))));
  Step(v1::STEP_KIND_CONVERSION_APPROVAL, kFull + 1);
  const absl::CivilDay extended = AddMonths(kFull, 7);
  EXPECT_THAT(All(), ElementsAre(Due(v1::DUE_KIND_CONVERSION, extended)));
  Step(v1::STEP_KIND_CONVERSION_MEETING, extended);
  Step(v1::STEP_KIND_CONVERSION_APPROVAL, extended + 1);
  EXPECT_THAT(All(), ElementsAre(Due(v1::DUE_KIND_ARCHIVE, AddMonths(extended + 1, 1))));
  Step(v1::STEP_KIND_ARCHIVE, extended + 1);
  EXPECT_THAT(All(), IsEmpty());
}

TEST_F(DueListTest, ForgetsEverythingWhenAnAdmissionIsNotApproved) {
  Walk(v1::STEP_KIND_ADMISSION_APPROVAL);
  v1::Step approval = MakeStep(v1::STEP_KIND_ADMISSION_APPROVAL, kObject);
  approval.mutable_admission_approval()->set_approved(false);
  ASSERT_TRUE(world_.Step(kCase, approval).ok());
  EXPECT_THAT(All(), IsEmpty());
}

TEST_F(DueListTest, CitesTheRuleSetThatSetTheItem) {
  ASSERT_TRUE(world_.CreatePerson("old").ok());
  ASSERT_TRUE(world_
                  .Step("persons/old/cases/c",
                        MakeStep(v1::STEP_KIND_APPLICATION, absl::CivilDay(2026, 5, 17)))
                  .ok());
  ASSERT_TRUE(world_.Step(kCase, MakeStep(v1::STEP_KIND_APPLICATION, kStart)).ok());
  const std::vector<v1::DueItem> items = world_.Due(kToday);
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(items[0].citation().document(), "中国共产党发展党员工作细则（2014）");
  EXPECT_EQ(items[0].citation().article(), "第七条");
  EXPECT_EQ(items[1].citation().document(), "中国共产党发展党员工作细则（2026）");
}

TEST_F(DueListTest, ListsThirtyDaysAheadWhereNoDateIsAsked) {
  world_.clock().SetToday(kStart);
  Step(v1::STEP_KIND_APPLICATION, kStart);  // due in one month, 30 September
  v1::ListDueRequest request;
  v1::ListDueResponse response;
  const auto list = [&] {
    response.Clear();
    EXPECT_TRUE(
        Invoke(&v1::MembershipService::Stub::ListDue, world_.stub(), request, &response).ok());
    return response.items_size();
  };
  EXPECT_EQ(list(), 1);
  world_.clock().SetToday(kStart - 1);
  EXPECT_EQ(list(), 0);
}

// Many cases over three organisations: every page size gives the same list, by date.
TEST_F(DueListTest, MergesOrganisationsByDateInPages) {
  using Item = std::tuple<absl::CivilDay, std::string, std::string>;  // day, organisation, case
  std::vector<Item> expected;
  const std::string organisations[] = {kBranch, "organisations/scoped-branch",
                                       "organisations/general"};
  for (int i = 0; i < 60; ++i) {
    const std::string& organisation = organisations[i * 7 % 3];
    const std::string id = absl::StrCat("p", i);
    ASSERT_TRUE(world_.CreatePerson(id, organisation).ok());
    const std::string name = absl::StrCat("persons/", id, "/cases/c");
    const absl::CivilDay day = kStart + i * 13 % 11;  // many on one day
    ASSERT_TRUE(world_.Step(name, MakeStep(v1::STEP_KIND_APPLICATION, day)).ok());
    expected.emplace_back(AddMonths(day, 1), organisation, name);
  }
  std::sort(expected.begin(), expected.end());
  const auto list = [&](absl::CivilDay until, int size, const std::string& root,
                        const std::string& token = kOwnerToken) {
    std::vector<Item> items;
    for (const v1::DueItem& item : world_.Due(until, size, root, token)) {
      items.emplace_back(FromProto(item.due_on()).value(), item.organisation(),
                         item.development_case());
    }
    return items;
  };
  const absl::CivilDay late(2027, 1, 1);
  for (int size : {1, 2, 7, 59, 60, 61, 0}) {
    EXPECT_EQ(list(late, size, kCounty), expected) << size;
    EXPECT_EQ(list(late, size, ""), expected) << size;
  }
  std::vector<Item> early, scoped;
  const absl::CivilDay until = AddMonths(kStart, 1) + 4;
  for (const Item& item : expected) {
    if (std::get<0>(item) <= until) early.push_back(item);
    if (std::get<1>(item) == "organisations/scoped-branch") scoped.push_back(item);
  }
  ASSERT_FALSE(early.empty());
  ASSERT_LT(early.size(), expected.size());
  EXPECT_EQ(list(until, 3, kCounty), early);
  EXPECT_EQ(list(late, 3, "organisations/scoped", kScopedToken), scoped);
}

// What the service remembers of the index must not hide anything: items come and go, earlier ones
// than any before among them, between the pages of lists that were begun at some time or other.
TEST_F(DueListTest, ShowsEachListAsItWasWhenItBegan) {
  const std::string organisations[] = {kBranch, "organisations/scoped-branch",
                                       "organisations/general"};
  struct Listing {
    v1::ListDueRequest request;
    std::vector<std::string> expected, shown;
  };
  const auto line = [](absl::CivilDay day, const std::string& organisation,
                       const std::string& name) {
    return absl::StrCat(FormatDate(day), " ", organisation, " ", name);
  };
  // As the store has it now, by day and then by key.
  const auto stored = [&](absl::CivilDay until) {
    std::vector<std::string> lines;
    const auto snapshot = world_.server().store().TakeSnapshot();
    const auto visit = [&](absl::string_view key, absl::string_view) {
      const DueKeyParts parts = ParseDueKey(key).value();
      const std::string name = absl::StrCat(parts.subject.person_id, "/", parts.subject.id);
      if (parts.day <= until) {
        lines.push_back(line(parts.day, NameOf(kOrganisations, parts.organisation_id), name));
      }
      return true;
    };
    EXPECT_TRUE(snapshot->Scan(Key(kDueTable), Key(kDueTable).End(), visit).ok());
    std::sort(lines.begin(), lines.end());
    return lines;
  };
  std::mt19937 random(20261124);
  const auto dice = [&](int sides) { return static_cast<int>(random() % sides); };
  std::vector<Listing> listings;
  std::vector<std::pair<std::string, absl::CivilDay>> applied;  // and not talked with yet
  int shown_late = 0, ended = 0;
  for (int i = 0; i < 600; ++i) {
    if (dice(2) == 0) {
      const std::string id = absl::StrCat("p", i);
      ASSERT_TRUE(world_.CreatePerson(id, organisations[dice(3)]).ok());
      const std::string name = absl::StrCat("persons/", id, "/cases/c");
      applied.emplace_back(name, kStart + dice(60));
      ASSERT_TRUE(
          world_.Step(name, MakeStep(v1::STEP_KIND_APPLICATION, applied.back().second)).ok());
    } else if (!applied.empty() && dice(4) != 0) {
      // Mostly the earliest: the one at which its organisation's items began.
      auto of = std::min_element(applied.begin(), applied.end(),
                                 [](const auto& a, const auto& b) { return a.second < b.second; });
      if (dice(4) == 0) of = applied.begin() + dice(static_cast<int>(applied.size()));
      ASSERT_TRUE(world_.Step(of->first, MakeStep(v1::STEP_KIND_TALK, of->second)).ok());
      applied.erase(of);
    }
    if (dice(3) == 0) {
      Listing& listing = listings.emplace_back();
      const absl::CivilDay until = AddMonths(kStart, 1) + dice(70);
      listing.request.set_root(kCounty);
      listing.request.set_page_size(1 + dice(20));
      *listing.request.mutable_until() = ToProto(until);
      listing.expected = stored(until);
    }
    if (listings.empty()) continue;
    const size_t at = listings.size() - 1 - dice(std::min<int>(listings.size(), 4));
    Listing& listing = listings[at];
    // A list that was begun shows the moment of its first page.
    if (listing.shown.empty()) {
      listing.expected = stored(FromProto(listing.request.until()).value());
    } else {
      ++shown_late;
    }
    v1::ListDueResponse response;
    const absl::Status status = Invoke(&v1::MembershipService::Stub::ListDue, world_.stub(),
                                       listing.request, &response, kOwnerToken);
    ASSERT_TRUE(status.ok()) << status;
    for (const v1::DueItem& item : response.items()) {
      std::vector<std::string> name = absl::StrSplit(item.development_case(), '/');
      ASSERT_EQ(name.size(), 4u);
      listing.shown.push_back(line(FromProto(item.due_on()).value(), item.organisation(),
                                   absl::StrCat(name[1], "/", name[3])));
    }
    listing.request.set_page_token(response.next_page_token());
    if (!response.next_page_token().empty()) continue;
    EXPECT_EQ(listing.shown, listing.expected) << i;
    listings.erase(listings.begin() + at);
    ++ended;
  }
  EXPECT_GT(shown_late, 100);
  EXPECT_GT(ended, 50);
}

// Counts are what the list has, over the same many cases, the letter of a transfer among them.
TEST_F(DueListTest, CountsByKindWhatTheListHas) {
  const std::string organisations[] = {kBranch, "organisations/scoped-branch",
                                       "organisations/general"};
  for (int i = 0; i < 30; ++i) {
    const std::string id = absl::StrCat("p", i);
    ASSERT_TRUE(world_.CreatePerson(id, organisations[i % 3]).ok());
    const std::string name = absl::StrCat("persons/", id, "/cases/c");
    const absl::CivilDay day = kStart + i * 13 % 11;
    ASSERT_TRUE(world_.Step(name, MakeStep(v1::STEP_KIND_APPLICATION, day)).ok());
    if (i % 4 == 0) continue;
    ASSERT_TRUE(world_.Step(name, MakeStep(v1::STEP_KIND_TALK, day)).ok());
    ASSERT_TRUE(world_.Step(name, MakeStep(v1::STEP_KIND_ACTIVIST_DETERMINATION, day)).ok());
  }
  v1::TransferChanged under_way;
  v1::TransferRecord& transfer = *under_way.mutable_transfer();
  transfer.set_name("transfers/t");
  transfer.set_person("persons/p0");
  transfer.set_from_organisation(kBranch);
  transfer.set_state(v1::TRANSFER_STATE_ISSUED);
  *transfer.add_letters()->mutable_valid_until() = ToProto(kStart + 3);
  *transfer.mutable_letters(0)->mutable_issued_on() = ToProto(kStart);
  std::promise<absl::Status> applied;
  CommitLane::Job job;
  job.actor = "test";
  const DueIndex due_index;  // nothing was listed yet that the service could remember
  job.decide = [&](Txn& txn) { return ApplyTransfer(txn, due_index, under_way); };
  job.done = [&](const absl::Status& status, int64_t) { applied.set_value(status); };
  ASSERT_TRUE(world_.server().lane().Submit(std::move(job)));
  ASSERT_TRUE(applied.get_future().get().ok());

  using Count = std::tuple<v1::DueKind, int64_t, int64_t>;  // kind, due, overdue
  const auto counted = [&](absl::CivilDay until, const std::string& root,
                           const std::string& token = kOwnerToken) {
    v1::CountDueRequest request;
    request.set_root(root);
    *request.mutable_until() = ToProto(until);
    v1::CountDueResponse response;
    const absl::Status status =
        Invoke(&v1::MembershipService::Stub::CountDue, world_.stub(), request, &response, token);
    EXPECT_TRUE(status.ok()) << status;
    std::vector<Count> counts;
    for (const v1::DueCount& one : response.counts()) {
      counts.emplace_back(one.kind(), one.due(), one.overdue());
    }
    return counts;
  };
  const auto listed = [&](absl::CivilDay until, const std::string& root,
                          const std::string& token = kOwnerToken) {
    std::map<v1::DueKind, Count> by_kind;
    for (const v1::DueItem& item : world_.Due(until, 0, root, token)) {
      auto& [kind, due, overdue] = by_kind[item.kind()];
      kind = item.kind();
      ++due;
      const bool late = FromProto(item.due_on()).value() < world_.clock().Today();
      if (late && kind != v1::DUE_KIND_OBJECT_POSSIBLE) ++overdue;
    }
    std::vector<Count> counts;
    for (const auto& [kind, count] : by_kind) counts.push_back(count);
    return counts;
  };
  // Between the first and the last day of each kind, and on the day on which something is due.
  for (absl::CivilDay today : {kStart + 3, AddMonths(kStart, 6) + 4, kObject + 5}) {
    world_.clock().SetToday(today);
    for (absl::CivilDay until : {kStart - 1, kStart + 3, AddMonths(kStart, 1) + 4,
                                 AddMonths(kStart, 6) + 4, absl::CivilDay(2028, 1, 1)}) {
      EXPECT_EQ(counted(until, kCounty), listed(until, kCounty)) << FormatDate(until);
      EXPECT_EQ(counted(until, ""), listed(until, "")) << FormatDate(until);
      EXPECT_EQ(counted(until, "organisations/scoped", kScopedToken),
                listed(until, "organisations/scoped", kScopedToken));
    }
  }
  world_.clock().SetToday(kObject + 99);
  EXPECT_THAT(counted(absl::CivilDay(2028, 1, 1), kCounty),
              ElementsAre(Count(v1::DUE_KIND_TALK, 8, 8), Count(v1::DUE_KIND_INSPECTION, 22, 22),
                          Count(v1::DUE_KIND_OBJECT_POSSIBLE, 22, 0),
                          Count(v1::DUE_KIND_TRANSFER_LETTER, 1, 1)));
}

TEST_F(DueListTest, CountsThirtyDaysAheadAndOnlyWhatTheCallerMaySee) {
  world_.clock().SetToday(kStart);
  Step(v1::STEP_KIND_APPLICATION, kStart);  // due in one month, 30 September
  v1::CountDueRequest request;
  v1::CountDueResponse response;
  const auto count = [&](const std::string& token) {
    response.Clear();
    return Invoke(&v1::MembershipService::Stub::CountDue, world_.stub(), request, &response, token);
  };
  ASSERT_TRUE(count(kOwnerToken).ok());
  EXPECT_EQ(response.counts_size(), 1);
  world_.clock().SetToday(kStart - 1);
  ASSERT_TRUE(count(kOwnerToken).ok());
  EXPECT_EQ(response.counts_size(), 0);
  EXPECT_FALSE(count(kScopedToken).ok());
  request.set_root("organisations/nobody");
  EXPECT_EQ(count(kOwnerToken).code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace zhibu::membership
