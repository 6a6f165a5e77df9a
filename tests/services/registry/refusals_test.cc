// The catalogue of refusals in the README and what the code can say are the same, and each is
// given.
#include <algorithm>
#include <filesystem>
#include <functional>
#include <regex>
#include <set>
#include <string>
#include <tuple>

#include "common/base/file.h"
#include "common/store/feed.h"
#include "google/rpc/error_details.pb.h"
#include "services/registry/data/load_norms.h"
#include "services/registry/rules/elections.h"
#include "tests/services/registry/with_members.h"
#include "zhibu/registry/v1/election_service.grpc.pb.h"
#include "zhibu/registry/v1/facility_service.grpc.pb.h"
#include "zhibu/registry/v1/standing_service.grpc.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::registry {
namespace {

std::set<std::string> Matches(const std::string& text, const std::regex& pattern) {
  std::set<std::string> found;
  for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it) {
    found.insert((*it)[1]);
  }
  return found;
}

TEST(Refusals, OfTheCodeAreThoseOfTheCatalogue) {
  const std::string folder = ZHIBU_SOURCE_DIR "/services/registry";
  std::set<std::string> said;
  // A reason is the only text of capitals and underscores that the code holds.
  const std::regex reason("\"([A-Z]+(?:_[A-Z]+)+)\"");
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
    if (file.path().extension() != ".cc" && file.path().extension() != ".h") continue;
    said.merge(Matches(ReadFile(file.path().string()).value(), reason));
  }
  // By common/, for all services.
  for (const char* common : {"ETAG_STALE", "CORRECTION_REASON_INVALID", "WITHDRAWN_NEEDS_NO_FIELDS",
                             "NOTHING_TO_CORRECT"}) {
    said.insert(common);
  }
  const std::string readme = ReadFile(folder + "/README.md").value();
  const std::set<std::string> listed = Matches(readme, std::regex("`([A-Z]+(?:_[A-Z]+)+)`"));
  for (const std::string& one : said) EXPECT_TRUE(listed.contains(one)) << one << " is not listed";
  for (const std::string& one : listed) EXPECT_TRUE(said.contains(one)) << one << " is never said";
  EXPECT_GT(said.size(), 60u);
}

// ---- Every refusal, brought about over the contract.

constexpr char kBranchRules[] = "中国共产党支部工作条例（试行）";
constexpr char kElectionRules[] = "中国共产党基层组织选举工作条例";
constexpr char kCreditCodes[] = "GB 32100-2015 法人和其他组织统一社会信用代码编码规则";

struct Refusal {
  const char* reason;
  std::function<absl::Status()> provoke;
  const char* document = "";  // the rule's; empty where it is the books' own
  const char* article = "";
};

class RefusalsTest : public WithMembersTest {
 protected:
  using Registry = v1::RegistryService::Stub;
  using Decisions = v1::ReorganisationService::Stub;
  using Elections = v1::ElectionService::Stub;
  using Facilities = v1::FacilityService::Stub;
  using StandingStub = v1::StandingService::Stub;

  template <typename Service, typename Request, typename Response>
  absl::Status Ask(grpc::Status (Service::*method)(grpc::ClientContext*, const Request&, Response*),
                   Request request) {
    if constexpr (requires { request.request_id(); }) request.set_request_id(NextRequestId());
    Response response;
    Service stub(registry_.channel());
    return Invoke(method, stub, request, &response);
  }
  template <typename Service, typename Request, typename Response>
  void Make(grpc::Status (Service::*method)(grpc::ClientContext*, const Request&, Response*),
            const Request& request) {
    const absl::Status status = Ask(method, request);
    ASSERT_TRUE(status.ok()) << status;
  }

