#include "services/cli/program/session.h"

#include <grpcpp/generic/generic_stub.h>

#include <algorithm>
#include <future>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/status.h"
#include "common/rpc/client.h"
#include "common/rpc/wire_status.h"
#include "google/rpc/error_details.pb.h"

namespace zhibu::cli {
namespace {

constexpr int kAttempts = 5;
constexpr int kDefaultTimeoutSeconds = 30;

struct ServiceDefault {
  const char* name;
  const char* title;
  const char* address;
};
constexpr ServiceDefault kServices[] = {
    {"registry", "登记服务", "127.0.0.1:7401"},
    {"membership", "党员服务", "127.0.0.1:7402"},
    {"activity", "活动服务", "127.0.0.1:7403"},
    {"reporting", "统计服务", "127.0.0.1:7404"},
};

std::string OptionOrEnvironment(const Arguments& args, const Io& io, const std::string& option,
                                const std::string& variable, const std::string& otherwise) {
  if (args.Has(option)) return args.Text(option);
  const std::string value = io.environment ? io.environment(variable) : "";
  return value.empty() ? otherwise : value;
}

// When the service wants to be asked again; nothing where it did not say.
std::optional<absl::Duration> RetryDelay(const absl::Status& status) {
  if (!absl::IsUnavailable(status) && !absl::IsResourceExhausted(status)) return std::nullopt;
  const google::rpc::Status rpc = ToRpcStatus(status, "", SIZE_MAX);
  for (const auto& detail : rpc.details()) {
    google::rpc::RetryInfo info;
    if (detail.UnpackTo(&info)) {
      return absl::Seconds(info.retry_delay().seconds()) +
             absl::Nanoseconds(info.retry_delay().nanos());
    }
  }
  return std::nullopt;
}

}  // namespace

Session::Session(const Arguments& args, const Io& io)
    : token_file_(
          OptionOrEnvironment(args, io, "token-file", "ZHIBU_TOKEN_FILE", "zhibu-data/token")),
      timeout_(absl::Seconds(args.Number("timeout", kDefaultTimeoutSeconds))) {
  for (const ServiceDefault& service : kServices) {
    const std::string variable = absl::StrCat("ZHIBU_", absl::AsciiStrToUpper(service.name));
    Endpoint endpoint;
    endpoint.name = service.name;
    endpoint.title = service.title;
    endpoint.address = OptionOrEnvironment(args, io, service.name, variable, service.address);
    endpoint.channel = MakeChannel(endpoint.address);
    endpoints_.push_back(std::move(endpoint));
  }
}

absl::StatusOr<std::string> Session::Token() {
  if (!token_.empty()) return token_;
  absl::StatusOr<std::string> token = ReadToken(token_file_);
  if (!token.ok()) {
    return absl::UnauthenticatedError(
        absl::StrCat("没有可用的令牌：无法读取 ", token_file_,
                     "；请用 --token-file 或环境变量 ZHIBU_TOKEN_FILE 指明令牌文件"));
  }
  return token_ = *token;
}

absl::Status Session::Explained(const absl::Status& status) const {
  Endpoint some;
  some.title = "某个服务";
  return Explained(some, status);
}

absl::Status Session::Explained(const Endpoint& endpoint, const absl::Status& status) const {
  // What carries a reason was said by the service itself, in words for the user.
  if (status.ok() || !ReasonOf(status).empty()) return status;
  const std::string service = endpoint.address.empty()
                                  ? endpoint.title
                                  : absl::StrCat(endpoint.title, "（", endpoint.address, "）");
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
      return absl::UnavailableError(absl::StrCat(
          "连不上", service, "：请确认服务已经启动，地址正确；zhibu status 显示各服务的状况"));
    case absl::StatusCode::kDeadlineExceeded:
      return absl::DeadlineExceededError(absl::StrCat(service, "没有在 ",
                                                      absl::ToInt64Seconds(timeout_),
                                                      " 秒内答复；可用 --timeout 放宽时限"));
    case absl::StatusCode::kUnimplemented:
      return absl::UnimplementedError(
          absl::StrCat(service, "不提供这项功能：地址可能是别的服务，或版本不同"));
    default:
      return absl::Status(status.code(), absl::StrCat(service, "：", status.message()));
  }
}

absl::Status Session::Attempt(const Endpoint& endpoint,
                              absl::FunctionRef<grpc::Status(grpc::ClientContext&)> call) {
  ZHIBU_ASSIGN_OR_RETURN(const std::string token, Token());
  absl::Duration left = timeout_;
  for (int attempt = 1;; ++attempt) {
    grpc::ClientContext context;
    PrepareContext(context, token, left);
    const absl::Status status = FromGrpcStatus(call(context));
    const std::optional<absl::Duration> delay = RetryDelay(status);
    if (!delay || attempt == kAttempts || *delay >= left) return Explained(endpoint, status);
    absl::SleepFor(*delay);
    left -= *delay;
  }
}

absl::Status Session::CallByName(const Endpoint& endpoint, const std::string& path,
                                 const google::protobuf::Message& request,
                                 google::protobuf::Message* response) {
  grpc::GenericStub stub(endpoint.channel);
  return Attempt(endpoint, [&](grpc::ClientContext& context) {
    response->Clear();
    const grpc::Slice slice(request.SerializeAsString());
    grpc::ByteBuffer asked(&slice, 1), answered;
    std::promise<grpc::Status> done;
    stub.UnaryCall(&context, path, grpc::StubOptions(), &asked, &answered,
                   [&](grpc::Status status) { done.set_value(std::move(status)); });
    grpc::Status status = done.get_future().get();
    if (!status.ok()) return status;
    std::vector<grpc::Slice> parts;
    std::string bytes;
    if (answered.Dump(&parts).ok()) {
      for (const grpc::Slice& part : parts) {
        bytes.append(reinterpret_cast<const char*>(part.begin()), part.size());
      }
    }
    if (response->ParseFromString(bytes)) return status;
    return grpc::Status(grpc::StatusCode::INTERNAL, "the answer cannot be read");
  });
}

std::vector<Option> GlobalOptions() {
  std::vector<Option> options;
  for (const ServiceDefault& service : kServices) {
    options.push_back({service.name, "HOST:PORT",
                       absl::StrCat(service.title, "的地址；默认 ", service.address,
                                    "，或环境变量 ZHIBU_", absl::AsciiStrToUpper(service.name))});
  }
  options.push_back({"token-file", "FILE",
                     "令牌文件；默认 zhibu-data/token，或环境变量 ZHIBU_TOKEN_FILE",
                     ValueKind::kPath});
  options.push_back(
      {"as-of", "DATE", "查看哪一天的情况，如 2026-11-23；默认今天", ValueKind::kDate});
  options.push_back({"json", "", "输出 JSON（供程序读取），而不是表格", ValueKind::kFlag});
  options.push_back({"timeout", "SECONDS", "每次调用最多等待的秒数；默认 30", ValueKind::kNumber});
  options.push_back({"help", "", "显示帮助", ValueKind::kFlag});
  return options;
}

}  // namespace zhibu::cli
