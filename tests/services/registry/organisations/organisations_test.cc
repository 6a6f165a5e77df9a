#include "services/registry/organisations/organisations.h"

#include "tests/services/registry/registry_fixture.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using type::v1::LINE_EITHER;
using type::v1::LINE_SUBORDINATION;
using type::v1::LINE_TERRITORIAL;

class Organisations : public RegistryTest {
 protected:
  void SetUp() override { SetUpCounty(); }

  v1::Affiliation& AddEdge(v1::CreateOrganisationRequest& request, const std::string& parent,
                           type::v1::Line line, google::type::Date from,
                           google::type::Date to = {}) {
    v1::Affiliation& edge = *request.mutable_organisation()->add_affiliations();
    edge.set_parent(Org(parent));
    edge.set_line(line);
    *edge.mutable_valid_from() = from;
    if (to.year() != 0) *edge.mutable_valid_to() = to;
    return edge;
  }
  v1::UpdateOrganisationRequest Rename(const std::string& id, const std::string& title) {
    v1::UpdateOrganisationRequest request;
    request.mutable_organisation()->set_name(Org(id));
    request.mutable_organisation()->set_title(title);
    const auto organisation = Get(id);
    request.mutable_organisation()->set_etag(organisation.ok() ? organisation->etag() : "1");
    request.mutable_update_mask()->add_paths("title");
    return request;
  }
};

TEST_F(Organisations, AreAnsweredAsSetUp) {
  auto request = NewOrganisation("new", "town", type::v1::ORGANISATION_KIND_BRANCH, Date(2020, 2, 29));
  request.mutable_organisation()->set_title("中共示范县第一中学支部委员会");
  request.mutable_organisation()->set_code("001002003");
  request.mutable_organisation()->mutable_affiliations(0)->set_document_number("示组〔2020〕1号");
  AddEdge(request, "bureau", LINE_TERRITORIAL, Date(2021), Date(2022));
  request.set_request_id("set-up");
  v1::CreateOrganisationResponse response;
  ASSERT_TRUE(Write(&Stub::CreateOrganisation, request, &response).ok());
  EXPECT_EQ(response.revision(), 2);
  EXPECT_EQ(response.organisation().name(), Org("new"));
  EXPECT_EQ(response.organisation().subordination_parent(), Org("town"));
  EXPECT_THAT(response.organisation().territorial_parents(), IsEmpty());

  const auto in_2021 = Get("new", Date(2021, 6));
  ASSERT_TRUE(in_2021.ok());
  EXPECT_THAT(in_2021->territorial_parents(), ElementsAre(Org("bureau")));
  EXPECT_EQ(in_2021->title(), "中共示范县第一中学支部委员会");
  EXPECT_EQ(in_2021->code(), "001002003");
  ASSERT_EQ(in_2021->affiliations_size(), 2);
  EXPECT_EQ(in_2021->affiliations(0).document_number(), "示组〔2020〕1号");
  EXPECT_FALSE(in_2021->affiliations(0).has_valid_to());
  EXPECT_FALSE(in_2021->has_dissolved_on());
  EXPECT_THAT(Get("new", Date(2022))->territorial_parents(), IsEmpty());
  EXPECT_THAT(Get("new", Date(2020, 2, 28)).status(), IsNotThere());
}

TEST_F(Organisations, AreSetUpWithoutWhatIsAnsweredOnly) {
  auto request = NewOrganisation("new", "town");
  v1::Organisation& given = *request.mutable_organisation();
  given.add_titles()->set_title("别名");
  given.add_kinds()->set_kind(type::v1::ORGANISATION_KIND_BRANCH);
  given.add_codes()->set_code("001");
  given.add_successors(Org("gb"));
  ASSERT_TRUE(Do(request).ok());
  const auto organisation = *Get("new", Date(2020));
  EXPECT_EQ(organisation.title(), "中共示范县委员会");
  EXPECT_EQ(organisation.titles_size(), 1);
  EXPECT_EQ(organisation.kind(), type::v1::ORGANISATION_KIND_COMMITTEE);
  EXPECT_EQ(organisation.codes_size(), 0);
  EXPECT_EQ(organisation.successors_size(), 0);
}

