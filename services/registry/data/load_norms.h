// The norms from their file.
#ifndef ZHIBU_SERVICES_REGISTRY_DATA_LOAD_NORMS_H_
#define ZHIBU_SERVICES_REGISTRY_DATA_LOAD_NORMS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/registry/rules/norms.h"

namespace zhibu::registry {

// INVALID_ARGUMENT "name:line: what" for a text that is no Norms or an unsound one. `name` is put
// before messages.
absl::StatusOr<norms::Norms> ParseNorms(absl::string_view text, absl::string_view name);
absl::StatusOr<norms::Norms> LoadNorms(const std::string& path);

}  // namespace zhibu::registry

#endif  // ZHIBU_SERVICES_REGISTRY_DATA_LOAD_NORMS_H_
