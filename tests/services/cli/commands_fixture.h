// A command line in the test's process.
#ifndef ZHIBU_TESTS_SERVICES_CLI_COMMANDS_FIXTURE_H_
#define ZHIBU_TESTS_SERVICES_CLI_COMMANDS_FIXTURE_H_

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "common/base/crypto.h"
#include "common/base/file.h"
#include "services/cli/program/run.h"
#include "services/cli/terminal/table.h"
#include "tests/support/fake_clock.h"

namespace zhibu::cli {

inline const absl::CivilDay kToday(2026, 11, 23);

// What one command line did.
struct Ran {
  int code;
  std::string out, err;
};

// A folder that goes with the object.
class TempFolder {
 public:
  TempFolder() : path_(std::filesystem::temp_directory_path() / ("zhibu-cli-" + RandomId())) {
    std::filesystem::create_directories(path_);
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  std::string path(const std::string& name = "") const {
    return name.empty() ? path_.string() : (path_ / name).string();
  }

 private:
  const std::filesystem::path path_;
};

// A terminal of 80 columns, on 2026-11-23, with these environment variables.
class Terminal {
 public:
  std::map<std::string, std::string> environment;
  std::string input;

  Ran Run(const std::vector<std::string>& words) const {
    std::istringstream in(input);
    std::ostringstream out, err;
    const FakeClock clock(kToday);
    Io io{in, out, err};
    io.environment = [this](const std::string& name) {
      auto it = environment.find(name);
      return it == environment.end() ? "" : it->second;
    };
    io.clock = &clock;
    const int code = RunCli(words, io);
    return {code, out.str(), err.str()};
  }
};

// The widest line, in terminal columns.
inline int WidestLine(const std::string& text) {
  int widest = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    widest = std::max(widest, DisplayWidth(line));
  }
  return widest;
}

}  // namespace zhibu::cli

#endif  // ZHIBU_TESTS_SERVICES_CLI_COMMANDS_FIXTURE_H_
