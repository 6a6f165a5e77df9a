#include "common/domain/credit_code.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"

namespace zhibu {
namespace {

constexpr size_t kLength = 18;
// A character's value is its place; the letters that look like digits are left out.
constexpr absl::string_view kAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
constexpr int kWeights[] = {1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28};
constexpr int kOrganisationWeights[] = {3, 7, 9, 10, 5, 8, 4, 2};

bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }

}  // namespace

char CreditCodeCheckCharacter(absl::string_view first17) {
  if (first17.size() != kLength - 1) return '\0';
  int sum = 0;
  for (size_t i = 0; i < first17.size(); ++i) {
    const size_t value = kAlphabet.find(first17[i]);
    if (value == absl::string_view::npos) return '\0';
    sum += static_cast<int>(value) * kWeights[i];
  }
  return kAlphabet[(31 - sum % 31) % 31];
}

char OrganisationCodeCheckCharacter(absl::string_view first8) {
  if (first8.size() != 8) return '\0';
  int sum = 0;
  for (size_t i = 0; i < first8.size(); ++i) {
    const char c = first8[i];
    const bool letter = c >= 'A' && c <= 'Z';
    if (!letter && !IsDigit(c)) return '\0';
    sum += (letter ? c - 'A' + 10 : c - '0') * kOrganisationWeights[i];
  }
  const int check = 11 - sum % 11;
  return check == 10 ? 'X' : check == 11 ? '0' : static_cast<char>('0' + check);
}

absl::StatusOr<CreditCode> ParseCreditCode(absl::string_view text) {
  if (text.size() != kLength) {
    return absl::InvalidArgumentError("a unified social credit code has 18 characters");
  }
  CreditCode result;
  result.code = absl::AsciiStrToUpper(text);
  const absl::string_view code = result.code;
  const char check = CreditCodeCheckCharacter(code.substr(0, kLength - 1));
  if (check == '\0') {
    return absl::InvalidArgumentError(
        "a unified social credit code has digits and capital letters other than I, O, S, V, Z");
  }
  result.department = code[0];
  result.category = code[1];
  result.region = std::string(code.substr(2, 6));
  result.organisation_code = std::string(code.substr(8, 9));
  if (!std::all_of(result.region.begin(), result.region.end(), IsDigit)) {
    return absl::InvalidArgumentError("the region of the unified social credit code is 6 digits");
  }
  if (OrganisationCodeCheckCharacter(code.substr(8, 8)) != code[16]) {
    return absl::InvalidArgumentError(
        "the check character of the organisation code in the unified social credit code does not "
        "fit");
  }
  if (check != code[17]) {
    return absl::InvalidArgumentError(
        "the check character of the unified social credit code does not fit");
  }
  return result;
}

}  // namespace zhibu
