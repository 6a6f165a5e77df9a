// Decisions about organisations, over the contract.
#include "common/store/feed.h"
#include "tests/services/registry/registry_fixture.h"
#include "tests/services/registry/with_members.h"
#include "zhibu/registry/v1/reorganisation_service.grpc.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::registry {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using Decisions = v1::ReorganisationService::Stub;

class ReorganisationTest : public RegistryTest {
 protected:
  ReorganisationTest() { SetUpCounty(); }

  v1::Decision Decided(google::type::Date effective, const std::string& authority = "county") {
    v1::Decision decision;
    if (!authority.empty()) decision.set_authority(Org(authority));
    decision.set_document_number("县委〔2020〕7号");
    *decision.mutable_effective_on() = effective;
    decision.set_reason("布局调整");
    return decision;
  }
  v1::OrganisationVersion Subject(const std::string& id) {
    v1::OrganisationVersion read;
    read.set_organisation(Org(id));
    read.set_etag(EtagOf(id));
    return read;
  }
  v1::RenameOrganisationRequest RenameOf(const std::string& id, const std::string& title,
                                         google::type::Date effective) {
    v1::RenameOrganisationRequest request;
    request.set_reorganisation_id(absl::StrCat("d", ++decisions_));
    *request.mutable_decision() = Decided(effective);
    request.set_organisation(Org(id));
    request.set_etag(EtagOf(id));
    request.set_title(title);
    return request;
  }
  v1::ChangeOrganisationKindRequest KindOf(const std::string& id, type::v1::OrganisationKind kind,
                                           google::type::Date effective) {
    v1::ChangeOrganisationKindRequest request;
    request.set_reorganisation_id(absl::StrCat("d", ++decisions_));
    *request.mutable_decision() = Decided(effective);
    request.set_organisation(Org(id));
    request.set_etag(EtagOf(id));
    request.set_kind(kind);
    return request;
  }
  v1::MergeOrganisationsRequest MergeOf(const std::vector<std::string>& ids,
                                        const std::string& into, google::type::Date effective) {
    v1::MergeOrganisationsRequest request;
    request.set_reorganisation_id(absl::StrCat("d", ++decisions_));
    *request.mutable_decision() = Decided(effective);
    for (const std::string& id : ids) *request.add_merged() = Subject(id);
    request.set_into(Org(into));
    return request;
  }
  v1::DissolveOrganisationRequest DissolveOf(const std::string& id, const std::string& successor,
                                             google::type::Date effective) {
    v1::DissolveOrganisationRequest request;
    request.set_reorganisation_id(absl::StrCat("d", ++decisions_));
    *request.mutable_decision() = Decided(effective);
    *request.mutable_organisation() = Subject(id);
    if (!successor.empty()) request.set_successor(Org(successor));
    return request;
  }
  absl::Status Run(const v1::RenameOrganisationRequest& request) {
    v1::RenameOrganisationResponse response;
    return Keep(Decide(&Decisions::RenameOrganisation, request, &response), response);
  }
  absl::Status Run(const v1::ChangeOrganisationKindRequest& request) {
    v1::ChangeOrganisationKindResponse response;
    return Keep(Decide(&Decisions::ChangeOrganisationKind, request, &response), response);
  }
  absl::Status Run(const v1::MergeOrganisationsRequest& request,
                   const std::string& token = kOwnerToken) {
    v1::MergeOrganisationsResponse response;
    return Keep(Decide(&Decisions::MergeOrganisations, request, &response, token), response);
  }
  absl::Status Run(const v1::SplitOrganisationRequest& request) {
    v1::SplitOrganisationResponse response;
    return Keep(Decide(&Decisions::SplitOrganisation, request, &response), response);
  }
  absl::Status Run(const v1::DissolveOrganisationRequest& request) {
    v1::DissolveOrganisationResponse response;
    return Keep(Decide(&Decisions::DissolveOrganisation, request, &response), response);
  }
  std::vector<std::string> History(const std::string& root, int page_size = 0) {
    std::vector<std::string> names;
    v1::ListReorganisationsRequest request;
    v1::ListReorganisationsResponse response;
    if (!root.empty()) request.set_root(Org(root));
    request.set_page_size(page_size);
    v1::ReorganisationService::Stub stub(server_.channel());
    do {
      request.set_page_token(response.next_page_token());
      response.Clear();
      const absl::Status status = Invoke(&Decisions::ListReorganisations, stub, request, &response);
      EXPECT_TRUE(status.ok()) << status;
      for (const auto& decision : response.reorganisations()) names.push_back(decision.name());
    } while (!response.next_page_token().empty());
    return names;
  }

