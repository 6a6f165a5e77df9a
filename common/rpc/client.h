// The client's side: channels and credentials.
#ifndef ZHIBU_COMMON_RPC_CLIENT_H_
#define ZHIBU_COMMON_RPC_CLIENT_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace zhibu {

// What a client takes in one message. The largest record of a feed holds all the events of one
// request of 8 MiB, and those may repeat what they change; gRPC's own limit is 4 MiB.
inline constexpr int kMaxAnswerBytes = 64 << 20;

// A channel with our limits; connects lazily. Plain text: see the server's --allow_plaintext.
std::shared_ptr<grpc::Channel> MakeChannel(const std::string& address);

// Fills a context for one call: token, deadline, and room for long refusals.
void PrepareContext(grpc::ClientContext& context, const std::string& token,
                    absl::Duration timeout = absl::Seconds(30));

// The token in a file, without white space around it. FAILED_PRECONDITION where it is empty.
absl::StatusOr<std::string> ReadToken(const std::string& path);

}  // namespace zhibu

#endif  // ZHIBU_COMMON_RPC_CLIENT_H_
