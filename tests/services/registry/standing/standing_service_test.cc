// What stands out, gaps, facilities, figures and search, over the contract.
#include "common/base/file.h"
#include "services/registry/books/member_counts.h"
#include "tests/services/registry/with_members.h"
#include "zhibu/registry/v1/facility_service.grpc.pb.h"
#include "zhibu/registry/v1/standing_service.grpc.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Facilities = v1::FacilityService::Stub;
using StandingStub = v1::StandingService::Stub;

class StandingTest : public WithMembersTest {
 protected:
  template <typename Service, typename Request, typename Response>
  absl::Status Call(grpc::Status (Service::*method)(grpc::ClientContext*, const Request&,
                                                    Response*),
                    Request request, Response* response, const std::string& token = kOwnerToken) {
    if constexpr (requires { request.request_id(); }) request.set_request_id(NextRequestId());
    Service stub(registry_.channel());
    return Invoke(method, stub, request, response, token);
  }
  absl::Status Do(const v1::CreateInstitutionRequest& request) {
    v1::CreateInstitutionResponse response;
    return Call(&v1::RegistryService::Stub::CreateInstitution, request, &response);
  }
  absl::Status Do(const v1::CreatePostRequest& request) {
    v1::CreatePostResponse response;
    return Call(&v1::RegistryService::Stub::CreatePost, request, &response);
  }
  v1::CreateInstitutionRequest Covered(const std::string& id, const std::string& organisation,
                                       v1::CoverageRung rung) {
    v1::CreateInstitutionRequest request = NewInstitution(id, organisation);
    auto& coverage = *request.mutable_institution()->add_coverages();
    coverage.set_organisation(Org(organisation));
    coverage.set_rung(rung);
    *coverage.mutable_valid_from() = Date(2001);
    return request;
  }
  // "kind found/norm", with "closed" behind those that are.
  std::vector<std::string> Advisories(const std::string& root, bool with_closed = false) {
    v1::ListAdvisoriesRequest request;
    v1::ListAdvisoriesResponse response;
    request.set_root(Org(root));
    request.set_with_closed(with_closed);
    std::vector<std::string> all;
    EXPECT_TRUE(Call(&StandingStub::ListAdvisories, request, &response).ok());
    for (const v1::Advisory& advisory : response.advisories()) {
      all.push_back(absl::StrCat(advisory.kind(), " ", advisory.found(), "/", advisory.norm(),
                                 advisory.has_closed_on() ? " closed" : ""));
      EXPECT_FALSE(advisory.citation().document().empty());
      EXPECT_FALSE(advisory.message().empty());
    }
    return all;
  }
  std::vector<std::string> Search(const std::string& query, google::type::Date as_of = {},
                                  const std::string& root = "", int page_size = 0,
                                  const std::string& token = kOwnerToken) {
    std::vector<std::string> names;
    v1::SearchRegistryRequest request;
    v1::SearchRegistryResponse response;
    request.set_query(query);
    if (!root.empty()) request.set_root(Org(root));
    if (as_of.year() != 0) *request.mutable_as_of() = as_of;
    request.set_page_size(page_size);
    do {
      request.set_page_token(response.next_page_token());
      response.Clear();
      const absl::Status status = Call(&StandingStub::SearchRegistry, request, &response, token);
      EXPECT_TRUE(status.ok()) << status;
      for (const auto& found : response.found()) names.push_back(found.name());
    } while (!response.next_page_token().empty());
    return names;
  }
  v1::CreateFacilityRequest Room(const std::string& id, const std::string& holder) {
    v1::CreateFacilityRequest request;
    request.set_facility_id(id);
    request.mutable_facility()->set_holder(holder);
    request.mutable_facility()->set_kind(v1::FACILITY_KIND_ACTIVITY_ROOM);
    request.mutable_facility()->set_title("党员活动室");
    *request.mutable_facility()->mutable_valid_from() = Date(2019);
    return request;
  }
  absl::Status Do(const v1::CreateFacilityRequest& request,
                  const std::string& token = kOwnerToken) {
    v1::CreateFacilityResponse response;
    return Call(&Facilities::CreateFacility, request, &response, token);
  }
  std::vector<std::string> FacilitiesOn(google::type::Date as_of, int page_size = 0) {
    std::vector<std::string> names;
    v1::ListFacilitiesRequest request;
    v1::ListFacilitiesResponse response;
    request.set_root(Org("county"));
    *request.mutable_as_of() = as_of;
    request.set_page_size(page_size);
    do {
      request.set_page_token(response.next_page_token());
      response.Clear();
      EXPECT_TRUE(Call(&Facilities::ListFacilities, request, &response).ok());
      for (const auto& facility : response.facilities()) names.push_back(facility.name());
    } while (!response.next_page_token().empty());
    return names;
  }
};