TEST_F(Organisations, AreListedParentsFirst) {
  EXPECT_THAT(*Tree("", {}), ElementsAre("0 county", "1 bureau", "1 town", "2 gb", "3 b1", "3 b2",
                                         "2 scoped", "3 s1"));
  EXPECT_THAT(*Tree("gb", {}), ElementsAre("0 gb", "1 b1", "1 b2"));
  EXPECT_THAT(*Tree("", Date(1999)), IsEmpty());
  EXPECT_THAT(Tree("gb", Date(1999)).status(), IsNotThere());
  EXPECT_THAT(Tree("nobody", {}).status(), IsNotThere());
}

TEST_F(Organisations, AreListedByKindAtTheirDepth) {
  v1::ListOrganisationsRequest request;
  request.add_kinds(type::v1::ORGANISATION_KIND_GENERAL_BRANCH);
  v1::ListOrganisationsResponse response;
  ASSERT_TRUE(Invoke(&Stub::ListOrganisations, stub_, request, &response).ok());
  ASSERT_EQ(response.organisations_size(), 2);
  EXPECT_EQ(response.organisations(0).organisation().name(), Org("gb"));
  EXPECT_EQ(response.organisations(1).depth(), 2);
  EXPECT_EQ(response.revision(), 1);
}

TEST_F(Organisations, AreListedOnTheOtherLine) {
  auto guided = MoveOf("b1", "bureau", Date(2010));
  guided.set_line(LINE_TERRITORIAL);
  ASSERT_TRUE(Do(guided).ok());
  EXPECT_THAT(*Tree("bureau", {}, LINE_TERRITORIAL), ElementsAre("0 bureau", "1 b1"));
  EXPECT_THAT(*Tree("bureau", Date(2009), LINE_TERRITORIAL), ElementsAre("0 bureau"));
  EXPECT_THAT(*Tree("bureau", {}), ElementsAre("0 bureau"));
  EXPECT_THAT(*Tree("county", {}, LINE_EITHER), ::testing::SizeIs(8));
  EXPECT_THAT(*Tree("", {}, LINE_EITHER), ::testing::SizeIs(8));
}

TEST_F(Organisations, AreRefusedTwice) {
  EXPECT_THAT(Do(NewOrganisation("b1", "gb", type::v1::ORGANISATION_KIND_BRANCH)),
              Refuses(absl::StatusCode::kAlreadyExists, std::string("ORGANISATION_EXISTS")));
}

TEST_F(Organisations, NameEveryFieldAtFault) {
  auto request = NewOrganisation("Upper", "gb", type::v1::ORGANISATION_KIND_UNSPECIFIED);
  request.mutable_organisation()->clear_title();
  request.mutable_organisation()->set_code("01");
  request.mutable_organisation()->clear_established_on();
  request.mutable_organisation()->mutable_affiliations(0)->set_parent("gb");
  const absl::Status status = Do(request);
  EXPECT_THAT(status, IsMalformed("ID_INVALID"));
  EXPECT_THAT(ReasonsOf(status), ElementsAre("ID_INVALID", "TITLE_INVALID", "KIND_REQUIRED",
                                             "CODE_INVALID", "DATE_REQUIRED", "NAME_INVALID"));
}

TEST_F(Organisations, HaveTitlesOfUpToAHundredCharacters) {
  std::string title;
  for (int i = 0; i < 100; ++i) title += "党";
  auto request = NewOrganisation("long", "gb", type::v1::ORGANISATION_KIND_BRANCH);
  request.mutable_organisation()->set_title(title);
  EXPECT_TRUE(Do(request).ok());
  request.set_organisation_id("longer");
  request.mutable_organisation()->set_title(title + "a");
  EXPECT_THAT(Do(request), IsMalformed("TITLE_INVALID"));
}