  // Requests that would be right, but for what `spoil` does.
  template <typename Spoil>
  absl::Status Organisation(Spoil spoil) {
    v1::CreateOrganisationRequest request =
        NewOrganisation("fresh", "county", type::v1::ORGANISATION_KIND_BRANCH);
    spoil(request, *request.mutable_organisation());
    return Ask(&Registry::CreateOrganisation, request);
  }
  template <typename Spoil>
  absl::Status Institution(Spoil spoil) {
    v1::CreateInstitutionRequest request = NewInstitution("fresh", "county");
    spoil(request, *request.mutable_institution());
    return Ask(&Registry::CreateInstitution, request);
  }
  template <typename Spoil>
  absl::Status Move(Spoil spoil) {
    v1::MoveOrganisationRequest request;
    request.set_name(Org("b1"));
    request.set_etag("1");
    request.set_new_parent(Org("county"));
    *request.mutable_effective_on() = Date(2026, 6, 1);
    spoil(request);
    return Ask(&Registry::MoveOrganisation, request);
  }
  template <typename Spoil>
  absl::Status Update(Spoil spoil) {
    v1::UpdateOrganisationRequest request;
    request.mutable_organisation()->set_name(Org("b1"));
    request.mutable_organisation()->set_etag("1");
    request.mutable_organisation()->set_title("新名");
    request.mutable_update_mask()->add_paths("title");
    spoil(request);
    return Ask(&Registry::UpdateOrganisation, request);
  }
  absl::Status NewPostAt(const std::string& id, const std::string& seat, v1::PostKind kind) {
    return Ask(&Registry::CreatePost, NewPost(id, seat, kind));
  }
  template <typename Request>
  static void Decided(Request& request) {
    request.set_reorganisation_id("fresh");
    request.mutable_decision()->set_authority(Org("county"));
    request.mutable_decision()->set_document_number("1");
    *request.mutable_decision()->mutable_effective_on() = Date(2026, 6, 1);
  }
  template <typename Spoil>
  absl::Status Rename(Spoil spoil) {
    v1::RenameOrganisationRequest request;
    Decided(request);
    request.set_organisation(Org("b1"));
    request.set_etag("1");
    request.set_title("新名");
    spoil(request);
    return Ask(&Decisions::RenameOrganisation, request);
  }
  absl::Status Merge(const std::vector<std::string>& ids, const std::string& into) {
    v1::MergeOrganisationsRequest request;
    Decided(request);
    for (const std::string& id : ids) {
      auto& read = *request.add_merged();
      read.set_organisation(Org(id));
      read.set_etag(id == "gb" ? "2" : "1");
    }
    request.set_into(Org(into));
    return Ask(&Decisions::MergeOrganisations, request);
  }
  absl::Status Dissolve(const std::string& id) {
    v1::DissolveOrganisationRequest request;
    Decided(request);
    request.mutable_organisation()->set_organisation(Org(id));
    request.mutable_organisation()->set_etag(id == "gb" ? "2" : "1");
    return Ask(&Decisions::DissolveOrganisation, request);
  }
  template <typename Spoil>
  absl::Status Split(Spoil spoil) {
    v1::SplitOrganisationRequest request;
    Decided(request);
    request.mutable_organisation()->set_organisation(Org("gb"));
    request.mutable_organisation()->set_etag("2");
    request.add_parts()->set_organisation(Org("gb2"));
    request.set_remainder(Org("gb"));
    spoil(request);
    return Ask(&Decisions::SplitOrganisation, request);
  }
  // `entitled` members, all present, elect these, each by all votes.
  static v1::RecordElectionRequest Vote(const std::string& id, const std::string& organisation,
                                        int entitled, const std::vector<v1::PostKind>& posts) {
    v1::RecordElectionRequest request;
    request.set_election_id(id);
    v1::Election& election = *request.mutable_election();
    election.set_organisation(Org(organisation));
    election.set_kind(v1::ELECTION_KIND_TERM);
    *election.mutable_held_on() = Date(2025);
    v1::Ballot& ballot = *election.add_ballots();
    ballot.set_run_off(false);
    ballot.set_body(v1::BALLOT_BODY_MEMBERS);
    ballot.set_should_attend(entitled);
    ballot.set_present(entitled);
    ballot.set_issued(entitled);
    ballot.set_returned(entitled);
    ballot.set_valid_ballots(entitled);
    ballot.set_seats(static_cast<int>(posts.size()));
    for (const v1::PostKind post : posts) {
      v1::Candidate& candidate = *ballot.add_candidates();
      candidate.set_person(absl::StrCat("persons/v", ballot.candidates_size()));
      candidate.set_post(post);
      candidate.set_votes(entitled);
    }
    return request;
  }
  absl::Status Elect(const std::string& organisation, int entitled,
                     const std::vector<v1::PostKind>& posts) {
    return Ask(&Elections::RecordElection, Vote("fresh", organisation, entitled, posts));
  }
  template <typename Spoil>
  absl::Status Spoiled(Spoil spoil) {
    v1::RecordElectionRequest request = Vote("fresh", "b2", 5, {v1::POST_KIND_SECRETARY});
    spoil(*request.mutable_election()->mutable_ballots(0));
    return Ask(&Elections::RecordElection, request);
  }
  absl::Status DecideOn(const std::string& election, const std::string& etag, bool approved) {
    v1::DecideElectionRequest request;
    request.set_name("elections/" + election);
    request.set_etag(etag);
    request.mutable_decision()->set_approved(approved);
    request.mutable_decision()->set_authority(Org("county"));
    request.mutable_decision()->set_document_number("1");
    *request.mutable_decision()->mutable_date() = Date(2025, 2, 1);
    return Ask(&Elections::DecideElection, request);
  }
  absl::Status Postpone(const std::string& organisation, google::type::Date until) {
    v1::PostponeElectionRequest request;
    request.set_organisation(Org(organisation));
    request.set_etag("1");
    request.mutable_postponement()->set_authority(Org("county"));
    request.mutable_postponement()->set_document_number("1");
    *request.mutable_postponement()->mutable_until() = until;
    return Ask(&Elections::PostponeElection, request);
  }
  template <typename Spoil>
  absl::Status Facility(Spoil spoil) {
    v1::CreateFacilityRequest request;
    request.set_facility_id("fresh");
    request.mutable_facility()->set_holder(Inst("school"));
    request.mutable_facility()->set_kind(v1::FACILITY_KIND_LIBRARY);
    request.mutable_facility()->set_title("图书室");
    *request.mutable_facility()->mutable_valid_from() = Date(2010);
    spoil(request, *request.mutable_facility());
    return Ask(&Facilities::CreateFacility, request);
  }

