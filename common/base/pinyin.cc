#include "common/base/pinyin.h"

#include <unicode/translit.h>
#include <unicode/unistr.h>

#include <memory>

#include "absl/strings/ascii.h"
#include "common/base/text.h"

namespace zhibu {
namespace {

// One for each thread: a Transliterator may not be used by two at once.
const icu::Transliterator& ToLatin() {
  thread_local const std::unique_ptr<icu::Transliterator> kToLatin = [] {
    UErrorCode error = U_ZERO_ERROR;
    std::unique_ptr<icu::Transliterator> made(icu::Transliterator::createInstance(
        "Han-Latin; Latin-ASCII; Lower", UTRANS_FORWARD, error));
    return made;
  }();
  return *kToLatin;
}

}  // namespace

std::string InitialsOf(absl::string_view text) {
  std::string initials;
  for (const std::string& character : CharactersOf(text)) {
    icu::UnicodeString read = icu::UnicodeString::fromUTF8(character);
    ToLatin().transliterate(read);
    std::string latin;
    read.toUTF8String(latin);
    if (!latin.empty() && absl::ascii_isalnum(latin[0])) {
      initials += absl::ascii_tolower(latin[0]);
    }
  }
  return initials;
}

}  // namespace zhibu
