#include "common/domain/id_number.h"

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/civil.h"

namespace zhibu {
namespace {

constexpr size_t kLength = 18;
constexpr int kWeights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
constexpr char kCheckCharacters[] = "10X98765432";  // by Σ mod 11

}  // namespace

char IdCheckCharacter(absl::string_view first17) {
  if (first17.size() != kLength - 1) return '\0';
  int sum = 0;
  for (size_t i = 0; i < first17.size(); ++i) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(first17[i]))) return '\0';
    sum += (first17[i] - '0') * kWeights[i];
  }
  return kCheckCharacters[sum % 11];
}

absl::StatusOr<IdNumber> ParseIdNumber(absl::string_view text) {
  if (text.size() != kLength) {
    return absl::InvalidArgumentError("an ID number has 18 characters");
  }
  const char check = IdCheckCharacter(text.substr(0, kLength - 1));
  if (check == '\0') {
    return absl::InvalidArgumentError("the first 17 characters of an ID number are digits");
  }
  const auto birth = ParseDate(text.substr(6, 8));
  if (!birth.ok()) {
    return absl::InvalidArgumentError("the birth date in the ID number does not exist");
  }
  if (absl::ascii_toupper(static_cast<unsigned char>(text.back())) != check) {
    return absl::InvalidArgumentError("the check character of the ID number does not fit");
  }
  IdNumber id;
  id.number = absl::AsciiStrToUpper(text);
  id.region = std::string(text.substr(0, 6));
  id.birth = *birth;
  id.sex = (text[16] - '0') % 2 == 1 ? Sex::kMale : Sex::kFemale;
  return id;
}

std::string MaskIdNumber(absl::string_view text) {
  if (text.size() != kLength) return std::string(text.size(), '*');
  return absl::StrCat(text.substr(0, 6), "********", text.substr(14));
}

}  // namespace zhibu