  size_t Records() {
    return ReadJournal(*server_.server().store().TakeSnapshot(), 0, 100000, 1 << 30)->size();
  }

  v1::Reorganisation last_;  // of the last decision that was answered

 private:
  template <typename Response>
  absl::Status Keep(absl::Status status, const Response& response) {
    if (status.ok()) last_ = response.reorganisation();
    return status;
  }
  int decisions_ = 0;
};

TEST_F(ReorganisationTest, ARenamedOrganisationKeepsItsOldNameBefore) {
  ASSERT_TRUE(Run(RenameOf("b1", "新名党支部", Date(2020, 5, 1))).ok());
  EXPECT_EQ(Get("b1", Date(2020, 4, 30))->title(), "中共示范县委员会");
  EXPECT_EQ(Get("b1", Date(2020, 5, 1))->title(), "新名党支部");
  EXPECT_EQ(Get("b1")->titles_size(), 2);
  EXPECT_EQ(last_.authority(), Org("county"));
  EXPECT_EQ(last_.actor(), "owner");
  // Not back into the time of a later name, but once more on the same day.
  EXPECT_THAT(Run(RenameOf("b1", "更早", Date(2020, 4, 30))), IsRefused("PERIOD_INVALID"));
  ASSERT_TRUE(Run(RenameOf("b1", "更正党支部", Date(2020, 5, 1))).ok());
  EXPECT_EQ(Get("b1")->title(), "更正党支部");
  EXPECT_EQ(Get("b1")->titles_size(), 2);
}

TEST_F(ReorganisationTest, DecisionsHaveAnAuthorityADocumentAndADay) {
  auto request = RenameOf("b1", "新名", Date(2020));
  request.mutable_decision()->clear_document_number();
  request.mutable_decision()->clear_effective_on();
  EXPECT_THAT(ReasonsOf(Run(request)), ElementsAre("DOCUMENT_NUMBER_INVALID", "DATE_REQUIRED"));
  request = RenameOf("b1", "新名", Date(2020));
  request.mutable_decision()->set_authority(Org("nobody"));
  EXPECT_THAT(Run(request), IsRefused("AUTHORITY_NOT_THERE"));
  request.mutable_decision()->clear_authority();
  EXPECT_THAT(Run(request), IsRefused("AUTHORITY_NOT_THERE"));
  EXPECT_THAT(Run(RenameOf("b1", "新名", Date(2026, 11, 24))), IsRefused("EFFECTIVE_IN_FUTURE"));
  EXPECT_THAT(Run(RenameOf("b1", "新名", Date(2000))), IsRefused("PERIOD_INVALID"));
  request = RenameOf("b1", "新名", Date(2026, 11, 23));
  request.set_etag("7");
  EXPECT_EQ(Run(request).code(), absl::StatusCode::kAborted);
  // A root's superior is not in these books.
  request = RenameOf("county", "新名", Date(2026, 11, 23));
  request.mutable_decision()->clear_authority();
  EXPECT_TRUE(Run(request).ok());
  auto again = RenameOf("b1", "再次", Date(2026, 11, 23));
  again.set_reorganisation_id(request.reorganisation_id());
  EXPECT_EQ(ReasonOf(Run(again)), "REORGANISATION_EXISTS");
}

