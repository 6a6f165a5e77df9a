// Elections that are put right or withdrawn, over the contract.
#include "services/registry/offices/election_outcome.h"

#include <functional>

#include "common/store/feed.h"
#include "tests/services/registry/offices/election_fixture.h"

namespace zhibu::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Takes away what tells a correction from a first recording.
void Strip(google::protobuf::Message* message) {
  const auto& reflection = *message->GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> present;
  reflection.ListFields(*message, &present);
  for (const auto* field : present) {
    if (field->name() == "etag" || field->name() == "corrections" || field->name() == "revision") {
      reflection.ClearField(message, field);
    } else if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) {
      if (!field->is_repeated()) {
        Strip(reflection.MutableMessage(message, field));
        continue;
      }
      for (int i = 0; i < reflection.FieldSize(*message, field); ++i) {
        Strip(reflection.MutableRepeatedMessage(message, field, i));
      }
    }
  }
}

class ElectionOutcome : public ElectionTest {
 public:
  // Not of a test: one of several that it compares.
  void TestBody() override {}

  // b1 has elected once, in 2021; a commissioner who was appointed leaves in 2025.
  ElectionOutcome() {
    auto first = Vote("e0", Date(2021, 4, 1));
    auto& candidates = *first.mutable_election()->mutable_ballots(0)->mutable_candidates();
    candidates[0].set_person("persons/p8");
    candidates[1].set_person("persons/p9");
    Must(Record(first));
    auto member = NewPost("m", Org("b1"), v1::POST_KIND_COMMITTEE_MEMBER, Date(2022));
    *member.mutable_post()->mutable_valid_to() = Date(2025);
    Must(Do(member));
    Must(Do(NewPost("keeper", Org("b1"), v1::POST_KIND_CLERK, Date(2022))));
  }
  static void Must(const absl::Status& status) { EXPECT_TRUE(status.ok()) << status; }

  v1::Election Held(const std::string& id) {
    v1::GetElectionRequest request;
    request.set_name("elections/" + id);
    v1::GetElectionResponse response;
    Must(Call(&Elections::GetElection, request, &response));
    return response.election();
  }
  v1::Post Posted(const std::string& id) {
    const auto read = GetPost(id);
    Must(read.status());
    return read.ok() ? read->post() : v1::Post();
  }
  // The correction of an election as it now is.
  v1::CorrectElectionRequest Correcting(const std::string& id,
                                        const std::vector<std::string>& paths) {
    v1::CorrectElectionRequest request;
    *request.mutable_election() = Held(id);
    for (const std::string& path : paths) request.mutable_update_mask()->add_paths(path);
    request.mutable_correction()->set_reason("录入有误");
    return request;
  }
  absl::Status Correct(v1::CorrectElectionRequest request, const std::string& token = kOwnerToken) {
    request.set_request_id(absl::StrCat("e", ++requests_));
    v1::CorrectElectionResponse response;
    const absl::Status status = Call(&Elections::CorrectElection, request, &response, token);
    last_ = response.election();
    return status;
  }
  absl::Status Withdraw(const std::string& id) {
    auto request = Correcting(id, {});
    request.set_withdraw(true);
    return Correct(request);
  }
  absl::Status Postpone(google::type::Date until) {
    v1::PostponeElectionRequest request;
    request.set_organisation(Org("b1"));
    request.set_etag(Term()->etag());
    request.set_request_id(absl::StrCat("postpone-", ++requests_));
    request.mutable_postponement()->set_authority(Org("town"));
    request.mutable_postponement()->set_document_number("延〔2026〕1号");
    *request.mutable_postponement()->mutable_until() = until;
    v1::PostponeElectionResponse response;
    return Call(&Elections::PostponeElection, request, &response);
  }
  absl::StatusOr<v1::Term> Term(const std::string& organisation = "b1",
                                const std::string& token = kOwnerToken) {
    v1::GetTermRequest request;
    request.set_organisation(Org(organisation));
    v1::GetTermResponse response;
    ZHIBU_RETURN_IF_ERROR(Call(&Elections::GetTerm, request, &response, token));
    return response.term();
  }
  int64_t Revision() { return *JournalRevision(*server_.server().store().TakeSnapshot()); }
  absl::Status DecideOn(const std::string& id, bool approved) {
    auto request = DecisionOn(id, approved);
    request.set_etag(Held(id).etag());
    v1::DecideElectionResponse response;
    return Call(&Elections::DecideElection, request, &response);
  }
  using ElectionTest::Do;
  using ElectionTest::Record;
  using ElectionTest::Vote;

