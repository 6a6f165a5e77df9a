// Figures, who is elected, and what the norms say, at their boundaries.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "services/registry/data/load_norms.h"
#include "services/registry/rules/elections.h"
#include "tests/services/registry/registry_fixture.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;

const absl::CivilDay kDay(2024, 5, 1);

const Norms& Shipped() {
  static const Norms* const norms = new Norms(LoadNorms(kNormsFile).value());
  return *norms;
}

// A ballot of `members` of whom `present` vote; each candidate is a post and votes.
v1::Ballot BallotOf(int members, int present, int seats,
                    const std::vector<std::pair<v1::PostKind, int>>& candidates) {
  v1::Ballot ballot;
  ballot.set_body(v1::BALLOT_BODY_MEMBERS);
  ballot.set_should_attend(members);
  ballot.set_present(present);
  ballot.set_issued(present);
  ballot.set_returned(present);
  ballot.set_valid_ballots(present);
  ballot.set_seats(seats);
  int number = 0;
  for (const auto& [post, votes] : candidates) {
    v1::Candidate& candidate = *ballot.add_candidates();
    candidate.set_person(absl::StrCat("persons/p", ++number));
    candidate.set_post(post);
    candidate.set_votes(votes);
  }
  return ballot;
}
v1::Election ElectionOf(std::vector<v1::Ballot> ballots,
                        v1::ElectionKind kind = v1::ELECTION_KIND_TERM) {
  v1::Election election;
  election.set_organisation("organisations/b");
  election.set_kind(kind);
  *election.mutable_held_on() = ToProto(kDay);
  for (v1::Ballot& ballot : ballots) *election.add_ballots() = std::move(ballot);
  return election;
}
std::vector<std::string> Reasons(const Violations& violations) {
  std::vector<std::string> reasons;
  for (const Violation& violation : violations) reasons.push_back(violation.reason);
  return reasons;
}
struct Outcome {
  std::vector<std::string> refusals, warnings, elected;
};
Outcome Judged(v1::Election election, type::v1::OrganisationKind kind = type::v1::ORGANISATION_KIND_BRANCH,
               absl::CivilDay day = kDay) {
  const ElectionVerdict verdict = JudgeElection(Shipped(), kind, day, election);
  Outcome outcome = {Reasons(verdict.refusals), Reasons(verdict.warnings), {}};
  for (const Elected& one : verdict.elected) outcome.elected.push_back(one.person.substr(8));
  return outcome;
}

constexpr auto kSecretary = v1::POST_KIND_SECRETARY;
constexpr auto kMember = v1::POST_KIND_COMMITTEE_MEMBER;

TEST(ElectionRules, MoreThanHalfOfThoseEntitledElects) {
  // 10 entitled: 5 votes are not more than half, 6 are.
  EXPECT_THAT(
      Judged(ElectionOf({BallotOf(10, 10, 3, {{kSecretary, 6}, {kMember, 6}, {kMember, 5}})}))
          .elected,
      ElementsAre("p1", "p2"));
  // By the text before 2020-07-13, half of those present: of 8, 5.
  const auto ballots =
      ElectionOf({BallotOf(10, 9, 3, {{kSecretary, 5}, {kMember, 5}, {kMember, 4}})});
  EXPECT_THAT(Judged(ballots).elected, IsEmpty());
  EXPECT_THAT(Judged(ballots, type::v1::ORGANISATION_KIND_BRANCH, absl::CivilDay(2020, 7, 12)).elected,
              ElementsAre("p1", "p2"));
}

TEST(ElectionRules, QuorumIsFourFifths) {
  const auto with = [](int present, absl::CivilDay day) {
    return Judged(ElectionOf({BallotOf(5, present, 1, {{kSecretary, 3}})}),
                  type::v1::ORGANISATION_KIND_BRANCH, day)
        .warnings;
  };
  EXPECT_THAT(with(4, kDay), IsEmpty());
  EXPECT_THAT(with(3, kDay), ElementsAre("QUORUM_NOT_REACHED"));
  // The text of 1990 asked for more than four fifths.
  const absl::CivilDay before(2020, 7, 12);
  EXPECT_THAT(with(4, before), ElementsAre("QUORUM_NOT_REACHED"));
  EXPECT_THAT(with(5, before), IsEmpty());
}

