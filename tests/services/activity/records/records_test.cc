// Recording and cancelling, through the API.
#include "services/activity/records/records.h"

#include "gmock/gmock.h"
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
using type::v1::ORGANISATION_KIND_PARTY_GROUP;

const CivilDay kDay(2026, 11, 20);

class Recording : public ::testing::Test {
 protected:
  Recording() {
    world_.Organisation("bureau", ORGANISATION_KIND_COMMITTEE);
    world_.Organisation("scoped", ORGANISATION_KIND_BRANCH, "bureau");
    world_.Organisation("group", ORGANISATION_KIND_PARTY_GROUP, "scoped");
    world_.Organisation("other", ORGANISATION_KIND_BRANCH, "bureau");
    world_.FullMembers("scoped", 3);
    world_.FullMembers("other", 2);
    world_.Person("activist", "scoped", {{CivilDay(2026, 1, 1), Stage::STAGE_ACTIVIST}});
    world_.Settle();
  }
  v1::CreateActivityRequest Row(const std::string& id = "a1") {
    return World::Row(id, "scoped", "party-class", kDay);
  }
  int64_t OwnRevision() { return world_.activity().progress("activity")->revision(); }

  World world_;
};

TEST_F(Recording, AnswersTheRecordWithItsFigures) {
  v1::CreateActivityRequest row = Row();
  row.mutable_activity()->set_study_hours(2);
  row.mutable_activity()->set_guests(5);
  row.mutable_activity()->set_host("persons/scoped-m1");
  World::Attend(row, "scoped-m1");
  World::Attend(row, "scoped-m2", v1::PRESENCE_ON_LEAVE);
  World::Attend(row, "activist");
  v1::CreateActivityResponse response;
  ASSERT_TRUE(world_.Create(row, &response).ok());
  EXPECT_EQ(response.revision(), 1);
  EXPECT_EQ(response.activity().name(), "activities/a1");
  EXPECT_EQ(response.activity().should_attend(), 3);
  EXPECT_EQ(response.activity().present(), 1);
  EXPECT_FALSE(response.activity().etag().empty());
  const auto got = world_.Get("a1");
  ASSERT_TRUE(got.ok());
  EXPECT_EQ(got->SerializeAsString(), response.activity().SerializeAsString());
  EXPECT_EQ(got->attendances_size(), 3);
  EXPECT_EQ(got->host(), "persons/scoped-m1");
}

TEST_F(Recording, IgnoresWhatIsAnsweredOnly) {
  v1::CreateActivityRequest row = Row();
  row.mutable_activity()->set_name("activities/another");
  row.mutable_activity()->set_should_attend(99);
  row.mutable_activity()->set_present(98);
  row.mutable_activity()->set_cancelled_reason("作废");
  row.mutable_activity()->set_etag("77");
  row.mutable_activity()->add_corrections()->set_actor("somebody");
  v1::CreateActivityResponse response;
  ASSERT_TRUE(world_.Create(row, &response).ok());
  EXPECT_EQ(response.activity().name(), "activities/a1");
  EXPECT_EQ(response.activity().should_attend(), 3);
  EXPECT_EQ(response.activity().present(), 0);
  EXPECT_EQ(response.activity().cancelled_reason(), "");
  EXPECT_NE(response.activity().etag(), "77");
  EXPECT_THAT(response.activity().corrections(), IsEmpty());
}

TEST_F(Recording, FollowsAPersonFromStepToStep) {
  v1::CreateActivityResponse response;
  ASSERT_TRUE(world_.Create(Row("before"), &response).ok());
  EXPECT_EQ(response.activity().should_attend(), 3);
  world_.Step("activist", "scoped",
              {{CivilDay(2026, 1, 1), Stage::STAGE_ACTIVIST}, {kDay, Stage::STAGE_PROBATIONARY}});
  world_.Settle();
  ASSERT_TRUE(world_.Create(Row("after"), &response).ok());
  EXPECT_EQ(response.activity().should_attend(), 4);
  // The older record keeps the figures under which it was made.
  EXPECT_EQ(world_.Get("before")->should_attend(), 3);
}

