#include "services/registry/offices/institutions.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "tests/services/registry/registry_fixture.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Institutions : public RegistryTest {
 protected:
  void SetUp() override { SetUpCounty(); }

  static v1::Coverage& AddCoverage(v1::Institution& institution, const std::string& organisation,
                                   google::type::Date from, google::type::Date to = {}) {
    v1::Coverage& coverage = *institution.add_coverages();
    coverage.set_organisation(Org(organisation));
    coverage.set_rung(v1::COVERAGE_RUNG_JOINT);
    *coverage.mutable_valid_from() = from;
    if (to.year() != 0) *coverage.mutable_valid_to() = to;
    return coverage;
  }
  static v1::HeadCount& AddCount(v1::Institution& institution, google::type::Date day) {
    v1::HeadCount& count = *institution.add_head_counts();
    *count.mutable_counted_on() = day;
    count.set_staff(80);
    return count;
  }
  v1::UpdateInstitutionRequest Change(const std::string& id, const std::string& path) {
    v1::UpdateInstitutionRequest request;
    const auto institution = GetInstitution(id);
    if (institution.ok()) *request.mutable_institution() = *institution;
    request.mutable_institution()->set_name(Inst(id));
    request.mutable_update_mask()->add_paths(path);
    return request;
  }
  // Ids, all pages.
  absl::StatusOr<std::vector<std::string>> List(v1::ListInstitutionsRequest request,
                                                const std::string& token = kOwnerToken) {
    std::vector<std::string> ids;
    do {
      v1::ListInstitutionsResponse response;
      ZHIBU_RETURN_IF_ERROR(Invoke(&Stub::ListInstitutions, stub_, request, &response, token));
      for (const auto& institution : response.institutions()) {
        ids.push_back(institution.name().substr(13));
      }
      request.set_page_token(response.next_page_token());
    } while (!request.page_token().empty());
    return ids;
  }
  // The id of who was found, or the reason.
  std::string Found(const v1::FindInstitutionRequest& request,
                    const std::string& token = kOwnerToken) {
    v1::FindInstitutionResponse response;
    const absl::Status status = Invoke(&Stub::FindInstitution, stub_, request, &response, token);
    return status.ok() ? response.institution().name().substr(13) : ReasonOf(status);
  }
  static v1::FindInstitutionRequest WithCode(const std::string& code) {
    v1::FindInstitutionRequest request;
    request.set_credit_code(code);
    return request;
  }
  static v1::FindInstitutionRequest Called(const std::string& title,
                                           google::type::Date as_of = {}) {
    v1::FindInstitutionRequest request;
    request.set_title(title);
    if (as_of.year() != 0) *request.mutable_as_of() = as_of;
    return request;
  }
  static v1::ListInstitutionsRequest In(const std::string& root, google::type::Date as_of = {}) {
    v1::ListInstitutionsRequest request;
    if (!root.empty()) request.set_root(Org(root));
    if (as_of.year() != 0) *request.mutable_as_of() = as_of;
    return request;
  }
};

TEST_F(Institutions, AreAnsweredAsRegistered) {
  auto request = NewInstitution("school", "town");
  v1::Institution& institution = *request.mutable_institution();
  institution.set_place(v1::PLACE_TOWNSHIP);
  institution.set_credit_code(CreditCode(1));
  v1::HeadCount& count = AddCount(institution, Date(2025));
  count.set_students(0);
  AddCount(institution, Date(2026)).clear_staff();
  AddCoverage(institution, "b1", Date(2005), Date(2010));
  AddCoverage(institution, "gb", Date(2010));
  v1::CreateInstitutionResponse response;
  ASSERT_TRUE(Write(&Stub::CreateInstitution, request, &response).ok());
  EXPECT_EQ(response.revision(), 2);
  institution.set_name(Inst("school"));
  institution.set_etag("1");
  v1::DatedTitle& title = *institution.add_titles();
  title.set_title(institution.title());
  *title.mutable_valid_from() = institution.opened_on();
  v1::DatedInstitutionKind& kind = *institution.add_kinds();
  kind.set_kind(institution.kind());
  kind.set_ownership(institution.ownership());
  *kind.mutable_valid_from() = institution.opened_on();
  EXPECT_EQ(response.institution().DebugString(), institution.DebugString());
  EXPECT_EQ(GetInstitution("school")->DebugString(), institution.DebugString());
  EXPECT_TRUE(GetInstitution("school")->head_counts(0).has_students());
  EXPECT_FALSE(GetInstitution("school")->head_counts(1).has_staff());
}

