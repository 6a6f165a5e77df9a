// The contracts as a set of descriptors.
#ifndef ZHIBU_TESTS_CONTRACT_DESCRIPTORS_H_
#define ZHIBU_TESTS_CONTRACT_DESCRIPTORS_H_

#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/strings/match.h"
#include "common/base/file.h"
#include "google/protobuf/descriptor.pb.h"

namespace zhibu {

// Aborts where the file is not there or not a descriptor set.
inline google::protobuf::FileDescriptorSet ReadDescriptorSet(const std::string& path) {
  google::protobuf::FileDescriptorSet set;
  const auto bytes = ReadFile(path);
  if (!bytes.ok() || !set.ParseFromString(*bytes)) {
    std::fprintf(stderr, "%s is not a descriptor set\n", path.c_str());
    std::abort();
  }
  return set;
}

// As it was built, comments included.
inline google::protobuf::FileDescriptorSet BuiltContracts() {
  return ReadDescriptorSet(std::string(ZHIBU_BINARY_DIR) + "/zhibu.binpb");
}

inline bool IsOurs(const std::string& file) { return absl::StartsWith(file, "zhibu/"); }

}  // namespace zhibu

#endif  // ZHIBU_TESTS_CONTRACT_DESCRIPTORS_H_
