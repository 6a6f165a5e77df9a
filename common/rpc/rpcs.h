// The unary methods that a program serves: which body answers, and how it runs. One line an RPC.
#ifndef ZHIBU_COMMON_RPC_RPCS_H_
#define ZHIBU_COMMON_RPC_RPCS_H_

#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/service_type.h>
#include <grpcpp/support/server_callback.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/rpc/calls.h"
#include "google/protobuf/descriptor.h"

namespace zhibu {

// Collects the methods of a program and makes gRPC services of them:
//
//   Rpcs rpcs(&server.calls());
//   rpcs.Write(persons, &Persons::Create);
//   rpcs.PointRead(persons, &Persons::Get);
//   return rpcs.Services(contracts);
//
// Request and response follow from the body's signature, and the method from the request: every
// method of ours has a request type of its own, so no method is named as a string and none can be
// wired to the wrong body. It registers what generated services register, without generated
// classes: a program's source then needs no generated stub, which is the dearest header of a build.
//
// One thread, before anything is served. `calls` must outlive the services; bodies are kept alive
// by them.
class Rpcs {
 public:
  explicit Rpcs(Calls* calls) : calls_(calls) {}

  // Held as long as any of the services, and longer than their bodies.
  void Keep(std::shared_ptr<const void> part) { kept_.push_back(std::move(part)); }

  template <typename Body, typename Request, typename Response>
  void Write(std::shared_ptr<const Body> body,
             absl::Status (Body::*run)(Call&, const Request&, Txn&, Response*) const) {
    Add<Request, Response>(body, [calls = calls_, self = body.get(), run](
                                     auto* context, const Request* request, Response* response) {
      return calls->Write(context, request, response, Writing(self, run));
    });
  }
  template <typename Body, typename Request, typename Response>
  void Read(std::shared_ptr<const Body> body,
            absl::Status (Body::*run)(Call&, const Request&, const Reader&, Response*) const) {
    Add<Request, Response>(body, [calls = calls_, self = body.get(), run](
                                     auto* context, const Request* request, Response* response) {
      return calls->Read(context, request, response, Reading(self, run));
    });
  }
  // For a body of a few point reads; see Calls::PointRead.
  template <typename Body, typename Request, typename Response>
  void PointRead(std::shared_ptr<const Body> body,
                 absl::Status (Body::*run)(Call&, const Request&, const Reader&, Response*) const) {
    Add<Request, Response>(body, [calls = calls_, self = body.get(), run](
                                     auto* context, const Request* request, Response* response) {
      return calls->PointRead(context, request, response, Reading(self, run));
    });
  }

  // For a method that reads, but of whose reading some must be journaled: it is a write for
  // requests of which `writes` says so. Only these need a request id and go through the lane.
  template <typename Body, typename Request, typename Response>
  void ReadOrWrite(std::shared_ptr<const Body> body, bool (*writes)(const Request&),
                   absl::Status (Body::*read)(Call&, const Request&, const Reader&, Response*)
                       const,
                   absl::Status (Body::*write)(Call&, const Request&, Txn&, Response*) const) {
    Add<Request, Response>(body, [calls = calls_, self = body.get(), writes, read, write](
                                     auto* context, const Request* request, Response* response) {
      return writes(*request) ? calls->Write(context, request, response, Writing(self, write))
                              : calls->Read(context, request, response, Reading(self, read));
    });
  }

  // The services, once. FAILED_PRECONDITION naming the method where one of `contracts` has no body,
  // or a body belongs to none of them.
  absl::StatusOr<std::vector<std::unique_ptr<grpc::Service>>> Services(
      const std::vector<const google::protobuf::ServiceDescriptor*>& contracts);

 private:
  // What a generated CallbackService does by itself, and one thing more: bytes that are no message
  // are answered INVALID_ARGUMENT, not UNIMPLEMENTED.
  template <typename Request, typename Response>
  class Handler final : public grpc::internal::MethodHandler {
   public:
    using Run = std::function<grpc::ServerUnaryReactor*(grpc::CallbackServerContext*,
                                                        const Request*, Response*)>;
    explicit Handler(Run run)
        : handle_(std::move(run)),
          refuse_([](grpc::CallbackServerContext* context, const Request*, Response*) {
            return RefuseBytes(context);
          }) {}

    void RunHandler(const HandlerParameter& parameter) override {
      if (parameter.status.ok()) return handle_.RunHandler(parameter);
      refuse_.RunHandler(HandlerParameter(parameter.call, parameter.server_context,
                                          parameter.request, grpc::Status::OK,
                                          parameter.internal_data, parameter.call_requester));
    }
    void* Deserialize(grpc_call* call, grpc_byte_buffer* bytes, grpc::Status* status,
                      void** data) override {
      return handle_.Deserialize(call, bytes, status, data);
    }

   private:
    grpc::internal::CallbackUnaryHandler<Request, Response> handle_, refuse_;
  };

  struct Method {
    std::string path;  // "/zhibu.registry.v1.RegistryService/GetOrganisation"
    std::unique_ptr<grpc::internal::MethodHandler> handler;
    std::shared_ptr<const void> body;
  };
  class Service;

  template <typename Body, typename Request, typename Response>
  static auto Reading(const Body* self, absl::Status (Body::*run)(Call&, const Request&,
                                                                  const Reader&, Response*) const) {
    return [self, run](Call& call, const Request& asked, const Reader& reader, Response* answer) {
      return (self->*run)(call, asked, reader, answer);
    };
  }
  template <typename Body, typename Request, typename Response>
  static auto Writing(const Body* self,
                      absl::Status (Body::*run)(Call&, const Request&, Txn&, Response*) const) {
    return [self, run](Call& call, const Request& asked, Txn& txn, Response* answer) {
      return (self->*run)(call, asked, txn, answer);
    };
  }
  template <typename Request, typename Response>
  void Add(std::shared_ptr<const void> body, typename Handler<Request, Response>::Run run) {
    methods_[Request::descriptor()] = {
        "", std::make_unique<Handler<Request, Response>>(std::move(run)), std::move(body)};
  }
  static grpc::ServerUnaryReactor* RefuseBytes(grpc::CallbackServerContext* context);

  Calls* const calls_;
  std::vector<std::shared_ptr<const void>> kept_;
  std::map<const google::protobuf::Descriptor*, Method> methods_;
};

}  // namespace zhibu

#endif  // ZHIBU_COMMON_RPC_RPCS_H_