TEST_F(StandingTest, AdvisoriesOpenAndCloseWithTheirCause) {
  // A branch with nobody is known by that, and a committee is not judged.
  EXPECT_THAT(Advisories("old"), ElementsAre("1 0/3"));
  Members("p", 2, "old");
  EXPECT_THAT(Advisories("old"), ElementsAre("1 2/3"));
  Members("q", 1, "old");
  EXPECT_THAT(Advisories("old"), IsEmpty());
  // What came and went on one day was the books being filled.
  EXPECT_THAT(Advisories("old", true), IsEmpty());
  Members("r", 4, "old");
  EXPECT_THAT(Advisories("old"), ElementsAre("4 7/7"));
  clock_.SetToday(absl::CivilDay(2026, 12, 1));
  ASSERT_TRUE(Do(NewPost("post", Org("old"), v1::POST_KIND_ORGANISATION_COMMISSIONER)).ok());
  EXPECT_THAT(Advisories("old"), IsEmpty());
  EXPECT_THAT(Advisories("old", true), ElementsAre("4 7/7 closed"));
  Members("s", 43, "old");
  EXPECT_THAT(Advisories("old"), IsEmpty());
  Person("one-more", "old", {membership::v1::STAGE_PROBATIONARY});
  EXPECT_THAT(Advisories("old"), ElementsAre("2 51/50"));
  EXPECT_THAT(Advisories("county"), ElementsAre("1 0/3", "2 51/50"));
}

TEST_F(StandingTest, AStoppedMemberIsNotCountedUntilRestored) {
  using namespace membership::v1;  // NOLINT
  const auto full = [&] {
    const auto counts = CountsOf(*registry_.server().store().TakeSnapshot(), "old");
    return counts.ok() ? counts->full_members() : -1;
  };
  Members("m", 2, "old");
  EXPECT_EQ(full(), 2);
  Person("m0", "old", {STAGE_FULL, STAGE_STOPPED});
  EXPECT_EQ(full(), 1);
  Person("m0", "old", {STAGE_FULL, STAGE_STOPPED, STAGE_FULL});
  EXPECT_EQ(full(), 2);
}

TEST_F(StandingTest, AJointBranchCoversFiveUnits) {
  v1::CreateOrganisationRequest request =
      NewOrganisation("joint", "county", type::v1::ORGANISATION_KIND_JOINT_BRANCH);
  v1::CreateOrganisationResponse response;
  ASSERT_TRUE(Call(&v1::RegistryService::Stub::CreateOrganisation, request, &response).ok());
  for (int i = 1; i <= 5; ++i) {
    ASSERT_TRUE(Do(Covered(absl::StrCat("u", i), "joint", v1::COVERAGE_RUNG_JOINT)).ok());
  }
  EXPECT_THAT(Advisories("joint"), IsEmpty());
  ASSERT_TRUE(Do(Covered("u6", "joint", v1::COVERAGE_RUNG_JOINT)).ok());
  EXPECT_THAT(Advisories("joint"), ElementsAre("3 6/5"));
}

