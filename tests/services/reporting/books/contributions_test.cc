#include "services/reporting/books/contributions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/civil.h"
#include "zhibu/membership/v1/person.pb.h"
#include "zhibu/registry/v1/organisation.pb.h"
#include "zhibu/registry/v1/post.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::reporting {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const int32_t kEnd = DayNumber(kNoEnd);

// Kept by one organisation since before everything.
rpc::MirroredPerson Person(const std::string& organisation, membership::v1::PersonKind kind) {
  rpc::MirroredPerson person;
  rpc::MirroredAffiliation& kept = *person.add_affiliations();
  kept.set_organisation_id(organisation);
  kept.set_from(0);
  kept.set_to(kEnd);
  person.set_kind(kind);
  return person;
}

void Add(rpc::MirroredPerson& person, int32_t from, membership::v1::Stage stage) {
  auto& row = *person.add_stages();
  row.set_from(from);
  row.set_stage(stage);
}

TEST(ContributionsOfPerson, LeaveNoTraceOfAStageOfNoDays) {
  rpc::MirroredPerson person = Person("b", membership::v1::PERSON_KIND_STUDENT);
  Add(person, 10, membership::v1::STAGE_APPLICANT);
  Add(person, 10, membership::v1::STAGE_ACTIVIST);
  Add(person, 20, membership::v1::STAGE_ENDED);
  EXPECT_THAT(OfPerson(person), ElementsAre(Contribution{"b", "activists.student", 10, 1},
                                            Contribution{"b", "activists.student", 20, -1}));
}

TEST(ContributionsOfPerson, KeepAMemberWhoBecomesFullAMember) {
  rpc::MirroredPerson person = Person("b", membership::v1::PERSON_KIND_TEACHER);
  Add(person, 10, membership::v1::STAGE_PROBATIONARY);
  Add(person, 375, membership::v1::STAGE_FULL);
  EXPECT_THAT(OfPerson(person),
              ElementsAre(Contribution{"b", "members", 10, 1},
                          Contribution{"b", "members.full.teacher", 375, 1},
                          Contribution{"b", "members.probationary.teacher", 10, 1},
                          Contribution{"b", "members.probationary.teacher", 375, -1}));
}

TEST(ContributionsOfPerson, CountAnAdmissionOnTheDayOfApprovalWhereItWasLed) {
  rpc::MirroredPerson person = Person("now", membership::v1::PERSON_KIND_STUDENT);
  Add(person, 10, membership::v1::STAGE_PROBATIONARY);
  person.mutable_stages(0)->set_organisation_id("then");
  EXPECT_THAT(OfPerson(person), testing::Not(testing::Contains(
                                    testing::Field(&Contribution::measure, "admissions.student"))));
  person.mutable_stages(0)->set_approved_on(30);
  EXPECT_THAT(OfPerson(person),
              testing::Contains(Contribution{"then", "admissions.student", 30, 1}));
}

TEST(ContributionsOfPerson, LeaveOutWhoWasStoppedUntilRestoredAndCountNoAdmissionAgain) {
  rpc::MirroredPerson person = Person("b", membership::v1::PERSON_KIND_TEACHER);
  Add(person, 10, membership::v1::STAGE_PROBATIONARY);
  person.mutable_stages(0)->set_approved_on(30);
  Add(person, 100, membership::v1::STAGE_STOPPED);
  person.mutable_stages(1)->set_approved_on(100);
  Add(person, 200, membership::v1::STAGE_PROBATIONARY);
  person.mutable_stages(2)->set_restored(true);
  person.mutable_stages(2)->set_approved_on(200);
  EXPECT_THAT(
      OfPerson(person),
      ElementsAre(Contribution{"b", "admissions", 30, 1},
                  Contribution{"b", "admissions.teacher", 30, 1},
                  Contribution{"b", "members", 10, 1}, Contribution{"b", "members", 100, -1},
                  Contribution{"b", "members", 200, 1},
                  Contribution{"b", "members.probationary.teacher", 10, 1},
                  Contribution{"b", "members.probationary.teacher", 100, -1},
                  Contribution{"b", "members.probationary.teacher", 200, 1}));
}

TEST(ContributionsOfPerson, CountByTheKindOfTheDay) {
  rpc::MirroredPerson person = Person("b", membership::v1::PERSON_KIND_RETIRED);
  for (const auto& [from, kind] : {std::pair(5, membership::v1::PERSON_KIND_TEACHER),
                                   std::pair(300, membership::v1::PERSON_KIND_RETIRED)}) {
    auto& row = *person.add_kinds();
    row.set_from(from);
    row.set_kind(kind);
  }
  Add(person, 2, membership::v1::STAGE_PROBATIONARY);
  person.mutable_stages(0)->set_approved_on(3);
  Add(person, 10, membership::v1::STAGE_FULL);
  EXPECT_THAT(
      OfPerson(person),
      ElementsAre(Contribution{"b", "admissions", 3, 1},
                  Contribution{"b", "admissions.teacher", 3, 1}, Contribution{"b", "members", 2, 1},
                  Contribution{"b", "members.full.retired", 300, 1},
                  Contribution{"b", "members.full.teacher", 10, 1},
                  Contribution{"b", "members.full.teacher", 300, -1},
                  Contribution{"b", "members.probationary.teacher", 2, 1},
                  Contribution{"b", "members.probationary.teacher", 10, -1}));
}

