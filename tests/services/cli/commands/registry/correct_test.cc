// What was recorded in error is put right, and what is looked for by its title is found, as typed
// and shown on a terminal of 80 columns.
#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/base/civil.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/services/cli/commands_fixture.h"
#include "tests/services/cli/fake_server.h"
#include "zhibu/registry/v1/election_service.grpc.pb.h"
#include "zhibu/registry/v1/facility_service.grpc.pb.h"
#include "zhibu/registry/v1/registry_service.grpc.pb.h"
#include "zhibu/registry/v1/standing_service.grpc.pb.h"

namespace zhibu::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

type::v1::RecordedCorrection Moved() {
  type::v1::RecordedCorrection one;
  one.mutable_correction()->set_reason("起始日期抄错");
  one.mutable_correction()->set_authority("organisations/jyj-dw");
  one.mutable_correction()->set_document_number("青教党〔2026〕4 号");
  *one.mutable_recorded_on() = ToProto(absl::CivilDay(2026, 10, 9));
  one.set_actor("local-owner");
  one.add_fields()->set_path("valid_from");
  one.mutable_fields(0)->set_was(R"({"year": 2026, "month": 3, "day": 1})");
  one.add_fields()->set_path("valid_to");
  return one;
}

class FakeRegistry final : public registry::v1::RegistryService::Service {
 public:
  grpc::Status GetPost(grpc::ServerContext*, const registry::v1::GetPostRequest* request,
                       registry::v1::GetPostResponse* response) override {
    registry::v1::Post& post = *response->mutable_post();
    post.set_name(request->name());
    post.set_seat("organisations/qinglan-county-first-middle-school-branch");
    post.set_kind(registry::v1::POST_KIND_DEPUTY_SECRETARY);
    post.set_holder("persons/p1");
    post.set_full_time(true);
    *post.mutable_valid_from() = ToProto(absl::CivilDay(2026, 4, 1));
    post.set_etag("e5");
    post.set_withdrawn(request->name() == "posts/gone");
    *post.add_corrections() = Moved();
    registry::v1::Post& beside = *response->add_held_beside();
    beside.set_name("posts/z2");
    beside.set_seat("institutions/s1");
    beside.set_kind(registry::v1::POST_KIND_HEAD);
    return grpc::Status::OK;
  }
  grpc::Status CorrectPost(grpc::ServerContext*, const registry::v1::CorrectPostRequest* request,
                           registry::v1::CorrectPostResponse* response) override {
    post = *request;
    response->set_revision(21);
    return grpc::Status::OK;
  }
  grpc::Status FindOrganisation(grpc::ServerContext*,
                                const registry::v1::FindOrganisationRequest* request,
                                registry::v1::FindOrganisationResponse* response) override {
    organisation = *request;
    registry::v1::Organisation& found = *response->mutable_organisation();
    found.set_name("organisations/old");
    found.set_title("中共示范县第二小学支部委员会");
    *found.mutable_dissolved_on() = ToProto(absl::CivilDay(2025, 9, 1));
    found.add_successors("organisations/new");
    return grpc::Status::OK;
  }
  grpc::Status FindInstitution(grpc::ServerContext*,
                               const registry::v1::FindInstitutionRequest* request,
                               registry::v1::FindInstitutionResponse* response) override {
    institution = *request;
    registry::v1::Institution& found = *response->mutable_institution();
    found.set_name("institutions/s1");
    found.set_title("示范县第一中学");
    found.set_keeper("organisations/jyj-dw");
    registry::v1::Coverage& coverage = *found.add_coverages();
    coverage.set_organisation("organisations/zb-1");
    coverage.set_rung(registry::v1::COVERAGE_RUNG_JOINT);
    *coverage.mutable_valid_from() = ToProto(absl::CivilDay(2020, 1, 1));
    return grpc::Status::OK;
  }
  registry::v1::CorrectPostRequest post;
  registry::v1::FindOrganisationRequest organisation;
  registry::v1::FindInstitutionRequest institution;
};

