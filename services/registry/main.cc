#include "common/rpc/run_service.h"
#include "services/registry/service.h"

int main(int argc, char** argv) {
  return zhibu::RunService(argc, argv,
                           {.name = "registry",
                            .default_port = 7401,
                            .usage = "党组织名册：党组织、单位与职务的登记服务。",
                            .contracts = zhibu::registry::RegistryContracts(),
                            .build = zhibu::registry::BuildRegistry});
}