TEST_F(Organisations, StandUnderAParentThatIsThereAllTheTime) {
  EXPECT_THAT(Do(NewOrganisation("x", "nobody")), IsRefused("PARENT_NOT_THERE"));
  // The town committee was set up in 2000.
  EXPECT_THAT(Do(NewOrganisation("x", "town", type::v1::ORGANISATION_KIND_BRANCH, Date(1999))),
              IsRefused("PARENT_NOT_THERE"));
  auto closing = NewOrganisation("closing", "county");
  *closing.mutable_organisation()->mutable_dissolved_on() = Date(2005);
  *closing.mutable_organisation()->mutable_affiliations(0)->mutable_valid_to() = Date(2005);
  ASSERT_TRUE(Do(closing).ok());
  EXPECT_THAT(Do(NewOrganisation("x", "closing", type::v1::ORGANISATION_KIND_BRANCH)),
              IsRefused("PARENT_NOT_THERE"));
  EXPECT_THAT(Do(NewOrganisation("x", "x")), IsRefused("PARENT_CYCLE"));
}

TEST_F(Organisations, StandOnlyUnderKindsThatMayHaveThem) {
  EXPECT_THAT(Do(NewOrganisation("x", "b1", type::v1::ORGANISATION_KIND_BRANCH)),
              IsRefused("KIND_NOT_ALLOWED_UNDER_PARENT"));
  EXPECT_TRUE(Do(NewOrganisation("x", "b1", type::v1::ORGANISATION_KIND_PARTY_GROUP)).ok());
}

TEST_F(Organisations, HaveExactlyOneSuperiorOnEveryDay) {
  auto request = NewOrganisation("x", "gb", type::v1::ORGANISATION_KIND_BRANCH);
  v1::Affiliation& first = *request.mutable_organisation()->mutable_affiliations(0);
  *first.mutable_valid_to() = Date(2010);
  EXPECT_THAT(Do(request), IsRefused("SUBORDINATION_NOT_UNIQUE"));  // none since 2010
  v1::Affiliation& second = AddEdge(request, "scoped", LINE_SUBORDINATION, Date(2011));
  EXPECT_THAT(Do(request), IsRefused("SUBORDINATION_NOT_UNIQUE"));  // none in 2010
  *second.mutable_valid_from() = Date(2009);
  EXPECT_THAT(Do(request), IsRefused("SUBORDINATION_NOT_UNIQUE"));  // two in 2009
  *second.mutable_valid_from() = Date(2010);
  EXPECT_TRUE(Do(request).ok());
  EXPECT_EQ(Get("x", Date(2009, 12, 31))->subordination_parent(), Org("gb"));
  EXPECT_EQ(Get("x", Date(2010))->subordination_parent(), Org("scoped"));
}

TEST_F(Organisations, HavePeriodsThatLieWithinTheirLife) {
  auto request = NewOrganisation("x", "gb", type::v1::ORGANISATION_KIND_BRANCH);
  *request.mutable_organisation()->mutable_dissolved_on() = Date(2000);
  EXPECT_THAT(Do(request), IsRefused("PERIOD_INVALID"));
  *request.mutable_organisation()->mutable_dissolved_on() = Date(2020);
  EXPECT_THAT(Do(request), IsRefused("PERIOD_INVALID"));  // the edge has no end
  *request.mutable_organisation()->mutable_affiliations(0)->mutable_valid_to() = Date(2020);
  AddEdge(request, "bureau", LINE_TERRITORIAL, Date(2010), Date(2010));
  EXPECT_THAT(Do(request), IsRefused("PERIOD_INVALID"));  // the edge is empty
  *request.mutable_organisation()->mutable_affiliations(1)->mutable_valid_to() = Date(2012);
  AddEdge(request, "bureau", LINE_TERRITORIAL, Date(2011), Date(2013));
  EXPECT_THAT(Do(request), IsRefused("PERIOD_INVALID"));  // twice guided by the same
  request.mutable_organisation()->mutable_affiliations(2)->set_parent(Org("town"));
  EXPECT_TRUE(Do(request).ok());
  EXPECT_THAT(Get("x", Date(2011))->territorial_parents(), ElementsAre(Org("bureau"), Org("town")));
}

