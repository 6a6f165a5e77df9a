// How Chinese is read, as far as finding by initials needs it.
#ifndef ZHIBU_COMMON_BASE_PINYIN_H_
#define ZHIBU_COMMON_BASE_PINYIN_H_

#include <string>

#include "absl/strings/string_view.h"

namespace zhibu {

// The first letters of the syllables in pinyin, lower case: "青岚县教育局" → "qlxjyj". Latin letters
// and digits stand for themselves; everything else is left out. A character that is read in several
// ways has its most common reading. Thread-safe.
std::string InitialsOf(absl::string_view text);

}  // namespace zhibu

#endif  // ZHIBU_COMMON_BASE_PINYIN_H_
