// UTF-8, code point by code point, for what the command line reads from files and prints to
// terminals: both meet bytes that nobody has checked.

#ifndef ZHIBU_SERVICES_CLI_TERMINAL_UTF8_H_
#define ZHIBU_SERVICES_CLI_TERMINAL_UTF8_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace zhibu::cli {

struct CodePoint {
  char32_t value = 0;  // U+FFFD where !valid
  size_t length = 0;   // bytes taken: 1–4; 1 where !valid
  bool valid = false;
};

// Decodes the first code point of `bytes`, which must not be empty. As Unicode demands, overlong
// forms, surrogates and values beyond U+10FFFF are not valid; a bad byte is taken alone, so that
// decoding goes on behind it.
CodePoint DecodeUtf8(absl::string_view bytes);

// Appends `value` (a scalar value: at most U+10FFFF and no surrogate) as UTF-8.
void AppendUtf8(char32_t value, std::string* out);

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_TERMINAL_UTF8_H_