  // Everything that the lists say of b1, on each of these days.
  std::string Shown() {
    std::string shown;
    const auto add = [&](google::protobuf::Message&& message) {
      Strip(&message);
      absl::StrAppend(&shown, message.DebugString(), "\n");
    };
    for (const auto& day :
         {Date(2021), Date(2021, 4, 1), Date(2024, 3, 15), Date(2024, 5, 1), Date(2024, 7, 15),
          Date(2024, 12, 31), Date(2025), Date(2026, 11, 23)}) {
      absl::StrAppend(&shown, FormatDate(FromProto(day).value()), "\n");
      v1::ListPostsRequest posts;
      posts.set_root(Org("b1"));
      *posts.mutable_as_of() = day;
      v1::ListPostsResponse listed;
      Must(Invoke(&Stub::ListPosts, stub_, posts, &listed));
      add(std::move(listed));
      posts.set_holder("persons/p2");
      v1::ListPostsResponse held;
      Must(Invoke(&Stub::ListPosts, stub_, posts, &held));
      add(std::move(held));
      for (v1::PostMatrixRow& row : Matrix("b1", day)) add(std::move(row));
      for (const std::string& vacancy : Vacancies("b1", day))
        absl::StrAppend(&shown, vacancy, "\n");
      v1::ListElectionsDueRequest due;
      due.set_root(Org("b1"));
      *due.mutable_as_of() = day;
      *due.mutable_due_until() = Date(2040);
      v1::ListElectionsDueResponse terms;
      Must(Call(&Elections::ListElectionsDue, due, &terms));
      add(std::move(terms));
    }
    v1::ListElectionsRequest elections;
    elections.set_organisation(Org("b1"));
    v1::ListElectionsResponse listed;
    Must(Call(&Elections::ListElections, elections, &listed));
    add(std::move(listed));
    add(*Term());
    return shown;
  }
};

// The first is elected secretary, the others deputies.
void Elect(v1::Election& election, const std::vector<std::string>& persons) {
  v1::Ballot& ballot = *election.mutable_ballots(0);
  const v1::Candidate like = ballot.candidates(0);
  ballot.clear_candidates();
  ballot.set_seats(static_cast<int>(persons.size()));
  for (size_t i = 0; i < persons.size(); ++i) {
    v1::Candidate& candidate = *ballot.add_candidates();
    candidate = like;
    candidate.set_person("persons/" + persons[i]);
    candidate.set_post(i == 0 ? v1::POST_KIND_SECRETARY : v1::POST_KIND_DEPUTY_SECRETARY);
  }
}

