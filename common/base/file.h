// Small files, whole.
#ifndef ZHIBU_COMMON_BASE_FILE_H_
#define ZHIBU_COMMON_BASE_FILE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace zhibu {

// NOT_FOUND or UNAVAILABLE, naming the path.
absl::StatusOr<std::string> ReadFile(const std::string& path);

// Replaces the file as a whole (a reader sees the old one or the new one). `secret`: only the owner
// may read it.
absl::Status WriteFile(const std::string& path, absl::string_view bytes, bool secret = false);

// Paths of the files in a folder with this ending, sorted by name.
absl::StatusOr<std::vector<std::string>> ListFiles(const std::string& folder,
                                                   absl::string_view ending);

}  // namespace zhibu

#endif  // ZHIBU_COMMON_BASE_FILE_H_
