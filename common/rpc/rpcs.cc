#include "common/rpc/rpcs.h"

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/rpc/wire_status.h"

namespace zhibu {

// One gRPC service: gRPC finds a service's name in the paths of its methods.
class Rpcs::Service final : public grpc::Service {
 public:
  explicit Service(std::vector<std::shared_ptr<const void>> kept) : kept_(std::move(kept)) {}

  // `method` must have a handler. gRPC takes the handler over and keeps the pointer to the path.
  void Add(Method method) {
    paths_.push_back(std::make_unique<std::string>(std::move(method.path)));
    bodies_.push_back(std::move(method.body));
    AddMethod(new grpc::internal::RpcServiceMethod(paths_.back()->c_str(),
                                                   grpc::internal::RpcMethod::NORMAL_RPC, nullptr));
    MarkMethodCallback(static_cast<int>(paths_.size()) - 1, method.handler.release());
  }

 private:
  const std::vector<std::shared_ptr<const void>> kept_;
  std::vector<std::unique_ptr<std::string>> paths_;
  std::vector<std::shared_ptr<const void>> bodies_;
};

absl::StatusOr<std::vector<std::unique_ptr<grpc::Service>>> Rpcs::Services(
    const std::vector<const google::protobuf::ServiceDescriptor*>& contracts) {
  std::vector<std::unique_ptr<grpc::Service>> services;
  for (const auto* contract : contracts) {
    auto service = std::make_unique<Service>(kept_);
    for (int i = 0; i < contract->method_count(); ++i) {
      const auto* method = contract->method(i);
      auto found = methods_.extract(method->input_type());
      if (found.empty()) {
        return absl::FailedPreconditionError(absl::StrCat(method->full_name(), " has no body"));
      }
      found.mapped().path = absl::StrCat("/", contract->full_name(), "/", method->name());
      service->Add(std::move(found.mapped()));
    }
    services.push_back(std::move(service));
  }
  if (!methods_.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat(methods_.begin()->first->full_name(), " belongs to no served contract"));
  }
  return services;
}

grpc::ServerUnaryReactor* Rpcs::RefuseBytes(grpc::CallbackServerContext* context) {
  auto* reactor = context->DefaultReactor();
  reactor->Finish(ToGrpcStatus(Malformed("", "MESSAGE_UNREADABLE",
                                         "请求内容无法解析：不是该方法的消息，或含有非 UTF-8 文字"),
                               "zhibu", 6000));
  return reactor;
}

}  // namespace zhibu