  // The post as it stands, to be put right but for what `spoil` does.
  template <typename Spoil>
  absl::Status CorrectPost(const std::string& id, Spoil spoil) {
    v1::GetPostRequest get;
    v1::GetPostResponse read;
    get.set_name("posts/" + id);
    EXPECT_TRUE(Invoke(&Registry::GetPost, books_, get, &read).ok());
    v1::CorrectPostRequest request;
    *request.mutable_post() = read.post();
    request.mutable_correction()->set_reason("录入有误");
    request.mutable_update_mask()->add_paths("holder");
    spoil(request);
    return Ask(&Registry::CorrectPost, request);
  }
  absl::Status WithdrawPost(const std::string& id) {
    return CorrectPost(id, [](auto& request) {
      request.clear_update_mask();
      request.set_withdraw(true);
    });
  }
  absl::Status WithdrawElection(const std::string& id) {
    v1::GetElectionRequest get;
    v1::GetElectionResponse read;
    get.set_name("elections/" + id);
    Elections stub(registry_.channel());
    EXPECT_TRUE(Invoke(&Elections::GetElection, stub, get, &read).ok());
    v1::CorrectElectionRequest request;
    *request.mutable_election() = read.election();
    request.mutable_correction()->set_reason("录入有误");
    request.set_withdraw(true);
    return Ask(&Elections::CorrectElection, request);
  }