TEST_F(Institutions, AnswerTheirCoverageOldestFirst) {
  auto request = NewInstitution("school", "town");
  AddCoverage(*request.mutable_institution(), "gb", Date(2010));
  AddCoverage(*request.mutable_institution(), "b1", Date(2005), Date(2010));
  ASSERT_TRUE(Do(request).ok());
  EXPECT_EQ(GetInstitution("school")->coverages(0).organisation(), Org("b1"));
}

TEST_F(Institutions, NameEveryFieldAtFault) {
  auto request = NewInstitution("1", "town");
  v1::Institution& institution = *request.mutable_institution();
  institution.set_title("一\n中");
  institution.set_kind(v1::INSTITUTION_KIND_UNSPECIFIED);
  institution.set_ownership(v1::OWNERSHIP_UNSPECIFIED);
  institution.set_keeper("town");
  institution.clear_opened_on();
  AddCount(institution, Date(2025)).set_staff(1000001);
  AddCount(institution, Date(2025)).set_students(-1);
  AddCount(institution, Date(2026, 11, 24));
  AddCoverage(institution, "gb", Date(2010)).set_rung(v1::COVERAGE_RUNG_UNSPECIFIED);
  const absl::Status status = Do(request);
  EXPECT_THAT(
      ReasonsOf(status),
      ElementsAre("ID_INVALID", "TITLE_INVALID", "KIND_REQUIRED", "KIND_REQUIRED", "NAME_INVALID",
                  "DATE_REQUIRED", "HEAD_COUNT_INVALID", "HEAD_COUNTS_NOT_IN_ORDER",
                  "HEAD_COUNT_INVALID", "DATE_IN_FUTURE", "KIND_REQUIRED"));
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(Institutions, AreRefusedTwice) {
  ASSERT_TRUE(Do(NewInstitution("school", "town")).ok());
  EXPECT_THAT(Do(NewInstitution("school", "town")),
              Refuses(absl::StatusCode::kAlreadyExists, std::string("INSTITUTION_EXISTS")));
}

TEST_F(Institutions, HaveACreditCodeThatFitsAndIsTheirsAlone) {
  auto request = NewInstitution("school", "town");
  std::string wrong = CreditCode(1);
  wrong[17] = wrong[17] == '0' ? '1' : '0';
  request.mutable_institution()->set_credit_code(wrong);
  EXPECT_THAT(Do(request), IsRefused("CREDIT_CODE_INVALID"));
  request.mutable_institution()->set_credit_code(absl::AsciiStrToLower(CreditCode(1)));
  ASSERT_TRUE(Do(request).ok());
  EXPECT_EQ(GetInstitution("school")->credit_code(), CreditCode(1));

  auto other = NewInstitution("other", "town");
  other.mutable_institution()->set_credit_code(CreditCode(1));
  EXPECT_THAT(Do(other), IsRefused("CREDIT_CODE_TAKEN"));
  other.mutable_institution()->set_credit_code(CreditCode(2));
  ASSERT_TRUE(Do(other).ok());
  auto change = Change("other", "credit_code");
  change.mutable_institution()->set_credit_code(CreditCode(1));
  EXPECT_THAT(Do(change), IsRefused("CREDIT_CODE_TAKEN"));
  // Given up by the one, it is free for the other.
  auto give_up = Change("school", "credit_code");
  give_up.mutable_institution()->clear_credit_code();
  ASSERT_TRUE(Do(give_up).ok());
  EXPECT_TRUE(Do(change).ok());
}

TEST_F(Institutions, AreTeachingPointsOfASchoolThatIsThere) {
  auto request = NewInstitution("point", "town");
  request.mutable_institution()->set_parent(Inst("school"));
  EXPECT_THAT(Do(request), IsMalformed("PARENT_NOT_ALLOWED"));
  request.mutable_institution()->set_kind(v1::INSTITUTION_KIND_TEACHING_POINT);
  EXPECT_THAT(Do(request), IsRefused("PARENT_NOT_THERE"));
  v1::BatchCreateInstitutionsRequest batch;
  *batch.add_requests() = NewInstitution("school", "town");
  *batch.add_requests() = request;
  EXPECT_TRUE(Do(batch).ok());
  request.set_institution_id("point2");
  request.mutable_institution()->set_parent(Inst("point"));
  EXPECT_THAT(Do(request), IsRefused("PARENT_NOT_THERE"));
}

TEST_F(Institutions, AreKeptAndCoveredByOrganisationsThatAreThere) {
  EXPECT_THAT(Do(NewInstitution("school", "nobody")), IsRefused("ORGANISATION_NOT_THERE"));
  auto request = NewInstitution("school", "town");
  v1::Coverage& coverage = AddCoverage(*request.mutable_institution(), "nobody", Date(2010));
  EXPECT_THAT(Do(request), IsRefused("ORGANISATION_NOT_THERE"));
  auto late = NewOrganisation("late", "town", type::v1::ORGANISATION_KIND_BRANCH, Date(2011));
  ASSERT_TRUE(Do(late).ok());
  coverage.set_organisation(Org("late"));
  EXPECT_THAT(Do(request), IsRefused("ORGANISATION_NOT_THERE"));
  *coverage.mutable_valid_from() = Date(2011);
  EXPECT_TRUE(Do(request).ok());
}

TEST_F(Institutions, AreCoveredInOneWayAtATimeWhileTheyAreOpen) {
  auto request = NewInstitution("school", "town");
  v1::Institution& institution = *request.mutable_institution();
  *institution.mutable_closed_on() = Date(2001);
  EXPECT_THAT(Do(request), IsRefused("PERIOD_INVALID"));
  *institution.mutable_closed_on() = Date(2020);
  v1::Coverage& first = AddCoverage(institution, "gb", Date(2001), Date(2001));
  EXPECT_THAT(Do(request), IsRefused("PERIOD_INVALID"));
  *first.mutable_valid_to() = Date(2020, 1, 2);
  EXPECT_THAT(Do(request), IsRefused("PERIOD_INVALID"));
  *first.mutable_valid_to() = Date(2010);
  AddCoverage(institution, "b1", Date(2009, 12, 31), Date(2020));
  EXPECT_THAT(Do(request), IsRefused("PERIODS_OVERLAP"));
  *institution.mutable_coverages(1)->mutable_valid_from() = Date(2010);
  EXPECT_TRUE(Do(request).ok());
}

TEST_F(Institutions, AreChangedOnlyByWhoeverReadThemLast) {
  ASSERT_TRUE(Do(NewInstitution("school", "town")).ok());
  auto change = Change("school", "title");
  change.mutable_institution()->set_title("新校名");
  change.mutable_institution()->set_place(v1::PLACE_VILLAGE);  // not in the mask
  const auto stale = change;
  ASSERT_TRUE(Do(change).ok());
  EXPECT_EQ(GetInstitution("school")->title(), "新校名");
  EXPECT_EQ(GetInstitution("school")->place(), v1::PLACE_UNKNOWN);
  EXPECT_THAT(Do(stale), Refuses(absl::StatusCode::kAborted, std::string("ETAG_STALE")));
  change.mutable_institution()->clear_etag();
  EXPECT_THAT(Do(change), IsMalformed("ETAG_REQUIRED"));
  EXPECT_THAT(Do(Change("school", "keeper")), IsMalformed("UPDATE_MASK_INVALID"));
  change = Change("nobody", "title");
  change.mutable_institution()->set_etag("1");
  EXPECT_THAT(Do(change), IsNotThere());
}

TEST_F(Institutions, ChangeTheirDatedListsWhole) {
  auto request = NewInstitution("school", "town");
  AddCount(*request.mutable_institution(), Date(2024));
  AddCoverage(*request.mutable_institution(), "gb", Date(2010));
  ASSERT_TRUE(Do(request).ok());
  auto change = Change("school", "head_counts");
  AddCount(*change.mutable_institution(), Date(2025));
  change.mutable_institution()->clear_coverages();  // not in the mask
  ASSERT_TRUE(Do(change).ok());
  EXPECT_EQ(GetInstitution("school")->head_counts_size(), 2);
  EXPECT_EQ(GetInstitution("school")->coverages_size(), 1);
  change = Change("school", "head_counts");
  AddCount(*change.mutable_institution(), Date(2025));
  EXPECT_THAT(Do(change), IsMalformed("HEAD_COUNTS_NOT_IN_ORDER"));
}

TEST_F(Institutions, CloseOnlyWithAllThatHappensThere) {
  auto request = NewInstitution("school", "town");
  AddCoverage(*request.mutable_institution(), "gb", Date(2010));
  ASSERT_TRUE(Do(request).ok());
  ASSERT_TRUE(Do(NewPost("head", Inst("school"), v1::POST_KIND_HEAD)).ok());
  auto change = Change("school", "closed_on");
  *change.mutable_institution()->mutable_closed_on() = Date(2020);
  EXPECT_THAT(ReasonsOf(Do(change)), ElementsAre("PERIOD_INVALID", "PERIOD_INVALID"));
  change.mutable_update_mask()->add_paths("coverages");
  *change.mutable_institution()->mutable_coverages(0)->mutable_valid_to() = Date(2020);
  EXPECT_THAT(ReasonsOf(Do(change)), ElementsAre("PERIOD_INVALID"));  // the head
  v1::EndPostRequest end;
  end.set_name("posts/head");
  end.set_etag("1");
  *end.mutable_valid_to() = Date(2020);
  ASSERT_TRUE(Do(end).ok());
  ASSERT_TRUE(Do(change).ok());
  EXPECT_THAT(*List(In("", Date(2019))), ElementsAre("school"));
  EXPECT_THAT(*List(In("", Date(2020))), IsEmpty());
  // Opened again.
  change = Change("school", "closed_on");
  change.mutable_institution()->clear_closed_on();
  ASSERT_TRUE(Do(change).ok());
  EXPECT_THAT(*List(In("")), ElementsAre("school"));
}

TEST_F(Institutions, AreCalledAndAreWhatTheyWereOnTheDay) {
  ASSERT_TRUE(Do(NewInstitution("school", "gb")).ok());  // 示范县第一中学, a public senior school
  auto change = Change("school", "title");
  change.mutable_institution()->set_title("示范县实验学校");
  change.mutable_institution()->set_kind(v1::INSTITUTION_KIND_NINE_YEAR_SCHOOL);
  change.mutable_institution()->set_ownership(v1::OWNERSHIP_PRIVATE);
  change.mutable_update_mask()->add_paths("kind");
  change.mutable_update_mask()->add_paths("ownership");
  *change.mutable_effective_on() = Date(2000, 12, 31);
  EXPECT_THAT(Do(change), IsRefused("PERIOD_INVALID"));
  *change.mutable_effective_on() = Date(2010);
  ASSERT_TRUE(Do(change).ok());

  const auto on = [&](google::type::Date day) {
    return *GetInstitution("school", kOwnerToken, day);
  };
  EXPECT_EQ(on(Date(2009, 12, 31)).title(), "示范县第一中学");
  EXPECT_EQ(on(Date(2009, 12, 31)).kind(), v1::INSTITUTION_KIND_SENIOR_SCHOOL);
  EXPECT_EQ(on(Date(2009, 12, 31)).ownership(), v1::OWNERSHIP_PUBLIC);
  EXPECT_EQ(on(Date(2010)).title(), "示范县实验学校");
  EXPECT_EQ(on(Date(2010)).kind(), v1::INSTITUTION_KIND_NINE_YEAR_SCHOOL);
  EXPECT_EQ(on(Date(2010)).ownership(), v1::OWNERSHIP_PRIVATE);
  EXPECT_EQ(on(Date(2010)).titles_size(), 2);
  EXPECT_EQ(on(Date(2010)).kinds_size(), 2);
  EXPECT_EQ(GetInstitution("school")->title(), "示范县实验学校");
  EXPECT_THAT(GetInstitution("school", kOwnerToken, Date(2000)).status(), IsNotThere());
  // Lists filter by the kind of the day.
  auto seniors = In("town", Date(2009));
  seniors.add_kinds(v1::INSTITUTION_KIND_SENIOR_SCHOOL);
  EXPECT_THAT(*List(seniors), ElementsAre("school"));
  *seniors.mutable_as_of() = Date(2010);
  EXPECT_THAT(*List(seniors), IsEmpty());

  // One before what holds last is refused; without a day what holds last is corrected.
  *(change = Change("school", "title")).mutable_effective_on() = Date(2009);
  EXPECT_THAT(Do(change), IsRefused("PERIOD_INVALID"));
  change = Change("school", "title");
  change.mutable_institution()->set_title("示范县实验中小学");
  ASSERT_TRUE(Do(change).ok());
  EXPECT_EQ(on(Date(2010)).title(), "示范县实验中小学");
  EXPECT_EQ(on(Date(2009)).title(), "示范县第一中学");
  EXPECT_EQ(on(Date(2009)).titles_size(), 2);
  // It cannot close before what it is called begins.
  change = Change("school", "closed_on");
  *change.mutable_institution()->mutable_closed_on() = Date(2010);
  EXPECT_THAT(Do(change), IsRefused("PERIOD_INVALID"));
  *change.mutable_institution()->mutable_closed_on() = Date(2020);
  ASSERT_TRUE(Do(change).ok());
  EXPECT_THAT(GetInstitution("school", kOwnerToken, Date(2020)).status(), IsNotThere());
  EXPECT_EQ(GetInstitution("school")->title(), "示范县实验中小学") << "as on its last day";
  EXPECT_TRUE(GetInstitution("school")->titles(1).has_valid_to());
}

TEST_F(Institutions, StopBeingTeachingPoints) {
  ASSERT_TRUE(Do(NewInstitution("school", "gb")).ok());
  auto point = NewInstitution("point", "gb");
  point.mutable_institution()->set_kind(v1::INSTITUTION_KIND_TEACHING_POINT);
  point.mutable_institution()->set_parent(Inst("school"));
  ASSERT_TRUE(Do(point).ok());
  auto change = Change("point", "kind");
  change.mutable_institution()->set_kind(v1::INSTITUTION_KIND_PRIMARY_SCHOOL);
  change.mutable_institution()->clear_parent();
  *change.mutable_effective_on() = Date(2015);
  EXPECT_THAT(Do(change), IsMalformed("PARENT_NOT_ALLOWED"));
  change.mutable_update_mask()->add_paths("parent");
  ASSERT_TRUE(Do(change).ok());
  EXPECT_EQ(GetInstitution("point")->kind(), v1::INSTITUTION_KIND_PRIMARY_SCHOOL);
  change.mutable_institution()->set_kind(v1::INSTITUTION_KIND_UNSPECIFIED);
  change.mutable_institution()->set_etag("2");
  EXPECT_THAT(Do(change), IsMalformed("KIND_REQUIRED"));
}

TEST_F(Institutions, AreRegisteredWithoutWhatIsAnsweredOnly) {
  auto request = NewInstitution("school", "gb");
  request.mutable_institution()->add_titles()->set_title("别名");
  request.mutable_institution()->add_kinds()->set_kind(v1::INSTITUTION_KIND_OTHER);
  ASSERT_TRUE(Do(request).ok());
  const auto school = *GetInstitution("school", kOwnerToken, Date(2020));
  ASSERT_EQ(school.titles_size(), 1);
  EXPECT_EQ(school.titles(0).title(), "示范县第一中学");
  ASSERT_EQ(school.kinds_size(), 1);
  EXPECT_EQ(school.kinds(0).kind(), v1::INSTITUTION_KIND_SENIOR_SCHOOL);
}

TEST_F(Institutions, AreListedWhereTheirKeeperStoodOnThatDay) {
  ASSERT_TRUE(Do(NewInstitution("i2", "gb")).ok());
  ASSERT_TRUE(Do(NewInstitution("i1", "town")).ok());
  ASSERT_TRUE(Do(NewInstitution("i3", "bureau")).ok());
  ASSERT_TRUE(Do(MoveOf("gb", "bureau", Date(2010))).ok());
  EXPECT_THAT(*List(In("town", Date(2009))), ElementsAre("i1", "i2"));
  EXPECT_THAT(*List(In("town")), ElementsAre("i1"));
  EXPECT_THAT(*List(In("bureau")), ElementsAre("i2", "i3"));
  EXPECT_THAT(*List(In("", Date(2000))), IsEmpty());
  auto by_kind = In("");
  by_kind.add_kinds(v1::INSTITUTION_KIND_PRIMARY_SCHOOL);
  EXPECT_THAT(*List(by_kind), IsEmpty());
  EXPECT_THAT(List(In("nobody")).status(), IsNotThere());
}

TEST_F(Institutions, ArePagedOverOneSnapshotWhileWritesGoOn) {
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(Do(NewInstitution(absl::StrCat("i", i), i % 2 == 0 ? "gb" : "town")).ok());
  }
  for (const char* root : {"", "town"}) {
    auto request = In(root);
    request.set_page_size(3);
    std::vector<std::string> ids;
    int pages = 0;
    do {
      v1::ListInstitutionsResponse response;
      ASSERT_TRUE(Invoke(&Stub::ListInstitutions, stub_, request, &response).ok());
      for (const auto& institution : response.institutions()) ids.push_back(institution.name());
      request.set_page_token(response.next_page_token());
      ASSERT_TRUE(Do(NewInstitution(absl::StrCat("j", root, pages++), "town")).ok());
    } while (!request.page_token().empty());
    EXPECT_EQ(pages, root[0] == '\0' ? 4 : 5);  // 10 of them, then 4 more for the second root
    EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
    EXPECT_EQ(ids.size(), root[0] == '\0' ? 10u : 14u);
  }
}

