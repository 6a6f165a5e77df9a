// Arrows only downward: which file may include what, and who may ask what time it is. The rules are
// design decisions; where one stands in the way, change it here and in the README of the folder.
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace zhibu {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

bool Starts(const std::string& text, absl::string_view with) {
  return absl::StartsWith(text, with);
}

// "registry" for "services/registry/rules/forms.cc"; empty outside services/.
std::string ServiceOf(const std::string& path) {
  const std::vector<std::string> parts = absl::StrSplit(path, '/');
  return parts.size() > 2 && parts[0] == "services" ? parts[1] : "";
}
std::string FileName(const std::string& path) { return path.substr(path.rfind('/') + 1); }

bool IsRules(const std::string& path) {
  static const std::regex kRules("services/[^/]+/rules(/.*|\\.h|\\.cc)");
  return std::regex_match(path, kRules);
}
// "offices" for "services/registry/offices/posts.cc", "commands/registry" for the command line's;
// empty for what stands at the top of a service.
std::string RoomOf(const std::string& path) {
  const std::vector<std::string> parts = absl::StrSplit(path, '/');
  if (parts.size() < 4 || parts[0] != "services") return "";
  if (parts[2] == "commands" && parts.size() > 4) return absl::StrCat("commands/", parts[3]);
  return parts[2];
}
// What is stored, what is loaded and what is decided: below everything that a service can do.
bool IsFoundation(const std::string& room) {
  return room == "books" || room == "data" || room == "rules";
}
bool IsService(const std::string& path) {
  const std::string name = FileName(path);
  return RoomOf(path).empty() && (name == "service.h" || name == "service.cc");
}

// Why a file of one room may not include one of another; empty where it may.
std::string WhyNotRoom(const std::string& path, const std::string& header) {
  const std::string room = RoomOf(path), other = RoomOf(header);
  if (ServiceOf(path) == "cli") {
    if (room.empty() || room == other) return "";
    if (Starts(room, "commands/") && Starts(other, "commands/")) {
      return "commands of one service do not know those of another";
    }
    // terminal ← program ← commands, import, generate.
    if (room == "terminal" && !header.empty()) return "the terminal knows nothing above it";
    if (room == "program" && other != "terminal") return "the program knows no command";
    if (room == "import" && Starts(other, "commands/")) return "the import knows no command";
    return "";
  }
  if (room.empty() || room == other || absl::EndsWith(header, ".pb.h")) return "";
  if (IsFoundation(room)) {
    if (!other.empty() && !IsFoundation(other)) return "books, data and rules know no capability";
    if (other.empty()) return "books, data and rules know nothing at the top of their service";
    if (room == "rules") return "rules know no other part of their service";
    return "";
  }
  if (other.empty() || IsFoundation(other)) return "";
  return "capabilities do not include one another";
}
bool MayUseGrpc(const std::string& path) {
  return Starts(path, "common/rpc/") || Starts(path, "services/cli/") || IsService(path) ||
         FileName(path) == "main.cc";
}

// Why `path` may not include `header`; empty where it may.
std::string WhyNot(const std::string& path, const std::string& header) {
  const std::string service = ServiceOf(path);
  const bool grpc =
      Starts(header, "grpcpp/") || Starts(header, "grpc/") || absl::EndsWith(header, ".grpc.pb.h");
  if (grpc && !MayUseGrpc(path)) return "gRPC is for common/rpc, service.*, main.cc and the cli";
  if (Starts(header, "rocksdb/") && path != "common/store/rocks_store.cc") {
    return "RocksDB is for common/store/rocks_store.cc alone";
  }
  if (Starts(header, "openssl/") && !Starts(path, "common/base/")) {
    return "OpenSSL is for common/base alone";
  }
  if (Starts(header, "tests/")) return "programs do not know their tests";
  if (Starts(header, "services/") && ServiceOf(header) != service) {
    return service.empty() ? "common knows no service" : "services share nothing but contracts";
  }
  if (Starts(header, "services/")) {
    if (const std::string why = WhyNotRoom(path, header); !why.empty()) return why;
  }
  auto only = [&](std::initializer_list<absl::string_view> folders, absl::string_view why) {
    if (!Starts(header, "common/")) return std::string();
    for (absl::string_view folder : folders) {
      if (Starts(header, folder)) return std::string();
    }
    return std::string(why);
  };
  if (Starts(path, "common/base/")) return only({"common/base/"}, "base is the lowest layer");
  if (Starts(path, "common/domain/")) {
    return only({"common/base/", "common/domain/"}, "domain stands on base alone");
  }
  if (Starts(path, "common/store/")) {
    return only({"common/base/", "common/store/"}, "store stands on base alone");
  }
  if (IsRules(path)) {
    if (Starts(header, "absl/") && !Starts(header, "absl/status/") &&
        !Starts(header, "absl/strings/") && !Starts(header, "absl/time/") &&
        !Starts(header, "absl/types/") && !Starts(header, "absl/functional/")) {
      return "rules use of Abseil status, strings, time, types and functional alone";
    }
    return only({"common/base/", "common/domain/"}, "rules do no I/O");
  }
  return "";
}

std::vector<std::string> Breaches(const std::string& path, const std::string& text) {
  static const std::regex kInclude("\\s*#\\s*include\\s*[<\"]([^>\"]+)[>\"].*");
  // The time it is and randomness; a generator with a fixed seed is neither.
  static const std::regex kClock(
      "absl::Now\\(|system_clock|\\bgettimeofday\\(|\\bclock_gettime\\(|\\btime\\((0|NULL|nullptr)"
      "\\)");
  static const std::regex kRandom(
      "random_device|absl::BitGen|\\bs?rand\\(|\\bgetrandom\\(|RAND_bytes");
  std::vector<std::string> breaches;
  int number = 0;
  for (const absl::string_view view : absl::StrSplit(text, '\n')) {
    ++number;
    const std::string whole(view);
    const std::string line = whole.substr(0, whole.find("//"));
    auto breach = [&](absl::string_view why) {
      breaches.push_back(absl::StrCat(path, ":", number, ": ", why, ": ", line));
    };
    std::smatch match;
    if (std::regex_match(line, match, kInclude)) {
      if (const std::string why = WhyNot(path, match[1]); !why.empty()) breach(why);
    }
    if (Starts(path, "common/base/")) continue;
    // gRPC's alarms and deadlines are given by the machine's clock; nothing that is recorded or
    // decided comes from it.
    if (!Starts(path, "common/rpc/") && std::regex_search(line, kClock)) {
      breach("what time it is, is known to common/base/clock.cc alone");
    }
    if (std::regex_search(line, kRandom)) breach("randomness comes from common/base alone");
  }
  return breaches;
}

TEST(Architecture, PointsOnlyDownward) {
  const std::filesystem::path root = ZHIBU_SOURCE_DIR;
  std::vector<std::string> breaches;
  int files = 0;
  for (const char* top : {"common", "services"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / top)) {
      const std::string extension = entry.path().extension().string();
      if (extension != ".h" && extension != ".cc") continue;
      ++files;
      std::ifstream in(entry.path());
      std::stringstream text;
      text << in.rdbuf();
      for (std::string& breach :
           Breaches(std::filesystem::relative(entry.path(), root).string(), text.str())) {
        breaches.push_back(std::move(breach));
      }
    }
  }
  EXPECT_GT(files, 50);
  std::string all;
  for (const std::string& breach : breaches) absl::StrAppend(&all, breach, "\n");
  EXPECT_THAT(breaches, IsEmpty()) << all;
}