TEST(ElectionCorrections, GiveTheBooksThatRecordingItRightWouldHaveGiven) {
  struct Case {
    const char* what;
    std::vector<std::string> paths;
    // Makes the wrong one right.
    std::function<void(v1::Election&)> change;
    v1::ElectionKind kind = v1::ELECTION_KIND_TERM;
    // What is recorded after it.
    std::function<void(ElectionOutcome&)> after = [](ElectionOutcome&) {};
  };
  const auto by_hand = [](ElectionOutcome& books) {
    // Begun before the election and after it, both recorded once it was.
    books.Must(books.Do(NewPost("since", Org("b1"), v1::POST_KIND_COMMITTEE_MEMBER, Date(2023))));
    books.Must(books.Do(NewPost("late", Org("b1"), v1::POST_KIND_COMMITTEE_MEMBER, Date(2024, 6))));
  };
  const std::vector<Case> cases = {
      {"another deputy",
       {"ballots"},
       [](v1::Election& e) {
         Elect(e, {"p1", "p3"});
       }},
      {"the other way round",
       {"ballots"},
       [](v1::Election& e) {
         Elect(e, {"p2", "p1"});
       }},
      {"no deputy", {"ballots"}, [](v1::Election& e) { Elect(e, {"p2"}); }},
      {"an earlier day", {"held_on"}, [](auto& e) { *e.mutable_held_on() = Date(2024, 3, 1); }},
      {"a later day",
       {"held_on"},
       [](auto& e) { *e.mutable_held_on() = Date(2024, 7, 1); },
       v1::ELECTION_KIND_TERM,
       by_hand},
      {"a day after an end",
       {"held_on", "ballots"},
       [](auto& e) {
         *e.mutable_held_on() = Date(2025, 2, 1);
         Elect(e, {"p4", "p2"});
       }},
      {"an opening entry",
       {"kind", "ballots"},
       [](auto& e) {
         e.set_kind(v1::ELECTION_KIND_OPENING);
         e.clear_ballots();
       }},
      {"kept what came later",
       {"ballots"},
       [](auto& e) {
         Elect(e, {"p5", "p6"});
       },
       v1::ELECTION_KIND_TERM,
       by_hand},
      {"still put off",
       {"held_on"},
       [](auto& e) { *e.mutable_held_on() = Date(2024, 5, 10); },
       v1::ELECTION_KIND_TERM,
       [](ElectionOutcome& books) { books.Must(books.Postpone(Date(2027, 12, 1))); }},
  };
  for (const Case& one : cases) {
    SCOPED_TRACE(one.what);
    ElectionOutcome wrong, right;
    const auto request = wrong.Vote("e1", Date(2024, 5, 1), one.kind);
    wrong.Must(wrong.Record(request));
    one.after(wrong);
    auto correction = wrong.Correcting("e1", one.paths);
    one.change(*correction.mutable_election());
    wrong.Must(wrong.Correct(correction));
    auto should = request;
    one.change(*should.mutable_election());
    right.Must(right.Record(should));
    one.after(right);
    EXPECT_EQ(wrong.Shown(), right.Shown());
  }
}

// Of one for what is vacant, a new term is made, and the other way round.
TEST(ElectionCorrections, OfTheKindEndAndOpenPosts) {
  const auto vacant = [](ElectionOutcome& books) {
    v1::EndPostRequest end;
    end.set_name("posts/e0-1");
    end.set_etag(books.Posted("e0-1").etag());
    *end.mutable_valid_to() = Date(2024, 2, 1);
    books.Must(books.Do(end));
  };
  for (const auto kind : {v1::ELECTION_KIND_TERM, v1::ELECTION_KIND_BY_ELECTION}) {
    SCOPED_TRACE(kind);
    ElectionOutcome wrong, right;
    vacant(wrong);
    vacant(right);
    wrong.Must(wrong.Record(wrong.Vote(
        "e1", Date(2024, 5, 1),
        kind == v1::ELECTION_KIND_TERM ? v1::ELECTION_KIND_BY_ELECTION : v1::ELECTION_KIND_TERM)));
    auto correction = wrong.Correcting("e1", {"kind"});
    correction.mutable_election()->set_kind(kind);
    wrong.Must(wrong.Correct(correction));
    right.Must(right.Record(right.Vote("e1", Date(2024, 5, 1), kind)));
    EXPECT_EQ(wrong.Shown(), right.Shown());
  }
}

