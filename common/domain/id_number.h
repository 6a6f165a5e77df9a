// Citizen identification numbers (公民身份号码), GB 11643-1999: 6 digits of region, 8 of birth
// date, 3 of sequence (odd: male, even: female) and a check character.
//
// Such a number identifies a person. No function here puts one, or a part of one, into an error.

#ifndef ZHIBU_COMMON_DOMAIN_ID_NUMBER_H_
#define ZHIBU_COMMON_DOMAIN_ID_NUMBER_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"

namespace zhibu {

// 性别, with the codes of GB/T 2261.1; an ID number knows only these two.
enum class Sex { kMale = 1, kFemale = 2 };

struct IdNumber {
  std::string number;  // the 18 characters, with an upper-case X
  std::string region;  // 6 digits of GB/T 2260 as of issue; historic codes occur, so not looked up
  absl::CivilDay birth;  // 1900 to 2199; whether it lies in the future is the caller's question
  Sex sex;
};

// INVALID_ARGUMENT, naming the part that is wrong and never its content, for a text that is not 18
// characters of digits (the last may be X or x), whose birth date does not exist or whose check
// character does not fit. Surrounding spaces are not forgiven.
absl::StatusOr<IdNumber> ParseIdNumber(absl::string_view text);

// The 18th character for the 17 digits before it, '0' to '9' or 'X'. '\0' if `first17` is not 17
// digits.
char IdCheckCharacter(absl::string_view first17);

// What may be shown without an audited reveal: "110105********002X". A text of another length is
// covered whole.
std::string MaskIdNumber(absl::string_view text);

}  // namespace zhibu

#endif  // ZHIBU_COMMON_DOMAIN_ID_NUMBER_H_
