// The file of those who may call: refused, or nobody gets in whose token is not in it.
#include <google/protobuf/text_format.h>

#include <string>

#include "common/rpc/identity.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace zhibu;
  policy::v1::Principals principals;
  if (!google::protobuf::TextFormat::ParseFromString(std::string(Bytes(data, size)), &principals)) {
    return 0;
  }
  const auto authenticator = Authenticator::Create(principals);
  if (!authenticator.ok()) {
    ZHIBU_FUZZ_CHECK(authenticator.status().code() == absl::StatusCode::kInvalidArgument);
    return 0;
  }
  ZHIBU_FUZZ_CHECK(authenticator->Find("") == nullptr);
  for (const auto& principal : principals.principals()) {
    ZHIBU_FUZZ_CHECK(!principal.roles().empty() && !principal.scope_organisation().empty());
    ZHIBU_FUZZ_CHECK(authenticator->Find(principal.token_sha256()) == nullptr);
  }
  return 0;
}
