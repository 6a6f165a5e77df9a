#include "common/base/file_mode.h"

#include <sys/stat.h>
#include <unistd.h>

#include "common/base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/process.h"

namespace zhibu {
namespace {

using testing::HasSubstr;

class FileMode : public testing::Test {
 protected:
  FileMode() { EXPECT_TRUE(WriteFile(path_, "secret", /*secret=*/true).ok()); }
  absl::Status SecretWith(mode_t mode) {
    EXPECT_EQ(chmod(path_.c_str(), mode), 0);
    return CheckSecret(path_);
  }
  absl::Status FileWith(mode_t mode) {
    EXPECT_EQ(chmod(path_.c_str(), mode), 0);
    return CheckNotWritable(path_);
  }
  TempFolder folder_;
  const std::string path_ = folder_.path() + "/key";
};

TEST_F(FileMode, KeepsSecretsFromOthers) {
  EXPECT_TRUE(SecretWith(0600).ok());
  EXPECT_TRUE(SecretWith(0400).ok());
  for (mode_t mode : {0644, 0640, 0604, 0620, 0602}) {
    const absl::Status status = SecretWith(mode);
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << mode;
    EXPECT_THAT(std::string(status.message()), HasSubstr("chmod 600 " + path_));
  }
  EXPECT_TRUE(CheckSecret(folder_.path() + "/none").ok()) << "that it is missing, others say";
}

TEST_F(FileMode, LetsAGroupReadASecretOfRoot) {
  if (geteuid() != 0) GTEST_SKIP() << "only root gives files away";
  ASSERT_EQ(chown(path_.c_str(), 1, 1), 0);
  EXPECT_TRUE(SecretWith(0440).ok());
  EXPECT_FALSE(SecretWith(0660).ok());
  EXPECT_FALSE(SecretWith(0444).ok());
}

TEST_F(FileMode, KeepsOthersFromChangingWhatTheyMayRead) {
  EXPECT_TRUE(FileWith(0644).ok());
  for (mode_t mode : {0664, 0646, 0666}) {
    const absl::Status status = FileWith(mode);
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << mode;
    EXPECT_THAT(std::string(status.message()), HasSubstr("chmod go-w " + path_));
  }
}

TEST_F(FileMode, KeepsOthersFromPuttingAnotherInItsPlace) {
  ASSERT_EQ(chmod(folder_.path().c_str(), 0777), 0);
  const absl::Status status = SecretWith(0600);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("chmod o-w " + folder_.path()));
  ASSERT_EQ(chmod(folder_.path().c_str(), 01777), 0);
  EXPECT_TRUE(SecretWith(0600).ok()) << "as /tmp: only owners replace files";
}

}  // namespace
}  // namespace zhibu
