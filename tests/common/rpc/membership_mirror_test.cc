#include "common/rpc/membership_mirror.h"

#include <map>

#include "common/base/civil.h"
#include "common/base/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/map_store.h"
#include "zhibu/membership/v1/events.pb.h"
#include "zhibu/membership/v1/reveal.pb.h"
#include "zhibu/membership/v1/quota.pb.h"

namespace zhibu {
namespace {

using absl::CivilDay;
using membership::v1::PersonChanged;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr CivilDay kRegistered(2020, 1, 10), kMoved(2023, 9, 1), kFull(2022, 3, 1);

class MirrorOfMembership : public testing::Test {
 protected:
  absl::Status Apply(const google::protobuf::Message& event) {
    google::protobuf::Any any;
    any.PackFrom(event);
    const std::unique_ptr<Snapshot> base = store_.TakeSnapshot(ReadTier::kAll);
    Txn txn(*base);
    changes_.clear();
    ZHIBU_RETURN_IF_ERROR(
        mirror_.Apply(txn, any,
                      [&](const std::string& id, const rpc::MirroredPerson* before,
                          const rpc::MirroredPerson* now) {
                        changes_.push_back(absl::StrCat(id, ":", before ? KeptNow(*before) : "-",
                                                        ">", now ? KeptNow(*now) : "-"));
                        return absl::OkStatus();
                      }));
    return store_.CommitSynced(txn.writes());
  }
  static PersonChanged Person(const std::string& id, const std::string& organisation) {
    PersonChanged event;
    event.set_name("persons/" + id);
    event.set_organisation("organisations/" + organisation);
    *event.mutable_registered_on() = ToProto(kRegistered);
    Keep(event, organisation, kRegistered);
    return event;
  }
  // From a day on kept by another organisation, or by none.
  static void Keep(PersonChanged& event, const std::string& organisation, CivilDay from) {
    if (!event.affiliations().empty()) {
      *event.mutable_affiliations()->rbegin()->mutable_valid_to() = ToProto(from);
    }
    if (organisation.empty()) return;
    auto& stay = *event.add_affiliations();
    stay.set_organisation("organisations/" + organisation);
    *stay.mutable_valid_from() = ToProto(from);
    event.set_organisation("organisations/" + organisation);
  }
  template <typename Event>
  static void Reach(Event& event, membership::v1::Stage stage, CivilDay from) {
    auto& change = *event.add_stages();
    change.set_stage(stage);
    *change.mutable_valid_from() = ToProto(from);
  }
  // "p since here/stage since stage" of each.
  std::vector<std::string> Members(const std::string& organisation, CivilDay day) {
    const std::vector<MirroredMember> members =
        mirror_.MembersOn(*store_.TakeSnapshot(ReadTier::kAll), organisation, day).value();
    std::vector<std::string> shown;
    for (const MirroredMember& member : members) {
      shown.push_back(absl::StrCat(member.person_id, " ", FormatDate(member.here_since), " ",
                                   member.stage, " ", FormatDate(member.stage_since)));
    }
    return shown;
  }
  std::string Where(const std::string& person, CivilDay day) {
    return mirror_.OrganisationOn(*store_.TakeSnapshot(ReadTier::kAll), person, day).value();
  }

