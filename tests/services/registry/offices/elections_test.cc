// Elections, terms and who leads, over the contract.
#include "tests/services/registry/offices/election_fixture.h"

namespace zhibu::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_F(ElectionTest, AppointsTheElectedInTheSameCommit) {
  ASSERT_TRUE(Do(NewPost("former", Org("b1"), v1::POST_KIND_SECRETARY)).ok());
  ASSERT_TRUE(Do(NewPost("keeper", Org("b1"), v1::POST_KIND_CLERK)).ok());
  ASSERT_TRUE(Record(Vote("e1", Date(2024, 5, 1))).ok());
  EXPECT_THAT(last_.posts(), ElementsAre("posts/e1-1", "posts/e1-2"));
  EXPECT_TRUE(last_.ballots(0).candidates(0).elected());
  const auto before = Matrix("b1", Date(2024, 4, 30)), after = Matrix("b1", Date(2024, 5, 1));
  EXPECT_EQ(before[0].secretary().name(), "posts/former");
  EXPECT_EQ(after[0].secretary().holder(), "persons/p1");
  EXPECT_EQ(after[0].secretary().election(), "elections/e1");
  EXPECT_EQ(after[0].deputies_size(), 1);
  // Who keeps the books was not elected and goes on.
  EXPECT_EQ(after[0].clerks_size(), 1);
}

TEST_F(ElectionTest, RefusesWhatCannotBe) {
  EXPECT_THAT(Record(Vote("e1", Date(2026, 11, 24))), IsRefused("DATE_IN_FUTURE"));
  EXPECT_THAT(Record(Vote("e1", Date(1999))), IsRefused("ORGANISATION_NOT_THERE"));
  EXPECT_THAT(Record(Vote("e1", Date(2024)), kScopedToken), IsNotThere());
  auto request = Vote("e1", Date(2024));
  request.mutable_election()->mutable_ballots(0)->set_returned(6);
  EXPECT_THAT(Record(request), IsRefused("VOTE_COUNTS_IMPOSSIBLE"));
  request.mutable_election()->clear_ballots();
  EXPECT_THAT(Record(request), IsMalformed("BALLOTS_INVALID"));
  request = Vote("e1", Date(2024));
  auto& ballot = *request.mutable_election()->mutable_ballots(0);
  ballot.mutable_candidates(0)->set_post(v1::POST_KIND_HEAD);
  ballot.mutable_candidates(1)->set_person("persons/p1");
  ballot.set_void_ballots(-1);
  EXPECT_THAT(ReasonsOf(Record(request)),
              ElementsAre("COUNT_INVALID", "KIND_REQUIRED", "NAME_REPEATED"));
  ASSERT_TRUE(Do(NewPost("late", Org("b1"), v1::POST_KIND_SECRETARY, Date(2025))).ok());
  EXPECT_THAT(Record(Vote("e1", Date(2024))), IsRefused("PERIOD_INVALID"));
  EXPECT_THAT(Record(Vote("e1", Date(2025, 6, 1), v1::ELECTION_KIND_BY_ELECTION)),
              IsRefused("POST_TAKEN"));
  EXPECT_TRUE(Record(Vote("e1", Date(2025, 6, 1))).ok());
  EXPECT_EQ(ReasonOf(Record(Vote("e1", Date(2026)))), "ELECTION_EXISTS");
  EXPECT_THAT(Record(Vote("e2", Date(2025, 6, 1))), IsRefused("PERIOD_INVALID"));
}

TEST_F(ElectionTest, ASecretaryIsApprovedAndDecidedOnce) {
  ASSERT_TRUE(Record(Vote("e1", Date(2024, 5, 1))).ok());
  v1::DecideElectionResponse response;
  const absl::Status filed = Call(&Elections::DecideElection, DecisionOn("e1", false), &response);
  EXPECT_THAT(filed, IsRefused("APPROVAL_REQUIRED"));
  EXPECT_EQ(FindingsOf(filed).at(0).citation().document(), "中国共产党基层组织选举工作条例");
  auto early = DecisionOn("e1", true);
  *early.mutable_decision()->mutable_date() = Date(2024, 4, 30);
  EXPECT_THAT(Call(&Elections::DecideElection, early, &response), IsRefused("PERIOD_INVALID"));
  auto nobody = DecisionOn("e1", true);
  nobody.mutable_decision()->set_authority(Org("nobody"));
  EXPECT_THAT(Call(&Elections::DecideElection, nobody, &response),
              IsRefused("AUTHORITY_NOT_THERE"));
  ASSERT_TRUE(Call(&Elections::DecideElection, DecisionOn("e1", true), &response).ok());
  EXPECT_TRUE(response.election().decision().approved());
  EXPECT_EQ(Call(&Elections::DecideElection, DecisionOn("e1", true), &response).code(),
            absl::StatusCode::kAborted);
  auto again = DecisionOn("e1", true);
  again.set_etag("2");
  EXPECT_THAT(Call(&Elections::DecideElection, again, &response), IsRefused("ELECTION_DECIDED"));
}

