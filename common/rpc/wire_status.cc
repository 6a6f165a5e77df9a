#include "common/rpc/wire_status.h"

#include <string>

#include "common/base/status.h"

namespace zhibu {

grpc::Status ToGrpcStatus(const absl::Status& status, absl::string_view service,
                          size_t max_details_bytes) {
  if (status.ok()) return grpc::Status::OK;
  const google::rpc::Status rpc = ToRpcStatus(status, service, max_details_bytes);
  return grpc::Status(static_cast<grpc::StatusCode>(rpc.code()), rpc.message(),
                      rpc.SerializeAsString());
}

absl::Status FromGrpcStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  google::rpc::Status rpc;
  if (status.error_details().empty() || !rpc.ParseFromString(status.error_details())) {
    return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  }
  return FromRpcStatus(rpc);
}

}  // namespace zhibu