  MapStore store_;
  const MembershipMirror mirror_{{0x40, 0x41}};
  std::vector<std::string> changes_;
};

TEST_F(MirrorOfMembership, KnowsWhoBelongedWhereOnEveryDay) {
  PersonChanged p = Person("p", "old");
  Reach(p, membership::v1::STAGE_FULL, kFull);
  ASSERT_TRUE(Apply(p).ok());
  EXPECT_THAT(changes_, ElementsAre("p:->old"));
  ASSERT_TRUE(Apply(Person("q", "old")).ok());
  Keep(p, "new", kMoved);
  ASSERT_TRUE(Apply(p).ok());
  EXPECT_THAT(changes_, ElementsAre("p:old>new"));

  EXPECT_EQ(Where("p", kRegistered - 1), "");
  EXPECT_EQ(Where("p", kRegistered), "old");
  EXPECT_EQ(Where("p", kMoved - 1), "old");
  EXPECT_EQ(Where("p", kMoved), "new");
  EXPECT_EQ(Where("nobody", kMoved), "");
  EXPECT_THAT(Members("old", kRegistered - 1), IsEmpty());
  EXPECT_THAT(Members("old", kFull - 1),
              ElementsAre("p 2020-01-10 0 0001-01-01", "q 2020-01-10 0 0001-01-01"));
  const std::string full = absl::StrCat(membership::v1::STAGE_FULL);
  EXPECT_THAT(Members("old", kMoved - 1),
              ElementsAre("p 2020-01-10 " + full + " 2022-03-01", "q 2020-01-10 0 0001-01-01"));
  EXPECT_THAT(Members("old", kMoved), ElementsAre("q 2020-01-10 0 0001-01-01"));
  EXPECT_THAT(Members("new", kMoved - 1), IsEmpty());
  EXPECT_THAT(Members("new", kMoved), ElementsAre("p 2023-09-01 " + full + " 2022-03-01"));
}

TEST_F(MirrorOfMembership, LetsGoOfWhoLeftTheBooksAndTakesThemBack) {
  PersonChanged p = Person("p", "old");
  Keep(p, "", kMoved);
  ASSERT_TRUE(Apply(p).ok());
  EXPECT_THAT(Members("old", kMoved - 1), SizeIs(1));
  EXPECT_THAT(Members("old", kMoved), IsEmpty());
  EXPECT_EQ(Where("p", kMoved), "");
  EXPECT_THAT(changes_, ElementsAre("p:->"));
  auto& again = *p.add_affiliations();
  again.set_organisation("organisations/old");
  *again.mutable_valid_from() = ToProto(kMoved + 10);
  ASSERT_TRUE(Apply(p).ok());
  EXPECT_EQ(Where("p", kMoved + 9), "");
  EXPECT_THAT(Members("old", kMoved + 10), SizeIs(1));
}

TEST_F(MirrorOfMembership, ForgetsAPlaceThatACorrectionTookBack) {
  ASSERT_TRUE(Apply(Person("p", "wrong")).ok());
  ASSERT_TRUE(Apply(Person("p", "right")).ok());
  EXPECT_THAT(Members("wrong", kMoved), IsEmpty());
  EXPECT_THAT(Members("right", kMoved), SizeIs(1));
}

TEST_F(MirrorOfMembership, TakesStagesFromStepsAndFromWhatHappensBesideThem) {
  ASSERT_TRUE(Apply(Person("p", "o")).ok());
  membership::v1::StepRecorded step;
  step.set_name("persons/p/cases/c");
  Reach(step, membership::v1::STAGE_APPLICANT, kFull);
  step.mutable_stages(0)->set_organisation("organisations/leading");
  *step.mutable_stages(0)->mutable_approved_on() = ToProto(kFull + 3);
  ASSERT_TRUE(Apply(step).ok());
  rpc::MirroredPerson person = *mirror_.Find(*store_.TakeSnapshot(ReadTier::kAll), "p").value();
  EXPECT_EQ(StageOn(person, kFull - 1), nullptr);
  ASSERT_NE(StageOn(person, kFull), nullptr);
  EXPECT_EQ(StageOn(person, kFull)->organisation_id(), "leading");
  EXPECT_EQ(StageOn(person, kFull)->approved_on(), DayNumber(kFull + 3));
  EXPECT_EQ(LastStage(person), membership::v1::STAGE_APPLICANT);

  membership::v1::CaseEventRecorded beside;
  beside.set_name("persons/p/cases/c");
  Reach(beside, membership::v1::STAGE_APPLICANT, kFull);
  Reach(beside, membership::v1::STAGE_ENDED, kMoved);
  ASSERT_TRUE(Apply(beside).ok());
  EXPECT_THAT(
      Members("o", kMoved),
      ElementsAre(absl::StrCat("p 2020-01-10 ", membership::v1::STAGE_ENDED, " 2023-09-01")));
}

TEST_F(MirrorOfMembership, DropsARecordThatWasMergedIntoAnother) {
  ASSERT_TRUE(Apply(Person("p", "o")).ok());
  ASSERT_TRUE(Apply(Person("twin", "o")).ok());
  membership::v1::PersonMerged merged;
  merged.set_kept("persons/p");
  merged.set_dropped("persons/twin");
  ASSERT_TRUE(Apply(merged).ok());
  EXPECT_THAT(changes_, ElementsAre("twin:o>-"));
  EXPECT_THAT(Members("o", kMoved), SizeIs(1));
  EXPECT_EQ(Where("twin", kMoved), "");
}

TEST_F(MirrorOfMembership, KeepsNoListsForAServiceThatNeverAsksForThem) {
  const MembershipMirror alone{{.persons = 0x50}};
  const std::unique_ptr<Snapshot> base = store_.TakeSnapshot(ReadTier::kAll);
  Txn txn(*base);
  google::protobuf::Any any;
  any.PackFrom(Person("p", "o"));
  ASSERT_TRUE(alone.Apply(txn, any).ok());
  EXPECT_THAT(txn.writes(), SizeIs(1));
  EXPECT_EQ(alone.OrganisationOn(txn, "p", kMoved).value(), "o");
  EXPECT_THAT(alone.MembersOn(txn, "o", kMoved).value(), IsEmpty());
}

TEST_F(MirrorOfMembership, TakesARecordFromBeforePlacesHadDates) {
  PersonChanged p = Person("p", "o");
  p.clear_affiliations();
  ASSERT_TRUE(Apply(p).ok());
  EXPECT_EQ(Where("p", kRegistered - 1), "");
  EXPECT_EQ(Where("p", kRegistered), "o");
}

TEST_F(MirrorOfMembership, RefusesWhatASoundSourceDoesNotSendAndPassesOverTheRest) {
  EXPECT_TRUE(absl::IsDataLoss(Apply(PersonChanged())));
  membership::v1::StepRecorded step;
  EXPECT_TRUE(absl::IsDataLoss(Apply(step)));
  step.set_name("persons/nobody/cases/c");
  EXPECT_TRUE(absl::IsDataLoss(Apply(step)));
  EXPECT_TRUE(absl::IsDataLoss(Apply(membership::v1::PersonMerged())));
  EXPECT_TRUE(Apply(membership::v1::QuotaChanged()).ok());
  EXPECT_THAT(changes_, IsEmpty());
}

}  // namespace
}  // namespace zhibu
