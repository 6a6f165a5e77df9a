// Text that somebody typed: how long it is, whether it is one plain line, and when two names are one.
#ifndef ZHIBU_COMMON_BASE_TEXT_H_
#define ZHIBU_COMMON_BASE_TEXT_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace zhibu {

// Code points. The text is well-formed UTF-8, which protobuf guarantees for every string field.
int Characters(absl::string_view text);
// Each of them, as UTF-8.
std::vector<std::string> CharactersOf(absl::string_view text);

// Whether the text has `least` to `most` characters and fits a line of a form: no control
// character, none that is not seen or turns the direction of what follows (Unicode's Cc, Cf, Zl,
// Zp), and, where `least` is not 0, something else than blanks.
bool IsLine(absl::string_view text, int least, int most);

// The form in which names are compared: without blanks, full-width letters and digits as half-width
// ones, and every middle dot of a foreign name (· • ・ ‧ and others) as "·".
std::string ComparedName(absl::string_view name);

}  // namespace zhibu

#endif  // ZHIBU_COMMON_BASE_TEXT_H_
