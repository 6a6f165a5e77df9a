// A membership service in this process that follows a registry whose feed the test writes itself.
#ifndef ZHIBU_TESTS_SERVICES_MEMBERSHIP_WORLD_H_
#define ZHIBU_TESTS_SERVICES_MEMBERSHIP_WORLD_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "services/membership/service.h"
#include "tests/services/membership/history.h"
#include "tests/support/test_server.h"
#include "tests/support/wait.h"
#include "zhibu/feed/v1/feed.pb.h"
#include "zhibu/membership/v1/case_event_service.grpc.pb.h"
#include "zhibu/membership/v1/membership_fact_service.grpc.pb.h"
#include "zhibu/membership/v1/membership_service.grpc.pb.h"
#include "zhibu/membership/v1/transfer_service.grpc.pb.h"
#include "zhibu/registry/v1/events.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::membership {

inline const absl::CivilDay kToday(2036, 11, 23);
inline constexpr char kBranch[] = "organisations/branch";

// When the record was written: folding the feed gives the tables the same times.
inline absl::Time RecordedAt(const feed::v1::Content& content) {
  return absl::FromUnixSeconds(content.recorded_at().seconds()) +
         absl::Nanoseconds(content.recorded_at().nanos());
}

// Organisations: county (committee); under it branch, general (general branch), work (work
// committee) and scoped (committee); under that scoped-branch. Persons: contact-one and
// contact-two, full members of the branch.
class World {
 public:
  explicit World(std::unique_ptr<Store> store = nullptr)
      : registry_("registry", &clock_, {}, NoServices) {
    using namespace type::v1;
    Organisation("county", ORGANISATION_KIND_COMMITTEE, "");
    Organisation("branch", ORGANISATION_KIND_BRANCH, "county");
    Organisation("general", ORGANISATION_KIND_GENERAL_BRANCH, "county");
    Organisation("work", ORGANISATION_KIND_WORK_COMMITTEE, "county");
    Organisation("scoped", ORGANISATION_KIND_COMMITTEE, "county");
    Organisation("scoped-branch", ORGANISATION_KIND_BRANCH, "scoped");
    Start(std::move(store));
    EXPECT_TRUE(CreateMember("contact-one", kBranch).ok());
    EXPECT_TRUE(CreateMember("contact-two", kBranch).ok());
  }

  void Stop() {
    stub_.reset();
    membership_.reset();
  }
  void Start(std::unique_ptr<Store> store) {
    membership_ = std::make_unique<TestServer>(
        "membership", &clock_, MembershipContracts(),
        [this](Server& server) {
          MembershipOptions options;
          options.registry = registry_.channel();
          options.rule_sets_folder = rule_sets_folder_;
          options.rule_sets_overlay_folder = overlays_folder_;
          options.calendars_folder = calendars_folder_;
          options.transfer_rules_file =
              ZHIBU_SOURCE_DIR "/services/membership/data/transfer_rules/transfers.textproto";
          options.fact_rules_file =
              ZHIBU_SOURCE_DIR "/services/membership/data/fact_rules/facts.textproto";
          options.keys = keys_;
          options.unit_transfer_batch = unit_transfer_batch_;
          return BuildMembership(server, std::move(options));
        },
        std::move(store));
    stub_ = v1::MembershipService::NewStub(membership_->channel());
    Settle();
  }

  FakeClock& clock() { return clock_; }
  Server& server() { return membership_->server(); }
  std::shared_ptr<grpc::Channel> channel() { return membership_->channel(); }
  v1::MembershipService::Stub& stub() { return *stub_; }
  // Counts from the next Start.
  void set_rule_sets_folder(std::string folder) { rule_sets_folder_ = std::move(folder); }
  // Counts from the next Start.
  void set_overlays_folder(std::string folder) { overlays_folder_ = std::move(folder); }
  // Counts from the next Start.
  void set_calendars_folder(std::string folder) { calendars_folder_ = std::move(folder); }
  // Newest first; what is added to them counts from the next Start.
  std::vector<std::string>& keys() { return keys_; }

  // Counts from the next Start.
  void set_unit_transfer_batch(int persons) { unit_transfer_batch_ = persons; }

