#include "common/rpc/client.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/file.h"
#include "common/base/status.h"
#include "common/rpc/packaged_mutex.h"
#include "common/rpc/wire_status.h"

namespace zhibu {
namespace {
constexpr int kMaxMetadataBytes = 1 << 20;
}

std::shared_ptr<grpc::Channel> MakeChannel(const std::string& address) {
  QuietPackagedMutexes();
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes);
  arguments.SetMaxReceiveMessageSize(kMaxAnswerBytes);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2000);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  // A peer that went away without a word is found out while a call waits for it.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 20000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10000);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

void PrepareContext(grpc::ClientContext& context, const std::string& token,
                    absl::Duration timeout) {
  if (!token.empty()) context.AddMetadata("authorization", "Bearer " + token);
  context.AddMetadata(kMaxDetailsMetadata, std::to_string(kMaxMetadataBytes / 4));
  if (timeout != absl::InfiniteDuration()) {
    context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
  }
}

absl::StatusOr<std::string> ReadToken(const std::string& path) {
  ZHIBU_ASSIGN_OR_RETURN(std::string token, ReadFile(path));
  absl::StripAsciiWhitespace(&token);
  if (token.empty()) {
    return absl::FailedPreconditionError(absl::StrCat("令牌文件是空的：", path));
  }
  return token;
}

}  // namespace zhibu
