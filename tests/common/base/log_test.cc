#include "common/base/log.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_split.h"
#include "gtest/gtest.h"

namespace zhibu {
namespace {

using google::protobuf::Struct;

Struct Parse(const std::string& line) {
  Struct object;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(line, &object).ok()) << line;
  return object;
}

TEST(JsonString, IsReadBackAsItWas) {
  std::string text = "支部 \"引号\" \\ / \b\f\n\r\t\x01\x1f\x7f";
  EXPECT_EQ(Parse("{\"x\":" + JsonString(text) + "}").fields().at("x").string_value(), text);
  EXPECT_EQ(JsonString(absl::string_view("\0", 1)), "\"\\u0000\"");
}

TEST(Log, WritesOneJsonObjectALine) {
  testing::internal::CaptureStderr();
  Log(Severity::kWarning, "store\nfailed", {{"method", "/a/B"}, {"revision", "7"}});
  const std::string output = testing::internal::GetCapturedStderr();
  ASSERT_EQ(output.find('\n'), output.size() - 1);
  const Struct line = Parse(output);
  EXPECT_EQ(line.fields().at("severity").string_value(), "WARNING");
  EXPECT_EQ(line.fields().at("message").string_value(), "store\nfailed");
  EXPECT_EQ(line.fields().at("method").string_value(), "/a/B");
  EXPECT_EQ(line.fields().at("revision").string_value(), "7");
  EXPECT_EQ(line.fields().at("time").string_value().size(), 24u);
}

TEST(Log, DoesNotMixLinesOfSeveralThreads) {
  testing::internal::CaptureStderr();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([] {
      for (int i = 0; i < 50; ++i) Log(Severity::kInfo, std::string(300, 'x'));
    });
  }
  for (auto& thread : threads) thread.join();
  const std::string output = testing::internal::GetCapturedStderr();
  int lines = 0;
  for (const absl::string_view line : absl::StrSplit(output, '\n', absl::SkipEmpty())) {
    EXPECT_EQ(Parse(std::string(line)).fields().at("message").string_value().size(), 300u);
    ++lines;
  }
  EXPECT_EQ(lines, 200);
}

}  // namespace
}  // namespace zhibu
