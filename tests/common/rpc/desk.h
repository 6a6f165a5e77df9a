// A small service for the tests of common/rpc: the registry's contract over a table of raw rows,
// with bodies that tests can replace.
#ifndef ZHIBU_TESTS_COMMON_RPC_DESK_H_
#define ZHIBU_TESTS_COMMON_RPC_DESK_H_

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/copy_fields.h"
#include "common/base/crypto.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/rpc/client.h"
#include "common/rpc/organisation_mirror.h"
#include "common/rpc/server.h"
#include "common/store/keys.h"
#include "common/store/rocks_store.h"
#include "common/store/table.h"
#include "tests/support/fake_clock.h"
#include "tests/support/test_server.h"
#include "tests/support/wait.h"
#include "zhibu/registry/v1/events.pb.h"
#include "zhibu/registry/v1/registry_service.grpc.pb.h"

namespace zhibu {

constexpr absl::CivilDay kDeskToday(2026, 11, 23);

// What a test puts in the place of a body. Set before the calls that shall meet it.
struct DeskBodies {
  // Runs in CreateOrganisation before anything else; with an error nothing else runs.
  std::function<absl::Status(Call&, Txn&)> before_create;
  // Replaces the check of scope in CreateOrganisation and GetInstitution.
  bool forget_scope = false;
  // Runs in GetInstitution before anything else.
  std::function<void()> before_read;
};

class Desk final : public registry::v1::RegistryService::CallbackService {
 public:
  Desk(Server* server, const DeskBodies* bodies) : server_(server), bodies_(bodies) {}

  static Key RowKey(const std::string& id) { return Key(0x10).Text(id); }

  grpc::ServerUnaryReactor* CreateOrganisation(
      grpc::CallbackServerContext* context, const registry::v1::CreateOrganisationRequest* request,
      registry::v1::CreateOrganisationResponse* response) override {
    return server_->calls()
        .Write<registry::v1::CreateOrganisationRequest, registry::v1::CreateOrganisationResponse>(
            context, request, response, std::bind_front(&Desk::Create, this));
  }
  grpc::ServerUnaryReactor* GetOrganisation(
      grpc::CallbackServerContext* context, const registry::v1::GetOrganisationRequest* request,
      registry::v1::GetOrganisationResponse* response) override {
    return server_->calls()
        .PointRead<registry::v1::GetOrganisationRequest, registry::v1::GetOrganisationResponse>(
            context, request, response, std::bind_front(&Desk::Get, this));
  }
  grpc::ServerUnaryReactor* ListOrganisations(
      grpc::CallbackServerContext* context, const registry::v1::ListOrganisationsRequest* request,
      registry::v1::ListOrganisationsResponse* response) override {
    return server_->calls()
        .Read<registry::v1::ListOrganisationsRequest, registry::v1::ListOrganisationsResponse>(
            context, request, response, std::bind_front(&Desk::List, this));
  }
  // Reads nothing; checks the scope of organisations/scoped.
  grpc::ServerUnaryReactor* GetInstitution(
      grpc::CallbackServerContext* context, const registry::v1::GetInstitutionRequest* request,
      registry::v1::GetInstitutionResponse* response) override {
    return server_->calls()
        .Read<registry::v1::GetInstitutionRequest, registry::v1::GetInstitutionResponse>(
            context, request, response,
            [this](Call& call, const registry::v1::GetInstitutionRequest& asked, const Reader&,
                   registry::v1::GetInstitutionResponse* answer) -> absl::Status {
              if (bodies_->before_read) bodies_->before_read();
              answer->mutable_institution()->set_name(asked.name());
              if (bodies_->forget_scope) return absl::OkStatus();
              return call.RequireScope("organisations/scoped");
            });
  }

 private:
  absl::Status Create(Call& call, const registry::v1::CreateOrganisationRequest& request, Txn& txn,
                      registry::v1::CreateOrganisationResponse* response) {
    if (bodies_->before_create) ZHIBU_RETURN_IF_ERROR(bodies_->before_create(call, txn));
    const auto& affiliations = request.organisation().affiliations();
    if (!bodies_->forget_scope) {
      ZHIBU_RETURN_IF_ERROR(
          call.RequireScope(affiliations.empty() ? "" : affiliations[0].parent()));
    }
    const Key key = RowKey(request.organisation_id());
    ZHIBU_ASSIGN_OR_RETURN(const auto found, txn.Get(key));
    if (found) return AlreadyExists(request.organisation_id(), "ORGANISATION_EXISTS");
    registry::v1::Organisation organisation = request.organisation();
    organisation.set_name(NameOf(kOrganisations, request.organisation_id()));
    PutRow(txn, key, organisation);
    registry::v1::OrganisationChanged event;
    CopyFields(organisation, event.mutable_organisation());
    txn.Emit(event);
    txn.OnCommit(
        [tree = &server_->tree(), record = event.organisation()] { SetInTree(*tree, record); });
    *response->mutable_organisation() = std::move(organisation);
    return absl::OkStatus();
  }

  absl::Status Get(Call&, const registry::v1::GetOrganisationRequest& request, const Reader& reader,
                   registry::v1::GetOrganisationResponse* response) {
    ZHIBU_ASSIGN_OR_RETURN(const auto found,
                           GetRow<registry::v1::Organisation>(
                               reader, RowKey(IdOf(kOrganisations, request.name()).value_or(""))));
    if (!found) return NotFound(request.name());
    *response->mutable_organisation() = *found;
    return absl::OkStatus();
  }