TEST_F(Institutions, OfABatchAreAllRegisteredOrNone) {
  v1::BatchCreateInstitutionsRequest batch;
  *batch.add_requests() = NewInstitution("i1", "town");
  auto point = NewInstitution("i2", "town");
  point.mutable_institution()->set_kind(v1::INSTITUTION_KIND_TEACHING_POINT);
  point.mutable_institution()->set_parent(Inst("i3"));
  *batch.add_requests() = NewInstitution("i3", "nobody");
  *batch.add_requests() = point;
  const absl::Status status = Do(batch);
  EXPECT_THAT(ReasonsOf(status), ElementsAre("ORGANISATION_NOT_THERE"));
  EXPECT_EQ(FindingsOf(status)[0].subject(), "requests[1].institution.keeper");
  EXPECT_THAT(*List(In("")), IsEmpty());
  EXPECT_THAT(Do(v1::BatchCreateInstitutionsRequest()), IsMalformed("BATCH_SIZE_INVALID"));

  batch.mutable_requests(1)->mutable_institution()->set_keeper(Org("town"));
  batch.set_validate_only(true);
  v1::BatchCreateInstitutionsResponse response;
  ASSERT_TRUE(Write(&Stub::BatchCreateInstitutions, batch, &response).ok());
  EXPECT_EQ(response.names_size(), 3);
  EXPECT_EQ(response.revision(), 0);
  EXPECT_THAT(*List(In("")), IsEmpty());
  batch.set_validate_only(false);
  ASSERT_TRUE(Write(&Stub::BatchCreateInstitutions, batch, &response).ok());
  EXPECT_THAT(*List(In("")), ElementsAre("i1", "i2", "i3"));
  EXPECT_THAT(response.names(), ElementsAre(Inst("i1"), Inst("i3"), Inst("i2")));
  EXPECT_THAT(response.etags(),
              ElementsAre(GetInstitution("i1")->etag(), GetInstitution("i3")->etag(),
                          GetInstitution("i2")->etag()));
}