  // `dissolved`: the day after its last.
  void Organisation(const std::string& id, type::v1::OrganisationKind kind,
                    const std::string& parent, std::optional<absl::CivilDay> dissolved = {}) {
    registry::v1::OrganisationChanged event;
    auto& organisation = *event.mutable_organisation();
    organisation.set_name(NameOf(kOrganisations, id));
    organisation.set_title(id);
    organisation.set_kind(kind);
    *organisation.mutable_established_on() = ToProto(absl::CivilDay(2000, 1, 1));
    if (dissolved) *organisation.mutable_dissolved_on() = ToProto(*dissolved);
    if (!parent.empty()) {
      auto& edge = *organisation.add_affiliations();
      edge.set_parent(NameOf(kOrganisations, parent));
      edge.set_line(type::v1::LINE_SUBORDINATION);
      *edge.mutable_valid_from() = ToProto(absl::CivilDay(2000, 1, 1));
    }
    Emit(event);
  }
  // Into the registry's feed.
  void Emit(const google::protobuf::Message& event) {
    auto written = std::make_shared<std::promise<int64_t>>();
    std::future<int64_t> revision = written->get_future();
    std::shared_ptr<google::protobuf::Message> copy(event.New());
    copy->CopyFrom(event);
    CommitLane::Job job;
    job.actor = "test";
    job.decide = [copy](Txn& txn) {
      txn.Emit(*copy);
      return absl::OkStatus();
    };
    job.done = [written](const absl::Status&, int64_t at) { written->set_value(at); };
    EXPECT_TRUE(registry_.server().lane().Submit(std::move(job)));
    ASSERT_TRUE(WaitFor(revision));
    registry_revision_ = revision.get();
  }
  // Waits until the membership service has seen every organisation.
  void Settle() {
    auto seen = std::make_shared<std::promise<void>>();
    server().progress("registry")->WhenAtLeast(registry_revision_, [seen] { seen->set_value(); });
    EXPECT_TRUE(WaitFor(seen->get_future()));
  }

  std::string NextRequestId() { return absl::StrCat("r-", ++requests_); }

  // A person of the branch, born 1990-01-15, in sound form.
  v1::CreatePersonRequest PersonRequest(const std::string& id,
                                        const std::string& organisation = kBranch) {
    v1::CreatePersonRequest request;
    request.set_person_id(id);
    request.set_request_id(NextRequestId());
    v1::Person& person = *request.mutable_person();
    person.set_organisation(organisation);
    person.set_display_name("某某");
    person.set_id_number(GeneratedIdNumber(absl::CivilDay(1990, 1, 15), ++people_));
    person.set_nationality_code("01");
    person.set_kind(v1::PERSON_KIND_TEACHER);
    *person.mutable_registered_on() = ToProto(absl::CivilDay(2014, 1, 1));
    return request;
  }
  v1::CreatePersonRequest MemberRequest(const std::string& id, const std::string& organisation) {
    v1::CreatePersonRequest request = PersonRequest(id, organisation);
    request.mutable_opening_balance()->set_stage(v1::STAGE_FULL);
    *request.mutable_opening_balance()->mutable_joined_on() = ToProto(absl::CivilDay(2010, 6, 1));
    *request.mutable_opening_balance()->mutable_full_member_on() =
        ToProto(absl::CivilDay(2011, 6, 1));
    return request;
  }
  absl::Status Create(const v1::CreatePersonRequest& request,
                      v1::CreatePersonResponse* response = nullptr,
                      const std::string& token = kOwnerToken) {
    v1::CreatePersonResponse ignored;
    return Invoke(&v1::MembershipService::Stub::CreatePerson, stub(), request,
                  response != nullptr ? response : &ignored, token);
  }
  absl::Status CreatePerson(const std::string& id, const std::string& organisation = kBranch) {
    return Create(PersonRequest(id, organisation));
  }
  absl::Status CreateMember(const std::string& id, const std::string& organisation) {
    return Create(MemberRequest(id, organisation));
  }

