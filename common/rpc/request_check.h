// Checks of form that hold for every request.
#ifndef ZHIBU_COMMON_RPC_REQUEST_CHECK_H_
#define ZHIBU_COMMON_RPC_REQUEST_CHECK_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace zhibu {

// INVALID_ARGUMENT "ENUM_VALUE_UNKNOWN" naming the field, where any enum field, however deep, has a
// value that the contract does not know: a newer client's value must not be stored as if
// understood.
absl::Status CheckEnums(const google::protobuf::Message& request);

// INVALID_ARGUMENT "REQUEST_ID_INVALID", unless it has 1–64 characters [A-Za-z0-9._:-].
absl::Status CheckRequestId(absl::string_view request_id);

}  // namespace zhibu

#endif  // ZHIBU_COMMON_RPC_REQUEST_CHECK_H_