TEST(ElectionCorrections, WithdrawnItNeverWas) {
  ElectionOutcome wrong, right;
  wrong.Must(wrong.Record(wrong.Vote("e1", Date(2024, 5, 1))));
  const std::string etag = wrong.Term()->etag();
  wrong.Must(wrong.Withdraw("e1"));
  EXPECT_EQ(wrong.Shown(), right.Shown());
  const v1::Election withdrawn = wrong.Held("e1");
  EXPECT_TRUE(withdrawn.withdrawn());
  ASSERT_EQ(withdrawn.corrections_size(), 1);
  EXPECT_TRUE(withdrawn.corrections(0).withdrawn());
  EXPECT_TRUE(wrong.Posted("e1-1").withdrawn());
  EXPECT_EQ(wrong.Posted("e1-1").corrections_size(), 1);
  // The term before is the present one again, but not as it was read before.
  EXPECT_EQ(wrong.Term()->election(), "elections/e0");
  EXPECT_NE(wrong.Term()->etag(), etag);
  // Nothing more is done to it, and its id is not used again.
  EXPECT_THAT(wrong.Withdraw("e1"), IsRefused("ALREADY_WITHDRAWN"));
  EXPECT_THAT(wrong.DecideOn("e1", true), IsRefused("ALREADY_WITHDRAWN"));
  EXPECT_EQ(ReasonOf(wrong.Record(wrong.Vote("e1", Date(2024, 5, 1)))), "ELECTION_EXISTS");
  // What it had been can be recorded, and then the one before goes as well.
  wrong.Must(wrong.Record(wrong.Vote("e2", Date(2024, 5, 1))));
  wrong.Must(wrong.Withdraw("e2"));
  wrong.Must(wrong.Withdraw("e0"));
  EXPECT_THAT(wrong.Term().status(), IsNotThere());
}

class ElectionCorrection : public ElectionOutcome {};

TEST_F(ElectionCorrection, KeepsWhatStoodThere) {
  Must(Record(Vote("e1", Date(2024, 5, 1))));
  // What an election does not say is put right of the post itself, and outlives the correction.
  auto full_time = CorrectionOf("e1-2");
  full_time.mutable_post()->set_full_time(true);
  full_time.mutable_update_mask()->add_paths("full_time");
  Must(Do(full_time));
  auto correction = Correcting("e1", {"ballots"});
  Elect(*correction.mutable_election(), {"p3", "p2"});
  Must(Correct(correction));
  EXPECT_THAT(last_.posts(), ElementsAre("posts/e1-1", "posts/e1-2"));
  ASSERT_EQ(last_.corrections_size(), 1);
  ASSERT_EQ(last_.corrections(0).fields_size(), 1);
  EXPECT_EQ(last_.corrections(0).fields(0).path(), "ballots");
  EXPECT_EQ(last_.DebugString(), Held("e1").DebugString());
  EXPECT_TRUE(Posted("e1-2").full_time());
  EXPECT_EQ(Posted("e1-2").corrections_size(), 1);
  const v1::Post secretary = Posted("e1-1");
  ASSERT_EQ(secretary.corrections_size(), 1);
  EXPECT_EQ(secretary.corrections(0).fields(0).path(), "holder");
  EXPECT_EQ(secretary.corrections(0).fields(0).was(), "\"persons/p1\"");
  // A post that is taken back may be filled again.
  correction = Correcting("e1", {"ballots"});
  Elect(*correction.mutable_election(), {"p3"});
  Must(Correct(correction));
  EXPECT_TRUE(Posted("e1-2").withdrawn());
  correction = Correcting("e1", {"ballots"});
  Elect(*correction.mutable_election(), {"p3", "p2"});
  Must(Correct(correction));
  EXPECT_FALSE(Posted("e1-2").withdrawn());
  EXPECT_EQ(Held("e1").corrections_size(), 3);
}

TEST_F(ElectionCorrection, OfADecisionReplacesIt) {
  Must(Record(Vote("e1", Date(2024, 5, 1))));
  Must(DecideOn("e1", true));
  // Also of one on which another election rests.
  Must(Record(Vote("e2", Date(2025, 5, 1))));
  const std::string posts = Posted("e1-1").etag();
  auto correction = Correcting("e1", {"decision"});
  correction.mutable_election()->mutable_decision()->set_document_number("批〔2024〕2号");
  Must(Correct(correction));
  EXPECT_EQ(Held("e1").decision().document_number(), "批〔2024〕2号");
  EXPECT_EQ(Held("e1").ballots_size(), 1);
  EXPECT_EQ(Posted("e1-1").etag(), posts);
  // Also where there was none to be.
  correction = Correcting("e1", {"decision"});
  correction.mutable_election()->clear_decision();
  Must(Correct(correction));
  EXPECT_FALSE(Held("e1").has_decision());
  EXPECT_EQ(Held("e1").corrections_size(), 2);
}