TEST_F(Institutions, AreFoundByTheirCreditCode) {
  auto school = NewInstitution("school", "gb");
  school.mutable_institution()->set_credit_code(CreditCode(1));
  ASSERT_TRUE(Do(school).ok());
  EXPECT_EQ(Found(WithCode(CreditCode(1))), "school");
  EXPECT_EQ(Found(WithCode(absl::AsciiStrToLower(CreditCode(1)))), "school");
  EXPECT_EQ(Found(WithCode(CreditCode(2))), "NOT_FOUND");
  EXPECT_EQ(Found(WithCode(CreditCode(1)), kScopedToken), "NOT_FOUND");
  EXPECT_EQ(Found(WithCode("990000")), "CREDIT_CODE_INVALID");
  auto before = WithCode(CreditCode(1));
  *before.mutable_as_of() = Date(2000, 12, 31);
  EXPECT_EQ(Found(before), "NOT_FOUND");
  auto both = WithCode(CreditCode(1));
  both.set_title("示范县第一中学");
  EXPECT_EQ(Found(both), "KEY_REQUIRED");
  EXPECT_EQ(Found(v1::FindInstitutionRequest()), "KEY_REQUIRED");
}

TEST_F(Institutions, AreFoundByTheirTitleOfTheDay) {
  auto school = NewInstitution("school", "gb");  // since 2001
  school.mutable_institution()->set_title("示范县阿·里木 小学");
  ASSERT_TRUE(Do(school).ok());
  EXPECT_EQ(Found(Called("示范县阿•里木小学")), "school");
  EXPECT_EQ(Found(Called("示范县 阿・里木小学", Date(2001))), "school");
  EXPECT_EQ(Found(Called("示范县阿·里木小学", Date(2000))), "NOT_FOUND");
  EXPECT_EQ(Found(Called("示范县阿里木小学")), "NOT_FOUND");
  EXPECT_EQ(Found(Called("示范县阿·里木")), "NOT_FOUND");
  EXPECT_EQ(Found(Called("示范县\n小学")), "TITLE_INVALID");
  auto change = Change("school", "title");
  change.mutable_institution()->set_title("示范县希望小学");
  *change.mutable_effective_on() = Date(2010);
  ASSERT_TRUE(Do(change).ok());
  EXPECT_EQ(Found(Called("示范县阿·里木小学", Date(2009))), "school");
  EXPECT_EQ(Found(Called("示范县阿·里木小学")), "NOT_FOUND");
  EXPECT_EQ(Found(Called("示范县希望小学")), "school");
  change = Change("school", "closed_on");
  *change.mutable_institution()->mutable_closed_on() = Date(2020);
  ASSERT_TRUE(Do(change).ok());
  EXPECT_EQ(Found(Called("示范县希望小学", Date(2019))), "school");
  EXPECT_EQ(Found(Called("示范县希望小学")), "NOT_FOUND");
}