TEST_F(Organisations, ShareACodeOnlyOneAfterTheOther) {
  auto request = NewOrganisation("x", "gb", type::v1::ORGANISATION_KIND_BRANCH);
  request.mutable_organisation()->set_code("001001");
  *request.mutable_organisation()->mutable_dissolved_on() = Date(2010);
  *request.mutable_organisation()->mutable_affiliations(0)->mutable_valid_to() = Date(2010);
  ASSERT_TRUE(Do(request).ok());
  auto other = NewOrganisation("y", "gb", type::v1::ORGANISATION_KIND_BRANCH, Date(2009, 12, 31));
  other.mutable_organisation()->set_code("001001");
  EXPECT_THAT(Do(other), IsRefused("CODE_TAKEN"));
  other = NewOrganisation("y", "gb", type::v1::ORGANISATION_KIND_BRANCH, Date(2010));
  other.mutable_organisation()->set_code("001001");
  EXPECT_TRUE(Do(other).ok());

  v1::UpdateOrganisationRequest update = Rename("b1", "");
  update.mutable_organisation()->set_code("001001");
  *update.mutable_update_mask()->mutable_paths(0) = "code";
  EXPECT_THAT(Do(update), IsRefused("CODE_TAKEN"));
  update.mutable_organisation()->set_code("001002");
  EXPECT_TRUE(Do(update).ok());
}

TEST_F(Organisations, AreRenamedOnlyByWhoeverReadThemLast) {
  const auto stale = Rename("b1", "旧名");
  ASSERT_TRUE(Do(Rename("b1", "新名")).ok());
  EXPECT_EQ(Get("b1")->title(), "新名");
  EXPECT_THAT(Do(stale), Refuses(absl::StatusCode::kAborted, std::string("ETAG_STALE")));
  EXPECT_EQ(Get("b1")->title(), "新名");

  auto request = Rename("b1", "再名");
  request.mutable_organisation()->clear_etag();
  EXPECT_THAT(Do(request), IsMalformed("ETAG_REQUIRED"));
  request = Rename("b1", "");
  EXPECT_THAT(Do(request), IsMalformed("TITLE_INVALID"));
  request = Rename("b1", "再名");
  request.mutable_update_mask()->add_paths("kind");
  EXPECT_THAT(Do(request), IsMalformed("UPDATE_MASK_INVALID"));
  request.mutable_update_mask()->clear_paths();
  EXPECT_THAT(Do(request), IsMalformed("UPDATE_MASK_REQUIRED"));
  EXPECT_THAT(Do(Rename("nobody", "名")), IsNotThere());
}

TEST_F(Organisations, KeepEveryEarlierTreeWhenOneMoves) {
  const std::vector<google::type::Date> past = {Date(2000), Date(2005, 7, 1), Date(2009, 12, 31)};
  std::vector<std::vector<std::string>> before;
  for (const auto& day : past) before.push_back(*Tree("", day));
  ASSERT_TRUE(Do(MoveOf("gb", "bureau", Date(2010))).ok());
  for (size_t i = 0; i < past.size(); ++i) EXPECT_EQ(*Tree("", past[i]), before[i]);
  EXPECT_THAT(*Tree("", Date(2010)), ElementsAre("0 county", "1 bureau", "2 gb", "3 b1", "3 b2",
                                                 "1 town", "2 scoped", "3 s1"));
  EXPECT_EQ(*Tree("", {}), *Tree("", Date(2010)));
  // The tree by which scopes are checked has moved as well.
  EXPECT_TRUE(server_.server().tree().Within("b1", "bureau", LINE_SUBORDINATION,
                                             absl::CivilDay(2010, 1, 1)));
  EXPECT_FALSE(server_.server().tree().Within("b1", "bureau", LINE_SUBORDINATION,
                                              absl::CivilDay(2009, 12, 31)));
}

