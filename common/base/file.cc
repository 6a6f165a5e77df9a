#include "common/base/file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace zhibu {

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return absl::NotFoundError(absl::StrCat("没有这个文件：", path));
  }
  std::ifstream in(path, std::ios::binary);
  std::ostringstream bytes;
  if (in && in.peek() != std::ifstream::traits_type::eof()) bytes << in.rdbuf();
  if (!in || in.bad() || std::filesystem::is_directory(path, error)) {
    // An empty file sets eof, which is no failure.
    if (in.eof() && !in.bad() && !std::filesystem::is_directory(path, error)) return std::string();
    return absl::UnavailableError(absl::StrCat("文件无法读取：", path));
  }
  return bytes.str();
}

absl::Status WriteFile(const std::string& path, absl::string_view bytes, bool secret) {
  const std::string temporary = absl::StrCat(path, ".new");
  auto failed = [&] { return absl::UnavailableError(absl::StrCat("文件无法写入：", path)); };
  // One that a crash left would keep its mode, and a secret be readable by others.
  unlink(temporary.c_str());
  const int fd = open(temporary.c_str(), O_CREAT | O_EXCL | O_WRONLY, secret ? 0600 : 0644);
  if (fd < 0) return failed();
  bool ok = true;
  for (size_t done = 0; ok && done < bytes.size();) {
    const ssize_t n = write(fd, bytes.data() + done, bytes.size() - done);
    ok = n > 0;
    if (ok) done += static_cast<size_t>(n);
  }
  ok = ok && fsync(fd) == 0;
  ok = close(fd) == 0 && ok;
  if (!ok || std::rename(temporary.c_str(), path.c_str()) != 0) {
    unlink(temporary.c_str());
    return failed();
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> ListFiles(const std::string& folder,
                                                   absl::string_view ending) {
  std::error_code error;
  std::filesystem::directory_iterator entries(folder, error);
  if (error) return absl::NotFoundError(absl::StrCat("没有这个目录：", folder));
  std::vector<std::string> paths;
  for (const auto& entry : entries) {
    if (absl::EndsWith(entry.path().string(), ending)) paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace zhibu
