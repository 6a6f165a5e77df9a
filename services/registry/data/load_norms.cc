#include "services/registry/data/load_norms.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "common/base/file.h"
#include "common/base/status.h"
#include "common/domain/text_file.h"

namespace zhibu::registry {
absl::StatusOr<norms::Norms> ParseNorms(absl::string_view text, absl::string_view name) {
  TextFile file(name);
  norms::Norms data;
  ZHIBU_RETURN_IF_ERROR(file.Parse(text, data));
  if (const std::optional<UnsoundNorm> unsound = FindUnsound(data)) {
    return file.Fault(unsound->list, unsound->index,
                      absl::StrCat(unsound->list, ": ", unsound->message));
  }
  return data;
}

absl::StatusOr<norms::Norms> LoadNorms(const std::string& path) {
  ZHIBU_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  return ParseNorms(text, path);
}

}  // namespace zhibu::registry
