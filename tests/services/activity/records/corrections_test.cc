// Putting activities right, through the API: afterwards all is as if it had been recorded right.
#include <functional>
#include <map>
#include <random>

#include "gmock/gmock.h"
#include "services/activity/books/tables.h"
#include "services/activity/records/records.h"
#include "tests/services/activity/world.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::activity {
namespace {

using absl::CivilDay;
using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using type::v1::ORGANISATION_KIND_BRANCH;
using type::v1::ORGANISATION_KIND_COMMITTEE;

const CivilDay kDay(2026, 11, 20);

void Populate(World& world) {
  world.Organisation("bureau", ORGANISATION_KIND_COMMITTEE);
  world.Organisation("scoped", ORGANISATION_KIND_BRANCH, "bureau");
  world.Organisation("other", ORGANISATION_KIND_BRANCH, "bureau");
  world.FullMembers("scoped", 4);
  world.FullMembers("other", 3);
  world.Person("scoped-new", "scoped", {{CivilDay(2026, 6, 1), Stage::STAGE_PROBATIONARY}});
  world.Settle();
}

class CorrectingActivities : public ::testing::Test {
 protected:
  CorrectingActivities() {
    Populate(world_);
    v1::CreateActivityRequest row = World::Row("a1", "scoped", "party-class", kDay);
    row.mutable_activity()->set_study_hours(2);
    World::Attend(row, "scoped-m1");
    World::Attend(row, "scoped-m2", v1::PRESENCE_ABSENT);
    v1::CreateActivityResponse response;
    EXPECT_TRUE(world_.Create(row, &response).ok());
    activity_ = response.activity();
  }
  int64_t OwnRevision() { return world_.activity().progress("activity")->revision(); }
  absl::Status Send(const v1::CorrectActivityRequest& request, v1::Activity* now = nullptr,
                    const std::string& token = kOwnerToken) {
    v1::CorrectActivityResponse response;
    const absl::Status status = Invoke(&v1::ActivityService::Stub::CorrectActivity, world_.stub(),
                                       request, &response, token);
    if (now != nullptr) *now = response.activity();
    return status;
  }