TEST_F(ElectionTest, TermsFallDueByKindAndMayBePutOffForAYear) {
  ASSERT_TRUE(Record(Vote("e1", Date(2024, 2, 29))).ok());
  ASSERT_TRUE(Record(Vote("e2", Date(2023), v1::ELECTION_KIND_OPENING, "town")).ok());
  ASSERT_TRUE(Record(Vote("e3", Date(2025), v1::ELECTION_KIND_OPENING, "s1")).ok());
  // Three years for a branch, five for a committee; 29 February is clamped.
  EXPECT_THAT(Due(Date(2027, 2, 28), Date(2027, 2, 28)), ElementsAre("b1"));
  EXPECT_THAT(Due(Date(2027, 3, 1), Date(2027, 12, 31)), IsEmpty());
  for (int size : {0, 1, 2}) {
    EXPECT_THAT(Due({}, Date(2030), "county", size), ElementsAre("b1", "s1", "town"));
  }
  EXPECT_THAT(Due({}, Date(2030), "scoped"), ElementsAre("s1"));

  v1::PostponeElectionRequest request;
  v1::PostponeElectionResponse response;
  request.set_organisation(Org("b1"));
  request.set_etag("1");
  request.mutable_postponement()->set_authority(Org("town"));
  request.mutable_postponement()->set_document_number("延〔2026〕1号");
  const auto until = [&](google::type::Date day) {
    *request.mutable_postponement()->mutable_until() = day;
    request.set_request_id(absl::StrCat("e", ++requests_));
    return Call(&Elections::PostponeElection, request, &response);
  };
  EXPECT_THAT(until(Date(2028, 2, 29)), IsRefused("POSTPONED_TOO_LONG"));
  EXPECT_THAT(until(Date(2026, 2, 27)), IsRefused("POSTPONED_TOO_LONG"));
  ASSERT_TRUE(until(Date(2028, 2, 28)).ok());
  EXPECT_EQ(FromProto(response.term().due_on()).value(), absl::CivilDay(2027, 2, 28));
  EXPECT_EQ(FromProto(response.term().remind_from()).value(), absl::CivilDay(2026, 8, 28));
  EXPECT_THAT(Due(Date(2027), Date(2027, 12, 31)), IsEmpty());
  EXPECT_THAT(Due(Date(2028, 2, 28), Date(2028, 2, 28)), ElementsAre("b1"));
  EXPECT_EQ(until(Date(2027, 6, 1)).code(), absl::StatusCode::kAborted);
  request.set_etag("2");
  request.set_organisation(Org("b2"));
  EXPECT_THAT(until(Date(2027, 6, 1)), IsRefused("TERM_NOT_KNOWN"));
  // A new term forgets the postponement.
  ASSERT_TRUE(Record(Vote("e4", Date(2026, 3, 1))).ok());
  EXPECT_THAT(Due({}, Date(2030), "b1"), ElementsAre("b1"));
  EXPECT_THAT(Due(Date(2029, 3, 1), Date(2029, 3, 1), "b1"), ElementsAre("b1"));
  // On a past date, what was due then: the term before, in the tree of that day.
  EXPECT_THAT(Due(Date(2028, 2, 28), Date(2028, 2, 28), "b1", 0, Date(2026, 2, 28)),
              ElementsAre("b1"));
  EXPECT_THAT(Due(Date(2029, 3, 1), Date(2029, 3, 1), "b1", 0, Date(2026, 2, 28)), IsEmpty());
  EXPECT_THAT(Due({}, Date(2030), "county", 0, Date(2024, 2, 28)), ElementsAre("town"));
  EXPECT_THAT(Due({}, {}, "town", 0, Date(2027, 7, 1)), ElementsAre("s1", "town"))
      << "half a year on";
  ASSERT_TRUE(Do(MoveOf("gb", "bureau", Date(2026, 6, 1))).ok());
  EXPECT_THAT(Due({}, Date(2030), "town", 0, Date(2026, 5, 31)), ElementsAre("s1", "town", "b1"));
  EXPECT_THAT(Due({}, Date(2030), "town", 0, Date(2026, 6, 1)), ElementsAre("s1", "town"));
}