TEST_F(StandingTest, UnitsWithThreeFullMembersHaveTheirOwnOrganisation) {
  ASSERT_TRUE(Do(Covered("own", "old", v1::COVERAGE_RUNG_OWN)).ok());
  ASSERT_TRUE(Do(Covered("attached", "old", v1::COVERAGE_RUNG_ATTACHED)).ok());
  ASSERT_TRUE(Do(NewInstitution("none", "old")).ok());
  ASSERT_TRUE(Do(NewInstitution("small", "old")).ok());
  for (const char* school : {"own", "attached", "none"}) Members(school, 3, "old", school);
  Members("small", 2, "old", "small");
  v1::ListCoverageGapsRequest request;
  v1::ListCoverageGapsResponse response;
  request.set_root(Org("county"));
  request.set_page_size(1);
  ASSERT_TRUE(Call(&StandingStub::ListCoverageGaps, request, &response).ok());
  ASSERT_EQ(response.gaps_size(), 1);
  EXPECT_EQ(response.gaps(0).institution(), Inst("attached"));
  EXPECT_EQ(response.gaps(0).rung(), v1::COVERAGE_RUNG_ATTACHED);
  EXPECT_EQ(response.gaps(0).full_members(), 3);
  EXPECT_EQ(response.gaps(0).norm(), 3);
  EXPECT_FALSE(response.gaps(0).citation().document().empty());
  request.set_page_token(response.next_page_token());
  ASSERT_TRUE(Call(&StandingStub::ListCoverageGaps, request, &response).ok());
  ASSERT_EQ(response.gaps_size(), 1);
  EXPECT_EQ(response.gaps(0).institution(), Inst("none"));
  EXPECT_EQ(response.gaps(0).rung(), v1::COVERAGE_RUNG_NONE);
  EXPECT_EQ(response.next_page_token(), "");
}

TEST_F(StandingTest, FacilitiesAreThereOnTheirDays) {
  ASSERT_TRUE(Do(NewInstitution("school", "old")).ok());
  ASSERT_TRUE(Do(Room("room", Inst("school"))).ok());
  ASSERT_TRUE(Do(Room("board", Org("new"))).ok());
  for (int size : {0, 1, 2}) {
    EXPECT_THAT(FacilitiesOn(Date(2019), size), ElementsAre("facilities/board", "facilities/room"));
  }
  EXPECT_THAT(FacilitiesOn(Date(2018, 12, 31)), IsEmpty());
  v1::EndFacilityRequest end;
  v1::EndFacilityResponse ended;
  end.set_name("facilities/room");
  end.set_etag("1");
  *end.mutable_valid_to() = Date(2019);
  EXPECT_THAT(Call(&Facilities::EndFacility, end, &ended), IsRefused("PERIOD_INVALID"));
  *end.mutable_valid_to() = Date(2020);
  EXPECT_TRUE(Call(&Facilities::EndFacility, end, &ended).ok());
  EXPECT_EQ(Call(&Facilities::EndFacility, end, &ended).code(), absl::StatusCode::kAborted);
  EXPECT_THAT(FacilitiesOn(Date(2020)), ElementsAre("facilities/board"));
}

TEST_F(StandingTest, RefusesFacilitiesThatCannotBe) {
  ASSERT_TRUE(Do(NewInstitution("school", "old")).ok());
  EXPECT_THAT(Do(Room("room", Inst("nowhere"))), IsRefused("HOLDER_NOT_THERE"));
  EXPECT_THAT(Do(Room("room", "school")), IsMalformed("NAME_INVALID"));
  auto request = Room("room", Inst("school"));
  *request.mutable_facility()->mutable_valid_from() = Date(2000);
  EXPECT_THAT(Do(request), IsRefused("PERIOD_INVALID"));
  request = Room("room", Inst("school"));
  request.mutable_facility()->set_rating(3);
  EXPECT_THAT(Do(request), IsMalformed("RATING_INVALID"));
  request.mutable_facility()->set_kind(v1::FACILITY_KIND_STAR_RATING);
  EXPECT_THAT(Do(request), IsMalformed("SCHEME_REQUIRED"));
  request.mutable_facility()->set_scheme("五星支部");
  EXPECT_TRUE(Do(request).ok());
  EXPECT_EQ(ReasonOf(Do(request)), "FACILITY_EXISTS");
  EXPECT_THAT(Do(Room("other", Inst("school")), kScopedToken), IsNotThere());
}