class FakeFacilities final : public registry::v1::FacilityService::Service {
 public:
  grpc::Status GetFacility(grpc::ServerContext*, const registry::v1::GetFacilityRequest* request,
                           registry::v1::GetFacilityResponse* response) override {
    registry::v1::Facility& facility = *response->mutable_facility();
    facility.set_name(request->name());
    facility.set_title("星级支部");
    facility.set_holder("organisations/zb-1");
    facility.set_kind(registry::v1::FACILITY_KIND_STAR_RATING);
    facility.set_rating(3);
    facility.set_etag("e6");
    *facility.add_corrections() = Moved();
    return grpc::Status::OK;
  }
  grpc::Status CorrectFacility(grpc::ServerContext*,
                               const registry::v1::CorrectFacilityRequest* request,
                               registry::v1::CorrectFacilityResponse* response) override {
    facility = *request;
    response->set_revision(22);
    return grpc::Status::OK;
  }
  registry::v1::CorrectFacilityRequest facility;
};

class FakeElections final : public registry::v1::ElectionService::Service {
 public:
  grpc::Status GetElection(grpc::ServerContext*, const registry::v1::GetElectionRequest* request,
                           registry::v1::GetElectionResponse* response) override {
    registry::v1::Election& election = *response->mutable_election();
    election.set_name(request->name());
    election.set_organisation("organisations/zb-1");
    election.set_kind(registry::v1::ELECTION_KIND_TERM);
    election.set_etag("e7");
    election.set_withdrawn(true);
    *election.add_corrections() = Moved();
    return grpc::Status::OK;
  }
  grpc::Status CorrectElection(grpc::ServerContext*,
                               const registry::v1::CorrectElectionRequest* request,
                               registry::v1::CorrectElectionResponse* response) override {
    election = *request;
    response->set_revision(23);
    return grpc::Status::OK;
  }
  grpc::Status GetTerm(grpc::ServerContext*, const registry::v1::GetTermRequest* request,
                       registry::v1::GetTermResponse* response) override {
    registry::v1::Term& term = *response->mutable_term();
    term.set_organisation(request->organisation());
    term.set_election("elections/xj-7");
    *term.mutable_begun_on() = ToProto(absl::CivilDay(2024, 5, 1));
    *term.mutable_due_on() = ToProto(absl::CivilDay(2027, 5, 1));
    registry::v1::Postponement& postponement = *term.add_postponements();
    postponement.set_document_number("批 3 号");
    *postponement.mutable_until() = ToProto(absl::CivilDay(2027, 9, 1));
    return grpc::Status::OK;
  }
  registry::v1::CorrectElectionRequest election;
};

class FakeStanding final : public registry::v1::StandingService::Service {
 public:
  grpc::Status SearchRegistry(grpc::ServerContext*,
                              const registry::v1::SearchRegistryRequest* request,
                              registry::v1::SearchRegistryResponse* response) override {
    got = *request;
    registry::v1::SearchResult& found = *response->add_found();
    found.set_name("organisations/old");
    found.set_title("中共示范县第二小学支部委员会");
    found.set_dissolved(true);
    found.add_successors("organisations/new");
    return grpc::Status::OK;
  }
  registry::v1::SearchRegistryRequest got;
};

class CorrectTest : public ::testing::Test {
 protected:
  std::string Shown(const std::vector<std::string>& words, int code = 0) {
    const Ran ran = terminal_.Run(words);
    EXPECT_EQ(ran.code, code) << ran.out << ran.err;
    EXPECT_LE(WidestLine(ran.out + ran.err), 80) << ran.out << ran.err;
    return ran.out + ran.err;
  }

  TempFolder folder_;
  FakeRegistry registry_;
  FakeFacilities facilities_;
  FakeElections elections_;
  FakeStanding standing_;
  Terminal terminal_;
  FakeServer server_{{&registry_, &facilities_, &elections_, &standing_}, folder_, terminal_};
};

TEST_F(CorrectTest, ShowsAPostWithWhatWasPutRight) {
  const std::string shown = Shown({"post", "show", "z1"});
  for (const char* part : {"副书记", "p1", "专职", "2026-04-01 起", "z2", "2026-10-09", "valid_to",
                           "原为", "起始日期抄错", "jyj-dw", "local-owner"}) {
    EXPECT_THAT(shown, HasSubstr(part));
  }
  EXPECT_THAT(shown, Not(HasSubstr("误录作废")));
  EXPECT_THAT(Shown({"post", "show", "gone"}), HasSubstr("误录作废"));
}