TEST_F(ReorganisationTest, AnUpgradedBranchWasABranchBefore) {
  ASSERT_TRUE(Run(KindOf("gb", type::v1::ORGANISATION_KIND_COMMITTEE, Date(2019, 7, 1))).ok());
  EXPECT_EQ(Get("gb", Date(2019, 6, 30))->kind(), type::v1::ORGANISATION_KIND_GENERAL_BRANCH);
  EXPECT_EQ(Get("gb", Date(2019, 7, 1))->kind(), type::v1::ORGANISATION_KIND_COMMITTEE);
  // A committee may have what a general branch could not.
  EXPECT_THAT(
      Do(NewOrganisation("below", "gb", type::v1::ORGANISATION_KIND_GENERAL_BRANCH, Date(2019, 6, 30))),
      IsRefused("KIND_NOT_ALLOWED_UNDER_PARENT"));
  EXPECT_TRUE(
      Do(NewOrganisation("below", "gb", type::v1::ORGANISATION_KIND_GENERAL_BRANCH, Date(2019, 7, 1)))
          .ok());
  // Back down it may not go while that stands under it, nor to what its parent cannot have.
  EXPECT_THAT(Run(KindOf("gb", type::v1::ORGANISATION_KIND_GENERAL_BRANCH, Date(2020))),
              IsRefused("KIND_NOT_ALLOWED_UNDER_PARENT"));
  EXPECT_THAT(Run(KindOf("b1", type::v1::ORGANISATION_KIND_PARTY_GROUP, Date(2020))),
              IsRefused("KIND_NOT_ALLOWED_UNDER_PARENT"));
}

TEST_F(ReorganisationTest, AMergerMovesEverythingInOneCommit) {
  auto school = NewInstitution("school", "gb");
  auto& coverage = *school.mutable_institution()->add_coverages();
  coverage.set_organisation(Org("gb"));
  coverage.set_rung(v1::COVERAGE_RUNG_JOINT);
  *coverage.mutable_valid_from() = Date(2005);
  ASSERT_TRUE(Do(school).ok());
  ASSERT_TRUE(Do(NewPost("secretary", Org("gb"), v1::POST_KIND_SECRETARY)).ok());
  auto guided = MoveOf("s1", "gb", Date(2010));
  guided.set_line(type::v1::LINE_TERRITORIAL);
  ASSERT_TRUE(Do(guided).ok());
  const auto before = *Tree("", Date(2020, 6, 30));
  const size_t records = Records();

  ASSERT_TRUE(Run(MergeOf({"gb"}, "scoped", Date(2020, 7, 1))).ok());
  EXPECT_EQ(Records(), records + 1);
  EXPECT_EQ(*Tree("", Date(2020, 6, 30)), before);
  EXPECT_THAT(*Tree("town", Date(2020, 7, 1)),
              ElementsAre("0 town", "1 scoped", "2 b1", "2 b2", "2 s1"));
  EXPECT_THAT(Get("gb").status(), IsNotThere());
  EXPECT_THAT(Get("gb", Date(2020, 6, 30))->successors(), ElementsAre(Org("scoped")));
  EXPECT_EQ(Get("b1", Date(2020, 7, 1))->affiliations(1).document_number(), "县委〔2020〕7号");
  EXPECT_EQ(Get("b1", Date(2020, 7, 1))->affiliations(1).authority(), Org("county"));
  // s1 is already under the successor; its guidance by the ended one went over to it.
  EXPECT_THAT(Get("s1")->territorial_parents(), ElementsAre(Org("scoped")));
  const auto moved = GetInstitution("school");
  EXPECT_EQ(moved->keeper(), Org("scoped"));
  ASSERT_EQ(moved->coverages_size(), 2);
  EXPECT_EQ(moved->coverages(1).organisation(), Org("scoped"));
  EXPECT_EQ(moved->coverages(1).rung(), v1::COVERAGE_RUNG_JOINT);
  EXPECT_EQ(last_.effects().sub_organisations(), 3);
  EXPECT_THAT(last_.effects().post_names(), ElementsAre("posts/secretary"));
  EXPECT_THAT(last_.effects().institution_names(), ElementsAre(Inst("school")));
  ASSERT_EQ(last_.successions_size(), 1);
  EXPECT_EQ(last_.successions(0).from_organisation(), Org("gb"));
  EXPECT_EQ(last_.successions(0).to_organisation(), Org("scoped"));
  // What ended is not changed again.
  EXPECT_THAT(Run(MergeOf({"gb"}, "scoped", Date(2021))), IsRefused("PERIOD_INVALID"));
}