TEST(Architecture, SeesAPlantedBreach) {
  const struct {
    const char *path, *line;
  } planted[] = {
      {"common/base/clock.cc", "#include \"common/store/store.h\""},
      {"common/domain/org_tree.cc", "#include \"common/rpc/call.h\""},
      {"common/store/feed.cc", "#include \"common/domain/org_tree.h\""},
      {"common/store/feed.cc", "#include <rocksdb/db.h>"},
      {"common/rpc/calls.cc", "#include \"services/registry/rules/forms.h\""},
      {"common/rpc/calls.cc", "#include \"tests/support/fake_clock.h\""},
      {"common/rpc/identity.cc", "#include <openssl/sha.h>"},
      {"services/registry/service.cc", "#include \"services/membership/books/tables.h\""},
      {"services/registry/rules/forms.cc", "#include \"common/store/txn.h\""},
      {"services/registry/rules/forms.h", "#include \"services/registry/books/tables.h\""},
      {"services/registry/rules/forms.h", "  #  include   \"absl/synchronization/mutex.h\""},
      {"services/membership/rules/steps.cc", "#include \"common/rpc/call.h\""},
      {"services/membership/rules/steps.cc", "#include \"services/membership/persons/persons.h\""},
      {"services/registry/books/tables.cc", "#include \"services/registry/service.h\""},
      {"services/registry/books/tables.h", "#include <grpcpp/grpcpp.h>"},
      {"services/registry/books/tables.h", "#include \"services/registry/offices/posts.h\""},
      {"services/registry/offices/posts.cc",
       "#include \"services/registry/organisations/organisations.h\""},
      {"services/membership/data/load_rule_sets.cc",
       "#include \"services/membership/cases/cases.h\""},
      {"services/reporting/owed/owed.cc", "#include \"services/reporting/survey/survey.h\""},
      {"services/reporting/books/reading.h", "#include \"services/reporting/parts.h\""},
      {"services/activity/owed/owed.cc", "#include \"services/activity/records/records.h\""},
      {"services/registry/organisations/organisations.cc", "#include <grpcpp/grpcpp.h>"},
      {"services/cli/commands/registry/org.cc",
       "#include \"services/cli/commands/membership/member.h\""},
      {"services/cli/terminal/table.cc", "#include \"services/cli/program/words.h\""},
      {"services/cli/program/run.cc", "#include \"services/cli/import/import.h\""},
      {"services/registry/rules/forms.h",
       "#include \"zhibu/registry/v1/registry_service.grpc.pb.h\""},
      {"services/registry/service.cc", "  const absl::Time now = absl::Now();"},
      {"services/cli/main.cc", "std::chrono::system_clock::now()"},
      {"common/store/feed.cc", "std::random_device device;"},
      {"common/rpc/paging.cc", "int n = rand();"},
  };
  for (const auto& breach : planted) {
    EXPECT_THAT(Breaches(breach.path, absl::StrCat("// a\n", breach.line, "\n")), SizeIs(1))
        << breach.path << ": " << breach.line;
  }
}