TEST_F(Institutions, OfOneTitleAreAllAnswered) {
  auto other = NewOrganisation("other-county", "");
  other.mutable_organisation()->set_title("中共青岚县委员会");
  ASSERT_TRUE(Do(other).ok());
  ASSERT_TRUE(Do(NewInstitution("here", "gb")).ok());
  ASSERT_TRUE(Do(NewInstitution("there", "other-county")).ok());
  v1::FindInstitutionResponse response;
  const absl::Status status =
      Invoke(&Stub::FindInstitution, stub_, Called("示范县第一中学"), &response);
  EXPECT_THAT(status, IsRefused("NAME_NOT_UNIQUE"));
  ASSERT_EQ(FindingsOf(status).size(), 2u);
  EXPECT_EQ(FindingsOf(status)[0].subject(), Inst("here"));
  EXPECT_EQ(FindingsOf(status)[1].subject(), Inst("there"));
  EXPECT_THAT(FindingsOf(status)[1].message(),
              HasSubstr("示范县第一中学（上级：中共青岚县委员会）"));
  EXPECT_EQ(Found(Called("示范县第一中学"), kScopedToken), "NOT_FOUND");
  ASSERT_TRUE(Do(NewInstitution("mine", "s1")).ok());
  EXPECT_EQ(Found(Called("示范县第一中学"), kScopedToken), "mine");
}

