#include "common/base/text.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>

namespace zhibu {
namespace {

// The next code point of well-formed UTF-8; `at` moves past it.
UChar32 Next(absl::string_view text, int32_t& at) {
  UChar32 point = 0;
  U8_NEXT_OR_FFFD(text.data(), at, static_cast<int32_t>(text.size()), point);
  return point;
}

// Not seen, or steers how the rest is shown.
bool Steers(UChar32 point) {
  switch (u_charType(point)) {
    case U_CONTROL_CHAR:
    case U_FORMAT_CHAR:
    case U_LINE_SEPARATOR:
    case U_PARAGRAPH_SEPARATOR:
      return true;
    default:
      return false;
  }
}

bool IsMiddleDot(UChar32 point) {
  switch (point) {
    case 0x00B7:  // ·
    case 0x2022:  // •
    case 0x2027:  // ‧
    case 0x2219:  // ∙
    case 0x22C5:  // ⋅
    case 0x30FB:  // ・
    case 0xFF65:  // half-width ・
    case 0x16EB:  // ᛫
    case 0x0387:  // Greek
    case 0x25CF:  // ●
      return true;
    default:
      return false;
  }
}

}  // namespace

int Characters(absl::string_view text) {
  return static_cast<int>(std::count_if(text.begin(), text.end(), [](char byte) {
    return (byte & 0xC0) != 0x80;  // all but continuation bytes
  }));
}

std::vector<std::string> CharactersOf(absl::string_view text) {
  std::vector<std::string> characters;
  for (const char byte : text) {
    if ((byte & 0xC0) != 0x80 || characters.empty()) characters.emplace_back();
    characters.back() += byte;
  }
  return characters;
}

bool IsLine(absl::string_view text, int least, int most) {
  int characters = 0;
  bool seen = false;
  for (int32_t at = 0; at < static_cast<int32_t>(text.size());) {
    const UChar32 point = Next(text, at);
    if (Steers(point)) return false;
    seen = seen || !u_isUWhiteSpace(point);
    ++characters;
  }
  return characters >= least && characters <= most && (seen || least == 0);
}

std::string ComparedName(absl::string_view name) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* const compatible = icu::Normalizer2::getNFKCInstance(error);
  icu::UnicodeString compared;
  for (int32_t at = 0; at < static_cast<int32_t>(name.size());) {
    const UChar32 point = Next(name, at);
    if (IsMiddleDot(point)) {
      compared.append(UChar32{0x00B7});
    } else if (!u_isUWhiteSpace(point) && !Steers(point)) {
      compared.append(point);
    }
  }
  if (U_SUCCESS(error)) compared = compatible->normalize(compared, error);
  std::string utf8;
  compared.toUTF8String(utf8);
  return utf8;
}

}  // namespace zhibu
