#include "common/base/data_folder.h"

#include <filesystem>
#include <system_error>

namespace zhibu {

std::string DataFolder(absl::string_view name) {
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  return (program.parent_path().parent_path() / "share" / "zhibu" / std::string(name)).string();
}

}  // namespace zhibu