TEST_F(ReorganisationTest, TwoMayMergeIntoOneThatIsSetUpWithIt) {
  auto request = MergeOf({"gb", "scoped"}, "joined", Date(2020, 7, 1));
  *request.mutable_establish() =
      NewOrganisation("joined", "town", type::v1::ORGANISATION_KIND_GENERAL_BRANCH, Date(2020, 7, 1));
  ASSERT_TRUE(Run(request).ok());
  EXPECT_THAT(*Tree("town", Date(2020, 7, 1)),
              ElementsAre("0 town", "1 joined", "2 b1", "2 b2", "2 s1"));
  EXPECT_THAT(last_.ended(), ElementsAre(Org("gb"), Org("scoped")));
  // One that sits under the other goes with it.
  auto nested = MergeOf({"joined", "b1"}, "bureau", Date(2021));
  ASSERT_TRUE(Run(nested).ok());
  EXPECT_THAT(*Tree("bureau", Date(2021)), ElementsAre("0 bureau", "1 b2", "1 s1"));
}

TEST_F(ReorganisationTest, RefusesAMergerThatCannotStand) {
  EXPECT_THAT(Run(MergeOf({"gb"}, "nobody", Date(2020))), IsRefused("SUCCESSOR_NOT_THERE"));
  EXPECT_THAT(Run(MergeOf({"gb"}, "gb", Date(2020))), IsRefused("SUCCESSOR_BELOW"));
  EXPECT_THAT(Run(MergeOf({"gb"}, "b1", Date(2020))), IsRefused("SUCCESSOR_BELOW"));
  EXPECT_THAT(Run(MergeOf({"gb"}, "s1", Date(2020))), IsRefused("KIND_NOT_ALLOWED_UNDER_PARENT"));
  EXPECT_THAT(Run(MergeOf({}, "s1", Date(2020))), IsMalformed("BATCH_SIZE_INVALID"));
  EXPECT_THAT(Run(MergeOf({"gb", "gb"}, "scoped", Date(2020))), IsMalformed("NAME_REPEATED"));
  EXPECT_THAT(Run(MergeOf({"gb"}, "scoped", Date(2020)), kScopedToken), IsNotThere());
  ASSERT_TRUE(Do(NewPost("late", Org("gb"), v1::POST_KIND_SECRETARY, Date(2021))).ok());
  ASSERT_TRUE(Do(NewOrganisation("young", "gb", type::v1::ORGANISATION_KIND_BRANCH, Date(2022))).ok());
  EXPECT_THAT(ReasonsOf(Run(MergeOf({"gb"}, "scoped", Date(2020)))),
              ElementsAre("PERIOD_INVALID", "PERIOD_INVALID"));
  EXPECT_THAT(*Tree("gb", Date(2023)), ElementsAre("0 gb", "1 b1", "1 b2", "1 young"));
  EXPECT_THAT(History(""), IsEmpty());
}

TEST_F(ReorganisationTest, APreviewSaysWhatWouldMoveAndChangesNothing) {
  auto request = MergeOf({"gb"}, "scoped", Date(2020, 7, 1));
  request.set_validate_only(true);
  ASSERT_TRUE(Run(request).ok());
  EXPECT_THAT(last_.effects().sub_organisation_names(), ElementsAre(Org("b1"), Org("b2")));
  EXPECT_TRUE(Get("gb").ok());
  EXPECT_THAT(History(""), IsEmpty());
}