  // county ← {old, new, gb ← {b1, b2}, gb2, temporary, coded}; a school kept by `old`.
  void SetUp() override {
    const auto organisation = [&](const std::string& id, const std::string& parent,
                                  type::v1::OrganisationKind kind) {
      v1::CreateOrganisationRequest request = NewOrganisation(id, parent, kind);
      if (id == "coded") {
        request.mutable_organisation()->set_code("001");
        auto& external = *request.mutable_organisation()->add_external_ids();
        external.set_system("province");
        external.set_id("X-1");
        *external.mutable_valid_from() = Date(2010);
      }
      Make(&Registry::CreateOrganisation, request);
    };
    organisation("gb", "county", type::v1::ORGANISATION_KIND_GENERAL_BRANCH);
    organisation("gb2", "county", type::v1::ORGANISATION_KIND_GENERAL_BRANCH);
    organisation("b1", "gb", type::v1::ORGANISATION_KIND_BRANCH);
    organisation("b2", "gb", type::v1::ORGANISATION_KIND_BRANCH);
    organisation("coded", "county", type::v1::ORGANISATION_KIND_BRANCH);
    organisation("temporary", "county", type::v1::ORGANISATION_KIND_TEMPORARY_BRANCH);
    v1::CreateInstitutionRequest school = NewInstitution("school", "old");
    school.mutable_institution()->set_credit_code(CreditCode(1));
    Make(&Registry::CreateInstitution, school);
    Make(&Registry::CreatePost, NewPost("secretary", Org("old"), v1::POST_KIND_SECRETARY));
    ASSERT_TRUE(Rename([](auto& request) {
                  request.set_reorganisation_id("renamed");
                  request.set_organisation(Org("gb"));
                }).ok());
    Make(&Elections::RecordElection, Vote("decided", "coded", 5, {v1::POST_KIND_SECRETARY}));
    Make(&Elections::RecordElection, Vote("open", "new", 5, {v1::POST_KIND_SECRETARY}));
    ASSERT_TRUE(DecideOn("decided", "1", true).ok());
    v1::RecordElectionRequest later = Vote("later", "coded", 5, {v1::POST_KIND_DEPUTY_SECRETARY});
    later.mutable_election()->set_kind(v1::ELECTION_KIND_BY_ELECTION);
    *later.mutable_election()->mutable_held_on() = Date(2026);
    Make(&Elections::RecordElection, later);
    Make(&Elections::RecordElection, Vote("left", "b1", 5, {v1::POST_KIND_SECRETARY}));
    v1::EndPostRequest end;
    end.set_name("posts/left-1");
    end.set_etag("1");
    *end.mutable_valid_to() = Date(2026);
    Make(&Registry::EndPost, end);
    Make(&Registry::CreatePost, NewPost("error", Org("old"), v1::POST_KIND_CLERK));
    ASSERT_TRUE(WithdrawPost("error").ok());
    ASSERT_TRUE(Facility([](auto& request, auto&) { request.set_facility_id("room"); }).ok());
    Person("a", "old", {membership::v1::STAGE_PROBATIONARY, membership::v1::STAGE_FULL});
    Person("b", "old", {membership::v1::STAGE_ACTIVIST});
  }

