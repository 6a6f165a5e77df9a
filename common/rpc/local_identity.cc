#include "common/rpc/local_identity.h"

#include <fcntl.h>
#include <google/protobuf/text_format.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "common/base/crypto.h"
#include "common/base/file.h"
#include "common/base/log.h"
#include "common/base/status.h"
#include "common/rpc/identity.h"

namespace zhibu {
namespace {

// Held while the files are made; let go when the process ends, however it ends.
class FolderLock {
 public:
  explicit FolderLock(const std::string& path)
      : fd_(open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600)) {
    if (fd_ >= 0) flock(fd_, LOCK_EX);
  }
  ~FolderLock() {
    if (fd_ >= 0) close(fd_);
  }
  bool held() const { return fd_ >= 0; }

 private:
  const int fd_;
};

absl::Status AddPrincipal(policy::v1::Principals& principals, const std::string& name,
                          std::initializer_list<policy::v1::Role> roles,
                          const std::string& token_file) {
  const std::string token = absl::StrCat(RandomId(), RandomId());
  policy::v1::Principal& principal = *principals.add_principals();
  principal.set_name(name);
  principal.set_token_sha256(Sha256Hex(token));
  for (policy::v1::Role role : roles) principal.add_roles(role);
  principal.set_scope_organisation(kEveryOrganisation);
  return WriteFile(token_file, token + "\n", /*secret=*/true);
}

}  // namespace

LocalIdentity LocalIdentityIn(const std::string& folder) {
  return {folder + "/principals.textproto", folder + "/token", folder + "/service.token"};
}

absl::Status EnsureLocalIdentity(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  const FolderLock lock(folder + "/.identity.lock");
  if (!lock.held()) {
    return absl::UnavailableError(absl::StrCat("数据目录无法写入：", folder));
  }
  const LocalIdentity files = LocalIdentityIn(folder);
  if (std::filesystem::exists(files.principals_file, error)) return absl::OkStatus();
  // Where the accounts were lost, somebody must hear of it: every other token is worthless from now
  // on.
  const bool lost = std::filesystem::exists(files.token_file, error);
  Log(lost ? Severity::kWarning : Severity::kInfo,
      lost ? "the file of principals is missing: accounts and local tokens are made anew"
           : "local accounts are made",
      {{"principals", files.principals_file}, {"token", files.token_file}});
  policy::v1::Principals principals;
  ZHIBU_RETURN_IF_ERROR(
      AddPrincipal(principals, "local-owner",
                   {policy::v1::ROLE_CLERK, policy::v1::ROLE_APPROVER, policy::v1::ROLE_READER,
                    policy::v1::ROLE_AUDITOR, policy::v1::ROLE_ADMINISTRATOR},
                   files.token_file));
  ZHIBU_RETURN_IF_ERROR(AddPrincipal(principals, "local-services", {policy::v1::ROLE_SERVICE},
                                     files.service_token_file));
  std::string text;
  google::protobuf::TextFormat::PrintToString(principals, &text);
  // Last: its being there says that the others are.
  return WriteFile(files.principals_file, text, /*secret=*/true);
}

}  // namespace zhibu