TEST_F(ReorganisationTest, DissolvingNamesEverythingThatIsLeft) {
  auto school = NewInstitution("school", "gb");
  ASSERT_TRUE(Do(school).ok());
  ASSERT_TRUE(Do(NewPost("secretary", Org("gb"), v1::POST_KIND_SECRETARY)).ok());
  EXPECT_THAT(ReasonsOf(Run(DissolveOf("gb", "", Date(2020)))),
              UnorderedElementsAre("SUB_ORGANISATIONS_LEFT", "INSTITUTIONS_LEFT", "POSTS_LEFT"));
  EXPECT_THAT(ReasonsOf(Run(DissolveOf("gb", "scoped", Date(2020)))), ElementsAre("POSTS_LEFT"));
  auto request = DissolveOf("gb", "scoped", Date(2020));
  request.set_end_posts(true);
  EXPECT_TRUE(Run(request).ok());
  EXPECT_THAT(*Tree("scoped", Date(2020)), ElementsAre("0 scoped", "1 b1", "1 b2", "1 s1"));
  EXPECT_TRUE(Run(DissolveOf("b2", "", Date(2021))).ok());
  EXPECT_THAT(Get("b2").status(), IsNotThere());
}

TEST_F(ReorganisationTest, ASplitGivesPartsToOthersAndMayGoOnWithTheRest) {
  ASSERT_TRUE(Do(NewInstitution("school", "gb")).ok());
  v1::SplitOrganisationRequest request;
  request.set_reorganisation_id("split");
  *request.mutable_decision() = Decided(Date(2020, 9, 1));
  *request.mutable_organisation() = Subject("gb");
  v1::SplitPart& part = *request.add_parts();
  part.set_organisation(Org("north"));
  *part.mutable_establish() =
      NewOrganisation("north", "town", type::v1::ORGANISATION_KIND_GENERAL_BRANCH, Date(2020, 9, 1));
  part.add_sub_organisations(Org("b2"));
  part.add_institutions(Inst("school"));
  part.add_persons("persons/p1");
  request.set_remainder(Org("elsewhere"));
  EXPECT_THAT(Run(request), IsMalformed("REMAINDER_INVALID"));
  request.set_remainder(Org("gb"));
  part.add_sub_organisations(Org("s1"));
  EXPECT_THAT(Run(request), IsRefused("PART_NOT_ITS_OWN"));
  part.mutable_sub_organisations()->RemoveLast();
  ASSERT_TRUE(Run(request).ok());
  EXPECT_THAT(*Tree("town", Date(2020, 9, 1)),
              ElementsAre("0 town", "1 gb", "2 b1", "1 north", "2 b2", "1 scoped", "2 s1"));
  EXPECT_EQ(GetInstitution("school")->keeper(), Org("north"));
  EXPECT_THAT(last_.ended(), IsEmpty());
  EXPECT_THAT(last_.successions(0).persons(), ElementsAre("persons/p1"));

  v1::SplitOrganisationRequest whole;
  whole.set_reorganisation_id("whole");
  *whole.mutable_decision() = Decided(Date(2021, 9, 1));
  *whole.mutable_organisation() = Subject("gb");
  whole.add_parts()->set_organisation(Org("north"));
  whole.add_parts()->set_organisation(Org("scoped"));
  whole.set_remainder(Org("scoped"));
  ASSERT_TRUE(Run(whole).ok());
  EXPECT_THAT(last_.ended(), ElementsAre(Org("gb")));
  EXPECT_THAT(*Tree("scoped", Date(2021, 9, 1)), ElementsAre("0 scoped", "1 b1", "1 s1"));
}

TEST_F(ReorganisationTest, HistoryIsNewestFirstAndGoesWithTheSubtree) {
  ASSERT_TRUE(Run(RenameOf("b1", "一", Date(2019))).ok());   // d1
  ASSERT_TRUE(Run(MergeOf({"b2"}, "b1", Date(2021))).ok());  // d2
  ASSERT_TRUE(Run(RenameOf("s1", "二", Date(2020))).ok());   // d3
  for (int size : {0, 1, 2}) {
    EXPECT_THAT(History("", size),
                ElementsAre("reorganisations/d2", "reorganisations/d3", "reorganisations/d1"));
  }
  EXPECT_THAT(History("gb"), ElementsAre("reorganisations/d2", "reorganisations/d1"));
  EXPECT_THAT(History("s1"), ElementsAre("reorganisations/d3"));
}

