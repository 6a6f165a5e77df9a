// Who leads, elections, facilities and decisions, over a registry in the test's process.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/services/cli/commands_fixture.h"
#include "tests/services/registry/registry_fixture.h"
#include "zhibu/registry/v1/election_service.grpc.pb.h"
#include "zhibu/registry/v1/facility_service.grpc.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::cli {
namespace {

using registry::Date;
using registry::Inst;
using registry::NewInstitution;
using registry::NewOrganisation;
using registry::NewPost;
using registry::Org;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

// county ← {old, new}, two branches; `old` is a school's own, whose head is its secretary.
class Leadership : public ::testing::Test {
 protected:
  Leadership()
      : server_("registry", &clock_, registry::RegistryContracts(), registry::BuildAlone, nullptr,
                "127.0.0.1:0") {
    EXPECT_TRUE(WriteFile(folder_.path("token"), kOwnerToken).ok());
    terminal_.environment = {
        {"ZHIBU_REGISTRY", absl::StrCat("127.0.0.1:", server_.server().port())},
        {"ZHIBU_TOKEN_FILE", folder_.path("token")}};
    using Registry = registry::v1::RegistryService::Stub;
    for (const auto& [id, parent] :
         {std::pair("county", ""), std::pair("old", "county"), std::pair("new", "county")}) {
      auto request = NewOrganisation(
          id, parent,
          *parent ? type::v1::ORGANISATION_KIND_BRANCH : type::v1::ORGANISATION_KIND_COMMITTEE);
      request.mutable_organisation()->set_title(absl::StrCat("中共青岚县教育系统第", id, "支部"));
      Make(&Registry::CreateOrganisation, request);
    }
    auto school = NewInstitution("school", "old");
    auto& coverage = *school.mutable_institution()->add_coverages();
    coverage.set_organisation(Org("old"));
    coverage.set_rung(registry::v1::COVERAGE_RUNG_OWN);
    *coverage.mutable_valid_from() = Date(2005);
    Make(&Registry::CreateInstitution, school);
    Make(&Registry::CreatePost, NewPost("head", Inst("school"), registry::v1::POST_KIND_HEAD));
    registry::v1::RecordElectionRequest vote;
    vote.set_election_id("e1");
    registry::v1::Election& election = *vote.mutable_election();
    election.set_organisation(Org("old"));
    election.set_kind(registry::v1::ELECTION_KIND_TERM);
    *election.mutable_held_on() = Date(2024, 5, 1);
    registry::v1::Ballot& ballot = *election.add_ballots();
    ballot.set_run_off(false);
    ballot.set_body(registry::v1::BALLOT_BODY_MEMBERS);
    ballot.set_should_attend(5);
    ballot.set_present(3);
    ballot.set_issued(3);
    ballot.set_returned(3);
    ballot.set_valid_ballots(3);
    ballot.set_seats(1);
    for (const auto& [person, votes] : {std::pair("persons/p1", 3), std::pair("persons/p2", 0)}) {
      registry::v1::Candidate& candidate = *ballot.add_candidates();
      candidate.set_person(person);
      candidate.set_post(registry::v1::POST_KIND_SECRETARY);
      candidate.set_votes(votes);
    }
    Make(&registry::v1::ElectionService::Stub::RecordElection, vote);
    registry::v1::CreateFacilityRequest star;
    star.set_facility_id("star");
    star.mutable_facility()->set_holder(Org("old"));
    star.mutable_facility()->set_kind(registry::v1::FACILITY_KIND_STAR_RATING);
    star.mutable_facility()->set_title("星级支部");
    star.mutable_facility()->set_scheme("五星支部评定办法");
    star.mutable_facility()->set_rating(4);
    *star.mutable_facility()->mutable_valid_from() = Date(2020);
    Make(&registry::v1::FacilityService::Stub::CreateFacility, star);
    star.set_facility_id("room");
    star.mutable_facility()->set_holder(Inst("school"));
    star.mutable_facility()->set_kind(registry::v1::FACILITY_KIND_ACTIVITY_ROOM);
    star.mutable_facility()->set_title("党员活动室");
    star.mutable_facility()->clear_scheme();
    star.mutable_facility()->clear_rating();
    Make(&registry::v1::FacilityService::Stub::CreateFacility, star);
  }
  template <typename Service, typename Request, typename Response>
  void Make(grpc::Status (Service::*method)(grpc::ClientContext*, const Request&, Response*),
            Request request) {
    request.set_request_id(absl::StrCat("r", ++requests_));
    Response response;
    Service stub(server_.channel());
    const absl::Status status = Invoke(method, stub, request, &response);
    ASSERT_TRUE(status.ok()) << status;
  }
  // What it shows, in 80 columns.
  std::string Shown(const std::vector<std::string>& words, int code = 0) {
    const Ran ran = terminal_.Run(words);
    EXPECT_EQ(ran.code, code) << ran.out << ran.err;
    EXPECT_LE(WidestLine(ran.out + ran.err), 80) << ran.out << ran.err;
    return ran.out + ran.err;
  }

