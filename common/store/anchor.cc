#include "common/store/anchor.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstring>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace zhibu {
namespace {

// The number twice, so that a line that was torn is known as such.
constexpr size_t kDigits = 20;
std::string LineOf(int64_t revision) {
  return absl::StrFormat("%020d %020d\n", revision, revision);
}

absl::Status CannotUse(const std::string& file) {
  return absl::UnavailableError(absl::StrCat("无法读写 ", file, "：", std::strerror(errno)));
}

bool WriteLine(int fd, int64_t revision) {
  const std::string line = LineOf(revision);
  return pwrite(fd, line.data(), line.size(), 0) == static_cast<ssize_t>(line.size());
}

}  // namespace

std::string Anchor::PathFor(absl::string_view path) {
  while (absl::ConsumeSuffix(&path, "/")) {
  }
  return absl::StrCat(path, ".head");
}

absl::StatusOr<std::optional<int64_t>> Anchor::Read(const std::string& file) {
  const int fd = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    if (errno == ENOENT) return std::optional<int64_t>();
    return CannotUse(file);
  }
  char bytes[64];
  const ssize_t size = pread(fd, bytes, sizeof bytes, 0);
  close(fd);
  if (size < 0) return CannotUse(file);
  const absl::string_view line(bytes, static_cast<size_t>(size));
  int64_t revision = 0;
  if (line.size() < kDigits || !absl::SimpleAtoi(line.substr(0, kDigits), &revision) ||
      line != LineOf(revision)) {
    return std::optional<int64_t>();
  }
  return std::optional<int64_t>(revision);
}

absl::StatusOr<std::unique_ptr<Anchor>> Anchor::Open(const std::string& file, int64_t revision) {
  const int fd = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return CannotUse(file);
  std::unique_ptr<Anchor> anchor(new Anchor(fd));
  if (!WriteLine(fd, revision) || fsync(fd) != 0) return CannotUse(file);
  return anchor;
}

Anchor::~Anchor() {
  fsync(fd_);
  close(fd_);
}

void Anchor::Advance(int64_t revision) { WriteLine(fd_, revision); }

}  // namespace zhibu
