#include "common/base/text.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace zhibu {

int Characters(absl::string_view text) {
  return static_cast<int>(std::count_if(text.begin(), text.end(), [](char byte) {
    return (byte & 0xC0) != 0x80;  // all but continuation bytes
  }));
}

bool IsLine(absl::string_view text, int least, int most) {
  const int characters = Characters(text);
  return characters >= least && characters <= most &&
         std::none_of(text.begin(), text.end(), absl::ascii_iscntrl);
}

}  // namespace zhibu
