#include "services/registry/books/name_grams.h"

#include <unicode/translit.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace zhibu::registry {
namespace {

std::vector<std::string> CharactersOf(absl::string_view text) {
  std::vector<std::string> characters;
  for (const char byte : text) {
    if ((static_cast<unsigned char>(byte) & 0xC0) != 0x80 || characters.empty()) {
      characters.emplace_back();
    }
    characters.back() += byte;
  }
  return characters;
}

bool IsPlain(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return absl::ascii_isalnum(c); });
}

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

void AddGrams(absl::string_view text, std::set<std::string>& grams) {
  const std::vector<std::string> characters = CharactersOf(text);
  for (size_t i = 0; i < characters.size(); ++i) {
    grams.insert(i + 1 < characters.size() ? absl::StrCat(characters[i], characters[i + 1])
                                           : characters[i]);
  }
}

}  // namespace

std::string InitialsOf(absl::string_view title) {
  std::string initials;
  for (const std::string& character : CharactersOf(title)) {
    icu::UnicodeString text = icu::UnicodeString::fromUTF8(character);
    ToLatin().transliterate(text);
    std::string latin;
    text.toUTF8String(latin);
    if (!latin.empty() && absl::ascii_isalnum(latin[0])) {
      initials += absl::ascii_tolower(latin[0]);
    }
  }
  return initials;
}

std::set<std::string> GramsOf(absl::string_view title) {
  std::set<std::string> grams;
  AddGrams(title, grams);
  AddGrams(InitialsOf(title), grams);
  return grams;
}

std::string FirstGram(absl::string_view query) {
  const std::vector<std::string> characters = CharactersOf(query);
  std::string gram = characters.empty() ? "" : characters[0];
  if (characters.size() > 1) gram += characters[1];
  return IsPlain(query) ? absl::AsciiStrToLower(gram) : gram;
}

bool Contains(absl::string_view title, absl::string_view query) {
  if (absl::StrContains(title, query)) return true;
  return IsPlain(query) && absl::StrContains(InitialsOf(title), absl::AsciiStrToLower(query));
}

}  // namespace zhibu::registry