TEST_F(Recording, FollowsAPersonToAnotherOrganisation) {
  world_.Person("scoped-m3", "other", {{CivilDay(2015, 7, 1), Stage::STAGE_FULL}});
  world_.Settle();
  v1::CreateActivityResponse response;
  ASSERT_TRUE(world_.Create(Row("here"), &response).ok());
  EXPECT_EQ(response.activity().should_attend(), 2);
  ASSERT_TRUE(world_.Create(World::Row("there", "other", "theme-day", kDay), &response).ok());
  EXPECT_EQ(response.activity().should_attend(), 3);
}

TEST_F(Recording, TakesEverybodyWhereHeOrSheWasOnTheDay) {
  world_.Mover("mover", {{"scoped", CivilDay(2024, 3, 1)}, {"other", kDay}},
               {{CivilDay(2015, 7, 1), Stage::STAGE_FULL}});
  world_.Settle();
  auto attended = [&](const std::string& id, const std::string& organisation, CivilDay day) {
    v1::CreateActivityRequest row = World::Row(id, organisation, "theme-day", day);
    World::Attend(row, "mover");
    v1::CreateActivityResponse response;
    const absl::Status status = world_.Create(row, &response);
    return status.ok() ? absl::StrCat(response.activity().present(), "/",
                                      response.activity().should_attend())
                       : ReasonOf(status);
  };
  EXPECT_EQ(attended("t1", "scoped", kDay - 1), "1/4");
  EXPECT_EQ(attended("t2", "other", kDay - 1), "ATTENDEE_NOT_OF_ORGANISATION");
  EXPECT_EQ(attended("t3", "scoped", kDay), "ATTENDEE_NOT_OF_ORGANISATION");
  EXPECT_EQ(attended("t4", "other", kDay), "1/3");
  // Before the books were opened: with whom the books begin.
  EXPECT_EQ(attended("t5", "scoped", CivilDay(2023, 1, 5)), "1/4");
}

TEST_F(Recording, LetsTheBranchsMembersMeetAsAGroup) {
  v1::CreateActivityRequest row = World::Row("g1", "group", "group-meeting", kDay);
  World::Attend(row, "scoped-m1");
  v1::CreateActivityResponse response;
  ASSERT_TRUE(world_.Create(row, &response).ok());
  EXPECT_EQ(response.activity().present(), 1);
  row = World::Row("g2", "group", "group-meeting", kDay);
  World::Attend(row, "other-m1");
  EXPECT_THAT(ReasonsOf(world_.Create(row)), ElementsAre("ATTENDEE_NOT_OF_ORGANISATION"));
}

TEST_F(Recording, RefusesMalformedRowsWithEveryFieldNamed) {
  v1::CreateActivityRequest row;
  row.set_request_id("r1");
  const absl::Status status = world_.Create(row);
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(ReasonsOf(status), ElementsAre("ACTIVITY_ID_INVALID", "ORGANISATION_INVALID",
                                             "KIND_INVALID", "DATE_INVALID", "TOPIC_INVALID"));
}

TEST_F(Recording, RefusesWithCodeReasonMessageAndRule) {
  struct Case {
    std::function<void(v1::CreateActivityRequest&)> spoil;
    const char *reason, *subject, *says, *article;
  };
  const Case cases[] = {
      {[](auto& r) { *r.mutable_activity()->mutable_date() = ToProto(kToday + 1); },
       "DATE_IN_FUTURE", "activity.date", "2026-11-24晚于今天", ""},
      {[](auto& r) { r.mutable_activity()->set_kind("picnic"); }, "KIND_UNKNOWN", "activity.kind",
       "目录中没有picnic", ""},
      {[](auto& r) { r.mutable_activity()->set_kind("group-meeting"); },
       "KIND_NOT_FOR_ORGANISATION", "activity.kind", "不开展党小组会", "第十三条"},
      {[](auto& r) { r.mutable_activity()->set_organisation("organisations/nowhere"); },
       "ORGANISATION_NOT_THERE", "activity.organisation", "不存在", ""},
      {[](auto& r) { *r.mutable_activity()->mutable_date() = ToProto(CivilDay(2019, 12, 31)); },
       "ORGANISATION_NOT_THERE", "activity.organisation", "2019-12-31", ""},
      {[](auto& r) { r.mutable_activity()->set_study_hours(5); }, "STUDY_HOURS_ABOVE_KIND",
       "activity.study_hours", "党课每次最多计4学时", ""},
      {[](auto& r) { World::Attend(r, "other-m1"); }, "ATTENDEE_NOT_OF_ORGANISATION",
       "activity.attendances[0].person", "第1条出席记录的人员在2026-11-20不属于", ""},
      {[](auto& r) {
         World::Attend(r, "scoped-m1");
         World::Attend(r, "scoped-m1");
       },
       "ATTENDEE_TWICE", "activity.attendances[1].person", "第2条出席记录与前面的重复", ""},
  };
  for (const Case& c : cases) {
    v1::CreateActivityRequest row = Row();
    c.spoil(row);
    const absl::Status status = world_.Create(row);
    EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition) << c.reason;
    const auto findings = FindingsOf(status);
    ASSERT_EQ(findings.size(), 1u) << c.reason;
    EXPECT_EQ(findings[0].reason(), c.reason);
    EXPECT_EQ(findings[0].subject(), c.subject);
    EXPECT_THAT(findings[0].message(), HasSubstr(c.says));
    EXPECT_EQ(findings[0].citation().article(), c.article);
    EXPECT_THAT(findings[0].message(), Not(HasSubstr("other-m1")));
  }
  EXPECT_EQ(OwnRevision(), 0);
}