TEST(ElectionRules, SevenMembersHaveACommitteeOfThreeToSeven) {
  const auto with = [](int members, int seats) {
    std::vector<std::pair<v1::PostKind, int>> candidates = {{kSecretary, members}};
    for (int i = 1; i < seats; ++i) candidates.emplace_back(kMember, members);
    return Judged(ElectionOf({BallotOf(members, members, seats, candidates)}));
  };
  EXPECT_THAT(with(6, 1).refusals, IsEmpty());
  EXPECT_THAT(with(6, 2).refusals, ElementsAre("NO_COMMITTEE_FOR_SO_FEW"));
  EXPECT_THAT(with(7, 2).refusals, ElementsAre("COMMITTEE_SIZE_INVALID"));
  EXPECT_THAT(with(7, 3).refusals, IsEmpty());
  EXPECT_THAT(with(7, 5).warnings, IsEmpty());
  EXPECT_THAT(with(7, 6).warnings, ElementsAre("COMMITTEE_UNUSUALLY_LARGE"));
  EXPECT_THAT(with(9, 8).refusals, ElementsAre("COMMITTEE_SIZE_INVALID"));
  // A manual's number for general branches warns.
  const auto general = Judged(ElectionOf({BallotOf(60, 60, 1, {{kSecretary, 60}})}),
                              type::v1::ORGANISATION_KIND_GENERAL_BRANCH);
  EXPECT_THAT(general.refusals, IsEmpty());
  EXPECT_THAT(general.warnings, ElementsAre("COMMITTEE_SIZE_INVALID"));
}

TEST(ElectionRules, OneSecretaryAndOneDeputy) {
  const auto deputy = v1::POST_KIND_DEPUTY_SECRETARY;
  EXPECT_THAT(Judged(ElectionOf({BallotOf(5, 5, 2, {{kSecretary, 5}, {deputy, 5}})})).refusals,
              IsEmpty());
  EXPECT_THAT(
      Judged(ElectionOf({BallotOf(5, 5, 3, {{kSecretary, 5}, {deputy, 5}, {deputy, 4}})})).refusals,
      ElementsAre("DEPUTY_COUNT_INVALID"));
  EXPECT_THAT(Judged(ElectionOf({BallotOf(5, 5, 2, {{kSecretary, 5}, {kSecretary, 4}})})).refusals,
              ElementsAre("SECRETARY_COUNT_INVALID"));
  EXPECT_THAT(Judged(ElectionOf({BallotOf(5, 5, 1, {{deputy, 5}})})).refusals,
              ElementsAre("SECRETARY_COUNT_INVALID"));
  // Within a term a deputy may be elected alone.
  EXPECT_THAT(Judged(ElectionOf({BallotOf(5, 5, 1, {{deputy, 5}})}, v1::ELECTION_KIND_BY_ELECTION))
                  .refusals,
              IsEmpty());
}

TEST(ElectionRules, ACommitteeElectsItsSecretary) {
  v1::Ballot members = BallotOf(9, 9, 3, {{kMember, 9}, {kMember, 8}, {kMember, 7}});
  v1::Ballot committee = BallotOf(3, 3, 1, {{kSecretary, 2}});
  committee.set_body(v1::BALLOT_BODY_COMMITTEE);
  committee.mutable_candidates(0)->set_person("persons/p2");
  const Outcome outcome = Judged(ElectionOf({members, committee}));
  EXPECT_THAT(outcome.refusals, IsEmpty());
  EXPECT_THAT(outcome.elected, ElementsAre("p2", "p1", "p3"));
}

// The shipped norms with what is off in them put to use.
const Norms& WithAllOn() {
  static const Norms* const norms = [] {
    norms::Norms data = LoadNorms(kNormsFile).value();
    for (auto& one : *data.mutable_thresholds()) one.mutable_basis()->clear_off();
    for (auto& one : *data.mutable_coverage()) one.mutable_basis()->clear_off();
    for (auto& one : *data.mutable_margins()) one.mutable_basis()->clear_off();
    return new Norms(std::move(data));
  }();
  return *norms;
}

