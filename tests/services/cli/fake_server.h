// Fakes of services on a socket, for a command line that is to call them.
#ifndef ZHIBU_TESTS_SERVICES_CLI_FAKE_SERVER_H_
#define ZHIBU_TESTS_SERVICES_CLI_FAKE_SERVER_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/services/cli/commands_fixture.h"

namespace zhibu::cli {

// Declare it behind what it is given: it ends first.
class FakeServer {
 public:
  // The terminal finds every service there, and a token in the folder.
  FakeServer(const std::vector<grpc::Service*>& services, const TempFolder& folder,
             Terminal& terminal) {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    for (grpc::Service* service : services) builder.RegisterService(service);
    server_ = builder.BuildAndStart();
    const std::string address = absl::StrCat("127.0.0.1:", port);
    EXPECT_TRUE(WriteFile(folder.path("token"), "a-token\n").ok());
    terminal.environment = {{"ZHIBU_REGISTRY", address},
                            {"ZHIBU_MEMBERSHIP", address},
                            {"ZHIBU_ACTIVITY", address},
                            {"ZHIBU_REPORTING", address},
                            {"ZHIBU_TOKEN_FILE", folder.path("token")}};
  }
  ~FakeServer() { server_->Shutdown(); }
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

 private:
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace zhibu::cli

#endif  // ZHIBU_TESTS_SERVICES_CLI_FAKE_SERVER_H_
