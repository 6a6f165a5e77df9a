#include "common/rpc/run_service.h"
#include "services/registry/service.h"
#include "zhibu/registry/v1/registry_service.pb.h"

int main(int argc, char** argv) {
  const auto* contract =
      zhibu::registry::v1::CreateOrganisationRequest::descriptor()->file()->service(0);
  return zhibu::RunService(argc, argv,
                           {.name = "registry",
                            .default_port = 7401,
                            .usage = "党组织名册：党组织、单位与职务的登记服务。",
                            .contracts = {contract},
                            .build = zhibu::registry::BuildRegistry});
}