  const FakeClock clock_{kToday};
  int requests_ = 0;
  TestServer server_;
  TempFolder folder_;
  Terminal terminal_;
};

TEST_F(Leadership, TheMatrixHasOnePersonInTwoPostsWithItsDenominator) {
  const std::string now = Shown({"org", "matrix", "county"});
  EXPECT_THAT(now, HasSubstr("共 3 个党组织"));
  EXPECT_THAT(now, ContainsRegex("党支部 +100.0%（1/1）"));
  EXPECT_THAT(now, HasSubstr("空缺"));
  EXPECT_THAT(now, HasSubstr("校长负责制"));
  // Before the election there was no secretary, and so no denominator.
  EXPECT_THAT(Shown({"org", "matrix", "county", "--as-of", "2024-04-30"}), Not(HasSubstr("分母")));
}

TEST_F(Leadership, VacanciesNameTheMissingDeputy) {
  const std::string shown = Shown({"org", "vacancies", "county"});
  EXPECT_THAT(shown, HasSubstr("专职副书记"));
  EXPECT_THAT(shown, ContainsRegex("书记 +0 +1"));
}

TEST_F(Leadership, FacilitiesAreShownWithTheirHolder) {
  const std::string all = Shown({"org", "facilities", "county"});
  EXPECT_THAT(all, HasSubstr("共 2 项"));
  EXPECT_THAT(all, HasSubstr("示范县第一中学"));
  EXPECT_THAT(all, HasSubstr("4 星"));
  const std::string rooms = Shown({"org", "facilities", "county", "--facility", "room"});
  EXPECT_THAT(rooms, HasSubstr("共 1 项"));
  EXPECT_THAT(Shown({"org", "facilities", "--as-of", "2019-12-31"}), HasSubstr("共 0 项"));
}

TEST_F(Leadership, AnElectionShowsItsFiguresAndItsTerm) {
  const std::string list = Shown({"election", "list", "old"});
  EXPECT_THAT(list, HasSubstr("2027-05-01"));
  EXPECT_THAT(list, HasSubstr("未登记批复"));
  EXPECT_THAT(Shown({"election", "list", "new"}), HasSubstr("共 0 次"));
  const std::string one = Shown({"election", "show", "e1"});
  EXPECT_THAT(one, HasSubstr("60.0%（3/5）"));
  EXPECT_THAT(one, HasSubstr("未当选"));
  EXPECT_THAT(one, HasSubstr("4/5")) << "the quorum is warned of";
  EXPECT_THAT(Shown({"election", "show", "nothing"}, 4), HasSubstr("nothing"));
}

TEST_F(Leadership, ADecisionIsPreviewedWithItsBlockersAndThenCarriedOut) {
  const std::string blocked = Shown({"org", "dissolve", "old"}, 1);
  EXPECT_THAT(blocked, HasSubstr("school"));
  EXPECT_THAT(blocked, HasSubstr("职务"));
  const std::string preview = Shown({"org", "merge", "new", "--merged", "old"});
  EXPECT_THAT(preview, HasSubstr("没有写入"));
  EXPECT_THAT(preview, HasSubstr("示范县第一中学"));
  EXPECT_THAT(Shown({"org", "history"}), HasSubstr("共 0 次"));
  EXPECT_THAT(Shown({"org", "merge", "new", "--merged", "old", "--commit"}, 2),
              HasSubstr("--document"));
  const std::string split = Shown({"org", "split", "old", "--give", "institutions/school=new"});
  EXPECT_THAT(split, HasSubstr("保留"));
  EXPECT_THAT(Shown({"org", "split", "old", "--give", "school=new"}, 2),
              HasSubstr("institutions/"));

  const std::string done = Shown({"org", "dissolve", "old", "--successor", "new", "--end-posts",
                                  "--authority", "county", "--document", "县委〔2026〕9 号",
                                  "--effective", "2026-11-01", "--id", "gone", "--commit"});
  EXPECT_THAT(done, HasSubstr("已办理"));
  const std::string decision = Shown({"org", "decision", "gone"});
  EXPECT_THAT(decision, HasSubstr("县委〔2026〕9 号"));
  EXPECT_THAT(decision, HasSubstr("已全部完成"));
  EXPECT_THAT(Shown({"org", "tree", "county"}), HasSubstr("共 2 个党组织"));
  EXPECT_THAT(Shown({"org", "tree", "county", "--as-of", "2026-10-31"}),
              HasSubstr("共 3 个党组织"));
}

}  // namespace
}  // namespace zhibu::cli