TEST_F(Recording, RefusesAnIdThatIsTaken) {
  ASSERT_TRUE(world_.Create(Row()).ok());
  v1::CreateActivityRequest again = Row();
  again.set_request_id("r2");
  const absl::Status status = world_.Create(again);
  EXPECT_EQ(status.code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(ReasonOf(status), "ACTIVITY_EXISTS");
  EXPECT_THAT(std::string(status.message()), HasSubstr("已经存在"));
}

TEST_F(Recording, AnswersARepeatedRequestOnce) {
  v1::CreateActivityResponse first, second;
  ASSERT_TRUE(world_.Create(Row(), &first).ok());
  ASSERT_TRUE(world_.Create(Row(), &second).ok());
  EXPECT_EQ(first.SerializeAsString(), second.SerializeAsString());
  EXPECT_EQ(OwnRevision(), 1);
  v1::CreateActivityRequest other = Row("a2");
  other.set_request_id(Row().request_id());
  EXPECT_EQ(ReasonOf(world_.Create(other)), "REQUEST_ID_REUSED");
}

TEST_F(Recording, JudgesWithoutWritingWhereOnlyAsked) {
  v1::CreateActivityRequest row = Row();
  row.set_validate_only(true);
  v1::CreateActivityResponse response;
  ASSERT_TRUE(world_.Create(row, &response).ok());
  EXPECT_EQ(response.activity().should_attend(), 3);
  EXPECT_EQ(response.revision(), 0);
  EXPECT_EQ(world_.Get("a1").status().code(), StatusCode::kNotFound);
  row.mutable_activity()->set_kind("picnic");
  EXPECT_EQ(ReasonOf(world_.Create(row)), "KIND_UNKNOWN");
}

TEST_F(Recording, KeepsToTheCallersScope) {
  EXPECT_TRUE(world_.Create(Row("mine"), nullptr, kScopedToken).ok());
  EXPECT_TRUE(
      world_.Create(World::Row("ours", "group", "group-meeting", kDay), nullptr, kScopedToken)
          .ok());
  const auto theirs = World::Row("theirs", "other", "party-class", kDay);
  EXPECT_EQ(world_.Create(theirs, nullptr, kScopedToken).code(), StatusCode::kNotFound);
  EXPECT_EQ(world_.Create(Row("r"), nullptr, kReaderToken).code(), StatusCode::kPermissionDenied);
  ASSERT_TRUE(world_.Create(theirs).ok());
  EXPECT_TRUE(world_.Get("mine", kScopedToken).ok());
  // What is not visible looks like what is not there.
  const absl::Status hidden = world_.Get("theirs", kScopedToken).status();
  EXPECT_EQ(hidden.code(), StatusCode::kNotFound);
  EXPECT_THAT(std::string(hidden.message()), Not(HasSubstr("other")));
  const std::string etag = world_.Get("theirs")->etag();
  EXPECT_EQ(world_.Cancel("theirs", etag, nullptr, kScopedToken).code(), StatusCode::kNotFound);
}

class Batches : public Recording {
 protected:
  absl::Status Send(const std::vector<v1::CreateActivityRequest>& rows,
                    v1::BatchCreateActivitiesResponse* response,
                    const std::string& token = kOwnerToken) {
    v1::BatchCreateActivitiesRequest request;
    for (const auto& row : rows) *request.add_requests() = row;
    request.set_request_id(absl::StrCat("batch-", ++sent_));
    return Invoke(&v1::ActivityService::Stub::BatchCreateActivities, world_.stub(), request,
                  response, token);
  }
  int sent_ = 0;
  v1::BatchCreateActivitiesResponse response_;
};

TEST_F(Batches, AreOneRevision) {
  ASSERT_TRUE(
      Send({Row("a1"), Row("a2"), World::Row("b1", "other", "theme-day", kDay)}, &response_).ok());
  EXPECT_THAT(response_.names(), ElementsAre("activities/a1", "activities/a2", "activities/b1"));
  EXPECT_EQ(response_.revision(), 1);
  EXPECT_EQ(world_.Get("b1")->should_attend(), 2);
}

TEST_F(Batches, StoreNothingWhereOneRowIsRefusedAndNameEveryRow) {
  v1::CreateActivityRequest bad = Row("a2");
  bad.mutable_activity()->set_kind("picnic");
  v1::CreateActivityRequest worse = Row("a3");
  World::Attend(worse, "other-m1");
  const absl::Status status = Send({Row("a1"), bad, worse}, &response_);
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  const auto findings = FindingsOf(status);
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0].subject(), "requests[1].activity.kind");
  EXPECT_EQ(findings[1].subject(), "requests[2].activity.attendances[0].person");
  EXPECT_EQ(world_.Get("a1").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(OwnRevision(), 0);
}

