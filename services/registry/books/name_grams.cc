#include "services/registry/books/name_grams.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/pinyin.h"
#include "common/base/text.h"

namespace zhibu::registry {
namespace {

bool IsPlain(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return absl::ascii_isalnum(c); });
}

void AddGrams(absl::string_view text, std::set<std::string>& grams) {
  const std::vector<std::string> characters = CharactersOf(text);
  for (size_t i = 0; i < characters.size(); ++i) {
    grams.insert(i + 1 < characters.size() ? absl::StrCat(characters[i], characters[i + 1])
                                           : characters[i]);
  }
}

}  // namespace

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