TEST_F(CorrectTest, CorrectsAPostAsItWasJustRead) {
  const std::string shown =
      Shown({"post", "correct", "z1", "--set", "kind=书记", "--set", "full_time=false", "--set",
             "valid_to=", "--reason", "录错", "--authority", "organisations/jyj-dw"});
  EXPECT_THAT(shown, HasSubstr("已更正：posts/z1\n修订号：21\n"));
  const auto& request = registry_.post;
  EXPECT_EQ(request.post().name(), "posts/z1");
  EXPECT_EQ(request.post().etag(), "e5");
  EXPECT_EQ(request.post().kind(), registry::v1::POST_KIND_SECRETARY);
  EXPECT_TRUE(request.post().has_full_time());
  EXPECT_FALSE(request.post().full_time());
  EXPECT_FALSE(request.post().has_valid_to());
  EXPECT_EQ(request.post().holder(), "") << "only what was typed";
  EXPECT_THAT(request.update_mask().paths(), ElementsAre("kind", "full_time", "valid_to"));
  EXPECT_FALSE(request.withdraw());
  EXPECT_NE(request.request_id(), "");
  EXPECT_EQ(request.correction().reason(), "录错");
  EXPECT_EQ(request.correction().authority(), "organisations/jyj-dw");
}

TEST_F(CorrectTest, WithdrawsAPost) {
  EXPECT_THAT(Shown({"post", "withdraw", "z1", "--reason", "重复登记", "--validate-only"}),
              HasSubstr("可以作废，没有写入：posts/z1"));
  EXPECT_TRUE(registry_.post.withdraw());
  EXPECT_TRUE(registry_.post.validate_only());
  EXPECT_THAT(registry_.post.update_mask().paths(), IsEmpty());
  EXPECT_EQ(registry_.post.correction().reason(), "重复登记");
  EXPECT_THAT(Shown({"post", "withdraw", "z1", "--reason", "重复登记"}), HasSubstr("已作废"));
}

TEST_F(CorrectTest, SaysWhatACorrectionLacks) {
  EXPECT_THAT(Shown({"post", "correct", "z1", "--set", "kind=书记"}, 2), HasSubstr("--reason"));
  EXPECT_THAT(Shown({"post", "withdraw", "z1"}, 2), HasSubstr("--reason"));
  EXPECT_THAT(Shown({"post", "correct", "z1", "--reason", "x"}, 2), HasSubstr("--set"));
  EXPECT_THAT(Shown({"post", "correct", "z1", "--reason", "x", "--set", "etag=9"}, 2),
              HasSubstr("valid_from"));
  EXPECT_THAT(Shown({"post", "correct", "z1", "--reason", "x", "--set", "kind=主席"}, 2),
              HasSubstr("POST_KIND_SECRETARY"));
  Shown({"post", "correct", "z1", "--reason", "x", "--authority", "教育局", "--set", "kind=书记"},
        2);
  EXPECT_FALSE(registry_.post.has_post());
}

TEST_F(CorrectTest, ShowsAndCorrectsFacilities) {
  EXPECT_THAT(Shown({"facility", "show", "star"}), HasSubstr("3 星"));
  EXPECT_THAT(Shown({"facility", "correct", "star", "--set", "rating=4", "--reason", "录错"}),
              HasSubstr("已更正：facilities/star"));
  EXPECT_EQ(facilities_.facility.facility().rating(), 4);
  EXPECT_EQ(facilities_.facility.facility().etag(), "e6");
  EXPECT_THAT(Shown({"facility", "withdraw", "star", "--reason", "重复"}), HasSubstr("已作废"));
  EXPECT_TRUE(facilities_.facility.withdraw());
}