TEST(ElectionRules, CandidatesExceedTheSeatsOfACommitteeByAFifthWhereThatIsOn) {
  const auto warnings = [](const Norms& norms, int members, int seats, int candidates,
                           v1::ElectionKind kind = v1::ELECTION_KIND_TERM,
                           absl::CivilDay day = kDay) {
    std::vector<std::pair<v1::PostKind, int>> names = {{kSecretary, members}};
    for (int i = 1; i < candidates; ++i) names.emplace_back(kMember, i < seats ? members - 1 : 0);
    v1::Election election = ElectionOf({BallotOf(members, members, seats, names)}, kind);
    const ElectionVerdict verdict =
        JudgeElection(norms, type::v1::ORGANISATION_KIND_BRANCH, day, election);
    EXPECT_THAT(verdict.refusals, IsEmpty());
    return Reasons(verdict.warnings);
  };
  const auto few = ElementsAre("CANDIDATES_TOO_FEW");
  EXPECT_THAT(warnings(Shipped(), 9, 5, 5), IsEmpty()) << "off by default";
  EXPECT_THAT(warnings(WithAllOn(), 9, 5, 5), few);
  EXPECT_THAT(warnings(WithAllOn(), 9, 5, 6), IsEmpty());
  EXPECT_THAT(warnings(WithAllOn(), 9, 3, 3), few);
  EXPECT_THAT(warnings(WithAllOn(), 9, 3, 4), IsEmpty());
  // Where there is no committee, where one seat is filled within the term, and before the text.
  EXPECT_THAT(warnings(WithAllOn(), 6, 1, 1), IsEmpty());
  EXPECT_THAT(warnings(WithAllOn(), 9, 1, 1, v1::ELECTION_KIND_BY_ELECTION), IsEmpty());
  EXPECT_THAT(warnings(WithAllOn(), 9, 5, 5, v1::ELECTION_KIND_TERM, absl::CivilDay(2020, 7, 12)),
              IsEmpty());
}

TEST(Norms, OfOnePlaceAreOffUntilTheyAreSwitchedOn) {
  const auto units = [](const Norms& norms) {
    std::vector<int> numbers;
    for (const auto* norm : norms.ThresholdsOf(type::v1::ORGANISATION_KIND_JOINT_BRANCH, kDay)) {
      if (norm->kind() == v1::ADVISORY_KIND_TOO_MANY_UNITS) numbers.push_back(norm->number());
    }
    return numbers;
  };
  EXPECT_THAT(units(Shipped()), ElementsAre(5));
  EXPECT_THAT(units(WithAllOn()), ElementsAre(6, 5));
  // A private school with 30 staff is covered by an organisation, an instructor is none.
  const auto missing = [](const Norms& norms, v1::Ownership ownership, int staff, int full_members,
                          v1::CoverageRung rung) {
    const auto* norm =
        MissingOrganisation(norms.CoveragesOn(kDay), {ownership, rung, full_members, staff});
    return norm == nullptr ? "" : norm->staff() > 0 ? "staff" : "members";
  };
  const auto own = v1::COVERAGE_RUNG_OWN, joint = v1::COVERAGE_RUNG_JOINT;
  const auto instructor = v1::COVERAGE_RUNG_INSTRUCTOR, none = v1::COVERAGE_RUNG_NONE;
  const auto owned_privately = v1::OWNERSHIP_PRIVATE;
  EXPECT_STREQ(missing(Shipped(), owned_privately, 30, 0, none), "");
  EXPECT_STREQ(missing(WithAllOn(), owned_privately, 30, 0, none), "staff");
  EXPECT_STREQ(missing(WithAllOn(), owned_privately, 29, 0, none), "");
  EXPECT_STREQ(missing(WithAllOn(), owned_privately, 30, 0, instructor), "staff");
  EXPECT_STREQ(missing(WithAllOn(), owned_privately, 30, 2, joint), "");
  EXPECT_STREQ(missing(WithAllOn(), v1::OWNERSHIP_PUBLIC, 30, 2, none), "");
  EXPECT_STREQ(missing(WithAllOn(), v1::OWNERSHIP_PUBLIC, 0, 3, joint), "members");
  EXPECT_STREQ(missing(WithAllOn(), owned_privately, 40, 3, joint), "members");
  EXPECT_STREQ(missing(WithAllOn(), owned_privately, 40, 3, own), "");
}