  v1::RecordStepRequest StepRequest(const std::string& name, const v1::Step& step,
                                    const std::string& etag) {
    v1::RecordStepRequest request;
    request.set_name(name);
    request.set_etag(etag);
    request.set_request_id(NextRequestId());
    *request.mutable_step() = step;
    return request;
  }
  absl::Status Record(const v1::RecordStepRequest& request, v1::RecordStepResponse* response,
                      const std::string& token = kOwnerToken) {
    return Invoke(&v1::MembershipService::Stub::RecordStep, stub(), request, response, token);
  }
  // Records a step with the etag that the last one left.
  absl::Status Step(const std::string& name, const v1::Step& step,
                    v1::RecordStepResponse* response = nullptr) {
    v1::RecordStepResponse ignored;
    if (response == nullptr) response = &ignored;
    absl::Status status = Record(StepRequest(name, step, etags_[name]), response);
    if (status.ok()) etags_[name] = response->etag();
    return status;
  }
  // Records the legal history up to, and without, the first step of this kind.
  void WalkTo(const std::string& name, absl::CivilDay start, v1::StepKind kind) {
    for (const v1::Step& step : LegalHistory(start)) {
      if (KindOf(step) == kind) return;
      const absl::Status status = Step(name, step);
      ASSERT_TRUE(status.ok()) << v1::StepKind_Name(KindOf(step)) << status;
    }
  }
  // Records what happens beside the steps, with the etag that the last one left.
  v1::RecordCaseEventRequest BesideRequest(const std::string& name, const v1::CaseEvent& event) {
    v1::RecordCaseEventRequest request;
    request.set_name(name);
    request.set_etag(etags_[name]);
    request.set_request_id(NextRequestId());
    *request.mutable_event() = event;
    return request;
  }
  absl::Status Beside(const std::string& name, const v1::CaseEvent& event,
                      v1::RecordCaseEventResponse* response = nullptr) {
    v1::RecordCaseEventResponse ignored;
    if (response == nullptr) response = &ignored;
    auto stub = v1::CaseEventService::NewStub(channel());
    absl::Status status = Invoke(&v1::CaseEventService::Stub::RecordCaseEvent, *stub,
                                 BesideRequest(name, event), response);
    if (status.ok()) etags_[name] = response->etag();
    return status;
  }
  // Moves a person of the branch to scoped-branch, or back, received on `day`.
  void Transfer(const std::string& person, absl::CivilDay day, const std::string& id = "t",
                const std::string& to = "organisations/scoped-branch") {
    using Stub = v1::TransferService::Stub;
    auto stub = v1::TransferService::NewStub(channel());
    v1::StartTransferRequest start;
    v1::StartTransferResponse started;
    start.set_transfer_id(id);
    start.set_person(person);
    start.set_to_organisation(to);
    start.set_reason("r");
    *start.mutable_date() = ToProto(day);
    start.set_person_etag(Person(person).etag());
    start.set_request_id(NextRequestId());
    ASSERT_TRUE(Invoke(&Stub::StartTransfer, *stub, start, &started).ok());
    std::string etag = started.transfer().etag();
    const auto go = [&](auto method, auto request, auto response) {
      request.set_name(started.transfer().name());
      request.set_etag(etag);
      *request.mutable_date() = ToProto(day);
      request.set_request_id(NextRequestId());
      const absl::Status status = Invoke(method, *stub, request, &response);
      ASSERT_TRUE(status.ok()) << status;
      etag = response.transfer().etag();
    };
    std::vector<std::string> links = {"organisations/county", "organisations/scoped"};
    if (to == kBranch) std::reverse(links.begin(), links.end());
    for (const std::string& by : links) {
      v1::ApproveTransferRequest approve;
      approve.set_organisation(by);
      go(&Stub::ApproveTransfer, approve, v1::ApproveTransferResponse());
    }
    v1::IssueLetterRequest issue;
    issue.set_paid_until_month(FormatMonth(day));
    go(&Stub::IssueLetter, issue, v1::IssueLetterResponse());
    go(&Stub::ReceiveTransfer, v1::ReceiveTransferRequest(), v1::ReceiveTransferResponse());
    // The person's cases went along.
    for (auto& [name, current] : etags_) {
      if (name.rfind(person + "/", 0) == 0) current = Case(name).etag();
    }
  }
  std::string& etag(const std::string& name) { return etags_[name]; }

