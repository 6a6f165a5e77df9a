// Server reflection: what can be called here, for clients that bring no contracts. Debian's gRPC
// has the older of its two versions only, and holds a thread for each stream.
#ifndef ZHIBU_COMMON_RPC_REFLECTION_H_
#define ZHIBU_COMMON_RPC_REFLECTION_H_

#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/service_type.h>

#include <string>
#include <vector>

#include "grpc/reflection/v1/reflection.pb.h"

namespace zhibu {

// grpc.reflection.v1 and v1alpha, whose messages are the same. Whatever is linked can be described;
// `services` are those that are named.
class Reflection final : public grpc::Service {
 public:
  static constexpr char kName[] = "grpc.reflection.v1.ServerReflection";

  explicit Reflection(std::vector<std::string> services);

 private:
  grpc::reflection::v1::ServerReflectionResponse Answer(
      const grpc::reflection::v1::ServerReflectionRequest& request) const;
  class Conversation;

  const std::vector<std::string> services_;
};

}  // namespace zhibu

#endif  // ZHIBU_COMMON_RPC_REFLECTION_H_
