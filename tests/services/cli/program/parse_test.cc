#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/cli/program/command.h"
#include "services/cli/program/help.h"
#include "services/cli/program/output.h"
#include "services/cli/program/run.h"
#include "tests/services/cli/commands_fixture.h"

namespace zhibu::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

absl::StatusOr<Invocation> ParseLine(absl::string_view line) {
  return Parse(Commands(), absl::StrSplit(line, ' ', absl::SkipEmpty()));
}

TEST(Parse, FindsCommandsOfOneAndTwoWords) {
  auto due = ParseLine("due");
  ASSERT_TRUE(due.ok()) << due.status();
  EXPECT_EQ(due->command->path, "due");
  EXPECT_FALSE(due->args.Has("ORG"));

  auto tree = ParseLine("org tree jyj-dw");
  ASSERT_TRUE(tree.ok()) << tree.status();
  EXPECT_EQ(tree->command->path, "org tree");
  EXPECT_EQ(tree->args.Text("ORG"), "jyj-dw");
}

TEST(Parse, TakesOptionsAnywhereAndInBothForms) {
  auto parsed = ParseLine("--json org --as-of 2026-01-31 tree --line=either jyj-dw --timeout 5");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_TRUE(parsed->args.Has("json"));
  EXPECT_EQ(parsed->args.Date("as-of"), absl::CivilDay(2026, 1, 31));
  EXPECT_EQ(parsed->args.Text("line"), "either");
  EXPECT_EQ(parsed->args.Number("timeout", 30), 5);
  EXPECT_EQ(parsed->args.Number("limit", 7), 7);
  EXPECT_EQ(parsed->args.Text("ORG"), "jyj-dw");
}

TEST(Parse, CollectsRepeatedOptions) {
  auto parsed = ParseLine("member list jyj-dw --stage activist --stage object");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_THAT(parsed->args.All("stage"), ElementsAre("activist", "object"));
}

TEST(Parse, TakesWordsThatLookLikeOptionsBehindTwoDashes) {
  auto parsed = ParseLine("org show -- --line");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->args.Text("ORG"), "--line");
}

struct Mistake {
  const char* line;
  const char* said;
};

TEST(Parse, SaysWhatIsWrongAndWhatToTypeInstead) {
  for (const Mistake& mistake : std::vector<Mistake>{
           {"orgs", "没有命令“orgs”"},
           {"org", "tree、show、find、posts、institutions"},
           {"org trees", "没有命令“org trees”"},
           {"org show", "缺少参数 ORG"},
           {"org show a b", "多余的参数“b”"},
           {"org tree --colour", "没有选项 --colour"},
           {"org tree -v", "没有选项 -v"},
           {"--line either org tree", "没有选项 --line"},  // only behind its command
           {"org tree --line", "选项 --line 后面要写 LINE"},
           {"org tree --line up", "subordination、territorial、either"},
           {"org tree --as-of 2026-02-30", "--as-of 需要一个日期"},
           {"org tree --timeout -1", "--timeout 需要一个不为负的整数"},
           {"org tree --timeout soon", "--timeout 需要一个不为负的整数"},
           {"org tree --json=yes", "选项 --json 不带值"},
           {"org tree --line either --line either", "选项 --line 只能写一次"},
           {"completion fish", "SHELL 只能是：bash"},
       }) {
    const auto parsed = ParseLine(mistake.line);
    EXPECT_TRUE(absl::IsInvalidArgument(parsed.status())) << mistake.line;
    EXPECT_THAT(std::string(parsed.status().message()), HasSubstr(mistake.said)) << mistake.line;
  }
}

TEST(Parse, HelpWinsOverMistakes) {
  for (const char* line : {"org tree --line up --help", "--help org tree", "org -h tree x y z"}) {
    const auto parsed = ParseLine(line);
    ASSERT_TRUE(parsed.ok()) << line;
    EXPECT_TRUE(parsed->help);
    EXPECT_EQ(parsed->topic, "org tree") << line;
  }
}