TEST_F(StandingTest, FindsByPartsOfTitlesAndInitials) {
  auto school = NewInstitution("school", "old");
  school.mutable_institution()->set_title("青岚县第一中学");
  ASSERT_TRUE(Do(school).ok());
  // All organisations of this test are called 中共示范县委员会.
  EXPECT_THAT(Search("示范"), ElementsAre(Org("county"), Org("new"), Org("old")));
  EXPECT_THAT(Search("dyzx"), ElementsAre(Inst("school")));
  for (int size : {0, 1, 2, 3}) {
    EXPECT_THAT(Search("县", {}, "", size),
                ElementsAre(Org("county"), Org("new"), Org("old"), Inst("school")));
  }
  EXPECT_THAT(Search("县", {}, "old"), ElementsAre(Org("old"), Inst("school")));
  EXPECT_THAT(Search("县", Date(2000, 6, 1), "old"), ElementsAre(Org("old")));
  EXPECT_THAT(Search("县", Date(1999)), IsEmpty());
  EXPECT_THAT(Search("小学"), IsEmpty());
  v1::SearchRegistryRequest request;
  v1::SearchRegistryResponse response;
  EXPECT_THAT(Call(&StandingStub::SearchRegistry, request, &response),
              IsMalformed("QUERY_INVALID"));
  request.set_query("县");
  EXPECT_FALSE(Call(&StandingStub::SearchRegistry, request, &response, kScopedToken).ok());
}

TEST_F(StandingTest, APastDateHasItsOwnNamesGapsAndFigures) {
  ASSERT_TRUE(Do(Covered("school", "old", v1::COVERAGE_RUNG_ATTACHED)).ok());  // since 2001
  Members("m", 3, "old", "school");
  v1::UpdateInstitutionRequest change;
  v1::UpdateInstitutionResponse changed;
  change.mutable_institution()->set_name(Inst("school"));
  change.mutable_institution()->set_etag("1");
  change.mutable_institution()->set_title("青岚县实验小学");
  change.mutable_institution()->set_kind(v1::INSTITUTION_KIND_PRIMARY_SCHOOL);
  auto& attached = *change.mutable_institution()->add_coverages();
  attached.set_organisation(Org("old"));
  attached.set_rung(v1::COVERAGE_RUNG_ATTACHED);
  *attached.mutable_valid_from() = Date(2001);
  *attached.mutable_valid_to() = Date(2015);
  auto& own = *change.mutable_institution()->add_coverages();
  own.set_organisation(Org("old"));
  own.set_rung(v1::COVERAGE_RUNG_OWN);
  *own.mutable_valid_from() = Date(2015);
  for (const char* path : {"title", "kind", "coverages"}) {
    change.mutable_update_mask()->add_paths(path);
  }
  *change.mutable_effective_on() = Date(2010);
  ASSERT_TRUE(Call(&v1::RegistryService::Stub::UpdateInstitution, change, &changed).ok());

  EXPECT_THAT(Search("第一中学", Date(2009)), ElementsAre(Inst("school")));
  EXPECT_THAT(Search("syxx", Date(2009)), IsEmpty());
  EXPECT_THAT(Search("syxx", Date(2010)), ElementsAre(Inst("school")));
  EXPECT_THAT(Search("第一中学", Date(2010)), IsEmpty());

  v1::GetRegistrySummaryRequest ask;
  v1::GetRegistrySummaryResponse summary;
  ask.set_root(Org("county"));
  v1::ListCoverageGapsRequest gaps;
  v1::ListCoverageGapsResponse missing;
  gaps.set_root(Org("county"));
  for (const auto& [day, kind, rung] :
       {std::tuple(Date(2009), v1::INSTITUTION_KIND_SENIOR_SCHOOL, v1::COVERAGE_RUNG_ATTACHED),
        std::tuple(Date(2014), v1::INSTITUTION_KIND_PRIMARY_SCHOOL, v1::COVERAGE_RUNG_ATTACHED),
        std::tuple(Date(2015), v1::INSTITUTION_KIND_PRIMARY_SCHOOL, v1::COVERAGE_RUNG_OWN)}) {
    *ask.mutable_as_of() = day;
    ASSERT_TRUE(Call(&StandingStub::GetRegistrySummary, ask, &summary).ok());
    ASSERT_EQ(summary.institutions_size(), 1);
    EXPECT_EQ(summary.institutions(0).kind(), kind);
    ASSERT_EQ(summary.coverage_size(), 1);
    EXPECT_EQ(summary.coverage(0).rung(), rung);
    *gaps.mutable_as_of() = day;
    ASSERT_TRUE(Call(&StandingStub::ListCoverageGaps, gaps, &missing).ok());
    EXPECT_EQ(missing.gaps_size(), rung == v1::COVERAGE_RUNG_OWN ? 0 : 1);
  }
  *ask.mutable_as_of() = Date(1999);
  EXPECT_THAT(Call(&StandingStub::GetRegistrySummary, ask, &summary), IsNotThere());
}

