// One way to record.
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace zhibu::membership {
namespace {

constexpr char kService[] = "services/membership/";

std::string Text(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST(Structure, NothingIsEmittedThatIsNotApplied) {
  const std::filesystem::path root = ZHIBU_SOURCE_DIR;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root / kService)) {
    const std::string extension = entry.path().extension().string();
    if (extension != ".h" && extension != ".cc") continue;
    const std::string path = std::filesystem::relative(entry.path(), root).string();
    EXPECT_EQ(absl::StrContains(Text(entry.path()), ".Emit("),
              path == absl::StrCat(kService, "books/tables.h"))
        << path << ": events go through Tables::Record";
  }
}

}  // namespace
}  // namespace zhibu::membership
