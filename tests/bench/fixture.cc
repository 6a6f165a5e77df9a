#include "tests/bench/fixture.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/crypto.h"
#include "common/base/status.h"
#include "common/rpc/client.h"
#include "common/rpc/packaged_mutex.h"
#include "common/rpc/wire_status.h"
#include "zhibu/registry/v1/registry_service.grpc.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::bench {
namespace {

namespace m = membership::v1;

constexpr int kCasesOfPlace = 16;
// One HTTP/2 connection serialises what goes through it; a few are what several clients would have.
constexpr int kChannels = 4;

google::type::Date On(int year, int month, int day) {
  return ToProto(absl::CivilDay(year, month, day));
}

// A running unary call with everything that must outlive it.
template <typename Request, typename Response>
struct Running {
  grpc::ClientContext context;
  Request request;
  Response response;
};

m::Step StepOn(google::type::Date date) {
  m::Step step;
  *step.mutable_date() = std::move(date);
  return step;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Fixture>> Fixture::Create(const std::string& bin,
                                                         const std::string& folder, int places) {
  QuietPackagedMutexes();
  std::unique_ptr<Fixture> fixture(new Fixture(bin, folder));
  ZHIBU_RETURN_IF_ERROR(fixture->suite_.Start("registry"));
  ZHIBU_RETURN_IF_ERROR(fixture->suite_.Start("membership"));
  fixture->token_ = fixture->suite_.token();
  fixture->run_id_ = RandomId();
  for (int i = 0; i < kChannels; ++i) {
    grpc::ChannelArguments own;  // channels with the same arguments would share a connection
    own.SetInt("zhibu.bench.channel", i);
    own.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    auto channel = grpc::CreateCustomChannel(fixture->suite_.address("membership"),
                                             grpc::InsecureChannelCredentials(), own);
    fixture->health_.push_back(grpc::health::v1::Health::NewStub(channel));
    fixture->membership_.push_back(m::MembershipService::NewStub(channel));
    fixture->channels_.push_back(std::move(channel));
  }
  fixture->feed_ = feed::v1::FeedService::NewStub(fixture->channels_[0]);
  ZHIBU_RETURN_IF_ERROR(fixture->Fill(places));
  return fixture;
}

absl::Status Fixture::Fill(int places) {
  // A committee that may act for the branch, and the branch.
  registry::v1::BatchCreateOrganisationsRequest organisations;
  organisations.set_request_id(run_id_ + "-organisations");
  for (const char* id : {"bench-committee", "bench"}) {
    registry::v1::CreateOrganisationRequest& row = *organisations.add_requests();
    row.set_organisation_id(id);
    registry::v1::Organisation& organisation = *row.mutable_organisation();
    organisation.set_title(id);
    organisation.set_kind(type::v1::ORGANISATION_KIND_COMMITTEE);
    *organisation.mutable_established_on() = On(2000, 1, 1);
  }
  registry::v1::Organisation& branch = *organisations.mutable_requests(1)->mutable_organisation();
  branch.set_kind(type::v1::ORGANISATION_KIND_BRANCH);
  registry::v1::Affiliation& edge = *branch.add_affiliations();
  edge.set_parent("organisations/bench-committee");
  edge.set_line(type::v1::LINE_SUBORDINATION);
  *edge.mutable_valid_from() = On(2000, 1, 1);
  registry::v1::BatchCreateOrganisationsResponse made;
  auto registry = registry::v1::RegistryService::NewStub(suite_.channel("registry"));
  {
    grpc::ClientContext context;
    PrepareContext(context, token_);
    ZHIBU_RETURN_IF_ERROR(
        FromGrpcStatus(registry->BatchCreateOrganisations(&context, organisations, &made)));
  }
  ZHIBU_RETURN_IF_ERROR(suite_.WaitFollowed("membership", "registry"));

  auto person = [&](const std::string& id, m::BatchCreatePersonsRequest& batch) {
    m::CreatePersonRequest& request = *batch.add_requests();
    request.set_person_id(id);
    m::Person& p = *request.mutable_person();
    p.set_organisation("organisations/bench");
    p.set_display_name("王小明");
    p.set_sex(m::SEX_MALE);
    *p.mutable_birth_date() = On(1990, 1, 1);
    p.set_nationality_code("01");
    p.set_kind(m::PERSON_KIND_TEACHER);
    *p.mutable_registered_on() = On(2020, 1, 1);
    return &request;
  };
  auto send = [&](m::BatchCreatePersonsRequest& batch, const std::string& id) {
    batch.set_request_id(absl::StrCat(run_id_, id));
    grpc::ClientContext context;
    PrepareContext(context, token_);
    m::BatchCreatePersonsResponse response;
    return FromGrpcStatus(membership_[0]->BatchCreatePersons(&context, batch, &response));
  };
  m::BatchCreatePersonsRequest contacts;
  m::CreatePersonRequest* contact = person("contact", contacts);
  contact->mutable_opening_balance()->set_stage(m::STAGE_FULL);
  *contact->mutable_opening_balance()->mutable_joined_on() = On(2010, 1, 1);
  *contact->mutable_opening_balance()->mutable_full_member_on() = On(2011, 1, 1);
  ZHIBU_RETURN_IF_ERROR(send(contacts, "-contacts"));

  cases_.resize(places);
  counts_.assign(places, 0);
  for (int place = 0; place < places; ++place) {
    m::BatchCreatePersonsRequest persons;
    m::BatchRecordStepsRequest steps;
    for (int i = 0; i < kCasesOfPlace; ++i) {
      const std::string id = absl::StrCat("p", place, "-", i);
      person(id, persons);
      m::CaseSteps& recorded = *steps.add_cases();
      recorded.set_name(absl::StrCat("persons/", id, "/cases/c1"));
      m::Step step = StepOn(On(2024, 1, 10));
      step.mutable_application();
      *recorded.add_steps() = step;
      step = StepOn(On(2024, 1, 20));
      step.mutable_talk()->set_talker("persons/contact");
      *recorded.add_steps() = step;
      step = StepOn(On(2024, 7, 20));
      step.mutable_activist_determination()->set_recommended_by_members(true);
      *recorded.add_steps() = step;
      step = StepOn(On(2024, 7, 25));
      step.mutable_activist_filing();
      *recorded.add_steps() = step;
      step = StepOn(On(2024, 7, 26));
      step.mutable_contact_assignment()->add_contacts("persons/contact");
      *recorded.add_steps() = step;
      cases_[place].push_back({absl::StrCat("persons/", id), recorded.name(), ""});
    }
    ZHIBU_RETURN_IF_ERROR(send(persons, absl::StrCat("-persons-", place)));
    steps.set_request_id(absl::StrCat(run_id_, "-steps-", place));
    grpc::ClientContext context;
    PrepareContext(context, token_);
    m::BatchRecordStepsResponse response;
    ZHIBU_RETURN_IF_ERROR(
        FromGrpcStatus(membership_[0]->BatchRecordSteps(&context, steps, &response)));
    for (int i = 0; i < kCasesOfPlace; ++i) cases_[place][i].etag = response.etags(i);
  }
  return absl::OkStatus();
}

StartCall Fixture::Empty() {
  return [this](int slot, Done done) {
    using Call =
        Running<grpc::health::v1::HealthCheckRequest, grpc::health::v1::HealthCheckResponse>;
    auto call = std::make_shared<Call>();
    // The same metadata and deadline as every other call: what the transport costs this caller.
    PrepareContext(call->context, token_);
    health_[slot % kChannels]->async()->Check(
        &call->context, &call->request, &call->response,
        [call, done = std::move(done)](grpc::Status s) { done(s.ok(), s.error_message()); });
  };
}

StartCall Fixture::PointRead() {
  return [this](int slot, Done done) {
    auto call = std::make_shared<Running<m::GetPersonRequest, m::GetPersonResponse>>();
    PrepareContext(call->context, token_);
    call->request.set_name(cases_[slot][counts_[slot]++ % kCasesOfPlace].person);
    membership_[slot % kChannels]->async()->GetPerson(
        &call->context, &call->request, &call->response,
        [call, done = std::move(done)](grpc::Status s) { done(s.ok(), s.error_message()); });
  };
}

StartCall Fixture::Step() {
  return [this](int slot, Done done) {
    auto call = std::make_shared<Running<m::RecordStepRequest, m::RecordStepResponse>>();
    const int64_t count = counts_[slot]++;
    Case& of = cases_[slot][count % kCasesOfPlace];
    PrepareContext(call->context, token_);
    call->request.set_name(of.name);
    call->request.set_etag(of.etag);
    call->request.set_request_id(absl::StrCat(run_id_, "-", slot, "-", count));
    *call->request.mutable_step() = StepOn(On(2025, 2, 1));
    call->request.mutable_step()->mutable_cultivation_inspection();
    membership_[slot % kChannels]->async()->RecordStep(
        &call->context, &call->request, &call->response,
        [call, &of, done = std::move(done)](grpc::Status s) {
          if (s.ok()) of.etag = call->response.etag();
          done(s.ok(), s.error_message());
        });
  };
}

StartCall Fixture::Mixed() {
  return [this, read = PointRead(), step = Step()](int slot, Done done) {
    (counts_[slot] % 5 == 4 ? step : read)(slot, std::move(done));
  };
}

}  // namespace zhibu::bench
