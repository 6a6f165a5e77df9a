#include "common/base/file.h"

#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "gtest/gtest.h"
#include "tests/support/process.h"

namespace zhibu {
namespace {

class File : public testing::Test {
 protected:
  TempFolder folder_;
  const std::string path_ = folder_.path() + "/file";

  int Mode() const {
    struct stat found;
    return stat(path_.c_str(), &found) == 0 ? found.st_mode & 0777 : -1;
  }
};

TEST_F(File, IsReadAsItWasWritten) {
  const std::string bytes("党\0\n\r\xff", 7);
  ASSERT_TRUE(WriteFile(path_, bytes).ok());
  EXPECT_EQ(ReadFile(path_).value(), bytes);
  ASSERT_TRUE(WriteFile(path_, "").ok());
  EXPECT_EQ(ReadFile(path_).value(), "");
}

TEST_F(File, ThatIsNotThereIsNotFoundByName) {
  const absl::Status status = ReadFile(path_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_NE(status.message().find(path_), absl::string_view::npos);
}

TEST_F(File, ThatIsAFolderIsUnavailable) {
  EXPECT_EQ(ReadFile(folder_.path()).status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(File, IsReplacedAsAWhole) {
  // Long enough that a writer in place would be seen half-way.
  const std::string a(1 << 20, 'a'), b(1 << 20, 'b');
  ASSERT_TRUE(WriteFile(path_, a).ok());
  std::atomic<bool> done = false;
  std::thread writer([&] {
    for (int i = 0; i < 20; ++i) EXPECT_TRUE(WriteFile(path_, i % 2 == 0 ? b : a).ok());
    done = true;
  });
  while (!done) {
    const auto read = ReadFile(path_);
    ASSERT_TRUE(read.ok());
    EXPECT_TRUE(*read == a || *read == b) << "half a file was seen";
  }
  writer.join();
}

TEST_F(File, LeavesTheOldOneWhereTheNewOneCannotBeWritten) {
  const std::string path = folder_.path() + "/no-such-folder/file";
  const absl::Status status = WriteFile(path, "x");
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_NE(status.message().find(path), absl::string_view::npos);
  // A folder of the name cannot be replaced; nothing is left beside it.
  std::filesystem::create_directory(path_);
  EXPECT_FALSE(WriteFile(path_, "x").ok());
  EXPECT_FALSE(std::filesystem::exists(path_ + ".new"));
}

TEST_F(File, ThatIsSecretIsForItsOwnerAlone) {
  ASSERT_TRUE(WriteFile(path_, "token", /*secret=*/true).ok());
  EXPECT_EQ(Mode(), 0600);
}

TEST_F(File, ThatIsSecretDoesNotTakeOverTheModeOfWhatACrashLeft) {
  std::ofstream(path_ + ".new") << "left";
  ASSERT_EQ(chmod((path_ + ".new").c_str(), 0644), 0);
  ASSERT_TRUE(WriteFile(path_, "token", /*secret=*/true).ok());
  EXPECT_EQ(Mode(), 0600);
}

TEST_F(File, ListIsSortedAndOfTheEndingAlone) {
  for (const char* name : {"/b.csv", "/a.csv", "/c.txt"}) {
    ASSERT_TRUE(WriteFile(folder_.path() + name, "").ok());
  }
  EXPECT_EQ(ListFiles(folder_.path(), ".csv").value(),
            (std::vector<std::string>{folder_.path() + "/a.csv", folder_.path() + "/b.csv"}));
  EXPECT_EQ(ListFiles(folder_.path() + "/none", ".csv").status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace zhibu
