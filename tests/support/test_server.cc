#include "tests/support/test_server.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace zhibu {
namespace {

template <typename T>
T Must(absl::StatusOr<T> value, const char* what) {
  if (!value.ok()) {
    std::fprintf(stderr, "test server: %s: %s\n", what, value.status().ToString().c_str());
    std::abort();
  }
  return *std::move(value);
}

void Add(policy::v1::Principals& principals, const char* token,
         std::initializer_list<policy::v1::Role> roles, const std::string& scope) {
  policy::v1::Principal& principal = *principals.add_principals();
  principal.set_name(token);
  principal.set_token_sha256(Sha256Hex(token));
  for (auto role : roles) principal.add_roles(role);
  principal.set_scope_organisation(scope);
}

}  // namespace

policy::v1::Principals TestPrincipals() {
  using namespace policy::v1;
  Principals principals;
  Add(principals, kOwnerToken,
      {ROLE_CLERK, ROLE_APPROVER, ROLE_READER, ROLE_AUDITOR, ROLE_ADMINISTRATOR},
      kEveryOrganisation);
  Add(principals, kServiceToken, {ROLE_SERVICE}, kEveryOrganisation);
  Add(principals, kReaderToken, {ROLE_READER}, kEveryOrganisation);
  Add(principals, kScopedToken, {ROLE_CLERK, ROLE_APPROVER, ROLE_READER, ROLE_ADMINISTRATOR},
      "organisations/scoped");
  return principals;
}

TestServer::TestServer(const std::string& service, const Clock* clock,
                       std::vector<const google::protobuf::ServiceDescriptor*> contracts,
                       const Build& build, std::unique_ptr<Store> store,
                       const std::string& listen) {
  if (store == nullptr) store = Must(OpenMemoryStore(service), "store");
  ServerOptions options;
  options.service = service;
  options.listen = listen;
  options.principals = TestPrincipals();
  options.token = kServiceToken;
  server_ = Must(Server::Create(std::move(options), std::move(store), clock, std::move(contracts)),
                 "create");
  auto services = Must(build(*server_), "build");
  if (absl::Status served = server_->Serve(std::move(services)); !served.ok()) {
    Must(absl::StatusOr<int>(served), "serve");
  }
  channel_ = server_->InProcessChannel();
}

}  // namespace zhibu
