// The feed is the truth: folded from the beginning it gives the same tables, byte by byte.
#include <set>

#include "common/base/copy_fields.h"
#include "common/store/feed.h"
#include "common/store/rocks_store.h"
#include "common/store/txn.h"
#include "services/registry/books/tables.h"
#include "tests/services/registry/registry_fixture.h"
#include "zhibu/registry/v1/election_service.grpc.pb.h"
#include "zhibu/registry/v1/facility_service.grpc.pb.h"

namespace zhibu::registry {
namespace {

using Bytes = std::map<std::string, std::string>;

constexpr char kFirstOwnTable[] = "\x10";
// What is computed from other feeds as well, or by the calendar, begins here.
constexpr char kFirstDerivedTable[] = "\x28";

class Fold : public RegistryTest {
 protected:
  Bytes TablesNow() {
    Bytes tables;
    const auto snapshot = server_.server().store().TakeSnapshot();
    EXPECT_TRUE(snapshot
                    ->Scan(kFirstOwnTable, kFirstDerivedTable,
                           [&](absl::string_view key, absl::string_view value) {
                             tables.emplace(key, value);
                             return true;
                           })
                    .ok());
    return tables;
  }
  Bytes TablesFromFeed() {
    const auto empty_store = OpenMemoryStore("registry");
    const auto empty = (*empty_store)->TakeSnapshot();
    Txn txn(*empty);
    const auto snapshot = server_.server().store().TakeSnapshot();
    const auto records = ReadJournal(*snapshot, 0, 1000000, 1 << 30);
    EXPECT_TRUE(records.ok());
    for (const auto& record : *records) {
      feed::v1::Content content;
      EXPECT_TRUE(content.ParseFromString(record.content()));
      for (const auto& event : content.events()) EXPECT_TRUE(Apply(txn, event).ok());
    }
    Bytes tables;
    for (const auto& [key, value] : txn.writes()) {
      if (value && key >= kFirstOwnTable) tables.emplace(key, *value);
    }
    return tables;
  }
};

TEST_F(Fold, OfTheFeedGivesTheTables) {
  SetUpCounty();
  auto coded = NewOrganisation("coded", "town");
  coded.mutable_organisation()->set_code("001");
  ASSERT_TRUE(Do(coded).ok());
  v1::UpdateOrganisationRequest recode;
  recode.mutable_organisation()->set_name(Org("coded"));
  recode.mutable_organisation()->set_etag("1");
  recode.mutable_organisation()->set_code("002");
  recode.mutable_update_mask()->add_paths("code");
  ASSERT_TRUE(Do(recode).ok());
  ASSERT_TRUE(Do(MoveOf("gb", "bureau", Date(2010))).ok());
  ASSERT_TRUE(Do(MoveOf("gb", "county", Date(2010))).ok());  // takes an edge back
  auto guided = MoveOf("b1", "bureau", Date(2015));
  guided.set_line(type::v1::LINE_TERRITORIAL);
  ASSERT_TRUE(Do(guided).ok());

  auto school = NewInstitution("school", "gb");
  school.mutable_institution()->set_credit_code(CreditCode(1));
  auto& count = *school.mutable_institution()->add_head_counts();
  *count.mutable_counted_on() = Date(2025);
  count.set_students(0);
  auto& coverage = *school.mutable_institution()->add_coverages();
  coverage.set_organisation(Org("b1"));
  coverage.set_rung(v1::COVERAGE_RUNG_OWN);
  *coverage.mutable_valid_from() = Date(2005);
  ASSERT_TRUE(Do(school).ok());
  v1::UpdateInstitutionRequest change;
  change.mutable_institution()->set_name(Inst("school"));
  change.mutable_institution()->set_etag("1");
  change.mutable_institution()->set_credit_code(CreditCode(2));
  change.mutable_institution()->set_title("示范县实验中学");
  *change.mutable_effective_on() = Date(2015);
  change.mutable_update_mask()->add_paths("credit_code");
  change.mutable_update_mask()->add_paths("title");
  ASSERT_TRUE(Do(change).ok());
  ASSERT_TRUE(Do(NewPost("head", Inst("school"), v1::POST_KIND_HEAD)).ok());
  v1::EndPostRequest end;
  end.set_name("posts/head");
  end.set_etag("1");
  *end.mutable_valid_to() = Date(2020);
  ASSERT_TRUE(Do(end).ok());
  v1::UpdateOrganisationRequest known_elsewhere;
  known_elsewhere.mutable_organisation()->set_name(Org("b2"));
  known_elsewhere.mutable_organisation()->set_etag("1");
  auto& external = *known_elsewhere.mutable_organisation()->add_external_ids();
  external.set_system("province");
  external.set_id("X-1");
  *external.mutable_valid_from() = Date(2010);
  known_elsewhere.mutable_update_mask()->add_paths("external_ids");
  ASSERT_TRUE(Do(known_elsewhere).ok());
  v1::MergeOrganisationsRequest merge;
  merge.set_reorganisation_id("merge");
  merge.mutable_decision()->set_authority(Org("county"));
  merge.mutable_decision()->set_document_number("1");
  *merge.mutable_decision()->mutable_effective_on() = Date(2021);
  merge.add_merged()->set_organisation(Org("gb"));
  merge.mutable_merged(0)->set_etag(EtagOf("gb"));
  merge.set_into(Org("scoped"));
  v1::MergeOrganisationsResponse merged;
  ASSERT_TRUE(Decide(&v1::ReorganisationService::Stub::MergeOrganisations, merge, &merged).ok());
  v1::RecordElectionRequest election;
  election.set_election_id("e1");
  election.set_request_id("e1");
  election.mutable_election()->set_organisation(Org("s1"));
  election.mutable_election()->set_kind(v1::ELECTION_KIND_OPENING);
  *election.mutable_election()->mutable_held_on() = Date(2024);
  v1::ElectionService::Stub elections(server_.channel());
  v1::RecordElectionResponse recorded;
  ASSERT_TRUE(
      Invoke(&v1::ElectionService::Stub::RecordElection, elections, election, &recorded).ok());
  v1::PostponeElectionRequest postpone;
  postpone.set_organisation(Org("s1"));
  postpone.set_etag("1");
  postpone.set_request_id("e2");
  postpone.mutable_postponement()->set_authority(Org("town"));
  postpone.mutable_postponement()->set_document_number("1");
  *postpone.mutable_postponement()->mutable_until() = Date(2027, 6, 1);
  v1::PostponeElectionResponse postponed;
  ASSERT_TRUE(
      Invoke(&v1::ElectionService::Stub::PostponeElection, elections, postpone, &postponed).ok());
  v1::CreateFacilityRequest room;
  room.set_facility_id("room");
  room.set_request_id("f1");
  room.mutable_facility()->set_holder(Inst("school"));
  room.mutable_facility()->set_kind(v1::FACILITY_KIND_ACTIVITY_ROOM);
  room.mutable_facility()->set_title("党员活动室");
  *room.mutable_facility()->mutable_valid_from() = Date(2019);
  v1::FacilityService::Stub facilities(server_.channel());
  v1::CreateFacilityResponse created;
  ASSERT_TRUE(Invoke(&v1::FacilityService::Stub::CreateFacility, facilities, room, &created).ok());
  // What was put right, and what was withdrawn.
  v1::CorrectFacilityRequest moved;
  *moved.mutable_facility() = created.facility();
  moved.mutable_facility()->set_holder(Org("s1"));
  moved.mutable_update_mask()->add_paths("holder");
  moved.mutable_correction()->set_reason("录入有误");
  moved.set_request_id("f2");
  v1::CorrectFacilityResponse at_last;
  ASSERT_TRUE(
      Invoke(&v1::FacilityService::Stub::CorrectFacility, facilities, moved, &at_last).ok());
  auto withdrawn = CorrectionOf("head");
  withdrawn.set_withdraw(true);
  ASSERT_TRUE(Do(withdrawn).ok());
  ASSERT_TRUE(Do(NewPost("former", Org("b1"), v1::POST_KIND_SECRETARY)).ok());
  election.set_election_id("term");
  election.set_request_id("e3");
  election.mutable_election()->set_organisation(Org("b1"));
  election.mutable_election()->set_kind(v1::ELECTION_KIND_TERM);
  v1::Ballot& ballot = *election.mutable_election()->add_ballots();
  ballot.set_body(v1::BALLOT_BODY_MEMBERS);
  ballot.set_run_off(false);
  ballot.set_seats(1);
  ballot.set_should_attend(5);
  ballot.set_present(5);
  ballot.set_issued(5);
  ballot.set_returned(5);
  ballot.set_valid_ballots(5);
  v1::Candidate& candidate = *ballot.add_candidates();
  candidate.set_person("persons/p2");
  candidate.set_post(v1::POST_KIND_SECRETARY);
  candidate.set_votes(5);
  ASSERT_TRUE(
      Invoke(&v1::ElectionService::Stub::RecordElection, elections, election, &recorded).ok());
  for (const bool withdraw : {false, true}) {
    v1::CorrectElectionRequest correction;
    v1::CorrectElectionResponse corrected;
    *correction.mutable_election() = recorded.election();
    if (!withdraw) {
      *correction.mutable_election()->mutable_held_on() = Date(2023);
      correction.mutable_update_mask()->add_paths("held_on");
    }
    correction.set_withdraw(withdraw);
    correction.mutable_correction()->set_reason("录入有误");
    correction.set_request_id(withdraw ? "e5" : "e4");
    const absl::Status status =
        Invoke(&v1::ElectionService::Stub::CorrectElection, elections, correction, &corrected);
    ASSERT_TRUE(status.ok()) << status;
    *recorded.mutable_election() = corrected.election();
  }
  // One that stands.
  election.set_election_id("again");
  election.set_request_id("e6");
  ASSERT_TRUE(
      Invoke(&v1::ElectionService::Stub::RecordElection, elections, election, &recorded).ok());
  // What is refused leaves nothing behind.
  EXPECT_FALSE(Do(NewOrganisation("x", "nobody")).ok());

  const Bytes tables = TablesNow();
  EXPECT_EQ(TablesFromFeed(), tables);
  std::set<uint8_t> numbers;
  for (const auto& [key, value] : tables) numbers.insert(static_cast<uint8_t>(key[0]));
  EXPECT_EQ(numbers,
            (std::set<uint8_t>{0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19,
                               0x1A, 0x1B, 0x1C, 0x1D, 0x20, 0x21, 0x24, 0x25, 0x26, 0x27}));
}

TEST_F(Fold, RefusesWhatItDoesNotKnow) {
  const auto empty_store = OpenMemoryStore("registry");
  const auto empty = (*empty_store)->TakeSnapshot();
  Txn txn(*empty);
  google::protobuf::Any any;
  any.PackFrom(v1::GetOrganisationRequest());
  EXPECT_EQ(Apply(txn, any).code(), absl::StatusCode::kDataLoss);
  any.PackFrom(v1::OrganisationChanged());
  EXPECT_EQ(Apply(txn, any).code(), absl::StatusCode::kDataLoss);
}

TEST(Restart, LoadsTheTreeByWhichScopesAreChecked) {
  FakeClock clock(absl::CivilDay(2026, 11, 23));
  auto store = OpenMemoryStore("registry");
  {
    // As a server before left it. The snapshot must go before its store.
    const auto empty = (*store)->TakeSnapshot();
    Txn txn(*empty);
    for (const auto& [id, parent] :
         {std::pair("county", ""), std::pair("scoped", "county"), std::pair("s1", "scoped")}) {
      v1::OrganisationChanged event;
      CopyFields(NewOrganisation(id, parent).organisation(), event.mutable_organisation());
      event.mutable_organisation()->set_name(Org(id));
      event.mutable_organisation()->set_etag("1");
      ASSERT_TRUE(Apply(txn, event).ok());
    }
    ASSERT_TRUE((*store)->CommitSynced(txn.writes()).ok());
  }
  TestServer server("registry", &clock, RegistryContracts(), BuildAlone, *std::move(store));
  v1::RegistryService::Stub stub(server.channel());
  v1::GetOrganisationRequest request;
  v1::GetOrganisationResponse response;
  request.set_name(Org("s1"));
  EXPECT_TRUE(
      Invoke(&v1::RegistryService::Stub::GetOrganisation, stub, request, &response, kScopedToken)
          .ok());
  request.set_name(Org("county"));
  EXPECT_THAT(
      Invoke(&v1::RegistryService::Stub::GetOrganisation, stub, request, &response, kScopedToken),
      IsNotThere());
}

}  // namespace
}  // namespace zhibu::registry
