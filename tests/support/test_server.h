// A service in the test's process over a store in memory: a service test takes milliseconds.
#ifndef ZHIBU_TESTS_SUPPORT_TEST_SERVER_H_
#define ZHIBU_TESTS_SUPPORT_TEST_SERVER_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/base/crypto.h"
#include "common/rpc/client.h"
#include "common/rpc/server.h"
#include "common/rpc/wire_status.h"
#include "common/store/rocks_store.h"
#include "tests/support/fake_clock.h"

namespace zhibu {

// Tokens that every TestServer knows.
inline constexpr char kOwnerToken[] = "owner";      // every role, every organisation
inline constexpr char kServiceToken[] = "service";  // ROLE_SERVICE, every organisation
inline constexpr char kReaderToken[] = "reader";    // ROLE_READER, every organisation
// ROLE_CLERK, ROLE_APPROVER, ROLE_READER and ROLE_ADMINISTRATOR of organisations/scoped and below.
inline constexpr char kScopedToken[] = "scoped";

policy::v1::Principals TestPrincipals();

class TestServer {
 public:
  using Build = std::function<absl::StatusOr<std::vector<std::unique_ptr<grpc::Service>>>(Server&)>;
  // Starts it, or aborts the test program saying why. `store` null: a new one in memory. `listen`
  // empty: in-process only.
  TestServer(const std::string& service, const Clock* clock,
             std::vector<const google::protobuf::ServiceDescriptor*> contracts, const Build& build,
             std::unique_ptr<Store> store = nullptr, const std::string& listen = "");

  Server& server() { return *server_; }
  std::shared_ptr<grpc::Channel> channel() { return channel_; }

 private:
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

// One unary call with a token: Invoke(&Stub::GetX, stub, request, &response).
template <typename Stub, typename Request, typename Response>
absl::Status Invoke(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    Stub& stub, const Request& request, Response* response,
                    const std::string& token = kOwnerToken,
                    absl::Duration timeout = absl::Seconds(20)) {
  grpc::ClientContext context;
  PrepareContext(context, token, timeout);
  return FromGrpcStatus((stub.*method)(&context, request, response));
}

}  // namespace zhibu

#endif  // ZHIBU_TESTS_SUPPORT_TEST_SERVER_H_
