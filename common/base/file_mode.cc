#include "common/base/file_mode.h"

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <filesystem>

#include "absl/strings/str_cat.h"

namespace zhibu {
namespace {

absl::Status Open(absl::string_view what, absl::string_view command, const std::string& path) {
  return absl::FailedPreconditionError(
      absl::StrCat(what, "：", path, "；请执行 chmod ", command, " ", path));
}

}  // namespace

absl::Status CheckNotWritable(const std::string& path) {
  struct stat found;
  if (stat(path.c_str(), &found) != 0) return absl::OkStatus();
  if (found.st_mode & (S_IWGRP | S_IWOTH)) return Open("文件可被他人改写", "go-w", path);
  const std::string folder = std::filesystem::absolute(path).parent_path().string();
  struct statvfs mount;
  // Kubernetes mounts a ConfigMap as a folder that everybody could write, were it not read-only.
  if (stat(folder.c_str(), &found) == 0 && (found.st_mode & S_IWOTH) &&
      !(found.st_mode & S_ISVTX) &&
      !(statvfs(folder.c_str(), &mount) == 0 && (mount.f_flag & ST_RDONLY))) {
    return Open("目录可被他人改写", "o-w", folder);
  }
  return absl::OkStatus();
}

absl::Status CheckSecret(const std::string& path) {
  struct stat found;
  if (stat(path.c_str(), &found) != 0) return absl::OkStatus();
  const mode_t others = found.st_uid == geteuid() ? S_IRWXG | S_IRWXO : S_IRWXO;
  if (found.st_mode & others) return Open("保密文件可被他人读取", "600", path);
  return CheckNotWritable(path);
}

}  // namespace zhibu
