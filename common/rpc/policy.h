// What each method demands, read once from the contracts' options.
#ifndef ZHIBU_COMMON_RPC_POLICY_H_
#define ZHIBU_COMMON_RPC_POLICY_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"
#include "zhibu/policy/v1/policy.pb.h"

namespace zhibu {

struct MethodInfo {
  std::string path;  // "/zhibu.registry.v1.RegistryService/GetOrganisation"
  policy::v1::MethodPolicy policy;
  // With SCOPE_FIELD: the request's field that names the organisation.
  const google::protobuf::FieldDescriptor* organisation_field = nullptr;
};

// Immutable, thread-safe. Every method of ours has a request type of its own, so the type finds the
// method: no method name is ever written as a string.
class PolicyTable {
 public:
  // FAILED_PRECONDITION naming the method, where one has no sound policy: default deny.
  static absl::StatusOr<PolicyTable> Create(
      const std::vector<const google::protobuf::ServiceDescriptor*>& services);

  // Null for a request that no method of these services takes.
  const MethodInfo* Find(const google::protobuf::Descriptor* request) const;

 private:
  absl::flat_hash_map<const google::protobuf::Descriptor*, MethodInfo> by_request_;
};

}  // namespace zhibu

#endif  // ZHIBU_COMMON_RPC_POLICY_H_