  World world_;
  v1::Activity activity_;
};

TEST_F(CorrectingActivities, ShowWhatStoodThereByWhomAndWhy) {
  v1::Activity right = activity_;
  right.set_topic("专题学习");
  right.set_study_hours(3);
  right.set_guests(9);  // not in the mask
  v1::CorrectActivityRequest request = world_.Correction(right, {"study_hours", "topic"});
  request.mutable_correction()->set_authority("organisations/bureau");
  request.mutable_correction()->set_document_number("教组发〔2026〕7号");
  v1::Activity now;
  ASSERT_TRUE(Send(request, &now).ok());
  EXPECT_EQ(now.topic(), "专题学习");
  EXPECT_EQ(now.study_hours(), 3);
  EXPECT_EQ(now.guests(), 0);
  EXPECT_NE(now.etag(), activity_.etag());
  ASSERT_EQ(now.corrections_size(), 1);
  const type::v1::RecordedCorrection& recorded = now.corrections(0);
  EXPECT_EQ(recorded.subject(), "");
  EXPECT_EQ(recorded.correction().SerializeAsString(), request.correction().SerializeAsString());
  EXPECT_EQ(*FromProto(recorded.recorded_on()), kToday);
  EXPECT_FALSE(recorded.actor().empty());
  ASSERT_EQ(recorded.fields_size(), 2);
  EXPECT_EQ(recorded.fields(0).path(), "topic");
  EXPECT_EQ(recorded.fields(0).was(), "\"学习\"");
  EXPECT_EQ(recorded.fields(1).path(), "study_hours");
  EXPECT_EQ(recorded.fields(1).was(), "2");
  EXPECT_EQ(world_.Get("a1")->SerializeAsString(), now.SerializeAsString());
  EXPECT_EQ(OwnRevision(), 2);
  // A second one stands after the first, and a cancellation keeps both.
  now.set_topic("再次更正");
  ASSERT_TRUE(world_.Correct(now, {"topic"}, &now).ok());
  EXPECT_EQ(now.corrections_size(), 2);
  ASSERT_TRUE(world_.Cancel("a1", now.etag()).ok());
  EXPECT_EQ(world_.Get("a1")->corrections_size(), 2);
}

TEST_F(CorrectingActivities, MoveTheActivityToAnotherBranchAndDay) {
  v1::Activity right = activity_;
  right.set_organisation("organisations/other");
  *right.mutable_date() = ToProto(CivilDay(2026, 9, 5));
  right.clear_attendances();
  right.add_attendances()->set_person("persons/other-m1");
  right.mutable_attendances(0)->set_presence(v1::PRESENCE_PRESENT);
  v1::Activity now;
  ASSERT_TRUE(world_.Correct(right, {"organisation", "date", "attendances"}, &now).ok());
  EXPECT_EQ(now.should_attend(), 3);
  EXPECT_EQ(now.present(), 1);
  EXPECT_EQ(now.attendances_size(), 1);
  EXPECT_EQ(*world_.StudyHours("scoped", 2026),
            (std::vector<std::string>{"persons/scoped-m1 0/32", "persons/scoped-m2 0/32",
                                      "persons/scoped-m3 0/32", "persons/scoped-m4 0/32",
                                      "persons/scoped-new 0/32"}));
  EXPECT_EQ(world_.StudyHours("other", 2026)->front(), "persons/other-m1 2/32");
}

// 应到 and 实到 are what was known when they were made; a topic does not make them again.
TEST_F(CorrectingActivities, LeaveTheFiguresWhereNothingThatMakesThemIsWrong) {
  world_.Person("late", "scoped", {{CivilDay(2020, 1, 1), Stage::STAGE_FULL}});
  world_.Settle();
  v1::Activity right = activity_;
  right.set_topic("专题学习");
  v1::Activity now;
  ASSERT_TRUE(world_.Correct(right, {"topic"}, &now).ok());
  EXPECT_EQ(now.should_attend(), activity_.should_attend());
  now.mutable_attendances(1)->set_presence(v1::PRESENCE_PRESENT);
  ASSERT_TRUE(world_.Correct(now, {"attendances"}, &now).ok());
  EXPECT_EQ(now.should_attend(), activity_.should_attend() + 1);
  EXPECT_EQ(now.present(), 2);
}

TEST_F(CorrectingActivities, RefuseWhatRecordingRefuses) {
  struct Case {
    std::function<void(v1::Activity&)> spoil;
    std::vector<std::string> paths;
    StatusCode code;
    const char* reason;
  };
  constexpr StatusCode kMalformed = StatusCode::kInvalidArgument;
  constexpr StatusCode kRefused = StatusCode::kFailedPrecondition;
  const Case cases[] = {
      {[](auto& a) { a.set_organisation("scoped"); },
       {"organisation"},
       kMalformed,
       "ORGANISATION_INVALID"},
      {[](auto& a) { a.clear_kind(); }, {"kind"}, kMalformed, "KIND_INVALID"},
      {[](auto& a) { a.mutable_date()->set_month(13); }, {"date"}, kMalformed, "DATE_INVALID"},
      {[](auto& a) { a.set_topic("一\n二"); }, {"topic"}, kMalformed, "TOPIC_INVALID"},
      {[](auto& a) { a.set_study_hours(9); }, {"study_hours"}, kMalformed, "STUDY_HOURS_INVALID"},
      {[](auto& a) { a.set_host("somebody"); }, {"host"}, kMalformed, "HOST_INVALID"},
      {[](auto& a) { a.set_guests(-1); }, {"guests"}, kMalformed, "GUESTS_INVALID"},
      {[](auto& a) { a.mutable_attendances(0)->set_person("m1"); },
       {"attendances"},
       kMalformed,
       "ATTENDEE_INVALID"},
      {[](auto& a) { a.mutable_attendances(0)->clear_presence(); },
       {"attendances"},
       kMalformed,
       "PRESENCE_REQUIRED"},
      {[](auto& a) { *a.mutable_date() = ToProto(kToday + 1); },
       {"date"},
       kRefused,
       "DATE_IN_FUTURE"},
      {[](auto& a) { *a.mutable_date() = ToProto(CivilDay(2019, 1, 1)); },
       {"date"},
       kRefused,
       "ORGANISATION_NOT_THERE"},
      {[](auto& a) { a.set_organisation("organisations/nowhere"); },
       {"organisation"},
       kRefused,
       "ORGANISATION_NOT_THERE"},
      {[](auto& a) { a.set_kind("picnic"); }, {"kind"}, kRefused, "KIND_UNKNOWN"},
      {[](auto& a) { a.set_kind("group-meeting"); },
       {"kind"},
       kRefused,
       "KIND_NOT_FOR_ORGANISATION"},
      // Two hours are recorded, and the right kind earns none.
      {[](auto& a) { a.set_kind("committee-meeting"); },
       {"kind"},
       kRefused,
       "STUDY_HOURS_ABOVE_KIND"},
      {[](auto& a) { a.mutable_attendances(0)->set_person("persons/other-m1"); },
       {"attendances"},
       kRefused,
       "ATTENDEE_NOT_OF_ORGANISATION"},
      {[](auto& a) { *a.add_attendances() = a.attendances(0); },
       {"attendances"},
       kRefused,
       "ATTENDEE_TWICE"},
  };
  const std::string before = world_.Get("a1")->SerializeAsString();
  for (const Case& c : cases) {
    v1::Activity spoilt = activity_;
    c.spoil(spoilt);
    const absl::Status status = world_.Correct(spoilt, c.paths);
    EXPECT_EQ(status.code(), c.code) << c.reason;
    const auto findings = FindingsOf(status);
    ASSERT_EQ(findings.size(), 1u) << c.reason;
    EXPECT_EQ(findings[0].reason(), c.reason);
    EXPECT_THAT(findings[0].subject(), HasSubstr("activity."));
    EXPECT_THAT(findings[0].message(), Not(HasSubstr("other-m1")));
  }
  EXPECT_EQ(world_.Get("a1")->SerializeAsString(), before);
  EXPECT_EQ(OwnRevision(), 1);
  // Those who took part are of the branch that was recorded wrongly: they have to be put right too.
  v1::Activity moved = activity_;
  moved.set_organisation("organisations/other");
  EXPECT_THAT(ReasonsOf(world_.Correct(moved, {"organisation"})),
              ElementsAre("ATTENDEE_NOT_OF_ORGANISATION", "ATTENDEE_NOT_OF_ORGANISATION"));
}

TEST_F(CorrectingActivities, RefuseWhatIsNoCorrection) {
  v1::CorrectActivityRequest request;
  request.set_request_id("empty");
  EXPECT_THAT(ReasonsOf(Send(request)),
              ElementsAre("NAME_INVALID", "ETAG_REQUIRED", "CORRECTION_REASON_INVALID",
                          "UPDATE_MASK_INVALID"));
  for (const char* path : {"name", "etag", "should_attend", "present", "cancelled_reason",
                           "corrections", "attendances.person"}) {
    EXPECT_THAT(ReasonsOf(world_.Correct(activity_, {path})), ElementsAre("UPDATE_MASK_INVALID"))
        << path;
  }
  const absl::Status same = world_.Correct(activity_, {"topic", "attendances"});
  EXPECT_EQ(same.code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(same), "NOTHING_TO_CORRECT");
  v1::Activity right = activity_;
  right.set_topic("专题学习");
  right.set_etag("stale");
  EXPECT_EQ(ReasonOf(world_.Correct(right, {"topic"})), "ETAG_STALE");
  right.set_etag(activity_.etag());
  right.set_name("activities/a9");
  EXPECT_EQ(world_.Correct(right, {"topic"}).code(), StatusCode::kNotFound);
  EXPECT_EQ(OwnRevision(), 1);
}

TEST_F(CorrectingActivities, RefuseACancelledOne) {
  v1::CancelActivityResponse cancelled;
  ASSERT_TRUE(world_.Cancel("a1", activity_.etag(), &cancelled).ok());
  v1::Activity right = cancelled.activity();
  right.set_topic("专题学习");
  const absl::Status status = world_.Correct(right, {"topic"});
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(ReasonsOf(status), ElementsAre("ALREADY_CANCELLED"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("已经作废"));
}

TEST_F(CorrectingActivities, KeepToTheCallersScopeOnBothSides) {
  v1::Activity right = activity_;
  right.set_topic("专题学习");
  right.set_organisation("organisations/other");
  right.clear_attendances();
  EXPECT_EQ(world_.Correct(right, {"organisation", "attendances"}, nullptr, kScopedToken).code(),
            StatusCode::kNotFound);
  v1::Activity now;
  ASSERT_TRUE(world_.Correct(right, {"topic"}, &now, kScopedToken).ok());
  EXPECT_EQ(now.organisation(), "organisations/scoped");
  EXPECT_EQ(world_.Correct(now, {"topic"}, nullptr, kReaderToken).code(),
            StatusCode::kPermissionDenied);
  right.set_etag(now.etag());
  ASSERT_TRUE(world_.Correct(right, {"organisation", "attendances"}, &now).ok());
  now.set_topic("不可见");
  EXPECT_EQ(world_.Correct(now, {"topic"}, nullptr, kScopedToken).code(), StatusCode::kNotFound);
}

TEST_F(CorrectingActivities, AreJudgedWithoutWritingWhereOnlyAskedAndMadeOnce) {
  v1::Activity right = activity_;
  right.set_topic("专题学习");
  v1::CorrectActivityRequest request = world_.Correction(right, {"topic"});
  request.set_validate_only(true);
  v1::Activity judged, first, second;
  ASSERT_TRUE(Send(request, &judged).ok());
  EXPECT_EQ(judged.topic(), "专题学习");
  EXPECT_EQ(world_.Get("a1")->topic(), "学习");
  request.set_validate_only(false);
  ASSERT_TRUE(Send(request, &first).ok());
  ASSERT_TRUE(Send(request, &second).ok());
  EXPECT_EQ(first.SerializeAsString(), second.SerializeAsString());
  EXPECT_EQ(OwnRevision(), 2);
}

// The rows of all activities and what is looked up about them, without what tells that there was a
// correction.
std::map<std::string, std::string> TablesOf(World& world) {
  std::map<std::string, std::string> rows;
  const auto snapshot = world.activity().store().TakeSnapshot();
  const std::string begin(1, static_cast<char>(kByOrganisationTable));
  const std::string end(1, static_cast<char>(kStudyHoursTable + 1));
  EXPECT_TRUE(snapshot
                  ->Scan(begin, end,
                         [&](absl::string_view key, absl::string_view value) {
                           rows[std::string(key)] = std::string(value);
                           return true;
                         })
                  .ok());
  for (int i = 0; i < 40; ++i) {
    const auto activity = FindActivity(*snapshot, absl::StrCat("a", i));
    EXPECT_TRUE(activity.ok());
    if (!activity.ok() || !*activity) continue;
    v1::Activity without = **activity;
    without.clear_etag();
    without.clear_corrections();
    rows[without.name()] = without.SerializeAsString();
  }
  return rows;
}

TEST(CorrectedActivities, AreAsIfTheyHadBeenRecordedRight) {
  const std::vector<std::string> all = {"organisation", "kind", "date",   "topic",
                                        "study_hours",  "host", "guests", "attendances"};
  int moved = 0;
  for (int seed = 1; seed <= 3; ++seed) {
    std::mt19937 random(seed);
    const auto draw = [&](int n) { return static_cast<int>(random() % n); };
    const auto row = [&](int i) {
      const char* organisations[] = {"scoped", "other"};
      const char* kinds[] = {"branch-meeting", "party-class", "theme-day"};
      const std::string organisation = organisations[draw(2)];
      auto made = World::Row(absl::StrCat("a", i), organisation, kinds[draw(3)],
                             CivilDay(2026, 1, 1) + draw(320));
      v1::Activity& activity = *made.mutable_activity();
      activity.set_topic(absl::StrCat("学习", draw(3)));
      activity.set_study_hours(draw(5));
      activity.set_guests(draw(3));
      if (draw(2) == 0) activity.set_host(absl::StrCat("persons/", organisation, "-m1"));
      for (int m = 1; m <= 3; ++m) {
        if (draw(3) == 0) continue;
        World::Attend(made, absl::StrCat(organisation, "-m", m),
                      static_cast<v1::Presence>(1 + draw(3)));
      }
      return made;
    };
    World corrected, recorded;
    Populate(corrected);
    Populate(recorded);
    for (int i = 0; i < 40; ++i) {
      const auto wrong = row(i), right = row(i);
      v1::CreateActivityResponse made;
      ASSERT_TRUE(corrected.Create(wrong, &made).ok());
      v1::Activity activity = right.activity();
      activity.set_name(made.activity().name());
      activity.set_etag(made.activity().etag());
      const absl::Status status = corrected.Correct(activity, all);
      ASSERT_TRUE(status.ok()) << status;
      ASSERT_TRUE(recorded.Create(right).ok());
      moved += wrong.activity().organisation() != right.activity().organisation();
    }
    EXPECT_EQ(TablesOf(corrected), TablesOf(recorded)) << "seed " << seed;
    for (const char* organisation : {"scoped", "other"}) {
      for (int month = 1; month <= 11; ++month) {
        const CivilDay day(2026, month, 15);
        v1::ListOwedResponse one = *corrected.Owed(organisation, day);
        v1::ListOwedResponse other = *recorded.Owed(organisation, day);
        one.clear_revision();
        other.clear_revision();
        EXPECT_EQ(one.SerializeAsString(), other.SerializeAsString()) << organisation << month;
      }
      EXPECT_EQ(*corrected.StudyHours(organisation, 2026),
                *recorded.StudyHours(organisation, 2026));
    }
  }
  EXPECT_GT(moved, 20);
}

}  // namespace
}  // namespace zhibu::activity