TEST_F(Organisations, MoveFromTheFirstDayOfAnEdgeByReplacingIt) {
  ASSERT_TRUE(Do(MoveOf("gb", "bureau", Date(2010))).ok());
  ASSERT_TRUE(Do(MoveOf("gb", "county", Date(2010))).ok());
  const auto gb = Get("gb");
  ASSERT_EQ(gb->affiliations_size(), 2);
  EXPECT_EQ(gb->affiliations(1).parent(), Org("county"));
  EXPECT_THAT(*Tree("bureau", Date(2012)), ElementsAre("0 bureau"));
}

TEST_F(Organisations, AreNotMovedWhereTheTreeForbidsIt) {
  ASSERT_TRUE(Do(MoveOf("gb", "bureau", Date(2010))).ok());
  EXPECT_THAT(Do(MoveOf("gb", "town", Date(2009, 12, 31))), IsRefused("PERIOD_INVALID"));
  EXPECT_THAT(Do(MoveOf("gb", "nobody", Date(2012))), IsRefused("PARENT_NOT_THERE"));
  EXPECT_THAT(Do(MoveOf("town", "town", Date(2012))), IsRefused("PARENT_CYCLE"));
  ASSERT_TRUE(Do(NewOrganisation("village", "town")).ok());
  EXPECT_THAT(Do(MoveOf("town", "village", Date(2012))), IsRefused("PARENT_CYCLE"));
  EXPECT_THAT(Do(MoveOf("town", "b1", Date(2012))), IsRefused("KIND_NOT_ALLOWED_UNDER_PARENT"));
  auto request = MoveOf("gb", "town", Date(2012));
  request.set_old_parent(Org("county"));
  EXPECT_THAT(Do(request), IsRefused("PARENT_NOT_THERE"));
  request = MoveOf("gb", "", Date(2012));
  EXPECT_THAT(Do(request), IsMalformed("PARENT_REQUIRED"));
  request = MoveOf("gb", "town", Date(2012));
  request.set_line(LINE_EITHER);
  EXPECT_THAT(Do(request), IsMalformed("LINE_INVALID"));
  request = MoveOf("gb", "town", Date(2012));
  request.set_etag("1");
  EXPECT_THAT(Do(request), Refuses(absl::StatusCode::kAborted, std::string("ETAG_STALE")));
  EXPECT_THAT(*Tree("bureau", {}), ElementsAre("0 bureau", "1 gb", "2 b1", "2 b2"));
}

TEST_F(Organisations, AreNotMovedUnderOneThatIsAboveThemOnlyLater) {
  // From 2015 on the town is under the village; a move of the village under the town from 2010,
  // which is no circle in 2010, would be one in 2015.
  ASSERT_TRUE(Do(NewOrganisation("village", "county")).ok());
  ASSERT_TRUE(Do(MoveOf("town", "village", Date(2015))).ok());
  EXPECT_THAT(Do(MoveOf("village", "town", Date(2010))), IsRefused("PARENT_CYCLE"));
  // Nor may guidance close a circle with subordination.
  auto guided = MoveOf("village", "town", Date(2010));
  guided.set_line(LINE_TERRITORIAL);
  EXPECT_THAT(Do(guided), IsRefused("PARENT_CYCLE"));
}