TEST_F(Batches, RefuseTheSameIdTwiceARowOutOfScopeAndWrongSizes) {
  EXPECT_EQ(ReasonOf(Send({Row("a1"), Row("a1")}, &response_)), "ACTIVITY_EXISTS");
  EXPECT_EQ(
      Send({Row("a1"), World::Row("b1", "other", "theme-day", kDay)}, &response_, kScopedToken)
          .code(),
      StatusCode::kNotFound);
  EXPECT_EQ(ReasonOf(Send({}, &response_)), "BATCH_SIZE_INVALID");
  EXPECT_EQ(ReasonOf(Send(std::vector<v1::CreateActivityRequest>(2001, Row()), &response_)),
            "BATCH_SIZE_INVALID");
}

class Cancelling : public Recording {
 protected:
  Cancelling() {
    v1::CreateActivityResponse created;
    EXPECT_TRUE(world_.Create(Row(), &created).ok());
    etag_ = created.activity().etag();
  }
  std::string etag_;
};

TEST_F(Cancelling, LeavesTheRecordVisibleWithItsReason) {
  v1::CancelActivityResponse response;
  ASSERT_TRUE(world_.Cancel("a1", etag_, &response).ok());
  EXPECT_EQ(response.activity().cancelled_reason(), "重复登记");
  EXPECT_NE(response.activity().etag(), etag_);
  EXPECT_EQ(response.revision(), 2);
  EXPECT_EQ(world_.Get("a1")->SerializeAsString(), response.activity().SerializeAsString());
}

TEST_F(Cancelling, RefusesASecondTime) {
  v1::CancelActivityResponse response;
  ASSERT_TRUE(world_.Cancel("a1", etag_, &response).ok());
  const absl::Status status = world_.Cancel("a1", response.activity().etag());
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(ReasonsOf(status), ElementsAre("ALREADY_CANCELLED"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("已经作废"));
}

TEST_F(Cancelling, RefusesAStaleOrMissingEtag) {
  ASSERT_TRUE(world_.Cancel("a1", etag_).ok());
  const absl::Status stale = world_.Cancel("a1", etag_);
  EXPECT_EQ(stale.code(), StatusCode::kAborted);
  EXPECT_EQ(ReasonOf(stale), "ETAG_STALE");
  const absl::Status missing = world_.Cancel("a1", "");
  EXPECT_EQ(missing.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(ReasonsOf(missing), ElementsAre("ETAG_REQUIRED"));
}

TEST_F(Cancelling, RefusesWhatIsNotThere) {
  EXPECT_EQ(world_.Cancel("a9", "1").code(), StatusCode::kNotFound);
}

}  // namespace
}  // namespace zhibu::activity