TEST(ContributionsOfPerson, CountOpeningBalancesApart) {
  rpc::MirroredPerson person = Person("b", membership::v1::PERSON_KIND_TEACHER);
  person.set_opening_balance(true);
  Add(person, 10, membership::v1::STAGE_FULL);
  EXPECT_THAT(OfPerson(person),
              testing::Contains(Contribution{"b", "members.opening-balance", 10, 1}));
}

TEST(ContributionsOfPerson, FollowThePersonFromPlaceToPlaceAndOutOfTheBooks) {
  rpc::MirroredPerson person = Person("old", membership::v1::PERSON_KIND_TEACHER);
  person.mutable_affiliations(0)->set_from(50);
  person.mutable_affiliations(0)->set_to(100);
  rpc::MirroredAffiliation& then = *person.add_affiliations();
  then.set_organisation_id("new");
  then.set_from(100);
  then.set_to(200);
  // From before the books had the person, and led by nobody that the feed names.
  Add(person, 10, membership::v1::STAGE_PROBATIONARY);
  person.mutable_stages(0)->set_approved_on(12);
  EXPECT_THAT(OfPerson(person),
              testing::IsSupersetOf(
                  {Contribution{"new", "admissions", 12, 1}, Contribution{"new", "members", 100, 1},
                   Contribution{"new", "members", 200, -1}, Contribution{"old", "members", 10, 1},
                   Contribution{"old", "members", 100, -1}}));
}

TEST(ContributionsOfHolder, FollowALeaderFromOneKeeperToTheNext) {
  using namespace registry::v1;  // NOLINT
  using namespace type::v1;      // NOLINT
  const std::vector<HeldPost> posts = {
      {"t1", POST_KIND_HEAD, false, "k1", 10, 20},
      {"t2", POST_KIND_DEPUTY_HEAD, false, "k2", 15, kEnd},
      {"t3", POST_KIND_COMMITTEE_MEMBER, false, "b", 12, 30},
      {"t4", POST_KIND_CLERK, false, "b", 40, 50},
  };
  EXPECT_THAT(OfHolder(posts), ElementsAre(Contribution{"k1", "leaders", 10, 1},
                                           Contribution{"k1", "leaders", 20, -1},
                                           Contribution{"k1", "leaders.with-party-posts", 12, 1},
                                           Contribution{"k1", "leaders.with-party-posts", 20, -1},
                                           Contribution{"k2", "leaders", 20, 1},
                                           Contribution{"k2", "leaders.with-party-posts", 20, 1},
                                           Contribution{"k2", "leaders.with-party-posts", 30, -1},
                                           Contribution{"k2", "leaders.with-party-posts", 40, 1},
                                           Contribution{"k2", "leaders.with-party-posts", 50, -1}));
}

TEST(ContributionsOfHolder, CountAFullTimeClerkAndNoOther) {
  using registry::v1::POST_KIND_CLERK;
  EXPECT_THAT(OfHolder({{"t1", POST_KIND_CLERK, false, "b", 10, 20}}), IsEmpty());
  EXPECT_THAT(OfHolder({{"t1", POST_KIND_CLERK, true, "b", 10, 20},
                        {"t2", POST_KIND_CLERK, true, "c", 12, 18}}),
              ElementsAre(Contribution{"b", "clerks.full-time", 10, 1},
                          Contribution{"b", "clerks.full-time", 20, -1}));
}

TEST(ContributionsOfSecretaries, EndWithTheOrganisation) {
  rpc::MirroredOrganisation branch;
  branch.set_id("b");
  branch.set_kind(type::v1::ORGANISATION_KIND_BRANCH);
  branch.set_established(0);
  branch.set_dissolved(100);
  EXPECT_THAT(OfSecretaries(branch, {{"p", 10, kEnd}}, {{"p", 20, 30}, {"q", 40, kEnd}}),
              ElementsAre(Contribution{"b", "secretaries.also-head.branch", 20, 1},
                          Contribution{"b", "secretaries.also-head.branch", 30, -1},
                          Contribution{"b", "secretaries.branch", 10, 1},
                          Contribution{"b", "secretaries.branch", 100, -1}));
}

TEST(ContributionsOfOrganisation, AreNoneForAKindThatIsNotKnownHere) {
  rpc::MirroredOrganisation organisation;
  organisation.set_id("x");
  organisation.set_kind(4711);
  organisation.set_dissolved(kEnd);
  EXPECT_THAT(OfOrganisation(organisation), IsEmpty());
}

}  // namespace
}  // namespace zhibu::reporting