TEST_F(Organisations, GainChangeAndLoseGuidance) {
  auto request = MoveOf("b1", "bureau", Date(2010));
  request.set_line(LINE_TERRITORIAL);
  ASSERT_TRUE(Do(request).ok());
  request = MoveOf("b1", "bureau", Date(2012));
  request.set_line(LINE_TERRITORIAL);
  EXPECT_THAT(Do(request), IsRefused("PERIOD_INVALID"));  // guided already
  request = MoveOf("b1", "town", Date(2012));
  request.set_line(LINE_TERRITORIAL);
  request.set_old_parent(Org("bureau"));
  ASSERT_TRUE(Do(request).ok());
  request = MoveOf("b1", "", Date(2014));
  request.set_line(LINE_TERRITORIAL);
  EXPECT_THAT(Do(request), IsMalformed("PARENT_REQUIRED"));
  request.set_old_parent(Org("bureau"));
  EXPECT_THAT(Do(request), IsRefused("PARENT_NOT_THERE"));  // not any more
  request.set_old_parent(Org("town"));
  *request.mutable_effective_on() = Date(2011);
  EXPECT_THAT(Do(request), IsRefused("PERIOD_INVALID"));
  *request.mutable_effective_on() = Date(2014);
  ASSERT_TRUE(Do(request).ok());
  EXPECT_THAT(Get("b1", Date(2011))->territorial_parents(), ElementsAre(Org("bureau")));
  EXPECT_THAT(Get("b1", Date(2013))->territorial_parents(), ElementsAre(Org("town")));
  EXPECT_THAT(Get("b1", Date(2014))->territorial_parents(), IsEmpty());
  EXPECT_EQ(Get("b1", Date(2014))->subordination_parent(), Org("gb"));
}

TEST_F(Organisations, PutARootUnderAParentFromADayOn) {
  ASSERT_TRUE(Do(NewOrganisation("city", "")).ok());
  ASSERT_TRUE(Do(MoveOf("county", "city", Date(2015))).ok());
  EXPECT_THAT(*Tree("city", Date(2014)), ElementsAre("0 city"));
  EXPECT_THAT(*Tree("city", Date(2015)), ::testing::SizeIs(9));
  EXPECT_EQ(Tree("", Date(2014))->size(), 9u);
  EXPECT_EQ(Tree("", Date(2015))->front(), "0 city");
}

TEST_F(Organisations, OfABatchAreAllSetUpOrNone) {
  v1::BatchCreateOrganisationsRequest batch;
  *batch.add_requests() = NewOrganisation("n1", "town");
  *batch.add_requests() = NewOrganisation("n2", "n1", type::v1::ORGANISATION_KIND_BRANCH);
  *batch.add_requests() = NewOrganisation("n3", "n2", type::v1::ORGANISATION_KIND_BRANCH);  // kind
  *batch.add_requests() = NewOrganisation("n4", "n3", type::v1::ORGANISATION_KIND_PARTY_GROUP);
  *batch.add_requests() = NewOrganisation("n5", "n6", type::v1::ORGANISATION_KIND_BRANCH);  // later
  *batch.add_requests() = NewOrganisation("n1", "town");                              // twice
  absl::Status status = Do(batch);
  EXPECT_THAT(status, IsRefused("KIND_NOT_ALLOWED_UNDER_PARENT"));
  // n4 is not held to account for n3.
  const auto findings = FindingsOf(status);
  ASSERT_EQ(findings.size(), 3u);
  EXPECT_EQ(findings[0].subject(), "requests[2].organisation.affiliations[0]");
  EXPECT_EQ(findings[1].reason(), "PARENT_NOT_THERE");
  EXPECT_EQ(findings[1].subject(), "requests[4].organisation.affiliations[0]");
  EXPECT_EQ(findings[2].reason(), "ORGANISATION_EXISTS");
  EXPECT_EQ(findings[2].subject(), "requests[5].organisation_id");
  EXPECT_THAT(Get("n1").status(), IsNotThere());
  EXPECT_EQ(Tree("", {})->size(), 8u);

  batch.mutable_requests(1)->mutable_organisation()->clear_title();
  status = Do(batch);
  EXPECT_THAT(status, IsMalformed("TITLE_INVALID"));
  EXPECT_EQ(FindingsOf(status)[0].subject(), "requests[1].organisation.title");
  EXPECT_EQ(FindingsOf(status).size(), 3u);  // n3 stands under n2, which is in doubt

  EXPECT_THAT(Do(v1::BatchCreateOrganisationsRequest()), IsMalformed("BATCH_SIZE_INVALID"));
}