  absl::Status List(Call& call, const registry::v1::ListOrganisationsRequest& request,
                    const Reader&, registry::v1::ListOrganisationsResponse* response) {
    ZHIBU_ASSIGN_OR_RETURN(const Page page, server_->pages().Open(request, call.caller()));
    using registry::v1::OrganisationNode;
    return FillPage(server_->pages(), page, {Under(Key(0x10))}, response,
                    response->mutable_organisations(),
                    [](absl::string_view,
                       absl::string_view row) -> absl::StatusOr<std::optional<OrganisationNode>> {
                      OrganisationNode node;
                      if (!node.mutable_organisation()->ParseFromString(std::string(row))) {
                        return absl::DataLossError("a stored row cannot be read");
                      }
                      return node;
                    });
  }

  Server* const server_;
  const DeskBodies* const bodies_;
};

// A desk that serves, and how to call it.
class DeskServer {
 public:
  explicit DeskServer(ServerOptions options = {}, std::unique_ptr<Store> store = nullptr,
                      std::function<absl::Status(Server&)> follow = nullptr) {
    if (options.service.empty()) options.service = "registry";
    options.principals = TestPrincipals();
    options.token = kServiceToken;
    if (store == nullptr) store = OpenMemoryStore(options.service).value();
    server_ = Server::Create(std::move(options), std::move(store), &clock_, {Contract()}).value();
    if (follow) Must(follow(*server_));
    std::vector<std::unique_ptr<grpc::Service>> services;
    services.push_back(std::make_unique<Desk>(server_.get(), &bodies_));
    Must(server_->Serve(std::move(services)));
    // Over a socket where there is one: an in-process channel breaks as soon as a server stops.
    channel_ = server_->port() == 0 ? server_->InProcessChannel()
                                    : MakeChannel(absl::StrCat("127.0.0.1:", server_->port()));
    stub_ = registry::v1::RegistryService::NewStub(channel_);
    feed_ = feed::v1::FeedService::NewStub(channel_);
  }

  static const google::protobuf::ServiceDescriptor* Contract() {
    return registry::v1::CreateOrganisationRequest::descriptor()->file()->service(0);
  }

  FakeClock& clock() { return clock_; }
  DeskBodies& bodies() { return bodies_; }
  Server& server() { return *server_; }
  registry::v1::RegistryService::Stub& stub() { return *stub_; }
  feed::v1::FeedService::Stub& feed() { return *feed_; }
  std::shared_ptr<grpc::Channel> channel() { return channel_; }

  static registry::v1::CreateOrganisationRequest Creating(const std::string& id,
                                                          const std::string& parent = "") {
    registry::v1::CreateOrganisationRequest request;
    request.set_organisation_id(id);
    request.set_request_id("create-" + id);
    request.mutable_organisation()->set_title(id);
    if (!parent.empty()) {
      auto* affiliation = request.mutable_organisation()->add_affiliations();
      affiliation->set_parent(NameOf(kOrganisations, parent));
      affiliation->set_line(type::v1::LINE_SUBORDINATION);
    }
    return request;
  }
  absl::StatusOr<registry::v1::CreateOrganisationResponse> Create(
      const registry::v1::CreateOrganisationRequest& request,
      const std::string& token = kOwnerToken, absl::Duration timeout = absl::Seconds(20)) {
    registry::v1::CreateOrganisationResponse response;
    absl::Status status = Invoke(&registry::v1::RegistryService::Stub::CreateOrganisation, stub(),
                                 request, &response, token, timeout);
    if (!status.ok()) return status;
    return response;
  }
  absl::StatusOr<registry::v1::Organisation> Get(const std::string& id,
                                                 const std::string& token = kOwnerToken,
                                                 std::map<std::string, int64_t> at_least = {},
                                                 absl::Duration timeout = absl::Seconds(20)) {
    registry::v1::GetOrganisationRequest request;
    registry::v1::GetOrganisationResponse response;
    request.set_name(NameOf(kOrganisations, id));
    for (const auto& [service, revision] : at_least) {
      (*request.mutable_at_least()->mutable_revisions())[service] = revision;
    }
    absl::Status status = Invoke(&registry::v1::RegistryService::Stub::GetOrganisation, stub(),
                                 request, &response, token, timeout);
    if (!status.ok()) return status;
    return response.organisation();
  }
  feed::v1::GetHeadResponse Head() {
    feed::v1::GetHeadResponse response;
    Must(Invoke(&feed::v1::FeedService::Stub::GetHead, feed(), feed::v1::GetHeadRequest(),
                &response));
    return response;
  }

  static void Must(const absl::Status& status) {
    if (status.ok()) return;
    std::fprintf(stderr, "desk: %s\n", status.ToString().c_str());
    std::abort();
  }

 private:
  FakeClock clock_{kDeskToday};
  DeskBodies bodies_;
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<registry::v1::RegistryService::Stub> stub_;
  std::unique_ptr<feed::v1::FeedService::Stub> feed_;
};

// Something that a body waits at, and a test opens.
class Barrier {
 public:
  // In the body.
  void Wait() {
    entered_.set_value();
    EXPECT_TRUE(WaitFor(open_.get_future()));
  }
  // In the test.
  void AwaitEntered() { EXPECT_TRUE(WaitFor(entered_.get_future())); }
  void Open() { open_.set_value(); }

 private:
  std::promise<void> entered_, open_;
};

}  // namespace zhibu

#endif  // ZHIBU_TESTS_COMMON_RPC_DESK_H_
