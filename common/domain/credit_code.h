// Unified social credit codes (统一社会信用代码), GB 32100-2015: department, class, 6 digits of
// region, the organisation code of GB 11714-1997 with its own check character, and a check
// character.

#ifndef ZHIBU_COMMON_DOMAIN_CREDIT_CODE_H_
#define ZHIBU_COMMON_DOMAIN_CREDIT_CODE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace zhibu {

struct CreditCode {
  std::string code;    // the 18 characters in upper case
  char department;     // 登记管理部门: '1' establishment office (编办), '5' civil affairs
  char category;       // 机构类别 within the department; "12" is a public institution
  std::string region;  // 6 digits of GB/T 2260 of the registering office
  std::string organisation_code;  // 组织机构代码, 9 characters, its check character last
};

// INVALID_ARGUMENT, naming the part that is wrong, for a text that is not 18 characters of the
// standard's alphabet (0-9 and A-Z without I, O, S, V, Z; lower case is accepted), whose region is
// not digits, or of whose two check characters one does not fit.
absl::StatusOr<CreditCode> ParseCreditCode(absl::string_view text);

// The 18th character for the 17 before it (upper case); '\0' if they are not of the alphabet.
char CreditCodeCheckCharacter(absl::string_view first17);

// GB 11714: the 9th character, '0' to '9' or 'X', for the 8 before it (0-9, A-Z); '\0' if they are
// not of the alphabet.
char OrganisationCodeCheckCharacter(absl::string_view first8);

}  // namespace zhibu

#endif  // ZHIBU_COMMON_DOMAIN_CREDIT_CODE_H_
