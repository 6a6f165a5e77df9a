// zhibu-policy-check SET: fails the build where a method of the contracts has no sound policy, with
// the same judgement by which a server would refuse to start.
#include <cstdio>
#include <fstream>

#include "common/rpc/policy.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"

int main(int argc, char** argv) {
  google::protobuf::FileDescriptorSet set;
  std::ifstream in(argc == 2 ? argv[1] : "", std::ios::binary);
  if (!in || !set.ParseFromIstream(&in) || set.file().empty()) {
    std::fprintf(stderr, "zhibu-policy-check: not a descriptor set\n");
    return 1;
  }
  google::protobuf::DescriptorPool pool;
  int methods = 0;
  for (const auto& file : set.file()) {
    const auto* built = pool.BuildFile(file);
    if (built == nullptr) return 1;  // protobuf said why
    for (int i = 0; i < built->service_count(); ++i) {
      const auto table = zhibu::PolicyTable::Create({built->service(i)});
      if (!table.ok()) {
        std::fprintf(stderr, "%s: %s\n", file.name().c_str(),
                     std::string(table.status().message()).c_str());
        return 1;
      }
      methods += built->service(i)->method_count();
    }
  }
  return methods > 0 ? 0 : 1;
}
