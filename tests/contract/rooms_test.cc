// The rooms of every service, indirect includes too: architecture_test.cc sees what a file names,
// this what it reaches.
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"

namespace zhibu {
namespace {

const char* const kServices[] = {"registry", "membership", "activity", "reporting"};

std::string Text(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// "cases" for "services/membership/cases/cases.h"; empty for what stands at the top.
std::string FolderOf(const std::string& path) {
  const std::vector<std::string> parts = absl::StrSplit(path, '/');
  return parts.size() > 3 ? parts[2] : "";
}
bool IsCapability(const std::string& folder) {
  return !folder.empty() && folder != "books" && folder != "data" && folder != "rules";
}

// Every source of a service with the headers of the service that it names.
std::map<std::string, std::vector<std::string>> Includes(const std::string& service) {
  static const std::regex kInclude("#include \"(services/[^\"]+\\.h)\"");
  const std::filesystem::path root = ZHIBU_SOURCE_DIR;
  std::map<std::string, std::vector<std::string>> includes;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(root / "services" / service)) {
    const std::string extension = entry.path().extension().string();
    if (extension != ".h" && extension != ".cc") continue;
    const std::string text = Text(entry.path());
    auto& named = includes[std::filesystem::relative(entry.path(), root).string()];
    for (std::sregex_iterator it(text.begin(), text.end(), kInclude), end; it != end; ++it) {
      named.push_back((*it)[1]);
    }
  }
  return includes;
}

// The folders that `path` reaches through headers, itself included.
std::set<std::string> Reached(const std::map<std::string, std::vector<std::string>>& includes,
                              const std::string& path) {
  std::set<std::string> seen, folders;
  std::vector<std::string> open = {path};
  while (!open.empty()) {
    const std::string one = open.back();
    open.pop_back();
    if (!seen.insert(one).second) continue;
    folders.insert(FolderOf(one));
    const auto found = includes.find(one);
    if (found != includes.end()) {
      open.insert(open.end(), found->second.begin(), found->second.end());
    }
  }
  return folders;
}

TEST(Rooms, NoCapabilityReachesAnother) {
  for (const char* service : kServices) {
    const auto includes = Includes(service);
    EXPECT_GT(includes.size(), 5u) << service;
    for (const auto& [path, named] : includes) {
      const std::string folder = FolderOf(path);
      if (folder.empty()) continue;
      for (const std::string& other : Reached(includes, path)) {
        EXPECT_TRUE(other == folder || !IsCapability(other)) << path << " → " << other;
      }
    }
  }
}

// Of two headers that reach one another neither can be read alone.
TEST(Rooms, NoHeaderReachesItself) {
  std::map<std::string, std::vector<std::string>> includes;
  for (const char* service : kServices) includes.merge(Includes(service));
  for (const auto& [path, named] : includes) {
    std::set<std::string> seen;
    std::vector<std::string> open = named;
    if (absl::EndsWith(path, ".cc")) continue;
    while (!open.empty()) {
      const std::string one = open.back();
      open.pop_back();
      if (!seen.insert(one).second) continue;
      const auto found = includes.find(one);
      if (found == includes.end()) continue;
      open.insert(open.end(), found->second.begin(), found->second.end());
    }
    EXPECT_EQ(seen.count(path), 0u) << path;
  }
}

}  // namespace
}  // namespace zhibu