TEST_F(ElectionTest, ListsElectionsNewestFirst) {
  ASSERT_TRUE(Record(Vote("e1", Date(2020))).ok());
  ASSERT_TRUE(Record(Vote("e2", Date(2023))).ok());
  v1::ListElectionsRequest request;
  v1::ListElectionsResponse response;
  request.set_organisation(Org("b1"));
  request.set_page_size(1);
  ASSERT_TRUE(Call(&Elections::ListElections, request, &response).ok());
  EXPECT_EQ(response.elections(0).name(), "elections/e2");
  EXPECT_EQ(FromProto(response.term().due_on()).value(), absl::CivilDay(2026, 1, 1));
  request.set_page_token(response.next_page_token());
  ASSERT_TRUE(Call(&Elections::ListElections, request, &response).ok());
  EXPECT_EQ(response.elections(0).name(), "elections/e1");
  EXPECT_EQ(response.next_page_token(), "");
  v1::GetElectionRequest get;
  v1::GetElectionResponse one;
  get.set_name("elections/e1");
  EXPECT_TRUE(Call(&Elections::GetElection, get, &one).ok());
  EXPECT_THAT(Call(&Elections::GetElection, get, &one, kScopedToken), IsNotThere());
}

TEST_F(ElectionTest, OneShoulderIsComputedAndJudgedByKindAndDay) {
  for (const auto& [school, organisation] : {std::pair("one", "b1"), std::pair("two", "gb")}) {
    auto request = NewInstitution(school, organisation);
    auto& coverage = *request.mutable_institution()->add_coverages();
    coverage.set_organisation(Org(organisation));
    coverage.set_rung(v1::COVERAGE_RUNG_OWN);
    *coverage.mutable_valid_from() = Date(2001);
    ASSERT_TRUE(Do(request).ok());
    ASSERT_TRUE(Do(NewPost(absl::StrCat(school, "-head"), Inst(school), v1::POST_KIND_HEAD)).ok());
    ASSERT_TRUE(
        Do(NewPost(absl::StrCat(school, "-s"), Org(organisation), v1::POST_KIND_SECRETARY)).ok());
  }
  const auto verdict = [&](const std::string& id, google::type::Date day) {
    const auto row = Matrix(id, day)[0];
    EXPECT_TRUE(row.one_shoulder());
    return row.verdict();
  };
  EXPECT_EQ(verdict("b1", Date(2022, 1, 25)), v1::ONE_SHOULDER_VERDICT_NO_RULE);
  EXPECT_EQ(verdict("b1", Date(2022, 1, 26)), v1::ONE_SHOULDER_VERDICT_AS_EXPECTED);
  EXPECT_EQ(verdict("gb", Date(2022, 1, 26)), v1::ONE_SHOULDER_VERDICT_SHOULD_BE_SEPARATE);
  EXPECT_THAT(Vacancies("gb", Date(2022, 1, 26)), ElementsAre("gb 2", "b1 4", "b2 1"));
  auto deputy = NewPost("deputy", Org("b1"), v1::POST_KIND_DEPUTY_SECRETARY);
  deputy.mutable_post()->set_full_time(true);
  ASSERT_TRUE(Do(deputy).ok());
  EXPECT_THAT(Vacancies("gb", Date(2022, 1, 26)), ElementsAre("gb 2", "b2 1"));

  v1::GetPostRequest get;
  v1::GetPostResponse post;
  get.set_name("posts/one-s");
  *get.mutable_as_of() = Date(2020);
  ASSERT_TRUE(Call(&Stub::GetPost, get, &post).ok());
  // p1 holds all the posts of this test.
  ASSERT_EQ(post.held_beside_size(), 4);
  EXPECT_EQ(post.held_beside(1).seat(), Inst("one"));
  EXPECT_THAT(Call(&Stub::GetPost, get, &post, kScopedToken), IsNotThere());
}

}  // namespace
}  // namespace zhibu::registry
