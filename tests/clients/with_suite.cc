// zhibu-with-suite COMMAND...: runs a command beside the four real services with the example county
// r1 in them, and ends as the command does. The command finds them as the command line would:
// ZHIBU_REGISTRY … ZHIBU_REPORTING are addresses, ZHIBU_TOKEN_FILE holds the owner's token and
// ZHIBU_TODAY is the date on which the services live.
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "tests/support/process.h"
#include "tests/support/suite.h"

namespace zhibu {
namespace {

int Fail(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  return 1;
}

int Run(const std::vector<std::string>& command) {
  const TempFolder folder;
  Suite suite(ProgramFolder(), folder.path() + "/suite");
  if (absl::Status started = suite.StartAll(); !started.ok()) return Fail(started.ToString());
  const std::string example = folder.path() + "/example";
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"generate", "r1", example}, {"import", example}}) {
    if (const RunResult ran = suite.Zhibu(words); ran.code != 0) return Fail(ran.output);
  }
  if (absl::Status followed = suite.WaitAllFollowed(); !followed.ok()) {
    return Fail(followed.ToString());
  }
  std::map<std::string, std::string> env = {{"ZHIBU_TOKEN_FILE", suite.data() + "/token"},
                                            {"ZHIBU_TODAY", kSuiteToday}};
  for (const char* service : kServices) {
    env[absl::StrCat("ZHIBU_", absl::AsciiStrToUpper(service))] = suite.address(service);
  }
  const RunResult ran = RunProgram(command, env);
  std::fputs(ran.output.c_str(), stdout);
  return ran.code;
}

}  // namespace
}  // namespace zhibu

int main(int argc, char** argv) {
  if (argc < 2) return zhibu::Fail("zhibu-with-suite COMMAND...");
  return zhibu::Run(std::vector<std::string>(argv + 1, argv + argc));
}
