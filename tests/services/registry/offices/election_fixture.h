// A registry with a county, in which branches elect.
#ifndef ZHIBU_TESTS_SERVICES_REGISTRY_OFFICES_ELECTION_FIXTURE_H_
#define ZHIBU_TESTS_SERVICES_REGISTRY_OFFICES_ELECTION_FIXTURE_H_

#include <string>
#include <utility>
#include <vector>

#include "tests/services/registry/registry_fixture.h"
#include "zhibu/registry/v1/election_service.grpc.pb.h"
#include "zhibu/registry/v1/leadership_service.grpc.pb.h"

namespace zhibu::registry {

class ElectionTest : public RegistryTest {
 protected:
  using Elections = v1::ElectionService::Stub;
  using Leaders = v1::LeadershipService::Stub;

  ElectionTest() { SetUpCounty(); }

  template <typename Service, typename Request, typename Response>
  absl::Status Call(grpc::Status (Service::*method)(grpc::ClientContext*, const Request&,
                                                    Response*),
                    Request request, Response* response, const std::string& token = kOwnerToken) {
    Service stub(server_.channel());
    return Invoke(method, stub, request, response, token);
  }
  // Five members elect p1 secretary and p2 deputy.
  v1::RecordElectionRequest Vote(const std::string& id, google::type::Date day,
                                 v1::ElectionKind kind = v1::ELECTION_KIND_TERM,
                                 const std::string& organisation = "b1") {
    v1::RecordElectionRequest request;
    request.set_election_id(id);
    request.set_request_id(absl::StrCat("e", ++requests_));
    v1::Election& election = *request.mutable_election();
    election.set_organisation(Org(organisation));
    election.set_kind(kind);
    *election.mutable_held_on() = day;
    if (kind == v1::ELECTION_KIND_OPENING) return request;
    v1::Ballot& ballot = *election.add_ballots();
    ballot.set_run_off(false);
    ballot.set_body(v1::BALLOT_BODY_MEMBERS);
    ballot.set_should_attend(5);
    ballot.set_present(5);
    ballot.set_issued(5);
    ballot.set_returned(5);
    ballot.set_valid_ballots(5);
    ballot.set_seats(2);
    for (const auto& [person, post] : {std::pair("persons/p1", v1::POST_KIND_SECRETARY),
                                       std::pair("persons/p2", v1::POST_KIND_DEPUTY_SECRETARY)}) {
      v1::Candidate& candidate = *ballot.add_candidates();
      candidate.set_person(person);
      candidate.set_post(post);
      candidate.set_votes(5);
    }
    return request;
  }
  absl::Status Record(const v1::RecordElectionRequest& request,
                      const std::string& token = kOwnerToken) {
    last_.Clear();
    v1::RecordElectionResponse response;
    const absl::Status status = Call(&Elections::RecordElection, request, &response, token);
    last_ = response.election();
    return status;
  }
  v1::DecideElectionRequest DecisionOn(const std::string& id, bool approved) {
    v1::DecideElectionRequest request;
    request.set_name("elections/" + id);
    request.set_etag("1");
    request.set_request_id(absl::StrCat("e", ++requests_));
    request.mutable_decision()->set_approved(approved);
    request.mutable_decision()->set_authority(Org("town"));
    request.mutable_decision()->set_document_number("批〔2024〕1号");
    *request.mutable_decision()->mutable_date() = Date(2024, 6, 1);
    return request;
  }
  std::vector<std::string> Due(google::type::Date from, google::type::Date until,
                               const std::string& root = "county", int page_size = 0,
                               google::type::Date as_of = {}) {
    std::vector<std::string> due;
    v1::ListElectionsDueRequest request;
    v1::ListElectionsDueResponse response;
    request.set_root(Org(root));
    *request.mutable_due_from() = from;
    *request.mutable_due_until() = until;
    if (as_of.year() != 0) *request.mutable_as_of() = as_of;
    request.set_page_size(page_size);
    do {
      request.set_page_token(response.next_page_token());
      response.Clear();
      const absl::Status status = Call(&Elections::ListElectionsDue, request, &response);
      EXPECT_TRUE(status.ok()) << status;
      for (const v1::Term& term : response.terms()) due.push_back(term.organisation().substr(14));
    } while (!response.next_page_token().empty());
    return due;
  }
  std::vector<v1::PostMatrixRow> Matrix(const std::string& root, google::type::Date as_of) {
    v1::ListPostMatrixRequest request;
    v1::ListPostMatrixResponse response;
    request.set_root(Org(root));
    if (as_of.year() != 0) *request.mutable_as_of() = as_of;
    EXPECT_TRUE(Call(&Leaders::ListPostMatrix, request, &response).ok());
    return {response.rows().begin(), response.rows().end()};
  }
  // "organisation kind" of each.
  std::vector<std::string> Vacancies(const std::string& root, google::type::Date as_of) {
    std::vector<std::string> vacancies;
    v1::ListVacanciesRequest request;
    v1::ListVacanciesResponse response;
    request.set_root(Org(root));
    if (as_of.year() != 0) *request.mutable_as_of() = as_of;
    request.set_page_size(1);
    do {
      request.set_page_token(response.next_page_token());
      response.Clear();
      EXPECT_TRUE(Call(&Leaders::ListVacancies, request, &response).ok());
      for (const v1::Vacancy& vacancy : response.vacancies()) {
        vacancies.push_back(absl::StrCat(vacancy.organisation().substr(14), " ", vacancy.kind()));
      }
    } while (!response.next_page_token().empty());
    return vacancies;
  }
  v1::Election last_;
};

}  // namespace zhibu::registry

#endif  // ZHIBU_TESTS_SERVICES_REGISTRY_OFFICES_ELECTION_FIXTURE_H_