  std::vector<Refusal> All() {
    const auto secretary = v1::POST_KIND_SECRETARY, deputy = v1::POST_KIND_DEPUTY_SECRETARY;
    const auto member = v1::POST_KIND_COMMITTEE_MEMBER;
    using Create = v1::CreateOrganisationRequest;
    using CreateUnit = v1::CreateInstitutionRequest;
    const std::string long_text(201, 'x');
    const auto edge = [](v1::Organisation& o) -> v1::Affiliation& {
      return *o.mutable_affiliations(0);
    };
    const auto count = [](v1::Institution& i, google::type::Date day, int staff) {
      auto& head_count = *i.add_head_counts();
      *head_count.mutable_counted_on() = day;
      head_count.set_staff(staff);
    };
    const auto cover = [](v1::Institution& i, google::type::Date from) {
      auto& coverage = *i.add_coverages();
      coverage.set_organisation(Org("new"));
      coverage.set_rung(v1::COVERAGE_RUNG_JOINT);
      *coverage.mutable_valid_from() = from;
    };
    return {
        // Form.
        {"ID_INVALID",
         [=, this] { return Organisation([](Create& r, auto&) { r.set_organisation_id("A"); }); }},
        {"NAME_INVALID",
         [=, this] { return Organisation([=](auto&, auto& o) { edge(o).set_parent("county"); }); }},
        {"TITLE_INVALID",
         [=, this] { return Organisation([](auto&, auto& o) { o.clear_title(); }); }},
        {"CODE_INVALID",
         [=, this] { return Organisation([](auto&, auto& o) { o.set_code("12"); }); }},
        {"DOCUMENT_NUMBER_INVALID",
         [=, this] {
           return Rename([](auto& r) { r.mutable_decision()->clear_document_number(); });
         }},
        {"DECISION_REQUIRED",
         [=, this] {
           v1::CreatePostRequest request = NewPost("c", Org("b"), v1::POST_KIND_CLERK);
           request.mutable_post()->clear_full_time();
           return Ask(&Registry::CreatePost, request);
         }},
        {"KIND_REQUIRED",
         [=, this] { return Organisation([](auto&, auto& o) { o.clear_kind(); }); }},
        {"DATE_REQUIRED",
         [=, this] { return Organisation([](auto&, auto& o) { o.clear_established_on(); }); }},
        {"DATE_INVALID",
         [=, this] {
           return Organisation([](auto&, auto& o) {
             o.mutable_established_on()->set_month(2);
             o.mutable_established_on()->set_day(30);
           });
         }},
        {"REASON_INVALID", [=, this] { return Move([=](auto& r) { r.set_reason(long_text); }); }},
        {"EXTERNAL_ID_INVALID",
         [=, this] {
           return Organisation([](auto&, auto& o) {
             auto& external = *o.add_external_ids();
             external.set_system("province");
             external.set_id("有");
             *external.mutable_valid_from() = Date(2010);
           });
         }},
        {"KEY_REQUIRED",
         [=, this] { return Ask(&Registry::FindOrganisation, v1::FindOrganisationRequest()); }},
        {"QUERY_INVALID",
         [=, this] { return Ask(&StandingStub::SearchRegistry, v1::SearchRegistryRequest()); }},
        {"BALLOTS_INVALID", [=, this] { return Spoiled([](auto& b) { b.set_seats(0); }); }},
        {"COUNT_INVALID", [=, this] { return Spoiled([](auto& b) { b.set_void_ballots(-1); }); }},
        {"SCHEME_REQUIRED",
         [=, this] {
           return Facility([](auto&, auto& f) {
             f.set_kind(v1::FACILITY_KIND_STAR_RATING);
             f.set_rating(3);
           });
         }},
        {"RATING_INVALID", [=, this] { return Facility([](auto&, auto& f) { f.set_rating(3); }); }},
        {"NAME_REPEATED",
         [=, this] {
           return Merge({"gb", "gb"}, "gb2");
         }},
        {"REMAINDER_INVALID",
         [=, this] { return Split([](auto& r) { r.set_remainder(Org("old")); }); }},
        {"DATE_IN_FUTURE",
         [=, this] {
           return Institution([=](auto&, auto& i) { count(i, Date(2026, 11, 24), 1); });
         }},
        {"LINE_INVALID",
         [=, this] {
           return Organisation([=](auto&, auto& o) { edge(o).set_line(type::v1::LINE_EITHER); });
         }},
        {"PARENT_REQUIRED", [=, this] { return Move([](auto& r) { r.clear_new_parent(); }); }},
        {"PARENT_NOT_ALLOWED",
         [=, this] { return Institution([](auto&, auto& i) { i.set_parent(Inst("school")); }); }},
        {"HEAD_COUNT_INVALID",
         [=, this] { return Institution([=](auto&, auto& i) { count(i, Date(2020), -1); }); }},
        {"HEAD_COUNTS_NOT_IN_ORDER",
         [=, this] {
           return Institution([=](auto&, auto& i) {
             count(i, Date(2020), 1);
             count(i, Date(2019), 1);
           });
         }},
        {"ETAG_REQUIRED",
         [=, this] { return Update([](auto& r) { r.mutable_organisation()->clear_etag(); }); }},
        {"UPDATE_MASK_REQUIRED",
         [=, this] { return Update([](auto& r) { r.clear_update_mask(); }); }},
        {"UPDATE_MASK_INVALID",
         [=, this] { return Update([](auto& r) { r.mutable_update_mask()->add_paths("kind"); }); }},
        {"CORRECTION_REASON_INVALID",
         [=, this] { return CorrectPost("secretary", [](auto& r) { r.clear_correction(); }); }},
        {"WITHDRAWN_NEEDS_NO_FIELDS",
         [=, this] { return CorrectPost("secretary", [](auto& r) { r.set_withdraw(true); }); }},
        {"BATCH_SIZE_INVALID",
         [=, this] { return Ask(&Registry::BatchCreatePosts, v1::BatchCreatePostsRequest()); }},
        // The books.
        {"ORGANISATION_EXISTS",
         [=, this] { return Organisation([](Create& r, auto&) { r.set_organisation_id("b1"); }); }},
        {"INSTITUTION_EXISTS",
         [=, this] {
           return Institution([](CreateUnit& r, auto&) { r.set_institution_id("school"); });
         }},
        {"POST_EXISTS", [=, this] { return NewPostAt("secretary", Org("b1"), member); }},
        {"REORGANISATION_EXISTS",
         [=, this] { return Rename([](auto& r) { r.set_reorganisation_id("renamed"); }); }},
        {"ELECTION_EXISTS",
         [=, this] { return Ask(&Elections::RecordElection, Vote("open", "b2", 5, {secretary})); }},
        {"FACILITY_EXISTS",
         [=, this] { return Facility([](auto& r, auto&) { r.set_facility_id("room"); }); }},
        {"ETAG_STALE",
         [=, this] { return Update([](auto& r) { r.mutable_organisation()->set_etag("7"); }); }},
        {"PARENT_NOT_THERE",
         [=, this] {
           return Organisation([=](auto&, auto& o) { edge(o).set_parent(Org("nobody")); });
         }},
        {"PARENT_CYCLE",
         [=, this] {
           return Move([](auto& r) {
             r.set_name(Org("gb"));
             r.set_etag("2");
             r.set_new_parent(Org("b1"));
           });
         }},
        {"KIND_NOT_ALLOWED_UNDER_PARENT",
         [=, this] {
           return Organisation(
               [](auto&, auto& o) { o.set_kind(type::v1::ORGANISATION_KIND_PARTY_GROUP); });
         },
         kBranchRules, "第十三条"},
        {"SUBORDINATION_NOT_UNIQUE",
         [=, this] {
           return Organisation([=](auto&, auto& o) { *edge(o).mutable_valid_from() = Date(2001); });
         }},
        {"PERIOD_INVALID",
         [=, this] {
           return Organisation([](auto&, auto& o) { *o.mutable_dissolved_on() = o.established_on(); });
         }},
        {"CODE_TAKEN",
         [=, this] { return Organisation([](auto&, auto& o) { o.set_code("001"); }); }},
        {"EXTERNAL_ID_TAKEN",
         [=, this] {
           return Organisation([](auto&, auto& o) {
             auto& external = *o.add_external_ids();
             external.set_system("province");
             external.set_id("X-1");
             *external.mutable_valid_from() = Date(2020);
           });
         }},
        {"AUTHORITY_NOT_THERE",
         [=, this] {
           return Rename([](auto& r) { r.mutable_decision()->set_authority(Org("nobody")); });
         }},
        {"EFFECTIVE_IN_FUTURE",
         [=, this] {
           return Rename(
               [](auto& r) { *r.mutable_decision()->mutable_effective_on() = Date(2026, 11, 24); });
         }},
        {"SUCCESSOR_NOT_THERE", [=, this] { return Merge({"gb"}, "nobody"); }},
        {"SUCCESSOR_BELOW", [=, this] { return Merge({"gb"}, "b1"); }},
        {"SUB_ORGANISATIONS_LEFT", [=, this] { return Dissolve("gb"); }},
        {"INSTITUTIONS_LEFT", [=, this] { return Dissolve("old"); }},
        {"POSTS_LEFT", [=, this] { return Dissolve("old"); }},
        {"PERSONS_LEFT", [=, this] { return Dissolve("old"); }},
        {"OPEN_CASES_LEFT", [=, this] { return Dissolve("old"); }},
        {"PART_NOT_ITS_OWN",
         [=, this] {
           return Split([](auto& r) { r.mutable_parts(0)->add_sub_organisations(Org("old")); });
         }},
        {"CREDIT_CODE_INVALID",
         [=, this] {
           return Institution([](auto&, auto& i) {
             std::string code = CreditCode(2);
             code.back() = code.back() == '0' ? '1' : '0';
             i.set_credit_code(code);
           });
         },
         kCreditCodes},
        {"NAME_NOT_UNIQUE",
         [=, this] {
           v1::FindOrganisationRequest request;
           request.set_title("中共示范县委员会");  // all of them are called so
           return Ask(&Registry::FindOrganisation, request);
         }},
        {"CREDIT_CODE_TAKEN",
         [=, this] {
           return Institution([](auto&, auto& i) { i.set_credit_code(CreditCode(1)); });
         }},
        {"ORGANISATION_NOT_THERE",
         [=, this] { return Institution([](auto&, auto& i) { i.set_keeper(Org("nobody")); }); }},
        {"PERIODS_OVERLAP",
         [=, this] {
           return Institution([=](auto&, auto& i) {
             cover(i, Date(2010));
             cover(i, Date(2011));
           });
         }},
        {"SEAT_DOES_NOT_FIT", [=, this] { return NewPostAt("fresh", Inst("school"), secretary); }},
        {"SEAT_NOT_THERE", [=, this] { return NewPostAt("fresh", Org("nobody"), secretary); }},
        {"HOLDER_NOT_THERE",
         [=, this] { return Facility([](auto&, auto& f) { f.set_holder(Inst("nowhere")); }); }},
        {"ELECTION_DECIDED", [=, this] { return DecideOn("decided", "2", true); }},
        {"NOTHING_TO_CORRECT", [=, this] { return CorrectPost("secretary", [](auto&) {}); }},
        {"ALREADY_WITHDRAWN", [=, this] { return WithdrawPost("error"); }},
        {"POST_IS_ELECTED", [=, this] { return WithdrawPost("open-1"); }},
        {"ELECTION_NOT_LAST", [=, this] { return WithdrawElection("decided"); }},
        {"POST_ENDED_SINCE", [=, this] { return WithdrawElection("left"); }},
        {"TERM_NOT_KNOWN", [=, this] { return Postpone("old", Date(2028)); }},
        // The rules.
        {"POST_TAKEN", [=, this] { return NewPostAt("fresh", Org("old"), secretary); },
         kBranchRules},
        {"APPROVAL_REQUIRED", [=, this] { return DecideOn("open", "1", false); }, kElectionRules},
        {"POSTPONED_TOO_LONG", [=, this] { return Postpone("new", Date(2029, 1, 2)); },
         kElectionRules, "第三条"},
        {"APPOINTED_NOT_ELECTED", [=, this] { return Elect("temporary", 5, {secretary}); },
         kBranchRules},
        {"NO_COMMITTEE_FOR_SO_FEW",
         [=, this] {
           return Elect("b2", 6, {secretary, member});
         },
         kBranchRules},
        {"COMMITTEE_SIZE_INVALID",
         [=, this] {
           return Elect("b2", 7, {secretary, member});
         },
         kBranchRules},
        {"DEPUTY_COUNT_INVALID",
         [=, this] {
           return Elect("b2", 5, {secretary, deputy, deputy});
         },
         kBranchRules},
        {"SECRETARY_COUNT_INVALID", [=, this] { return Elect("b2", 5, {deputy}); }, kBranchRules},
        {"VOTE_COUNTS_IMPOSSIBLE", [=, this] { return Spoiled([](auto& b) { b.set_issued(6); }); },
         kElectionRules},
        {"TIE_FOR_LAST_SEAT",
         [=, this] {
           return Spoiled([](auto& b) {
             auto& other = *b.add_candidates();
             other = b.candidates(0);
             other.set_person("persons/other");
             b.set_seats(2);
             auto& third = *b.add_candidates();
             third = b.candidates(0);
             third.set_person("persons/third");
             for (auto& candidate : *b.mutable_candidates()) candidate.set_votes(3);
           });
         },
         kElectionRules},
    };
  }
};

