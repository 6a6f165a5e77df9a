// The catalogue of refusals in the README and what the code can say are the same.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <regex>
#include <set>
#include <string>

#include "common/base/file.h"

namespace zhibu::registry {
namespace {

std::set<std::string> Matches(const std::string& text, const std::regex& pattern) {
  std::set<std::string> found;
  for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it) {
    found.insert((*it)[1]);
  }
  return found;
}

TEST(Refusals, OfTheCodeAreThoseOfTheCatalogue) {
  const std::string folder = ZHIBU_SOURCE_DIR "/services/registry";
  std::set<std::string> said;
  // A reason is the only text of capitals and underscores that the code holds.
  const std::regex reason("\"([A-Z]+(?:_[A-Z]+)+)\"");
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
    if (file.path().extension() != ".cc" && file.path().extension() != ".h") continue;
    said.merge(Matches(ReadFile(file.path().string()).value(), reason));
  }
  said.insert("ETAG_STALE");  // by StaleEtag, for all services
  const std::string readme = ReadFile(folder + "/README.md").value();
  const std::set<std::string> listed = Matches(readme, std::regex("`([A-Z]+(?:_[A-Z]+)+)`"));
  for (const std::string& one : said) EXPECT_TRUE(listed.contains(one)) << one << " is not listed";
  for (const std::string& one : listed) EXPECT_TRUE(said.contains(one)) << one << " is never said";
  EXPECT_GT(said.size(), 60u);
}

// What no request can bring about is no refusal: every reason is seen to be given by some test.
TEST(Refusals, AreEachSeenInATest) {
  std::set<std::string> said, seen;
  const std::regex reason("\"([A-Z]+(?:_[A-Z]+)+)\"");
  for (const auto& [folder, reasons] :
       {std::pair(ZHIBU_SOURCE_DIR "/services/registry", &said),
        std::pair(ZHIBU_SOURCE_DIR "/tests/services/registry", &seen)}) {
    for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
      if (file.path().extension() != ".cc") continue;
      reasons->merge(Matches(ReadFile(file.path().string()).value(), reason));
    }
  }
  for (const std::string& one : said) EXPECT_TRUE(seen.contains(one)) << one << " is in no test";
}

}  // namespace
}  // namespace zhibu::registry