TEST_F(Institutions, ManyAreAnsweredInTheOrderAskedFor) {
  ASSERT_TRUE(Do(NewInstitution("i1", "gb")).ok());
  ASSERT_TRUE(Do(NewInstitution("i2", "s1")).ok());
  v1::BatchGetInstitutionsRequest request;
  const auto ask = [&](const std::string& token = kOwnerToken) {
    v1::BatchGetInstitutionsResponse response;
    std::vector<std::string> names;
    const absl::Status status =
        Invoke(&Stub::BatchGetInstitutions, stub_, request, &response, token);
    if (!status.ok()) return std::vector<std::string>{ReasonOf(status)};
    for (const auto& institution : response.institutions()) names.push_back(institution.name());
    return names;
  };
  EXPECT_THAT(ask(), ElementsAre("BATCH_SIZE_INVALID"));
  for (const char* id : {"i2", "i1", "i2"}) request.add_names(Inst(id));
  EXPECT_THAT(ask(), ElementsAre(Inst("i2"), Inst("i1"), Inst("i2")));
  EXPECT_THAT(ask(kScopedToken), ElementsAre("NOT_FOUND"));
  *request.mutable_as_of() = Date(2000);
  EXPECT_THAT(ask(), ElementsAre("NOT_FOUND"));
  request.clear_as_of();
  // One that is closed shows its last day where no date is asked for.
  auto change = Change("i1", "closed_on");
  *change.mutable_institution()->mutable_closed_on() = Date(2020);
  ASSERT_TRUE(Do(change).ok());
  EXPECT_THAT(ask(), ::testing::SizeIs(3));
  *request.mutable_as_of() = Date(2020);
  EXPECT_THAT(ask(), ElementsAre("NOT_FOUND"));
  request.add_names("i1");
  EXPECT_THAT(ask(), ElementsAre("NAME_INVALID"));
  request.clear_names();
  for (int i = 0; i <= 1000; ++i) request.add_names(Inst("i1"));
  EXPECT_THAT(ask(), ElementsAre("BATCH_SIZE_INVALID"));
}