TEST_F(ReorganisationTest, DissolvedOrganisationsAreListedWhereTheyStood) {
  ASSERT_TRUE(Run(MergeOf({"b2"}, "s1", Date(2021))).ok());
  v1::ListOrganisationsRequest request;
  v1::ListOrganisationsResponse response;
  request.set_status(v1::ORGANISATION_STATUS_DISSOLVED);
  for (const auto& [root, count] :
       {std::pair("gb", 1), std::pair("scoped", 0), std::pair("county", 1)}) {
    request.set_root(Org(root));
    ASSERT_TRUE(Invoke(&Stub::ListOrganisations, stub_, request, &response).ok());
    EXPECT_EQ(response.organisations_size(), count) << root;
  }
  request.clear_root();
  ASSERT_TRUE(Invoke(&Stub::ListOrganisations, stub_, request, &response).ok());
  ASSERT_EQ(response.organisations_size(), 1);
  EXPECT_EQ(response.organisations(0).organisation().subordination_parent(), Org("gb"));
  *request.mutable_as_of() = Date(2020);
  ASSERT_TRUE(Invoke(&Stub::ListOrganisations, stub_, request, &response).ok());
  EXPECT_EQ(response.organisations_size(), 0);
}

class WithMembersDecisionTest : public WithMembersTest {
 protected:
  v1::DissolveOrganisationRequest Dissolve(const std::string& successor) {
    v1::DissolveOrganisationRequest request;
    request.set_reorganisation_id("d");
    request.set_request_id(NextRequestId());
    request.mutable_decision()->set_authority(Org("county"));
    request.mutable_decision()->set_document_number("1");
    *request.mutable_decision()->mutable_effective_on() = Date(2020);
    request.mutable_organisation()->set_organisation(Org("old"));
    request.mutable_organisation()->set_etag("1");
    if (!successor.empty()) request.set_successor(Org(successor));
    return request;
  }
  Decisions decisions_{registry_.channel()};
};

TEST_F(WithMembersDecisionTest, PersonsAndOpenCasesBlockUntilSomebodySucceeds) {
  Person("a", "old", {membership::v1::STAGE_PROBATIONARY, membership::v1::STAGE_FULL});
  Person("b", "old", {membership::v1::STAGE_ACTIVIST});
  v1::DissolveOrganisationResponse response;
  EXPECT_THAT(
      ReasonsOf(Invoke(&Decisions::DissolveOrganisation, decisions_, Dissolve(""), &response)),
      ElementsAre("PERSONS_LEFT", "OPEN_CASES_LEFT"));
  ASSERT_TRUE(
      Invoke(&Decisions::DissolveOrganisation, decisions_, Dissolve("new"), &response).ok());
  EXPECT_EQ(response.reorganisation().effects().persons(), 2);
  EXPECT_EQ(response.reorganisation().effects().open_cases(), 1);

  // What follows in the membership is visible while it is under way.
  const auto left = [&] {
    v1::GetReorganisationRequest request;
    v1::GetReorganisationResponse answer;
    request.set_name("reorganisations/d");
    EXPECT_TRUE(Invoke(&Decisions::GetReorganisation, decisions_, request, &answer).ok());
    return std::pair(answer.persons_left(), answer.open_cases_left());
  };
  EXPECT_EQ(left(), std::pair(2, 1));
  Person("b", "new", {membership::v1::STAGE_ACTIVIST});
  EXPECT_EQ(left(), std::pair(1, 0));
  Person("a", "new", {membership::v1::STAGE_FULL});
  EXPECT_EQ(left(), std::pair(0, 0));
}

}  // namespace
}  // namespace zhibu::registry