TEST(ElectionRules, EqualVotesForTheLastSeatAreVotedOnAgain) {
  v1::Ballot first = BallotOf(7, 7, 3, {{kSecretary, 7}, {kMember, 6}, {kMember, 5}, {kMember, 5}});
  first.mutable_candidates(1)->set_votes(4);
  first.mutable_candidates(2)->set_votes(4);
  first.mutable_candidates(3)->set_votes(4);
  EXPECT_THAT(Judged(ElectionOf({first})).refusals,
              IsSupersetOf({std::string("TIE_FOR_LAST_SEAT")}));
  v1::Ballot again = BallotOf(7, 7, 2, {{kMember, 5}, {kMember, 5}, {kMember, 2}});
  again.set_run_off(true);
  for (int i = 0; i < 3; ++i) {
    again.mutable_candidates(i)->set_person(absl::StrCat("persons/p", i + 2));
  }
  const Outcome outcome = Judged(ElectionOf({first, again}));
  EXPECT_THAT(outcome.refusals, IsEmpty());
  EXPECT_THAT(outcome.elected, ElementsAre("p1", "p2", "p3"));
}

TEST(ElectionRules, SeatsThatAreNotFilledAreVotedOnAgainOrGivenUp) {
  const v1::Ballot first =
      BallotOf(7, 7, 4, {{kSecretary, 7}, {kMember, 6}, {kMember, 5}, {kMember, 3}});
  EXPECT_THAT(Judged(ElectionOf({first})).warnings, ElementsAre("SEATS_NOT_FILLED"));
  v1::Ballot again = BallotOf(7, 7, 1, {{kMember, 3}});
  again.set_run_off(true);
  again.mutable_candidates(0)->set_person("persons/p4");
  const Outcome outcome = Judged(ElectionOf({first, again}));
  EXPECT_THAT(outcome.warnings, IsEmpty());
  EXPECT_THAT(outcome.elected, ElementsAre("p1", "p2", "p3", "p4"));
}

TEST(ElectionRules, RefusesImpossibleCounts) {
  const auto with = [](const std::function<void(v1::Ballot&)>& spoil) {
    v1::Ballot ballot = BallotOf(5, 5, 1, {{kSecretary, 5}});
    spoil(ballot);
    return Judged(ElectionOf({ballot})).refusals;
  };
  const auto impossible = ElementsAre("VOTE_COUNTS_IMPOSSIBLE");
  EXPECT_THAT(with([](v1::Ballot& b) { b.set_should_attend(4); }), impossible);
  EXPECT_THAT(with([](v1::Ballot& b) { b.set_present(4); }), impossible);
  EXPECT_THAT(with([](v1::Ballot& b) { b.set_issued(4); }), impossible);
  EXPECT_THAT(with([](v1::Ballot& b) { b.set_void_ballots(1); }), impossible);
  EXPECT_THAT(with([](v1::Ballot& b) {
                b.set_valid_ballots(4);
                b.set_void_ballots(1);
              }),
              ElementsAre("VOTE_COUNTS_IMPOSSIBLE", "VOTE_COUNTS_IMPOSSIBLE"));
  EXPECT_THAT(with([](v1::Ballot& b) {
                auto& other = *b.add_candidates();
                other.set_person("persons/q");
                other.set_post(kMember);
                other.set_votes(1);
              }),
              impossible);
}

TEST(ElectionRules, TemporaryBranchesAndWorkCommitteesAreAppointed) {
  const auto ballots = ElectionOf({BallotOf(5, 5, 1, {{kSecretary, 5}})});
  EXPECT_THAT(Judged(ballots, type::v1::ORGANISATION_KIND_TEMPORARY_BRANCH).refusals,
              ElementsAre("APPOINTED_NOT_ELECTED"));
  EXPECT_THAT(Judged(ballots, type::v1::ORGANISATION_KIND_WORK_COMMITTEE).refusals, IsEmpty());
  EXPECT_THAT(Judged(ballots, type::v1::ORGANISATION_KIND_WORK_COMMITTEE).warnings,
              ElementsAre("APPOINTED_NOT_ELECTED"));
}