  // Records a fact of the person, with the etag of now.
  absl::Status Fact(const std::string& name, v1::MembershipFactKind kind, absl::CivilDay day,
                    const std::string& authority = "", const std::string& article = "",
                    std::optional<absl::CivilDay> until = {}) {
    v1::RecordMembershipFactRequest request;
    request.set_name(name);
    request.set_etag(Person(name).etag());
    request.set_request_id(NextRequestId());
    v1::MembershipFact& fact = *request.mutable_fact();
    fact.set_kind(kind);
    *fact.mutable_date() = ToProto(day);
    fact.set_authority(authority);
    fact.set_article(article);
    if (until) *fact.mutable_until() = ToProto(*until);
    return Fact(request);
  }
  absl::Status Fact(const v1::RecordMembershipFactRequest& request,
                    const std::string& token = kOwnerToken) {
    v1::RecordMembershipFactResponse response;
    auto stub = v1::MembershipFactService::NewStub(channel());
    return Invoke(&v1::MembershipFactService::Stub::RecordMembershipFact, *stub, request, &response,
                  token);
  }
  v1::Person Person(const std::string& name, absl::CivilDay as_of = kToday) {
    v1::GetPersonRequest request;
    v1::GetPersonResponse response;
    request.set_name(name);
    *request.mutable_as_of() = ToProto(as_of);
    const absl::Status status =
        Invoke(&v1::MembershipService::Stub::GetPerson, stub(), request, &response);
    EXPECT_TRUE(status.ok()) << status;
    return response.person();
  }
  v1::DevelopmentCase Case(const std::string& name, absl::CivilDay as_of = kToday) {
    v1::GetCaseRequest request;
    v1::GetCaseResponse response;
    request.set_name(name);
    *request.mutable_as_of() = ToProto(as_of);
    const absl::Status status =
        Invoke(&v1::MembershipService::Stub::GetCase, stub(), request, &response);
    EXPECT_TRUE(status.ok()) << status;
    return response.development_case();
  }
  std::vector<v1::DueItem> Due(absl::CivilDay until, int page_size = 0,
                               const std::string& root = kCounty,
                               const std::string& token = kOwnerToken) {
    std::vector<v1::DueItem> items;
    v1::ListDueRequest request;
    v1::ListDueResponse response;
    request.set_root(root);
    *request.mutable_until() = ToProto(until);
    request.set_page_size(page_size);
    do {
      request.set_page_token(response.next_page_token());
      response.Clear();
      const absl::Status status =
          Invoke(&v1::MembershipService::Stub::ListDue, stub(), request, &response, token);
      EXPECT_TRUE(status.ok()) << status;
      EXPECT_LE(response.items_size(), page_size > 0 ? page_size : 100);
      items.insert(items.end(), response.items().begin(), response.items().end());
    } while (!response.next_page_token().empty());
    return items;
  }

 private:
  static absl::StatusOr<std::vector<std::unique_ptr<grpc::Service>>> NoServices(Server&) {
    return std::vector<std::unique_ptr<grpc::Service>>();
  }

  FakeClock clock_{kToday};
  TestServer registry_;
  std::string rule_sets_folder_ = ZHIBU_SOURCE_DIR "/services/membership/data/rulesets";
  std::string overlays_folder_;
  std::string calendars_folder_ = ZHIBU_SOURCE_DIR "/services/membership/data/calendars";
  std::vector<std::string> keys_ = {std::string(32, 'k')};
  std::unique_ptr<TestServer> membership_;
  std::unique_ptr<v1::MembershipService::Stub> stub_;
  int64_t registry_revision_ = 0;
  int unit_transfer_batch_ = 200;
  int requests_ = 0;
  int people_ = 0;
  std::map<std::string, std::string> etags_;
};

}  // namespace zhibu::membership

#endif  // ZHIBU_TESTS_SERVICES_MEMBERSHIP_WORLD_H_