TEST(Architecture, AllowsWhatTheDesignAllows) {
  const struct {
    const char *path, *line;
  } allowed[] = {
      {"common/base/clock.cc", "return absl::Now();"},
      {"common/base/crypto.cc", "#include <openssl/rand.h>"},
      {"common/store/rocks_store.cc", "#include <rocksdb/db.h>"},
      {"common/rpc/calls.h", "#include <grpcpp/grpcpp.h>"},
      {"services/registry/service.h", "#include \"common/rpc/calls.h\""},
      {"services/registry/service.cc", "#include <grpcpp/grpcpp.h>"},
      {"services/registry/rules/forms.cc", "#include \"common/domain/org_tree.h\""},
      {"services/registry/rules/forms.cc", "#include \"services/registry/books/rows.pb.h\""},
      {"services/membership/rules/steps.cc", "#include \"services/membership/rules/rule_set.h\""},
      {"services/registry/books/tables.cc", "#include \"common/store/table.h\""},
      {"services/registry/offices/posts.cc", "#include \"services/registry/books/tables.h\""},
      {"services/registry/service.cc", "#include \"services/registry/offices/posts.h\""},
      {"services/reporting/survey/survey.cc", "#include \"services/reporting/books/counters.h\""},
      {"services/activity/records/records.cc", "#include \"services/activity/books/mirror.h\""},
      {"services/cli/commands/registry/org.cc", "#include \"services/cli/program/words.h\""},
      {"services/registry/service.cc", "// absl::Now() is for common/base"},
      {"services/cli/main.cc", "std::mt19937 random(seed);"},
  };
  for (const auto& line : allowed) {
    EXPECT_THAT(Breaches(line.path, line.line), IsEmpty()) << line.path << ": " << line.line;
  }
}

}  // namespace
}  // namespace zhibu