// A second opinion, by counting alone: who has more than half and is among the first `seats`.
TEST(ElectionRules, AgreesWithANaiveCount) {
  std::mt19937 random(7);
  int elected = 0, tied = 0;
  for (int round = 0; round < 20000; ++round) {
    const int members = 1 + static_cast<int>(random() % 12);
    const int seats = 1 + static_cast<int>(random() % 4);
    std::vector<std::pair<v1::PostKind, int>> candidates;
    int left = members * seats;
    for (int i = 0; i < 5; ++i) {
      const int votes = std::min<int>(left, static_cast<int>(random() % (members + 1)));
      left -= votes;
      candidates.emplace_back(kMember, votes);
    }
    v1::Election election =
        ElectionOf({BallotOf(members, members, seats, candidates)}, v1::ELECTION_KIND_BY_ELECTION);
    const ElectionVerdict verdict =
        JudgeElection(Shipped(), type::v1::ORGANISATION_KIND_BRANCH, kDay, election);
    bool tie = false;
    for (int i = 0; i < 5; ++i) {
      const int votes = candidates[i].second;
      int better = 0, equal = 0;
      for (const auto& [post, others] : candidates) {
        better += others > votes;
        equal += others == votes;
      }
      const bool majority = votes > members - votes;
      const bool cut = better < seats && better + equal > seats;
      tie |= majority && cut;
      EXPECT_EQ(election.ballots(0).candidates(i).elected(), majority && better + equal <= seats)
          << election.DebugString();
      elected += election.ballots(0).candidates(i).elected();
    }
    tied += tie;
    EXPECT_EQ(Reasons(verdict.refusals),
              tie ? std::vector<std::string>{"TIE_FOR_LAST_SEAT"} : std::vector<std::string>());
  }
  EXPECT_GT(elected, 1000);
  EXPECT_GT(tied, 100);
}

TEST(Norms, OfTheShippedFileAreSound) { EXPECT_TRUE(LoadNorms(kNormsFile).ok()); }

TEST(Norms, ThatAreUnsoundAreRefusedWithTheirLine) {
  const auto fault = [](const std::string& text) {
    return std::string(ParseNorms(text, "n").status().message());
  };
  const std::string basis = "basis { citation { document: \"d\" mark: MARK_CONFIRMED } }";
  EXPECT_EQ(fault(absl::StrCat("terms { ", basis, " years: 3 }")), "");
  EXPECT_THAT(fault(absl::StrCat("\n\nterms { ", basis, " years: -1 }")),
              ::testing::StartsWith("n:3: terms: "));
  EXPECT_THAT(fault("terms { years: 3 }"), ::testing::HasSubstr("citation"));
  EXPECT_THAT(fault(absl::StrCat("elections { ", basis, " }")), ::testing::HasSubstr("quorum"));
  EXPECT_THAT(fault(absl::StrCat("one_shoulder { ", basis, " }")),
              ::testing::HasSubstr("expected"));
  EXPECT_THAT(fault(absl::StrCat("thresholds { ", basis, " }")), ::testing::HasSubstr("threshold"));
  EXPECT_THAT(fault(absl::StrCat("coverage { ", basis, " }")),
              ::testing::HasSubstr("full_members"));
  EXPECT_THAT(fault(absl::StrCat("coverage { ", basis, " full_members: 3 staff: 30 }")),
              ::testing::HasSubstr("staff"));
  EXPECT_EQ(fault(absl::StrCat("coverage { ", basis, " staff: 30 }")), "");
  EXPECT_THAT(fault(absl::StrCat("margins { ", basis, " percent: 101 }")),
              ::testing::HasSubstr("percent"));
  EXPECT_THAT(fault(absl::StrCat("committees { ", basis, " least: 3 most: 2 }")),
              ::testing::HasSubstr("committee"));
  EXPECT_THAT(fault("nonsense"), ::testing::StartsWith("n:1: "));
}

}  // namespace
}  // namespace zhibu::registry
