#include "services/cli/terminal/utf8.h"

#include <cstdint>
#include <string>

#include "gtest/gtest.h"

namespace zhibu::cli {
namespace {

TEST(DecodeUtf8, ReadsWhatAppendWrites) {
  for (const char32_t c : {0x00u, 0x7Fu, 0x80u, 0x7FFu, 0x800u, 0x652Fu, 0xD7FFu, 0xE000u, 0xFFFDu,
                           0xFFFFu, 0x10000u, 0x2A6D6u, 0x10FFFFu}) {
    std::string bytes;
    AppendUtf8(c, &bytes);
    const CodePoint point = DecodeUtf8(bytes + "x");
    EXPECT_TRUE(point.valid) << std::hex << static_cast<uint32_t>(c);
    EXPECT_EQ(point.value, c);
    EXPECT_EQ(point.length, bytes.size());
  }
}

TEST(DecodeUtf8, RefusesWhatUnicodeForbids) {
  for (const absl::string_view bytes :
       {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xE0\x9F\xBF", "\xED\xA0\x80",
        "\xED\xBF\xBF", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\xC3",
        "\xE6\x94", "\xF0\xAA\x9B", "\xE6\x94x", "\xC3\xC3"}) {
    const CodePoint point = DecodeUtf8(bytes);
    EXPECT_FALSE(point.valid);
    EXPECT_EQ(point.length, 1u);
    EXPECT_EQ(point.value, U'\uFFFD');
  }
}

}  // namespace
}  // namespace zhibu::cli