TEST_F(Institutions, AreSeenAndChangedOnlyInTheKeepersScope) {
  ASSERT_TRUE(Do(NewInstitution("ours", "s1")).ok());
  ASSERT_TRUE(Do(NewInstitution("theirs", "gb")).ok());
  EXPECT_TRUE(GetInstitution("ours", kScopedToken).ok());
  EXPECT_THAT(GetInstitution("theirs", kScopedToken).status(), IsNotThere());
  EXPECT_THAT(GetInstitution("nothing", kScopedToken).status(), IsNotThere());
  EXPECT_THAT(*List(In("scoped"), kScopedToken), ElementsAre("ours"));
  EXPECT_THAT(List(In("town"), kScopedToken).status(), IsNotThere());
  EXPECT_THAT(List(In(""), kScopedToken).status(), IsNotThere());
  EXPECT_TRUE(Do(NewInstitution("ours2", "scoped"), kScopedToken).ok());
  EXPECT_THAT(Do(NewInstitution("x", "town"), kScopedToken), IsNotThere());
  EXPECT_THAT(Do(NewInstitution("x", "nobody"), kScopedToken), IsNotThere());
  EXPECT_TRUE(Do(Change("ours", "title"), kScopedToken).ok());
  EXPECT_THAT(Do(Change("theirs", "title"), kScopedToken), IsNotThere());
}

TEST_F(Institutions, AreNotCoveredInTheNameOfAStranger) {
  auto ours = NewInstitution("ours", "s1");
  AddCoverage(*ours.mutable_institution(), "gb", Date(2010));
  const absl::Status stranger = Do(ours, kScopedToken);
  EXPECT_EQ(ReasonOf(stranger), "ORGANISATION_NOT_THERE") << stranger;
  // As if it were not there.
  auto nobody = ours;
  nobody.mutable_institution()->mutable_coverages(0)->set_organisation("organisations/nobody");
  EXPECT_EQ(ReasonOf(Do(nobody, kScopedToken)), "ORGANISATION_NOT_THERE");
  // Who may speak for both says it, and then it stays when something else is changed.
  ASSERT_TRUE(Do(ours).ok());
  EXPECT_TRUE(Do(Change("ours", "title"), kScopedToken).ok());
}

}  // namespace
}  // namespace zhibu::registry