TEST_F(Organisations, OfABatchHaveParentsEarlierInIt) {
  v1::BatchCreateOrganisationsRequest batch;
  *batch.add_requests() = NewOrganisation("n1", "scoped", type::v1::ORGANISATION_KIND_BRANCH);
  *batch.add_requests() = NewOrganisation("n2", "n1", type::v1::ORGANISATION_KIND_PARTY_GROUP);
  v1::BatchCreateOrganisationsResponse response;
  ASSERT_TRUE(Write(&Stub::BatchCreateOrganisations, batch, &response, kScopedToken).ok());
  EXPECT_THAT(response.names(), ElementsAre(Org("n1"), Org("n2")));
  EXPECT_THAT(response.etags(), ElementsAre(Get("n1")->etag(), Get("n2")->etag()));
  EXPECT_EQ(response.revision(), 2);
}

TEST_F(Organisations, AreOnlyJudgedWithValidateOnly) {
  auto request = NewOrganisation("x", "gb", type::v1::ORGANISATION_KIND_BRANCH);
  request.set_validate_only(true);
  request.set_request_id("same");
  v1::CreateOrganisationResponse response;
  ASSERT_TRUE(Write(&Stub::CreateOrganisation, request, &response).ok());
  EXPECT_EQ(response.revision(), 0);
  EXPECT_EQ(response.organisation().subordination_parent(), Org("gb"));
  EXPECT_THAT(Get("x").status(), IsNotThere());
  EXPECT_FALSE(server_.server().tree().Knows("x"));
  EXPECT_THAT(Do(NewOrganisation("y", "nobody")), IsRefused("PARENT_NOT_THERE"));
  request.set_validate_only(false);
  EXPECT_TRUE(Do(request).ok());
  EXPECT_TRUE(server_.server().tree().Knows("x"));
}

TEST_F(Organisations, AreSetUpOnceByARequestId) {
  auto request = NewOrganisation("x", "gb", type::v1::ORGANISATION_KIND_BRANCH);
  request.set_request_id("once");
  v1::CreateOrganisationResponse first, again;
  ASSERT_TRUE(Write(&Stub::CreateOrganisation, request, &first).ok());
  ASSERT_TRUE(Do(Rename("x", "新名")).ok());
  ASSERT_TRUE(Write(&Stub::CreateOrganisation, request, &again).ok());
  EXPECT_EQ(first.SerializeAsString(), again.SerializeAsString());
  request.set_organisation_id("y");
  EXPECT_THAT(Do(request), IsMalformed("REQUEST_ID_REUSED"));
  EXPECT_THAT(Get("y").status(), IsNotThere());
}

TEST_F(Organisations, OfAKindTheContractDoesNotKnowAreRefused) {
  auto request = NewOrganisation("x", "gb", static_cast<type::v1::OrganisationKind>(99));
  EXPECT_THAT(Do(request), IsMalformed("ENUM_VALUE_UNKNOWN"));
}