TEST(Help, ListsEveryCommandAndGlobalOption) {
  const std::string overview = Overview(Commands(), 80);
  for (const CommandGroup& group : Commands().groups) {
    EXPECT_THAT(overview, HasSubstr(group.title));
    for (const Command& command : group.commands) {
      EXPECT_THAT(overview, HasSubstr("\n  " + command.path));
    }
  }
  for (const Option& option : Commands().global_options) {
    EXPECT_THAT(overview, HasSubstr("  --" + option.name));
  }
  for (const char* code : {"\n  0 ", "\n  1 ", "\n  2 ", "\n  3 ", "\n  4 ", "\n  5 "}) {
    EXPECT_THAT(overview, HasSubstr(code));
  }
  EXPECT_LE(WidestLine(overview), 80);
}

TEST(Help, OfACommandListsEveryOptionAndArgument) {
  for (const CommandGroup& group : Commands().groups) {
    for (const Command& command : group.commands) {
      const std::string help = HelpText(Commands(), command.path, 80);
      EXPECT_THAT(help, HasSubstr("用法：zhibu " + command.path));
      for (const Argument& argument : command.arguments) {
        EXPECT_THAT(help, HasSubstr("\n  " + argument.name));
        EXPECT_FALSE(argument.help.empty()) << command.path;
      }
      for (const Option& option : command.options) {
        EXPECT_THAT(help, HasSubstr("\n  --" + option.name));
        EXPECT_FALSE(option.help.empty()) << command.path << " " << option.name;
      }
    }
  }
}

// Two options of one name must mean one thing: completion knows them by their name alone.
TEST(Commands, UseAnOptionNameForOneThingOnly) {
  std::map<std::string, std::string> seen;
  const auto note = [&](const Option& option, const std::string& where) {
    const std::string meaning = absl::StrCat(option.value, "|", static_cast<int>(option.kind), "|",
                                             absl::StrJoin(option.choices, ","));
    const auto [it, fresh] = seen.emplace(option.name, meaning);
    EXPECT_EQ(it->second, meaning) << where << " --" << option.name;
  };
  for (const Option& option : Commands().global_options) note(option, "global");
  for (const CommandGroup& group : Commands().groups) {
    for (const Command& command : group.commands) {
      for (const Option& option : command.options) {
        note(option, command.path);
        for (const Option& global : Commands().global_options) EXPECT_NE(option.name, global.name);
      }
    }
  }
}

// Runs `script` and answers what it prints; fails the test where bash is not content.
std::string Bash(const std::string& script) {
  TempFolder folder;
  EXPECT_TRUE(WriteFile(folder.path("script"), script).ok());
  const std::string command =
      "bash " + folder.path("script") + " > " + folder.path("out") + " 2>&1";
  EXPECT_EQ(std::system(command.c_str()), 0);
  return ReadFile(folder.path("out")).value_or("");
}

std::string Complete(const std::vector<std::string>& words) {
  return Bash(absl::StrCat(BashCompletion(Commands()), "COMP_WORDS=('", absl::StrJoin(words, "' '"),
                           "')\nCOMP_CWORD=", words.size() - 1,
                           "\n_zhibu\necho \" ${COMPREPLY[*]} \"\n"));
}

TEST(BashCompletion, IsAScriptThatKnowsEveryCommandAndOption) {
  TempFolder folder;
  ASSERT_TRUE(WriteFile(folder.path("script"), BashCompletion(Commands())).ok());
  EXPECT_EQ(std::system(("bash -n " + folder.path("script")).c_str()), 0);
  for (const CommandGroup& group : Commands().groups) {
    for (const Command& command : group.commands) {
      const std::vector<std::string> path = absl::StrSplit(command.path, ' ');
      EXPECT_THAT(Complete({"zhibu", ""}), HasSubstr(" " + path[0] + " "));
      if (path.size() == 2) {
        EXPECT_THAT(Complete({"zhibu", path[0], ""}), HasSubstr(" " + path[1] + " "));
      }
      std::vector<std::string> words = path;
      words.insert(words.begin(), "zhibu");
      words.push_back("--");
      const std::string options = Complete(words);
      EXPECT_THAT(options, HasSubstr(" --json "));
      for (const Option& option : command.options) {
        EXPECT_THAT(options, HasSubstr(" --" + option.name + " ")) << command.path;
      }
    }
  }
}

TEST(BashCompletion, OffersTheChoicesOfAnOption) {
  EXPECT_EQ(Complete({"zhibu", "report", "basic", "jyj-dw", "--line", "t"}), " territorial \n");
  // The option's value is no command.
  EXPECT_THAT(Complete({"zhibu", "--token-file", "org", ""}), HasSubstr(" report "));
}

}  // namespace
}  // namespace zhibu::cli