template <typename Detail>
Detail DetailOf(const absl::Status& status) {
  Detail found;
  const google::rpc::Status details = ToRpcStatus(status, "registry");
  for (const auto& any : details.details()) {
    if (any.UnpackTo(&found)) return found;
  }
  ADD_FAILURE() << "no " << Detail::descriptor()->full_name();
  return found;
}

// Chinese text begins its characters with a byte of 0xE4 to 0xE9.
bool IsChinese(const std::string& text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0xE4 && static_cast<unsigned char>(c) <= 0xE9;
  });
}

TEST_F(RefusalsTest, OfTheCatalogueAreEachGivenWithTheirRuleAndWriteNothing) {
  std::set<std::string> walked;
  for (const Refusal& refusal : All()) {
    SCOPED_TRACE(refusal.reason);
    EXPECT_TRUE(walked.insert(refusal.reason).second);
    const auto revision = [&] {
      return *JournalRevision(*registry_.server().store().TakeSnapshot());
    };
    const int64_t before = revision();
    const absl::Status status = refusal.provoke();
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(revision(), before) << "it wrote something";
    // One status: a stable reason, its rule, and what would make it right in Chinese.
    const auto info = DetailOf<google::rpc::ErrorInfo>(status);
    const auto localized = DetailOf<google::rpc::LocalizedMessage>(status);
    EXPECT_EQ(localized.locale(), "zh-CN");
    EXPECT_TRUE(IsChinese(localized.message())) << localized.message();
    type::v1::Finding finding;
    for (const auto& one : FindingsOf(status)) {
      if (one.reason() == refusal.reason) finding = one;
    }
    if (finding.reason().empty()) {
      EXPECT_EQ(info.reason(), refusal.reason) << status;
    } else {
      EXPECT_TRUE(IsChinese(finding.message())) << finding.message();
      EXPECT_FALSE(finding.subject().empty());
    }
    EXPECT_EQ(finding.citation().document(), refusal.document);
    EXPECT_EQ(finding.citation().article(), refusal.article);
    if (info.reason() != refusal.reason) {
      EXPECT_STREQ(refusal.document, "") << "a rule's metadata are those of the first";
      continue;
    }
    const auto document = info.metadata().find("document");
    EXPECT_EQ(document == info.metadata().end() ? "" : document->second, refusal.document);
    const auto article = info.metadata().find("article");
    EXPECT_EQ(article == info.metadata().end() ? "" : article->second, refusal.article);
  }
  // Warnings go with what is allowed, and cite as well.
  norms::Norms data = LoadNorms(kNormsFile).value();
  for (auto& margin : *data.mutable_margins()) margin.mutable_basis()->clear_off();
  const Norms norms(std::move(data));
  for (const auto& [reason, document, members, present, seats, candidates] :
       {std::tuple("QUORUM_NOT_REACHED", kElectionRules, 5, 3, 1, 1),
        std::tuple("SEATS_NOT_FILLED", kElectionRules, 5, 5, 2, 1),
        std::tuple("COMMITTEE_UNUSUALLY_LARGE", kBranchRules, 9, 9, 6, 8),
        std::tuple("CANDIDATES_TOO_FEW", kElectionRules, 9, 9, 3, 3)}) {
    SCOPED_TRACE(reason);
    walked.insert(reason);
    std::vector<v1::PostKind> posts(candidates, v1::POST_KIND_COMMITTEE_MEMBER);
    posts[0] = v1::POST_KIND_SECRETARY;
    v1::Election election = Vote("w", "b2", members, posts).election();
    v1::Ballot& ballot = *election.mutable_ballots(0);
    ballot.set_seats(seats);
    ballot.set_present(present);
    ballot.set_issued(present);
    ballot.set_returned(present);
    ballot.set_valid_ballots(present);
    for (int i = 0; i < candidates; ++i) {
      ballot.mutable_candidates(i)->set_votes(i < seats ? present : 0);
    }
    const ElectionVerdict verdict =
        JudgeElection(norms, type::v1::ORGANISATION_KIND_BRANCH, absl::CivilDay(2025, 1, 1), election);
    EXPECT_TRUE(verdict.refusals.empty());
    const auto warning =
        std::find_if(verdict.warnings.begin(), verdict.warnings.end(),
                     [&](const Violation& violation) { return violation.reason == reason; });
    ASSERT_NE(warning, verdict.warnings.end());
    EXPECT_EQ(warning->citation.document(), document);
    EXPECT_TRUE(IsChinese(warning->message));
  }
  const std::string readme = ReadFile(ZHIBU_SOURCE_DIR "/services/registry/README.md").value();
  EXPECT_EQ(walked, Matches(readme, std::regex("`([A-Z]+(?:_[A-Z]+)+)`")));
}

TEST_F(RefusalsTest, SayWhenTimeAloneHelps) {
  const absl::Status status =
      Rename([](auto& r) { *r.mutable_decision()->mutable_effective_on() = Date(2026, 12, 1); });
  EXPECT_EQ(FromProto(FindingsOf(status).at(0).earliest()).value(), absl::CivilDay(2026, 12, 1));
}

}  // namespace
}  // namespace zhibu::registry