TEST_F(CorrectTest, CorrectsElectionsAlsoFromAFile) {
  EXPECT_THAT(Shown({"election", "show", "e1"}), HasSubstr("误录作废"));
  EXPECT_THAT(Shown({"election", "show", "e1"}), HasSubstr("起始日期抄错"));
  Shown({"election", "correct", "e1", "--set", "held_on=2026-03-02", "--reason", "录错"});
  EXPECT_EQ(elections_.election.election().held_on().day(), 2);
  EXPECT_THAT(elections_.election.update_mask().paths(), ElementsAre("held_on"));

  ASSERT_TRUE(WriteFile(folder_.path("votes"), R"({"heldOn": {"year": 2026, "month": 3, "day": 3},
      "ballots": [{"body": "BALLOT_BODY_MEMBERS", "seats": 2}, {"seats": 1}]})")
                  .ok());
  Shown({"election", "correct", "e1", "--file", folder_.path("votes"), "--set",
         "decision.document_number=批 3 号", "--reason", "录错"});
  const registry::v1::CorrectElectionRequest& request = elections_.election;
  ASSERT_EQ(request.election().ballots_size(), 2);
  EXPECT_EQ(request.election().ballots(0).seats(), 2);
  EXPECT_EQ(request.election().held_on().day(), 3);
  EXPECT_EQ(request.election().decision().document_number(), "批 3 号");
  EXPECT_EQ(request.election().name(), "elections/e1");
  EXPECT_EQ(request.election().etag(), "e7");
  EXPECT_THAT(request.update_mask().paths(), ElementsAre("held_on", "ballots", "decision"));

  // An empty list is one; a field that is not to be corrected is none.
  terminal_.input = R"({"ballots": []})";
  Shown({"election", "correct", "e1", "--file", "-", "--reason", "录错"});
  EXPECT_THAT(elections_.election.update_mask().paths(), ElementsAre("ballots"));
  for (const char* wrong : {R"({"etag": "9"})", R"({"nothing": 1})", "[]", "{"}) {
    terminal_.input = wrong;
    Shown({"election", "correct", "e1", "--file", "-", "--reason", "录错"}, 2);
  }
  Shown({"election", "correct", "e1", "--file", folder_.path("none"), "--reason", "录错"}, 2);

  Shown({"election", "withdraw", "e1", "--reason", "录到了别的支部"});
  EXPECT_TRUE(elections_.election.withdraw());
}

TEST_F(CorrectTest, ShowsTheTerm) {
  const std::string shown = Shown({"election", "term", "zb-1"});
  EXPECT_THAT(shown, HasSubstr("2024-05-01"));
  EXPECT_THAT(shown, HasSubstr("2027-05-01，经 批 3 号 改为 2027-09-01"));
  EXPECT_THAT(shown, HasSubstr("xj-7"));
}

TEST_F(CorrectTest, FindsByTitleAndCode) {
  const std::string shown = Shown({"org", "find", "--title", "中共示范县第二小学支部委员会"});
  EXPECT_EQ(registry_.organisation.title(), "中共示范县第二小学支部委员会");
  EXPECT_THAT(shown, HasSubstr("2025-09-01"));
  EXPECT_THAT(shown, HasSubstr("new（new）"));
  Shown({"org", "find", "--system", "province", "--external-id", "7", "--as-of", "2024-01-31"});
  EXPECT_EQ(registry_.organisation.system(), "province");
  EXPECT_EQ(registry_.organisation.external_id(), "7");
  EXPECT_EQ(registry_.organisation.as_of().year(), 2024);
  const std::string school = Shown({"school", "find", "--credit-code", "12990000100000011X"});
  EXPECT_EQ(registry_.institution.credit_code(), "12990000100000011X");
  EXPECT_THAT(school, HasSubstr("示范县第一中学"));
  EXPECT_THAT(school, HasSubstr("联合组建"));
}

TEST_F(CorrectTest, SearchesWhatIsDissolvedWhereAsked) {
  const std::string shown = Shown({"org", "search", "二小", "--with-dissolved"});
  EXPECT_TRUE(standing_.got.with_dissolved());
  EXPECT_THAT(shown, HasSubstr("已撤销，由 new 接续"));
  Shown({"org", "search", "二小"});
  EXPECT_FALSE(standing_.got.with_dissolved());
}

}  // namespace
}  // namespace zhibu::cli