TEST_F(Organisations, AreSeenAndChangedOnlyInScope) {
  EXPECT_THAT(*Tree("scoped", {}, LINE_SUBORDINATION, 10, kScopedToken),
              ElementsAre("0 scoped", "1 s1"));
  EXPECT_THAT(Tree("town", {}, LINE_SUBORDINATION, 10, kScopedToken).status(), IsNotThere());
  EXPECT_THAT(Tree("", {}, LINE_SUBORDINATION, 10, kScopedToken).status(), IsNotThere());
  EXPECT_TRUE(Get("s1", {}, kScopedToken).ok());
  EXPECT_THAT(Get("b1", {}, kScopedToken).status(), IsNotThere());
  EXPECT_THAT(Get("nobody", {}, kScopedToken).status(), IsNotThere());

  EXPECT_TRUE(Do(Rename("s1", "新名"), kScopedToken).ok());
  EXPECT_THAT(Do(Rename("b1", "新名"), kScopedToken), IsNotThere());
  const auto branch = type::v1::ORGANISATION_KIND_BRANCH;
  EXPECT_TRUE(Do(NewOrganisation("s2", "scoped", branch), kScopedToken).ok());
  EXPECT_THAT(Do(NewOrganisation("x", "gb", branch), kScopedToken), IsNotThere());
  EXPECT_THAT(Do(NewOrganisation("x", ""), kScopedToken), IsNotThere());
  EXPECT_THAT(Do(MoveOf("s1", "gb", Date(2020)), kScopedToken), IsNotThere());
  EXPECT_THAT(Do(MoveOf("b1", "scoped", Date(2020)), kScopedToken), IsNotThere());
  // Guidance comes from elsewhere by its nature.
  auto guided = MoveOf("s1", "bureau", Date(2020));
  guided.set_line(LINE_TERRITORIAL);
  EXPECT_TRUE(Do(guided, kScopedToken).ok());
  v1::BatchCreateOrganisationsRequest batch;
  *batch.add_requests() = NewOrganisation("s3", "scoped", branch);
  *batch.add_requests() = NewOrganisation("x", "gb", branch);
  EXPECT_THAT(Do(batch, kScopedToken), IsNotThere());
  EXPECT_THAT(Get("s3").status(), IsNotThere());
  EXPECT_EQ(Do(NewOrganisation("x", "gb", branch), kReaderToken).code(),
            absl::StatusCode::kPermissionDenied);
}

TEST_F(Organisations, ArePagedOverOneSnapshotWhileWritesGoOn) {
  v1::ListOrganisationsRequest request;
  request.set_page_size(3);
  std::vector<std::string> ids;
  int64_t revision = 0;
  for (int page = 0;; ++page) {
    v1::ListOrganisationsResponse response;
    ASSERT_TRUE(Invoke(&Stub::ListOrganisations, stub_, request, &response).ok());
    if (page == 0) revision = response.revision();
    EXPECT_EQ(response.revision(), revision);
    for (const auto& node : response.organisations()) {
      ids.push_back(node.organisation().name().substr(14));
      EXPECT_EQ(node.organisation().title(), "中共示范县委员会");
    }
    request.set_page_token(response.next_page_token());
    if (request.page_token().empty()) break;
    ASSERT_EQ(response.organisations_size(), 3);
    ASSERT_TRUE(Do(NewOrganisation(absl::StrCat("a", page), "county")).ok());
    ASSERT_TRUE(Do(MoveOf("gb", page == 0 ? "bureau" : "town", Date(2010 + page))).ok());
    ASSERT_TRUE(Do(Rename("s1", absl::StrCat("新名", page))).ok());
  }
  EXPECT_THAT(ids, ElementsAre("county", "bureau", "town", "gb", "b1", "b2", "scoped", "s1"));
  request.set_page_token("");
  request.set_page_size(-1);
  v1::ListOrganisationsResponse response;
  EXPECT_THAT(Invoke(&Stub::ListOrganisations, stub_, request, &response),
              IsMalformed("PAGE_SIZE_INVALID"));
}

TEST_F(Organisations, AreReadOnlyOnDatesThatExist) {
  google::type::Date date;
  date.set_year(2025);
  date.set_month(2);
  date.set_day(30);
  EXPECT_THAT(Get("b1", date).status(), IsMalformed("DATE_INVALID"));
  EXPECT_THAT(Tree("b1", date).status(), IsMalformed("DATE_INVALID"));
}

}  // namespace
}  // namespace zhibu::registry
