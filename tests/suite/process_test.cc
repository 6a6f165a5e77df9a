// Programs that do not end are ended, and say what they wrote.
#include "tests/support/process.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>

namespace zhibu {
namespace {

TEST(RunProgram, AnswersTheCodeAndTheOutput) {
  const RunResult ran = RunProgram({"/bin/sh", "-c", "echo out; echo err >&2; exit 3"});
  EXPECT_EQ(ran.code, 3);
  EXPECT_EQ(ran.output, "out\nerr\n");
  EXPECT_EQ(RunProgram({"/bin/sh", "-c", "kill -TERM $$"}).code, 128 + SIGTERM);
  EXPECT_EQ(RunProgram({"/nowhere"}).code, 127);
}

TEST(RunProgram, KillsWhatDoesNotEnd) {
  const RunResult ran =
      RunProgram({"/bin/sh", "-c", "echo begun; exec sleep 3600"}, {}, std::chrono::seconds(1));
  EXPECT_EQ(ran.code, Process::kDidNotEnd);
  EXPECT_EQ(ran.output, "begun\n");
}

}  // namespace
}  // namespace zhibu
