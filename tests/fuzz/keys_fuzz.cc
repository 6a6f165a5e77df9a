// Keys and the cursors in them: parts taken from any bytes put the same bytes together again.
#include "common/base/civil.h"
#include "common/store/keys.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace zhibu;
  if (size < 2) return 0;
  // The first byte says which parts follow, two bits each.
  const uint8_t shape = data[0];
  const absl::string_view key = Bytes(data + 1, size - 1);
  if (data[1] == 0xFF) return 0;  // no table of ours
  KeyParts parts(key);
  Key again(static_cast<uint8_t>(key[0]));
  for (int i = 0; i < 4; ++i) {
    switch (shape >> (2 * i) & 3) {
      case 0: {
        const auto text = parts.Text();
        if (!text) return 0;
        again.Text(*text);
        break;
      }
      case 1: {
        const auto number = parts.Number();
        if (!number) return 0;
        again.Number(*number);
        break;
      }
      case 2: {
        const auto day = parts.Day();
        if (!day) return 0;
        if (*day >= kNoStart && *day <= kNoEnd) {
          again.Day(*day);
        } else {
          return 0;  // no key of ours
        }
        break;
      }
      default:
        break;
    }
  }
  ZHIBU_FUZZ_CHECK(key.substr(0, again.bytes().size()) == again.bytes());
  ZHIBU_FUZZ_CHECK(again.End() > again.bytes());
  return 0;
}