TEST_F(ElectionCorrection, IsRefusedWhereSomethingRestsOnTheElection) {
  Must(Record(Vote("e1", Date(2024, 5, 1))));
  EXPECT_THAT(Withdraw("e0"), IsRefused("ELECTION_NOT_LAST"));
  v1::EndPostRequest end;
  end.set_name("posts/e1-2");
  end.set_etag(Posted("e1-2").etag());
  *end.mutable_valid_to() = Date(2025);
  Must(Do(end));
  const int64_t before = Revision();
  EXPECT_THAT(Withdraw("e1"), IsRefused("POST_ENDED_SINCE"));
  auto correction = Correcting("e0", {"held_on"});
  *correction.mutable_election()->mutable_held_on() = Date(2027);
  // All that is wrong; the posts of e0 ended with e1.
  EXPECT_THAT(ReasonsOf(Correct(correction)), ElementsAre("ELECTION_NOT_LAST", "POST_ENDED_SINCE",
                                                          "POST_ENDED_SINCE", "DATE_IN_FUTURE"));
  EXPECT_EQ(Revision(), before);
}

TEST_F(ElectionCorrection, IsRefusedWhereRecordingWouldBe) {
  Must(Record(Vote("e1", Date(2024, 5, 1))));
  Must(DecideOn("e1", true));
  Must(Postpone(Date(2028, 4, 30)));
  const int64_t before = Revision();
  const std::string shown = Shown();
  const auto correct = [&](const char* path, auto change) {
    auto request = Correcting("e1", {path});
    change(request, *request.mutable_election());
    return Correct(request);
  };
  const auto held_on = [&](google::type::Date day) {
    return correct("held_on", [&](auto&, auto& e) { *e.mutable_held_on() = day; });
  };
  EXPECT_THAT(held_on(Date(2026, 11, 24)), IsRefused("DATE_IN_FUTURE"));
  EXPECT_THAT(held_on(Date(1999)), IsRefused("ORGANISATION_NOT_THERE"));
  EXPECT_THAT(held_on(Date(2021, 4, 1)), IsRefused("PERIOD_INVALID"));
  EXPECT_THAT(held_on({}), IsMalformed("DATE_REQUIRED"));
  EXPECT_THAT(held_on(Date(2023)), IsRefused("POSTPONED_TOO_LONG"));
  // The decision is of June.
  EXPECT_THAT(held_on(Date(2024, 6, 2)), IsRefused("PERIOD_INVALID"));
  EXPECT_THAT(correct("ballots", [](auto&, auto& e) { e.mutable_ballots(0)->set_returned(6); }),
              IsRefused("VOTE_COUNTS_IMPOSSIBLE"));
  EXPECT_THAT(correct("ballots", [](auto&, auto& e) { e.clear_ballots(); }),
              IsMalformed("BALLOTS_INVALID"));
  EXPECT_THAT(correct("kind", [](auto&, auto& e) { e.set_kind(v1::ELECTION_KIND_BY_ELECTION); }),
              IsRefused("POST_TAKEN"));
  const auto decision = [&](auto change) {
    return correct("decision", [&](auto&, auto& e) { change(*e.mutable_decision()); });
  };
  EXPECT_THAT(decision([](auto& d) { d.clear_approved(); }), IsMalformed("DECISION_REQUIRED"));
  EXPECT_THAT(decision([](auto& d) { d.set_approved(false); }), IsRefused("APPROVAL_REQUIRED"));
  EXPECT_THAT(decision([](auto& d) { d.set_authority(Org("nobody")); }),
              IsRefused("AUTHORITY_NOT_THERE"));
  EXPECT_THAT(decision([](auto& d) { *d.mutable_date() = Date(2024, 4, 1); }),
              IsRefused("PERIOD_INVALID"));
  EXPECT_THAT(correct("decision", [](auto&, auto&) {}), IsRefused("NOTHING_TO_CORRECT"));
  // Who is elected is computed, whatever the request says.
  EXPECT_THAT(
      correct("ballots",
              [](auto&, auto& e) { e.mutable_ballots(0)->mutable_candidates(0)->clear_elected(); }),
      IsRefused("NOTHING_TO_CORRECT"));
  EXPECT_THAT(correct("organisation", [](auto&, auto&) {}), IsMalformed("UPDATE_MASK_INVALID"));
  EXPECT_THAT(correct("kind", [](auto& r, auto&) { r.set_withdraw(true); }),
              IsMalformed("WITHDRAWN_NEEDS_NO_FIELDS"));
  EXPECT_THAT(correct("kind", [](auto& r, auto&) { r.clear_correction(); }),
              IsMalformed("CORRECTION_REASON_INVALID"));
  EXPECT_THAT(correct("kind", [](auto&, auto& e) { e.clear_etag(); }),
              IsMalformed("ETAG_REQUIRED"));
  EXPECT_THAT(correct("kind", [](auto&, auto& e) { e.set_etag("99"); }),
              Refuses(absl::StatusCode::kAborted, std::string("ETAG_STALE")));
  EXPECT_THAT(correct("kind", [](auto&, auto& e) { e.set_name("elections/none"); }), IsNotThere());
  EXPECT_THAT(Correct(Correcting("e1", {"kind"}), kScopedToken), IsNotThere());
  // A dry run judges and writes nothing.
  auto dry = Correcting("e1", {"ballots"});
  Elect(*dry.mutable_election(), {"p1", "p3"});
  dry.set_validate_only(true);
  EXPECT_TRUE(Correct(dry).ok());
  EXPECT_EQ(Revision(), before);
  EXPECT_EQ(Shown(), shown);
}

