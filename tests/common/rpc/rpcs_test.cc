#include "common/rpc/rpcs.h"

#include <grpcpp/generic/generic_stub.h>

#include <memory>
#include <string>

#include "common/rpc/caller.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/rpc/desk.h"
#include "zhibu/policy/v1/caller_service.grpc.pb.h"

namespace zhibu {
namespace {

using testing::HasSubstr;

const google::protobuf::ServiceDescriptor* Callable() {
  return policy::v1::GetCallerRequest::descriptor()->file()->service(0);
}

// Sends these bytes as the request of a method.
grpc::Status Send(grpc::Channel& channel, const std::string& path, const std::string& bytes) {
  grpc::GenericStub stub(std::shared_ptr<grpc::Channel>(&channel, [](grpc::Channel*) {}));
  grpc::ClientContext context;
  PrepareContext(context, kOwnerToken);
  const grpc::Slice slice(bytes);
  const grpc::ByteBuffer request(&slice, 1);
  grpc::CompletionQueue queue;
  const auto call = stub.PrepareUnaryCall(&context, path, request, &queue);
  call->StartCall();
  grpc::ByteBuffer response;
  grpc::Status status;
  call->Finish(&response, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  EXPECT_TRUE(queue.Next(&tag, &ok));
  return status;
}

TEST(Rpcs, AnswerBytesThatAreNoMessageAsTheCallersFault) {
  DeskServer desk;
  const std::string path = "/zhibu.policy.v1.CallerService/GetCaller";
  EXPECT_TRUE(Send(*desk.channel(), path, "").ok());
  // A length that goes past the end.
  const grpc::Status status = Send(*desk.channel(), path, std::string("\x0a\x7f", 2));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonOf(FromGrpcStatus(status)), "MESSAGE_UNREADABLE");
}

TEST(Rpcs, AskForABodyOfEveryMethodAndAMethodOfEveryBody) {
  DeskServer desk;
  Rpcs none(&desk.server().calls());
  EXPECT_THAT(std::string(none.Services({Callable()}).status().message()),
              HasSubstr("GetCaller has no body"));
  Rpcs stray(&desk.server().calls());
  stray.PointRead(std::make_shared<const Callers>("registry"), &Callers::Get);
  EXPECT_THAT(std::string(stray.Services({}).status().message()),
              HasSubstr("belongs to no served contract"));
}

}  // namespace
}  // namespace zhibu