// What one place asks for, where it is put to use in the norms.
TEST(LocalNorms, APrivateJointBranchCoversSixSchoolsAndThirtyStaffAreCovered) {
  std::string text = ReadFile(kNormsFile).value();
  for (size_t at; (at = text.find("    off: true\n")) != std::string::npos;) text.erase(at, 14);
  const std::string path = ::testing::TempDir() + "/norms-all-on.textproto";
  ASSERT_TRUE(WriteFile(path, text).ok());
  const FakeClock clock(absl::CivilDay(2026, 11, 23));
  TestServer server("registry", &clock, RegistryContracts(), [&](Server& made) {
    return BuildRegistry(made, {path, nullptr});
  });
  v1::RegistryService::Stub books(server.channel());
  StandingStub standing(server.channel());
  int requests = 0;
  for (const auto& [id, parent, kind] :
       {std::tuple("county", "", type::v1::ORGANISATION_KIND_COMMITTEE),
        std::tuple("joint", "county", type::v1::ORGANISATION_KIND_JOINT_BRANCH)}) {
    auto request = NewOrganisation(id, parent, kind);
    request.set_request_id(absl::StrCat("r", ++requests));
    v1::CreateOrganisationResponse response;
    ASSERT_TRUE(
        Invoke(&v1::RegistryService::Stub::CreateOrganisation, books, request, &response).ok());
  }
  const auto cover = [&](v1::Ownership ownership, v1::CoverageRung rung, int staff) {
    auto request = NewInstitution(absl::StrCat("u", ++requests), "joint");
    request.set_request_id(absl::StrCat("r", requests));
    v1::Institution& school = *request.mutable_institution();
    school.set_ownership(ownership);
    auto& coverage = *school.add_coverages();
    coverage.set_organisation(Org("joint"));
    coverage.set_rung(rung);
    *coverage.mutable_valid_from() = Date(2001);
    auto& count = *school.add_head_counts();
    *count.mutable_counted_on() = Date(2026);
    count.set_staff(staff);
    v1::CreateInstitutionResponse response;
    EXPECT_TRUE(
        Invoke(&v1::RegistryService::Stub::CreateInstitution, books, request, &response).ok());
  };
  const auto too_many = [&]() -> std::string {
    v1::ListAdvisoriesRequest request;
    v1::ListAdvisoriesResponse response;
    request.set_root(Org("joint"));
    EXPECT_TRUE(Invoke(&StandingStub::ListAdvisories, standing, request, &response).ok());
    for (const auto& advisory : response.advisories()) {
      if (advisory.kind() != v1::ADVISORY_KIND_TOO_MANY_UNITS) continue;
      EXPECT_NE(advisory.citation().mark(), type::v1::MARK_UNSPECIFIED);
      return absl::StrCat(advisory.found(), "/", advisory.norm());
    }
    return "";
  };
  for (int i = 0; i < 6; ++i) cover(v1::OWNERSHIP_PRIVATE, v1::COVERAGE_RUNG_JOINT, 10);
  EXPECT_EQ(too_many(), "");
  cover(v1::OWNERSHIP_PRIVATE, v1::COVERAGE_RUNG_JOINT, 30);
  EXPECT_EQ(too_many(), "7/6");
  // With a public school among them it is no longer the private schools' branch.
  cover(v1::OWNERSHIP_PUBLIC, v1::COVERAGE_RUNG_JOINT, 30);
  EXPECT_EQ(too_many(), "8/5");

  cover(v1::OWNERSHIP_PRIVATE, v1::COVERAGE_RUNG_INSTRUCTOR, 29);
  cover(v1::OWNERSHIP_PRIVATE, v1::COVERAGE_RUNG_INSTRUCTOR, 30);
  v1::ListCoverageGapsRequest request;
  v1::ListCoverageGapsResponse response;
  request.set_root(Org("county"));
  ASSERT_TRUE(Invoke(&StandingStub::ListCoverageGaps, standing, request, &response).ok());
  ASSERT_EQ(response.gaps_size(), 1);
  EXPECT_EQ(response.gaps(0).staff(), 30);
  EXPECT_EQ(response.gaps(0).staff_norm(), 30);
  EXPECT_EQ(response.gaps(0).norm(), 0);
  EXPECT_EQ(response.gaps(0).citation().mark(), type::v1::MARK_SECONDARY);
}

