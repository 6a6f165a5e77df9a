// Between absl::Status and what travels: grpc::Status with google.rpc.Status in its details.
#ifndef ZHIBU_COMMON_RPC_WIRE_STATUS_H_
#define ZHIBU_COMMON_RPC_WIRE_STATUS_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace zhibu {

// A client whose limit on trailers is higher says so with this request metadata, in bytes.
inline constexpr char kMaxDetailsMetadata[] = "zhibu-max-details-bytes";

grpc::Status ToGrpcStatus(const absl::Status& status, absl::string_view service,
                          size_t max_details_bytes = 6000);
absl::Status FromGrpcStatus(const grpc::Status& status);

}  // namespace zhibu

#endif  // ZHIBU_COMMON_RPC_WIRE_STATUS_H_
