// What every command works with: the terminal, and the four services.

#ifndef ZHIBU_SERVICES_CLI_PROGRAM_SESSION_H_
#define ZHIBU_SERVICES_CLI_PROGRAM_SESSION_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <istream>
#include <memory>
#include <ostream>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "google/protobuf/message.h"
#include "services/cli/program/command.h"

namespace zhibu::cli {

// The outside world, so that a test can be one.
struct Io {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  int width = 80;    // columns of the terminal
  bool tty = false;  // whether `err` is a terminal, on which progress may be redrawn
  std::function<std::string(const std::string& name)> environment = {};  // empty where not set
  const Clock* clock = &Clock::System();
};

// One service and how to reach it.
struct Endpoint {
  std::string name;     // "registry": also the name of its option and, as ZHIBU_REGISTRY, variable
  std::string title;    // "登记服务"
  std::string address;  // host:port
  std::shared_ptr<grpc::Channel> channel;
};

// Channels, token and deadline of one run of the program. Connects lazily. One thread.
class Session {
 public:
  Session(const Arguments& args, const Io& io);

  const Endpoint& registry() const { return endpoints_[0]; }
  const Endpoint& membership() const { return endpoints_[1]; }
  const Endpoint& activity() const { return endpoints_[2]; }
  const Endpoint& reporting() const { return endpoints_[3]; }
  const std::vector<Endpoint>& endpoints() const { return endpoints_; }

  // UNAUTHENTICATED, saying what to do, where there is no token.
  absl::StatusOr<std::string> Token();
  absl::Duration timeout() const { return timeout_; }

  // One unary call. Where the service says that later is better (RetryInfo), it is asked again a
  // few times within the deadline: harmless, since every write carries its request id.
  template <typename Stub, typename Request, typename Response>
  absl::Status Call(const Endpoint& endpoint,
                    grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    const Request& request, Response* response) {
    Stub stub(endpoint.channel);
    return Attempt(endpoint, [&](grpc::ClientContext& context) {
      response->Clear();
      return (stub.*method)(&context, request, response);
    });
  }

  // The same for a method that is known by its path alone
  // ("/zhibu.registry.v1.RegistryService/Get…").
  absl::Status CallByName(const Endpoint& endpoint, const std::string& path,
                          const google::protobuf::Message& request,
                          google::protobuf::Message* response);

  // Every page of a list in one answer, or the pages until `enough` says so.
  template <typename Stub, typename Request, typename Response>
  absl::Status CallPages(
      const Endpoint& endpoint,
      grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
      Request request, Response* all,
      const std::type_identity_t<std::function<bool(const Response&)>>& enough = nullptr) {
    constexpr int kLargestPage = 1000;
    if (request.page_size() == 0) request.set_page_size(kLargestPage);
    all->Clear();
    do {
      Response page;
      absl::Status status = Call(endpoint, method, request, &page);
      if (!status.ok()) return status;
      all->clear_next_page_token();
      all->MergeFrom(page);
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty() && !(enough && enough(*all)));
    return absl::OkStatus();
  }

  // As the user shall read it: a failure to reach the service says which and where it was sought.
  absl::Status Explained(const Endpoint& endpoint, const absl::Status& status) const;
  // The same where it is not known which service it was.
  absl::Status Explained(const absl::Status& status) const;

 private:
  absl::Status Attempt(const Endpoint& endpoint,
                       absl::FunctionRef<grpc::Status(grpc::ClientContext&)> call);

  std::vector<Endpoint> endpoints_;
  std::string token_file_;
  std::string token_;
  absl::Duration timeout_;
};

// What a command gets.
struct Context {
  const CommandTable& table;
  const Arguments& args;
  Io& io;
  Session& session;
  bool json() const { return args.Has("json"); }
};

// The options that every command takes.
std::vector<Option> GlobalOptions();

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_PROGRAM_SESSION_H_