TEST_F(ElectionCorrection, IsNotWhatAnElectedPostIsPutRightBy) {
  Must(Record(Vote("e1", Date(2024, 5, 1))));
  const int64_t before = Revision();
  auto request = CorrectionOf("e1-1");
  request.set_withdraw(true);
  EXPECT_THAT(Do(request), IsRefused("POST_IS_ELECTED"));
  request.set_withdraw(false);
  for (const char* path : {"seat", "kind", "holder", "valid_from", "valid_to"}) {
    request.mutable_update_mask()->clear_paths();
    request.mutable_update_mask()->add_paths(path);
    EXPECT_THAT(Do(request), IsRefused("POST_IS_ELECTED"));
  }
  EXPECT_EQ(Revision(), before);
}

TEST_F(ElectionCorrection, LeavesTheTermToBeRead) {
  EXPECT_EQ(Term()->election(), "elections/e0");
  EXPECT_THAT(Term("b2").status(), IsNotThere());
  EXPECT_THAT(Term("b1", kScopedToken).status(), IsNotThere());
  EXPECT_TRUE(Postpone(Date(2024, 12, 1)).ok()) << "by the etag that GetTerm answers";
}

TEST_F(ElectionCorrection, OfABatchIsPossibleWithTheEtagsThatItAnswers) {
  v1::BatchRecordElectionsRequest batch;
  v1::BatchRecordElectionsResponse response;
  batch.set_request_id("batch");
  *batch.add_requests() = Vote("e1", Date(2024, 5, 1));
  *batch.add_requests() = Vote("e2", Date(2024, 5, 1), v1::ELECTION_KIND_TERM, "b2");
  for (auto& one : *batch.mutable_requests()) one.clear_request_id();
  Must(Call(&Elections::BatchRecordElections, batch, &response));
  EXPECT_THAT(response.etags(), ElementsAre(Held("e1").etag(), Held("e2").etag()));
}

}  // namespace
}  // namespace zhibu::registry