TEST_F(StandingTest, TheFiguresHaveTheirDenominators) {
  ASSERT_TRUE(Do(Covered("one", "old", v1::COVERAGE_RUNG_OWN)).ok());
  auto point = NewInstitution("point", "old");
  point.mutable_institution()->set_kind(v1::INSTITUTION_KIND_TEACHING_POINT);
  point.mutable_institution()->set_parent(Inst("one"));
  ASSERT_TRUE(Do(point).ok());
  ASSERT_TRUE(Do(NewPost("head", Inst("one"), v1::POST_KIND_HEAD)).ok());
  auto deputy = NewPost("deputy", Inst("one"), v1::POST_KIND_DEPUTY_HEAD);
  deputy.mutable_post()->set_holder("persons/p2");
  ASSERT_TRUE(Do(deputy).ok());
  ASSERT_TRUE(Do(NewPost("secretary", Org("old"), v1::POST_KIND_SECRETARY)).ok());
  ASSERT_TRUE(Do(Room("room", Inst("one"))).ok());
  v1::GetRegistrySummaryRequest request;
  v1::GetRegistrySummaryResponse summary;
  request.set_root(Org("county"));
  ASSERT_TRUE(Call(&StandingStub::GetRegistrySummary, request, &summary).ok());
  ASSERT_EQ(summary.organisations_size(), 1);
  EXPECT_EQ(summary.organisations(0).kind(), type::v1::ORGANISATION_KIND_BRANCH);
  EXPECT_EQ(summary.organisations(0).organisations(), 2);
  EXPECT_EQ(summary.organisations(0).subordinate(), 2);
  EXPECT_EQ(summary.organisations(0).subordinate_schools(), 1);
  EXPECT_EQ(summary.institutions_size(), 2);
  ASSERT_EQ(summary.coverage_size(), 2);
  EXPECT_EQ(summary.coverage(1).rung(), v1::COVERAGE_RUNG_NONE);
  ASSERT_EQ(summary.one_shoulder_size(), 1);
  EXPECT_EQ(summary.one_shoulder(0).one_shoulder().count(), 1);
  EXPECT_EQ(summary.one_shoulder(0).one_shoulder().total(), 1);
  EXPECT_EQ(summary.leaders_with_party_posts().count(), 1);
  EXPECT_EQ(summary.leaders_with_party_posts().total(), 2);
  ASSERT_EQ(summary.facilities_size(), 1);
  EXPECT_EQ(summary.facilities(0).schools().count(), 1);
  EXPECT_EQ(summary.facilities(0).schools().total(), 1);
  EXPECT_EQ(summary.open_advisories(0), 2);
  EXPECT_GT(summary.revision(), 0);
}

}  // namespace
}  // namespace zhibu::registry
